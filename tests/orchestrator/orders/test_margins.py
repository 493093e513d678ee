"""What a broker says that an order needs is asked for a preview, remembered for a minute, and never waited for long."""

from __future__ import annotations

import asyncio
from dataclasses import dataclass, field, replace
from datetime import timedelta
from typing import cast

from adapters.broker import MarginAsk
from domain.account import AccountId
from domain.errors import BrokerUnavailable
from domain.money import Money
from domain.routing import QuotedMargin
from orchestrator.accounts.connections import Connection
from orchestrator.orders.margins import Margins
from tests.orchestrator.orders.test_repository import T0
from tests.routing.cases import order

INTRADAY = order("BUY 100 NSE:INFY MIS LIMIT 1500")


@dataclass
class Desk:
    """Answers with a figure, an error, or never."""

    says: Money | Exception | None
    asked: list[MarginAsk] = field(default_factory=list)

    async def required_margin(self, ask: MarginAsk) -> Money:
        self.asked.append(ask)
        if self.says is None:
            await asyncio.Event().wait()
        if isinstance(self.says, Exception):
            raise self.says
        return cast(Money, self.says)


@dataclass
class Account:
    id: AccountId


@dataclass
class Link:
    account: Account
    broker: Desk | None


def link(name: str, desk: Desk | None) -> Connection:
    return cast(Connection, Link(Account(AccountId(name)), desk))


async def test_figures_are_asked_of_all_at_once_and_kept_for_a_minute() -> None:
    good, broken, silent = Desk(Money.of(30_000)), Desk(BrokerUnavailable("no")), Desk(None)
    links = [link("a", good), link("b", broken), link("c", silent), link("d", None)]
    memory = Margins(patience=0.01)
    quoted = {AccountId("a"): QuotedMargin(100, Money.of(30_000))}
    assert await memory.ask(INTRADAY, links, T0) == quoted
    assert good.asked[0].quantity == 100
    assert (
        memory.fresh(replace(INTRADAY, account=AccountId("a")), links, T0 + timedelta(seconds=59)) == quoted
    )
    assert await memory.ask(INTRADAY, links[:1], T0 + timedelta(seconds=30)) == quoted
    assert len(good.asked) == 1
    assert memory.fresh(INTRADAY, links, T0 + timedelta(seconds=61)) == {}
    assert memory.fresh(replace(INTRADAY, quantity=99), links, T0) == {}


async def test_nobody_is_asked_for_a_delivery() -> None:
    desk = Desk(Money.of(1))
    memory = Margins()
    assert await memory.ask(order("BUY 1 NSE:INFY CNC LIMIT 1500"), [link("a", desk)], T0) == {}
    assert desk.asked == []

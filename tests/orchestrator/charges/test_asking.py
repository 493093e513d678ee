"""After a fill the broker is asked once what it charges, and its figure is kept beside ours; in both databases."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import timedelta
from types import SimpleNamespace
from typing import cast

import pytest

from adapters.broker import MarginAsk
from domain.account import AccountId, BrokerId, UserId
from domain.errors import BrokerError, BrokerRejected, BrokerUnavailable
from domain.fees import STANDARD, FeePlan
from domain.instrument import Instrument, InstrumentId, Kind
from domain.money import Money, Price
from domain.order import ChildOrder, End, Ended, Fill, Filled, OrderId
from orchestrator.charges.asking import LEGS, ask_for, ask_for_today
from orchestrator.charges.repository import Charged, of_children
from orchestrator.charges.schemas import ChildChargesOut, OrderChargesOut
from orchestrator.leases.shards import Asked
from orchestrator.orders.trading import Trading
from orchestrator.storage.db import Database
from routing.reckoning import Cause
from tests.orchestrator.orders.test_repository import INFY, T0, UPSTOX, USER, ZERODHA, child_of, learn, record
from tests.orchestrator.orders.test_repository import book as book
from tests.routing.prices import priced

AVERAGE = Price.of("1500.10")
AT_FILLS = Money.of("17.812277406")  # 10 units at it, by Zerodha's list


@dataclass
class Desk:
    """An account whose broker answers what the test says."""

    account_id: AccountId = ZERODHA
    told: Sequence[Money | None] | BrokerError | None = None
    asked: list[MarginAsk] = field(default_factory=list)
    ready: bool = True
    fees: FeePlan = STANDARD

    @property
    def account(self) -> SimpleNamespace:
        return SimpleNamespace(id=self.account_id, user_id=USER, broker=BrokerId.ZERODHA)

    @property
    def terms(self) -> SimpleNamespace:
        return SimpleNamespace(name="Zerodha")

    @property
    def broker(self) -> Desk:
        return self

    async def charges(self, asks: Sequence[MarginAsk]) -> Sequence[Money | None] | None:
        self.asked += asks
        if isinstance(self.told, BrokerError):
            raise self.told
        return self.told


@dataclass
class Office:
    """What the asking sees of the order room."""

    db: Database
    desks: list[Desk]
    announced: list[tuple[UserId, OrderId]] = field(default_factory=list)
    listed: dict[InstrumentId, Instrument] = field(default_factory=dict)

    @property
    def trading(self) -> Trading:
        connections = SimpleNamespace(
            all=lambda: self.desks,
            get=lambda wanted: next((one for one in self.desks if one.account_id == wanted), None),
        )
        announcer = SimpleNamespace(changed=lambda user, order: self.announced.append((user, order)))
        room = SimpleNamespace(
            db=self.db,
            connections=connections,
            instruments=self.listed,
            announcer=announcer,
            owning=Asked(),
            clock=lambda: T0 + timedelta(minutes=1),
        )
        return cast(Trading, room)

    async def told(self, child: ChildOrder) -> Charged | None:
        return (await self.db.read(lambda conn: of_children(conn, [child.id]))).get(child.id)


async def filled(
    db: Database, order: str = "ord_1", account: AccountId = ZERODHA, **more: object
) -> ChildOrder:
    child = child_of(order, account, **more)
    await record(db, child)
    trade = Filled(Fill(f"t {child.id}", child.quantity, AVERAGE, T0), "1")
    return await learn(db, child, trade, at=T0)


async def test_a_fill_is_asked_about_once_and_kept_beside_our_figure(book: Database) -> None:
    child = await filled(book)
    office = Office(book, [Desk(told=[Money.of("17.81")])])
    await ask_for_today(office.trading)
    (ask,) = office.desks[0].asked
    assert (ask.instrument, ask.quantity, ask.price) == (INFY, 10, AVERAGE)
    told = await office.told(child)
    assert told is not None
    assert (told.at_fills, told.charged, told.words) == (AT_FILLS, Money.of("17.81"), None)
    assert office.announced == [(USER, child.order_id)]
    await ask_for_today(office.trading)
    await ask_for(office.trading, [child.id])
    assert len(office.desks[0].asked) == 1


async def test_open_orders_and_those_without_a_fill_are_not_asked_about(book: Database) -> None:
    part = child_of("ord_1")
    await record(book, part)
    await learn(book, part, Filled(Fill("t1", 3, AVERAGE, T0), "1"), at=T0)
    dead = child_of("ord_2")
    await record(book, dead)
    await learn(book, dead, Ended(End.CANCELLED, T0, "by user"), at=T0)
    office = Office(book, [Desk(told=[])])
    await ask_for_today(office.trading)
    assert office.desks[0].asked == []
    await learn(book, part, Ended(End.CANCELLED, T0, "by user", "1"), at=T0)
    office.desks[0].told = [Money.of("5")]
    await ask_for_today(office.trading)
    assert [ask.quantity for ask in office.desks[0].asked] == [3]


async def test_a_broker_that_is_away_is_asked_again(book: Database) -> None:
    child = await filled(book)
    office = Office(book, [Desk(told=BrokerUnavailable("down"))])
    await ask_for_today(office.trading)
    assert await office.told(child) is None
    office.desks[0].told = [Money.of("17.81")]
    await ask_for_today(office.trading)
    assert await office.told(child) is not None


@pytest.mark.parametrize(
    ("answer", "words"),
    [
        (None, "Zerodha does not tell what an order costs."),
        ([None], "Zerodha does not tell what an order costs."),
        (BrokerRejected("Not in your plan"), "Not in your plan"),
    ],
)
async def test_what_a_broker_does_not_tell_stays_unknown_with_the_reason(
    book: Database, answer: Sequence[None] | BrokerError | None, words: str
) -> None:
    child = await filled(book)
    office = Office(book, [Desk(told=answer)])
    await ask_for_today(office.trading)
    told = await office.told(child)
    assert told is not None
    assert (told.charged, told.words, told.at_fills) == (None, words, AT_FILLS)


async def test_a_fill_that_comes_to_light_later_is_asked_about_again(book: Database) -> None:
    child = await filled(book)
    office = Office(book, [Desk(told=[Money.of("17.81")])])
    await ask_for_today(office.trading)
    await learn(book, child, Filled(Fill("late", 5, AVERAGE, T0), "1"))
    await ask_for_today(office.trading)
    assert [ask.quantity for ask in office.desks[0].asked] == [10, 15]
    told = await office.told(child)
    assert told is not None
    assert told.filled_quantity == 15


async def test_the_legs_of_an_iceberg_are_not_one_order(book: Database) -> None:
    child = await filled(book, iceberg_legs=2)
    plain = await filled(book, "ord_2")
    office = Office(book, [Desk(told=[Money.of("17.81")])])
    await ask_for_today(office.trading)
    legs, told = await office.told(child), await office.told(plain)
    assert legs is not None
    assert (legs.charged, legs.words) == (None, LEGS)
    assert told is not None
    assert told.charged == Money.of("17.81")


async def test_each_account_answers_for_its_own_and_one_without_a_login_waits(book: Database) -> None:
    mine, other = await filled(book), await filled(book, "ord_2", UPSTOX)
    office = Office(book, [Desk(told=[Money.of("17.81")]), Desk(UPSTOX, ready=False)])
    await ask_for_today(office.trading)
    assert await office.told(mine) is not None
    assert await office.told(other) is None


async def test_a_unit_of_a_fund_is_reckoned_as_one(book: Database) -> None:
    child = await filled(book)
    fund = Instrument(INFY, "Nifty BeES", Kind.EQUITY, 1, Price.of("0.01"), isin="INF204KB14I2")
    office = Office(book, [Desk(told=[Money.of(3)])], listed={INFY: fund})
    await ask_for_today(office.trading)
    told = await office.told(child)
    assert told is not None
    assert told.at_fills == AT_FILLS - Money.of("15.001")


def test_the_receipt_adds_up() -> None:
    child = child_of("ord_1")
    predicted = priced(BrokerId.ZERODHA, "BUY 10 NSE:INFY CNC @1500")
    told = Charged(child.id, T0, 10, AT_FILLS, Money.of("17.81"), None)
    part = ChildChargesOut.of(child, predicted, told)
    assert part.difference == Money.of("17.81") - predicted.total
    assert [one.cause for one in part.differences] == [Cause.FILL, Cause.ROUNDING]
    assert Money.sum(one.amount for one in part.differences) == part.difference
    whole = OrderChargesOut.of("ord_1", [part.model_copy(update={"filled_quantity": 10})])
    assert (whole.charged, whole.difference) == (part.charged, part.difference)
    waiting = ChildChargesOut.of(child, predicted, None)
    assert waiting.unknown == "Nothing was filled, so nothing is charged."
    assert OrderChargesOut.of("ord_1", [waiting]).charged is None

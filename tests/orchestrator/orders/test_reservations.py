"""Two orders never spend the same rupee or share, whatever is decided, answered, filled and read at the same time.

Two databases of one product (as two of its processes) decide at once over two accounts, whose brokers are played by
ledgers that do only what they are told: a ledger that would have to go below zero is a promise made twice.
"""

from __future__ import annotations

import asyncio
import random
from collections.abc import AsyncIterator
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from decimal import Decimal
from typing import Any, cast

import pytest
from sqlalchemy import insert

from adapters.broker import Endpoints, LoginKind, Session
from adapters.guard import Guarded
from adapters.values import Listing
from domain.account import AccountId, AccountState, BrokerAccount, BrokerId, Margin, UserId
from domain.instrument import Exchange, Instrument, InstrumentId, Kind
from domain.money import ZERO, Money, Price
from domain.order import Accepted, ChildOrder, End, Ended, OrderIntent, OrderType, Product, Progress, Side
from domain.portfolio import AccountSnapshot
from domain.position import Holding
from domain.routing import Market
from orchestrator.accounts.connections import Connection
from orchestrator.config import Settings
from orchestrator.orders import finding, repository
from orchestrator.orders.place import Recorded, _decide_and_record
from orchestrator.orders.plan import Situation
from orchestrator.orders.trading import Trading
from orchestrator.storage.db import Database, open_database
from orchestrator.tables.identity import users
from tests.orchestrator.stub_broker import StubAdapter, StubBroker, terms

USER = UserId("usr_1")
INFY = Instrument(
    id=InstrumentId(Exchange.NSE, "INFY"),
    name="Infosys",
    kind=Kind.EQUITY,
    lot=1,
    tick=Price.of("0.05"),
    isin="INE009A01021",
)
MARKET = Market(kind=Kind.EQUITY, lot=1, tick=Price.of("0.05"), freeze=None, last_price=Price.of(100))
CASH, SHARES = Decimal(5_000), 60  # at each account: far less than is asked for


def now() -> datetime:
    return datetime.now(UTC)


@dataclass(eq=False)
class Ledger:
    """One broker's account: what is blocked or spent is off `cash`, what is delivered off `shares`."""

    connection: Connection
    cash: Decimal = CASH
    shares: int = SHARES

    def read(self, began: datetime) -> AccountSnapshot:
        account = self.connection.account
        cash = Money.of(self.cash)
        held = Holding(INFY.id, INFY.isin or "", self.shares, 0, self.shares, None)
        return AccountSnapshot(
            account.id, account.broker, account.label, Margin(cash, ZERO, cash), (held,), (), began
        )


def ledger(broker: BrokerId) -> Ledger:
    account = BrokerAccount(
        AccountId(f"acc_{broker.value}"), USER, broker, broker.value, AccountState.CONNECTED
    )
    adapter = StubAdapter(terms(broker, LoginKind.REDIRECT))
    endpoints = Endpoints(rest="", login="")
    connection = Connection(
        account=account, adapter=cast(Any, adapter), endpoints=endpoints, symbols=cast(Any, None), clock=now
    )
    connection.broker = Guarded(cast(Any, StubBroker(adapter, Session("", "", now()))))
    return Ledger(connection)


@pytest.fixture
async def databases(db: Database, database_settings: Settings) -> AsyncIterator[tuple[Database, Database]]:
    """One database opened twice, as by two processes."""
    row = {
        "id": USER,
        "email": "a@b.c",
        "name": "",
        "password_hash": "",
        "mode": "orchestrator",
        "created_at": now(),
    }
    await db.write(lambda conn: conn.execute(insert(users), row))
    second = open_database(database_settings)
    yield db, second
    await second.close()


class Town:
    """Everyone who acts at once."""

    def __init__(self, databases: tuple[Database, Database], seed: int) -> None:
        self.random = random.Random(seed)
        self.databases = databases
        self.ledgers = {
            one.connection.account.id: one for one in (ledger(BrokerId.ZERODHA), ledger(BrokerId.UPSTOX))
        }
        self.sent = 0
        self.refused = 0

    async def pause(self) -> None:
        await asyncio.sleep(self.random.random() / 200)

    async def read_accounts(self) -> None:
        while True:
            for one in self.ledgers.values():
                began = now()
                await self.pause()
                before, fresh = one.connection.snapshot, one.read(began)
                if before is not None and self.random.random() < 0.4:  # the broker told all but the funds
                    fresh = replace(fresh, margin=before.margin, margin_as_of=before.funds_as_of)
                one.connection.snapshot = fresh
                await asyncio.sleep(self.random.random() / 20)  # long enough to grow old

    async def trade(self, trader: int, orders: int) -> None:
        for number in range(orders):
            side = self.random.choice(list(Side))
            price = Price.of(100 if side is Side.BUY else 101)  # own orders must not cross
            quantity = self.random.randint(1, 25)
            intent = OrderIntent(INFY.id, side, quantity, OrderType.LIMIT, Product.CNC, price=price)
            await self._place(self.databases[trader % 2], intent, f"{trader}-{number}")
            await self.pause()

    async def _place(self, database: Database, intent: OrderIntent, key: str) -> None:
        situation = Situation(
            user_id=USER,
            intent=intent,
            instrument=INFY,
            market=MARKET,
            connections=tuple(one.connection for one in self.ledgers.values()),
            listed=dict.fromkeys(self.ledgers, Listing(INFY, "INFY", "INFY")),
            same_share=frozenset({INFY.id}),
            now=now(),
            result=lambda: (None, ""),
        )
        trading = Trading(**{name: cast(Any, None) for name in PARTS})
        outcome = await database.write(
            lambda conn: _decide_and_record(conn, trading, situation, key, key, asks=True),
            lock=f"orders:{USER}",
        )
        if not isinstance(outcome, Recorded):
            self.refused += 1
            return
        self.sent += 1
        decision = outcome.story.decision
        await asyncio.gather(
            *(
                self._carry(database, child, part.margin_required)
                for child, part in zip(outcome.story.order.children, decision.slices, strict=True)
            )
        )

    async def _carry(self, database: Database, child: ChildOrder, margin: Money) -> None:
        """The broker's side: takes it, then fills some of it and ends the rest, each told a little later."""
        one = self.ledgers[child.account_id]
        await self.pause()
        if child.side is Side.BUY:
            one.cash -= margin.amount
            assert one.cash >= 0, "a rupee was promised twice"
        await self.pause()
        number = f"no_{child.id}"
        await self._learn(database, child, Accepted(number, now()))
        await self.pause()
        filled = self.random.choice([0, child.quantity, self.random.randint(0, child.quantity)])
        if filled and child.side is Side.SELL:
            one.shares -= filled
            assert one.shares >= 0, "a share was sold twice"
        if child.side is Side.BUY:
            one.cash += margin.amount * (child.quantity - filled) / child.quantity
        await self.pause()
        facts = [Progress(filled, Price.of(100), now(), number)] if filled else []
        await self._learn(database, child, *facts, Ended(End.CANCELLED, now(), "by user", number))

    async def _learn(self, database: Database, child: ChildOrder, *facts: Any) -> None:
        await database.write(
            lambda conn: repository.add_facts(conn, child.id, facts, at=now(), answered_at=now())
        )


PARTS = ("db", "bus", "connections", "instruments", "hub", "calendar", "clock", "announcer", "day_result")


@pytest.mark.parametrize("seed", range(5))
async def test_no_rupee_and_no_share_is_promised_twice(
    databases: tuple[Database, Database], seed: int
) -> None:
    town = Town(databases, seed)
    for one in town.ledgers.values():
        one.connection.snapshot = one.read(now())
    reading = asyncio.create_task(town.read_accounts())
    await asyncio.gather(*(town.trade(trader, 12) for trader in range(8)))
    reading.cancel()
    assert town.sent
    assert town.refused, "more was asked for than there is"
    left = await databases[0].read(lambda conn: finding.live_in(conn, USER, INFY.id))
    assert left == []

"""Prices over real brokers of the sandbox: accounts logged in, instruments loaded, the hub running."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Callable, Collection
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from typing import Any

from adapters.broker import Adapter, Endpoints
from adapters.guard import GuardSettings
from adapters.registry import BROKERS
from domain.account import AccountId, AccountState, BrokerAccount, BrokerId, UserId
from domain.calendar import Calendar
from domain.instrument import InstrumentId
from domain.market import Mode, Tick
from domain.money import Price
from mocks.launch import Sandbox
from orchestrator.accounts.connections import Connection
from orchestrator.bus import Bus
from orchestrator.instruments.service import Instruments
from orchestrator.market.hub import Hub
from orchestrator.storage.db import Database
from tests.adapters.desk import SERVERS, Desk, Names, now, opened

INFY = InstrumentId.parse("NSE:INFY")
TCS = InstrumentId.parse("NSE:TCS")
PATIENCE = 60.0
MASTERS: dict[BrokerId, Names] = {}
LOADED: dict[str, Instruments] = {}  # by the sandbox: reading the masters takes longer than most tests


@dataclass
class Accounts:
    """The part of `Connections` that the market looks at."""

    all: dict[AccountId, Connection] = field(default_factory=dict)
    told: list[tuple[AccountId, str]] = field(default_factory=list)

    def connected(self) -> list[Connection]:
        return [one for one in self.all.values() if one.ready]

    async def login_needed(self, account_id: AccountId, words: str) -> None:
        self.told.append((account_id, words))
        self.all[account_id].end(AccountState.LOGIN_NEEDED, words, now())


@dataclass
class Floor:
    hub: Hub
    instruments: Instruments
    accounts: Accounts
    desks: dict[BrokerId, Desk]
    bus: Bus
    db: Database

    async def until(self, good: Callable[[], bool], what: str) -> None:
        """Waits until it is so."""
        deadline = asyncio.get_running_loop().time() + PATIENCE
        while not good():
            assert asyncio.get_running_loop().time() < deadline, f"never came true: {what}"
            await asyncio.sleep(0.02)

    async def set_price(self, name: InstrumentId, price: str) -> None:
        """At the exchange."""
        sandbox = next(iter(self.desks.values())).sandbox
        await asyncio.to_thread(sandbox.post, "/prices", {"prices": {str(name): price}})

    def price(self, name: InstrumentId) -> str | None:
        last = self.hub.last(name)
        return str(last.price) if last else None


@asynccontextmanager
async def floor(
    sandbox: Sandbox | None, db: Database, bus: Bus, *brokers: BrokerId, mute: BrokerId | None = None
) -> AsyncIterator[Floor]:
    """With one fresh account at each of these brokers. The feed of `mute` is up and says nothing."""
    desks: dict[BrokerId, Desk] = {}
    async with _all_opened(sandbox, brokers, desks):
        instruments = await _loaded(sandbox, db)
        accounts = Accounts()
        for broker, desk in desks.items():
            connection = connected(broker, desk, instruments)
            if broker is mute:
                connection.adapter = Mute(desk.adapter)
            accounts.all[connection.account.id] = connection
        hub = Hub(
            bus=bus,
            connections=accounts,  # type: ignore[arg-type]
            instruments=instruments,
            calendar=Calendar(always_open=True),
            clock=now,
            stall=15.0 if mute is None else 0.6,
        )
        await hub.start()
        try:
            yield Floor(hub, instruments, accounts, desks, bus, db)
        finally:
            await hub.close()
            for connection in accounts.all.values():
                if connection.broker is not None:
                    await connection.broker.aclose()


class Mute:
    """An adapter whose price feed is up and says nothing; all else is as it was."""

    def __init__(self, adapter: Adapter) -> None:
        self._adapter = adapter

    def __getattr__(self, name: str) -> Any:
        return getattr(self._adapter, name)

    @asynccontextmanager
    async def market_feed(self, *_: object, **__: object) -> AsyncIterator[Mute]:
        yield self

    async def subscribe(self, instruments: Collection[InstrumentId], mode: Mode = Mode.LTP) -> None:
        """Taken, and never served."""

    async def unsubscribe(self, instruments: Collection[InstrumentId]) -> None:
        """Nothing to end."""

    async def ticks(self) -> AsyncIterator[Tick]:
        await asyncio.Event().wait()
        yield tick(INFY, "0.05")


async def _loaded(sandbox: Sandbox | None, db: Database) -> Instruments:
    """Every instrument of all brokers, read once in a run; none without a sandbox."""
    where = sandbox.urls if sandbox is not None else {}
    if (known := LOADED.get(where.get("control", ""))) is not None:
        return known

    def endpoints(broker: BrokerId) -> Endpoints:
        server, addresses = SERVERS[broker]
        return addresses(where[server], where[server].replace("http", "ws"))

    adapters: dict[BrokerId, Adapter] = dict(BROKERS) if where else {}
    instruments = Instruments(db=db, adapters=adapters, endpoints=endpoints, clock=now)
    await instruments.refresh(adapters)
    if where:
        assert len(instruments)
        LOADED[where["control"]] = instruments
    return instruments


def connected(broker: BrokerId, desk: Desk, instruments: Instruments) -> Connection:
    account = BrokerAccount(
        id=AccountId(f"acc-{broker.value}"),
        user_id=UserId("u"),
        broker=broker,
        label=broker.value.title(),
        state=AccountState.CONNECTED,
    )
    connection = Connection(
        account=account,
        adapter=desk.adapter,
        endpoints=desk.endpoints,
        symbols=instruments.symbols(broker),
        clock=now,
    )
    connection.begin(desk.session, "sealed", GuardSettings(breaker_reset=1.0))
    return connection


@asynccontextmanager
async def _all_opened(
    sandbox: Sandbox | None,
    brokers: tuple[BrokerId, ...],
    desks: dict[BrokerId, Desk],
) -> AsyncIterator[None]:
    if not brokers or sandbox is None:
        yield
        return
    async with opened(sandbox, brokers[0], MASTERS) as desk:
        desks[brokers[0]] = desk
        async with _all_opened(sandbox, brokers[1:], desks):
            yield


def tick(name: InstrumentId, price: str) -> Tick:
    return Tick(name, Price.of(price), now())


__all__ = ["INFY", "SERVERS", "TCS", "Accounts", "Floor", "connected", "floor", "tick"]

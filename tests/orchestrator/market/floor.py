"""Prices over real brokers of the sandbox: accounts logged in, instruments loaded, the hub running."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from dataclasses import dataclass, field

from adapters.broker import Adapter
from adapters.guard import GuardSettings
from domain.account import AccountId, AccountState, BrokerAccount, BrokerId, UserId
from domain.calendar import Calendar
from domain.instrument import InstrumentId
from domain.market import Tick
from mocks.launch import Sandbox
from orchestrator.accounts.connections import Connection
from orchestrator.bus import Bus
from orchestrator.db import Database
from orchestrator.instruments.service import Instruments
from orchestrator.market.hub import Hub
from tests.adapters.desk import SERVERS, Desk, Names, now, opened

INFY = InstrumentId.parse("NSE:INFY")
TCS = InstrumentId.parse("NSE:TCS")
PATIENCE = 10.0


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
async def floor(sandbox: Sandbox | None, db: Database, bus: Bus, *brokers: BrokerId) -> AsyncIterator[Floor]:
    """With one fresh account at each of these brokers."""
    masters: dict[BrokerId, Names] = {}
    desks: dict[BrokerId, Desk] = {}
    async with _all_opened(sandbox, brokers, masters, desks):
        adapters: dict[BrokerId, Adapter] = {broker: desk.adapter for broker, desk in desks.items()}
        instruments = Instruments(
            db=db, adapters=adapters, endpoints=lambda broker: desks[broker].endpoints, clock=now
        )
        keeping = await instruments.start()
        accounts = Accounts()
        for broker, desk in desks.items():
            connection = connected(broker, desk, instruments)
            accounts.all[connection.account.id] = connection
        hub = Hub(
            bus=bus,
            connections=accounts,  # type: ignore[arg-type]
            instruments=instruments,
            calendar=Calendar(always_open=True),
            clock=now,
        )
        await hub.start()
        try:
            yield Floor(hub, instruments, accounts, desks, bus)
        finally:
            await hub.close()
            keeping.cancel()
            await asyncio.gather(keeping, return_exceptions=True)
            for connection in accounts.all.values():
                if connection.broker is not None:
                    await connection.broker.aclose()


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
    masters: dict[BrokerId, Names],
    desks: dict[BrokerId, Desk],
) -> AsyncIterator[None]:
    if not brokers or sandbox is None:
        yield
        return
    async with opened(sandbox, brokers[0], masters) as desk:
        desks[brokers[0]] = desk
        async with _all_opened(sandbox, brokers[1:], masters, desks):
            yield


def tick(name: InstrumentId, price: str) -> Tick:
    from domain.money import Price

    return Tick(name, Price.of(price), now())


__all__ = ["INFY", "SERVERS", "TCS", "Accounts", "Floor", "connected", "floor", "tick"]

"""One user's accounts, instruments and prices by hand, and the portfolios over them."""

from __future__ import annotations

import asyncio
import json
from collections import Counter
from collections.abc import Callable, Collection, Iterable
from dataclasses import dataclass, field, replace
from datetime import datetime
from typing import Any

from domain.account import AccountId, AccountState, BrokerAccount, BrokerId, UserId
from domain.calendar import Calendar
from domain.instrument import Exchange, Instrument, InstrumentId, Kind
from domain.money import Price
from domain.portfolio import AccountSnapshot, LastPrice
from domain.position import Holding, Position
from orchestrator.bus import LocalBus
from orchestrator.leases.shards import Asked, Nobodys
from orchestrator.portfolio.kept import Kept
from orchestrator.portfolio.portfolios import Portfolios
from tests.aggregation.cases import ISINS, NOW, SHARES, last, snapshot

ASHA = UserId("usr_asha")


@dataclass
class Account:
    """What the portfolio sees of a `Connection`."""

    account: BrokerAccount
    snapshot: AccountSnapshot | None = None
    failing_since: object = None
    connected_at: object = NOW
    last_error: str | None = None

    def tells(self, *parts: Holding | Position, **more: Any) -> None:
        """A new reading."""
        self.snapshot = snapshot(self.account.id, *parts, **more)


@dataclass
class Accounts:
    """The part of `Connections` that the portfolio looks at. A reading waits for `go` where that is set."""

    mine: list[Account] = field(default_factory=list)
    asked: Counter[str] = field(default_factory=Counter)
    go: asyncio.Event | None = None

    def add(self, name: str, state: AccountState = AccountState.CONNECTED) -> Account:
        account = BrokerAccount(AccountId(name), ASHA, BrokerId.MOCK, name.title(), state)
        self.mine.append(Account(account))
        return self.mine[-1]

    def of_user(self, user_id: UserId) -> list[Account]:
        return self.mine

    async def ready(self, user_id: UserId) -> list[Account]:
        self.asked["ready"] += 1
        return self.mine

    async def refresh(self, account_id: AccountId) -> None:
        self.asked[account_id] += 1
        if self.go is not None:
            await self.go.wait()

    def get(self, account_id: AccountId) -> Account | None:
        return next((one for one in self.mine if one.account.id == account_id), None)

    def told(self, account_id: AccountId) -> None:
        self.asked[f"soon {account_id}"] += 1


@dataclass
class Names:
    """The part of `Instruments`."""

    edition: int = 1

    def get(self, name: InstrumentId) -> Instrument | None:
        isin = SHARES.get(name)
        return Instrument(name, name.symbol, Kind.EQUITY, 1, Price.of("0.05"), isin) if isin else None

    def same_share(self, share: Instrument) -> tuple[InstrumentId, ...]:
        same = [name for name, isin in SHARES.items() if isin == share.isin]
        return tuple(sorted(same, key=lambda name: name.exchange is not Exchange.NSE))

    def isins(self, names: Iterable[InstrumentId]) -> dict[InstrumentId, str]:
        return {name: SHARES[name] for name in names if name in SHARES}


@dataclass
class Prices:
    """The part of `Hub`."""

    told: dict[InstrumentId, LastPrice] = field(default_factory=dict)
    heard: list[Callable[[InstrumentId], None]] = field(default_factory=list)
    glanced: set[InstrumentId] = field(default_factory=set)
    primed: list[set[InstrumentId]] = field(default_factory=list)

    @property
    def prices(self) -> Prices:
        return self

    def on_change(self, heard: Callable[[InstrumentId], None]) -> None:
        self.heard.append(heard)

    def tick(self, name: str, price: str, close: str | None = None) -> None:
        instrument = InstrumentId.parse(name)
        self.told[instrument] = replace(last(price, close), source="zerodha")
        for heard in self.heard:
            heard(instrument)

    def last(self, name: InstrumentId) -> LastPrice | None:
        return self.told.get(name)

    def glance(self, names: Iterable[InstrumentId]) -> None:
        self.glanced |= set(names)

    async def prime(self, names: Collection[InstrumentId], *, patience: float) -> None:
        self.primed.append(set(names))


@dataclass
class Desk:
    accounts: Accounts = field(default_factory=Accounts)
    names: Names = field(default_factory=Names)
    hub: Prices = field(default_factory=Prices)
    bus: LocalBus = field(default_factory=LocalBus)

    def portfolios(self, *, background: bool = True) -> Portfolios:
        return Portfolios(
            connections=self.accounts,  # type: ignore[arg-type]
            instruments=self.names,  # type: ignore[arg-type]
            hub=self.hub,  # type: ignore[arg-type]
            bus=self.bus,
            clock=lambda: NOW,
            calendar=Calendar(),
            owning=Asked() if background else Nobodys(),
        )

    def kept(self) -> Kept:
        return Kept(self.names, self.hub.last, Calendar())  # type: ignore[arg-type]

    def take(self, kept: Kept, now: datetime = NOW) -> None:
        """Everything as it is now."""
        kept.take(self.accounts.mine, now)  # type: ignore[arg-type]
        kept.settle()


def body(kept: Kept) -> dict[str, Any]:
    """What the API would answer."""
    parts = ("totals", "holdings", "positions", "funds", "gaps")
    return {name: json.loads(kept.part(name)) for name in parts}


__all__ = ["ASHA", "ISINS", "Account", "Accounts", "Desk", "Names", "Prices", "body"]

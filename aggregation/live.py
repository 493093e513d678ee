"""A portfolio that is kept: a price moves the lines of its instrument alone, a reading regroups its account alone.

At any time it equals what `aggregation.portfolio.build` makes of the same readings and prices.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime

from aggregation import holdings, positions
from aggregation.holdings import Isins, Parcel
from aggregation.kept import NOTHING, KeptLines
from aggregation.portfolio import (
    OVER_HOLDINGS,
    OVER_POSITIONS,
    assembled,
    funds_of,
    gaps,
    totals,
)
from aggregation.positions import Key as Contract
from aggregation.positions import Stake
from domain.account import AccountId
from domain.instrument import InstrumentId
from domain.money import Money
from domain.portfolio import (
    AccountSnapshot,
    Funds,
    Gap,
    HoldingLine,
    LastPrice,
    Portfolio,
    PositionLine,
    Totals,
)


@dataclass(frozen=True, slots=True)
class Changes:
    """What is another since a version: keys of lines in their order, and of lines that are no more."""

    holdings: tuple[str, ...]
    positions: tuple[Contract, ...]
    gone_holdings: tuple[str, ...]
    gone_positions: tuple[Contract, ...]

    def __bool__(self) -> bool:
        return bool(self.holdings or self.positions or self.gone_holdings or self.gone_positions)


class LivePortfolio:
    """Of one user. `version` grows with everything that is to be seen, `settle` makes it so.

    Whoever looks (`view`, `totals`, the lines, `changes_since`) settles first.
    """

    def __init__(self) -> None:
        self.version = 0
        self.snapshots: dict[AccountId, AccountSnapshot] = {}
        self._funds: dict[AccountId, Funds] = {}
        self._prices: dict[InstrumentId, LastPrice] = {}
        self._isins: dict[InstrumentId, str] = {}
        self._listed: dict[str, set[InstrumentId]] = {}
        self.holdings: KeptLines[str, Parcel, HoldingLine] = KeptLines(
            grouped=holdings.by_isin,
            priced=self._holding,
            named=lambda parcel: parcel.instrument,
            place=holdings.place,
            summed=OVER_HOLDINGS,
        )
        self.positions: KeptLines[Contract, Stake, PositionLine] = KeptLines(
            grouped=positions.by_contract,
            priced=self._position,
            named=lambda stake: stake.position.instrument,
            place=lambda line: (line.instrument, line.product),
            summed=OVER_POSITIONS,
        )

    # --- taking --------------------------------------------------------------------------------------------------

    def know(self, isins: Isins) -> None:
        """More listings and the shares behind them. Raises ValueError for one that was another share's before: then
        everything is to be grouped anew, in a new portfolio."""
        for name, isin in isins.items():
            if self._isins.setdefault(name, isin) != isin:
                raise ValueError(f"{name} was {self._isins[name]} before")
            listed = self._listed.setdefault(isin, set())
            if name not in listed:
                listed.add(name)
                self.holdings.touch(isin)

    def take(self, snapshot: AccountSnapshot) -> None:
        """The newest reading of an account. What it holds is known already (`know`)."""
        account, before = snapshot.account_id, self.snapshots.get(snapshot.account_id)
        if snapshot is before:
            return
        self.snapshots[account], self._funds[account] = snapshot, funds_of(snapshot)
        self.version += 1
        alike = before is not None and _named(before) == _named(snapshot)

        def unmoved(line: HoldingLine | PositionLine) -> bool:
            """Whether what the broker saw as price does not matter, because a live one does."""
            live = self._prices.get(line.instrument)
            return alike and live is not None and live.prev_close is not None and line.last == live

        self.holdings.regroup(account, holdings.parcels(snapshot, self._isins), unmoved)
        self.positions.regroup(account, positions.stakes(snapshot, self._isins), unmoved)

    def drop(self, account: AccountId) -> None:
        """It is not the user's any more."""
        if self.snapshots.pop(account, None) is None:
            return
        del self._funds[account]
        self.version += 1
        self.holdings.regroup(account, (), lambda _: False)
        self.positions.regroup(account, (), lambda _: False)

    def take_price(self, name: InstrumentId, last: LastPrice) -> None:
        if self._prices.get(name) == last:
            return
        self._prices[name] = last
        self.holdings.touch_priced_by(name)
        self.positions.touch_priced_by(name)
        if (isin := self._isins.get(name)) is not None:
            self.holdings.touch(isin)

    def settle(self, most: int | None = None) -> bool:
        """Price what is due, or `most` lines of it. Whether nothing is due any more."""
        due = self.holdings.due
        self.version = self.holdings.settle(most, self.version)
        left = None if most is None else max(0, most - due)
        self.version = self.positions.settle(left, self.version)
        return not self.due

    @property
    def due(self) -> int:
        """How many lines are to be priced anew."""
        return self.holdings.due + self.positions.due

    # --- looking -------------------------------------------------------------------------------------------------

    def view(self, as_of: datetime, missing: Sequence[Gap] = ()) -> Portfolio:
        """Everything as it is; `missing` as for `build`."""
        ages = {account: one.as_of for account, one in self.snapshots.items()}
        return assembled(
            self._ordered(),
            self.holdings.dated(ages),
            self.positions.dated(ages),
            self._sums(),
            missing=missing,
            as_of=as_of,
        )

    def totals(self, missing: Sequence[Gap] = ()) -> Totals:
        """Those of `view`, for less."""
        prices = (*self.holdings.priced_at.values(), *self.positions.priced_at.values())
        return totals(
            self._ordered(),
            self.funds(),
            self._sums(),
            missing=missing,
            priced_as_of=min(prices, default=None),
        )

    @property
    def day_pnl(self) -> Money | None:
        """That of `totals` alone: rupees, None while a part is not known."""
        return self._sums()["day_pnl"]

    def funds(self) -> list[Funds]:
        return [self._funds[account] for account in sorted(self._funds)]

    def gaps(self, missing: Sequence[Gap] = ()) -> tuple[Gap, ...]:
        return gaps(self._ordered(), missing)

    def changes_since(self, version: int) -> Changes:
        """What another line is since then. Only when an account was read is no line's change."""
        held, traded = self.holdings, self.positions
        return Changes(
            tuple(key for key in held.ordered() if held.changed[key] > version),
            tuple(key for key in traded.ordered() if traded.changed[key] > version),
            tuple(key for key, at in held.gone.items() if at > version),
            tuple(key for key, at in traded.gone.items() if at > version),
        )

    def _ordered(self) -> list[AccountSnapshot]:
        return [self.snapshots[account] for account in sorted(self.snapshots)]

    def _sums(self) -> Mapping[str, Money | None]:
        traded = self.positions.sums
        return {name: held.with_(traded.get(name, NOTHING)) for name, held in self.holdings.sums.items()}

    def _holding(self, isin: str, group: Sequence[Parcel]) -> HoldingLine:
        return holdings.priced(isin, group, self._prices, self._listed.get(isin, ()))

    def _position(self, key: Contract, group: Sequence[Stake]) -> PositionLine:
        return positions.priced(key, group, self._prices)


def _named(snapshot: AccountSnapshot) -> tuple[object, ...]:
    """What every lot of the account says of it."""
    return snapshot.broker, snapshot.label, snapshot.stale_since is not None

"""One user's portfolio as this process holds it: fed with readings and prices, and written for the wire once."""

from __future__ import annotations

from collections.abc import Callable, Hashable, Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from typing import TypeVar

from aggregation.live import LivePortfolio
from aggregation.overnight import carried_over
from domain.account import AccountId, AccountState
from domain.calendar import IST, Calendar
from domain.instrument import InstrumentId
from domain.portfolio import AccountSnapshot, Gap, HoldingLine, LastPrice, Portfolio, PositionLine, Totals
from domain.position import Holding, Position
from orchestrator.accounts.connections import Connection
from orchestrator.ids import new_id
from orchestrator.instruments.service import Instruments
from orchestrator.portfolio.schemas import FundsOut, GapOut, HoldingOut, PositionOut, TotalsOut
from orchestrator.portfolio.wire import Written, dated, joined, listed, outs, text, written
from orchestrator.schemas import in_ist

Key = TypeVar("Key", bound=Hashable)
Line = TypeVar("Line", HoldingLine, PositionLine)
Latest = Callable[[InstrumentId], LastPrice | None]


@dataclass(frozen=True, slots=True)
class Text:
    """A line in JSON. `form` lacks the times its accounts were read, which `text` has as they were at `dated_at`."""

    line: object
    form: Written
    dated_at: int
    text: bytes


class Kept:
    """`origin` and `version` together name one state of it; `numbers` is the version of the last change that was more
    than a price. What `latest` gives is asked for when an instrument was `moved`.
    """

    def __init__(self, instruments: Instruments, latest: Latest, calendar: Calendar) -> None:
        self._instruments, self._latest, self._calendar = instruments, latest, calendar
        self.moved: dict[InstrumentId, None] = {}
        self.mine: Sequence[Connection] = ()
        self.numbers = 0
        self.shown = False  # whether someone wants to see it
        self.told = ""  # the tag that followers were woken for last
        self.names: set[InstrumentId] = set()  # of all it is or was priced by
        self._begin()

    def _begin(self) -> None:
        """With nothing, under the names as they are today."""
        self.origin = new_id("pf")
        self.live = LivePortfolio()
        self.unpriced: set[InstrumentId] = set()  # of which no account told a price
        self.gaps: tuple[Gap, ...] = ()
        self._edition = self._instruments.edition
        self._held: set[InstrumentId] = set()
        self._carried: dict[AccountId, tuple[AccountSnapshot, AccountSnapshot]] = {}
        self._texts: dict[Hashable, Text] = {}
        self._ages: dict[AccountId, bytes] = {}
        self._written = -1  # the version whose lines are all written
        self._dated_at = 0  # the version when an account was read last
        self._body: tuple[int, dict[str, bytes]] = (-1, {})

    @property
    def version(self) -> int:
        return self.live.version

    @property
    def tag(self) -> str:
        return f"{self.origin}-{self.version}"

    # --- feeding -------------------------------------------------------------------------------------------------

    def take(self, mine: Sequence[Connection], now: datetime) -> set[InstrumentId]:
        """The user's accounts as they are. Gives the names that are priced from now on and were not before."""
        if self._edition != self._instruments.edition:
            self._begin()
        known, version = set(self.names), self.version
        try:
            self._take(mine, now)
        except ValueError:  # a name became another share's: everything is grouped anew
            self._begin()
            version = -1
            self._take(mine, now)
        self.mine = mine
        gaps = self._gaps(now)
        if [(one.account_id, one.reason) for one in gaps] != [
            (one.account_id, one.reason) for one in self.gaps
        ]:
            self.gaps = gaps
            self.live.version += 1
        if self.version != version:
            self.numbers = self._dated_at = self.version
            ages = ((account, one.as_of) for account, one in self.live.snapshots.items())
            self._ages = {account: in_ist(at).encode() for account, at in ages}
        return self.names - known

    def _take(self, mine: Sequence[Connection], now: datetime) -> None:
        told = {one.account.id: self._of_today(one.snapshot, now) for one in mine if one.snapshot is not None}
        for account in [account for account in self.live.snapshots if account not in told]:
            self.live.drop(account)
        for account, snapshot in told.items():
            if self.live.snapshots.get(account) is not snapshot:
                self._know(snapshot)
                self.live.take(snapshot)

    def _of_today(self, snapshot: AccountSnapshot, now: datetime) -> AccountSnapshot:
        """An account that was last read on an earlier trading day stands as it was carried over."""
        if self._calendar.trading_day(snapshot.as_of) >= self._calendar.trading_day(now):
            return snapshot
        account = snapshot.account_id
        known = self._carried.get(account)
        if known is None or known[0] is not snapshot:
            names = {position.instrument for position in snapshot.positions}
            carried = carried_over(snapshot, self._instruments.isins(names))
            known = self._carried[account] = (snapshot, carried)
        return known[1]

    def _know(self, snapshot: AccountSnapshot) -> None:
        """Everything held, by the listing that prices it: a share held on BSE is also followed on NSE."""
        parts: list[Holding | Position] = [*snapshot.holdings, *snapshot.positions]
        self.unpriced |= {part.instrument for part in parts if part.last_price is None}
        new = {part.instrument for part in parts} - self._held
        if not new:
            return
        shares = [self._instruments.get(name) for name in new]
        names = new | {self._instruments.same_share(share)[0] for share in shares if share is not None}
        self.live.know(self._instruments.isins(names))
        self.moved |= dict.fromkeys(names)
        self.names |= names
        self._held |= new

    def settle(self, most: int | None = None) -> bool:
        """Value what moved, or `most` lines of it. Whether all is done."""
        while self.moved:
            name, _ = self.moved.popitem()
            if (last := self._latest(name)) is not None:
                self.live.take_price(name, last)
        return self.live.settle(most)

    @property
    def settled(self) -> bool:
        """Whether every line is of the newest readings."""
        return not self.live.due

    def write(self) -> None:
        """The lines that changed, so that whoever asks need not wait for it."""
        if self._written == self.version:
            return
        self._written = self.version
        for isin, shares in self.live.holdings.lines.items():
            self._text(isin, shares, self._holding)
        for key, trade in self.live.positions.lines.items():
            self._text(key, trade, self._position)

    # --- looking (settled) ---------------------------------------------------------------------------------------

    def view(self, now: datetime) -> Portfolio:
        return replace(self.live.view(now, self._missing(now)), gaps=self.gaps)

    def totals(self) -> Totals:
        return self.live.totals([gap for gap in self.gaps if gap.account_id not in self.live.snapshots])

    def part(self, name: str) -> bytes:
        """A field of the portfolio as JSON; written once for each version."""
        version, parts = self._body
        if version != self.version:
            self._body = (self.version, parts := {})
        if name not in parts:
            parts[name] = self._part(name)
        return parts[name]

    def _part(self, name: str) -> bytes:
        match name:
            case "totals":
                return text(TotalsOut.of(self.totals()))
            case "holdings":
                return self._listed(self.live.holdings.ordered(), self.live.holdings.lines, self._holding)
            case "positions":
                return self._listed(self.live.positions.ordered(), self.live.positions.lines, self._position)
            case "funds":
                return outs([FundsOut.of(one) for one in self.live.funds()])
            case "gaps":
                return outs([GapOut.of(one) for one in self.gaps])
            case "ages":
                return text({account: one.as_of for account, one in self.live.snapshots.items()})
        raise ValueError(f"a portfolio has no {name}")

    def changes(self, tag: str, now: datetime) -> bytes:
        """What became of the portfolio of that tag until now; all of it when the tag is not of this one."""
        origin, _, version = tag.rpartition("-")
        whole = origin != self.origin or not version.isdecimal()
        since = self.live.changes_since(-1 if whole else int(version))
        held, traded = self.live.holdings.lines, self.live.positions.lines
        gone = {
            "holdings": since.gone_holdings,
            "positions": [
                {"exchange": name.exchange, "symbol": name.symbol, "product": product}
                for name, product in since.gone_positions
            ],
        }
        return joined(
            {
                "version": text(self.tag),
                "whole": text(whole),
                "as_of": text(now),
                "totals": self.part("totals"),
                "holdings": self._listed(since.holdings, held, self._holding),
                "positions": self._listed(since.positions, traded, self._position),
                "gone": text({"holdings": (), "positions": ()} if whole else gone),
                "ages": self.part("ages"),
                "funds": self.part("funds"),
                "gaps": self.part("gaps"),
            }
        )

    def _listed(
        self, keys: Iterable[Key], lines: Mapping[Key, Line], out: Callable[[Line], Written]
    ) -> bytes:
        return listed([self._text(key, lines[key], out) for key in keys])

    def _text(self, key: Key, line: Line, out: Callable[[Line], Written]) -> bytes:
        """The line as JSON: written when it changed, with the ages of its lots when an account was read."""
        known = self._texts.get(key)
        if known is not None and known.line is line and known.dated_at == self._dated_at:
            return known.text
        form = known.form if known is not None and known.line is line else out(line)
        known = self._texts[key] = Text(line, form, self._dated_at, dated(form, self._ages))
        return known.text

    def _holding(self, line: HoldingLine) -> Written:
        return written(HoldingOut.of(line, name=self._words(line.instrument)))

    def _position(self, line: PositionLine) -> Written:
        return written(PositionOut.of(line, name=self._words(line.instrument)))

    def _words(self, name: InstrumentId) -> str:
        known = self._instruments.get(name)
        return known.name if known else name.symbol

    # --- what is missing -----------------------------------------------------------------------------------------

    def _missing(self, now: datetime) -> list[Gap]:
        return [_missing(one, now) for one in self.mine if one.snapshot is None and _was_connected(one)]

    def _gaps(self, now: datetime) -> tuple[Gap, ...]:
        by_id = {one.account.id: one for one in self.mine}
        return tuple(
            _explained(gap, by_id[gap.account_id])
            for gap in self.live.gaps(self._missing(now))
            if gap.account_id in by_id
        )


def _was_connected(connection: Connection) -> bool:
    """An account whose first login was never finished owns nothing that could be missing."""
    return connection.account.state in (AccountState.CONNECTED, AccountState.LOGIN_NEEDED)


def _missing(connection: Connection, now: datetime) -> Gap:
    account = connection.account
    since = connection.failing_since or connection.connected_at or now
    words = f": {connection.last_error}" if connection.last_error else ""
    return Gap(account.id, account.broker, account.label, since, f"{account.label} was not read yet{words}")


def _explained(gap: Gap, connection: Connection) -> Gap:
    """With the state of the account as the reason, where that says more than silence."""
    if connection.account.state is not AccountState.LOGIN_NEEDED:
        return gap
    seen = connection.snapshot
    numbers = f"; its numbers are from {seen.as_of.astimezone(IST):%H:%M:%S}" if seen else ""
    return replace(gap, reason=f"{gap.label} needs a login{numbers}")

"""What every account is worth in the evening of a trading day, kept once it is known whole.

From the close until midnight accounts are looked at again and again: the last look stands, and one that could not be
read is not guessed. Doing it twice, or in two processes, changes nothing.
"""

from __future__ import annotations

from datetime import date, datetime, time, timedelta

import structlog
from sqlalchemy import Connection as SqlConnection

from aggregation.flows import inferred
from aggregation.worth import Worth, worths
from domain.account import AccountId, UserId
from domain.calendar import IST, Calendar
from domain.instrument import InstrumentId, Kind
from domain.money import Money
from domain.portfolio import Lot, Portfolio
from orchestrator.accounts.connections import Connections
from orchestrator.ids import new_id
from orchestrator.instruments.service import Instruments
from orchestrator.performance import repository
from orchestrator.performance.repository import Evening, Flow, FlowSource, FlowState
from orchestrator.portfolio.portfolios import Portfolios
from orchestrator.state import Clock
from orchestrator.storage.db import Database

log = structlog.get_logger(__name__)

AGAIN = timedelta(minutes=30)  # between two looks at an account in one evening
OPTIONS = (Kind.CALL, Kind.PUT)


class Evenings:
    """`begins`: the IST time from which a trading day's evening is read."""

    def __init__(
        self,
        *,
        db: Database,
        connections: Connections,
        instruments: Instruments,
        portfolios: Portfolios,
        calendar: Calendar,
        clock: Clock,
        begins: time,
    ) -> None:
        self._db, self._connections, self._instruments = db, connections, instruments
        self._portfolios, self._calendar, self._clock = portfolios, calendar, clock
        self._begins = begins

    async def look(self) -> int:
        """Read what is due now. How many accounts' evenings were kept."""
        day, since = self._evening()
        if day is None:
            return 0
        known = await self._db.read(lambda conn: repository.read_on(conn, day))
        now, kept = self._clock(), 0
        due = {
            one.account.user_id
            for one in self._connections.connected()
            if known.get(one.account.id, since) <= max(since, now - AGAIN)
        }
        for user_id in sorted(due):
            kept += await self._keep(user_id, day, since)
        return kept

    def _evening(self) -> tuple[date | None, datetime]:
        """The trading day whose evening it is, and since when."""
        now = self._clock().astimezone(IST)
        since = datetime.combine(now.date(), self._begins, IST)
        due = self._calendar.trades(now.date()) and now >= since
        return (now.date() if due else None), since

    async def _keep(self, user_id: UserId, day: date, since: datetime) -> int:
        kept = await self._portfolios.refresh(user_id)
        view = kept.view(self._clock())
        found = [
            made
            for one in worths(view, self.options(view))
            if (made := _evening_of(one, view, day, since)) is not None
        ]
        if not found:
            return 0
        now = self._clock()

        def work(conn: SqlConnection) -> None:
            for one in found:
                repository.keep_evening(conn, user_id, one)
                self._infer(conn, user_id, one, now)

        await self._db.write(work, lock=f"performance:{user_id}")
        return len(found)

    def options(self, view: Portfolio) -> frozenset[InstrumentId]:
        """The option contracts among the positions."""
        listed = ((line.instrument, self._instruments.get(line.instrument)) for line in view.positions)
        return frozenset(name for name, one in listed if one is not None and one.kind in OPTIONS)

    def _infer(self, conn: SqlConnection, user_id: UserId, one: Evening, now: datetime) -> None:
        """What came in or went out since the evening before, if that was the trading day before."""
        before = repository.evening_before(conn, one.account_id, one.day)
        if before is None or before.day < self._day_before(one.day):
            return
        told = repository.flows(
            conn, user_id, accounts=[one.account_id], first=before.day + timedelta(days=1), last=one.day
        )
        open_ones = [flow for flow in told if flow.state is FlowState.OPEN]
        settled = [flow for flow in told if flow.state is not FlowState.OPEN]
        if one.day_pnl is None or any(flow.state is FlowState.DISMISSED for flow in settled):
            return
        amount = inferred(before.value, one.value, one.day_pnl, Money.sum(flow.amount for flow in settled))
        if [flow.amount for flow in open_ones] == ([amount] if amount else []):
            return
        for flow in open_ones:  # an earlier look of this evening
            repository.remove_flow(conn, flow.id)
        if amount:
            note = "what the evening is worth beyond the one before and the day's profit"
            made = Flow(
                new_id("flw"), one.account_id, one.day, amount, FlowSource.INFERRED, FlowState.OPEN, note, now
            )
            repository.add_flow(conn, user_id, made)

    def _day_before(self, day: date) -> date:
        earlier = day - timedelta(days=1)
        while not self._calendar.trades(earlier):
            earlier -= timedelta(days=1)
        return earlier


def _evening_of(one: Worth, view: Portfolio, day: date, since: datetime) -> Evening | None:
    """None where it is not known whole, or was not read since the close."""
    read_at = _read_at(one.account_id, view)
    if one.shares is None or one.cash is None or one.open is None or read_at is None or read_at < since:
        if one.missing:
            log.info("performance.evening_unknown", account=one.account_id, why=one.missing)
        return None
    return Evening(one.account_id, day, one.broker, one.shares, one.cash, one.open, one.day_pnl, read_at)


def _read_at(account: AccountId, view: Portfolio) -> datetime | None:
    """The oldest part of the account's reading."""
    lots: list[Lot] = [lot for line in view.holdings for lot in line.lots]
    lots += [lot for line in view.positions for lot in line.lots]
    times = [one.as_of for one in lots if one.account_id == account]
    times += [one.as_of for one in view.funds if one.account_id == account]
    return min(times, default=None)

"""The story of an unclear order: look for it by its tag until it is found, or provably absent over a quiet window.

Nothing is ever sent again in its place. A child still SUBMITTING past the deadline is the trace of a crash between
recording and the answer, and is looked for in the same way.
"""

from __future__ import annotations

import asyncio
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

import structlog

from adapters.rows import unread
from domain.calendar import IST
from domain.errors import BrokerError, SessionExpired
from domain.order import Absent, ChildId, ChildOrder, Fact, Filled, Lost, Source, Status
from domain.report import OrderReport, facts_of
from orchestrator.accounts.connections import Connection
from orchestrator.orders import finding
from orchestrator.orders.cancel import cancel_if_asked
from orchestrator.orders.learn import learn
from orchestrator.orders.rows import LiveChild
from orchestrator.orders.trading import Trading
from orchestrator.telemetry import metrics, tracing

log = structlog.get_logger(__name__)

PAUSES = (0.5, 1.0, 2.0, 4.0, 8.0, 15.0)  # seconds between looks; the last one repeats
ENOUGH_LOOKS = 3


@dataclass(slots=True)
class Search:
    """How the search for one child goes. `clean_since` is when an unbroken row of "not there" began."""

    next_look: datetime
    looks: int = 0
    clean_since: datetime | None = None
    clean_looks: int = 0


class Reconciler:
    """Resolves unclear children of all users. One runs where the broker sessions live."""

    def __init__(
        self, trading: Trading, *, alone: bool, answer_deadline: float, quiet_window: float | None
    ) -> None:
        """`alone`: no other process sends orders, so a SUBMITTING child that we do not send was left by a crash.

        Otherwise it counts as one after `answer_deadline` seconds. `quiet_window` overrides the brokers' own.
        """
        self._trading, self._answer_deadline = trading, answer_deadline
        self._grace = timedelta(0) if alone else timedelta(seconds=answer_deadline)
        self._quiet_window = quiet_window
        self._searches: dict[ChildId, Search] = {}

    async def run(self) -> None:
        """Until cancelled."""
        while True:
            await self.step()
            await asyncio.sleep(0.25)

    async def step(self) -> None:
        """One pass over what is unclear now."""
        being_sent = self._being_sent()  # before the read: one that is answered meanwhile is not unclear
        stored = await self._trading.db.read(finding.unclear_children)
        owns = self._trading.owning.owns
        unclear = [live for live in stored if owns(live.user_id) and self._unclear(live, being_sent)]
        self._searches = {live.child.id: self._search(live) for live in unclear}
        now = self._trading.clock()
        _tell(unclear, now)
        due = [live for live in unclear if self._searches[live.child.id].next_look <= now]
        ends = await asyncio.gather(*(self._look(live) for live in due), return_exceptions=True)
        for end in ends:  # each had its turn: one that cannot be read holds up no other
            if isinstance(end, BaseException):
                raise end

    def _unclear(self, live: LiveChild, being_sent: set[str]) -> bool:
        if live.child.status is Status.UNKNOWN:
            return True
        left_behind = live.created_at + self._grace <= self._trading.clock()
        return (
            live.child.status is Status.SUBMITTING
            and left_behind
            and live.child.id not in being_sent
            and live.child.id not in self._being_sent()
        )

    def _being_sent(self) -> set[str]:
        return self._trading.sending.awaited(self._answer_deadline)

    def _search(self, live: LiveChild) -> Search:
        return self._searches.get(live.child.id) or Search(next_look=self._trading.clock())

    async def _look(self, live: LiveChild) -> None:
        child = live.child
        with (
            structlog.contextvars.bound_contextvars(order=child.order_id),
            tracing.later("order.look_for", child.order_id, child=child.id, broker=child.broker.value),
        ):
            await self._look_for(live)

    async def _look_for(self, live: LiveChild) -> None:
        child, trading = live.child, self._trading
        search = self._searches[child.id]
        now = trading.clock()
        search.next_look = now + timedelta(seconds=PAUSES[min(search.looks, len(PAUSES) - 1)])
        search.looks += 1
        if child.status is Status.SUBMITTING:
            lost = Lost(now, "the product stopped before the answer came")
            child = (await learn(trading, child.id, [lost], source=Source.RECONCILE)).after
        connection = trading.connections.get(child.account_id)
        if connection is None or connection.broker is None:
            search.clean_since = None  # nobody to ask: what was not seen proves nothing
            return
        try:
            reports = await connection.broker.find(child)
        except BrokerError as error:
            search.clean_since = None
            search.clean_looks = 0
            if isinstance(error, SessionExpired):
                await trading.connections.login_needed(child.account_id, error.words)
            return
        if reports:
            await adopt(trading, child, connection, reports)
        elif lacking := unread(reports):
            search.clean_since, search.clean_looks = None, 0  # it may be the row that cannot be read
            log.warning("orders.book_unread", account=child.account_id, rows=lacking)
        else:
            await self._not_there(live, connection, search, now)

    async def _not_there(
        self, live: LiveChild, connection: Connection, search: Search, now: datetime
    ) -> None:
        search.clean_since = search.clean_since or now
        search.clean_looks += 1
        window = connection.terms.quiet_window if self._quiet_window is None else self._quiet_window
        long_enough = now - search.clean_since >= timedelta(seconds=window)
        if not long_enough or search.clean_looks < ENOUGH_LOOKS:
            return
        broker, day = connection.terms.name, live.created_at.astimezone(IST)
        looks = f"{search.clean_looks} looks over {window:g} s"
        if day.date() == now.astimezone(IST).date():
            words = f"not in {broker}'s order book by its tag, {looks}: it never reached the broker"
        else:  # brokers keep a book for its day
            words = f"not in {broker}'s order book of today, {looks}. That of {day:%d %b}, when it was sent, is gone: "
            words += f"look into {broker}'s own app whether it was made, before you place it again"
        await learn(
            self._trading,
            live.child.id,
            [Absent(now, words)],
            source=Source.RECONCILE,
            answered_at=self._trading.clock(),
        )


async def adopt(
    trading: Trading, child: ChildOrder, connection: Connection, reports: Sequence[OrderReport]
) -> ChildOrder:
    """A lost child was found: what its broker says of it is learnt, and a cancel asked meanwhile is sent. The child as
    it is then."""
    facts: list[Fact] = [fact for report in reports for fact in facts_of(report)]
    changed = await learn(trading, child.id, facts, source=Source.RECONCILE, answered_at=trading.clock())
    if changed.after.filled_quantity:
        await read_trades(trading, connection, changed.after)
    await cancel_if_asked(trading, changed)
    return changed.after


def _tell(unclear: list[LiveChild], now: datetime) -> None:
    """How many are unclear, and for how long: whoever watches the product is to be woken by it."""
    oldest = min((live.created_at for live in unclear), default=now)
    metrics.ORDERS_UNKNOWN.set(len(unclear))
    metrics.ORDERS_UNKNOWN_AGE.set((now - oldest).total_seconds())
    metrics.RECONCILED_AT.set_to_current_time()


async def read_trades(trading: Trading, connection: Connection, child: ChildOrder) -> None:
    """Learn the trades behind a child's fills, so that its average is exact. A failure waits for the next reading."""
    broker = connection.broker  # kept: the session may end between two of these questions
    if broker is None:
        return
    trades: list[Filled] = []
    for number in child.unexplained_order_ids:
        try:
            found = await broker.trades(child.at(number))
        except BrokerError as error:
            log.info("orders.trades_unread", child=child.id, error=error.words)
            continue
        trades += [Filled(trade.fill, number) for trade in found]
    if trades:
        await learn(trading, child.id, trades, source=Source.POLL, answered_at=trading.clock())

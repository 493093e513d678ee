"""What brokers tell of their own accord: order streams, with a poll of the book beside them.

A stream is a hint that may come late, twice or never; after every (re)connection the book is read, and while orders
are open it is read again and again, often where no stream is up.
"""

from __future__ import annotations

import asyncio
from collections.abc import Iterable
from contextlib import aclosing
from dataclasses import dataclass, field
from datetime import datetime, timedelta

import structlog

from adapters.broker import BrokerFill, Connected
from adapters.rows import unread
from domain.account import AccountId
from domain.errors import BrokerError, SessionExpired
from domain.order import ChildId, ChildOrder, Fact, Filled, Source, apply, apply_all
from domain.report import OrderReport, facts_of
from domain.surplus import Held, may_be_too_much
from orchestrator.accounts.connections import Connection
from orchestrator.loops import reconnect_pause
from orchestrator.orders import finding, outside
from orchestrator.orders.book import Book, is_of
from orchestrator.orders.cancel import cancel_child, cancel_if_asked
from orchestrator.orders.drift import Drift, told_terms
from orchestrator.orders.learn import learn
from orchestrator.orders.outside_trades import OutsideTrades
from orchestrator.orders.reconcile import read_trades
from orchestrator.orders.surplus import cancel_surplus
from orchestrator.orders.trading import Trading

log = structlog.get_logger(__name__)

POLL_WITHOUT_STREAM = 2.0
POLL_WITH_STREAM = 10.0
STILL_LOOKED_FOR = timedelta(hours=1)  # an order thought absent, in case its broker took it very late
BREATH = 25  # reports of a book looked at in one go
STEADY = 10.0  # seconds after which a stream that ends has not failed


@dataclass(slots=True)
class Watch:
    """One account being followed."""

    connection: Connection
    streaming: bool = False
    read_now: asyncio.Event = field(default_factory=asyncio.Event)
    book: Book = field(init=False)
    book_due: float = 0.0  # on the loop's clock: when the book is read even if nothing of ours is open
    outside: tuple[OrderReport, ...] | None = (
        None  # others' open orders as they are kept; None: to be kept anew
    )
    others: OutsideTrades = field(default_factory=OutsideTrades)
    drift: Drift = field(default_factory=Drift)

    def __post_init__(self) -> None:
        self.book = Book(self.connection.account.id)


class OrderUpdates:
    """Follows the connected accounts of the users whom this process works for."""

    def __init__(self, trading: Trading, *, pause: float = POLL_WITH_STREAM) -> None:
        """`pause`: seconds between readings of a book whose stream is up; for orders placed elsewhere alone, twice."""
        self._trading, self._pause = trading, pause
        self._tasks: dict[tuple[AccountId, int], asyncio.Task[None]] = {}
        self._began = trading.clock()
        self._cancelled: set[Held] = set()  # asked again by this process, see `_finish_cancels`
        self._surplus: set[Held] = set()  # asked by this process because it was too much
        self._watches: dict[AccountId, Watch] = {}

    def look(self, account_id: AccountId) -> None:
        """Read the account's book as soon as possible, whether or not something of ours is open there."""
        if watch := self._watches.get(account_id):
            watch.book_due = 0.0
            watch.read_now.set()

    def without_stream(self, account_id: AccountId) -> bool:
        """Whether the account is followed here and has no stream of updates now."""
        watch = self._watches.get(account_id)
        return watch is not None and not watch.streaming

    def look_everywhere(self) -> None:
        for account_id in self._watches:
            self.look(account_id)

    async def run(self) -> None:
        """Until cancelled: an account that connects is followed, one whose session changed is followed anew."""
        try:
            while True:
                owns = self._trading.owning.owns
                connected = self._trading.connections.connected()
                self._follow(one for one in connected if owns(one.account.user_id))
                await asyncio.sleep(0.5)
        finally:
            for task in self._tasks.values():
                task.cancel()
            await asyncio.gather(*self._tasks.values(), return_exceptions=True)

    def _follow(self, connections: Iterable[Connection]) -> None:
        wanted = {(one.account.id, one.generation): one for one in connections}
        for key in [key for key, task in self._tasks.items() if key not in wanted or task.done()]:
            task = self._tasks.pop(key)
            task.cancel()
            if task.done() and not task.cancelled() and (bug := task.exception()):
                log.error("orders.watch_failed", account=key[0], exc_info=bug)
        for key, connection in wanted.items():
            if key not in self._tasks:
                self._tasks[key] = asyncio.create_task(self._watch(connection), name=f"orders of {key[0]}")

    async def _watch(self, connection: Connection) -> None:
        watch = self._watches[connection.account.id] = Watch(connection)
        watch.read_now.set()
        try:
            async with asyncio.TaskGroup() as group:
                group.create_task(self._stream(watch))
                group.create_task(self._poll(watch))
        finally:
            if self._watches.get(connection.account.id) is watch:
                del self._watches[connection.account.id]

    async def _stream(self, watch: Watch) -> None:
        if not watch.connection.terms.order_stream:
            return
        failures, loop = 0, asyncio.get_running_loop()
        while True:
            began = loop.time()
            try:
                async with aclosing(watch.connection.order_stream()) as events:
                    async for event in events:
                        await self._heard(watch, event)
            except SessionExpired as error:
                # The stream's word alone ends nothing; a session that is over is not tried again.
                if await self._trading.connections.login_needed(watch.connection.account.id, error.words):
                    watch.streaming = False
                    return
            except BrokerError as error:
                log.info("orders.stream_down", account=watch.connection.account.id, error=error.words)
            watch.streaming = False
            watch.read_now.set()
            if loop.time() - began >= STEADY:
                failures = 0
            await asyncio.sleep(reconnect_pause(failures))
            failures += 1

    async def _heard(self, watch: Watch, event: Connected | OrderReport | BrokerFill) -> None:
        match event:
            case Connected():
                watch.streaming = True
                watch.read_now.set()
            case OrderReport():
                await self._report(watch, event, Source.STREAM)
            case BrokerFill():
                await self._fill(watch.connection, event)

    async def _poll(self, watch: Watch) -> None:
        """Read the book when asked to, and regularly while something is open."""
        account = watch.connection.account.id
        while True:
            pause = self._pause if watch.streaming else min(self._pause, POLL_WITHOUT_STREAM)
            try:
                async with asyncio.timeout(pause):
                    await watch.read_now.wait()
            except TimeoutError:
                pass
            watch.read_now.clear()
            live = await self._trading.db.read(lambda conn: finding.live_children(conn, account))
            puzzling = await self._trading.db.read(lambda conn: finding.unexplained_fills(conn, account))
            absent = await self._absent(account)
            due = watch.book_due <= asyncio.get_running_loop().time()
            if (live or absent or due) and await self._read_book(watch, [*live, *absent]):
                await self._finish_cancels(account)
            for child in puzzling:
                await read_trades(self._trading, watch.connection, child)

    async def _finish_cancels(self, account: AccountId) -> None:
        """Cancel what the user wanted out of before we were stopped and what the book, just read, shows alive.

        Once for each order there: whether the first cancel had left is not known, and a cancel cannot act twice.
        """
        began = self._began
        asked = await self._trading.db.read(
            lambda conn: finding.unfinished_cancels(conn, account, before=began)
        )
        for child in asked:
            held = [(child.id, number) for number in child.live_order_ids]
            new = [one for one in held if one not in self._cancelled]
            self._cancelled.update(new)
            await cancel_child(self._trading, child, [number for _, number in new])

    async def _absent(self, account: AccountId) -> list[ChildOrder]:
        since = self._trading.clock() - STILL_LOOKED_FOR
        return await self._trading.db.read(lambda conn: finding.recently_absent(conn, account, since))

    async def _read_book(self, watch: Watch, live: list[ChildOrder]) -> bool:
        """Whether it could be read."""
        broker = watch.connection.broker
        if broker is None:
            return False
        try:
            reports = await broker.orders()
        except SessionExpired as error:
            await self._trading.connections.login_needed(watch.connection.account.id, error.words)
            return False
        except BrokerError:
            return False
        rows = await watch.book.sorted(self._trading, reports, live)
        doubtful: dict[ChildId, ChildOrder] = {}
        for number, (child, report) in enumerate(rows.ours):
            if number % BREATH == BREATH - 1:
                await asyncio.sleep(0)  # a long book must not hold up orders
            after = await self._learn(watch.connection, child, report, Source.POLL)
            await watch.drift.look(self._trading, after, report)
            if may_be_too_much(after):
                doubtful[after.id] = after
        watch.book.learnt(reports)
        lacking = [*unread(reports), *(one.message for one in reports if not one.readable)]
        if lacking:
            log.warning("orders.book_unread", account=watch.connection.account.id, rows=lacking)
        resting = [report for report in rows.others if outside.rests(report)]
        await self._keep_outside(watch, resting, whole=not lacking)
        await watch.others.keep(self._trading, watch.connection, rows.others)
        shown = {report.broker_order_id for report in reports if report.readable}
        for child in doubtful.values():
            if shown.issuperset(child.live_order_ids):  # what stays was seen as surely as what goes
                user_id = watch.connection.account.user_id
                await cancel_surplus(self._trading, user_id, child.order_id, self._surplus)
        return True

    async def _keep_outside(self, watch: Watch, reports: list[OrderReport], *, whole: bool) -> None:
        """Remember what rests there and was placed elsewhere: an order of ours must not trade with it.

        A book that is not `whole` adds to what was known: an order that it does not show may rest all the same.
        """
        watch.book_due = asyncio.get_running_loop().time() + 2 * self._pause
        account = watch.connection.account
        unknown = [
            report
            for report in reports
            if await self._child(watch.connection, report.broker_order_id, report.tag, report.at) is None
        ]
        if tuple(unknown) == watch.outside:
            return
        now = self._trading.clock()
        keep = outside.keep_book if whole else outside.keep_some
        await self._trading.db.write(lambda conn: keep(conn, account.user_id, account.id, unknown, now))
        watch.outside = tuple(unknown) if whole else None

    async def _report(self, watch: Watch, report: OrderReport, source: Source) -> None:
        connection = watch.connection
        child = await self._child(connection, report.broker_order_id, report.tag, report.at)
        if child is not None:
            await self._learn(connection, child, report, source)
            return
        account, now = connection.account, self._trading.clock()
        watch.outside = None
        await self._trading.db.write(
            lambda conn: outside.keep_one(conn, account.user_id, account.id, report, now)
        )

    async def _learn(
        self, connection: Connection, child: ChildOrder, report: OrderReport, source: Source
    ) -> ChildOrder:
        """The child as it is then."""
        facts: tuple[Fact, ...] = facts_of(report)
        if apply_all(child, facts) == child:
            return child  # told before: most of a poll is
        changed = await learn(
            self._trading, child.id, facts, source=source, answered_at=self._trading.clock()
        )
        await cancel_if_asked(self._trading, changed)
        if changed.after.filled_quantity > changed.before.filled_quantity:
            await read_trades(self._trading, connection, changed.after)
        after = changed.after
        if source is Source.STREAM and (may_be_too_much(after) or told_terms(after, report)):
            self.look(connection.account.id)  # the whole book decides, not a hint
        return after

    async def _fill(self, connection: Connection, trade: BrokerFill) -> None:
        child = await self._child(connection, trade.broker_order_id, None, trade.fill.at)
        fact = Filled(trade.fill, trade.broker_order_id)
        if child is not None and apply(child, fact) != child:
            # A trade is a clear answer; when it is the first one, no report after it may have anything new to tell.
            now = self._trading.clock()
            await learn(self._trading, child.id, [fact], source=Source.STREAM, answered_at=now)

    async def _child(
        self, connection: Connection, number: str, tag: str | None, at: datetime
    ) -> ChildOrder | None:
        account, known = connection.account.id, self._trading.known
        child = known.find(account, broker_order_id=number, tag=tag)
        if child is None:
            found = await self._trading.db.read(
                lambda conn: finding.find_child(conn, account, broker_order_id=number, tag=tag)
            )
            if found is None:
                return None
            child = found[0]
            known.remember(child)
        return child if is_of(child, tag, at) else None

"""Every account of this process, live: kept read (`Readings`), and logged out when its session ends.

A dead session is never retried.
"""

from __future__ import annotations

import asyncio
import contextlib
from collections.abc import Callable, Coroutine, Mapping
from dataclasses import replace
from datetime import timedelta
from functools import partial
from typing import Any, TypeVar

import structlog
from sqlalchemy.exc import SQLAlchemyError

from adapters.broker import Adapter, Symbols
from adapters.governor import Governor
from adapters.guard import Guarded, GuardSettings
from domain.account import AccountId, AccountState, BrokerId, UserId
from domain.calendar import IST
from domain.errors import BrokerError, SessionExpired
from orchestrator.accounts import repository
from orchestrator.accounts.addresses import AddressChecks
from orchestrator.accounts.breakers import Breakers
from orchestrator.accounts.connection import Connection
from orchestrator.accounts.fees import plan_from
from orchestrator.accounts.handing import Handing
from orchestrator.accounts.held_breakers import HeldBreakers
from orchestrator.accounts.opening import egress_of, opened_session
from orchestrator.accounts.parting import log_out, parting
from orchestrator.accounts.readings import BUSY_AFTER, Readings
from orchestrator.accounts.repository import StoredAccount
from orchestrator.accounts.shared_room import SharedRooms
from orchestrator.accounts.shelf import Shelf
from orchestrator.accounts.telling import TOPIC, Telling, mark
from orchestrator.bus import Bus
from orchestrator.config import Settings, endpoints
from orchestrator.leases.shards import Asked, Owning
from orchestrator.loops import Loops
from orchestrator.measures.recorder import Recorder
from orchestrator.state import Clock
from orchestrator.storage.db import Database
from orchestrator.telemetry.overhead import broker_wait
from orchestrator.vault import Vault

__all__ = ["Connection", "Connections"]

log = structlog.get_logger(__name__)
T = TypeVar("T")

PASS = 0.25  # seconds between looks at what is due
COMPARE = 30.0  # seconds between looks at what other processes did and nobody heard of
FIRST_READING = 2.0  # seconds an order waits for numbers never read before
WARNING = timedelta(minutes=30)  # before the end of a session


class Connections:
    """`owning`: the accounts of users whom this process works for are read regularly; others when someone asks.

    `rooms`: where the limits of accounts are counted with those of other processes, `shelf`: where readings are handed
    to them; None: there are no others.
    """

    def __init__(
        self,
        *,
        db: Database,
        bus: Bus,
        vault: Vault,
        settings: Settings,
        clock: Clock,
        adapters: Mapping[BrokerId, Adapter],
        symbols: Callable[[BrokerId], Symbols],
        recorder: Recorder | None = None,
        owning: Owning | None = None,
        rooms: SharedRooms | None = None,
        shelf: Shelf | None = None,
    ) -> None:
        self._db, self._bus, self._vault, self._settings, self._clock = db, bus, vault, settings, clock
        self._adapters, self._symbols, self._owning = adapters, symbols, owning or Asked()
        self._rooms = rooms
        self._recorder = recorder or Recorder(db, clock)
        self._guard = GuardSettings(
            read_deadline=settings.read_deadline,
            write_deadline=settings.write_deadline,
            breaker_failures=settings.breaker_failures,
            breaker_reset=settings.breaker_reset,
            orders_a_second=settings.orders_per_second,
        )
        self._all: dict[AccountId, Connection] = {}
        self._telling = Telling(bus)
        self._breakers = Breakers(bus, self._telling.origin, self._all.get, self._spawn)
        self.held = HeldBreakers(db, bus, clock, self._telling.origin, over=self._try_again)
        self._addresses = AddressChecks(
            probe_url=settings.egress_probe_url, clock=clock, changed=self._telling.account, renew=self._renew
        )
        self._readings = Readings(
            bus=bus,
            settings=settings,
            clock=clock,
            telling=self._telling,
            spawn=self._spawn,
            session_over=self.login_needed,
        )
        self._wake = asyncio.Event()
        if shelf is not None:
            self._readings.handing = Handing(
                shelf,
                bus,
                self._owning,
                clock,
                self._telling.origin,
                find=self._all.get,
                spawn=self._spawn,
                wake=self._wake.set,
                reader=self._readings,
            )
        self._tasks: set[asyncio.Task[Any]] = set()
        self._loops = Loops()

    # --- looking -------------------------------------------------------------------------------------------------

    def of_user(self, user_id: UserId) -> list[Connection]:
        """All the user's accounts that were not disconnected, oldest first."""
        return [one for one in self._all.values() if one.account.user_id == user_id]

    def get(self, account_id: AccountId) -> Connection | None:
        return self._all.get(account_id)

    def all(self) -> list[Connection]:
        """Of all users, logged in or not."""
        return list(self._all.values())

    def connected(self) -> list[Connection]:
        """Of all users, those that are logged in."""
        return [one for one in self._all.values() if one.ready]

    async def ready(self, user_id: UserId) -> list[Connection]:
        """The user's accounts with numbers fit to use: what was never read, or long ago, is read first (2 s at most).

        An account that fails to answer keeps its old numbers and is not waited for again right away.
        """
        mine, now, read = self.of_user(user_id), asyncio.get_running_loop().time(), self._readings
        ours, waited = self._owning.owns(user_id), []
        for one in mine:
            one.busy_until = now + BUSY_AFTER
            if not one.ready:
                continue
            if self._readings.probe_due(one):
                self._spawn(self._readings.probe(one))
            if self._addresses.due(one):
                waited.append(self._looking(one))
            if read.unfit(one, now):
                waited.append(read.reading(one) if ours else read.fetching(one, read.unfit))
            elif not ours and read.aged(one, now):
                read.fetching(one, read.aged)
        if waited:
            with broker_wait():
                await asyncio.wait(waited, timeout=FIRST_READING)
        return mine

    async def refresh(self, account_id: AccountId) -> None:
        """Read the account now (joining a reading under way) and wait for it. Never raises a broker's error."""
        connection = self._all.get(account_id)
        if connection is not None and connection.ready:
            await asyncio.shield(self._readings.reading(connection))

    def invalidate(self, account_id: AccountId) -> None:
        """Something happened there: read it again soon, and more often for a while."""
        connection = self._all.get(account_id)
        if connection is None or not connection.ready:
            return
        ours = self._owning.owns(connection.account.user_id)
        if self._readings.handing is not None and not ours:
            self._readings.happened(connection)
        elif self._readings.expect(connection):
            if ours:
                self._wake.set()
            else:
                self._spawn(self._readings.read_soon(connection))

    def told(self, account_id: AccountId) -> None:
        """Another process read other numbers there."""
        connection = self._all.get(account_id)
        if self._readings.handing is None:
            self.invalidate(account_id)
        elif connection is not None and connection.ready:
            self._readings.fetching(connection, self._readings.aged)

    # --- the way out ----------------------------------------------------------------------------------------------

    async def look_at_address(self, account_id: AccountId) -> None:
        """See now where the account's orders would leave from (joining a look under way)."""
        connection = self._all.get(account_id)
        if connection is not None:
            await asyncio.shield(self._looking(connection))

    def _looking(self, connection: Connection) -> asyncio.Task[None]:
        if connection.looking is None or connection.looking.done():
            connection.looking = self._spawn(self._addresses.look(connection))
        return connection.looking

    # --- sessions ------------------------------------------------------------------------------------------------

    async def login_needed(self, account_id: AccountId, words: str) -> bool:
        """A call said that the session is over: ask the broker once whether it is, then ask the person to log in.

        Returns whether the session is over. One endpoint's refusal, or no clear answer, ends none.
        """
        connection = self._all.get(account_id)
        if connection is None or not connection.ready:
            return True
        if connection.proving is None or connection.proving.done():
            connection.proving = self._spawn(self._prove(connection, words))
        return await asyncio.shield(connection.proving)

    async def _prove(self, connection: Connection, words: str) -> bool:
        broker, generation = connection.broker, connection.generation
        if broker is None:
            return True
        try:
            await broker.profile()
        except SessionExpired:
            if connection.generation == generation and connection.ready:
                await self._end_session(connection, words)
            return True
        except BrokerError as error:
            log.info(
                "accounts.session_unclear", account=connection.account.id, words=words, error=error.words
            )
            return False
        log.info("accounts.session_lives", account=connection.account.id, words=words)
        return False

    async def _end_session(self, connection: Connection, words: str) -> None:
        account_id, sealed = connection.account.id, connection.sealed_session
        self._retire(connection.end(AccountState.LOGIN_NEEDED, words, self._clock()))
        log.warning("accounts.login_needed", account=account_id, words=words)
        account, now = connection.account, self._clock()
        await self._db.write(lambda db: repository.end_session(db, account, sealed, words, now))
        await self._telling.changed(connection)
        await self._telling.portfolio_changed(connection, "login_needed")

    async def reload(self, account_id: AccountId) -> Connection | None:
        """The row changed (login, rename, disconnect): take it over here, and tell the other processes."""
        connection = await self._take_over(account_id)
        if connection is not None:
            await self._telling.account(connection)
        await self._telling.processes(account_id)
        return connection

    async def leave(self, account_id: AccountId) -> None:
        """The row says that its user disconnected it: take that over, and log out at the broker, which nobody waits
        for."""
        connection = self._all.get(account_id)
        going = parting(connection, self._all.values()) if connection is not None else None
        await self.reload(account_id)
        if going is not None:
            self._spawn(log_out(going))

    async def _take_over(self, account_id: AccountId) -> Connection | None:
        stored = await self._db.read(lambda db: repository.by_id(db, account_id))
        known = self._all.get(account_id)
        if stored is None or stored.account.state is AccountState.DISCONNECTED:
            if known is not None:
                del self._all[account_id]
                if self._readings.handing is not None:
                    self._readings.handing.forget(account_id)
                self._retire(known.end(AccountState.DISCONNECTED, None, self._clock()))
                await self._telling.account(known)
                await self._telling.portfolio_changed(known, "disconnected")
            return None
        connection = self._hold(stored)
        if known is None:
            await self._count_today(connection)
        return connection

    async def _count_today(self, connection: Connection) -> None:
        """A broker's limit of a day holds over our restarts."""
        governor = connection.governor
        if governor is None or not governor.counts_days:
            return
        midnight = self._clock().astimezone(IST).replace(hour=0, minute=0, second=0, microsecond=0)
        account_id = connection.account.id
        orders = await self._db.read(lambda db: repository.orders_since(db, account_id, midnight))
        governor.sent_today(orders)

    def _hold(self, stored: StoredAccount) -> Connection:
        account = stored.account
        connection = self._all.get(account.id)
        if connection is None:
            connection = Connection(
                account=account,
                adapter=self._adapters[account.broker],
                endpoints=endpoints(self._settings, account.broker),
                symbols=self._symbols(account.broker),
                clock=self._clock,
                book=self._recorder.book(account.id),
                governor=self._governor(account.broker),
                room=self._rooms.of(account.id) if self._rooms else None,
                opened=partial(self._breakers.opened, account.id),
                holds=partial(self.held.on, account.broker, account.id),
            )
            self._all[account.id] = connection
        way = connection.way
        connection.egress = egress_of(self._vault, stored, connection.egress)
        connection.account, connection.connected_at = account, stored.connected_at
        connection.fees = plan_from(stored.fees)
        if connection.snapshot is not None:
            connection.snapshot = replace(connection.snapshot, label=account.label)
        if connection.failing_since is None:
            connection.last_error = stored.last_error
        if account.state is not AccountState.CONNECTED:
            if connection.broker is not None:
                self._retire(connection.end(account.state, stored.last_error, self._clock()))
        elif stored.session is not None and (
            stored.session != connection.sealed_session or connection.way != way
        ):
            session = opened_session(self._vault, stored)
            if session is None:
                words = "the stored session cannot be opened with this installation's key"
                connection.end(AccountState.LOGIN_NEEDED, words, self._clock())
            else:
                connection.last_error = None
                self._retire(connection.begin(session, stored.session, self._guard))
                self._wake.set()
                self._spawn(self._readings.probe(connection))
                if self._addresses.wanted(connection):
                    self._looking(connection)
        return connection

    def _renew(self, connection: Connection) -> None:
        """The same session over another way."""
        if connection.session is not None and connection.sealed_session is not None:
            self._retire(connection.begin(connection.session, connection.sealed_session, self._guard))
            self._wake.set()

    def _try_again(self, broker: BrokerId, account_id: AccountId | None) -> None:
        """A breaker is held open no more, or was closed by hand: one account is read at once, those of a whole broker
        each in its turn."""
        if account_id is None:
            let_go = [one for one in self._all.values() if one.account.broker is broker]
        else:
            let_go = [one for one in (self._all.get(account_id),) if one is not None]
        for one in let_go:
            if one.broker is not None and one.held is None:
                one.broker.try_again()
        if account_id is not None and let_go and self._owning.owns(let_go[0].account.user_id):
            self.invalidate(account_id)

    def _governor(self, broker: BrokerId) -> Governor:
        return Governor(
            self._adapters[broker].terms,
            lambda: self._clock().timestamp(),
            orders_a_second=self._settings.orders_per_second,
        )

    def _retire(self, broker: Guarded | None) -> None:
        # A write may still be on its way over the old connection: let it end by itself before closing.
        if broker is not None:
            self._spawn(self._close_later(broker))

    async def _close_later(self, broker: Guarded) -> None:
        try:
            await asyncio.sleep(self._settings.write_deadline + 1)
        finally:
            await broker.aclose()

    # --- loops ---------------------------------------------------------------------------------------------------

    async def start(self) -> None:
        """Load every account and begin to read them."""
        await self.held.look()
        for stored in await self._db.read(repository.live):
            await self._count_today(self._hold(stored))
        listening = asyncio.Event()
        self._loops.start("accounts of other processes", lambda: self._listen(listening))
        await listening.wait()
        self._loops.start("accounts", self._watch_over)
        if self._bus.shared:
            self._loops.start("accounts that nobody told of", self._compare_again)
        self._loops.start("breakers of other processes", self._breakers.run)
        if self._readings.handing is not None:
            self._loops.start("readings of other processes", self._readings.handing.run)
        self._loops.start("breakers held open", self.held.run)
        self._loops.start("breakers held open by other processes", self.held.hear)

    async def close(self) -> None:
        await self._loops.close()
        tasks = list(self._tasks)
        for task in tasks:
            task.cancel()
        await asyncio.gather(*tasks, return_exceptions=True)
        brokers = [one.broker for one in self._all.values() if one.broker is not None]
        await asyncio.gather(*(broker.aclose() for broker in brokers), return_exceptions=True)

    async def _listen(self, listening: asyncio.Event) -> None:
        async with self._bus.subscribe(TOPIC) as events:
            listening.set()
            async for event in events:
                if event.data.get("from") == self._telling.origin:
                    continue
                ids = [AccountId(str(event.data["id"]))] if "id" in event.data else list(self._all)
                for account_id in ids:
                    try:
                        await self._take_over(account_id)
                    except (SQLAlchemyError, OSError) as error:
                        log.error("accounts.not_taken_over", account=account_id, error=str(error))

    async def _compare_again(self) -> None:
        while True:
            await asyncio.sleep(COMPARE)
            await self.compare()

    async def compare(self) -> None:
        """Take over what another process did with an account while the bus was away."""
        there = await self._db.read(repository.live_states)
        here = {one.account.id: (one.account.state, one.connected_at) for one in self._all.values()}
        for account_id in there.keys() | here.keys():
            if there.get(account_id) != here.get(account_id):
                await self._take_over(account_id)

    async def _watch_over(self) -> None:
        loop = asyncio.get_running_loop()
        while True:
            self._wake.clear()
            now, moment = loop.time(), self._clock()
            for connection in list(self._all.values()):
                if not connection.ready:
                    continue
                ends = connection.account.session_expires_at
                if ends is not None and moment >= ends:
                    words = f"{connection.terms.name} ended the session: it ends every day"
                    self._spawn(self._end_session(connection, words))
                    continue
                ours = self._owning.owns(connection.account.user_id)
                if ours and ends and moment >= ends - WARNING and connection.warned_of != ends:
                    connection.warned_of = ends
                    await self._telling.session_ends(connection, ends)
                if ours and self._readings.due(connection, now):
                    self._readings.reading(connection)
                if connection.announced != mark(connection):
                    await self._telling.account(connection)
            with contextlib.suppress(TimeoutError):
                async with asyncio.timeout(self._until_due()):
                    await self._wake.wait()

    def _until_due(self) -> float:
        """Seconds until the next look: sooner where something happened at an account."""
        now = asyncio.get_running_loop().time()
        waiting = (
            one.due_at
            for one in self._all.values()
            if one.dirty and one.ready and (one.refreshing is None or one.refreshing.done())
            if self._owning.owns(one.account.user_id)
        )
        return max(0.0, min(PASS, min(waiting, default=now + PASS) - now))

    def _spawn(self, work: Coroutine[Any, Any, T]) -> asyncio.Task[T]:
        task = asyncio.create_task(work)
        self._tasks.add(task)
        task.add_done_callback(self._ended)
        return task

    def _ended(self, task: asyncio.Task[Any]) -> None:
        self._tasks.discard(task)
        if not task.cancelled() and (bug := task.exception()) is not None:
            log.error("accounts.task_failed", exc_info=bug)

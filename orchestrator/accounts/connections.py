"""Every account of this process, live: kept read (`Readings`), and logged out when its session ends.

A dead session is never retried.
"""

from __future__ import annotations

import asyncio
import contextlib
from collections.abc import Callable, Mapping
from datetime import timedelta
from functools import partial

import structlog

from adapters.broker import Adapter, Symbols
from adapters.governor import Governor
from adapters.guard import GuardSettings
from domain.account import AccountId, AccountState, BrokerAccount, BrokerId, UserId
from domain.errors import BrokerError, SessionExpired
from orchestrator.accounts import repository
from orchestrator.accounts.addresses import AddressChecks
from orchestrator.accounts.background import Background
from orchestrator.accounts.breakers import Breakers
from orchestrator.accounts.connection import Connection
from orchestrator.accounts.handing import Handing
from orchestrator.accounts.held_breakers import HeldBreakers
from orchestrator.accounts.parting import log_out, parting
from orchestrator.accounts.readings import BUSY_AFTER, Readings
from orchestrator.accounts.register import Register
from orchestrator.accounts.shared_room import SharedRooms
from orchestrator.accounts.shelf import Shelf
from orchestrator.accounts.telling import Telling, mark
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

PASS = 0.25  # seconds between looks at what is due
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
        self._db, self._bus, self._settings, self._clock = db, bus, settings, clock
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
        self._telling, self._background = Telling(bus), Background()
        self._breakers = Breakers(bus, self._telling.origin, self._all.get, self._background.spawn)
        self.held = HeldBreakers(db, bus, clock, self._telling.origin, over=self._try_again)
        self._addresses = AddressChecks(
            probe_url=settings.egress_probe_url, clock=clock, changed=self._telling.account, renew=self._renew
        )
        self._readings = Readings(
            bus=bus,
            settings=settings,
            clock=clock,
            telling=self._telling,
            spawn=self._background.spawn,
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
                spawn=self._background.spawn,
                wake=self._wake.set,
                reader=self._readings,
            )
        self.register = Register(
            self._all,
            db=db,
            bus=bus,
            vault=vault,
            clock=clock,
            guard=self._guard,
            telling=self._telling,
            background=self._background,
            make=self._make,
            begun=self._begun,
            gone=self._gone,
        )
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
                self._background.spawn(self._readings.probe(one))
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
                self._background.spawn(self._readings.read_soon(connection))

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
            connection.looking = self._background.spawn(self._addresses.look(connection))
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
            connection.proving = self._background.spawn(self._prove(connection, words))
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
        self.register.retire(connection.end(AccountState.LOGIN_NEEDED, words, self._clock()))
        log.warning("accounts.login_needed", account=account_id, words=words)
        account, now = connection.account, self._clock()
        await self._db.write(lambda db: repository.end_session(db, account, sealed, words, now))
        await self._telling.changed(connection)
        await self._telling.portfolio_changed(connection, "login_needed")

    async def reload(self, account_id: AccountId) -> Connection | None:
        """The row changed (login, rename, disconnect): take it over here, and tell the other processes."""
        connection = await self.register.take_over(account_id)
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
            self._background.spawn(log_out(going))

    # --- what the register calls for ------------------------------------------------------------------------------

    def _make(self, account: BrokerAccount) -> Connection:
        return Connection(
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

    def _begun(self, connection: Connection) -> None:
        """It has a session that is new here."""
        self._wake.set()
        self._background.spawn(self._readings.probe(connection))
        if self._addresses.wanted(connection):
            self._looking(connection)

    def _gone(self, account_id: AccountId) -> None:
        if self._readings.handing is not None:
            self._readings.handing.forget(account_id)

    def _renew(self, connection: Connection) -> None:
        """The same session over another way."""
        if connection.session is not None and connection.sealed_session is not None:
            self.register.retire(connection.begin(connection.session, connection.sealed_session, self._guard))
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

    # --- loops ---------------------------------------------------------------------------------------------------

    async def start(self) -> None:
        """Load every account and begin to read them."""
        await self.held.look()
        await self.register.load()
        listening = asyncio.Event()
        self._loops.start("accounts of other processes", lambda: self.register.hear(listening))
        await listening.wait()
        self._loops.start("accounts", self._watch_over)
        if self._bus.shared:
            self._loops.start("accounts that nobody told of", self.register.run_comparing)
        self._loops.start("breakers of other processes", self._breakers.run)
        if self._readings.handing is not None:
            self._loops.start("readings of other processes", self._readings.handing.run)
        self._loops.start("breakers held open", self.held.run)
        self._loops.start("breakers held open by other processes", self.held.hear)

    async def close(self) -> None:
        await self._loops.close()
        await self._background.close()
        brokers = [one.broker for one in self._all.values() if one.broker is not None]
        await asyncio.gather(*(broker.aclose() for broker in brokers), return_exceptions=True)

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
                    self._background.spawn(self._end_session(connection, words))
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

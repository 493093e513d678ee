"""The live accounts of this process, kept as their rows say, whoever wrote those: this process or another."""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from dataclasses import replace

import structlog
from sqlalchemy.exc import SQLAlchemyError

from adapters.guard import Guarded, GuardSettings
from domain.account import AccountId, AccountState, BrokerAccount
from domain.calendar import IST
from orchestrator.accounts import repository
from orchestrator.accounts.background import Background
from orchestrator.accounts.connection import Connection
from orchestrator.accounts.fees import plan_from
from orchestrator.accounts.opening import egress_of, opened_session
from orchestrator.accounts.repository import StoredAccount
from orchestrator.accounts.telling import TOPIC, Telling
from orchestrator.bus import Bus
from orchestrator.state import Clock
from orchestrator.storage.db import Database
from orchestrator.vault import Vault

log = structlog.get_logger(__name__)

COMPARE = 30.0  # seconds between looks at what other processes did and nobody heard of


class Register:
    """`live`: the connections by account, which it fills. `make` gives one to an account that has none; `begun` follows
    up a session that is new here, `gone` an account that was disconnected."""

    def __init__(
        self,
        live: dict[AccountId, Connection],
        *,
        db: Database,
        bus: Bus,
        vault: Vault,
        clock: Clock,
        guard: GuardSettings,
        telling: Telling,
        background: Background,
        make: Callable[[BrokerAccount], Connection],
        begun: Callable[[Connection], None],
        gone: Callable[[AccountId], None],
    ) -> None:
        self._live, self._db, self._bus, self._vault, self._clock = live, db, bus, vault, clock
        self._guard, self._telling, self._background = guard, telling, background
        self._make, self._begun, self._gone = make, begun, gone

    async def load(self) -> None:
        """Take over every account there is."""
        for stored in await self._db.read(repository.live):
            await self._count_today(self._hold(stored))

    async def take_over(self, account_id: AccountId) -> Connection | None:
        """The account as its row is now. None: it is gone, or its user has disconnected it."""
        stored = await self._db.read(lambda db: repository.by_id(db, account_id))
        known = self._live.get(account_id)
        if stored is None or stored.account.state is AccountState.DISCONNECTED:
            if known is not None:
                del self._live[account_id]
                self._gone(account_id)
                self.retire(known.end(AccountState.DISCONNECTED, None, self._clock()))
                await self._telling.account(known)
                await self._telling.portfolio_changed(known, "disconnected")
            return None
        connection = self._hold(stored)
        if known is None:
            await self._count_today(connection)
        return connection

    def retire(self, broker: Guarded | None) -> None:
        """Close it once a write that may still be on its way over it has ended by itself."""
        if broker is not None:
            self._background.spawn(self._close_later(broker))

    async def hear(self, listening: asyncio.Event) -> None:
        """Take over what other processes tell of, until cancelled. `listening` is set when nothing is missed."""
        async with self._bus.subscribe(TOPIC) as events:
            listening.set()
            async for event in events:
                if event.data.get("from") == self._telling.origin:
                    continue
                ids = [AccountId(str(event.data["id"]))] if "id" in event.data else list(self._live)
                for account_id in ids:
                    try:
                        await self.take_over(account_id)
                    except (SQLAlchemyError, OSError) as error:
                        log.error("accounts.not_taken_over", account=account_id, error=str(error))

    async def run_comparing(self) -> None:
        """Compare again and again, until cancelled."""
        while True:
            await asyncio.sleep(COMPARE)
            await self.compare()

    async def compare(self) -> None:
        """Take over what another process did with an account while the bus was away."""
        there = await self._db.read(repository.live_states)
        here = {one.account.id: (one.account.state, one.connected_at) for one in self._live.values()}
        for account_id in there.keys() | here.keys():
            if there.get(account_id) != here.get(account_id):
                await self.take_over(account_id)

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
        connection = self._live.get(account.id)
        if connection is None:
            connection = self._live[account.id] = self._make(account)
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
                self.retire(connection.end(account.state, stored.last_error, self._clock()))
        elif stored.session is not None and (
            stored.session != connection.sealed_session or connection.way != way
        ):
            self._begin(connection, stored, stored.session)
        return connection

    def _begin(self, connection: Connection, stored: StoredAccount, sealed: str) -> None:
        session = opened_session(self._vault, stored)
        if session is None:
            words = "the stored session cannot be opened with this installation's key"
            connection.end(AccountState.LOGIN_NEEDED, words, self._clock())
            return
        connection.last_error = None
        self.retire(connection.begin(session, sealed, self._guard))
        self._begun(connection)

    async def _close_later(self, broker: Guarded) -> None:
        try:
            await asyncio.sleep(self._guard.write_deadline + 1)
        finally:
            await broker.aclose()

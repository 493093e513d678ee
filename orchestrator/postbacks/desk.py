"""What a broker posts to an account's address is never believed: an order's update becomes a hint to read the account's
orders, and a session counts once the broker, asked with it, says whose it is."""

from __future__ import annotations

import asyncio
from collections.abc import Mapping
from dataclasses import dataclass, field

import structlog

from adapters.broker import RateLimit, Session
from adapters.budget import Window
from domain.account import AccountId, AccountState
from domain.errors import BrokerError
from orchestrator.accounts import repository
from orchestrator.accounts.connections import Connections
from orchestrator.accounts.logins import Logins
from orchestrator.accounts.repository import StoredAccount
from orchestrator.bus import Bus
from orchestrator.config import Settings
from orchestrator.errors import Problem, not_found
from orchestrator.postbacks.hints import tell
from orchestrator.postbacks.paths import Paths
from orchestrator.state import Clock
from orchestrator.storage.db import Database
from orchestrator.vault import SealBroken

log = structlog.get_logger(__name__)

A_SECOND = RateLimit("postback", 50, 1)  # more than ten orders a second can make


@dataclass(frozen=True, slots=True)
class Postbacks:
    """One for a process that serves HTTP."""

    db: Database
    settings: Settings
    clock: Clock
    connections: Connections
    bus: Bus
    paths: Paths
    logins: Logins
    windows: dict[AccountId, Window] = field(default_factory=dict)
    proving: dict[AccountId, asyncio.Task[None]] = field(default_factory=dict)

    async def close(self) -> None:
        for task in (tasks := list(self.proving.values())):
            task.cancel()
        await asyncio.gather(*tasks, return_exceptions=True)

    async def address(self, account_id: AccountId) -> str:
        """The URL to give to the broker. Raises Problem 404."""
        stored = await self.db.read(lambda conn: repository.by_id(conn, account_id))
        if stored is None:
            raise not_found("account")
        path = self.paths.path(stored.account.broker, account_id, stored.postback_number)
        return f"{self.settings.base_url}{path}"

    async def owner(self, broker: str, token: str) -> StoredAccount:
        """The account whose address was posted to. Raises Problem 404 for every other address, 429 for too many."""
        named = self.paths.read(broker, token)
        if named is None:
            raise not_found("page")
        self._count(named.account_id)
        stored = await self.db.read(lambda conn: repository.by_id(conn, named.account_id))
        if (
            stored is None
            or stored.postback_number != named.number
            or stored.account.state is AccountState.DISCONNECTED
        ):
            raise not_found("page")
        return stored

    async def take(self, stored: StoredAccount, body: bytes, headers: Mapping[str, str]) -> None:
        """Have the account's orders read when the post is about one of them, and signed where the broker signs."""
        account = stored.account
        connection = self.connections.get(account.id)
        if connection is None:
            return
        credentials = self._credentials(stored)
        phone = connection.adapter.phone_login
        session = phone.posted(body, credentials, now=self.clock()) if phone else None
        if session is not None:
            self._prove(stored, session)
            return
        if not connection.ready:
            return
        secret = credentials.get("api_secret", "")
        report = connection.adapter.postback(body, headers, secret, connection.symbols)
        if report is None:
            log.info("postbacks.not_about_an_order", account=account.id, bytes=len(body))
            return
        await tell(self.bus, account.id)

    def _credentials(self, stored: StoredAccount) -> dict[str, str]:
        """What the account logs in with; none where they cannot be opened."""
        try:
            return self.logins.credentials_of(stored)
        except SealBroken as error:
            log.error("postbacks.seal_broken", account=stored.account.id, error=str(error))
            return {}

    def _prove(self, stored: StoredAccount, session: Session) -> None:
        """In the background, one at a time for an account: the broker that posted waits for our answer."""
        account = stored.account.id
        if account in self.proving:
            return
        task = asyncio.create_task(self._take(stored, session), name=f"posted session of {account}")
        self.proving[account] = task
        task.add_done_callback(lambda ended: self._proven(account, ended))

    def _proven(self, account: AccountId, task: asyncio.Task[None]) -> None:
        self.proving.pop(account, None)
        if not task.cancelled() and (bug := task.exception()) is not None:
            log.error("postbacks.task_failed", account=account, exc_info=bug)

    async def _take(self, stored: StoredAccount, session: Session) -> None:
        try:
            taken = await self.logins.take_posted(stored, session)
        except (BrokerError, Problem) as error:
            log.warning("postbacks.session_refused", account=stored.account.id, error=str(error))
        else:
            log.info("postbacks.session", account=stored.account.id, new=taken)

    def _count(self, account_id: AccountId) -> None:
        window, now = self.windows.setdefault(account_id, Window(A_SECOND)), self.clock().timestamp()
        if window.wait(now) > 0:
            raise Problem(429, "too_many_requests", "too many at once", headers={"retry-after": "1"})
        window.add(now)


def rotate(stored: StoredAccount) -> dict[str, int]:
    """The values of a row under which every address made before is none any more."""
    return {"postback_number": stored.postback_number + 1}

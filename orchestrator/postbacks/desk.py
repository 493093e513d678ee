"""What a broker posts to an account's address becomes at most a hint to read that account's orders: never a fact."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field

import structlog

from adapters.broker import RateLimit
from adapters.budget import Window
from domain.account import AccountId, AccountState, BrokerId
from orchestrator.accounts import repository, secrets
from orchestrator.accounts.connections import Connections
from orchestrator.accounts.repository import StoredAccount
from orchestrator.bus import Bus
from orchestrator.config import Settings, app_credentials
from orchestrator.db import Database
from orchestrator.errors import Problem, not_found
from orchestrator.postbacks.hints import tell
from orchestrator.postbacks.paths import Paths
from orchestrator.state import Clock
from orchestrator.vault import SealBroken, Vault

log = structlog.get_logger(__name__)

A_SECOND = RateLimit("postback", 50, 1)  # more than ten orders a second can make


@dataclass(frozen=True, slots=True)
class Postbacks:
    """One for a process that serves HTTP."""

    db: Database
    vault: Vault
    settings: Settings
    clock: Clock
    connections: Connections
    bus: Bus
    paths: Paths
    windows: dict[AccountId, Window] = field(default_factory=dict)

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
        if connection is None or not connection.ready:
            return
        secret = self._secret(stored)
        report = connection.adapter.postback(body, headers, secret, connection.symbols)
        if report is None:
            log.info("postbacks.not_about_an_order", account=account.id, bytes=len(body))
            return
        await tell(self.bus, account.id)

    def _secret(self, stored: StoredAccount) -> str:
        """Of the app that the account logs in with; "" where there is none."""
        broker: BrokerId = stored.account.broker
        try:
            given = secrets.open_credentials(self.vault, stored.account.id, stored.credentials)
        except SealBroken as error:
            log.error("postbacks.seal_broken", account=stored.account.id, error=str(error))
            return ""
        return {**app_credentials(self.settings, broker), **given}.get("api_secret", "")

    def _count(self, account_id: AccountId) -> None:
        window, now = self.windows.setdefault(account_id, Window(A_SECOND)), self.clock().timestamp()
        if window.wait(now) > 0:
            raise Problem(429, "too_many_requests", "too many at once", headers={"retry-after": "1"})
        window.add(now)


def rotate(stored: StoredAccount) -> dict[str, int]:
    """The values of a row under which every address made before is none any more."""
    return {"postback_number": stored.postback_number + 1}

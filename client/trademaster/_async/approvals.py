"""Orders beyond a token's policy that wait for their person, and the person's tokens."""

from __future__ import annotations

from urllib.parse import quote

from trademaster._async.http import AsyncHTTP
from trademaster._async.waiting import sleep
from trademaster.models import ApprovalOut, ApprovalsOut, PersonalTokensOut

WAITING = "waiting"


class Approvals:
    """`client.approvals`. Saying yes or no takes a person's login."""

    def __init__(self, http: AsyncHTTP) -> None:
        self._http = http

    async def all(self, *, state: str | None = None, limit: int | None = None) -> ApprovalsOut:
        """The newest first; a token sees what it asked itself."""
        return await self._http.get("/v1/approvals", ApprovalsOut, state=state, limit=limit)

    async def get(self, approval_id: str) -> ApprovalOut:
        return await self._http.get(f"/v1/approvals/{quote(approval_id, safe='')}", ApprovalOut)

    async def wait(self, approval_id: str, *, seconds: float = 300.0) -> ApprovalOut:
        """Once it is answered or over, or as it is after so many seconds. `order_id`: the order that came of it."""
        passed, step = 0.0, 1.0
        while True:
            seen = await self.get(approval_id)
            if seen.state != WAITING or passed >= seconds:
                return seen
            await sleep(step)
            passed, step = passed + step, min(step * 1.5, 5.0)


class Tokens:
    """`client.tokens`: looked at by a login. Made, changed and revoked on the screen, or by `client.send`."""

    def __init__(self, http: AsyncHTTP) -> None:
        self._http = http

    async def all(self) -> PersonalTokensOut:
        """The newest first, without their texts, which nobody keeps."""
        return await self._http.get("/v1/users/me/tokens", PersonalTokensOut)

    async def revoke(self, token_id: str) -> None:
        """At once, everywhere."""
        await self._http.send("DELETE", f"/v1/users/me/tokens/{quote(token_id, safe='')}", type(None))

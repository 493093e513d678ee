"""The kill switch."""

from __future__ import annotations

from trademaster._async.http import AsyncHTTP
from trademaster.models import KillIn, KillOut


class Kill:
    """`client.kill`. Releasing it takes a person's login."""

    def __init__(self, http: AsyncHTTP) -> None:
        self._http = http

    async def get(self) -> KillOut:
        """Whether it is on, and what is proven flat."""
        return await self._http.get("/v1/kill-switch", KillOut)

    async def engage(self, body: KillIn) -> KillOut:
        """Stop: no new risk, and as `depth` says also cancel and flatten. Sent once; engaging twice does no harm."""
        return await self._http.send("POST", "/v1/kill-switch", KillOut, body)

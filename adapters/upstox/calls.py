"""The HTTP of one Upstox account: reads that may be repeated, and writes that leave once."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from typing import Any

import httpx
import orjson

from adapters import http
from adapters.broker import Endpoints, Session
from adapters.upstox import wire
from domain.errors import BrokerRejected

ORDER_UNKNOWN = "UDAPI100010"
ALGO_HEADER = "X-Algo-Name"  # Upstox asks for the name, not the id, and on order calls alone


class Calls:
    """Place, modify and cancel go to a host of their own where the endpoints name one (`order_host`)."""

    def __init__(self, session: Session, endpoints: Endpoints) -> None:
        self.order_host = endpoints.order_rest or endpoints.rest
        self._algo = {ALGO_HEADER: session.algo_name} if session.algo_name else {}
        self._http = http.client(
            endpoints.rest,
            via=endpoints,
            headers={"Authorization": f"Bearer {session.access_token}"},
        )

    async def aclose(self) -> None:
        await self._http.aclose()

    async def read(self, path: str, params: Mapping[str, str] | None = None) -> Any:
        """The `data` of a GET. Raises as `wire.read` does."""
        return await self._answer(self._http.build_request("GET", path, params=params))

    async def read_or_none(self, path: str, params: Mapping[str, str]) -> Any:
        """None when Upstox does not know the order."""
        try:
            return await self.read(path, params)
        except BrokerRejected as refusal:
            if refusal.code == ORDER_UNKNOWN:
                return None
            raise

    async def ask(self, path: str, body: Mapping[str, Any]) -> Any:
        """A POST that changes nothing: a read with a body."""
        return await self._answer(self._request("POST", path, None, body, {}))

    async def write(
        self,
        method: str,
        path: str,
        *,
        host: str = "",
        params: Mapping[str, str] | None = None,
        body: Mapping[str, Any] | None = None,
    ) -> httpx.Response:
        """One attempt. Raises BrokerUnavailable (never left) or OutcomeUnknown (no answer)."""
        headers = self._algo if "/order/" in path else {}
        return await http.send_write(
            self._http, self._request(method, f"{host}{path}", params, body, headers)
        )

    def _request(
        self,
        method: str,
        url: str,
        params: Mapping[str, str] | None,
        body: Mapping[str, Any] | None,
        headers: Mapping[str, str],
    ) -> httpx.Request:
        if body is None:
            return self._http.build_request(method, url, params=params, headers=dict(headers))
        return self._http.build_request(
            method,
            url,
            params=params,
            content=orjson.dumps(body),
            headers={"Content-Type": "application/json", **headers},
        )

    async def _answer(self, request: httpx.Request) -> Any:
        reply = await http.send_read(self._http, request)
        return wire.read(reply.status_code, reply.content)


def batched(keys: Sequence[str], most: int) -> Iterator[Sequence[str]]:
    """In pieces as long as one call takes."""
    return (keys[start : start + most] for start in range(0, len(keys), most))

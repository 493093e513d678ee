"""This application's own API, asked in its own process by a program that came in by another door.

A gateway that speaks somebody else's protocol is a caller like any other: with the program's own token and from its
own address. So what a token may do and see is decided in one place, and no gateway can widen it.
"""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass
from decimal import Decimal
from typing import Any

import httpx
from starlette.requests import Request
from starlette.types import ASGIApp, Receive, Scope, Send

INNER = (
    "trademaster.inner"  # a scope with this was counted when it came in; no request from outside can carry it
)
BASE = "http://localhost"  # a name that is always ours, whatever the sender called us


@dataclass(frozen=True, slots=True)
class Answer:
    """`body` is its JSON, numbers with a point as Decimal; None when it has none."""

    status: int
    body: Any
    headers: Mapping[str, str]

    @property
    def ok(self) -> bool:
        return self.status < 400


@dataclass(frozen=True, slots=True)
class OwnApi:
    """The API as one program sees it."""

    app: ASGIApp
    token: str
    client: tuple[str, int]

    @classmethod
    def behind(cls, request: Request, token: str, *, app: ASGIApp | None = None) -> OwnApi:
        """For the sender of this request, who says it with that token. `app`: when the request does not know it."""
        client = (request.client.host, request.client.port) if request.client else ("", 0)
        return cls(app or request.app, token, client)

    async def ask(
        self,
        method: str,
        path: str,
        *,
        query: Mapping[str, str | int] | None = None,
        body: Any = None,
        key: str | None = None,
    ) -> Answer:
        """One request and its answer. `key` is its Idempotency-Key."""
        headers = {"authorization": f"Bearer {self.token}"}
        if key is not None:
            headers["idempotency-key"] = key
        request = httpx.Request(
            method,
            f"{BASE}{path}",
            params=query,
            headers=headers,
            **({} if body is None else {"json": body}),
        )
        response = await self.transport().handle_async_request(request)
        content = await response.aread()
        read = json.loads(content, parse_float=Decimal) if content else None
        return Answer(response.status_code, read, response.headers)

    def transport(self) -> httpx.ASGITransport:
        """For a client that asks by itself; the token is its own to send."""
        return httpx.ASGITransport(self._inner, raise_app_exceptions=False, client=self.client)

    async def _inner(self, scope: Scope, receive: Receive, send: Send) -> None:
        await self.app({**scope, INNER: True}, receive, send)

"""The short way to an endpoint that is asked most: what FastAPI works out anew for every request is laid down once.

A request that is not plain (no token, another kind of body, one that does not fit) goes the ordinary way with all it
carries: what is refused, and in which words, is decided there alone. Pure ASGI.
"""

from __future__ import annotations

from collections import deque
from collections.abc import Awaitable, Callable, Mapping
from dataclasses import dataclass
from typing import Any

from starlette.responses import Response
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from domain.errors import BrokerError
from orchestrator.errors import Problem, of_broker, respond


@dataclass(frozen=True, slots=True)
class Plain:
    """A request with a JSON body of known length, from `address`. `state` is the application's; a header given twice is
    left out."""

    state: Any
    headers: Mapping[bytes, bytes]
    body: bytes
    address: str


Way = Callable[[Plain], Awaitable[Response | None]]  # None: not plain after all


class Express:
    """Takes the requests of `ways` (method and path), and lets everything else pass."""

    def __init__(self, app: ASGIApp, ways: Mapping[tuple[str, str], Way]) -> None:
        self._app, self._ways = app, ways

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        way = self._ways.get((scope["method"], scope["path"])) if scope["type"] == "http" else None
        if way is None or (headers := _plain_headers(scope)) is None:
            await self._app(scope, receive, send)
            return
        read: deque[Message] = deque()
        body = await _body(receive, read)
        address = scope["client"][0] if scope.get("client") else ""
        plain = None if body is None else Plain(scope["app"].state, headers, body, address)
        answer = None if plain is None else await _asked(way, plain)
        if answer is None:
            await self._app(scope, _again(read, receive), send)
        else:
            await answer(scope, receive, send)


async def _asked(way: Way, request: Plain) -> Response | None:
    try:
        return await way(request)
    except Problem as problem:
        return respond(problem)
    except BrokerError as error:
        return respond(of_broker(error))


def _plain_headers(scope: Scope) -> Mapping[bytes, bytes] | None:
    headers: dict[bytes, bytes] = {}
    twice: set[bytes] = set()
    for name, value in scope["headers"]:
        if name in headers:
            twice.add(name)
        headers[name] = value
    for name in twice:
        del headers[name]
    plain = headers.get(b"content-type") == b"application/json" and b"content-length" in headers
    return headers if plain else None


async def _body(receive: Receive, read: deque[Message]) -> bytes | None:
    """The whole body, None when the caller is gone; `read` keeps the messages it came in."""
    while True:
        message = await receive()
        read.append(message)
        if message["type"] != "http.request":
            return None
        if not message.get("more_body", False):
            return b"".join(part.get("body", b"") for part in read)


def _again(read: deque[Message], receive: Receive) -> Receive:
    async def again() -> Message:
        return read.popleft() if read else await receive()

    return again

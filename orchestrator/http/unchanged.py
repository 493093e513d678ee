"""What is asked for again and has not changed is not sent again: answers of the API by the state that they tell.

The tag is made from the answer itself, so that a 304 is never about an older state than its request would have got.
Answers that have a tag of their own, like the portfolio's, keep it. Pure ASGI.
"""

from __future__ import annotations

import hashlib
from collections.abc import Iterable

from starlette.types import ASGIApp, Message, Receive, Scope, Send

JSON = b"application/json"
KEPT_IN_304 = frozenset({b"cache-control", b"vary", b"link"})


class Unchanged:
    """Adds an `ETag` to JSON that was asked for, and answers 304 where `If-None-Match` knows it."""

    def __init__(self, app: ASGIApp) -> None:
        self._app = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        asked = scope["type"] == "http" and scope["method"] == "GET" and scope["path"].startswith("/v1/")
        await self._app(scope, receive, _Held(scope, send).take if asked else send)


class _Held:
    """An answer until all of it is there; one that gets no tag goes on at once."""

    def __init__(self, scope: Scope, send: Send) -> None:
        self._scope, self._send = scope, send
        self._start: Message | None = None
        self._pieces: list[bytes] = []

    async def take(self, message: Message) -> None:
        if message["type"] == "http.response.start" and _gets_a_tag(message):
            self._start = message
        elif self._start is None:
            await self._send(message)
        else:
            self._pieces.append(message.get("body", b""))
            if not message.get("more_body", False):
                await self._answer(self._start, b"".join(self._pieces))

    async def _answer(self, start: Message, body: bytes) -> None:
        tag = b'W/"%s"' % hashlib.blake2b(body, digest_size=12).hexdigest().encode()
        headers = [*start.get("headers", ()), (b"etag", tag)]
        if tag.removeprefix(b"W/") in _known(self._scope["headers"]):
            kept = [(name, value) for name, value in headers if name in KEPT_IN_304 or name == b"etag"]
            start, body = {"type": "http.response.start", "status": 304, "headers": kept}, b""
        else:
            start = {**start, "headers": headers}
        await self._send(start)
        await self._send({"type": "http.response.body", "body": body})


def _gets_a_tag(start: Message) -> bool:
    given = {name.lower(): value for name, value in start.get("headers", ())}
    return start["status"] == 200 and given.get(b"content-type") == JSON and b"etag" not in given


def _known(headers: Iterable[tuple[bytes, bytes]]) -> set[bytes]:
    """The tags that the caller has, without their W/: for reading, weak and strong ones are the same."""
    said = b",".join(value for name, value in headers if name == b"if-none-match")
    return {one.strip().removeprefix(b"W/") for one in said.split(b",")}

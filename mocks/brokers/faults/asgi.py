"""The few ASGI words that servers and faults share, and how a connection is cut under them."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable, MutableMapping
from dataclasses import dataclass
from typing import Any

Scope = MutableMapping[str, Any]
Message = MutableMapping[str, Any]
Receive = Callable[[], Awaitable[Message]]
Send = Callable[[Message], Awaitable[None]]
ASGIApp = Callable[[Scope, Receive, Send], Awaitable[None]]


@dataclass(frozen=True, slots=True)
class Reply:
    """A canned HTTP answer."""

    status: int
    content_type: str
    body: bytes


def abort(scope: Scope) -> None:
    """Cut the TCP connection under a request or websocket (the sandbox's listener puts the knife there)."""
    knife = scope.get("state", {}).get("abort")
    if knife is not None:
        knife()


def hear(scope: Scope, heard: bool) -> None:
    """Whether bytes from the client are read at all: unread, they are not even answered by the wire's own pongs."""
    ear = scope.get("state", {}).get("hear")
    if ear is not None:
        ear(heard)


async def silence(scope: Scope, receive: Receive, seconds: float) -> None:
    """Hold the reply until the client gives up or the time is over, then cut the connection."""
    try:
        async with asyncio.timeout(seconds):
            await gone(receive)
    except TimeoutError:
        abort(scope)
        await gone(receive)


async def gone(receive: Receive) -> None:
    """Until the client has left."""
    while not (await receive())["type"].endswith(".disconnect"):
        pass


async def swallow(message: Message) -> None:
    """The client must not hear this."""


async def answer(send: Send, reply: Reply) -> None:
    headers = [
        (b"content-type", reply.content_type.encode()),
        (b"content-length", str(len(reply.body)).encode()),
    ]
    await send({"type": "http.response.start", "status": reply.status, "headers": headers})
    await send({"type": "http.response.body", "body": reply.body})


async def body_of(receive: Receive) -> bytes:
    """A request's whole body; what had come when the client left."""
    parts: list[bytes] = []
    while True:
        message = await receive()
        if message["type"] != "http.request":
            break
        parts.append(message.get("body", b""))
        if not message.get("more_body"):
            break
    return b"".join(parts)


def replay(body: bytes, receive: Receive) -> Receive:
    """A `receive` that gives a body read before: a client that leaves meanwhile does not take its request back."""
    given = False

    async def again() -> Message:
        nonlocal given
        if given:
            return await receive()
        given = True
        return {"type": "http.request", "body": body, "more_body": False}

    return again


@dataclass(slots=True)
class Recorded:
    """An answer caught instead of sent: what to do with it is decided after it is known."""

    status: int = 500
    headers: tuple[tuple[bytes, bytes], ...] = ()
    body: bytes = b""

    async def send(self, message: Message) -> None:
        if message["type"] == "http.response.start":
            self.status, self.headers = message["status"], tuple(message.get("headers", ()))
        elif message["type"] == "http.response.body":
            self.body += message.get("body", b"")

    def start(self, body: bytes | None = None) -> Message:
        """The first message, its length being that of `body` (default: of the body caught)."""
        length = str(len(self.body if body is None else body)).encode()
        kept = [(name, value) for name, value in self.headers if name.lower() != b"content-length"]
        return {
            "type": "http.response.start",
            "status": self.status,
            "headers": [*kept, (b"content-length", length)],
        }

    async def forward(self, send: Send) -> None:
        await send(self.start())
        await send({"type": "http.response.body", "body": self.body})

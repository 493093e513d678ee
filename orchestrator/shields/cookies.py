"""Over https our cookies carry the prefix `__Host-`: no other host of the same domain can plant or read one.

Inside they keep their plain names; a cookie that comes without the prefix was not set by us, and is left out.
"""

from __future__ import annotations

import re

from starlette.types import ASGIApp, Message, Receive, Scope, Send

OURS = b"tm_"
PREFIX = b"__Host-"
PATH = re.compile(rb";\s*path=[^;]*", re.IGNORECASE)


class HostCookies:
    """For an installation that people reach over https alone. Pure ASGI."""

    def __init__(self, app: ASGIApp) -> None:
        self._app = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] == "lifespan":
            await self._app(scope, receive, send)
            return
        scope["headers"] = [
            (name, _inside(value) if name == b"cookie" else value) for name, value in scope["headers"]
        ]

        async def send_prefixed(message: Message) -> None:
            if "headers" in message:
                message["headers"] = [
                    (name, _outside(value) if name.lower() == b"set-cookie" else value)
                    for name, value in message["headers"]
                ]
            await send(message)

        await self._app(scope, receive, send_prefixed)


def _inside(cookies: bytes) -> bytes:
    parts = (part.strip(b" \t") for part in cookies.split(b";"))
    return b"; ".join(part.removeprefix(PREFIX) for part in parts if not _planted(part))


def _planted(cookie: bytes) -> bool:
    """Whether whoever reads cookies as text, and leaves out all white space that there is, would take it for ours."""
    return cookie.decode("latin-1").strip().startswith(OURS.decode())


def _outside(cookie: bytes) -> bytes:
    if not cookie.startswith(OURS):
        return cookie
    return PREFIX + PATH.sub(b"", cookie) + b"; Path=/"  # the prefix asks for it

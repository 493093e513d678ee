"""The way to Virtual Kite: whoever speaks Kite's protocol finds it at any root, and is refused in Kite's words.

Kite's clients say `X-Kite-Version` with every call, and the Python one drops the path of its root: with
`root="https://trademaster.example"` it asks for `/orders`. Such a call is led to `/kite/orders`. No browser sends that
header to us from another site without being asked first (CORS). Pure ASGI, outermost.
"""

from __future__ import annotations

from typing import Any

import orjson
from starlette.responses import JSONResponse
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from orchestrator.errors import MEDIA_TYPE, Problem
from orchestrator.kite.wording import told

ROOT, SOCKET = "/kite", "/kite/ws"
SPEAKS_KITE = b"x-kite-version"
PROBLEM = MEDIA_TYPE.encode()
OURS = (
    "/v1/",
    "/connect/",
)  # a caller who names our own API, or the page where people let programs in, means it


class KiteDoorway:
    """Leads there, and translates what comes back."""

    def __init__(self, app: ASGIApp) -> None:
        self._app = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] not in ("http", "websocket"):
            await self._app(scope, receive, send)
            return
        _lead(scope)
        if scope["type"] == "http" and _inside(scope["path"]):
            scope["problems"] = in_kites_words
            await self._app(scope, receive, _Translator(send).send)
        else:
            await self._app(scope, receive, send)


def _lead(scope: Scope) -> None:
    path: str = scope["path"]
    if _inside(path) or path.startswith(OURS) or all(name != SPEAKS_KITE for name, _ in scope["headers"]):
        return
    scope["path"] = SOCKET if scope["type"] == "websocket" else ROOT + path
    scope["raw_path"] = ROOT.encode() + scope.get("raw_path", path.encode())


def _inside(path: str) -> bool:
    return path == ROOT or path.startswith(f"{ROOT}/")


def in_kites_words(problem: Problem) -> JSONResponse:
    status, body = told(problem.status, problem.body())
    return JSONResponse(body, status)


class _Translator:
    """Holds a problem back until it is whole, and sends Kite's error instead; everything else passes."""

    def __init__(self, send: Send) -> None:
        self._send = send
        self._start: Message | None = None
        self._body = b""

    async def send(self, message: Message) -> None:
        if message["type"] == "http.response.start":
            if (b"content-type", PROBLEM) not in message["headers"]:
                await self._send(message)
            else:
                self._start = message
        elif self._start is None:
            await self._send(message)
        else:
            self._body += message.get("body", b"")
            if not message.get("more_body", False):
                await self._tell(self._start)

    async def _tell(self, start: Message) -> None:
        problem: dict[str, Any] = orjson.loads(self._body or b"{}")
        status, error = told(start["status"], problem)
        body = orjson.dumps(error)
        named = {b"content-type": b"application/json", b"content-length": str(len(body)).encode()}
        headers = [(name, named.get(name, value)) for name, value in start["headers"]]
        await self._send({**start, "status": status, "headers": headers})
        await self._send({"type": "http.response.body", "body": body})

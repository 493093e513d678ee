"""An API made by hand: it answers what the test says, and keeps what it was asked."""

from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import httpx

from trademaster import Client

URL = "http://127.0.0.1:9"
TOKEN = "tm_0123456789ab_secret"

Reply = httpx.Response | Exception | Callable[[httpx.Request], httpx.Response]


class Answers(httpx.BaseTransport):
    """Replies in turn, the last one for ever."""

    def __init__(self, *replies: Reply) -> None:
        self._replies = list(replies)
        self.asked: list[httpx.Request] = []

    def handle_request(self, request: httpx.Request) -> httpx.Response:
        request.read()
        self.asked.append(request)
        reply = self._replies.pop(0) if len(self._replies) > 1 else self._replies[0]
        if isinstance(reply, Exception):
            raise reply
        return reply if isinstance(reply, httpx.Response) else reply(request)

    @property
    def lines(self) -> list[str]:
        """Method and path of each request."""
        return [f"{one.method} {one.url.raw_path.decode()}" for one in self.asked]

    def client(self, **options: Any) -> Client:
        return Client(URL, TOKEN, transport=self, **options)


def problem(status: int, code: str, headers: dict[str, str] | None = None, **more: Any) -> httpx.Response:
    body = {"type": "t", "title": "T", "status": status, "detail": "in words", "code": code, **more}
    media = {"content-type": "application/problem+json"}
    return httpx.Response(status, content=json.dumps(body), headers={**media, **(headers or {})})


SCHEMA = json.loads((Path(__file__).parents[2] / "web" / "openapi.json").read_text("utf-8"))


def described(path: str, method: str, status: str) -> dict[str, Any]:
    """The answer that the description of the API shows."""
    media = SCHEMA["paths"][path][method]["responses"][status]["content"]["application/json"]
    return dict(media["example"])


def an_order(**more: Any) -> dict[str, Any]:
    return {**described("/v1/orders/{order_id}", "get", "200"), "id": "ord_1", **more}

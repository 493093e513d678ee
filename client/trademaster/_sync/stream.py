# Made from _async/stream.py by `make client`; do not edit.
"""Events and live prices as they happen, over connections that come back by themselves."""

from __future__ import annotations

import json
from collections.abc import Generator, Sequence
from contextlib import closing
from typing import Any

from websockets.exceptions import ConnectionClosed, InvalidStatus, WebSocketException

from trademaster._sync.http import HTTP
from trademaster._sync.waiting import Socket, opened, received, sleep
from trademaster.errors import StreamEnded, UnexpectedAnswer
from trademaster.events import Event, Mode, Price, event_of, prices_of, read
from trademaster.turns import Turns

SILENCE = 30.0  # seconds without even a heartbeat: the connection is dead
FOR_GOOD = {4400: "bad_request", 4401: "not_authenticated", 4403: "session_ended"}
OWN = frozenset({"authenticated", "heartbeat", "ok", "pong"})


class Stream:
    """`client.stream`. Each call has a connection of its own, closed with the iterator."""

    def __init__(self, http: HTTP) -> None:
        self._http = http

    def events(
        self, *, symbols: Sequence[str] = (), mode: Mode = "ltp", portfolio: bool = False, pace: int = 250
    ) -> Generator[Event, None]:
        """Orders, accounts, alerts, notices and what needs you; `prices` of `symbols`, and `portfolio_lines`, if asked.

        A connection that breaks is made again and everything asked for anew: an event `connected` says so each time.
        Raises StreamEnded when the token has ended, or the server refuses for good.
        """
        asked: list[dict[str, Any]] = []
        if symbols:
            asked.append({"action": "subscribe", "symbols": list(symbols), "mode": mode})
        if portfolio:
            asked.append({"action": "follow", "what": "portfolio"})
        again = False
        with closing(self._messages(f"/v1/stream?pace={int(pace)}", asked)) as messages:
            for body in messages:
                if body.get("type") == "connected":
                    yield Event("connected", None, again=again)
                    again = True
                elif body.get("type") == "prices":
                    yield Event("prices", prices_of(body))
                else:
                    yield event_of(body)

    def prices(
        self, symbols: Sequence[str], *, mode: Mode = "ltp", pace: int = 100
    ) -> Generator[Price, None]:
        """The newest price of each symbol, then every change, at most once per `pace` milliseconds and symbol."""
        asked = [{"action": "subscribe", "symbols": list(symbols), "mode": mode}]
        with closing(self._messages(f"/v1/stocks/live?batch=true&pace={int(pace)}", asked)) as messages:
            for body in messages:
                if body.get("type") == "prices" or "ltp" in body:
                    for price in prices_of(body):
                        yield price

    def _messages(self, path: str, asked: list[dict[str, Any]]) -> Generator[dict[str, Any], None]:
        """Messages, with a `connected` before those of each connection."""
        turns = Turns()
        while True:
            try:
                with self._opened(path) as socket:
                    self._begin(socket, asked)
                    yield {"type": "connected"}
                    with closing(self._heard(socket)) as heard:
                        for body in heard:
                            turns.went_well()
                            yield body
            except ConnectionClosed as error:
                _raise_if_for_good(error)
            except InvalidStatus as error:
                if error.response.status_code not in (429, 500, 502, 503, 504):
                    raise UnexpectedAnswer(f"{path} answers {error.response.status_code}") from error
            except (OSError, TimeoutError, WebSocketException):
                pass  # the line: again, after a pause
            sleep(turns.pause())

    def _opened(self, path: str) -> Socket:
        url = f"ws{self._http.url.removeprefix('http')}{path}"
        return opened(url, self._http.authorization, within=self._http.timeout)

    def _begin(self, socket: Socket, asked: list[dict[str, Any]]) -> None:
        first = read(received(socket, SILENCE))
        if first.get("type") != "authenticated":
            refuse(first)
        for message in asked:
            socket.send(json.dumps(message))

    def _heard(self, socket: Socket) -> Generator[dict[str, Any], None]:
        while True:
            body = read(received(socket, SILENCE))
            if "error" in body or body.get("type") == "session_ended":
                refuse(body)
            if body.get("type") not in OWN:
                yield body


def refuse(body: dict[str, Any]) -> None:
    """Raises StreamEnded in the server's words."""
    error = body.get("error") or {"code": body.get("type"), "detail": (body.get("data") or {}).get("text")}
    raise StreamEnded(str(error.get("code")), str(error.get("detail") or error.get("code")))


def _raise_if_for_good(closed: ConnectionClosed) -> None:
    code = closed.rcvd.code if closed.rcvd else None
    if code in FOR_GOOD:
        raise StreamEnded(FOR_GOOD[code], "the server has closed the stream") from closed

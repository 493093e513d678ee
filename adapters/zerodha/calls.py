"""Requests of one Kite session: reads that may be repeated, writes that leave once, and what cannot be read."""

from __future__ import annotations

import json
from collections.abc import Callable, Sequence
from typing import Any, TypeVar
from urllib.parse import urlencode

import httpx

from adapters import http
from adapters.broker import Endpoints, Session
from adapters.zerodha import wire
from domain.errors import BrokerUnavailable

T = TypeVar("T")
Parse = Callable[[Any], T]


def client(session: Session, endpoints: Endpoints) -> httpx.AsyncClient:
    headers = {**wire.VERSION, "Authorization": f"token {session.api_key}:{session.access_token}"}
    return http.client(endpoints.rest, via=endpoints, headers=headers)


class Calls:
    def __init__(self, session: Session, endpoints: Endpoints) -> None:
        self._http = client(session, endpoints)

    async def aclose(self) -> None:
        await self._http.aclose()

    async def write(self, method: str, path: str, *, data: dict[str, str] | None = None) -> Any:
        response = await http.send_write(self._http, self._http.build_request(method, path, data=data))
        return wire.write_answer(response.status_code, response.content)

    async def change(self, method: str, path: str, *, data: dict[str, str] | None = None) -> Any:
        """A write about something that is there already: what has ended is refused for good."""
        response = await http.send_write(self._http, self._http.build_request(method, path, data=data))
        return wire.change_answer(response.status_code, response.content)

    async def read(self, path: str, parse: Parse[T], *, params: httpx.QueryParams | None = None) -> T:
        return await self._parsed(self._http.build_request("GET", path, params=params), parse)

    async def ask(self, path: str, question: Any, parse: Parse[T]) -> T:
        """A question that is too long for a query, as JSON."""
        headers = {"Content-Type": "application/json"}
        request = self._http.build_request("POST", path, content=json.dumps(question), headers=headers)
        return await self._parsed(request, parse)

    async def ask_form(self, path: str, fields: Sequence[tuple[str, str]], parse: Parse[T]) -> T:
        """As `ask`, as a form whose fields repeat."""
        headers = {"Content-Type": "application/x-www-form-urlencoded"}
        request = self._http.build_request("POST", path, content=urlencode(fields), headers=headers)
        return await self._parsed(request, parse)

    async def _parsed(self, request: httpx.Request, parse: Parse[T]) -> T:
        response = await http.send_read(self._http, request)
        data = wire.read_answer(response.status_code, response.content)
        try:
            return parse(data)
        except (KeyError, TypeError, ValueError, IndexError, AttributeError, ArithmeticError) as error:
            raise BrokerUnavailable(f"unreadable answer to {request.url.path}: {error!r}") from error

"""How a Groww account's calls leave and what their answers become: writes once, reads in pages and within their limits.

One question of ours is often several calls here (a segment, a page, an instrument each): each is counted.
"""

from __future__ import annotations

import asyncio
import time
from collections.abc import Callable, Coroutine, Mapping
from typing import Any, TypeVar

import httpx

from adapters import http
from adapters.budget import Budget
from adapters.groww import wire
from adapters.groww.terms import TERMS
from adapters.groww.wire import Json
from domain.errors import BrokerRejected, BrokerUnavailable

T = TypeVar("T")
LAST_PAGE = 500
PATIENCE = 4.0  # seconds, less than a read may take altogether


class Calls:
    """Every call of one account. Owns `client`."""

    def __init__(self, client: httpx.AsyncClient, *, wall: Callable[[], float] = time.time) -> None:
        """`wall`: seconds since 1970, UTC."""
        self.http = client
        self._budget = Budget(TERMS.limits, wall)

    async def write(self, method: str, path: str, body: bytes | None) -> Json:
        """One attempt. Raises OutcomeUnknown for every answer that proves nothing."""
        response = await http.send_write(self.http, self.http.build_request(method, path, content=body))
        return wire.payload_of(response.status_code, response.content, write=True)

    async def read(self, request: httpx.Request) -> Json:
        await self._room(kind_of(request.url.path))
        response = await http.send_read(self.http, request)
        return wire.payload_of(response.status_code, response.content, write=False)

    async def _room(self, kind: str) -> None:
        """Until the call fits. Raises BrokerUnavailable when that is too far off: nothing was asked then."""
        waited, wait = 0.0, self._budget.take(kind)
        while wait > 0:
            waited += wait
            if waited > PATIENCE:
                raise BrokerUnavailable(f"Groww's limit of {kind} calls is used up for the next {wait:.0f} s")
            await asyncio.sleep(wait)
            wait = self._budget.take(kind)

    async def get(self, path: str, **params: str) -> Json:
        return await self.read(self.http.build_request("GET", path, params=params))

    async def get_known(self, path: str, **params: str) -> Json | None:
        """None when Groww does not know it."""
        try:
            return await self.get(path, **params)
        except BrokerRejected as error:
            if error.code == wire.NOT_FOUND:
                return None
            raise

    async def ask(self, path: str, body: bytes, params: Mapping[str, str]) -> Json:
        """A read that is a POST: a margin call."""
        return await self.read(self.http.build_request("POST", path, params=params, content=body))

    async def pages(self, path: str, name: str, size: int, **params: str) -> list[Json]:
        """All rows; a page that fails fails the whole. Raises BrokerUnavailable too when there is no last page."""
        rows: list[Json] = []
        for page in range(LAST_PAGE):
            payload = await self.get(path, page=str(page), page_size=str(size), **params)
            found: list[Json] = readable(lambda got: listed(got[name]), payload)
            rows += found
            if len(found) < size:
                return rows
        raise BrokerUnavailable(f"{path} has no last page")

    async def aclose(self) -> None:
        await self.http.aclose()


def listed(found: object) -> list[Any]:
    """Raises ValueError for what is no list."""
    if not isinstance(found, list):
        raise ValueError(f"no list: {found!r:.60}")
    return found


async def together(*asked: Coroutine[Any, Any, T]) -> list[T]:
    """All answers; the first failure, and then nothing more is asked."""
    tasks = [asyncio.ensure_future(one) for one in asked]
    try:
        return await asyncio.gather(*tasks)
    finally:
        for task in tasks:
            task.cancel()
        await asyncio.gather(*tasks, return_exceptions=True)


def kind_of(path: str) -> str:
    """Which of the limits in `TERMS` a read counts against."""
    if "/live-data/" in path:
        return "quote"
    return "history" if "/historical/" in path else "other"


def readable(parse: Callable[..., T], *arguments: Any) -> T:
    """What `parse` makes of an answer. Raises BrokerUnavailable when the answer is not what it should be."""
    try:
        return parse(*arguments)
    except (KeyError, IndexError, TypeError, ValueError, AttributeError, ArithmeticError) as error:
        raise BrokerUnavailable(f"Groww's answer cannot be read: {type(error).__name__}: {error}") from error

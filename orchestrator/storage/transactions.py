"""A transaction as both databases run it: one synchronous function over a Core connection, and whoever waits for it."""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any, TypeVar

import orjson
from sqlalchemy import Connection

T = TypeVar("T")
Work = Callable[[Connection], T]


@dataclass(slots=True, eq=False)
class Write:
    """One unit of work waiting to be durable, and how it ended."""

    work: Work[Any]
    waiter: asyncio.Future[Any]
    result: Any = None
    error: BaseException | None = None

    def deliver(self, failed: BaseException | None) -> None:
        """Tell the caller, unless it is gone. `failed` is what broke the whole transaction."""
        error = self.error or failed
        if self.waiter.done():
            return
        if error is not None:
            self.waiter.set_exception(error)
        else:
            self.waiter.set_result(self.result)


def dumps(value: Any) -> str:
    """JSON for a column of either database."""
    return orjson.dumps(value).decode()

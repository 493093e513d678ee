"""PostgreSQL under virtual time: its driver lives in a thread of its own, and the loop waits for each transaction.

So a transaction takes a moment of virtual time before and after it and none itself, and what was committed survives
the process. That two of them wait for each other is not seen here: other tests have real concurrency.
"""

from __future__ import annotations

import asyncio
import random
import threading
from collections.abc import Callable, Coroutine
from typing import Any, TypeVar

from orchestrator.storage.db import Database
from orchestrator.storage.postgres import PostgresDatabase
from orchestrator.storage.transactions import Work

T = TypeVar("T")
HOP_SECONDS = 0.003  # longest, of each way
CONNECTIONS = 2


class SimulatedPostgres:
    """See `orchestrator.storage.db.Database`."""

    dialect = "postgresql"

    def __init__(self, url: str, dice: random.Random) -> None:
        self._dice = dice
        self._loop = asyncio.new_event_loop()
        self._thread = threading.Thread(target=self._loop.run_forever, daemon=True)
        self._thread.start()
        self._real: Database = self._wait(self._opened(url))

    async def write(self, work: Work[T], *, lock: str | None = None, alone: bool = False) -> T:
        return await self._hopping(lambda: self._real.write(work, lock=lock, alone=alone))

    async def read(self, work: Work[T]) -> T:
        return await self._hopping(lambda: self._real.read(work))

    @property
    def waiting(self) -> int:
        return self._real.waiting

    async def close(self) -> None:
        self.end()

    def end(self) -> None:
        """Close its connections and its thread, also those of a process that was killed. Twice is once."""
        if self._thread.is_alive():
            self._wait(self._real.close())
            self._loop.call_soon_threadsafe(self._loop.stop)
            self._thread.join()
            self._loop.close()

    async def _hopping(self, transaction: Callable[[], Coroutine[Any, Any, T]]) -> T:
        # A caller that is cancelled never leaves half a transaction: it is whole, or it never began.
        await asyncio.sleep(self._dice.random() * HOP_SECONDS)
        result = self._wait(transaction())
        await asyncio.sleep(self._dice.random() * HOP_SECONDS)
        return result

    def _wait(self, work: Coroutine[Any, Any, T]) -> T:
        return asyncio.run_coroutine_threadsafe(work, self._loop).result()

    async def _opened(self, url: str) -> Database:
        return PostgresDatabase(url, pool_size=CONNECTIONS)

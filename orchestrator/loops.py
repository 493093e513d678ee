"""Background loops that outlive their own failures: each is written down loudly and begun again after a pause."""

from __future__ import annotations

import asyncio
import random
from collections.abc import Callable, Coroutine
from typing import Any

import structlog

from orchestrator.telemetry.metrics import LOOP_FAILURES

log = structlog.get_logger(__name__)

PAUSE = 1.0  # seconds before a loop that failed begins again

RECONNECT = (0.5, 1.0, 2.0, 5.0, 10.0, 30.0)  # seconds at most before a stream that ended is opened again

Work = Callable[[], Coroutine[Any, Any, None]]


def reconnect_pause(failures: int) -> float:
    """Seconds until a stream that ended is opened again: longer each time, up to half a minute, and not the same for
    all that ended at once, so that a broker that comes back is not asked by everybody in one moment."""
    return RECONNECT[min(failures, len(RECONNECT) - 1)] * random.uniform(0.5, 1.0)


class Loops:
    """A database that is away for a minute, or one bad row, must not end what follows everybody's orders."""

    def __init__(self, pause: float = PAUSE) -> None:
        self._pause = pause
        self._tasks: set[asyncio.Task[None]] = set()
        self._waiting: set[asyncio.TimerHandle] = set()

    def start(self, name: str, work: Work) -> None:
        """Run `work` until `close`, again whenever it fails. One that returns has done what it had to."""
        task = asyncio.create_task(work(), name=name)
        self._tasks.add(task)
        task.add_done_callback(lambda ended: self._ended(ended, name, work))

    async def close(self) -> None:
        for handle in self._waiting:
            handle.cancel()
        tasks = list(self._tasks)
        for task in tasks:
            task.cancel()
        await asyncio.gather(*tasks, return_exceptions=True)

    def _ended(self, task: asyncio.Task[None], name: str, work: Work) -> None:
        self._tasks.discard(task)
        if task.cancelled() or (failure := task.exception()) is None:
            return
        LOOP_FAILURES.labels(name).inc()
        log.error("loop_failed", loop=name, exc_info=failure)

        def again() -> None:
            self._waiting.discard(handle)
            self.start(name, work)

        handle = asyncio.get_running_loop().call_later(self._pause, again)
        self._waiting.add(handle)

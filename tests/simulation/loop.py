"""An event loop whose time is virtual and whose order is the seed's: the same seed runs the same steps.

Whatever is ready may run next, chosen by dice; time passes only when nothing is ready. Code that belongs to a process
which was killed never runs again: its steps are frozen.
"""

from __future__ import annotations

import asyncio
import heapq
import random
from collections.abc import Callable
from concurrent.futures import Executor
from contextvars import ContextVar
from typing import Any

PROCESS: ContextVar[int] = ContextVar(
    "process", default=0
)  # 0: the world outside, else a process of the product

READ_SECONDS = 0.002  # longest that something given to a thread takes


class Stuck(RuntimeError):
    """Nothing will ever happen again, or it never ends: the run is over."""


class VirtualLoop(asyncio.BaseEventLoop):
    """`after_step` is called between two steps, with the process that made the last one."""

    def __init__(self, dice: random.Random, *, most_steps: int = 2_000_000) -> None:
        super().__init__()
        self._dice = dice
        self._now = 0.0
        self._most_steps = most_steps
        self._ready: list[asyncio.Handle] = []
        self._scheduled: list[asyncio.TimerHandle] = []
        self._frozen: list[asyncio.Handle] = []
        self._dead: set[int] = set()
        self.steps = 0
        self.after_step: Callable[[int], None] = lambda process: None
        self.on_time: Callable[[float], None] = lambda now: None
        self.failures: list[dict[str, Any]] = []
        self.set_exception_handler(lambda loop, context: self.failures.append(context))

    def time(self) -> float:
        return self._now

    def kill(self, process: int) -> None:
        """Nothing of this process runs any more."""
        self._dead.add(process)

    def thaw(self) -> None:
        """Let the frozen steps run again, so that what was killed can be cleared away."""
        self._dead.clear()
        self._ready += self._frozen
        self._frozen = []

    # --- what asyncio calls --------------------------------------------------------------------------------------

    def _run_once(self) -> None:
        while self._scheduled and self._scheduled[0].cancelled():
            heapq.heappop(self._scheduled)
        if not self._ready:
            if not self._scheduled:
                raise Stuck("nothing will ever happen again")
            self._pass_to(self._scheduled[0].when())
        while self._scheduled and self._scheduled[0].when() <= self._now:
            self._ready.append(heapq.heappop(self._scheduled))
        if self._ready:
            self._step()

    def _pass_to(self, moment: float) -> None:
        if moment > self._now:
            self._now = moment
            self.on_time(moment)

    def _step(self) -> None:
        ready = self._ready
        chosen = self._dice.randrange(len(ready))
        ready[chosen], ready[-1] = ready[-1], ready[chosen]
        handle = ready.pop()
        if handle.cancelled():
            return
        process = handle._context.get(PROCESS, 0)  # type: ignore[attr-defined]
        if process in self._dead:
            self._frozen.append(handle)
            return
        self.steps += 1
        if self.steps > self._most_steps:
            raise Stuck(f"no end after {self._most_steps} steps")
        handle._run()
        self.after_step(process)

    def call_soon_threadsafe(  # type: ignore[override]
        self, callback: Callable[..., object], *args: Any, context: Any = None
    ) -> asyncio.Handle:
        return self.call_soon(callback, *args, context=context)

    def run_in_executor(  # type: ignore[override]
        self, executor: Any, func: Callable[..., Any], *args: Any
    ) -> asyncio.Future[Any]:
        """In a moment, in the loop itself."""
        done = self.create_future()

        def run() -> None:
            if done.cancelled():
                return
            try:
                done.set_result(func(*args))
            except BaseException as error:  # noqa: BLE001 - the caller's
                done.set_exception(error)

        self.call_later(self._dice.random() * READ_SECONDS, run)
        return done

    def _timer_handle_cancelled(self, handle: asyncio.TimerHandle) -> None:
        return  # it is left out when its time comes

    def _process_events(self, event_list: Any) -> None:
        return

    def _write_to_self(self) -> None:
        return


class Threads(Executor):
    """A pool of threads as the loop has them: work is done in a moment, or never if the process dies before."""

    def __init__(self, loop: VirtualLoop, dice: random.Random, longest: float) -> None:
        self._loop, self._dice, self._longest = loop, dice, longest

    def submit(self, fn: Callable[..., Any], /, *args: Any, **more: Any) -> Any:
        self._loop.call_later(self._dice.random() * self._longest, lambda: fn(*args, **more))

    def shutdown(self, wait: bool = True, *, cancel_futures: bool = False) -> None:
        return

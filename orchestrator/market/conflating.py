"""Live prices to one connection at its own pace: what changes again before it was sent is sent once, as the newest.

So nothing is ever queued: while a client does not take what is sent, one mark for each price is all that waits for it.
"""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Iterable
from itertools import islice

from orchestrator.http.frames import Frames
from orchestrator.market.audience import Audience
from orchestrator.market.prices import Seen

# Writes the prices, at that moment of the event loop and in milliseconds since 1970. What the connection takes no more
# is marked again with `changed`.
Write = Callable[[Iterable[Seen], float, int], None]


class Conflater:
    """Follows prices (`Seen.followers`) for one socket, and calls `write` when it may send them.

    `pace`: seconds from one writing to the next. `most`: prices of one writing, so that no socket keeps the others
    waiting; the rest is written when it is its turn again.
    """

    def __init__(
        self, frames: Frames, audience: Audience, write: Write, *, pace: float, most: int | None = None
    ) -> None:
        self._frames, self._audience, self._write = frames, audience, write
        self._pace, self._most = pace, most
        self._fresh: dict[Seen, None] = {}  # in the order in which they changed first
        self._waiting = False  # for its turn, or for the connection
        self._behind = asyncio.Event()
        self.next_at = 0.0

    def changed(self, seen: Seen) -> None:
        self._fresh[seen] = None
        if not self._waiting:
            self._waiting = True
            self._audience.soon(self)

    def forget(self, seen: Seen) -> None:
        """It is followed no more."""
        self._fresh.pop(seen, None)

    def wake(self, now: float, now_ms: int) -> None:
        if self._frames.ready:
            self._send(now, now_ms)
        else:
            self._behind.set()

    async def catch_up(self) -> None:
        """Send again when the connection takes more, until it is closed: raises WebSocketDisconnect."""
        loop, clock = asyncio.get_running_loop(), self._audience.clock
        while True:
            await self._behind.wait()
            self._behind.clear()
            await self._frames.drained()
            self._send(loop.time(), int(clock().timestamp() * 1000))

    def _send(self, now: float, now_ms: int) -> None:
        self._waiting = False
        self.next_at = now + self._pace
        fresh, self._fresh = self._fresh, {}
        if self._most is not None and len(fresh) > self._most:
            waiting = iter(fresh)
            fresh, self._fresh = dict.fromkeys(islice(waiting, self._most)), dict.fromkeys(waiting)
        if fresh:
            self._write(fresh, now, now_ms)
        if self._fresh and not self._waiting:
            self._waiting = True
            self._audience.soon(self)

"""One at a time for a position, over all processes: who reads what is held and then trades must be alone in between."""

from __future__ import annotations

import asyncio
import hashlib
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from weakref import WeakValueDictionary

from orchestrator.leases.lease import Lease
from orchestrator.leases.leases import Leases
from orchestrator.openalgo.desk import Refused

PLACES = 4096  # positions of the same place wait for each other; rows of leases stay so few, and name nobody
LOOKS, AGAIN = 80, 0.25  # seconds between so many looks
BUSY = "another order of this position is being worked out: nothing was sent, ask again"

_here: WeakValueDictionary[str, asyncio.Lock] = WeakValueDictionary()  # within one process


@asynccontextmanager
async def turn(leases: Leases, position: str) -> AsyncIterator[Lease]:
    """The lease of this position: whoever trades after it has run out may not be alone. Raises Refused."""
    name = f"position:{int(hashlib.sha256(position.encode()).hexdigest(), 16) % PLACES}"
    lock = _here.setdefault(f"{leases.owner} {name}", asyncio.Lock())
    async with lock:
        lease = await _taken(leases, name)
        try:
            yield lease
        finally:
            await leases.release([name])


async def _taken(leases: Leases, name: str) -> Lease:
    """Never given up in the middle of a taking, which may have been done then. Raises Refused."""
    for _ in range(LOOKS):
        if (lease := await leases.take(name)) is not None:
            return lease
        await asyncio.sleep(AGAIN)
    raise Refused(503, BUSY, wait="5")

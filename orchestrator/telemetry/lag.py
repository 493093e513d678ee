"""How late the event loop is: what everybody waits for who waits for anything."""

from __future__ import annotations

import asyncio

from orchestrator.telemetry.metrics import LOOP_LAG

EVERY = 0.1  # seconds


async def measure() -> None:
    """Until cancelled."""
    loop = asyncio.get_running_loop()
    while True:
        due = loop.time() + EVERY
        await asyncio.sleep(EVERY)
        LOOP_LAG.observe(max(0.0, loop.time() - due))

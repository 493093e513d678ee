"""Loops that go on after a failure."""

from __future__ import annotations

import asyncio

from orchestrator.loops import Loops, reconnect_pause


async def test_a_loop_that_fails_is_begun_again_and_ends_only_when_closed() -> None:
    begun: list[int] = []
    steady = asyncio.Event()

    async def work() -> None:
        begun.append(len(begun))
        if len(begun) < 3:
            raise ConnectionError("the database is away")
        steady.set()
        await asyncio.Event().wait()

    loops = Loops(pause=0)
    loops.start("work", work)
    await asyncio.wait_for(steady.wait(), 60)
    await loops.close()
    assert begun == [0, 1, 2]


async def test_a_loop_waiting_to_begin_again_does_not_after_the_close() -> None:
    begun: list[int] = []

    async def work() -> None:
        begun.append(1)
        raise ConnectionError("gone")

    loops = Loops(pause=0.01)
    loops.start("work", work)
    await asyncio.sleep(0)
    await asyncio.sleep(0)
    await loops.close()
    await asyncio.sleep(0.05)
    assert begun == [1]


def test_pauses_before_a_new_connection_grow_to_half_a_minute_and_are_not_alike() -> None:
    for failures, longest in enumerate((0.5, 1.0, 2.0, 5.0, 10.0, 30.0, 30.0)):
        pauses = {reconnect_pause(failures) for _ in range(20)}
        assert all(longest / 2 <= pause <= longest for pause in pauses)
        assert len(pauses) > 1

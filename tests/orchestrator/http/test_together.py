"""What makes up one open socket ends together."""

from __future__ import annotations

import asyncio

import pytest

from orchestrator.http.together import until_one_ends

ended: list[str] = []


async def forever(name: str) -> None:
    try:
        await asyncio.Event().wait()
    finally:
        await asyncio.sleep(0)
        ended.append(name)


async def broken() -> None:
    raise LookupError("it broke")


async def over() -> None:
    await asyncio.sleep(0)


@pytest.fixture(autouse=True)
def nothing_has_ended() -> None:
    ended.clear()


async def test_the_first_that_ends_ends_the_others_to_their_last_line() -> None:
    await until_one_ends(forever("a"), over(), forever("b"))
    assert sorted(ended) == ["a", "b"]


async def test_what_the_first_raises_is_raised_when_the_others_have_ended() -> None:
    with pytest.raises(LookupError):
        await until_one_ends(forever("a"), broken())
    assert ended == ["a"]


async def test_cancelling_the_whole_ends_every_part() -> None:
    whole = asyncio.create_task(until_one_ends(forever("a"), forever("b")))
    await asyncio.sleep(0)
    await asyncio.sleep(0)
    whole.cancel()
    with pytest.raises(asyncio.CancelledError):
        await whole
    assert sorted(ended) == ["a", "b"]

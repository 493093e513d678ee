"""Two signals for one position never both see what was held before, in one process or in two."""

from __future__ import annotations

import asyncio

import pytest

from orchestrator.leases.leases import Leases
from orchestrator.openalgo import turns
from orchestrator.openalgo.desk import Refused
from orchestrator.openalgo.turns import turn
from orchestrator.storage.db import Database

POSITION = "usr_asha NSE:INFY MIS"


async def test_processes_take_turns_at_a_position_and_nobody_is_left_out(db: Database) -> None:
    processes = [Leases(db, owner="one"), Leases(db, owner="two")]
    inside, most, done = 0, 0, 0

    async def signal(leases: Leases) -> None:
        nonlocal inside, most, done
        async with turn(leases, POSITION) as lease:
            assert lease.held
            inside += 1
            most = max(most, inside)
            await asyncio.sleep(0)
            inside -= 1
        done += 1

    await asyncio.gather(*(signal(leases) for leases in processes * 3))
    assert (most, done) == (1, 6)


async def test_who_waits_too_long_is_told_to_ask_again_and_has_taken_nothing(
    db: Database, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(turns, "LOOKS", 2)
    one, two = Leases(db, owner="one"), Leases(db, owner="two")
    async with turn(one, POSITION):
        with pytest.raises(Refused, match="nothing was sent") as refused:
            async with turn(two, POSITION):
                raise AssertionError("it was another's turn")
        assert (refused.value.status, refused.value.headers) == (503, {"retry-after": "5"})
    async with turn(two, POSITION) as lease:
        assert lease.held


async def test_a_turn_ends_with_what_was_done_in_it_also_where_that_failed(db: Database) -> None:
    one, two = Leases(db, owner="one"), Leases(db, owner="two")
    with pytest.raises(ValueError, match="no price"):
        async with turn(one, POSITION):
            raise ValueError("no price")
    async with turn(two, POSITION) as lease:
        assert lease.held

"""However many processes send to an account, together they keep its limits; and alone each keeps to its part."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Awaitable
from contextlib import nullcontext
from dataclasses import replace
from typing import Any, cast

import pytest
from redis import asyncio as redis
from redis.exceptions import ConnectionError as RedisGone

from adapters.broker import Broker, RateLimit
from adapters.governor import Call, Governor
from adapters.guard import Guarded, NotSent
from adapters.room import Room, Share, Unshared
from domain.account import AccountId
from domain.instrument import Exchange
from orchestrator.accounts import shared_room
from orchestrator.accounts.shared_room import SharedRooms
from tests.adapters.test_guard import CHILD, TERMS, Scripted

ONE, TWO = AccountId("acc_1"), AccountId("acc_2")
EIGHT = Share("NSE", 60.0, 8, "eight in a minute")
THREE = Share("orders", 60.0, 3, "three in a minute")


@pytest.fixture
async def processes(redis_url: str, monkeypatch: pytest.MonkeyPatch) -> AsyncIterator[list[SharedRooms]]:
    monkeypatch.setattr(shared_room, "PATIENCE", 60.0)  # a busy machine is no Redis that is away
    made = [SharedRooms(redis_url, among=lambda: 3) for _ in range(3)]
    yield made
    for one in made:
        await one.close()


async def test_all_processes_together_keep_the_limit_of_an_account(processes: list[SharedRooms]) -> None:
    waits = await asyncio.gather(*(processes[n % 3].of(ONE).take([EIGHT]) for n in range(30)))
    assert waits.count(0.0) == 8
    assert all(0 < wait <= 60 for wait in waits if wait)
    assert await processes[0].of(TWO).take([EIGHT]) == 0.0, "another account has room of its own"


async def test_what_finds_no_room_in_one_limit_is_counted_in_none(processes: list[SharedRooms]) -> None:
    here, there = processes[0].of(ONE), processes[1].of(ONE)
    for _ in range(3):
        assert await here.take([EIGHT, THREE]) == 0.0
    for _ in range(5):
        assert await there.take([EIGHT, THREE]) > 0
    for _ in range(5):
        assert await there.take([EIGHT]) == 0.0
    assert await here.take([EIGHT]) > 0


async def test_room_comes_back_when_the_oldest_call_is_old_enough(processes: list[SharedRooms]) -> None:
    brief = Share("NSE", 0.2, 2, "")
    assert [await processes[n].of(ONE).take([brief]) for n in range(2)] == [0.0, 0.0]
    while wait := await processes[2].of(ONE).take([brief]):
        assert wait <= 0.2
        await asyncio.sleep(wait)


async def test_the_reserve_of_urgent_calls_is_room_in_the_same_limit(processes: list[SharedRooms]) -> None:
    calm, urgent = Share("NSE", 60.0, 6, ""), Share("NSE", 60.0, 8, "")
    for _ in range(6):
        assert await processes[0].of(ONE).take([calm]) == 0.0
    assert await processes[1].of(ONE).take([calm]) > 0
    assert [await processes[1].of(ONE).take([urgent]) for _ in range(2)] == [0.0, 0.0]
    assert await processes[2].of(ONE).take([urgent]) > 0


async def test_a_long_window_is_kept_by_all_processes_in_few_numbers(
    processes: list[SharedRooms], redis_url: str
) -> None:
    half_an_hour = Share("other 1800", 1800.0, 20, "twenty in half an hour")
    waits = await asyncio.gather(*(processes[n % 3].of(ONE).take([half_an_hour]) for n in range(30)))
    assert waits.count(0.0) == 20
    assert all(1700 < wait <= 1831 for wait in waits if wait), (
        "until the sixtieth is over that the first was in"
    )
    async with redis.Redis.from_url(redis_url) as raw:
        [key] = await raw.keys("*")
        assert await cast(Awaitable[int], raw.hlen(key)) <= 2
        assert 0 < await raw.pttl(key) <= 1_830_000


async def test_what_is_old_leaves_a_long_window_and_room_comes_back_in_order(
    processes: list[SharedRooms], redis_url: str
) -> None:
    two_minutes, here = Share("other 120", 120.0, 5, ""), processes[0].of(ONE)
    async with redis.Redis.from_url(redis_url) as raw:
        seconds, _ = await raw.time()
        now = seconds // 2  # in sixtieths of two minutes
        key = f"trademaster:parts:{ONE}:other 120"
        for part, calls in ((now - 70, 50), (now - 40, 2), (now - 20, 3)):
            await cast(Awaitable[int], raw.hset(key, str(part), str(calls)))
        wait = await here.take([two_minutes])
        assert 0 < wait <= 42, "the older two leave first; fifty are gone"
        assert await cast(Awaitable[int], raw.hlen(key)) == 2
        await cast(Awaitable[int], raw.hdel(key, str(now - 40)))
    assert [await here.take([two_minutes]) for _ in range(2)] == [0.0, 0.0]
    assert await here.take([two_minutes]) > 0


async def test_while_redis_is_away_nothing_leaves_at_first_and_then_each_process_keeps_to_its_part(
    processes: list[SharedRooms], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(shared_room, "AGAIN", 0.0)
    rooms = processes[0]
    script: Any = rooms._script

    async def gone(**_asked: object) -> float:
        raise RedisGone

    rooms._script = cast(Any, gone)
    assert await rooms.take(ONE, [EIGHT]) == shared_room.CHANGED
    assert 0 < await rooms.take(ONE, [EIGHT]) <= shared_room.CHANGED
    rooms._settled_at = 0.0  # later
    with pytest.raises(Unshared) as alone:
        await rooms.take(ONE, [EIGHT])
    assert alone.value.among == 3
    rooms._script = script
    assert await rooms.take(ONE, [EIGHT]) == shared_room.CHANGED, "the others count there again, or will soon"
    rooms._settled_at = 0.0
    assert await rooms.take(ONE, [EIGHT]) == 0.0


async def test_a_redis_that_does_not_answer_holds_no_order_up_each_time() -> None:
    rooms = SharedRooms("redis://127.0.0.1:1/0", among=lambda: 2)
    assert await rooms.take(ONE, [EIGHT]) == shared_room.CHANGED
    rooms._settled_at = 0.0
    rooms._script = cast(Any, None)  # it is not asked
    with pytest.raises(Unshared):
        await rooms.take(ONE, [EIGHT])
    await rooms.close()


# --- what the guard and the governor make of it ------------------------------------------------------------------

NSE = Call(Exchange.NSE)


def _governor(*limits: RateLimit) -> Governor:
    terms = replace(TERMS, exchange_rules=True, limits=limits)
    return Governor(terms, lambda: 1000.0)


@pytest.mark.parametrize(("among", "sent"), [(1, 6), (2, 3), (3, 2), (6, 1), (50, 1)])
def test_parts_are_never_more_than_the_whole(among: int, sent: int) -> None:
    governor = _governor()
    taken = [governor.take(NSE, among=among) for _ in range(10)]
    assert taken.count(None) == sent


def test_where_there_are_more_processes_than_calls_each_waits_for_its_turn() -> None:
    now = [1000.0]
    governor = Governor(replace(TERMS, exchange_rules=True), lambda: now[0])
    sent = 0
    for _ in range(600):
        sent += governor.take(NSE, among=12) is None
        now[0] += 0.1
    assert 12 * sent <= 6 * 60 + 12, "twelve of them in a minute: no more than one alone might send"


def test_a_call_asks_for_room_in_the_exchange_and_in_the_brokers_limits_of_orders() -> None:
    governor = _governor(RateLimit("order", 200, 60), RateLimit("order", 3000, 86_400))
    calm, urgent = governor.shares(NSE), governor.shares(replace(NSE, urgent=True))
    assert [(share.name, share.calls) for share in calm] == [("orders 60", 190), ("NSE", 6)]
    assert [(share.name, share.calls) for share in urgent] == [("orders 60", 200), ("NSE", 8)]


class Answers:
    def __init__(self, *answers: float | Unshared) -> None:
        self.answers, self.asked = list(answers), 0

    async def take(self, shares: object) -> float:
        self.asked += 1
        answer = self.answers.pop(0) if self.answers else 0.0
        if isinstance(answer, Unshared):
            raise answer
        return answer


def _guarded(broker: Scripted, room: Room) -> Guarded:
    return Guarded(cast(Broker, broker), wall=lambda: 1000.0, room=room)


async def test_an_order_waits_for_room_that_others_used_up_and_is_sent_once() -> None:
    broker = Scripted(terms=replace(TERMS, exchange_rules=True))
    room = Answers(0.01, 0.01, 0.0)
    await _guarded(broker, room).place(CHILD)
    assert (broker.calls, room.asked) == (1, 3)


async def test_an_order_that_would_wait_too_long_is_held_back_with_the_rule() -> None:
    broker = Scripted(terms=replace(TERMS, exchange_rules=True))
    with pytest.raises(NotSent, match=r"order calls a second to one exchange.*over all our processes"):
        await _guarded(broker, Answers(30.0)).place(CHILD)
    assert broker.calls == 0


async def test_without_anybody_to_ask_the_guard_sends_its_part() -> None:
    broker = Scripted(terms=replace(TERMS, exchange_rules=True))
    guarded = _guarded(broker, Answers(*(Unshared(3) for _ in range(9))))
    for _ in range(2):
        await guarded.place(CHILD)
    with pytest.raises(NotSent):
        await guarded.place(CHILD)
    assert broker.calls == 2


# --- questions ---------------------------------------------------------------------------------------------------

SIX_A_MINUTE = replace(TERMS, limits=(RateLimit("other", 6, 60),))


def _asks(room: Room) -> tuple[Guarded, Scripted]:
    broker = Scripted(terms=SIX_A_MINUTE)
    return Guarded(cast(Broker, broker), wall=lambda: 1000.0, room=room), broker


async def _until_held_back(*guards: Guarded) -> None:
    for number in range(20):
        with pytest.raises(NotSent) if number >= 6 else nullcontext():
            await guards[number % len(guards)].margin()


async def test_all_processes_together_ask_a_broker_no_more_than_it_allows(
    processes: list[SharedRooms],
) -> None:
    asked = [_asks(one.of(ONE)) for one in processes]
    await _until_held_back(*(guarded for guarded, _ in asked))
    assert [broker.calls for _, broker in asked] == [2, 2, 2]
    other, broker = _asks(processes[0].of(TWO))
    await other.margin()
    assert broker.calls == 1, "another account has its own"


async def test_a_question_waits_for_room_that_others_used_up_and_is_asked_once() -> None:
    room = Answers(0.01, 0.01, 0.0)
    guarded, broker = _asks(room)
    await guarded.margin()
    assert (broker.calls, room.asked) == (1, 3)


async def test_without_anybody_to_ask_each_asks_its_part() -> None:
    guarded, broker = _asks(Answers(*(Unshared(3) for _ in range(9))))
    for _ in range(2):
        await guarded.margin()
    with pytest.raises(NotSent):
        await guarded.margin()
    assert broker.calls == 2


async def test_what_no_limit_binds_asks_nobody_for_room() -> None:
    room = Answers(Unshared(1))
    broker = Scripted()
    await Guarded(cast(Broker, broker), wall=lambda: 1000.0, room=room).margin()
    assert (broker.calls, room.asked) == (1, 0)

"""Whatever dies, sleeps or is cut off under a steady flow of orders: none is doubled or lost, and the books agree.

The short form does everything once. `CHAOS=long` does it again and again, with more people.
"""

from __future__ import annotations

import asyncio
import os
import random
import signal
from collections.abc import AsyncIterator
from contextlib import AsyncExitStack, asynccontextmanager
from pathlib import Path

import httpx
import pytest

from domain.account import UserId
from mocks.launch import Sandbox
from orchestrator.leases.shards import shard_of
from tests.many.fleet import Fleet, Process, a_fleet
from tests.many.flow import Person, Screen, at_exchange, books_agree
from tests.many.proxy import Proxy
from tests.services import POSTGRES_BIN, free_port
from tests.stories.product import Trader, eventually
from tests.traders import NewUser

LONG = os.environ.get("CHAOS") == "long"
PEOPLE = 8 if LONG else 4
ROUNDS = 10 if LONG else 1
FLOWS = 3.0 if LONG else 1.0  # seconds that orders flow between two blows

pytestmark = [
    pytest.mark.timeout(3600 if LONG else 900),  # five processes on a busy machine
    pytest.mark.skipif(
        POSTGRES_BIN is None and not os.environ.get("CI"), reason="PostgreSQL is not installed"
    ),
]


class Floor:
    def __init__(self, fleet: Fleet, sandbox: Sandbox, people: list[Person]) -> None:
        self.fleet, self.sandbox, self.people = fleet, sandbox, people
        self.dice = random.Random(7)

    @asynccontextmanager
    async def trading(self) -> AsyncIterator[None]:
        """Everybody trades meanwhile, and a little longer; in the end the books must agree."""
        stop = asyncio.Event()
        async with asyncio.TaskGroup() as group:
            for person in self.people:
                group.create_task(person.trade(stop, self.dice))
            await asyncio.sleep(FLOWS)
            yield
            await asyncio.sleep(FLOWS)
            stop.set()
        for person in self.people:
            assert await books_agree(self.sandbox, person) >= len(person.made)
            assert not person.refused

    async def owner_of(self, person: Person) -> Process:
        """The worker that works for this person."""
        [row] = await self.fleet.asked("SELECT user_id FROM accounts WHERE id = $1", person.account)
        [lease] = await self.fleet.asked(
            "SELECT owner FROM leases WHERE name = $1", shard_of(UserId(row["user_id"]))
        )
        return next(one for one in self.fleet.workers if f"owner={lease['owner']}" in one.log())


@pytest.fixture
async def floor(sandbox: Sandbox, new_user: NewUser, tmp_path: Path) -> AsyncIterator[Floor]:
    async with a_fleet(sandbox, tmp_path) as fleet, AsyncExitStack() as opened:
        people = []
        for number in range(PEOPLE):
            http = httpx.AsyncClient(base_url=fleet.apis[0].url, trust_env=False, timeout=20)
            trader = Trader(await opened.enter_async_context(http))
            await trader.sign_up()
            user = new_user(("mock", "kite", "upstox", "groww")[number % 4], cash="10000000")
            account = await trader.connect(user)
            await trader.settled()
            people.append(Person(trader, user, account, fleet))
        yield Floor(fleet, sandbox, people)


async def test_whatever_dies_sleeps_or_is_cut_off_nothing_is_doubled_lost_or_skipped(floor: Floor) -> None:
    screens = [Screen(person) for person in floor.people]
    following = [asyncio.create_task(screen.follow(floor.dice)) for screen in screens]
    try:
        for _ in range(ROUNDS):
            await one_dies(floor, floor.fleet.apis[1])
            await one_dies(floor, await floor.owner_of(floor.people[0]))
            await an_owner_sleeps_over_a_kill_switch(floor, floor.people[0])
            await servers_restart(floor)
            await connections_are_cut(floor, await floor.owner_of(floor.people[1]))
        for person, screen in zip(floor.people, screens, strict=True):
            await heard_all(floor.fleet, person, screen)
    finally:
        for task in following:
            task.cancel()
        await asyncio.gather(*following, return_exceptions=True)


async def heard_all(fleet: Fleet, person: Person, screen: Screen) -> None:
    """Every number that the database has given out, without a gap."""
    query = "SELECT max(seq) FROM outbox WHERE user_id = (SELECT user_id FROM accounts WHERE id = $1)"

    async def behind() -> int:
        rows = await fleet.asked(query, person.account)
        return int(rows[0]["max"] or 0) - max(screen.heard, default=0) if rows else -1

    await eventually(behind, lambda left: left == 0, 90)
    assert len(screen.heard) >= len(person.made)
    assert screen.skipped() == []


async def one_dies(floor: Floor, process: Process) -> None:
    async with floor.trading():
        process.kill()
        await floor.fleet.shared_out()
        process.start()
        await floor.fleet.ready([process])


async def servers_restart(floor: Floor) -> None:
    async with floor.trading():
        floor.fleet.postgres.kill(signal.SIGQUIT)
        await asyncio.to_thread(floor.fleet.postgres.start)
    async with floor.trading():
        floor.fleet.redis.kill()
        await asyncio.to_thread(floor.fleet.redis.start)


async def connections_are_cut(floor: Floor, worker: Process) -> None:
    """All of them, once; and one worker does not see its database any more, but brokers, Redis and the others."""
    fleet = floor.fleet
    async with floor.trading():
        for one in fleet.processes:
            one.proxy.cut()
        fleet.ways_to_redis.cut()
        fleet.ways_to_redis.delay = 0.05
        worker.proxy.shut = True
        worker.proxy.cut()
        await eventually(fleet.owners, lambda seen: len(seen) == len(fleet.workers) - 1, 90)
        worker.proxy.shut, fleet.ways_to_redis.delay = False, 0.0
        await fleet.shared_out()


async def an_owner_sleeps_over_a_kill_switch(floor: Floor, person: Person) -> None:
    """It is stopped while it closes positions; another goes on with it, and then the first one wakes up."""
    bought = await person.trader.place("BUY 5 NSE:INFY MIS MARKET", account=person.account)
    await person.trader.order_when(bought["id"], "FILLED", seconds=60)
    sleeper = await floor.owner_of(person)
    engaged = await person.ask("POST", "/v1/kill-switch", json={"depth": "flatten"})
    await asyncio.sleep(floor.dice.random())  # anywhere between seeing the position and closing it
    sleeper.signal(signal.SIGSTOP)
    try:
        await floor.fleet.shared_out()
        await eventually(lambda: _flat(person), bool, 90)
    finally:
        sleeper.signal(signal.SIGCONT)
    await floor.fleet.shared_out()
    await eventually(lambda: _flat(person), bool, 90)
    assert await books_agree(floor.sandbox, person)
    assert at_exchange(floor.sandbox, person) == 0, "closed once, and not once more"
    release = {"confirm": "release", "number": engaged["number"]}
    assert await person.ask("POST", "/v1/kill-switch/release", json=release)


async def _flat(person: Person) -> bool:
    seen = await person.ask("GET", "/v1/kill-switch")
    return bool(seen and seen["flat"])


async def test_the_proxy_carries_delays_cuts_and_lets_nobody_in() -> None:
    async def echo(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        while piece := await reader.read(100):
            writer.write(piece.upper())

    server = await asyncio.start_server(echo, "127.0.0.1", port := free_port())
    async with server, Proxy(port) as proxy:
        reader, writer = await asyncio.open_connection("127.0.0.1", proxy.port)
        writer.write(b"one")
        assert await reader.read(100) == b"ONE"
        loop = asyncio.get_running_loop()
        proxy.delay, began = 0.05, loop.time()
        writer.write(b"two")
        assert await reader.read(100) == b"TWO"
        assert loop.time() - began >= 2 * proxy.delay
        proxy.cut()
        with pytest.raises((ConnectionResetError, asyncio.IncompleteReadError)):
            await reader.readexactly(1)
        proxy.shut = True
        reader, writer = await asyncio.open_connection("127.0.0.1", proxy.port)
        with pytest.raises((ConnectionResetError, asyncio.IncompleteReadError)):
            await reader.readexactly(1)

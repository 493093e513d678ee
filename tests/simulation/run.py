"""One run from one seed: people trade while everything goes wrong, then it is quiet, and everything must be right."""

from __future__ import annotations

import asyncio
import contextlib
import random
import secrets
import shutil
import tempfile
import time
from collections.abc import Iterator, MutableMapping
from contextlib import contextmanager
from datetime import datetime
from functools import lru_cache
from hashlib import blake2b
from pathlib import Path
from typing import Any

import structlog
import time_machine

from domain.account import AccountId
from domain.order import OrderEvent, OrderId
from orchestrator.orders import change_rows, finding
from orchestrator.orders.rows import StoredOrder
from orchestrator.storage.db import SqliteDatabase
from tests.services import make_tables
from tests.simulation import checks, exits
from tests.simulation.brokers import adapters
from tests.simulation.loop import VirtualLoop
from tests.simulation.network import Network
from tests.simulation.people import Crowd
from tests.simulation.person import Person
from tests.simulation.plan import BROKERS, Plan, Result
from tests.simulation.product import Gone, Process
from tests.simulation.records import Client
from tests.simulation.verdict import Broken
from tests.simulation.weather import Weather
from tests.simulation.world import START, World

LATEST = 42.0  # seconds after which nothing that was on its way arrives any more
QUIET_SECONDS = 120.0  # longest that an open question may stay open after that
MEMORY = Path("/dev/shm")


@lru_cache(maxsize=1)
def _empty_file() -> bytes:
    """A database with every table and nothing in it, made once."""

    async def make(path: Path) -> None:
        database = SqliteDatabase(str(path))
        await make_tables(database)
        await database.close()

    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "trademaster.db"
        asyncio.run(make(path))
        return path.read_bytes()


def simulate(
    seed: int, plan: Plan | None = None, weather: Weather | None = None, *, postgres: str = ""
) -> Result:
    """Never raises for what the product does wrong: it is in the result.

    `postgres` is the address of a database with every table and no row; else each life has a SQLite file.
    """
    _empty_file()
    result = Result(seed)
    folder = Path(tempfile.mkdtemp(prefix="simulation-", dir=MEMORY if MEMORY.is_dir() else None))
    try:
        with _dice_and_clocks(seed, result) as loop:
            Run(seed, loop, folder, result, plan, weather, postgres).whole()
    finally:
        shutil.rmtree(folder, ignore_errors=True)
    return result


@contextmanager
def _dice_and_clocks(seed: int, result: Result) -> Iterator[VirtualLoop]:
    """The machine's own chance, clocks and log are the run's while it lasts."""
    own = random.getstate(), secrets.randbits, structlog.get_config(), time.perf_counter
    chance = random.Random(f"{seed}:machine")
    random.seed(f"{seed}:random")
    secrets.randbits = lambda k: chance.getrandbits(k)

    def keep(_logger: object, level: str, event: MutableMapping[str, Any]) -> MutableMapping[str, Any]:
        if level in ("error", "critical", "exception"):
            result.story.append(f"log: {event}")
            if result.failure is None:
                result.failure = (
                    f"the product logged an error: {event.get('event')} {event.get('exc_info', '')!r}"
                )
        raise structlog.DropEvent

    structlog.configure(processors=[keep])
    loop = VirtualLoop(random.Random(f"{seed}:loop"))
    asyncio.set_event_loop(loop)
    time.perf_counter = loop.time  # how fast a broker answers decides between equals
    try:
        with time_machine.travel(START, tick=False) as clocks:
            loop.on_time = lambda now: clocks.move_to(START.timestamp() + now)
            yield loop
    finally:
        asyncio.set_event_loop(None)
        loop.close()
        random.setstate(own[0])
        secrets.randbits, time.perf_counter = own[1], own[3]
        structlog.configure(**own[2])


class Run:
    def __init__(
        self,
        seed: int,
        loop: VirtualLoop,
        folder: Path,
        result: Result,
        plan: Plan | None,
        weather: Weather | None,
        postgres: str = "",
    ) -> None:
        def dice(name: str) -> random.Random:
            return random.Random(f"{seed}:{name}")

        self.loop, self.folder, self.result, self._postgres = loop, folder, result, postgres
        self.plan = plan or Plan.of(dice("plan"))
        self.weather = weather or Weather.of(dice("weather"))
        self.world = World(loop, dice("world"))
        self.network = Network(loop, self.world, self.weather)
        self.adapters = adapters(self.network, self.world, self.plan.replaces)
        self._dice, self._threads = dice("trouble"), dice("threads")
        self.people = [self._person(number, dice("people")) for number in range(1, self.plan.people + 1)]
        self.crowd = Crowd(self.people, self.world, dice("crowd"), self._present, self.plan.focus)
        self.lives: list[Process] = []
        self._kill_at = list(self.plan.kill_at)
        self._killed: datetime | None = None
        self._steps = 0
        self._armed = False
        self._over = False
        loop.after_step = self._after_step

    def _person(self, number: int, dice: random.Random) -> Person:
        dice = random.Random(f"{dice.random()}:{number}")
        clients: dict[AccountId, Client] = {}
        for index in range(dice.choice((1, 2, 3))):
            broker = dice.choice(BROKERS)
            clients[AccountId(f"acc_{number}{index}")] = Client(broker, f"U{number}{index}")
        return Person(number, clients)

    # --- lives of the product ------------------------------------------------------------------------------------

    async def _present(self) -> Process:
        while not self.lives or not self.lives[-1].ready:
            await asyncio.sleep(0.05)
        return self.lives[-1]

    def _after_step(self, process: int) -> None:
        if not process or not self._armed:
            return
        self._steps += 1
        if self._kill_at and self._steps >= self._kill_at[0] and self.lives[-1].number == process:
            self._kill_at.pop(0)
            self._steps = 0
            self.result.kills += 1
            self.lives[-1].kill()
            self._killed = self.world.now()

    def _arm(self) -> None:
        self._armed = True

    async def _keep_alive(self) -> None:
        while True:
            number = len(self.lives) + 1
            folder = self.folder / f"life{number}"
            if self.lives:
                self.lives[-1].left_behind(folder)
            else:
                folder.mkdir()
                (folder / "trademaster.db").write_bytes(_empty_file())
            life = Process(
                number, self.loop, self._threads, self.world, folder, self.adapters, self._postgres
            )
            self.lives.append(life)
            try:
                await life.start()
                await asyncio.shield(life.gone)
            except Broken:
                raise
            except Gone:
                pass
            await asyncio.sleep(self._dice.uniform(0.05, 4.0))

    async def _trouble(self) -> None:
        """Outages and sessions that end."""
        while not self.weather.calm:
            await asyncio.sleep(1.0)
            if self._dice.random() < self.weather.outages:
                broker = self._dice.choice(sorted(self.world.offices))
                self.network.down.add(broker)
                self.loop.call_later(self._dice.uniform(1.0, 15.0), self.network.down.discard, broker)
            if self._dice.random() < self.weather.logouts:
                person = self._dice.choice(self.people)
                self.world.log_out(self._dice.choice(list(person.clients.values())))
            if self._dice.random() < 0.3:
                await self.crowd.log_in_where_needed()

    async def _watch_switches(self) -> None:
        """Whatever a kill switch calls proven is held against the brokers' books."""
        while not self._over:
            await asyncio.sleep(self._dice.uniform(0.1, 1.0))
            for person in self.people:
                if person.kills:
                    await self._look_at_switch(person)

    async def _look_at_switch(self, person: Person) -> bool:
        """Whether all that it is to do is proven."""
        shown = await self.crowd.deeds.switch(person)
        if shown is None:
            return False
        exits.check_switch(self.world, person, shown)
        return shown.cancelled is not False and shown.flat is not False

    # --- the run -------------------------------------------------------------------------------------------------

    def whole(self) -> None:
        result = self.result
        try:
            self.loop.run_until_complete(self._live())
        except Exception as failure:  # noqa: BLE001 - whatever ends a run is what it found
            result.failure = result.failure or f"{type(failure).__name__}: {failure}"
        for failed in self.loop.failures:
            result.failure = (
                result.failure or f"left to the loop: {failed.get('message')} {failed.get('exception')!r}"
            )
        result.steps, result.requests = self.loop.steps, self.network.requests
        result.seconds, result.seen = self.loop.time(), dict(sorted(self.weather.seen.items()))
        for person in self.people:
            for what, times in sorted(person.seen.items()):
                result.seen[what] = result.seen.get(what, 0) + times
        self._clear_away()

    async def _live(self) -> None:
        for person in self.people:
            for client in person.clients.values():
                cash = self._dice.choice((20_000_00, 300_000_00, 5_000_000_00))
                shares = {key: self._dice.choice((0, 10, 200)) for key in ("NSE:INFY", "NSE:TCS")}
                self.world.open_account(
                    client, pan=person.pan, cash=cash, shares={k: n for k, n in shares.items() if n}
                )
        keeper = asyncio.create_task(self._keep_alive())
        await self.crowd.join()
        self._armed = not self.plan.from_order
        self.crowd.on_ask = self._arm
        market = asyncio.create_task(self.world.move_prices(lambda: self._over))
        trouble = asyncio.create_task(self._trouble())
        watch = asyncio.create_task(self._watch_switches())
        hands = [
            self.crowd.trade(person, hand, self.plan.actions)
            for person in self.people
            for hand in range(self.plan.hands)
        ]
        await asyncio.gather(*hands)
        await asyncio.sleep(self._dice.uniform(0.0, 10.0))
        self.weather.calm = self._over = True
        self.network.down.clear()
        await asyncio.gather(market, trouble, watch)
        self._kill_at.clear()
        self.world.leave_limits()
        await self._settle_down()
        keeper.cancel()
        await self.lives[-1].stop()

    async def _settle_down(self) -> None:
        """What is left comes right by itself; then everybody wants out, and the books are compared."""
        began = self.loop.time()
        while (waited := self.loop.time() - began) < LATEST + QUIET_SECONDS:
            await self._present()
            await self.crowd.log_in_where_needed()
            await asyncio.sleep(LATEST / 4)
            if waited >= LATEST and await self._clear():
                break
        process = await self._present()
        for person in self.people:
            for client in person.clients.values():
                self.world.clear(client)
            everything = await self._all(process, person)
            checks.check_surplus(everything)
            checks.check_changed(self.world, person, everything)
            for order_id in await self._open(process, person):
                await self.crowd.cancel(person, order_id)
        await asyncio.sleep(15)
        for person in self.people:
            if not await self._look_at_switch(person):
                raise Broken(f"the kill switch is not carried out: {await self.crowd.deeds.switch(person)}")
        for person in self.people:
            for account in person.clients:
                await process.call(process.parts.connections.refresh(account))
        self._digest([await self._all(process, person) for person in self.people])
        await checks.check(process, self.world, self.people, self._killed)

    async def _all(self, process: Process, person: Person) -> Any:
        return await process.call(
            process.parts.db.read(
                lambda conn: finding.page(conn, person.user_id, status="all", before=None, limit=10_000)
            )
        )

    async def _clear(self) -> bool:
        """Whether the product has an answer to every question."""
        process = await self._present()
        for read in (finding.unclear_children, change_rows.changing_children):
            if await process.call(process.parts.db.read(read)):
                return False
        for person in self.people:
            if checks.drifting(self.world, person, await self._all(process, person)):
                return False
        return all([await self._look_at_switch(person) for person in self.people])

    async def _open(self, process: Process, person: Person) -> list[Any]:
        stored = await self._all(process, person)
        return [one.order.id for one in stored if any(child.live_quantity for child in one.order.children)]

    def _digest(self, everything: list[list[StoredOrder]]) -> None:
        told = blake2b(digest_size=8)
        result = self.result
        for one in [one for stored in everything for one in stored]:
            result.orders += 1
            told.update(repr(one.order).encode())
            result.story += [_line(one.order.id, event) for event in one.timeline]
        told.update("".join([*result.story, f"{self.loop.time():.9f} {self.network.requests}"]).encode())
        result.digest = told.hexdigest()

    def _clear_away(self) -> None:
        """End what the killed lives left, out of reach of everybody, and whatever else still waits."""
        self.network.cut = True
        self.loop.after_step = lambda process: None
        self.loop.thaw()
        with contextlib.suppress(Exception):
            self.loop.run_until_complete(self._end_all())
        for life in self.lives:
            if life.server is not None:
                life.server.end()

    async def _end_all(self) -> None:
        for _ in range(3):
            waiting = asyncio.all_tasks() - {asyncio.current_task()}
            if not waiting:
                return
            for task in waiting:
                task.cancel()
            await asyncio.wait(waiting, timeout=60)


def _line(order_id: OrderId, event: OrderEvent) -> str:
    child = (event.child_id or "")[-6:]
    return f"{event.at:%H:%M:%S.%f} {order_id[-6:]} {child:6} {event.kind}: {event.text} {event.words or ''}"

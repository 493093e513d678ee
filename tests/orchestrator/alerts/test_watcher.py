"""Alerts fire once on what ticks say: over restarts, in two processes, and with the notice in one transaction."""

from __future__ import annotations

import asyncio
from collections import Counter
from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from decimal import Decimal
from typing import Any

import pytest
import sqlalchemy as sa

from domain.account import UserId
from domain.alert import Alert, AlertKind, AlertRule, AlertState, Sight
from domain.instrument import InstrumentId
from domain.market import Mode, Tick
from domain.money import Price
from domain.portfolio import LastPrice
from orchestrator.alerts import repository
from orchestrator.alerts.telling import notice_of
from orchestrator.alerts.watcher import AlertWatcher
from orchestrator.bus import Event, LocalBus
from orchestrator.storage.db import Database
from orchestrator.tables.identity import users

NOW = datetime(2026, 11, 23, 5, tzinfo=UTC)
INFY, TCS = InstrumentId.parse("NSE:INFY"), InstrumentId.parse("NSE:TCS")
USER = UserId("u")


@dataclass
class Prices:
    """The part of the hub that alerts look at."""

    heard: list[Callable[[Tick], None]] = field(default_factory=list)
    watched: Counter[tuple[str, Mode]] = field(default_factory=Counter)

    def on_tick(self, heard: Callable[[Tick], None]) -> None:
        self.heard.append(heard)

    def last(self, name: InstrumentId) -> LastPrice | None:
        return LastPrice(Price.of("100"), NOW, Price.of("100"))

    def watch(self, names: set[InstrumentId], mode: Mode = Mode.LTP) -> None:
        self.watched.update((str(name), mode) for name in names)

    def unwatch(self, names: set[InstrumentId], mode: Mode = Mode.LTP) -> None:
        self.watched.subtract((str(name), mode) for name in names)
        self.watched += Counter()


@dataclass
class Desk:
    """A process that watches; `anew` makes another one over the same database."""

    db: Database
    bus: LocalBus = field(default_factory=LocalBus)
    now: datetime = NOW
    told: list[Event] = field(default_factory=list)
    hub: Any = field(default_factory=Prices)  # what a Hub is to a watcher

    def __post_init__(self) -> None:
        self.watcher = AlertWatcher(db=self.db, bus=self.bus, hub=self.hub, clock=lambda: self.now)
        self.bus.deliver = self.told.append  # type: ignore[method-assign, assignment]

    def anew(self) -> Desk:
        return Desk(self.db, now=self.now)

    async def add(self, number: int, kind: str, threshold: str, **what: Any) -> Alert:
        name = what.pop("name", INFY)
        one = Alert(
            id=f"alt_{number}",
            user_id=USER,
            instrument=name,
            rule=AlertRule(AlertKind(kind), Decimal(threshold)),
            repeats=what.get("repeats", False),
            cooldown=timedelta(minutes=5),
            note="",
            state=AlertState.ACTIVE,
            armed=False,
            since=self.now,
            created_at=self.now,
            expires_at=what.get("expires_at"),
        ).anew(Sight(self.now, Price.of("100")), self.now)
        await self.db.write(lambda conn: repository.add(conn, one))
        await self.watcher.refresh()
        return one

    async def tick(self, price: str, *, name: InstrumentId = INFY, **more: Any) -> None:
        """A second later; then everything that it leads to."""
        self.hear(price, name=name, **more)
        await self.settle()

    def hear(self, price: str, *, name: InstrumentId = INFY, **more: Any) -> None:
        self.now += timedelta(seconds=1)
        for heard in self.hub.heard:
            heard(Tick(name, Price.of(price), self.now, **more))

    async def settle(self) -> None:
        steps = self.watcher._steps
        while not steps.empty():
            await self.watcher.step(steps.get_nowait())

    async def stored(self, alert_id: str = "alt_1") -> Alert:
        one = await self.db.read(lambda conn: repository.get(conn, alert_id))
        assert one is not None
        return one

    async def notices(self) -> list[str]:
        found = await self.db.read(lambda conn: repository.notices_of(conn, USER, before=None, limit=99))
        return [one.text for one in reversed(found)]

    @property
    def shouted(self) -> list[str]:
        return [event.data["text"] for event in self.told if event.type == "notice"]


@pytest.fixture
async def desk(db: Database) -> Desk:
    row = {"id": USER, "email": "u@t", "name": "U", "password_hash": "", "mode": "auto", "created_at": NOW}
    await db.write(lambda conn: conn.execute(sa.insert(users), row))
    return Desk(db)


async def test_an_alert_fires_once_with_its_notice(desk: Desk) -> None:
    await desk.add(1, "above", "105")
    await desk.add(2, "above", "105", name=TCS)
    for price in ("104", "106", "107", "104", "108"):
        await desk.tick(price)
    fired = await desk.stored()
    assert (fired.state, fired.fired, fired.fired_price, fired.version) == (
        AlertState.FIRED,
        1,
        Price.of("106"),
        2,
    )
    words = "NSE:INFY has come up to 105: it is at 106.00."
    assert (await desk.notices(), desk.shouted) == ([words], [words])
    (notice,) = [event for event in desk.told if event.type == "notice"]
    assert {"kind": "price_alert", "subject": "alt_1", "symbol": "NSE:INFY", "price": "106.00"}.items() <= (
        notice.data.items()
    )
    assert (await desk.stored("alt_2")).fired == 0


async def test_the_side_of_the_price_outlives_a_restart(desk: Desk) -> None:
    made = await desk.add(1, "below", "105")  # the price is 100: it has to come down from above
    assert not made.armed
    await desk.tick("110")
    assert (await desk.stored()).armed
    again = desk.anew()
    again.now += timedelta(hours=18)
    await again.watcher.refresh()
    await again.tick("104")  # the gap over night
    assert len(again.shouted) == 1


async def test_of_two_processes_one_fires(desk: Desk) -> None:
    await desk.add(1, "above", "105", repeats=True)
    other = desk.anew()
    await other.watcher.refresh()
    for each in (desk, other):
        each.hear("106")
    await asyncio.gather(desk.settle(), other.settle())
    assert len(await desk.notices()) == 1
    assert len(desk.shouted + other.shouted) == 1
    fired = await desk.stored()
    assert (fired.fired, fired.state) == (1, AlertState.ACTIVE)
    # Both are deaf until the pause is over, and then wait for the other side.
    for each in (desk, other):
        await each.tick("104")
        await each.tick("106")
        each.now += timedelta(minutes=6)
        await each.tick("107")
        await each.tick("104")
        each.hear("108")
    await asyncio.gather(desk.settle(), other.settle())
    assert (await desk.stored()).fired == 2
    assert len(desk.shouted + other.shouted) == 2


async def test_a_notice_that_its_process_did_not_tell_is_told_by_the_next(desk: Desk) -> None:
    one = await desk.add(1, "above", "105")
    fired = one.fire(Price.of("106"), desk.now)
    await desk.db.write(lambda conn: repository.fire(conn, fired, notice_of(fired)))
    other = desk.anew()
    other.now += timedelta(seconds=11)
    for _ in range(2):
        await other.watcher.refresh()
        await other.watcher.tell_untold()
    assert len(other.shouted) == 1
    await other.tick("107")
    assert len(await other.notices()) == 1


async def test_what_its_user_changed_or_removed_does_not_fire(desk: Desk) -> None:
    one = await desk.add(1, "above", "105")
    two = await desk.add(2, "above", "105")
    desk.hear("106")  # decided, and not stored yet
    paused = Alert(**{name: getattr(one, name) for name in Alert.__dataclass_fields__} | {"version": 2})
    await desk.db.write(lambda conn: repository.save(conn, paused, version=1))
    await desk.db.write(lambda conn: repository.remove(conn, USER, two.id))
    await desk.settle()
    assert await desk.notices() == []
    await desk.tick("107")  # the changed one stands, and was not on the other side
    assert len(await desk.notices()) == 1


async def test_a_database_that_fails_costs_no_firing(desk: Desk) -> None:
    await desk.add(1, "above", "105")

    async def broken(*_: object, **__: object) -> None:
        raise OSError("the disk is full")

    whole = desk.db.write
    desk.hear("106")
    desk.db.write = broken  # type: ignore[method-assign, assignment]
    with pytest.raises(OSError, match="full"):
        await desk.settle()
    desk.db.write = whole  # type: ignore[method-assign]
    await desk.tick("106.5")
    assert len(await desk.notices()) == 1


async def test_what_waits_stays_streamed_and_what_is_over_does_not(desk: Desk) -> None:
    await desk.add(1, "above", "105")
    await desk.add(2, "volume", "5000")
    await desk.add(3, "falls", "3", name=TCS, expires_at=desk.now + timedelta(hours=1))
    assert desk.hub.watched == {("NSE:INFY", Mode.QUOTE): 1, ("NSE:TCS", Mode.LTP): 1}
    await desk.tick("101", volume=5000)
    await desk.watcher.refresh()
    assert desk.hub.watched == {("NSE:INFY", Mode.LTP): 1, ("NSE:TCS", Mode.LTP): 1}
    desk.now += timedelta(hours=1)
    await desk.tick("90", name=TCS, prev_close=Price.of("100"))
    await desk.watcher.refresh()
    assert (await desk.stored("alt_3")).state is AlertState.EXPIRED
    assert desk.hub.watched == {("NSE:INFY", Mode.LTP): 1}
    assert await desk.notices() == ["NSE:INFY has traded 5000 today: it is at 101.00."]


async def test_an_older_tick_moves_nothing(desk: Desk) -> None:
    await desk.add(1, "above", "105", repeats=True)
    await desk.tick("101")
    late = Tick(INFY, Price.of("107"), desk.now - timedelta(milliseconds=500))
    desk.watcher.take(late)
    await desk.settle()
    assert await desk.notices() == []

"""Watches prices for everybody's alerts: a tick costs one look-up, and work only where something is watched.

What is decided on ticks is claimed in the database, in the order of the ticks, so that each alert fires once: also when
two processes watch, and when one ends between the two.
"""

from __future__ import annotations

import asyncio
from dataclasses import dataclass, replace
from datetime import timedelta

import structlog

from domain.alert import Alert, AlertKind, AlertState, Sight
from domain.instrument import InstrumentId
from domain.market import Mode, Tick
from orchestrator.alerts import repository
from orchestrator.alerts.telling import TOPIC, notice_of, tell_alert, tell_notice
from orchestrator.bus import LAGGED, Bus
from orchestrator.market.hub import Hub
from orchestrator.state import Clock
from orchestrator.storage.db import Database

log = structlog.get_logger(__name__)

LOOK = 30.0  # seconds between readings of all alerts
UNTOLD = timedelta(seconds=10)  # after which a notice that did not go out is somebody else's to tell
TOO_OLD = timedelta(hours=12)  # a notice that nobody told for so long is read, not shouted


@dataclass(slots=True)
class Live:
    """An alert as it stands after the ticks so far, and the moment of the newest of them."""

    alert: Alert
    seen: Sight | None = None
    firing: bool = False


@dataclass(frozen=True, slots=True)
class Step:
    """What the ticks led to: the alert fires at what is seen, or is armed."""

    alert: Alert
    fires: Sight | None


class AlertWatcher:
    def __init__(self, *, db: Database, bus: Bus, hub: Hub, clock: Clock) -> None:
        self._db, self._bus, self._hub, self._clock = db, bus, hub, clock
        self._live: dict[str, Live] = {}
        self._of: dict[InstrumentId, dict[str, Live]] = {}
        self._watched: dict[InstrumentId, Mode] = {}
        self._steps: asyncio.Queue[Step] = asyncio.Queue()
        hub.on_tick(self.take)

    def take(self, tick: Tick) -> None:
        """A price of any instrument."""
        here = self._of.get(tick.instrument)
        if not here:
            return
        last = self._hub.last(tick.instrument)
        close = tick.prev_close if tick.prev_close is not None else last.prev_close if last else None
        seen, now = Sight(tick.at, tick.last_price, close, tick.volume), self._clock()
        for live in here.values():
            old = live.alert
            if live.firing or old.ended(now) or (live.seen is not None and seen.at < live.seen.at):
                continue
            live.seen = seen
            if old.deaf(now):
                continue
            live.alert, fires = old.looked(seen)
            live.firing = fires
            if fires or live.alert is not old:
                self._steps.put_nowait(Step(live.alert, seen if fires else None))

    async def run(self) -> None:
        """Store and tell what the ticks lead to, until cancelled."""
        while True:
            await self.step(await self._steps.get())

    async def run_changes(self) -> None:
        """Follow what users change, here and in other processes, until cancelled."""
        async with self._bus.subscribe(TOPIC) as events:
            async for event in events:
                if event.type == LAGGED:
                    await self.refresh()
                else:
                    await self._read(str(event.data["id"]))

    async def run_looks(self) -> None:
        """Now and then read everything, end what has expired, and tell what was left untold, until cancelled."""
        while True:
            await self.refresh()
            await self.tell_untold()
            await asyncio.sleep(LOOK)

    async def step(self, step: Step) -> None:
        """Store one step; what fires is stored with its notice, and told."""
        if step.fires is None:
            await self._db.write(lambda conn: repository.arm(conn, step.alert))
            return
        now = self._clock()
        fired = step.alert.fire(step.fires.price, now)
        notice = notice_of(fired)
        try:
            ours = await self._db.write(lambda conn: repository.fire(conn, fired, notice))
        except BaseException:
            self._unclaimed(step.alert)  # the next tick tries again
            raise
        if not ours:  # another process was faster, or its user changed it
            await self._read(fired.id)
            return
        self._put(fired)
        await tell_notice(self._bus, notice)
        await tell_alert(self._bus, fired)
        await self._db.write(lambda conn: repository.told(conn, [notice.id], now))

    async def refresh(self) -> None:
        """Take over all alerts as they are stored."""
        stored = await self._db.read(repository.active)
        now = self._clock()
        for one in stored:
            if one.ended(now):
                await self._expire(one)
            else:
                self._put(one)
        active = {one.id for one in stored}
        for gone in [alert_id for alert_id in self._live if alert_id not in active]:
            self._drop(gone)
        self._follow()

    async def tell_untold(self) -> None:
        """What another process stored and then ended before it could tell."""
        now = self._clock()
        left = await self._db.read(lambda conn: repository.untold(conn, now - TOO_OLD, now - UNTOLD))
        for notice in left:
            await tell_notice(self._bus, notice)
        if left:
            ids = [notice.id for notice in left]
            await self._db.write(lambda conn: repository.told(conn, ids, now))

    # --- how -----------------------------------------------------------------------------------------------------

    async def _read(self, alert_id: str) -> None:
        stored = await self._db.read(lambda conn: repository.get(conn, alert_id))
        if stored is None or stored.state is not AlertState.ACTIVE:
            self._drop(alert_id)
        else:
            self._put(stored)
        self._follow()

    def _put(self, alert: Alert) -> None:
        """Watch it as it is. What was seen since counts on while it is the same version."""
        if alert.state is not AlertState.ACTIVE:
            self._drop(alert.id)
            return
        live = self._live.get(alert.id)
        if live is None:
            live = self._live[alert.id] = Live(alert)
            self._of.setdefault(alert.instrument, {})[alert.id] = live
        elif live.alert.version != alert.version:
            live.alert = alert
        live.firing = False

    def _drop(self, alert_id: str) -> None:
        live = self._live.pop(alert_id, None)
        if live is None:
            return
        here = self._of[live.alert.instrument]
        del here[alert_id]
        if not here:
            del self._of[live.alert.instrument]

    def _unclaimed(self, alert: Alert) -> None:
        live = self._live.get(alert.id)
        if live is not None and live.alert.version == alert.version:
            live.firing = False

    async def _expire(self, one: Alert) -> None:
        ended = replace(one, state=AlertState.EXPIRED, version=one.version + 1)
        if await self._db.write(lambda conn: repository.save(conn, ended, version=one.version)):
            await tell_alert(self._bus, ended, processes=False)
        self._drop(one.id)

    def _follow(self) -> None:
        """Keep what is watched streamed; volumes come with quotes."""
        wanted = {
            name: Mode.QUOTE
            if any(live.alert.rule.kind is AlertKind.VOLUME for live in here.values())
            else Mode.LTP
            for name, here in self._of.items()
        }
        for mode in (Mode.LTP, Mode.QUOTE):
            old = {name for name, was in self._watched.items() if was is mode}
            new = {name for name, now in wanted.items() if now is mode}
            if new - old:
                self._hub.watch(new - old, mode)
            if old - new:
                self._hub.unwatch(old - new, mode)
        self._watched = wanted

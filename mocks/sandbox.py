"""The whole outside world in one process: one exchange, up to four brokers and the control API, each on its own port.

Composition only: the exchange is stepped by one task, every server runs on the same loop.
"""

from __future__ import annotations

import asyncio
import gc
import importlib
import json
import os
import sys
import time
from collections.abc import Callable
from dataclasses import replace
from datetime import datetime, timedelta
from typing import IO

from mocks import seed
from mocks.brokers.backoffice.office import BackOffice
from mocks.brokers.backoffice.profile import IST
from mocks.brokers.backoffice.switches import Pace, Switches, strict
from mocks.brokers.faults import BROKERS, FaultPlan
from mocks.brokers.listener import Listener
from mocks.clock import SECOND_NS, SimulatedClock
from mocks.control.app import Control
from mocks.control.companies import read_actions
from mocks.control.plans import read_plan
from mocks.control.world import World
from mocks.exchange.calendar import Calendar
from mocks.exchange.catalogue import instruments
from mocks.exchange.expiry import catalogue_listing
from mocks.exchange.venue import Exchange
from mocks.options import BadFile, Options
from mocks.state import Saved
from mocks.stepping import Stepper

COLLECT = (50_000, 20, 100)  # trading drops thousands of small things a second, hardly ever in circles
SAVE_SECONDS = 5.0


class Sandbox:
    """Raises OSError from the constructor when a port is taken, BadFile or BadState for files it cannot use."""

    def __init__(self, options: Options) -> None:
        self._options = options
        self._written: IO[str] | None = None
        self._saved = Saved(options.state)
        self._listeners = {
            name: Listener(options.port_base and options.port_base + index, options.host, options.name)
            for index, name in enumerate(("control", *BROKERS))
            if name == "control" or name in options.only
        }
        self.clock = SimulatedClock(self._begin(), options.speed, options.clock)
        self.exchange = self._exchange()
        self._announce()
        self.stepper = Stepper(self.exchange, self.clock)
        self.faults = FaultPlan(self.stepper.now_ns, self._schedule)
        modules = {name: importlib.import_module(f"mocks.brokers.{name}.server") for name in options.only}
        self.offices = {
            name: BackOffice(self.exchange, module.PROFILE, clock=self._office_clock(name), seed=options.seed)
            for name, module in modules.items()
        }
        self._modules = modules

    @property
    def urls(self) -> dict[str, str]:
        return {name: listener.url for name, listener in self._listeners.items()}

    def _begin(self) -> int:
        """Where the simulated time starts: as asked, else where a stepped run stopped, else now."""
        if self._options.start_ns is not None:
            return self._options.start_ns
        if self._saved.time_ns is not None and self._options.clock == "step":
            return self._saved.time_ns
        return time.time_ns()

    def _exchange(self) -> Exchange:
        """It opens where an earlier run closed, and lives through what it missed when the sandbox starts."""
        start = self._saved.time_ns
        if start is None or start > self.clock.now_ns():
            start = self.clock.now_ns()
        calendar = self._calendar()
        today = datetime.fromtimestamp(start / SECOND_NS, IST)
        day = today.date() if self._options.always_open else (calendar or Calendar()).trading_day_at(start)
        return Exchange(
            instruments(day, self._saved.closes, calendar),
            seed=self._options.seed,
            start_ns=start,
            flow=self._options.flow,
            always_open=self._options.always_open,
            journal=self._journal(),
            calendar=calendar,
            last_prices=self._saved.prices,
            listing=catalogue_listing,
        )

    def _announce(self) -> None:
        """What was announced in an earlier run, and of the file what is to come and not known yet."""
        asked = list(self._saved.actions)
        path = self._options.actions
        if path is not None:
            try:
                asked += [one for one in read_actions(path.read_bytes()) if one.on > self.exchange.day]
            except (OSError, ValueError) as bad:
                raise BadFile(f"{path} is not a list of corporate actions: {bad}") from bad
        for one in dict.fromkeys(asked):
            try:
                self.exchange.announce(one)
            except (KeyError, ValueError) as bad:
                raise BadFile(f"a corporate action that cannot be: {bad}") from bad

    def _journal(self) -> IO[str] | None:
        path = self._options.journal
        if path is None:
            return None
        try:
            self._written = path.open("w", encoding="utf-8")
        except OSError as bad:
            raise BadFile(f"cannot write the journal {path}: {bad.strerror}") from bad
        return self._written

    def _flush(self) -> None:
        if self._written is not None:
            self._written.flush()

    def _calendar(self) -> Calendar | None:
        path = self._options.calendar
        if path is None:
            return None
        try:
            return Calendar.from_file(path)
        except (OSError, ValueError, KeyError, TypeError) as bad:
            raise BadFile(f"{path} is not a calendar ({bad!r})") from bad

    def _office_clock(self, name: str) -> Callable[[], datetime]:
        """The sandbox's time with the skew that the fault plan gives this broker."""

        def now() -> datetime:
            at = datetime.fromtimestamp(self.stepper.now_ns() / SECOND_NS, IST)
            skew = self.faults.skew(name)
            return at + timedelta(seconds=skew) if skew else at

        return now

    def _schedule(self, seconds: float, callback: Callable[[], None]) -> None:
        self.exchange.schedule(self.exchange.now + round(seconds * SECOND_NS), callback)
        self.stepper.nudge()

    async def start(self) -> None:
        self._people()
        self.stepper.open()
        self._plan()
        self.faults.on_request = self.stepper.nudge
        self.faults.on_arrival = self._arrival
        for name, office in self.offices.items():
            listener = self._listeners[name]
            self.faults.on_outage(name, listener.set_down)
            self.faults.on_expire(name, _expirer(office))
            self.faults.on_lag(name, office.set_read_lag)
            app = self._modules[name].app(office, self.exchange, self.faults, base_url=listener.url)
            await listener.start(app)
        world = World(
            self._options,
            self.exchange,
            self.offices,
            self.faults,
            self.urls,
            self.clock,
            self.stepper,
            self._flush,
        )
        await self._listeners["control"].start(Control(world).app())
        gc.collect()
        gc.freeze()  # the listings and the books never go: keep them out of every later collection
        gc.set_threshold(*COLLECT)

    def _people(self) -> None:
        for name, office in self.offices.items():
            if self._saved.knows(name):
                self._saved.fill(name, office)
            else:
                seed.demo(office)
            office.switches = self._switches(office.switches)

    def _switches(self, switches: Switches) -> Switches:
        """The options given now go before what an earlier run had."""
        if self._options.strict:
            switches = strict(switches)
        return switches if self._options.pace is None else replace(switches, pace=self._options.pace)

    def _plan(self) -> None:
        path = self._options.faults
        if path is None:
            return
        try:
            self.faults.add_all(read_plan(path.read_bytes(), self._options.only))
        except (OSError, ValueError) as bad:
            raise BadFile(f"{path} is not a fault plan: {bad}") from bad

    def _arrival(self, broker: str) -> None:
        """An order at its real pace is stamped with the moment it came, not with the last step."""
        if self.clock.mode == "real" and self.offices[broker].switches.pace is Pace.REALISTIC:
            self.stepper.catch_up()

    async def run(self, until: asyncio.Event) -> None:
        """Step the exchange, refresh the Date header, save the state, until the event is set; then end it all."""
        tasks = [asyncio.ensure_future(self.stepper.run()), asyncio.ensure_future(self._tidy_for_ever())]
        waiter = asyncio.ensure_future(until.wait())
        try:
            await asyncio.wait([waiter, *tasks], return_when=asyncio.FIRST_COMPLETED)
        finally:
            for task in (waiter, *tasks):
                task.cancel()
            failures = await asyncio.gather(*tasks, return_exceptions=True)
            self._saved.save(self.exchange, self.offices)
            for listener in self._listeners.values():
                await listener.stop()
            if self._written is not None:
                self._written.close()
        for failure in failures:
            if isinstance(failure, Exception):
                raise failure

    async def _tidy_for_ever(self) -> None:
        saved = time.monotonic()
        while True:
            await asyncio.sleep(1)
            for listener in self._listeners.values():
                listener.refresh_date()
            if time.monotonic() - saved >= SAVE_SECONDS:
                saved = time.monotonic()
                self._saved.save(self.exchange, self.offices)


def _expirer(office: BackOffice) -> Callable[[str | None], None]:
    def expire(user_id: str | None) -> None:
        office.directory.expire_sessions(user_id)

    return expire


async def serve(options: Options, until: asyncio.Event) -> None:
    """Start, print one JSON line with every URL, run until told to stop."""
    sandbox = Sandbox(options)
    await sandbox.start()
    print(json.dumps({"ready": True, "pid": os.getpid(), "urls": sandbox.urls}), flush=True, file=sys.stdout)
    await sandbox.run(until)

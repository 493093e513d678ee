"""The whole outside world in one process: one exchange, four brokers and the control API, each on its own port.

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
from contextlib import suppress
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import Any

import orjson

from mocks import seed
from mocks.brokers.backoffice import snapshot
from mocks.brokers.backoffice.office import BackOffice
from mocks.brokers.backoffice.profile import IST
from mocks.brokers.faults import BROKERS, FaultPlan
from mocks.brokers.listener import HOST, Listener
from mocks.control import Control
from mocks.exchange.catalogue import instruments
from mocks.exchange.model import Kind
from mocks.exchange.venue import Exchange

STEP_SECONDS = 0.25
SAVE_SECONDS = 5.0
STATE_FILE = "sandbox.json"


@dataclass(frozen=True, slots=True)
class Options:
    """`port_base`: the control API's port, the brokers take the next four; 0 takes five free ones.

    `host` is the address to listen on, `name` what the URLs call it (a container's service name).
    """

    port_base: int = 9100
    seed: int = 1
    flow: bool = True
    always_open: bool = True
    state: Path | None = None
    host: str = HOST
    name: str = ""


class BadState(Exception):
    """The snapshot cannot be read; its words are for a person."""


class Sandbox:
    """Raises OSError from the constructor when a port is taken."""

    def __init__(self, options: Options) -> None:
        self._options = options
        names = ("control", *BROKERS)
        self._listeners = {
            name: Listener(options.port_base and options.port_base + index, options.host, options.name)
            for index, name in enumerate(names)
        }
        self.exchange = Exchange(
            instruments(datetime.now(IST).date()),
            seed=options.seed,
            start_ns=time.time_ns(),
            flow=options.flow,
            always_open=options.always_open,
        )
        self.faults = FaultPlan()
        modules = {name: importlib.import_module(f"mocks.brokers.{name}.server") for name in BROKERS}
        self.offices = {
            name: BackOffice(self.exchange, module.PROFILE, clock=lambda: datetime.now(IST))
            for name, module in modules.items()
        }
        self._modules = modules
        self._saved = b""

    @property
    def urls(self) -> dict[str, str]:
        return {name: listener.url for name, listener in self._listeners.items()}

    async def start(self) -> None:
        self._restore()
        for name, office in self.offices.items():
            listener = self._listeners[name]
            self.faults.on_outage(name, listener.set_down)
            self.faults.on_expire(name, _expirer(office))
            app = self._modules[name].app(office, self.exchange, self.faults, base_url=listener.url)
            await listener.start(app)
        control = Control(self.exchange, self.offices, self.faults, self.urls, flow=self._options.flow)
        await self._listeners["control"].start(control.app())
        gc.collect()
        gc.freeze()  # the listings and the books never go: keep them out of every later collection

    async def run(self, until: asyncio.Event) -> None:
        """Step the exchange, refresh the Date header, save the state, until the event is set; then end it all."""
        tasks = [asyncio.ensure_future(self._step_for_ever())]
        if self._options.state is not None:
            tasks.append(asyncio.ensure_future(self._save_for_ever()))
        waiter = asyncio.ensure_future(until.wait())
        try:
            await asyncio.wait([waiter, *tasks], return_when=asyncio.FIRST_COMPLETED)
        finally:
            for task in (waiter, *tasks):
                task.cancel()
            failures = await asyncio.gather(*tasks, return_exceptions=True)
            self._save()
            for listener in self._listeners.values():
                await listener.stop()
        for failure in failures:
            if isinstance(failure, Exception):
                raise failure

    async def _step_for_ever(self) -> None:
        steps = 0
        while True:
            await asyncio.sleep(STEP_SECONDS)
            self.exchange.advance(max(self.exchange.now, time.time_ns()))
            steps += 1
            if steps % 4 == 0:
                for listener in self._listeners.values():
                    listener.refresh_date()

    # state ------------------------------------------------------------------------------------------------

    def _restore(self) -> None:
        path = self._state_path()
        if path is None or not path.exists():
            for office in self.offices.values():
                seed.demo(office)
            return
        try:
            self._load(json.loads(path.read_bytes()))
        except (ValueError, KeyError, TypeError) as bad:
            raise BadState(
                f"{path} is not a snapshot of this version ({bad!r}): delete it to start over"
            ) from bad

    def _load(self, data: dict[str, Any]) -> None:
        for key, price in data["prices"].items():
            # A price that today's tick or band forbids, or a contract gone: the market opens at its close.
            with suppress(ValueError, KeyError):
                self.exchange.set_price(key, price)
        for name, office in self.offices.items():
            snapshot.load(office, data["brokers"][name])

    def _state_path(self) -> Path | None:
        return self._options.state / STATE_FILE if self._options.state else None

    def _dump(self) -> bytes:
        shares = [
            one
            for one in self.exchange.instruments.values()
            if one.kind is Kind.EQUITY and one.exchange == "NSE"
        ]
        data: dict[str, Any] = {
            "prices": {one.key: self.exchange.quote(one.key).last_price for one in shares},
            "brokers": {name: snapshot.dump(office) for name, office in self.offices.items()},
        }
        return orjson.dumps(data)

    async def _save_for_ever(self) -> None:
        while True:
            await asyncio.sleep(SAVE_SECONDS)
            self._save()

    def _save(self) -> None:
        """Write a new file beside the old one and swap: a crash leaves one whole snapshot."""
        path = self._state_path()
        if path is None:
            return
        data = self._dump()
        if data == self._saved:
            return
        path.parent.mkdir(parents=True, exist_ok=True)
        fresh = path.with_suffix(".new")
        with fresh.open("wb") as file:
            os.fchmod(file.fileno(), 0o600)
            file.write(data)
            file.flush()
            os.fsync(file.fileno())
        fresh.replace(path)
        self._saved = data


def _expirer(office: BackOffice) -> Any:
    def expire(user_id: str | None) -> None:
        office.directory.expire_sessions(user_id)

    return expire


async def serve(options: Options, until: asyncio.Event) -> None:
    """Start, print one JSON line with every URL, run until told to stop."""
    sandbox = Sandbox(options)
    await sandbox.start()
    print(json.dumps({"ready": True, "pid": os.getpid(), "urls": sandbox.urls}), flush=True, file=sys.stdout)
    await sandbox.run(until)

"""The product as a process that can be killed between any two steps: its real parts over a file that outlives it."""

from __future__ import annotations

import asyncio
import contextvars
import random
import shutil
from collections.abc import Coroutine
from contextlib import AsyncExitStack
from pathlib import Path
from types import SimpleNamespace
from typing import Any, TypeVar

from fastapi import FastAPI

from domain.account import BrokerId
from orchestrator.config import Settings
from orchestrator.orders.trading import Trading
from orchestrator.parts import open_parts
from orchestrator.storage.db import Database, SqliteDatabase
from tests.simulation.loop import PROCESS, Threads, VirtualLoop
from tests.simulation.postgres import SimulatedPostgres
from tests.simulation.world import World

T = TypeVar("T")
COMMIT_SECONDS = 0.004  # longest


class Gone(Exception):
    """The process was killed before it answered."""


class Process:
    """One life of the product. `number` tells its steps from those of others."""

    def __init__(
        self,
        number: int,
        loop: VirtualLoop,
        dice: random.Random,
        world: World,
        folder: Path,
        brokers: Any,
        postgres: str = "",
    ) -> None:
        """`postgres`: the address of the database, "" for a SQLite file in `folder`."""
        self.number, self._loop, self._dice, self._world, self._brokers = number, loop, dice, world, brokers
        self.folder, self._postgres = folder, postgres
        self.server: SimulatedPostgres | None = None
        self.parts = SimpleNamespace()
        self.ready = False
        self.gone = loop.create_future()
        self._opened = AsyncExitStack()
        self._context = contextvars.Context()
        self._context.run(PROCESS.set, number)

    @property
    def trading(self) -> Trading:
        trading: Trading = self.parts.trading
        return trading

    async def call(self, work: Coroutine[Any, Any, T]) -> T:
        """Run `work` inside the process. Raises Gone when it is killed before it is done; a caller that hangs up
        cancels it, as a server does."""
        if self.gone.done():
            work.close()
            raise Gone
        task = self._loop.create_task(work, context=self._context.copy())
        try:
            await asyncio.wait([task, self.gone], return_when=asyncio.FIRST_COMPLETED)
        except asyncio.CancelledError:
            task.cancel()
            raise
        if not task.done():
            raise Gone
        return task.result()

    async def start(self) -> None:
        await self.call(self._start())
        self.ready = True

    async def _start(self) -> None:
        settings = Settings(
            data=self.folder,
            database_url=self._postgres,
            always_open=True,
            refresh_busy=3.0,
            _env_file=None,
        )
        app: Any = SimpleNamespace(state=self.parts)
        await open_parts(
            cast_app(app),
            settings,
            clock=self._world.now,
            adapters={BrokerId(one): adapter for one, adapter in self._brokers.items()},
            opened=self._opened,
            database=self._database,
        )

    def _database(self, settings: Settings) -> Database:
        def threads(count: int, name: str) -> Threads:
            return Threads(self._loop, self._dice, COMMIT_SECONDS)

        if self._postgres:
            self.server = SimulatedPostgres(self._postgres, self._dice)
            return self.server
        return SqliteDatabase(str(settings.sqlite_path), threads=threads)

    def kill(self) -> None:
        """As a power cut does it: no goodbye, nothing runs any more."""
        self._loop.kill(self.number)
        self.ready = False
        if not self.gone.done():
            self.gone.set_result(None)

    def left_behind(self, folder: Path) -> Path:
        """A copy of the disk as it is now, for the next life: what was committed, and nothing else."""
        shutil.copytree(self.folder, folder, ignore=shutil.ignore_patterns("*-shm"))
        return folder

    async def stop(self) -> None:
        await self.call(self._opened.aclose())


def cast_app(app: Any) -> FastAPI:
    """Only its `state` is used."""
    wanted: FastAPI = app
    return wanted

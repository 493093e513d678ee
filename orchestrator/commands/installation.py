"""What every command starts from: the settings of this installation, and what its database has."""

from __future__ import annotations

from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from typing import TypeVar

import uvloop
from sqlalchemy import Connection

from orchestrator.config import Settings
from orchestrator.logs import configure
from orchestrator.server import CannotStart
from orchestrator.storage import migrations
from orchestrator.storage.db import Database, open_database

T = TypeVar("T")


def settings() -> Settings:
    """Read from the environment; logs are written as they say."""
    found = Settings()
    configure(found.log_level, as_json=found.log_json)
    return found


@asynccontextmanager
async def opened() -> AsyncIterator[Database]:
    """The installation's database. Raises CannotStart unless it is up to date."""
    database = open_database(settings())
    try:
        if await migrations.current(database) != migrations.newest():
            raise CannotStart("the database is not up to date: run `orchestrator migrate`")
        yield database
    finally:
        await database.close()


def read(work: Callable[[Connection], T]) -> T:
    """What `work` reads from the installation's database, which must be up to date."""

    async def reading() -> T:
        async with opened() as database:
            return await database.read(work)

    return uvloop.run(reading())


def write(work: Callable[[Connection], T], *, lock: str | None = None) -> T:
    """What `work` changes in the installation's database, durable when this returns."""

    async def writing() -> T:
        async with opened() as database:
            return await database.write(work, lock=lock)

    return uvloop.run(writing())

"""What an endpoint may ask for: the database, bus, vault, settings and clock of its app, as FastAPI dependencies."""

from __future__ import annotations

from collections.abc import Callable
from datetime import UTC, datetime
from typing import Annotated, cast

from fastapi import Depends
from starlette.requests import HTTPConnection

from domain.calendar import Calendar
from orchestrator.bus import Bus
from orchestrator.config import Settings
from orchestrator.keys import Keys
from orchestrator.storage.db import Database
from orchestrator.vault import Vault

Clock = Callable[[], datetime]


def system_clock() -> datetime:
    """Now, aware, UTC."""
    return datetime.now(UTC)


async def _database(connection: HTTPConnection) -> Database:
    return cast(Database, connection.app.state.db)


async def _bus(connection: HTTPConnection) -> Bus:
    return cast(Bus, connection.app.state.bus)


async def _vault(connection: HTTPConnection) -> Vault:
    return cast(Vault, connection.app.state.vault)


async def _settings(connection: HTTPConnection) -> Settings:
    return cast(Settings, connection.app.state.settings)


async def _keys(connection: HTTPConnection) -> Keys:
    return cast(Keys, connection.app.state.keys)


async def _clock(connection: HTTPConnection) -> Clock:
    return cast(Clock, connection.app.state.clock)


async def _calendar(connection: HTTPConnection) -> Calendar:
    return cast(Calendar, connection.app.state.calendar)


Db = Annotated[Database, Depends(_database)]
EventBus = Annotated[Bus, Depends(_bus)]
Sealer = Annotated[Vault, Depends(_vault)]
Config = Annotated[Settings, Depends(_settings)]
KeyRing = Annotated[Keys, Depends(_keys)]
Now = Annotated[Clock, Depends(_clock)]
Hours = Annotated[Calendar, Depends(_calendar)]

"""Everything that is looked at, in the order in which it matters; the product may run meanwhile, or not."""

from __future__ import annotations

import asyncio
from datetime import datetime

import sqlalchemy as sa
from sqlalchemy.exc import SQLAlchemyError

from domain.account import AccountState, BrokerId
from orchestrator.config import Settings
from orchestrator.doctor import kept, machine, world
from orchestrator.doctor.finding import Finding, fail, ok
from orchestrator.keys import BadKey
from orchestrator.storage import migrations
from orchestrator.storage.db import Database, open_database
from orchestrator.tables.accounts import accounts


async def examine(settings: Settings, now: datetime) -> list[Finding]:
    """Never raises for what is wrong; changes nothing."""
    found = list(machine.look(settings))
    outside = asyncio.gather(machine.certificate(settings), world.redis(settings))
    found += await _database(settings, now)
    return [*found, *await outside]


async def _database(settings: Settings, now: datetime) -> list[Finding]:
    path = settings.sqlite_path
    if path is not None and not path.exists():
        return [fail("database", f"there is none at {path}", "start the product once, or restore a backup")]
    database = open_database(settings)
    try:
        has, needs = await migrations.current(database), migrations.newest()
        if has != needs:
            words = f"its tables are of revision {has}, this version needs {needs}"
            return [fail("tables", words, "`orchestrator migrate`, before anything starts")]
        return [
            ok("tables", f"up to date ({has})"),
            *await kept.look(database, settings, now),
            *await world.brokers(settings, await _brokers(database)),
        ]
    except BadKey:
        return []  # told with the keys
    except (SQLAlchemyError, OSError) as error:
        said = str(getattr(error, "orig", None) or error).strip().partition("\n")[0]
        mend = "is the server running, and is TRADEMASTER_DATABASE_URL right? Else restore the last backup"
        return [fail("database", f"it cannot be used: {said}", mend)]
    finally:
        await database.close()


async def _brokers(database: Database) -> set[BrokerId]:
    """At which somebody has an account."""
    query = sa.select(accounts.c.broker).where(accounts.c.state != AccountState.DISCONNECTED.value).distinct()
    return {BrokerId(name) for name in await database.read(lambda conn: conn.execute(query).scalars().all())}

"""Runs migrations over the product's own connection, or opens the configured database when started as `alembic`."""

from __future__ import annotations

import asyncio
from typing import Any

from sqlalchemy import Connection

from alembic import context
from orchestrator.config import Settings
from orchestrator.storage.columns import Moment, Rupees
from orchestrator.storage.db import open_database
from orchestrator.tables import metadata


def render_item(kind: str, item: Any, _autogen: Any) -> str | bool:
    """Our two column types by their short names."""
    if kind == "type" and isinstance(item, Moment | Rupees):
        return f"{type(item).__name__}()"
    return False


def run(connection: Connection) -> None:
    context.configure(
        connection=connection,
        target_metadata=metadata,
        render_as_batch=connection.dialect.name == "sqlite",
        render_item=render_item,
        compare_type=True,
    )
    with context.begin_transaction():
        context.run_migrations()


async def open_and_run() -> None:
    database = open_database(Settings())
    try:
        await database.write(run, lock="migrate")
    finally:
        await database.close()


given = context.config.attributes.get("connection")
if given is not None:
    run(given)
else:
    asyncio.run(open_and_run())

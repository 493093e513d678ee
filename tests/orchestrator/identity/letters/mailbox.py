"""What an application has told: letters, which are files in its outbox, and entries of the audit log."""

from __future__ import annotations

import asyncio
import re
from email import message_from_bytes, policy

import sqlalchemy as sa
from fastapi import FastAPI

from orchestrator.storage.db import Database
from orchestrator.tables.audit import audit_log
from orchestrator.tables.people import letters as waiting_letters


async def letters(app: FastAPI, to: str | None = None) -> list[str]:
    """Subject and text of each, the oldest first; those to one person."""
    waiting = sa.select(sa.func.count()).select_from(waiting_letters)
    while await app.state.db.read(lambda conn: conn.execute(waiting).scalar_one()):
        await asyncio.sleep(0.01)
    folder = app.state.settings.data / "outbox"
    paths = await asyncio.to_thread(lambda: sorted(folder.glob("*.eml")))
    found = [message_from_bytes(path.read_bytes(), policy=policy.default) for path in paths]
    return [_text(one) for one in found if to in (None, str(one["to"]))]


async def written_down(app: FastAPI) -> list[str]:
    """What the audit log tells was done, the oldest first."""
    query = sa.select(audit_log.c.action).order_by(audit_log.c.id)
    db: Database = app.state.db
    return await db.read(lambda conn: list(conn.execute(query).scalars()))


def link(letter: str) -> str:
    """The token in the link of a letter."""
    found = re.search(r"/(verify|reset)#(\S+)", letter)
    assert found is not None, letter
    return found.group(2)


def _text(one: object) -> str:
    body = one.get_body(("plain",))  # type: ignore[attr-defined]
    return f"{one['subject']}\n\n{body.get_content()}"  # type: ignore[index]

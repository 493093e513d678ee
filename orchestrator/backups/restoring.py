"""Puts a backup back, into a database that is not there yet, and makes what it holds safe to go on from.

What happened after the backup is not in it. Logins are ended, also those of programs by the browser: one that was ended
since would be good again. Orders that were on their way then are unclear now, and looked for at their brokers by their
tags; what was placed since is found in the brokers' books and shown as placed elsewhere. What only a person can judge
is said.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from pathlib import Path

import sqlalchemy as sa
from sqlalchemy import Connection

from orchestrator.audit.actions import Action
from orchestrator.audit.record import Actor, audited
from orchestrator.backups import archive, copies
from orchestrator.backups.archive import Manifest
from orchestrator.backups.crypt import BadBackup
from orchestrator.config import Settings
from orchestrator.identity import repository
from orchestrator.identity.ended import EndedWhy
from orchestrator.storage import migrations
from orchestrator.storage.db import open_database
from orchestrator.tables import user_sessions
from orchestrator.tables_kite import kite_logins
from orchestrator.tables_tokens import personal_tokens

ACTOR = Actor.command("restore")


@dataclass(frozen=True, slots=True)
class Restored:
    manifest: Manifest
    logins: int  # that were ended
    tokens: int  # personal tokens that are good as they were then


async def restore(settings: Settings, backup: Path, key: Path, *, now: datetime) -> Restored:
    """Raises BadBackup; then nothing was put back, or its words say what."""
    await copies.refuse_to_overwrite(settings)
    with archive.opened(settings, backup, key) as (manifest, copied):
        _fits(manifest, settings)
        rows = await copies.put_back(settings, copied)
        if rows != manifest.rows:
            other = sorted(
                name for name in {*rows, *manifest.rows} if rows.get(name) != manifest.rows.get(name)
            )
            raise BadBackup(f"it was put back, but not every row: {', '.join(other)}; do not use it")
    database = open_database(settings)
    try:
        await migrations.upgrade(database)
        logins, tokens = await database.write(lambda conn: _made_safe(conn, manifest, now))
    finally:
        await database.close()
    return Restored(manifest, logins, tokens)


def _fits(manifest: Manifest, settings: Settings) -> None:
    here = "postgresql" if settings.sqlite_path is None else "sqlite"
    if manifest.dialect != here:
        raise BadBackup(f"it is of {manifest.dialect}, and the settings name {here}")
    newest = migrations.newest() or ""
    if (manifest.revision or "") > newest:
        raise BadBackup(
            f"its tables ({manifest.revision}) are newer than this version's ({newest}): install "
            f"{manifest.version} or a later one"
        )


def _made_safe(conn: Connection, manifest: Manifest, now: datetime) -> tuple[int, int]:
    session, token = user_sessions.c, personal_tokens.c
    going = conn.execute(sa.select(session.id).where(session.ended_at.is_(None))).scalars().all()
    for start in range(0, len(going), 500):
        repository.end_sessions(conn, going[start : start + 500], EndedWhy.ENDED_BY_OPERATOR, now)
    conn.execute(sa.delete(kite_logins))
    tokens = conn.execute(
        sa.select(sa.func.count()).select_from(personal_tokens).where(token.revoked_at.is_(None))
    ).scalar_one()
    detail = {"made_at": manifest.made_at.isoformat(), "version": manifest.version}
    audited(conn, user_id=None, actor=ACTOR, action=Action.RESTORED, at=now, detail=detail)
    return len(going), tokens

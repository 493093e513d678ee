"""Puts a backup back where no database is, and makes what it holds safe to go on from (see `afterwards`).

What happened after the backup is not in it. Orders that were on their way then are unclear now, and looked for at their
brokers by their tags; what was placed since is found in the brokers' books and shown as placed elsewhere. What only a
person can judge is said.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta
from functools import partial
from pathlib import Path

from sqlalchemy.exc import SQLAlchemyError

from orchestrator.backups import archive, copies
from orchestrator.backups.afterwards import Safe, make_safe
from orchestrator.backups.archive import Manifest
from orchestrator.backups.crypt import BadBackup
from orchestrator.config import Settings
from orchestrator.leases import rows as leases
from orchestrator.leases.presence import WORKS
from orchestrator.outbox.numbering import LOCK
from orchestrator.schemas import in_ist
from orchestrator.storage import migrations
from orchestrator.storage.db import open_database


@dataclass(frozen=True, slots=True)
class Restored:
    manifest: Manifest
    safe: Safe


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
    try:
        return Restored(manifest, await put_in_order(settings, manifest.made_at, now=now))
    except (SQLAlchemyError, OSError) as error:
        then = f"`orchestrator restored --to {manifest.made_at.isoformat()}`"
        raise BadBackup(
            f"it was put back, and not made safe ({error}): do not start the product on it before {then} has worked"
        ) from error


async def take_up(settings: Settings, moment: datetime, *, now: datetime) -> Safe:
    """A database that was put back to this moment by other means, as its server's own, is made safe as one of a backup
    is. Raises BadBackup while the product runs on it."""
    database = open_database(settings)
    try:
        living = await database.read(lambda conn: leases.held_now(conn, WORKS))
    except (SQLAlchemyError, OSError) as error:
        raise BadBackup(f"the database cannot be read: {error}") from error
    finally:
        await database.close()
    if living:
        raise BadBackup(
            f"{len(living)} processes work on this database, or did a few seconds before it ended: stop them, wait ten "
            "seconds and say it again"
        )
    return await put_in_order(settings, moment, now=now)


async def put_in_order(settings: Settings, moment: datetime, *, now: datetime) -> Safe:
    """Its tables brought up to date, and what follows from the moment."""
    database = open_database(settings)
    try:
        await migrations.upgrade(database)
        work = partial(
            make_safe, moment=in_ist(moment), grace=timedelta(days=settings.deletion_days), now=now
        )
        return await database.write(work, lock=LOCK)
    finally:
        await database.close()


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

"""The backup of every night, into a folder that holds as many as are to be kept.

Done twice for the same night it changes nothing. Only files with a name of ours are ever removed, and only once a newer
one is whole.
"""

from __future__ import annotations

import asyncio
import re
import time
from datetime import datetime
from pathlib import Path

from domain.calendar import IST
from orchestrator.backups import archive
from orchestrator.backups.crypt import BadBackup
from orchestrator.config import Settings

NAME = re.compile(r"trademaster-\d{4}-\d\d-\d\d-\d{4}\.age")
HALF = re.compile(rf"\.{NAME.pattern}\..*{re.escape(archive.PARTIAL)}")


async def make_nightly(settings: Settings, due: datetime, *, version: str, now: datetime) -> str:
    """What was done, in words. Raises BadBackup."""
    target = Path(settings.backup_folder) / f"trademaster-{due.astimezone(IST):%Y-%m-%d-%H%M}.age"
    if await asyncio.to_thread(_there, target):
        return f"{target.name} is there already"
    made = await archive.make(settings, target, version=version, now=now)
    gone = await asyncio.to_thread(_thin_out, target.parent, settings.backup_kept)
    said = f"{target.name}: {len(made.rows)} tables, {sum(made.rows.values())} rows"
    return f"{said}, {made.bytes} bytes before encryption; {gone} old ones removed"


def _there(target: Path) -> bool:
    if not target.parent.is_dir():
        raise BadBackup(f"there is no folder {target.parent}: is its disk mounted?")
    return target.exists()


def _thin_out(folder: Path, kept: int) -> int:
    """How many were removed, the oldest first: names grow with time."""
    ours = sorted(one for one in folder.iterdir() if NAME.fullmatch(one.name) and one.is_file())
    for one in ours[:-kept]:
        one.unlink(missing_ok=True)
    for one in folder.iterdir():
        if HALF.fullmatch(one.name) and time.time() - one.stat().st_mtime > archive.LEFT_OVER:
            one.unlink(missing_ok=True)
    return len(ours[:-kept])

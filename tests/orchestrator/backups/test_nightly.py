"""The backup of every night: made once, whole, and never more of them than are kept."""

from __future__ import annotations

import os
import time
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from orchestrator.backups import archive, crypt
from orchestrator.backups.crypt import BadBackup
from orchestrator.backups.nightly import make_nightly
from orchestrator.config import Settings
from orchestrator.doctor import kept
from orchestrator.doctor.finding import Level
from orchestrator.jobs import plan, rows
from orchestrator.storage.db import Database

NIGHT = datetime(2026, 11, 22, 20, 30, tzinfo=UTC)  # 02:00 IST of the 23rd


@pytest.fixture
def set_up(database_settings: Settings, tmp_path: Path) -> Settings:
    folder, key = tmp_path / "backups", crypt.make_key(tmp_path / "key.txt")
    folder.mkdir()
    more = {"backup_folder": str(folder), "backup_recipients": key, "backup_kept": 3}
    return database_settings.model_copy(update=more)


async def night(settings: Settings, number: int = 0) -> str:
    due = NIGHT + timedelta(days=number)
    return await make_nightly(settings, due, version="1", now=due)


async def test_what_a_killed_one_left_behind_is_removed_by_the_next(set_up: Settings, db: Database) -> None:
    old, new = (set_up.data / f".backup-{name}" for name in ("killed", "at-work"))
    for one in (old, new):
        one.mkdir(parents=True)
        (one / "database").write_text("all of it, readable")
    os.utime(old, (time.time() - 2 * archive.LEFT_OVER,) * 2)
    await night(set_up)
    assert (old.exists(), new.exists()) == (False, True)


async def test_each_night_has_one_and_the_oldest_go(set_up: Settings, tmp_path: Path, db: Database) -> None:
    folder = Path(set_up.backup_folder)
    (folder / "trademaster-mine.age").write_text("a person's own")
    old = folder / ".trademaster-2026-01-01-0200.age.x.partial"
    old.write_text("half")
    os.utime(old, (time.time() - 10**6,) * 2)
    for number in range(5):
        said = await night(set_up, number)
    assert said.startswith("trademaster-2026-11-27-0200.age: ")
    assert said.endswith("1 old ones removed")
    assert sorted(one.name for one in folder.iterdir()) == [
        "trademaster-2026-11-25-0200.age",
        "trademaster-2026-11-26-0200.age",
        "trademaster-2026-11-27-0200.age",
        "trademaster-mine.age",
    ]
    newest = folder / "trademaster-2026-11-27-0200.age"
    before = newest.read_bytes()
    assert await night(set_up, 4) == "trademaster-2026-11-27-0200.age is there already"
    assert newest.read_bytes() == before
    with archive.opened(set_up, newest, tmp_path / "key.txt") as (manifest, _):
        assert manifest.rows["users"] == 0


async def test_one_that_fails_removes_nothing_and_leaves_nothing(
    set_up: Settings, db: Database, monkeypatch: pytest.MonkeyPatch
) -> None:
    for number in range(4):
        await night(set_up, number)
    before = sorted(Path(set_up.backup_folder).iterdir())

    def full(*_: object) -> None:
        raise BadBackup("the backup cannot be written: No space left on device")

    monkeypatch.setattr(crypt, "seal", full)
    with pytest.raises(BadBackup, match="No space left"):
        await night(set_up, 9)
    assert sorted(Path(set_up.backup_folder).iterdir()) == before
    gone = set_up.model_copy(update={"backup_folder": "/nowhere/backups"})
    with pytest.raises(BadBackup, match="is its disk mounted"):
        await night(gone)


async def test_the_doctor_says_what_a_night_would_lack(set_up: Settings, db: Database) -> None:
    async def level(**more: object) -> tuple[Level, str]:
        found = await kept.look(db, set_up.model_copy(update=more), NIGHT)
        (one,) = (one for one in found if one.what == "backups")
        return one.level, one.words

    assert (await level(backup_folder="/nowhere/b"))[0] is Level.FAIL
    assert "nobody could open" in (await level(backup_recipients=""))[1]
    assert (await level())[0] is Level.WARN
    assert (await level(backup_folder="", paper=True))[0] is Level.OK
    await db.write(lambda conn: rows.record(conn, plan.BACKUP.name, NIGHT, "made"))
    assert await level() == (Level.OK, "the last one was made 0 hours ago")
    assert "none is made by itself" in (await level(backup_folder=""))[1]

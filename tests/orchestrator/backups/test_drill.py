"""The restore drill, on both databases: what was taken is put back whole, and nothing else is taken for it."""

from __future__ import annotations

import asyncio
import hashlib
import stat
import tarfile
from pathlib import Path
from urllib.parse import parse_qs, urlsplit

import httpx
import pytest
import sqlalchemy as sa
import structlog
from fastapi import FastAPI
from typer.testing import CliRunner

from orchestrator.app import create_app
from orchestrator.cli import cli
from orchestrator.config import Settings
from orchestrator.storage.db import open_database
from orchestrator.tables.audit import audit_log
from orchestrator.tables.identity import user_sessions
from tests.orchestrator.conftest import Login, Watch, browser
from tests.stories.product import eventually

Environment = pytest.MonkeyPatch


async def say(*words: str) -> str:
    done = await asyncio.to_thread(CliRunner().invoke, cli, list(words))
    structlog.reset_defaults()  # the command wrote to a screen that is gone
    return f"{done.exit_code} {done.output} {done.exception or ''}"  # lines of the running product among it


@pytest.fixture
async def made(
    app: FastAPI, person: Login, database_settings: Settings, tmp_path: Path, monkeypatch: Environment
) -> tuple[Path, Path]:
    """A backup of the running product, where somebody is logged in, and its key."""
    await person("asha")

    async def unlinked() -> int:
        query = sa.select(sa.func.count()).where(audit_log.c.position.is_(None))
        return int(await app.state.db.read(lambda conn: conn.execute(query).scalar_one()))

    await eventually(unlinked, lambda count: count == 0)
    key, backup = tmp_path / "key.txt", tmp_path / "backup.age"
    said = await say("backup-key", str(key))
    monkeypatch.setenv("TRADEMASTER_DATA", str(database_settings.data))
    monkeypatch.setenv("TRADEMASTER_DATABASE_URL", database_settings.database_url)
    monkeypatch.setenv("TRADEMASTER_BACKUP_RECIPIENTS", said.split("RECIPIENTS=")[1].split()[0])
    told = await say("backup", str(backup))
    assert told.startswith("0 "), told
    return backup, key


@pytest.fixture
def elsewhere(
    made: tuple[Path, Path],
    database_settings: Settings,
    tmp_path: Path,
    monkeypatch: Environment,
    request: pytest.FixtureRequest,
) -> Settings:
    """An installation without a database yet, with the master key of the first one."""
    url = "" if database_settings.sqlite_path else request.getfixturevalue("postgres_url")
    data = tmp_path / "elsewhere"
    data.mkdir(mode=0o700)
    for name in ("master.key", "jwt.key"):
        (data / name).write_bytes((database_settings.data / name).read_bytes())
        (data / name).chmod(0o600)
    monkeypatch.setenv("TRADEMASTER_DATA", str(data))
    monkeypatch.setenv("TRADEMASTER_DATABASE_URL", url)
    return database_settings.model_copy(update={"data": data, "database_url": url})


async def test_everything_comes_back_and_the_log_verifies(
    made: tuple[Path, Path], elsewhere: Settings, watch: Watch
) -> None:
    backup, key = made
    assert stat.S_IMODE(backup.stat().st_mode) == 0o600
    assert b"asha@trademaster.test" not in backup.read_bytes()
    checked = await say("backup-check", str(backup), "--key", str(key))
    assert checked.startswith("0 "), checked
    assert "Whole: " in checked
    told = await say("restore", str(backup), "--key", str(key))
    assert told.startswith("0 "), told
    assert "Restored as of" in told
    assert "1 logins were ended" in told
    assert "0 personal tokens are good" in told
    verified = await say("audit", "verify")
    assert verified.startswith("0 "), verified

    database = open_database(elsewhere)
    going = sa.select(sa.func.count()).where(user_sessions.c.ended_at.is_(None))
    assert await database.read(lambda conn: conn.execute(going).scalar_one()) == 0
    entries = sa.select(audit_log.c.action).order_by(audit_log.c.id.desc()).limit(1)
    assert await database.read(lambda conn: conn.execute(entries).scalar_one()) == "installation.restored"
    await database.close()

    again = create_app(elsewhere, clock=watch, adapters={})
    async with again.router.lifespan_context(again), browser(again) as client:
        assert (await log_in(client)).status_code == 200
    assert not list(elsewhere.data.glob(".backup-*"))


async def log_in(client: httpx.AsyncClient) -> httpx.Response:
    body = {"email": "asha@trademaster.test", "password": "a long enough password"}
    return await client.post("/v1/users/login", json=body)


async def test_a_database_that_is_there_is_never_overwritten(
    made: tuple[Path, Path], database_settings: Settings
) -> None:
    backup, key = made
    told = await say("restore", str(backup), "--key", str(key))
    assert told.startswith("1 ")
    assert "is there: stop the product" in told or "restore into a new, empty one" in told
    assert "is there already" in await say("backup", str(backup))


async def test_what_is_not_whole_or_not_ours_is_refused_and_leaves_nothing(
    made: tuple[Path, Path], elsewhere: Settings, tmp_path: Path
) -> None:
    backup, key = made
    content, stranger, broken = backup.read_bytes(), tmp_path / "stranger.txt", tmp_path / "broken.age"
    await say("backup-key", str(stranger))
    assert "cannot be opened with this key" in await say("restore", str(backup), "--key", str(stranger))
    middle = len(content) // 2
    flipped = content[:middle] + bytes([content[middle] ^ 1]) + content[middle + 1 :]
    for one in (content[:-1], content[: -(1 << 16)], flipped, b"", b"age"):
        broken.write_bytes(one)
        told = await say("restore", str(broken), "--key", str(key))
        assert told.startswith("1 "), told
        assert "is damaged" in told
    assert "is no key of backups" in await say("restore", str(backup), "--key", str(backup))
    assert "there is no" in await say("restore", str(tmp_path / "none"), "--key", str(key))
    assert (await say("restore", str(backup), "--key", str(key))).startswith("0 ")  # nothing was in the way


async def test_a_copy_that_cannot_be_read_whole_makes_no_backup(
    made: tuple[Path, Path], tmp_path: Path, monkeypatch: Environment
) -> None:
    def broken(*_: object) -> None:
        raise OSError(5, "Input/output error")

    monkeypatch.setattr(tarfile.TarFile, "add", broken)
    told = await say("backup", str(tmp_path / "second.age"))
    assert told.startswith("1 "), told
    assert "cannot be read: [Errno 5]" in told
    assert not list(tmp_path.glob("*second.age*"))


async def test_a_login_of_a_program_is_no_more_good_than_its_users(
    made: tuple[Path, Path],
    app: FastAPI,
    database_settings: Settings,
    elsewhere: Settings,
    tmp_path: Path,
    watch: Watch,
) -> None:
    async with browser(app) as client:
        told = await log_in(client)
        client.headers["authorization"] = f"Bearer {told.json()['access_token']}"
        token = (await client.post("/v1/users/me/tokens", json={"name": "kite", "scopes": ["read"]})).json()
        path, api_key = f"/v1/users/me/tokens/{token['id']}/kite", f"tm_{token['id']}"
        secret = (await client.put(path, json={"redirect_url": "https://a.test/"})).json()["api_secret"]
        led = (await client.post(f"{path}/logins", json={})).json()["redirect_url"]
        request_token = parse_qs(urlsplit(led).query)["request_token"][0]
        proof = hashlib.sha256(f"{api_key}{request_token}{secret}".encode()).hexdigest()
        asked = {"api_key": api_key, "request_token": request_token, "checksum": proof}
        day = (await client.post("/kite/session/token", data=asked)).json()["data"]["access_token"]
        named = {"authorization": f"token {api_key}:{day}"}
        assert (await client.get("/kite/user/profile", headers=named)).status_code == 200

    backup = tmp_path / "second.age"
    with pytest.MonkeyPatch.context() as here:
        here.setenv("TRADEMASTER_DATA", str(database_settings.data))
        here.setenv("TRADEMASTER_DATABASE_URL", database_settings.database_url)
        assert (await say("backup", str(backup))).startswith("0 ")
    assert (await say("restore", str(backup), "--key", str(made[1]))).startswith("0 ")
    again = create_app(elsewhere, clock=watch, adapters={})
    async with again.router.lifespan_context(again), browser(again) as client:
        assert (await client.get("/kite/user/profile", headers=named)).status_code == 403


async def test_without_a_key_there_is_no_backup(
    database_settings: Settings, tmp_path: Path, monkeypatch: Environment
) -> None:
    monkeypatch.setenv("TRADEMASTER_DATA", str(database_settings.data))
    monkeypatch.setenv("TRADEMASTER_BACKUP_RECIPIENTS", "")
    assert "nobody could open it" in await say("backup", str(tmp_path / "x.age"))
    monkeypatch.setenv("TRADEMASTER_BACKUP_RECIPIENTS", "age1nonsense")
    assert "they begin with age1" in await say("backup", str(tmp_path / "x.age"))
    (tmp_path / "key").write_text("mine")
    assert "cannot be made" in await say("backup-key", str(tmp_path / "key"))
    assert (tmp_path / "key").read_text() == "mine"


async def test_what_was_put_back_and_not_made_safe_says_what_makes_it_so(
    made: tuple[Path, Path], elsewhere: Settings, monkeypatch: Environment
) -> None:
    async def fails(_: object) -> None:
        raise OSError("the disk is full")

    backup, key = made
    with monkeypatch.context() as full:
        full.setattr("orchestrator.backups.restoring.migrations.upgrade", fails)
        told = await say("restore", str(backup), "--key", str(key))
    assert told.startswith("1 "), told
    assert "not made safe (the disk is full)" in told
    moment = told.split("restored --to ")[1].split("`")[0]
    # It was made a moment ago by a product at work, whose word lasts for some seconds.
    told = await eventually(lambda: say("restored", "--to", moment), lambda said: said.startswith("0 "))
    assert "New risk is held for" in told

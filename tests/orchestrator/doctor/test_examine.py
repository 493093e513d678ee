"""Each thing is broken for real, and the doctor says which and how to mend it; where nothing is, it says so."""

from __future__ import annotations

import asyncio
import json
from collections.abc import AsyncIterator
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
import sqlalchemy as sa
import structlog
from aiohttp import web
from sqlalchemy import Connection
from typer.testing import CliRunner

from domain.account import BrokerId
from orchestrator.audit.actions import Action
from orchestrator.audit.keeper import Keeper
from orchestrator.audit.record import Actor, audited
from orchestrator.audit.seal import Seal
from orchestrator.audit.witness import Witness
from orchestrator.cli import cli
from orchestrator.config import Settings
from orchestrator.doctor import kept, machine, world
from orchestrator.doctor.examine import examine
from orchestrator.doctor.finding import Finding, Level
from orchestrator.instruments import repository as instruments
from orchestrator.jobs import rows as job_rows
from orchestrator.jobs.plan import BACKUP
from orchestrator.jobs.rows import Outcome
from orchestrator.keys import keys
from orchestrator.leases import rows as lease_rows
from orchestrator.leases.presence import WORKS
from orchestrator.orders.finding import unclear_children
from orchestrator.storage.db import Database, open_database
from orchestrator.tables.audit import audit_head
from tests.orchestrator.orders.test_repository import book as book
from tests.orchestrator.orders.test_repository import child_of, record
from tests.services import free_port, make_tables

NOON = datetime(2026, 11, 23, 6, 30, tzinfo=UTC)  # a Monday, 12:00 IST
SAID = "what anybody would say of it"


def named(found: list[Finding], what: str) -> Finding:
    return next(one for one in found if one.what == what)


@pytest.fixture
async def installation(database_settings: Settings) -> AsyncIterator[tuple[Database, Settings]]:
    """Well: tables, keys, a log that was linked, today's instruments, a backup and a process."""
    settings = database_settings.model_copy(update={"web": Path("/nowhere")})
    database = open_database(settings)
    await make_tables(database)
    seal = Seal(keys(settings).master)

    def fill(conn: Connection) -> None:
        audited(conn, user_id=None, actor=Actor.command("t"), action=Action.KEY_MADE, at=NOON)
        master = instruments.Master(BrokerId.ZERODHA, NOON - timedelta(hours=2), b"", 0)
        instruments.store(conn, master)
        job_rows.record(conn, BACKUP.name, NOON - timedelta(hours=9), SAID)
        lease_rows.make(conn, [f"{WORKS}one"])
        lease_rows.take(conn, [f"{WORKS}one"], owner="one", lasts=600_000, most=1, seize=False)

    await database.write(fill)
    await Keeper(database, seal, lambda: NOON, witness=Witness(settings.data)).link_all()
    yield database, settings
    await database.close()


async def test_what_is_well_is_said_to_be(installation: tuple[Database, Settings]) -> None:
    database, settings = installation
    found = await kept.look(database, settings, NOON)
    assert [one for one in found if one.level is not Level.OK] == []
    assert {one.what for one in found} >= {"database", "clock", "processes", "jobs", "backups", "audit log"}


async def test_no_process_an_old_backup_and_old_instruments_call_for_a_person(
    installation: tuple[Database, Settings],
) -> None:
    database, settings = installation
    await database.write(lambda conn: lease_rows.release(conn, "one", [f"{WORKS}one"]))
    found = await kept.look(database, settings, NOON + timedelta(days=2))
    for what in ("processes", "backups", "instruments"):
        assert named(found, what).level is Level.WARN
        assert named(found, what).mend


async def test_a_job_that_was_given_up_and_one_that_never_began_are_named(
    installation: tuple[Database, Settings],
) -> None:
    database, settings = installation

    def fails(conn: Connection) -> None:
        job_rows.put(conn, "books", NOON - timedelta(days=1), NOON)
        run = job_rows.claim(conn, "books", "one", NOON, 1)
        assert run is not None
        job_rows.end(conn, run, NOON, Outcome.FAILED, "no")

    await database.write(fails)
    jobs = named(await kept.look(database, settings, NOON), "jobs")
    assert (jobs.level, "books" in jobs.words, "jobs history 'books'" in jobs.mend) == (
        Level.WARN,
        True,
        True,
    )

    def goes_well(conn: Connection) -> None:
        job_rows.record(conn, "books", NOON, SAID)
        job_rows.begin_with_next(conn, "instruments", NOON - timedelta(days=1), NOON)

    await database.write(goes_well)
    jobs = named(await kept.look(database, settings, NOON), "jobs")
    assert (jobs.level, jobs.words) == (Level.WARN, "not begun: instruments")


async def test_an_order_without_an_answer_fails_after_five_minutes(
    book: Database, database_settings: Settings
) -> None:
    child = child_of("ord_1")
    await record(book, child)
    live = (await book.read(unclear_children))[0]
    soon, late = live.created_at + timedelta(minutes=4), live.created_at + timedelta(minutes=6)
    assert named(await kept.look(book, database_settings, soon), "orders").level is Level.OK
    assert named(await kept.look(book, database_settings, late), "orders").level is Level.FAIL


async def test_a_log_that_was_cut_is_found(installation: tuple[Database, Settings]) -> None:
    database, settings = installation
    await database.write(lambda conn: conn.execute(sa.delete(audit_head)))
    assert named(await kept.look(database, settings, NOON), "audit log").level is Level.FAIL


async def test_tables_of_another_version_and_a_database_that_is_not_there(
    installation: tuple[Database, Settings], tmp_path: Path
) -> None:
    database, settings = installation
    await database.write(
        lambda conn: conn.execute(sa.text("UPDATE alembic_version SET version_num = '0000'"))
    )
    tables = named(await examine(settings, NOON), "tables")
    assert (tables.level, "orchestrator migrate" in tables.mend) == (Level.FAIL, True)
    gone = settings.model_copy(
        update={"data": tmp_path / "none", "database_url": f"postgresql://nobody@127.0.0.1:{free_port()}/x"}
    )
    assert named(await examine(gone, NOON), "database").level is Level.FAIL
    sqlite = gone.model_copy(update={"database_url": ""})
    assert "there is none at" in named(await examine(sqlite, NOON), "database").words


def test_a_damaged_file_is_found(tmp_path: Path, sqlite_file: Path) -> None:
    settings = Settings(data=tmp_path / "data", _env_file=None)
    settings.data.mkdir(mode=0o700)
    path = settings.sqlite_path
    assert path is not None
    content = bytearray(sqlite_file.read_bytes())
    content[len(content) // 2 : len(content) // 2 + 20_000] = b"\xff" * 20_000
    path.write_bytes(content)
    found = asyncio.run(examine(settings, NOON))
    assert named(found, "database").level is Level.FAIL
    assert "restore the last backup" in named(found, "database").mend


def test_keys_that_are_gone_or_spoilt_and_a_folder_open_to_others(tmp_path: Path) -> None:
    settings = Settings(data=tmp_path / "data", web=tmp_path, _env_file=None)
    assert named(list(machine.look(settings)), "keys").level is Level.FAIL
    assert not settings.data.exists()  # a look makes nothing
    keys(settings)
    found = list(machine.look(settings))
    assert (named(found, "keys").level, named(found, "data folder").level) == (Level.OK, Level.OK)
    assert named(found, "web").level is Level.WARN
    (settings.data / "master.key").chmod(0o644)
    folder = named(list(machine.look(settings)), "data folder")
    assert (folder.level, "chmod go=" in folder.mend) == (Level.FAIL, True)
    (settings.data / "master.key").write_text("not a key")
    assert named(list(machine.look(settings)), "keys").level is Level.FAIL


async def test_brokers_and_redis_that_do_not_answer(redis_url: str) -> None:
    async def answer(_request: web.Request) -> web.Response:
        return web.Response(status=404, headers={"Date": "Mon, 23 Nov 2020 06:30:00 GMT"})

    application = web.Application()
    application.router.add_get("/", answer)
    runner, port = web.AppRunner(application), free_port()
    await runner.setup()
    await web.TCPSite(runner, "127.0.0.1", port).start()
    settings = Settings(
        zerodha_rest=f"http://127.0.0.1:{port}",
        groww_rest=f"http://127.0.0.1:{free_port()}",
        redis_url=f"redis://127.0.0.1:{free_port()}/0",
        _env_file=None,
    )
    groww, zerodha = await world.brokers(settings, [BrokerId.ZERODHA, BrokerId.GROWW])
    await runner.cleanup()
    assert (groww.what, groww.level) == ("broker groww", Level.FAIL)
    assert (zerodha.what, zerodha.level, "apart" in zerodha.words) == ("broker zerodha", Level.WARN, True)
    assert (await world.redis(settings)).level is Level.FAIL
    assert (await world.redis(settings.model_copy(update={"redis_url": redis_url}))).level is Level.OK


async def test_an_address_without_tls_for_others_fails() -> None:
    here, open_ = Settings(_env_file=None), Settings(public_url="http://trade.example", _env_file=None)
    assert (await machine.certificate(here)).level is Level.OK
    assert (await machine.certificate(open_)).level is Level.FAIL
    nobody = Settings(public_url=f"https://127.0.0.1:{free_port()}", _env_file=None)
    assert (await machine.certificate(nobody)).level is Level.WARN


async def test_the_command_tells_both_people_and_programs(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("TRADEMASTER_DATA", str(tmp_path / "data"))
    done = await asyncio.to_thread(CliRunner().invoke, cli, ["doctor"])
    structlog.reset_defaults()
    assert done.exit_code == 1
    assert "FAIL  database: there is none at" in done.output
    assert "      -> start the product once" in done.output
    told = await asyncio.to_thread(CliRunner().invoke, cli, ["doctor", "--json"])
    structlog.reset_defaults()
    found = [Finding(**{**one, "level": Level(one["level"])}) for one in json.loads(told.stdout)]
    assert replace(named(found, "database"), words="").level is Level.FAIL

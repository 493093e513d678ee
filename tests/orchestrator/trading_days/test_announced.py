"""All processes go by the same days: told at once, and found by themselves where the telling was lost."""

from __future__ import annotations

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from datetime import UTC, date, datetime, timedelta

import pytest
from sqlalchemy import Connection
from typer.testing import CliRunner

from domain.calendar import IST, Calendar, SpecialDay
from domain.instrument import Exchange
from orchestrator.audit.record import Actor
from orchestrator.bus import Bus, LocalBus
from orchestrator.cli import cli
from orchestrator.config import Settings
from orchestrator.state import system_clock
from orchestrator.storage.db import Database
from orchestrator.trading_days import rows
from orchestrator.trading_days.announced import Announced, LiveDays
from tests.adapters.desk import eventually

NOW = datetime(2026, 11, 23, 5, 0, tzinfo=UTC)
DAY = date(2026, 11, 25)
BY = Actor.command("calendar add")


def enter(conn: Connection) -> list[rows.Override]:
    return rows.add(conn, [Exchange.NSE], DAY, SpecialDay("Elections"), source="it", by=BY, now=NOW)


@asynccontextmanager
async def process(db: Database, bus: Bus, *, recheck: float) -> AsyncIterator[tuple[Announced, Calendar]]:
    days = LiveDays()
    announced = Announced(db, bus, days, recheck=recheck)
    await announced.start()
    try:
        yield announced, Calendar(special=days)
    finally:
        await announced.close()


async def test_a_change_is_told_to_the_other_processes(db: Database) -> None:
    bus = LocalBus()
    async with process(db, bus, recheck=3600) as (here, mine), process(db, bus, recheck=3600) as (_, theirs):
        (made,) = await db.write(enter, lock=rows.LOCK)
        await here.changed()
        assert not mine.trades(DAY, Exchange.NSE)
        assert await eventually(lambda: _trades(theirs), lambda trades: not trades) is False
        await db.write(lambda conn: rows.withdraw(conn, made.id, by=BY, now=NOW), lock=rows.LOCK)
        await here.changed()
        assert await eventually(lambda: _trades(theirs), bool)


async def test_what_was_not_told_is_found_and_who_begins_knows_it(db: Database) -> None:
    async with process(db, LocalBus(), recheck=0.05) as (_, theirs):
        await db.write(enter, lock=rows.LOCK)  # by a command, which tells nobody
        assert await eventually(lambda: _trades(theirs), lambda trades: not trades) is False
    async with process(db, LocalBus(), recheck=3600) as (_, later):
        assert later.holiday(DAY, Exchange.NSE) == "Elections"


async def _trades(calendar: Calendar) -> bool:
    return calendar.trades(DAY, Exchange.NSE)


def test_a_day_is_entered_listed_and_withdrawn_at_the_machine(
    monkeypatch: pytest.MonkeyPatch, settings: Settings
) -> None:
    monkeypatch.setenv("TRADEMASTER_DATA", str(settings.data))
    run = CliRunner().invoke
    assert run(cli, ["migrate"]).exit_code == 0
    day = f"{system_clock().astimezone(IST).date() + timedelta(days=3):%Y-%m-%d}"
    told = ["--words", "Muhurat trading", "--source", "NSE/CMTR/70000"]
    hours = ["--session", "18:15-19:15", "--session", "18:00-18:08=pre_open"]
    made = run(cli, ["calendar", "add", day, "NSE", "BSE", *told, *hours])
    assert made.exit_code == 0, made.output
    assert "pre open 18:00 to 18:08, open 18:15 to 19:15" in made.stdout
    names = [line.split()[0] for line in made.stdout.splitlines() if line.startswith("cal_")]
    assert len(names) == 2
    again = run(cli, ["calendar", "add", day, "NSE", *told])
    assert "withdraw it first" in str(again.exception)
    assert run(cli, ["calendar", "withdraw", names[0]]).exit_code == 0
    assert "withdrawn before" in str(run(cli, ["calendar", "withdraw", names[1], names[0]]).exception)
    standing = run(cli, ["calendar", "list"]).stdout
    assert names[0] not in standing
    assert names[1] in standing
    assert "withdrawn; Muhurat trading; NSE/CMTR/70000" in run(cli, ["calendar", "list", "--all"]).stdout
    for wrong, words in (
        (["calendar", "add", "2020-01-01", "NSE", *told], "days that are over"),
        (["calendar", "add", day, "MCX", *told, "--session", "18:15"], "a session is"),
        (["calendar", "add", day, "MCX", *told, "--session", "18:15-17:00"], "ends after it begins"),
        (["calendar", "withdraw", "cal_none"], "override"),
    ):
        assert words in str(run(cli, wrong).exception)

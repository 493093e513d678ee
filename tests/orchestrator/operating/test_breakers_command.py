"""At the machine breakers are held open and closed as over HTTP, and the running product follows."""

from __future__ import annotations

import asyncio
from datetime import UTC, datetime

import pytest
import sqlalchemy as sa
from typer.testing import CliRunner

from orchestrator.accounts import held_breakers
from orchestrator.accounts.held_breakers import HeldBreaker, Holder
from orchestrator.cli import cli
from orchestrator.commands import breakers
from orchestrator.config import Settings
from orchestrator.server import CannotStart
from orchestrator.storage.db import Database
from orchestrator.tables.accounts import accounts
from orchestrator.tables.audit import audit_log
from orchestrator.tables.identity import users
from tests.orchestrator.accounts.test_held_breakers import ONE, Z

NOW = datetime(2026, 11, 23, 4, 30, tzinfo=UTC)  # 10:00 IST


async def test_they_are_opened_listed_and_closed_and_it_is_written_down(
    db: Database, database_settings: Settings, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("TRADEMASTER_DATA", str(database_settings.data))
    monkeypatch.setenv("TRADEMASTER_DATABASE_URL", database_settings.database_url)
    user = {"id": "u", "email": "a@b.c", "name": "", "mode": "orchestrator", "created_at": NOW}
    account = {
        "id": ONE, "user_id": "u", "broker": "zerodha", "label": "Z", "state": "connected", "created_at": NOW,
    }  # fmt: skip

    def fill(conn: sa.Connection) -> None:
        conn.execute(sa.insert(users), user)
        conn.execute(sa.insert(accounts), account)
        held_breakers.hold(conn, HeldBreaker(Z, ONE, Holder.OWNER, "my own affair", NOW, None))

    await db.write(fill)

    async def say(*words: str) -> str:
        done = await asyncio.to_thread(CliRunner().invoke, cli, ["breakers", *words])
        return f"{done.exit_code} {done.output} {done.exception or ''}"

    why = ("--reason", "orders fail")
    assert "acc_1 is held open until it is closed" in await say("open", "--account", "acc_1", *why)
    assert "zerodha is held open until " in await say("open", "--broker", "zerodha", *why, "--until", "10:30")
    listed = await say("list")
    assert listed.startswith("1 zerodha  by an operator")
    assert "my own affair" not in listed
    assert "name a --broker or an --account" in await say("open", *why)
    assert "there is no broker nobody" in await say("open", "--broker", "nobody", *why)
    assert "there is no account none" in await say("close", "--account", "none")
    assert (await say("close", "--broker", "zerodha")).startswith("0 zerodha is tried again.")
    assert "no operator holds zerodha open" in await say("close", "--broker", "zerodha")
    await say("close", "--account", "acc_1")
    assert [one.by for one in await db.read(held_breakers.kept)] == [Holder.OWNER]
    query = sa.select(audit_log.c.action, audit_log.c.subject, audit_log.c.user_id).order_by(audit_log.c.id)
    rows = [tuple(row) for row in await db.read(lambda conn: conn.execute(query).all())]
    assert rows == [
        ("breaker.opened", "acc_1", "u"),
        ("breaker.opened", "zerodha", None),
        ("breaker.closed", "zerodha", None),
        ("breaker.closed", "acc_1", "u"),
    ]


@pytest.mark.parametrize(
    ("text", "meant"),
    [
        ("", None),
        ("10:30", "2026-11-23T10:30:00+05:30"),
        ("09:59", "2026-11-24T09:59:00+05:30"),
        ("2026-11-25T10:00:00Z", "2026-11-25T10:00:00+00:00"),
    ],
)
def test_an_end_is_the_next_such_time(text: str, meant: str | None) -> None:
    found = breakers._moment(text, NOW)
    assert found == (None if meant is None else datetime.fromisoformat(meant))


@pytest.mark.parametrize(
    "text", ["soon", "25:00", "2026-11-23T11:00:00", "2026-11-23T09:00:00+05:30", "2027-11-23T11:00:00+05:30"]
)
def test_an_end_that_is_none_is_refused(text: str) -> None:
    with pytest.raises(CannotStart):
        breakers._moment(text, NOW)

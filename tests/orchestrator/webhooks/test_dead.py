"""Messages that were given up are seen, sent again or dropped by whoever keeps the installation; others are not."""

from __future__ import annotations

import asyncio
from datetime import UTC, datetime

import pytest
import sqlalchemy as sa
from typer.testing import CliRunner

from orchestrator.cli import cli
from orchestrator.config import Settings
from orchestrator.storage.db import Database
from orchestrator.tables.audit import audit_log
from orchestrator.tables.identity import users
from orchestrator.tables.webhooks import webhook_messages, webhooks
from orchestrator.webhooks import dead

T0 = datetime(2026, 11, 23, 5, 0, tzinfo=UTC)


@pytest.fixture
async def given_up(db: Database) -> Database:
    """Of two webhooks, one of which is off: two messages each that were given up, and one that was delivered."""
    user = {"id": "u", "email": "a@b.c", "name": "", "mode": "orchestrator", "created_at": T0}
    hook = {
        "user_id": "u", "name": "", "url": "", "events": "[]", "secret": "", "off_why": "", "made_at": T0,
    }  # fmt: skip
    message = {
        "user_id": "u", "subject": "s", "type": "order.filled", "body": "{}", "made_at": T0, "final": False,
        "attempts": 9, "due_at": T0, "answer": "500 no",
    }  # fmt: skip

    def fill(conn: sa.Connection) -> None:
        conn.execute(sa.insert(users), user)
        for name in ("on", "off"):
            conn.execute(sa.insert(webhooks), {**hook, "id": name, "enabled": name == "on"})
            for number, state in enumerate(("dead", "dead", "delivered")):
                here = {"id": f"{name}{number}", "webhook_id": name, "source": str(number), "state": state}
                conn.execute(sa.insert(webhook_messages), {**message, **here})

    await db.write(fill)
    return db


async def states(db: Database) -> dict[str, str]:
    query = sa.select(webhook_messages.c.id, webhook_messages.c.state)
    return {row.id: row.state for row in await db.read(lambda conn: conn.execute(query).all())}


async def test_what_was_given_up_is_shown_the_newest_first(given_up: Database) -> None:
    found = await given_up.read(dead.page)
    assert [one.id for one in found] == ["off1", "off0", "on1", "on0"]
    assert [one.enabled for one in found] == [False, False, True, True]
    assert (found[0].words, found[0].attempts) == ("500 no", 9)
    older = await given_up.read(lambda conn: dead.page(conn, before=found[1].number, limit=1))
    assert [one.id for one in older] == ["on1"]
    assert await given_up.read(dead.count) == 4


async def test_those_that_can_go_are_sent_again_from_the_beginning(given_up: Database) -> None:
    wanted = ["on0", "on2", "off0", "none"]
    assert await given_up.write(lambda conn: dead.replay(conn, wanted, T0)) == ["on0"]
    assert await given_up.write(lambda conn: dead.replay(conn, ["on1", "off1"], T0)) == ["on1"]
    now = await states(given_up)
    assert [now[name] for name in ("on0", "on1", "on2", "off0")] == [
        "waiting",
        "waiting",
        "delivered",
        "dead",
    ]


async def test_only_what_was_given_up_is_dropped(given_up: Database) -> None:
    assert await given_up.write(lambda conn: dead.drop(conn, ["on0", "on2"])) == ["on0"]
    assert await given_up.write(lambda conn: dead.drop(conn, ["off1", "on1", "off0"])) == [
        "on1",
        "off0",
        "off1",
    ]
    assert await states(given_up) == {"on2": "delivered", "off2": "delivered"}


async def test_there_may_be_more_than_a_database_takes_at_once(
    given_up: Database, database_settings: Settings, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("TRADEMASTER_DATA", str(database_settings.data))
    monkeypatch.setenv("TRADEMASTER_DATABASE_URL", database_settings.database_url)
    monkeypatch.setattr(dead, "AT_ONCE", 2)
    assert await given_up.read(lambda conn: dead.parts(conn, None)) == [["on0", "on1"], ["off0", "off1"]]
    await given_up.write(lambda conn: conn.execute(sa.update(webhook_messages).values(state="dead")))
    done = await asyncio.to_thread(CliRunner().invoke, cli, ["dead-letters", "drop", "--all"])
    assert done.output.startswith("6 are forgotten.")
    assert await states(given_up) == {}


async def test_the_command_line_does_it_and_writes_it_down(
    given_up: Database, database_settings: Settings, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("TRADEMASTER_DATA", str(database_settings.data))
    monkeypatch.setenv("TRADEMASTER_DATABASE_URL", database_settings.database_url)

    async def say(*words: str) -> str:
        done = await asyncio.to_thread(CliRunner().invoke, cli, ["dead-letters", *words])
        return f"{done.exit_code} {done.output} {done.exception or ''}"

    listed = await say("list")
    assert listed.startswith("1 off1  order.filled for u by off (its webhook is off)")
    assert "name messages, or say --all" in await say("drop")
    assert "name messages, or say --all" in await say("replay", "on0", "--all")
    assert (await say("replay", "on0")).startswith("0 1 will be sent again.")
    assert (await say("drop", "--all")).startswith("0 3 are forgotten.")
    assert (await say("list")).startswith("0 ")
    query = sa.select(audit_log.c.action, audit_log.c.subject).order_by(audit_log.c.id)
    written = [tuple(row) for row in await given_up.read(lambda conn: conn.execute(query).all())]
    assert written == [("dead_letter.replayed", "on0")] + [
        ("dead_letter.dropped", one) for one in ("on1", "off0", "off1")
    ]

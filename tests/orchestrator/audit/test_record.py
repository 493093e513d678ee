"""An entry is written with what it tells of, and the database lets nobody change or remove it."""

from __future__ import annotations

from collections.abc import Callable
from datetime import UTC, datetime
from typing import Any

import pytest
from sqlalchemy import Connection, select, text
from sqlalchemy.exc import DBAPIError

from domain.account import UserId
from orchestrator.audit.actions import Action
from orchestrator.audit.record import LONGEST, Actor, ActorKind, audited
from orchestrator.config import Settings
from orchestrator.storage import migrations
from orchestrator.storage.db import Database, open_database
from orchestrator.tables.audit import audit_log, rules

AT = datetime(2026, 11, 23, 5, 0, tzinfo=UTC)
ASHA = UserId("usr_asha")
AT_LOGIN = Actor(ActorKind.LOGIN, ASHA, through="ses_1", address="203.0.113.9")


def told(conn: Connection) -> list[Any]:
    return list(conn.execute(select(audit_log).order_by(audit_log.c.id)))


def write_one(conn: Connection, **detail: str) -> None:
    audited(
        conn,
        user_id=ASHA,
        actor=AT_LOGIN,
        action=Action.ORDER_PLACED,
        at=AT,
        subject="ord_1",
        detail=detail,
    )


def done(statement: str) -> Callable[[Connection], object]:
    return lambda conn: conn.execute(text(statement))


async def test_an_entry_tells_who_did_what_to_what_and_from_where(db: Database) -> None:
    await db.write(lambda conn: write_one(conn, side="BUY", symbol="NSE:INFY"))
    (row,) = await db.read(told)
    assert (row.at, row.user_id, row.action, row.subject) == (AT, ASHA, "order.placed", "ord_1")
    assert (row.actor_kind, row.actor, row.through, row.address) == ("login", ASHA, "ses_1", "203.0.113.9")
    assert row.detail == '{"side":"BUY","symbol":"NSE:INFY"}'
    assert (row.position, row.hash) == (None, None)


async def test_an_entry_is_undone_with_what_it_tells_of(db: Database) -> None:
    def fails(conn: Connection) -> None:
        write_one(conn)
        raise KeyError("the order itself was not recorded")

    with pytest.raises(KeyError):
        await db.write(fails)
    assert await db.read(told) == []


async def test_a_detail_that_is_too_long_is_cut(db: Database) -> None:
    await db.write(lambda conn: write_one(conn, words="x" * (LONGEST + 100)))
    (row,) = await db.read(told)
    assert row.detail == '{"words":"' + "x" * LONGEST + '"}'


async def test_details_may_have_any_text(db: Database) -> None:
    words = 'a "quoted" \\ line\nwith \u0000 and \u2603 and \U0001f600'
    await db.write(lambda conn: write_one(conn, words=words))
    (row,) = await db.read(told)
    assert row.detail == '{"words":"a \\"quoted\\" \\\\ line\\nwith \\u0000 and \u2603 and \U0001f600"}'


@pytest.mark.parametrize(
    "statement",
    [
        "DELETE FROM audit_log",
        "UPDATE audit_log SET action = 'login'",
        "UPDATE audit_log SET user_id = NULL",
        "UPDATE audit_log SET detail = NULL, address = NULL",  # not linked yet: its hash would not tell
        "UPDATE audit_log SET position = 1, hash = 'h', personal_hash = 'p', salt = 's', subject = 'other'",
        "INSERT INTO audit_log (at, action, actor_kind, actor, through, subject, position) "
        "SELECT at, action, actor_kind, actor, through, subject, 7 FROM audit_log",
    ],
)
async def test_the_database_refuses_to_change_the_log(db: Database, statement: str) -> None:
    await db.write(write_one)
    before = await db.read(told)
    with pytest.raises(DBAPIError, match="the audit log only grows"):
        await db.write(done(statement))
    assert await db.read(told) == before


LINK = "UPDATE audit_log SET position = 1, hash = 'h', personal_hash = 'p', salt = 's'"
ERASE = "UPDATE audit_log SET address = NULL, detail = NULL, salt = NULL"


async def test_an_entry_is_linked_once_and_what_is_personal_may_be_erased_then(db: Database) -> None:
    await db.write(write_one)
    await db.write(lambda conn: conn.execute(text(LINK)))
    for statement in (
        "UPDATE audit_log SET position = 2",
        "UPDATE audit_log SET hash = 'other'",
        "UPDATE audit_log SET personal_hash = 'other'",
        "UPDATE audit_log SET address = '198.51.100.1'",
        "UPDATE audit_log SET position = NULL",
    ):
        with pytest.raises(DBAPIError, match="the audit log only grows"):
            await db.write(done(statement))
    await db.write(lambda conn: conn.execute(text(ERASE)))
    (row,) = await db.read(told)
    assert (row.address, row.detail, row.salt, row.personal_hash, row.hash) == (None, None, None, "p", "h")


FIRST, LAST = "(SELECT min(id) FROM audit_log)", "(SELECT max(id) FROM audit_log)"


async def test_no_entry_takes_the_place_of_another(db: Database) -> None:
    for _ in range(2):
        await db.write(write_one)
    await db.write(done(f"{LINK} WHERE id = {FIRST}"))
    before = await db.read(told)
    entry = (
        "INTO audit_log (id, at, user_id, action, actor_kind, actor, through, subject) SELECT id, at, user_id, "
        f"'login', actor_kind, actor, through, subject FROM audit_log WHERE id = {FIRST}"
    )
    with pytest.raises(DBAPIError):
        await db.write(done(f"INSERT {entry}"))
    if db.dialect == "sqlite":  # which removes what is in the way, without asking the rule about removing
        link = LINK.replace("UPDATE", "UPDATE OR REPLACE")
        for statement in (f"INSERT OR REPLACE {entry}", f"{link} WHERE id = {LAST}"):
            with pytest.raises(DBAPIError, match="the audit log only grows"):
                await db.write(done(statement))
    assert await db.read(told) == before


async def test_a_server_refuses_to_empty_the_log(db: Database) -> None:
    if db.dialect != "postgresql":
        return  # SQLite has no such statement
    await db.write(write_one)
    with pytest.raises(DBAPIError, match="the audit log only grows"):
        await db.write(lambda conn: conn.execute(text("TRUNCATE audit_log")))


async def test_a_migrated_database_has_the_same_rules(empty_settings: Settings) -> None:
    database = open_database(empty_settings)
    try:
        await migrations.upgrade(database)
        await database.write(write_one)
        for statement in ("DELETE FROM audit_log", "UPDATE audit_log SET subject = ''"):
            with pytest.raises(DBAPIError, match="the audit log only grows"):
                await database.write(done(statement))
        assert len(rules(database.dialect)) >= 3
    finally:
        await database.close()

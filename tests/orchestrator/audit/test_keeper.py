"""The keeper links what was written, once and in order, and vouches for nothing that was tampered with."""

from __future__ import annotations

import asyncio
from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path

import pytest
from sqlalchemy import Connection, text

from orchestrator.audit import rows
from orchestrator.audit.chain import BEGINNING
from orchestrator.audit.keeper import ChainBroken, Keeper, sign_as_it_is
from orchestrator.audit.seal import Seal
from orchestrator.audit.verify import Fault, Report, check
from orchestrator.audit.witness import Note, Witness
from orchestrator.config import Settings
from orchestrator.storage.db import Database, open_database
from tests.orchestrator.audit.test_record import AT, done, write_one

SEAL = Seal(b"m" * 32)


def keeper(db: Database, seal: Seal = SEAL, at_once: int = 4) -> Keeper:
    return Keeper(db, seal, lambda: AT, at_once=at_once)


async def checked(db: Database) -> Report:
    def whole(conn: Connection) -> Report:
        return check(rows.every(conn), rows.head(conn), keys=frozenset(SEAL.known))

    return await db.read(whole)


async def written(db: Database, count: int) -> None:
    for number in range(count):
        await db.write(lambda conn, number=number: write_one(conn, number=str(number)))  # type: ignore[misc]


async def tampered(db: Database, *statements: str) -> None:
    """As somebody does who owns the database: its rules do not hold then."""
    if db.dialect == "sqlite":
        for name in ("begins_unlinked", "unchanged", "unremoved"):
            await db.write(done(f"DROP TRIGGER IF EXISTS audit_log_{name}"))

    def work(conn: Connection) -> None:
        if conn.dialect.name == "postgresql":
            conn.execute(text("SET LOCAL session_replication_role = replica"))
        for statement in statements:
            conn.execute(text(statement))

    await db.write(work)


async def test_what_was_written_is_linked_in_its_order(db: Database) -> None:
    await written(db, 10)
    assert await keeper(db).link_all() == 10
    report = await checked(db)
    assert report.whole
    assert (report.entries, report.first, report.last) == (10, 1, 10)
    entries = await db.read(lambda conn: rows.after(conn, 0))
    assert [one.detail for one in entries] == [f'{{"number":"{number}"}}' for number in range(10)]
    assert len({one.salt for one in entries}) == 10


async def test_later_entries_carry_the_chain_on(db: Database) -> None:
    for _ in range(3):
        await written(db, 3)
        await keeper(db).link_all()
    assert (await checked(db)).whole
    assert await keeper(db).link_all() == 0


async def test_several_keepers_at_once_link_every_entry_once(
    db: Database, database_settings: Settings
) -> None:
    others = [open_database(database_settings) for _ in range(2)]
    try:
        keepers = [keeper(one, at_once=2) for one in (db, *others)]
        await written(db, 15)
        linked = await asyncio.gather(
            *(one.link_all() for one in keepers), written(db, 15), *(one.link_all() for one in keepers)
        )
        rest = await keepers[0].link_all()
    finally:
        for one in others:
            await one.close()
    assert sum(count or 0 for count in linked) + rest == 30
    report = await checked(db)
    assert report.whole
    assert report.entries == 30


async def test_a_keeper_that_is_ended_at_any_moment_leaves_a_whole_chain(db: Database) -> None:
    for steps in range(8):
        await written(db, 5)
        task = asyncio.create_task(keeper(db, at_once=2).link_all())
        for _ in range(steps):
            await asyncio.sleep(0)
        task.cancel()
        await asyncio.gather(task, return_exceptions=True)
    await keeper(db).link_all()
    report = await checked(db)
    assert report.whole
    assert report.entries == 40


FIELDS = "at, user_id, action, actor_kind, actor, through, subject, address, detail"
ATTACKS: list[tuple[Sequence[str], int, Fault]] = [
    (["UPDATE audit_log SET subject = 'ord_2' WHERE position = 5"], 5, Fault.CHANGED),
    (["UPDATE audit_log SET user_id = 'usr_other' WHERE position = 1"], 1, Fault.CHANGED),
    (["UPDATE audit_log SET address = '203.0.113.8' WHERE position = 7"], 7, Fault.PERSONAL),
    (["UPDATE audit_log SET detail = '{}' WHERE position = 7"], 7, Fault.PERSONAL),
    (["DELETE FROM audit_log WHERE position = 4"], 4, Fault.MISSING),
    (["DELETE FROM audit_log WHERE position > 7"], 8, Fault.MISSING),
    (["DELETE FROM audit_log"], 1, Fault.MISSING),
    (["DELETE FROM audit_log WHERE position = 9"], 9, Fault.MISSING),
    (
        [
            "UPDATE audit_log SET position = -1 WHERE position = 3",
            "UPDATE audit_log SET position = 3 WHERE position = 6",
            "UPDATE audit_log SET position = 6 WHERE position = -1",
        ],
        3,
        Fault.MOVED,
    ),
    (
        [
            f"INSERT INTO audit_log ({FIELDS}, salt, personal_hash, hash, position) "
            f"SELECT {FIELDS}, salt, personal_hash, hash, 10 FROM audit_log WHERE position = 9"
        ],
        10,
        Fault.UNSIGNED,
    ),
    (["UPDATE audit_log SET salt = NULL, address = NULL, detail = NULL WHERE position = 2"], 2, Fault.ERASED),
    (["DELETE FROM audit_head"], 0, Fault.HEAD),
    (["UPDATE audit_head SET position = 8", "DELETE FROM audit_log WHERE position = 9"], 0, Fault.HEAD),
]


@pytest.mark.parametrize(("statements", "position", "fault"), ATTACKS)
async def test_an_owner_of_the_database_is_found_out(
    db: Database, statements: Sequence[str], position: int, fault: Fault
) -> None:
    await written(db, 9)
    await keeper(db).link_all()
    await tampered(db, *statements)
    assert (position, fault) in [(one.position, one.fault) for one in (await checked(db)).findings]


TAILS = [
    ("DELETE FROM audit_log WHERE position = 9", "the last entry is 8"),
    ("DELETE FROM audit_head", "the signed head is missing"),
    ("UPDATE audit_head SET position = 8", "does not hold"),
    ("UPDATE audit_log SET hash = 'x' WHERE position = 9", "does not have the hash"),
    ("UPDATE audit_head SET public_key = 'ab'", "not this installation's"),
]


@pytest.mark.parametrize(("statement", "words"), TAILS)
async def test_the_keeper_does_not_go_on_from_an_end_that_was_not_signed(
    db: Database, statement: str, words: str
) -> None:
    await written(db, 9)
    await keeper(db).link_all()
    await tampered(db, statement)
    await written(db, 1)
    with pytest.raises(ChainBroken, match=words):
        await keeper(db).link_all()
    assert await db.read(rows.count_waiting) == 1
    await db.write(lambda conn: sign_as_it_is(conn, SEAL, AT))  # a person decides that it is to go on
    assert await keeper(db).link_all() == 1


async def test_a_new_master_key_goes_on_where_the_earlier_one_is_known(db: Database) -> None:
    await written(db, 2)
    await keeper(db).link_all()
    await written(db, 2)
    with pytest.raises(ChainBroken):
        await keeper(db, Seal(b"n" * 32)).link_all()
    newer = Seal(b"n" * 32, earlier=(b"m" * 32,))
    assert await keeper(db, newer).link_all() == 2
    head = await db.read(rows.head)
    assert head is not None
    assert head.public_key == newer.public_key
    assert head.holds()
    assert not replace(head, at="2026-11-23T05:00:00.000001Z").holds()


async def test_a_log_without_entries_is_whole(db: Database) -> None:
    assert await keeper(db).link_all() == 0
    report = await checked(db)
    assert report.whole
    assert await db.read(lambda conn: rows.hash_at(conn, 1) or BEGINNING) == BEGINNING
    assert await db.read(lambda conn: conn.execute(text("SELECT count(*) FROM audit_head")).scalar_one()) == 0


REWRITTEN = [
    ["DELETE FROM audit_log", "DELETE FROM audit_head"],
    [
        "UPDATE audit_log SET detail = '{}', position = NULL, salt = NULL, personal_hash = NULL, hash = NULL",
        "DELETE FROM audit_head",
    ],
]


@pytest.mark.parametrize("statements", REWRITTEN)
async def test_a_log_that_is_emptied_or_begun_anew_in_the_database_is_found_out(
    db: Database, tmp_path: Path, statements: Sequence[str]
) -> None:
    witness = Witness(tmp_path)
    await written(db, 9)
    assert await Keeper(db, SEAL, lambda: AT, witness=witness).link_all() == 9
    await tampered(db, *statements)
    await written(db, 1)
    with pytest.raises(ChainBroken, match="entry 9 is not the one that was noted"):
        await Keeper(db, SEAL, lambda: AT, witness=Witness(tmp_path)).link_all()


async def test_a_log_that_is_put_back_with_its_old_signed_head_is_found_out(
    db: Database, tmp_path: Path
) -> None:
    guarded = Keeper(db, SEAL, lambda: AT, witness=Witness(tmp_path))
    await written(db, 5)
    await guarded.link_all()
    head = await db.read(rows.head)
    assert head is not None
    await written(db, 4)
    await guarded.link_all()
    await tampered(db, "DELETE FROM audit_log WHERE position > 5")
    await db.write(lambda conn: rows.set_head(conn, head, AT))
    assert (await checked(db)).whole  # by itself the database tells nothing
    await written(db, 1)
    with pytest.raises(ChainBroken, match="entry 9"):
        await guarded.link_all()


def test_a_note_that_comes_late_takes_back_no_later_one(tmp_path: Path) -> None:
    witness = Witness(tmp_path)
    witness.note(Note(9, "b"))
    witness.note(Note(4, "a"))
    assert witness.noted() == Note(9, "b")
    witness.note(Note(4, "a"), anew=True)
    assert witness.noted() == Note(4, "a")
    (tmp_path / "audit.head").write_text("")
    assert witness.noted() is None

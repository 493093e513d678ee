"""New keys while processes run, and old ones forgotten when nothing needs them."""

from __future__ import annotations

import asyncio
import itertools
import os
import re
import shutil
from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, datetime
from pathlib import Path

import pytest
from sqlalchemy import Connection, insert, select, update
from typer.testing import CliRunner

from domain.account import AccountId, BrokerId, UserId
from orchestrator import key_files
from orchestrator.cli import cli
from orchestrator.config import Settings
from orchestrator.errors import Problem
from orchestrator.identity.tokens import access_token, bearer_of
from orchestrator.keys import BadKey, Ring, fresh, in_file, key_id, keys, line, parse, written
from orchestrator.postbacks.paths import Paths
from orchestrator.resealing import places, reseal, under
from orchestrator.storage.db import Database, open_database
from orchestrator.tables.accounts import accounts
from orchestrator.tables.audit import audit_log
from orchestrator.tables.identity import users
from orchestrator.vault import SealBroken, Vault

NOW = datetime(2026, 11, 22, 4, 0, tzinfo=UTC)
ROOT = Path(__file__).parents[2] / "orchestrator"


# --- the files ---------------------------------------------------------------------------------------------------


def test_a_running_process_uses_a_new_key_at_once_and_still_knows_the_old_one(tmp_path: Path) -> None:
    here, there = in_file(tmp_path / "k"), in_file(tmp_path / "k")
    old = here.current
    new = key_files.add(tmp_path / "k").secret
    assert here.current == there.current == new
    assert there.named(key_id(old)) == old
    key_files.remove(tmp_path / "k", key_id(old))
    assert [key.secret for key in here.every] == [new]
    assert here.named(key_id(old)) is None
    assert (tmp_path / "k").stat().st_mode & 0o777 == 0o600


def test_keys_made_at_the_same_moment_are_all_kept(tmp_path: Path) -> None:
    ring = in_file(tmp_path / "k")
    with ThreadPoolExecutor(8) as threads:
        made = list(threads.map(lambda _: key_files.add(tmp_path / "k").id, range(20)))
    assert {key.id for key in ring.every} >= set(made)
    assert len(ring.every) == 21


def test_a_key_stays_although_another_container_starts_with_the_same_process_number(tmp_path: Path) -> None:
    path = tmp_path / "master.key"
    mine = written(path, line(fresh()))
    path.hardlink_to(mine)  # the first start, a moment before it takes its own name away
    kept = path.read_text()
    written(path, line(fresh()))
    assert path.read_text() == kept


def test_the_key_in_use_and_a_strange_one_are_not_removed(tmp_path: Path) -> None:
    ring = in_file(tmp_path / "k")
    for name in (ring.every[0].id, "00000000"):
        with pytest.raises(LookupError):
            key_files.remove(tmp_path / "k", name)


@pytest.mark.parametrize("text", ["", "not base64!", "c2hvcnQ=", "a b c"])
def test_what_is_no_key_is_said_and_not_used(text: str) -> None:
    with pytest.raises(BadKey):
        parse(text)


def test_keys_of_the_settings_are_the_newest_first(settings: Settings) -> None:
    given = settings.model_copy(update={"master_key": _secret(b"n", b"o")})
    assert [key.secret for key in keys(given).master.every] == [b"n" * 32, b"o" * 32]


# --- what they sign ----------------------------------------------------------------------------------------------


def test_a_login_outlives_a_new_key_and_ends_with_its_own(tmp_path: Path) -> None:
    ring = in_file(tmp_path / "k")
    before = access_token(UserId("usr_1"), key=ring, now=NOW, minutes=15)
    old = key_id(ring.current)
    key_files.add(tmp_path / "k")
    after = access_token(UserId("usr_1"), key=ring, now=NOW, minutes=15)
    assert {bearer_of(one, key=ring, now=NOW).user_id for one in (before, after)} == {"usr_1"}
    key_files.remove(tmp_path / "k", old)
    assert bearer_of(after, key=ring, now=NOW).user_id == "usr_1"
    with pytest.raises(Problem, match="token_invalid"):
        bearer_of(before, key=ring, now=NOW)


def test_a_token_that_names_a_key_is_checked_with_that_key_and_no_other() -> None:
    ours, theirs = os.urandom(32), os.urandom(32)
    signed = access_token(UserId("usr_1"), key=theirs, now=NOW, minutes=15)
    named = access_token(UserId("usr_1"), key=ours, now=NOW, minutes=15).partition(".")[0]
    for forged in (
        signed,
        f"{named}.{signed.partition('.')[2]}",
        f"e30.{signed.partition('.')[2]}",
        "x.y.z",
        ".",
    ):
        with pytest.raises(Problem, match="token_invalid"):
            bearer_of(forged, key=Ring.of(ours), now=NOW)


def test_brokers_may_post_to_the_address_they_were_told_until_its_key_is_retired() -> None:
    old, new = b"o" * 32, b"n" * 32
    told = Paths(old).path(BrokerId.ZERODHA, AccountId("acc_1"), 1).rpartition("/")[2]
    assert Paths(Ring.of(new, old)).read("zerodha", told) is not None
    assert Paths(Ring.of(new, old)).path(BrokerId.ZERODHA, AccountId("acc_1"), 1).rpartition("/")[2] != told
    assert Paths(Ring.of(new)).read("zerodha", told) is None


# --- what they seal ----------------------------------------------------------------------------------------------


def test_every_sealed_column_is_on_the_list_of_what_is_sealed_anew() -> None:
    used = {
        found
        for path in ROOT.rglob("*.py")
        if path.name != "resealing.py"
        for found in re.findall(r'table="(\w+)",\s*column="(\w+)",\s*row=', path.read_text(encoding="utf-8"))
    }
    assert len(used) >= 6
    assert used == set(places()), "add it to SEALED in orchestrator/resealing.py"


def test_no_sealed_value_opens_in_another_row_column_or_table() -> None:
    vault = Vault(os.urandom(32))
    spots = [(table, column, row) for table, column in places() for row in ("of_asha", "of_bina")]
    for here, there in itertools.permutations(spots, 2):
        sealed = vault.seal("secret", table=here[0], column=here[1], row=here[2])
        with pytest.raises(SealBroken):
            vault.open(sealed, table=there[0], column=there[1], row=there[2])


async def _two_people(db: Database, vault: Vault, number: int = 2) -> None:
    """With an account each, whose secrets are sealed."""

    def work(conn: Connection) -> None:
        for one in range(number):
            row = f"{one:05}"
            person = {"id": f"usr_{row}", "email": f"{row}@x.test", "name": "x", "mode": "orchestrator"}
            conn.execute(
                insert(users).values(person | {"password_hash": "x", "created_at": NOW, "role": "user"})
            )
            sealed = {
                column: vault.seal(f"{column} of {row}", table="accounts", column=column, row=f"acc_{row}")
                for column in ("credentials", "session", "proxy")
            }
            account = {"id": f"acc_{row}", "user_id": f"usr_{row}", "broker": "zerodha", "label": "x"}
            conn.execute(
                insert(accounts).values(account | sealed | {"state": "connected", "created_at": NOW})
            )

    await db.write(work)


async def test_swapped_rows_and_columns_in_the_database_do_not_open(db: Database) -> None:
    vault = Vault(os.urandom(32))
    await _two_people(db, vault)

    def swap(conn: Connection) -> None:
        kept = {row.id: row for row in conn.execute(select(accounts))}
        for here, there in (("acc_00000", "acc_00001"), ("acc_00001", "acc_00000")):
            other = kept[there]
            values = {"credentials": other.credentials, "session": other.proxy, "proxy": kept[here].session}
            conn.execute(update(accounts).where(accounts.c.id == here).values(values))

    await db.write(swap)
    for row in await db.read(lambda conn: list(conn.execute(select(accounts)))):
        for column in ("credentials", "session", "proxy"):
            with pytest.raises(SealBroken):
                vault.open(getattr(row, column), table="accounts", column=column, row=row.id)


async def test_everything_is_sealed_anew_while_other_processes_read_and_write(
    db: Database, tmp_path: Path
) -> None:
    path = tmp_path / "k"
    mine, running = Vault(in_file(path)), Vault(in_file(path))
    await _two_people(db, mine, 450)  # more than two batches
    old = mine.key_id
    key_files.add(path)
    # The running process renews one session in the middle of it: what it wrote stays.
    renewed = running.seal("renewed", table="accounts", column="session", row="acc_00003")

    async def write() -> None:
        await db.write(
            lambda conn: conn.execute(
                update(accounts).where(accounts.c.id == "acc_00003").values(session=renewed)
            )
        )

    done, _ = await asyncio.gather(reseal(db, mine), write())
    assert done.broken == []
    counts = await db.read(under)
    assert set(counts) == {mine.key_id}
    assert counts[mine.key_id]["accounts.session"] == 450
    for row in await db.read(lambda conn: list(conn.execute(select(accounts)))):
        opened = running.open(row.session, table="accounts", column="session", row=row.id)
        assert opened == ("renewed" if row.id == "acc_00003" else f"session of {row.id[4:]}")
    key_files.remove(path, old)
    assert (await reseal(db, mine)).values == 0


async def test_an_interrupted_rotation_is_ended_later_and_a_lost_key_is_told(
    db: Database, tmp_path: Path
) -> None:
    vault = Vault(in_file(tmp_path / "k"))
    await _two_people(db, vault, 3)
    key_files.add(tmp_path / "k")  # and there the power went
    key_files.add(tmp_path / "k")
    lost = Vault(os.urandom(32)).seal("x", table="accounts", column="proxy", row="acc_00001")
    await db.write(
        lambda conn: conn.execute(update(accounts).where(accounts.c.id == "acc_00001").values(proxy=lost))
    )
    done = await reseal(db, vault)
    assert (done.values, done.broken) == (8, ["accounts.proxy of acc_00001"])
    assert (await reseal(db, vault)).values == 0


# --- the commands ------------------------------------------------------------------------------------------------


@pytest.fixture
def installed(settings: Settings, sqlite_file: Path, monkeypatch: pytest.MonkeyPatch) -> Settings:
    """An installation on SQLite that commands find."""
    assert settings.sqlite_path is not None
    settings.data.mkdir(mode=0o700)
    shutil.copy(sqlite_file, settings.sqlite_path)
    monkeypatch.setenv("TRADEMASTER_DATA", str(settings.data))
    return settings


def _run(*words: str) -> str:
    done = CliRunner().invoke(cli, ["keys", *words])
    return done.output + (f"refused: {done.exception}" if done.exception else "")


def test_keys_are_listed_rotated_and_retired_by_commands(installed: Settings) -> None:
    vault = Vault(keys(installed).master)

    async def fill() -> None:
        database = open_database(installed)
        await _two_people(database, vault)
        await database.close()

    asyncio.run(fill())
    old, old_jwt = vault.key_id, key_id(keys(installed).jwt.current)
    assert f"{old}  in use" in _run("list")
    assert "values are sealed under" in _add_and_retire(installed, old)
    assert "6 values are sealed anew" in _run("reseal")
    assert f"{old} is forgotten" in _run("retire", old)
    assert "6 values are sealed anew" in _run("rotate")
    assert "are good until" in _run("retire", old_jwt)
    assert "is in use" in _run("retire", vault.key_id)
    assert "there is no key" in _run("retire", "00000000")
    listed = _run("list")
    assert "MISSING" not in listed
    assert not any(key.secret.hex() in listed for key in keys(installed).master.every)


def test_no_key_is_used_or_forgotten_without_an_entry_whenever_the_command_dies(
    installed: Settings, monkeypatch: pytest.MonkeyPatch
) -> None:
    def dies(*_: object) -> None:
        raise OSError("the disk is full")

    before = keys(installed).jwt.current
    with monkeypatch.context() as patched:
        patched.setattr(key_files, "add", dies)
        assert "the disk is full" in _run("rotate", "--only", "jwt")
    assert keys(installed).jwt.current == before
    assert _entries(installed) == ["key.made"]
    _run("rotate", "--only", "jwt")
    assert _entries(installed) == ["key.made", "key.made", "key.in_use"]
    master = key_id(keys(installed).master.current)
    key_files.add(installed.data / "master.key")
    with monkeypatch.context() as patched:
        patched.setattr(key_files, "remove", dies)
        assert "the disk is full" in _run("retire", master)
    assert master in _run("list")
    assert "is forgotten" in _run("retire", master)
    assert _entries(installed)[-2:] == ["key.retired", "key.retired"]


def _entries(installed: Settings) -> list[str]:
    """What the audit log tells, the oldest first."""

    async def look() -> list[str]:
        database = open_database(installed)
        query = select(audit_log.c.action).order_by(audit_log.c.id)
        found = await database.read(lambda conn: list(conn.execute(query).scalars()))
        await database.close()
        return found

    return asyncio.run(look())


def _add_and_retire(installed: Settings, old: str) -> str:
    key_files.add(installed.data / "master.key")
    return _run("retire", old)


def test_keys_of_the_settings_are_changed_there(installed: Settings, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("TRADEMASTER_MASTER_KEY", "bm5ubm5ubm5ubm5ubm5ubm5ubm5ubm5ubm5ubm5ubm4=")
    assert "comes from TRADEMASTER_MASTER_KEY" in _run("rotate", "--only", "master")


def _secret(*letters: bytes) -> object:
    from base64 import b64encode

    from pydantic import SecretStr

    return SecretStr(",".join(b64encode(one * 32).decode() for one in letters))

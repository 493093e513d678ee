"""`orchestrator audit verify` over an installation and a file, and the reference as an outsider reads it."""

from __future__ import annotations

import asyncio
import re
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import text
from typer.testing import CliRunner

from orchestrator.audit.keeper import Keeper
from orchestrator.audit.seal import Seal
from orchestrator.audit.witness import Witness
from orchestrator.cli import cli
from orchestrator.config import Settings
from orchestrator.keys import keys
from orchestrator.server import CannotStart
from orchestrator.storage import migrations
from orchestrator.storage.db import Database, open_database
from tests.orchestrator.audit.test_keeper import tampered, written
from tests.orchestrator.audit.test_record import AT

REFERENCE = Path(__file__).resolve().parents[3] / "docs" / "reference" / "audit.md"


async def _filled(settings: Settings, count: int, *statements: str) -> None:
    database = open_database(settings)
    try:
        await migrations.upgrade(database)
        await written(database, count)
        seal, witness = Seal(keys(settings).master), Witness(settings.data)
        await Keeper(database, seal, lambda: AT, witness=witness).link_all()
        if statements:
            await tampered(database, *statements)
    finally:
        await database.close()


@pytest.fixture
def installation(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Settings:
    """On SQLite, with a log of nine entries."""
    monkeypatch.setenv("TRADEMASTER_DATA", str(tmp_path))
    monkeypatch.delenv("TRADEMASTER_DATABASE_URL", raising=False)
    settings = Settings()
    asyncio.run(_filled(settings, 9))
    return settings


def ordered(*words: str) -> Any:
    return CliRunner().invoke(cli, ["audit", *words])


def test_a_whole_log_is_said_to_be_whole(installation: Settings) -> None:
    result = ordered("verify")
    assert result.exit_code == 0, result.output
    assert "9 entries (1 to 9)." in result.output
    assert result.output.endswith("Whole.\n")


def test_a_removed_entry_ends_with_its_name_and_one(installation: Settings) -> None:
    asyncio.run(_filled(installation, 0, "DELETE FROM audit_log WHERE position = 4"))
    result = ordered("verify")
    assert result.exit_code == 1
    assert "Entry 4 is missing.\n" in result.output
    assert result.output.endswith("NOT whole.\n")


def test_a_file_is_verified_without_a_database(
    installation: Settings, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    file = tmp_path / "log.jsonl"
    result = ordered("verify", "--export", str(file))
    assert result.exit_code == 0, result.output
    assert file.stat().st_mode & 0o077 == 0  # it has everybody's addresses
    public = Seal(keys(installation).master).public_key
    monkeypatch.setenv("TRADEMASTER_DATA", str(tmp_path / "elsewhere"))
    assert ordered("verify", "--file", str(file)).exit_code == 0
    assert ordered("verify", "--file", str(file), "--key", public).exit_code == 0
    assert ordered("verify", "--file", str(file), "--key", "ab").exit_code == 1
    assert not (tmp_path / "elsewhere").exists()
    flipped = bytearray(file.read_bytes())
    place = flipped.index(b"ord_1")
    flipped[place] ^= 1
    file.write_bytes(flipped)
    result = ordered("verify", "--file", str(file))
    assert result.exit_code == 1
    assert "Entry 1 does not have the hash" in result.output
    file.write_text("no log")
    assert isinstance(ordered("verify", "--file", str(file)).exception, CannotStart)


def test_the_reference_is_enough_to_check_a_file(installation: Settings, tmp_path: Path) -> None:
    file = tmp_path / "log.jsonl"
    assert ordered("verify", "--export", str(file)).exit_code == 0
    (code,) = re.findall(r"```python\n(.*?)```", REFERENCE.read_text(), re.S)
    outsider: dict[str, Any] = {}
    exec(code, outsider)
    assert outsider["checked"](file) == 9
    file.write_bytes(file.read_bytes().replace(b'"number":"5"', b'"number":"6"'))
    with pytest.raises(AssertionError, match="6 was changed"):
        outsider["checked"](file)


def test_a_check_may_begin_with_a_day(installation: Settings) -> None:
    assert "9 entries" in ordered("verify", "--since", "2026-11-23").output
    result = ordered("verify", "--since", "2026-11-24")
    assert result.exit_code == 0, result.output
    assert "0 entries (none)." in result.output
    assert isinstance(ordered("verify", "--since", "soon").exception, CannotStart)


def test_a_hash_noted_elsewhere_must_still_be_there(installation: Settings) -> None:
    assert ordered("verify", "--head", "ab" * 32).exit_code == 1

    async def noted(database: Database) -> str:
        try:
            found = await database.read(
                lambda conn: conn.execute(text("SELECT hash FROM audit_log WHERE position = 3")).scalar_one()
            )
            return str(found)
        finally:
            await database.close()

    assert ordered("verify", "--head", asyncio.run(noted(open_database(installation)))).exit_code == 0


def test_a_log_is_sealed_anew_only_when_its_end_was_not_signed(installation: Settings) -> None:
    assert "nothing to do" in ordered("seal-anew", "--because", "why not").output
    asyncio.run(_filled(installation, 0, "DELETE FROM audit_log WHERE position > 7"))
    assert ordered("verify").exit_code == 1
    assert "Signed anew" in ordered("seal-anew", "--because", "an old backup was put back").output
    result = ordered("verify")
    assert result.exit_code == 0, result.output
    assert "8 entries (1 to 8)." in result.output  # the eighth tells why


@pytest.mark.parametrize("head", [[], ["DELETE FROM audit_head"]])
def test_an_emptied_log_is_told_and_sealed_anew_all_the_same(installation: Settings, head: list[str]) -> None:
    asyncio.run(_filled(installation, 0, "DELETE FROM audit_log", *head))
    result = ordered("verify")
    assert result.exit_code == 1
    assert "Entry 9 is not the one that was noted in the data folder" in result.output
    assert "Signed anew" in ordered("seal-anew", "--because", "a new database").output
    result = ordered("verify")
    assert result.exit_code == 0, result.output
    assert "1 entries (1 to 1)." in result.output
    asyncio.run(_filled(installation, 2))
    assert ordered("verify").exit_code == 0

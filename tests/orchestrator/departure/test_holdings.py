"""Every table is told of: what of it is exported, and what becomes of it when its user leaves."""

from __future__ import annotations

import re

import pytest

from orchestrator.departure.holdings import ABOUT_NOBODY, KEPT, Fate
from orchestrator.tables import metadata

SECRET = re.compile(r"hash|secret|password|credential|session|proxy|sealed|token$|_key$|^key$")
# Columns whose name sounds like a secret and that are none, by table.
NO_SECRETS = {
    "accounts": {"session_expires_at"},
    "approvals": {"token", "key", "plan_hash"},
    "orders": {"token"},  # an id
    "audit_log": {"personal_hash", "hash"},
    "idempotency_keys": {"key"},  # a program's own
    "kite_tags": {"key"},
    "passkeys": {"credential", "public_key"},  # what the browser tells everybody
}


def test_every_table_is_told_of() -> None:
    assert set(metadata.tables) - set(KEPT) - set(ABOUT_NOBODY) == set()
    assert set(KEPT) - set(metadata.tables) == set()


@pytest.mark.parametrize("name", sorted(KEPT))
def test_rows_of_a_user_are_found(name: str) -> None:
    kept, table = KEPT[name], metadata.tables[name]
    assert (kept.through or "user_id") in table.c
    if kept.parent:
        assert kept.parent in KEPT
        assert len(metadata.tables[kept.parent].primary_key.columns) == 1


@pytest.mark.parametrize("name", sorted(KEPT))
def test_rows_have_a_key_by_which_pages_follow_each_other(name: str) -> None:
    assert metadata.tables[name].primary_key.columns


@pytest.mark.parametrize("name", sorted(KEPT))
def test_no_secret_is_exported(name: str) -> None:
    kept, table = KEPT[name], metadata.tables[name]
    assert set(kept.secret) <= {column.name for column in table.c}
    if kept.unexported:
        return
    told = {column.name for column in table.c} - set(kept.secret) - NO_SECRETS.get(name, set())
    assert {column for column in told if SECRET.search(column)} == set()


def test_what_is_forgotten_is_no_parent_of_what_is_kept() -> None:
    """Else the database would forget the records with it."""
    for name, kept in KEPT.items():
        if kept.fate is Fate.FORGOTTEN:
            continue
        for key in metadata.tables[name].foreign_keys:
            assert KEPT[key.column.table.name].fate is not Fate.FORGOTTEN, name

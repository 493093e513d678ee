"""A sealed secret opens only where it belongs."""

from __future__ import annotations

import os

import pytest

from orchestrator.vault import SealBroken, Vault

PLACE = {"table": "accounts", "column": "session", "row": "acc_1"}


def test_what_was_sealed_opens_in_its_place() -> None:
    vault = Vault(os.urandom(32))
    sealed = vault.seal("tökén", **PLACE)
    assert "tökén" not in sealed
    assert vault.open(sealed, **PLACE) == "tökén"


def test_the_same_text_never_seals_to_the_same_value() -> None:
    vault = Vault(os.urandom(32))
    assert vault.seal("token", **PLACE) != vault.seal("token", **PLACE)


@pytest.mark.parametrize("part", ["table", "column", "row"])
def test_a_sealed_text_moved_elsewhere_does_not_open(part: str) -> None:
    vault = Vault(os.urandom(32))
    sealed = vault.seal("token", **PLACE)
    with pytest.raises(SealBroken):
        vault.open(sealed, **{**PLACE, part: "other"})


def test_places_that_read_alike_are_not_alike() -> None:
    vault = Vault(os.urandom(32))
    sealed = vault.seal("token", table="ab", column="c", row="1")
    with pytest.raises(SealBroken):
        vault.open(sealed, table="a", column="bc", row="1")


def test_an_altered_text_does_not_open() -> None:
    vault = Vault(os.urandom(32))
    sealed = vault.seal("token", **PLACE)
    for place in range(len(sealed) - 12, len(sealed) - 4):
        other = "A" if sealed[place] != "A" else "B"
        with pytest.raises(SealBroken):
            vault.open(sealed[:place] + other + sealed[place + 1 :], **PLACE)


@pytest.mark.parametrize("text", ["", "v1", "v1.00000000.abcd", "v2.x.y.z", "plain text"])
def test_what_we_never_sealed_does_not_open(text: str) -> None:
    with pytest.raises(SealBroken):
        Vault(os.urandom(32)).open(text, **PLACE)


def test_an_earlier_master_key_still_opens_what_it_sealed() -> None:
    old, new = os.urandom(32), os.urandom(32)
    sealed = Vault(old).seal("token", **PLACE)
    assert Vault(new, earlier=(old,)).open(sealed, **PLACE) == "token"
    with pytest.raises(SealBroken):
        Vault(new).open(sealed, **PLACE)

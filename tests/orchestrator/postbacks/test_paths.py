"""The address that a broker may post to: ours to make, nobody's to guess."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from domain.account import AccountId, BrokerId
from orchestrator.postbacks.paths import Named, Paths

ACCOUNT = AccountId("acc_01JD")
PATHS = Paths(b"m" * 32)


def token_of(path: str) -> str:
    return path.rpartition("/")[2]


def test_a_path_names_its_account_and_number() -> None:
    path = PATHS.path(BrokerId.ZERODHA, ACCOUNT, 3)
    assert path.startswith("/hooks/zerodha/acc_01JD.3.")
    assert PATHS.read("zerodha", token_of(path)) == Named(ACCOUNT, 3)


def test_a_path_is_good_for_its_broker_and_its_installation_alone() -> None:
    token = token_of(PATHS.path(BrokerId.ZERODHA, ACCOUNT, 1))
    assert PATHS.read("upstox", token) is None
    assert Paths(b"n" * 32).read("zerodha", token) is None


@pytest.mark.parametrize("change", [("acc_01JD", "acc_01JE"), (".1.", ".2."), (".1.", ".01.")])
def test_a_signature_stands_for_one_account_and_number(change: tuple[str, str]) -> None:
    token = token_of(PATHS.path(BrokerId.ZERODHA, ACCOUNT, 1))
    assert PATHS.read("zerodha", token.replace(*change, 1)) is None


@given(st.text(max_size=300))
def test_nothing_else_is_a_path(token: str) -> None:
    assert PATHS.read("zerodha", token) is None

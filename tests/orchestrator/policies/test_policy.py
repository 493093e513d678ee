"""The user's routing policy: as it is set, refused and kept; standard mode stands before it."""

from __future__ import annotations

from typing import Any

import pytest
from pydantic import ValidationError
from sqlalchemy import update

from domain.account import AccountId
from domain.policy import Policy, PolicyKind, Splitting, Weights
from orchestrator.orders.schemas import OrderIn
from orchestrator.policies import repository
from orchestrator.policies.schemas import PolicyIn
from orchestrator.storage.db import Database
from orchestrator.tables.identity import users
from tests.orchestrator.conftest import Login
from tests.orchestrator.orders.test_repository import T0, USER, book

__all__ = ["book"]  # a fixture
ORDER: dict[str, Any] = {
    "exchange": "NSE",
    "symbol": "INFY",
    "side": "BUY",
    "order_type": "MARKET",
    "quantity": 1,
    "product": "CNC",
}


async def test_a_policy_is_set_shown_in_words_and_refused_when_it_names_a_stranger(person: Login) -> None:
    asha = await person("asha")
    first = (await asha.get("/v1/users/me/policy")).json()
    assert (first["kind"], first["splitting"], first["standard_mode"]) == ("cheapest", "when_forced", False)
    assert first["words"].startswith("Each order goes where its charges are lowest")
    given = {
        "kind": "balanced",
        "weights": {"cost": 2, "speed": 1, "reliability": 0},
        "splitting": "when_cheaper",
    }
    answer = await asha.put("/v1/users/me/policy", json=given)
    assert answer.status_code == 200, answer.text
    kept = (await asha.get("/v1/users/me/policy")).json()
    assert kept == answer.json()
    assert (kept["weights"], kept["splitting"]) == (given["weights"], "when_cheaper")
    assert "Charges count 2, delay 1 and losses 0" in kept["words"]
    stranger = await asha.put("/v1/users/me/policy", json={"kind": "fallback", "accounts": ["acc_none"]})
    assert (stranger.status_code, stranger.json()["code"]) == (422, "account_unknown")
    assert stranger.json()["field"] == "accounts"
    broken = await asha.put("/v1/users/me/policy", json={"kind": "fallback"})
    assert broken.status_code == 422
    assert (await asha.get("/v1/users/me/policy")).json() == kept


async def test_standard_mode_stands_before_the_users_policy(book: Database) -> None:
    policy = PolicyIn(kind=PolicyKind.FASTEST, splitting=Splitting.WHEN_CHEAPER)
    assert await book.read(lambda conn: repository.in_force(conn, USER)) == (Policy(), False)
    await book.write(lambda conn: repository.save(conn, USER, policy, T0))
    fastest = Policy(PolicyKind.FASTEST, splitting=Splitting.WHEN_CHEAPER)
    assert await book.read(lambda conn: repository.in_force(conn, USER)) == (fastest, False)
    standard = update(users).values(mode="standard", primary_account="acc_z")
    await book.write(lambda conn: conn.execute(standard))
    pinned = Policy(PolicyKind.PINNED, AccountId("acc_z"))
    assert await book.read(lambda conn: repository.in_force(conn, USER)) == (pinned, True)


def test_weights_count_for_balanced_alone() -> None:
    weights = {"cost": 3, "speed": 0, "reliability": 1}
    assert PolicyIn.model_validate({"kind": "balanced", "weights": weights}).policy().weights == Weights(
        3, 0, 1
    )
    assert PolicyIn.model_validate({"kind": "cheapest", "weights": weights}).policy() == Policy()
    with pytest.raises(ValidationError):
        PolicyIn.model_validate({"kind": "balanced", "weights": {"cost": 0, "speed": 0, "reliability": 0}})


def test_an_order_may_bring_its_own_policy_but_not_an_account_beside_it() -> None:
    assert OrderIn.model_validate(ORDER).chosen is None
    fastest = OrderIn.model_validate({**ORDER, "policy": {"kind": "fastest"}})
    assert fastest.chosen == Policy(PolicyKind.FASTEST)
    with pytest.raises(ValidationError, match="not both"):
        OrderIn.model_validate({**ORDER, "account": "acc_z", "policy": {"kind": "fastest"}})

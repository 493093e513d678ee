"""Requests of programs written for Kite count as their token's, like everybody's."""

from __future__ import annotations

from types import SimpleNamespace
from typing import Any

import pytest

from domain.account import UserId
from orchestrator.shields.rate_door import RateDoor
from orchestrator.shields.rates import Payer


@pytest.mark.parametrize(
    ("said", "token"),
    [
        ("token tm_AAAAAAAAAAAA:tm_AAAAAAAAAAAA_secret", "tm_AAAAAAAAAAAA_secret"),
        ("Token a:b:c", "b:c"),
        ("Bearer abc", "abc"),
        ("token abc", None),
        ("token :", None),
        ("Basic abc", None),
        ("", None),
    ],
)
async def test_whose_they_are_is_asked_by_the_token_alone(said: str, token: str | None) -> None:
    asked: list[str] = []

    async def who(given: str, state: Any, address: str) -> Payer | None:
        asked.append(given)
        return Payer(UserId("usr_1"), "tok")

    door = RateDoor(SimpleNamespace(), who)  # type: ignore[arg-type]
    scope = {"headers": [(b"authorization", said.encode())], "app": SimpleNamespace(state=None)}
    payer = await door._payer(scope, "127.0.0.1")
    assert asked == ([] if token is None else [token])
    assert (payer is None) is (token is None)

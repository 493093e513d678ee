"""Requests of programs written for Kite count as their token's, like everybody's."""

from __future__ import annotations

import pytest

from orchestrator.shields.rate_door import token_of


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
def test_whose_they_are_is_asked_by_the_token_alone(said: str, token: str | None) -> None:
    assert token_of({"headers": [(b"authorization", said.encode())]}) == (token or "")

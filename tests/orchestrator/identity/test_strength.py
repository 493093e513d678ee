"""A password is refused when it is guessed first, and never for its kinds of characters."""

from __future__ import annotations

import httpx
import pytest

from orchestrator.identity.schemas import Strength
from orchestrator.identity.strength import judged
from tests.orchestrator.conftest import Login


@pytest.mark.parametrize(
    ("password", "strength"),
    [
        ("short", Strength.TOO_WEAK),
        ("password123", Strength.TOO_WEAK),
        ("qwertyuiop12", Strength.TOO_WEAK),
        ("aaaaaaaaaaaaaaaaaaaaaaaaaaa", Strength.TOO_WEAK),
        ("asha.rao@example.com", Strength.TOO_WEAK),
        ("trademaster1", Strength.TOO_WEAK),
        ("correct horse battery staple", Strength.STRONG),
        ("only small letters here", Strength.STRONG),
        ("\u0906\u0936\u093e \u0930\u093e\u0935 \u0924\u0940\u0928 \u091a\u093e\u0930", Strength.STRONG),
    ],
)
async def test_what_is_guessed_first_is_too_weak(password: str, strength: Strength) -> None:
    assert (await judged(password, about=("asha.rao@example.com", "Asha"))).strength is strength


async def test_a_very_long_password_is_looked_at_in_no_time_and_taken(client: httpx.AsyncClient) -> None:
    body = {"email": "long@trademaster.test", "password": "many different words " * 48}
    assert (await client.post("/v1/users/signup", json=body)).status_code == 201


async def test_a_common_password_is_refused_with_what_would_help(
    client: httpx.AsyncClient, person: Login
) -> None:
    body = {"email": "asha@trademaster.test", "password": "password123"}
    refused = await client.post("/v1/users/signup", json=body)
    assert (refused.status_code, refused.json()["code"]) == (422, "password_guessable")
    assert refused.json()["field"] == "password"
    assert refused.json()["fix"]
    asha = await person("asha")
    change = {"old_password": "a long enough password", "new_password": "qwertyuiop12"}
    again = await asha.post("/v1/users/me/password", json=change)
    assert (again.json()["code"], again.json()["field"]) == ("password_guessable", "new_password")


async def test_how_good_a_password_would_be_is_told_before(client: httpx.AsyncClient) -> None:
    answer = await client.post("/v1/users/password-check", json={"password": "password123"})
    assert answer.json()["strength"] == "too_weak"
    assert answer.json()["words"] == "This is a very common password."

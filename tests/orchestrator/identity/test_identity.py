"""Signing up, logging in, staying logged in."""

from __future__ import annotations

import asyncio
import base64
import json

import httpx
import pytest
from fastapi import FastAPI
from sqlalchemy import select

from orchestrator.identity.endpoints import COOKIE
from orchestrator.tables.identity import refresh_tokens, users
from tests.orchestrator.conftest import PASSWORD, Login, Watch, browser
from tests.services import ON_SQLITE

ASHA = {"email": "asha@trademaster.test", "password": PASSWORD}


async def _sign_up(client: httpx.AsyncClient, **changes: str) -> httpx.Response:
    return await client.post("/v1/users/signup", json={**ASHA, **changes})


async def _log_in(client: httpx.AsyncClient, **changes: str) -> httpx.Response:
    return await client.post("/v1/users/login", json={**ASHA, **changes})


async def test_a_new_user_signs_up_logs_in_and_is_known(client: httpx.AsyncClient) -> None:
    created = await _sign_up(client, name="Asha")
    assert created.status_code == 201
    answer = await _log_in(client)
    assert answer.status_code == 200
    assert answer.json()["token_type"] == "bearer"
    assert answer.json()["expires_in"] == 900
    me = await client.get(
        "/v1/users/me", headers={"authorization": f"Bearer {answer.json()['access_token']}"}
    )
    assert me.json() == {
        "id": created.json()["id"],
        "email": "asha@trademaster.test",
        "name": "Asha",
        "mode": "orchestrator",
        "primary_account": None,
        "created_at": "2026-11-23T10:30:00.000+05:30",
        "email_verified": False,
        "role": "user",
    }


async def test_an_email_is_taken_whatever_its_case(client: httpx.AsyncClient) -> None:
    await _sign_up(client)
    again = await _sign_up(client, email="Asha@TradeMaster.test")
    assert again.status_code == 409
    assert again.headers["content-type"] == "application/problem+json"
    assert again.json()["code"] == "email_taken"


async def test_a_short_password_is_refused_with_rule_and_fix(client: httpx.AsyncClient) -> None:
    answer = await _sign_up(client, password="short")
    assert answer.status_code == 422
    problem = answer.json()
    assert (problem["code"], problem["field"]) == ("password_too_short", "password")
    assert problem["rule"] == "at least 10 characters"
    assert problem["fix"]


@ON_SQLITE
@pytest.mark.parametrize("email", ["", "asha", "asha@", "@trademaster.test", "a b@trademaster.test"])
async def test_what_is_no_email_is_refused(client: httpx.AsyncClient, email: str) -> None:
    answer = await _sign_up(client, email=email)
    assert answer.status_code == 422
    assert answer.json()["field"] == "email"


async def test_wrong_password_and_unknown_email_answer_alike(client: httpx.AsyncClient) -> None:
    await _sign_up(client)
    wrong = await _log_in(client, password="another long password")
    unknown = await _log_in(client, email="nobody@trademaster.test")
    assert wrong.status_code == unknown.status_code == 401
    assert wrong.json() == unknown.json()


async def test_guesses_at_the_same_moment_are_counted_like_guesses_in_a_row(
    client: httpx.AsyncClient,
) -> None:
    await _sign_up(client)
    guesses = (_log_in(client, password=f"guess number {number}") for number in range(20))
    answers = await asyncio.gather(*guesses)
    assert sorted(answer.status_code for answer in answers) == [401] * 8 + [429] * 12


async def test_too_many_failures_make_everyone_at_that_address_wait(
    client: httpx.AsyncClient, watch: Watch
) -> None:
    await _sign_up(client)
    for _ in range(8):
        assert (await _log_in(client, password="guess number one")).status_code == 401
    braked = await _log_in(client)
    assert braked.status_code == 429
    assert int(braked.headers["retry-after"]) <= 60
    watch.pass_time(seconds=61)
    assert (await _log_in(client)).status_code == 200


async def test_the_password_is_kept_as_argon2id_only(client: httpx.AsyncClient, app: FastAPI) -> None:
    await _sign_up(client)
    stored = await app.state.db.read(lambda conn: conn.execute(select(users.c.password_hash)).scalar_one())
    assert stored.startswith("$argon2id$")


async def test_an_access_token_ends_after_fifteen_minutes(person: Login, watch: Watch) -> None:
    asha = await person("asha")
    watch.pass_time(minutes=14, seconds=59)
    assert (await asha.get("/v1/users/me")).status_code == 200
    watch.pass_time(seconds=2)
    ended = await asha.get("/v1/users/me")
    assert (ended.status_code, ended.json()["code"]) == (401, "token_expired")
    assert ended.headers["www-authenticate"] == "Bearer"


@ON_SQLITE
@pytest.mark.parametrize("token", ["", "x", "a.b.c", "eyJhbGciOiJub25lIn0.eyJzdWIiOiJ1In0."])
async def test_a_forged_token_is_refused(client: httpx.AsyncClient, token: str) -> None:
    answer = await client.get("/v1/users/me", headers={"authorization": f"Bearer {token}"})
    assert answer.status_code == 401


async def test_a_refresh_token_is_hidden_from_scripts_and_stored_hashed(
    client: httpx.AsyncClient, app: FastAPI
) -> None:
    await _sign_up(client)
    answer = await _log_in(client)
    cookie = answer.headers["set-cookie"]
    assert "HttpOnly" in cookie
    assert "SameSite=strict" in cookie
    assert "Path=/v1/users" in cookie
    query = select(refresh_tokens.c.token_hash)
    stored = await app.state.db.read(lambda conn: conn.execute(query).scalar_one())
    assert client.cookies[COOKIE] not in stored


async def test_refreshing_gives_a_new_token_and_a_new_cookie(client: httpx.AsyncClient) -> None:
    await _sign_up(client)
    await _log_in(client)
    before = client.cookies[COOKIE]
    answer = await client.post("/v1/users/refresh")
    assert answer.status_code == 200
    assert client.cookies[COOKIE] != before
    me = await client.get(
        "/v1/users/me", headers={"authorization": f"Bearer {answer.json()['access_token']}"}
    )
    assert me.status_code == 200


async def test_a_refresh_token_used_twice_ends_the_whole_login(
    client: httpx.AsyncClient, app: FastAPI, watch: Watch
) -> None:
    await _sign_up(client)
    await _log_in(client)
    stolen = client.cookies[COOKIE]
    await client.post("/v1/users/refresh")
    watch.pass_time(minutes=5)
    async with browser(app) as thief:
        thief.cookies.set(COOKIE, stolen, domain="127.0.0.1", path="/v1/users")
        assert (await thief.post("/v1/users/refresh")).status_code == 401
    assert (await client.post("/v1/users/refresh")).status_code == 401
    assert (await _log_in(client)).status_code == 200


async def test_two_tabs_refreshing_at_once_stay_logged_in(client: httpx.AsyncClient, app: FastAPI) -> None:
    await _sign_up(client)
    await _log_in(client)
    same = client.cookies[COOKIE]
    assert (await client.post("/v1/users/refresh")).status_code == 200
    async with browser(app) as other_tab:
        other_tab.cookies.set(COOKIE, same, domain="127.0.0.1", path="/v1/users")
        assert (await other_tab.post("/v1/users/refresh")).status_code == 200
    assert (await client.post("/v1/users/refresh")).status_code == 200


async def test_a_thief_who_refreshes_beside_the_owner_is_found_at_the_next_turn(
    client: httpx.AsyncClient, app: FastAPI, watch: Watch
) -> None:
    """Within the seconds in which two tabs may use one cookie. Whoever goes on first ends what the other was given."""
    await _sign_up(client)
    await _log_in(client)
    same = client.cookies[COOKIE]
    assert (await client.post("/v1/users/refresh")).status_code == 200
    async with browser(app) as thief:
        thief.cookies.set(COOKIE, same, domain="127.0.0.1", path="/v1/users")
        assert (await thief.post("/v1/users/refresh")).status_code == 200
        watch.pass_time(minutes=5)
        assert (await client.post("/v1/users/refresh")).status_code == 200
        watch.pass_time(minutes=5)
        assert (await thief.post("/v1/users/refresh")).json()["reason"] == "token_reused"
    assert (await client.post("/v1/users/refresh")).json()["reason"] == "token_reused"


async def test_two_answers_to_one_cookie_used_at_the_same_moment_are_one_login_again(
    client: httpx.AsyncClient, app: FastAPI, watch: Watch
) -> None:
    await _sign_up(client)
    await _log_in(client)
    async with browser(app) as other_tab:
        other_tab.cookies.set(COOKIE, client.cookies[COOKIE], domain="127.0.0.1", path="/v1/users")
        for _ in range(3):
            both = await asyncio.gather(*(one.post("/v1/users/refresh") for one in (client, other_tab)))
            assert [one.status_code for one in both] == [200, 200]
        watch.pass_time(minutes=5)
        assert (await other_tab.post("/v1/users/refresh")).status_code == 200
    assert (await client.post("/v1/users/refresh")).status_code == 200  # still within the seconds of that


async def test_an_unused_login_ends_after_thirty_days(client: httpx.AsyncClient, watch: Watch) -> None:
    await _sign_up(client)
    await _log_in(client)
    watch.pass_time(days=30, seconds=1)
    assert (await client.post("/v1/users/refresh")).status_code == 401


async def test_logging_out_ends_the_login(client: httpx.AsyncClient, app: FastAPI) -> None:
    await _sign_up(client)
    await _log_in(client)
    token = client.cookies[COOKIE]
    assert (await client.post("/v1/users/logout")).status_code == 204
    assert COOKIE not in client.cookies
    async with browser(app) as other:
        other.cookies.set(COOKIE, token, domain="127.0.0.1", path="/v1/users")
        assert (await other.post("/v1/users/refresh")).status_code == 401
    assert (await client.post("/v1/users/logout")).status_code == 204


async def test_only_given_fields_change(person: Login) -> None:
    asha = await person("asha")
    changed = await asha.patch("/v1/users/me", json={"mode": "standard"})
    assert (changed.json()["mode"], changed.json()["name"]) == ("standard", "asha")
    named = await asha.patch("/v1/users/me", json={"name": "Asha R"})
    assert (named.json()["mode"], named.json()["name"]) == ("standard", "Asha R")


async def test_the_primary_account_must_be_ones_own(person: Login) -> None:
    asha = await person("asha")
    answer = await asha.patch("/v1/users/me", json={"primary_account": "acc_someone"})
    assert (answer.status_code, answer.json()["code"]) == (422, "account_unknown")


async def test_an_unknown_mode_never_becomes_a_default(person: Login) -> None:
    asha = await person("asha")
    answer = await asha.patch("/v1/users/me", json={"mode": "turbo"})
    assert (answer.status_code, answer.json()["field"]) == (422, "mode")
    assert "orchestrator" in answer.json()["fix"]


@ON_SQLITE
@pytest.mark.parametrize(
    "header",
    [
        {"alg": "none"},
        {"alg": "HS256", "crit": 5},
        {"alg": ["HS256"]},
        [],
        5,
        None,
        {"alg": "RS256", "kid": {}},
    ],
)
async def test_a_token_with_a_strange_header_is_refused(
    client: httpx.AsyncClient, person: Login, header: object
) -> None:
    asha = await person("asha")
    _, claims, seal = asha.headers["authorization"].removeprefix("Bearer ").split(".")
    forged = base64.urlsafe_b64encode(json.dumps(header).encode()).decode().rstrip("=")
    answer = await client.get("/v1/users/me", headers={"authorization": f"Bearer {forged}.{claims}.{seal}"})
    assert (answer.status_code, answer.json()["code"]) == (401, "token_invalid")

"""Where people show that they read their e-mail: nobody is a user before, and nobody learns who is one."""

from __future__ import annotations

import asyncio

import httpx
import pytest
from fastapi import FastAPI

from orchestrator.config import Settings
from orchestrator.errors import Problem
from orchestrator.identity.proof import verified_first
from orchestrator.identity.repository import by_email, change_user
from tests.orchestrator.conftest import PASSWORD, Watch
from tests.orchestrator.identity.letters.mailbox import letters, link

EMAIL = "asha@trademaster.test"


@pytest.fixture
def database_settings(database_settings: Settings) -> Settings:
    return database_settings.model_copy(update={"verify_email": True})


async def sign_up(client: httpx.AsyncClient, password: str = PASSWORD) -> httpx.Response:
    return await client.post("/v1/users/signup", json={"email": EMAIL, "password": password})


async def log_in(client: httpx.AsyncClient, password: str = PASSWORD) -> httpx.Response:
    return await client.post("/v1/users/login", json={"email": EMAIL, "password": password})


async def follow(client: httpx.AsyncClient, token: str, password: str | None = PASSWORD) -> httpx.Response:
    body = {"token": token} | ({} if password is None else {"password": password})
    return await client.post("/v1/users/verify", json=body)


def told(answer: httpx.Response) -> tuple[int, str | None]:
    return answer.status_code, answer.json().get("code")


async def test_a_user_is_made_by_the_link_of_the_letter(client: httpx.AsyncClient, app: FastAPI) -> None:
    answer = await sign_up(client)
    assert (answer.status_code, answer.json()["verify"]) == (201, True)
    assert told(await log_in(client)) == (401, "wrong_login")
    (letter,) = await letters(app, EMAIL)
    made = await follow(client, link(letter))
    assert (made.status_code, made.json()["id"]) == (200, answer.json()["id"])
    token = (await log_in(client)).json()["access_token"]
    me = await client.get("/v1/users/me", headers={"authorization": f"Bearer {token}"})
    assert me.json()["email_verified"] is True
    assert told(await follow(client, link(letter))) == (410, "link_over"), "it works once"


async def test_signing_up_with_a_taken_email_answers_alike_and_tells_its_owner(
    client: httpx.AsyncClient, app: FastAPI
) -> None:
    first = await sign_up(client)
    await follow(client, link((await letters(app))[0]))
    again = await sign_up(client, "another long password")
    assert again.status_code == first.status_code
    assert {**again.json(), "id": ""} == {**first.json(), "id": ""}
    assert again.json()["id"] != first.json()["id"]
    assert (await letters(app))[1].startswith("You already have an account")
    assert told(await log_in(client, "another long password")) == (401, "wrong_login")


async def test_who_reads_the_letter_does_not_confirm_what_somebody_else_chose(
    client: httpx.AsyncClient, app: FastAPI
) -> None:
    await sign_up(client, "a strangers own password")
    await sign_up(client)
    stranger, own = await letters(app)
    assert told(await follow(client, link(stranger), None)) == (403, "password_needed")
    assert told(await follow(client, link(stranger))) == (403, "wrong_password")
    assert (await follow(client, link(own))).status_code == 200
    assert told(await follow(client, link(stranger), "a strangers own password")) == (410, "link_over")
    assert told(await log_in(client, "a strangers own password")) == (401, "wrong_login")


async def test_the_password_of_a_sign_up_is_not_guessed_by_its_link(
    client: httpx.AsyncClient, app: FastAPI
) -> None:
    await sign_up(client)
    token = link((await letters(app))[0])
    answers = [told(await follow(client, token, "a guess of it")) for _ in range(11)]
    assert answers == [(403, "wrong_password")] * 10 + [(429, "locked_out")]


async def test_a_link_followed_twice_at_once_makes_one_user(client: httpx.AsyncClient, app: FastAPI) -> None:
    await sign_up(client)
    token = link((await letters(app))[0])
    answers = await asyncio.gather(*(follow(client, token) for _ in range(3)))
    assert sorted(one.status_code for one in answers)[0] == 200
    assert {one.status_code for one in answers} <= {200, 409, 410}
    assert (await log_in(client)).status_code == 200


@pytest.mark.parametrize("token", ["", "x", "x" * 100])
async def test_a_made_up_link_is_refused(client: httpx.AsyncClient, token: str) -> None:
    assert told(await follow(client, token)) == (410, "link_over")


async def test_a_link_is_good_for_a_day(client: httpx.AsyncClient, app: FastAPI, watch: Watch) -> None:
    await sign_up(client)
    token = link((await letters(app))[0])
    watch.pass_time(hours=24)
    assert told(await follow(client, token)) == (410, "link_over")


async def test_nobody_fills_a_mailbox_through_us(client: httpx.AsyncClient, app: FastAPI) -> None:
    for _ in range(8):
        assert (await sign_up(client)).status_code == 201
    assert len(await letters(app)) == 5


async def test_a_user_of_before_confirms_before_they_go_live(client: httpx.AsyncClient, app: FastAPI) -> None:
    await sign_up(client)
    await follow(client, link((await letters(app))[0]))
    token = (await log_in(client)).json()["access_token"]
    client.headers["authorization"] = f"Bearer {token}"
    db, settings = app.state.db, app.state.settings
    user = await db.read(lambda conn: by_email(conn, EMAIL))
    await verified_first(db, settings, user.id)
    await db.write(lambda conn: change_user(conn, user.id, {"email_verified_at": None}))
    with pytest.raises(Problem, match="email_unverified"):
        await verified_first(db, settings, user.id)
    await verified_first(db, settings.model_copy(update={"verify_email": False}), user.id)
    assert (await client.post("/v1/users/me/email/verify")).status_code == 204
    assert (await follow(client, link((await letters(app))[-1]), None)).status_code == 200
    await verified_first(db, settings, user.id)


async def test_a_live_broker_and_a_token_wait_for_it(client: httpx.AsyncClient, app: FastAPI) -> None:
    await sign_up(client)
    await follow(client, link((await letters(app))[0]))
    token = (await log_in(client)).json()["access_token"]
    client.headers["authorization"] = f"Bearer {token}"
    user = await app.state.db.read(lambda conn: by_email(conn, EMAIL))
    await app.state.db.write(lambda conn: change_user(conn, user.id, {"email_verified_at": None}))
    live = {"broker": "groww", "credentials": {"api_key": "key", "api_secret": "secret"}}
    assert told(await client.post("/v1/accounts", json=live)) == (403, "email_unverified")
    program = {"name": "prices", "scopes": ["read"]}
    assert told(await client.post("/v1/users/me/tokens", json=program)) == (403, "email_unverified")

"""A lost password, and a new e-mail: each by a link that works once, and the owner is told."""

from __future__ import annotations

import asyncio

import httpx
import pyotp
import pytest
import sqlalchemy as sa
from fastapi import FastAPI

from orchestrator.identity import passwords
from orchestrator.tables.people import mail_links
from tests.orchestrator.conftest import PASSWORD, Login, Watch
from tests.orchestrator.identity.letters.mailbox import letters, link, written_down

EMAIL, OTHER = "asha@trademaster.test", "asha.rao@trademaster.test"
NEW = "another long password"


@pytest.fixture
async def asha(person: Login) -> httpx.AsyncClient:
    return await person("asha")


async def forgot(client: httpx.AsyncClient, app: FastAPI, email: str = EMAIL) -> str:
    assert (await client.post("/v1/users/forgot", json={"email": email})).status_code == 204
    return link((await letters(app, email))[-1])


async def reset(client: httpx.AsyncClient, token: str, password: str = NEW) -> httpx.Response:
    return await client.post("/v1/users/reset", json={"token": token, "password": password})


async def log_in(
    client: httpx.AsyncClient, password: str = PASSWORD, email: str = EMAIL, **more: str
) -> httpx.Response:
    return await client.post("/v1/users/login", json={"email": email, "password": password, **more})


async def test_a_lost_password_is_set_anew_and_every_login_ends(
    asha: httpx.AsyncClient, client: httpx.AsyncClient, app: FastAPI
) -> None:
    token = await forgot(client, app)
    assert (await reset(client, token)).status_code == 204
    assert (await asha.get("/v1/users/me")).json()["code"] == "session_ended"
    assert (await asha.post("/v1/users/refresh")).json()["reason"] == "password_changed"
    assert (await log_in(client)).json()["code"] == "wrong_login"
    assert (await log_in(client, NEW)).status_code == 200
    assert [one for one in await letters(app, EMAIL) if one.startswith("Your password was changed")]
    done = await written_down(app)
    assert [one for one in done if one.startswith("password")] == ["password.reset_asked", "password.reset"]


async def test_a_password_set_anew_is_not_undone_by_a_change_that_was_under_way(
    asha: httpx.AsyncClient, client: httpx.AsyncClient, app: FastAPI, monkeypatch: pytest.MonkeyPatch
) -> None:
    token, matches = await forgot(client, app), passwords.matches

    async def slowly(password: str, hashed: str | None) -> bool:
        fits = await matches(password, hashed)
        monkeypatch.setattr(passwords, "matches", matches)
        assert (await reset(client, token)).status_code == 204
        return fits

    monkeypatch.setattr(passwords, "matches", slowly)
    change = {"old_password": PASSWORD, "new_password": "a thief's long password"}
    late = await asha.post("/v1/users/me/password", json=change)
    assert (late.status_code, late.json()["code"]) == (401, "session_ended")
    assert (await log_in(client, NEW)).status_code == 200


async def test_a_link_works_once_also_at_the_same_moment(
    asha: httpx.AsyncClient, client: httpx.AsyncClient, app: FastAPI
) -> None:
    token = await forgot(client, app)
    tries = (reset(client, token, f"{NEW} {number}") for number in range(3))
    answers = await asyncio.gather(*tries)
    assert sorted(one.status_code for one in answers) == [204, 410, 410]
    assert (await reset(client, token)).json()["code"] == "link_over"


async def test_a_weak_password_uses_no_link_up(
    asha: httpx.AsyncClient, client: httpx.AsyncClient, app: FastAPI
) -> None:
    token = await forgot(client, app)
    assert (await reset(client, token, "password123")).json()["code"] == "password_guessable"
    assert (await reset(client, token)).status_code == 204


async def test_a_link_is_good_for_half_an_hour_and_a_newer_one_voids_it(
    asha: httpx.AsyncClient, client: httpx.AsyncClient, app: FastAPI, watch: Watch
) -> None:
    old = await forgot(client, app)
    new = await forgot(client, app)
    assert (await reset(client, old)).status_code == 410
    watch.pass_time(minutes=30)
    assert (await reset(client, new)).status_code == 410


async def test_nobody_learns_who_has_an_account(
    asha: httpx.AsyncClient, client: httpx.AsyncClient, app: FastAPI
) -> None:
    known = await client.post("/v1/users/forgot", json={"email": EMAIL})
    unknown = await client.post("/v1/users/forgot", json={"email": "nobody@trademaster.test"})
    assert (known.status_code, known.content) == (unknown.status_code, unknown.content)
    assert len(await letters(app)) == 1


async def test_a_mailbox_gets_five_letters_an_hour(
    asha: httpx.AsyncClient, client: httpx.AsyncClient, app: FastAPI
) -> None:
    for _ in range(8):
        assert (await client.post("/v1/users/forgot", json={"email": EMAIL})).status_code == 204
    assert len(await letters(app, EMAIL)) == 5


async def test_the_second_factor_outlives_a_new_password(
    asha: httpx.AsyncClient, client: httpx.AsyncClient, app: FastAPI, watch: Watch
) -> None:
    begun = (await asha.post("/v1/users/me/second-factor")).json()
    totp = pyotp.TOTP(begun["secret"])
    now = int(watch.now.timestamp())
    await asha.post("/v1/users/me/second-factor/confirm", json={"code": totp.at(now)})
    await client.post("/v1/users/forgot", json={"email": EMAIL})
    (token,) = [link(one) for one in await letters(app, EMAIL) if one.startswith("Set a new")]
    assert (await reset(client, token)).status_code == 204
    assert (await log_in(client, NEW)).json()["code"] == "totp_needed"
    assert (await log_in(client, NEW, totp=totp.at(now + 30))).status_code == 200


async def test_a_link_for_the_password_confirms_no_email_and_the_other_way_round(
    asha: httpx.AsyncClient, client: httpx.AsyncClient, app: FastAPI
) -> None:
    password = await forgot(client, app)
    assert (await client.post("/v1/users/verify", json={"token": password})).status_code == 410
    await asha.post("/v1/users/me/email/verify")
    email = link((await letters(app, EMAIL))[-1])
    assert (await reset(client, email)).status_code == 410
    kept = await app.state.db.read(
        lambda conn: list(conn.execute(sa.select(mail_links.c.token_hash)).scalars())
    )
    assert not {password, email} & set(kept)


async def test_a_new_email_counts_once_it_is_confirmed_and_the_old_one_is_told(
    asha: httpx.AsyncClient, client: httpx.AsyncClient, app: FastAPI
) -> None:
    assert (await asha.post("/v1/users/me/email", json={"email": OTHER})).status_code == 204
    assert (await asha.get("/v1/users/me")).json()["email"] == EMAIL
    assert [one.partition("\n")[0] for one in await letters(app, EMAIL)] == ["Your e-mail is about to change"]
    stale = await forgot(client, app)
    token = link((await letters(app, OTHER))[0])
    assert (await client.post("/v1/users/verify", json={"token": token})).status_code == 200
    me = (await asha.get("/v1/users/me")).json()
    assert (me["email"], me["email_verified"]) == (OTHER, True)
    assert (await letters(app, EMAIL))[-1].startswith("Your e-mail was changed")
    assert (await log_in(client, email=OTHER)).status_code == 200
    assert (await log_in(client)).status_code == 401
    assert (await reset(client, stale)).status_code == 410, "the old address sets no password any more"


async def test_the_email_of_somebody_else_is_not_taken_and_not_told(
    asha: httpx.AsyncClient, client: httpx.AsyncClient, app: FastAPI, person: Login
) -> None:
    ravi = await person("ravi")
    taken = await ravi.post("/v1/users/me/email", json={"email": EMAIL})
    free = await ravi.post("/v1/users/me/email", json={"email": OTHER})
    assert (taken.status_code, taken.content) == (free.status_code, free.content)
    assert (await letters(app, EMAIL))[-1].startswith("You already have an account")
    token = link((await letters(app, OTHER))[-1])
    signed_up = {"email": OTHER, "password": PASSWORD}
    assert (await client.post("/v1/users/signup", json=signed_up)).status_code == 201
    late = await client.post("/v1/users/verify", json={"token": token})
    assert late.json()["code"] == "email_taken"


async def test_nobody_writes_to_many_addresses_through_us(asha: httpx.AsyncClient) -> None:
    answers = [
        (await asha.post("/v1/users/me/email", json={"email": f"{number}@example.com"})).status_code
        for number in range(6)
    ]
    assert answers == [204] * 5 + [429]


async def test_changing_the_email_asks_for_the_person(asha: httpx.AsyncClient, watch: Watch) -> None:
    watch.pass_time(minutes=11)
    refused = await asha.post("/v1/users/me/email", json={"email": OTHER})
    assert refused.json()["code"] == "step_up_needed"


async def test_a_new_password_is_told_by_letter(asha: httpx.AsyncClient, app: FastAPI) -> None:
    change = {"old_password": PASSWORD, "new_password": NEW}
    assert (await asha.post("/v1/users/me/password", json=change)).status_code == 200
    (told,) = await letters(app, EMAIL)
    assert told.startswith("Your password was changed")
    assert (await written_down(app))[-1] == "password.changed"

"""Where somebody is logged in: seen by its user, ended from elsewhere, and told so at once."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Awaitable, Callable
from datetime import UTC, datetime, timedelta
from functools import partial
from typing import Any, cast

import httpx
import pytest
from fastapi import FastAPI
from sqlalchemy import select

from domain.account import UserId
from orchestrator.bus import LocalBus
from orchestrator.identity import passwords, repository
from orchestrator.identity.ended import EndedSessions, EndedWhy
from orchestrator.identity.sessions.devices import UNKNOWN, device
from orchestrator.identity.tokens import hash_of
from orchestrator.storage.db import Database
from orchestrator.tables.people import known_devices
from tests.orchestrator.conftest import PASSWORD, Login, Watch, browser

FIREFOX = "Mozilla/5.0 (X11; Linux x86_64; rv:132.0) Gecko/20100101 Firefox/132.0"
SAFARI = (
    "Mozilla/5.0 (iPhone; CPU iPhone OS 18_1 like Mac OS X) AppleWebKit/605.1.15 (KHTML, like Gecko) "
    "Version/18.1 Mobile/15E148 Safari/604.1"
)
PIXEL = (
    "Mozilla/5.0 (Linux; Android 14; Pixel 8) AppleWebKit/537.36 (KHTML, like Gecko) "
    "Chrome/131.0.0.0 Mobile Safari/537.36"
)
Again = Callable[[str], Awaitable[httpx.AsyncClient]]


@pytest.fixture
async def asha(person: Login) -> httpx.AsyncClient:
    return await person("asha")


@pytest.fixture
async def again(app: FastAPI, asha: httpx.AsyncClient) -> AsyncIterator[Again]:
    """Asha, logged in once more on another device."""
    opened: list[httpx.AsyncClient] = []

    async def log_in(user_agent: str) -> httpx.AsyncClient:
        client = browser(app)
        client.headers["user-agent"] = user_agent
        opened.append(client)
        body = {"email": "asha@trademaster.test", "password": PASSWORD}
        answer = await client.post("/v1/users/login", json=body)
        client.headers["authorization"] = f"Bearer {answer.json()['access_token']}"
        return client

    yield log_in
    for client in opened:
        await client.aclose()


@pytest.mark.parametrize(
    ("user_agent", "words"),
    [
        (FIREFOX, "Firefox on Linux"),
        (SAFARI, "Safari on iPhone"),
        (PIXEL, "Chrome on Pixel 8"),
        ("python-httpx/0.28.1", "python-httpx"),
        ("", UNKNOWN),
    ],
)
def test_a_device_is_named_in_words(user_agent: str, words: str) -> None:
    assert device(user_agent) == words


async def test_every_login_is_listed_with_its_device_the_last_used_first(
    asha: httpx.AsyncClient, again: Again, watch: Watch
) -> None:
    watch.pass_time(minutes=5)
    phone = await again(SAFARI)
    watch.pass_time(minutes=5)
    assert (await phone.post("/v1/users/refresh")).status_code == 200
    items = (await phone.get("/v1/users/me/sessions")).json()["items"]
    assert [(one["device"], one["current"]) for one in items] == [
        ("Safari on iPhone", True),
        ("python-httpx", False),
    ]
    assert items[0]["created_at"] == "2026-11-23T10:35:00.000+05:30"
    assert items[0]["used_at"] == "2026-11-23T10:40:00.000+05:30"
    assert items[0]["address"] == "127.0.0.1"


async def test_a_login_ended_from_elsewhere_is_refused_at_once_and_learns_why(
    asha: httpx.AsyncClient, again: Again
) -> None:
    phone = await again(SAFARI)
    found = (await asha.get("/v1/users/me/sessions")).json()["items"]
    other = next(one["id"] for one in found if not one["current"])
    assert (await asha.delete(f"/v1/users/me/sessions/{other}")).status_code == 204
    refused = await phone.get("/v1/users/me")
    assert (refused.status_code, refused.json()["code"]) == (401, "session_ended")
    placed = await phone.post("/v1/orders", json={}, headers={"idempotency-key": "k"})
    assert placed.status_code in (401, 422)
    came_back = await phone.post("/v1/users/refresh")
    assert (came_back.status_code, came_back.json()["reason"]) == (401, "ended_elsewhere")
    assert [one["id"] for one in (await asha.get("/v1/users/me/sessions")).json()["items"]] != [other]
    assert (await asha.delete(f"/v1/users/me/sessions/{other}")).status_code == 404


async def test_nobody_ends_another_persons_login(asha: httpx.AsyncClient, person: Login) -> None:
    ravi = await person("ravi")
    (mine,) = (await asha.get("/v1/users/me/sessions")).json()["items"]
    assert (await ravi.delete(f"/v1/users/me/sessions/{mine['id']}")).status_code == 404
    assert (await ravi.post("/v1/users/me/sessions/revoke-others")).json() == {"ended": 0}
    assert (await asha.get("/v1/users/me")).status_code == 200


async def test_all_others_are_ended_at_once(asha: httpx.AsyncClient, again: Again) -> None:
    phone, desk = await again(SAFARI), await again(FIREFOX)
    assert (await asha.post("/v1/users/me/sessions/revoke-others")).json() == {"ended": 2}
    for one in (phone, desk):
        assert (await one.get("/v1/users/me")).status_code == 401
    assert (await asha.get("/v1/users/me")).status_code == 200
    assert (await asha.post("/v1/users/refresh")).status_code == 200


async def test_a_new_password_needs_the_old_one_and_ends_every_other_login(
    asha: httpx.AsyncClient, again: Again, client: httpx.AsyncClient
) -> None:
    phone = await again(SAFARI)
    change = {"old_password": "not the password", "new_password": "another long password"}
    wrong = await asha.post("/v1/users/me/password", json=change)
    assert (wrong.status_code, wrong.json()["field"]) == (403, "old_password")
    change["old_password"] = PASSWORD
    short = await asha.post("/v1/users/me/password", json=change | {"new_password": "short"})
    assert (short.status_code, short.json()["field"]) == (422, "new_password")
    assert (await asha.post("/v1/users/me/password", json=change)).json() == {"ended": 1}
    assert (await asha.get("/v1/users/me")).status_code == 200
    assert (await phone.post("/v1/users/refresh")).json()["reason"] == "password_changed"
    email = "asha@trademaster.test"
    for password, status in ((PASSWORD, 401), ("another long password", 200)):
        answer = await client.post("/v1/users/login", json={"email": email, "password": password})
        assert answer.status_code == status


async def test_after_a_new_password_only_the_browser_that_set_it_is_known(
    asha: httpx.AsyncClient, again: Again, app: FastAPI
) -> None:
    """Whoever had the old one may have been in any other."""
    phone = await again(SAFARI)
    change = {"old_password": PASSWORD, "new_password": "another long password"}
    assert (await asha.post("/v1/users/me/password", json=change)).status_code == 200
    query = select(known_devices.c.token_hash)
    left = await app.state.db.read(lambda conn: list(conn.execute(query).scalars()))
    assert left == [hash_of(asha.cookies["tm_device"])]
    assert hash_of(phone.cookies["tm_device"]) not in left


async def test_guesses_of_the_old_password_are_braked(asha: httpx.AsyncClient) -> None:
    change = {"old_password": "a guess of it", "new_password": "another long password"}
    answers = [await asha.post("/v1/users/me/password", json=change) for _ in range(9)]
    assert [one.status_code for one in answers] == [403] * 8 + [429]


async def test_a_login_that_was_logged_out_is_over_everywhere(asha: httpx.AsyncClient) -> None:
    assert (await asha.post("/v1/users/logout")).status_code == 204
    assert (await asha.get("/v1/users/me")).json()["code"] == "session_ended"


async def test_a_reused_refresh_token_ends_its_login(asha: httpx.AsyncClient, watch: Watch) -> None:
    stolen = asha.cookies["tm_refresh"]
    await asha.post("/v1/users/refresh")
    watch.pass_time(seconds=11)
    asha.cookies.clear()
    thief = await asha.post("/v1/users/refresh", headers={"cookie": f"tm_refresh={stolen}"})
    assert thief.json()["reason"] == "token_reused"
    assert (await asha.get("/v1/users/me")).status_code == 401


async def test_a_token_that_was_made_while_its_login_ended_renews_nothing(
    app: FastAPI, asha: httpx.AsyncClient, again: Again
) -> None:
    phone = await again(SAFARI)
    items = (await asha.get("/v1/users/me/sessions")).json()["items"]
    family = next(one["id"] for one in items if not one["current"])
    user, now = UserId((await asha.get("/v1/users/me")).json()["id"]), app.state.clock()
    assert (await asha.delete(f"/v1/users/me/sessions/{family}")).status_code == 204
    # What a refresh leaves that was under way then: a token that its end has not seen.
    made = partial(
        repository.add_refresh_token,
        token_hash=hash_of("late"),
        family=family,
        turn=1,  # the next after the one of the login
        user_id=user,
        now=now,
        expires_at=now + timedelta(days=30),
    )
    await app.state.db.write(made)
    phone.cookies.clear()
    answer = await phone.post("/v1/users/refresh", headers={"cookie": "tm_refresh=late"})
    assert (answer.status_code, answer.json().get("reason")) == (401, "ended_elsewhere")


async def test_a_login_with_the_old_password_does_not_outlive_its_change(
    asha: httpx.AsyncClient, client: httpx.AsyncClient, monkeypatch: pytest.MonkeyPatch
) -> None:
    matches = passwords.matches

    async def slowly(password: str, hashed: str | None) -> bool:
        fits = await matches(password, hashed)
        monkeypatch.setattr(passwords, "matches", matches)
        change = {"old_password": PASSWORD, "new_password": "another long password"}
        assert (await asha.post("/v1/users/me/password", json=change)).status_code == 200
        return fits

    monkeypatch.setattr(passwords, "matches", slowly)
    body = {"email": "asha@trademaster.test", "password": PASSWORD}
    assert (await client.post("/v1/users/login", json=body)).json()["code"] == "wrong_login"


async def test_another_process_and_one_that_starts_later_refuse_it_too(
    app: FastAPI, asha: httpx.AsyncClient
) -> None:
    db: Database = app.state.db
    (mine,) = (await asha.get("/v1/users/me/sessions")).json()["items"]
    beside = EndedSessions(db, app.state.bus, app.state.clock, minutes=15)
    await beside.start()
    waits = asyncio.create_task(beside.wait(mine["id"], 30))
    await asyncio.sleep(0)
    await asha.post("/v1/users/logout")
    assert await waits is EndedWhy.LOGGED_OUT
    assert mine["id"] in beside
    await beside.close()
    later = EndedSessions(db, LocalBus(), app.state.clock, minutes=15)
    await later.start()
    assert mine["id"] in later
    await later.close()


async def test_a_process_that_was_not_told_finds_out(app: FastAPI, asha: httpx.AsyncClient) -> None:
    (mine,) = (await asha.get("/v1/users/me/sessions")).json()["items"]
    apart = EndedSessions(app.state.db, LocalBus(), app.state.clock, minutes=15, recheck=0.01)
    await apart.start()
    waits = asyncio.create_task(apart.wait(mine["id"], 8))
    await asha.post("/v1/users/logout")
    assert await waits is EndedWhy.LOGGED_OUT
    await apart.close()


async def test_who_waits_for_no_end_is_told_nothing(app: FastAPI) -> None:
    assert await app.state.ended_sessions.wait("some session", 0.01) is None


async def test_who_is_told_and_cancelled_at_once_ends() -> None:
    ended = EndedSessions(cast(Any, None), LocalBus(), lambda: datetime.now(UTC), minutes=15)
    waits = asyncio.create_task(ended.wait("fam_1", 30))
    await asyncio.sleep(0)
    await ended.end(["fam_1"], EndedWhy.LOGGED_OUT)
    waits.cancel()
    with pytest.raises(asyncio.CancelledError):
        await waits

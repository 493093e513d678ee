"""Nobody guesses without end, and nobody locks somebody else out of their own devices."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from datetime import UTC, datetime, timedelta

import httpx
import pytest
from fastapi import FastAPI

from orchestrator.errors import Problem
from orchestrator.identity import lockout
from orchestrator.identity.endpoints import DEVICE_COOKIE
from orchestrator.identity.lockout import Tries
from orchestrator.storage.db import Database
from tests.orchestrator.conftest import PASSWORD, Login, Watch
from tests.orchestrator.identity.letters.mailbox import letters, written_down

NOW = datetime(2026, 11, 23, 5, 0, tzinfo=UTC)
EMAIL = "asha@trademaster.test"


async def wait_of(db: Database, now: datetime, tries: Tries) -> int:
    """Seconds that this try has to wait; 0: it is counted."""
    try:
        await lockout.begin(db, tries, most=3, now=now)
    except Problem as problem:
        return int(problem.headers["retry-after"])
    return 0


async def test_each_failure_too_many_doubles_the_wait_up_to_an_hour(db: Database) -> None:
    tries, now, waits = Tries.at_email(EMAIL), NOW, []
    for failed in range(1, 13):
        assert await wait_of(db, now, tries) == 0
        wait = await wait_of(db, now, tries)
        if not wait:
            await lockout.take_back(db, tries, failed + 1)  # that was the next one, not a look
        waits.append(wait)
        now += timedelta(seconds=wait)
    assert waits == [0, 0, 60, 120, 240, 480, 960, 1920, 3600, 3600, 3600, 3600]


async def test_a_day_without_a_failure_forgets_them_and_a_success_does_at_once(db: Database) -> None:
    tries = Tries.at_email(EMAIL)
    for _ in range(3):
        await wait_of(db, NOW, tries)
    assert await wait_of(db, NOW, tries) == 60
    assert await wait_of(db, NOW + timedelta(days=1), tries) == 0
    for _ in range(2):
        await wait_of(db, NOW + timedelta(days=1), tries)
    assert await wait_of(db, NOW + timedelta(days=1), tries) == 60
    await db.write(lambda conn: lockout.succeeded(conn, tries))
    assert await wait_of(db, NOW + timedelta(days=1), tries) == 0


async def test_tries_at_the_same_moment_are_counted_like_tries_in_a_row(db: Database) -> None:
    tries = Tries.at_email(EMAIL)
    waits = await asyncio.gather(*(wait_of(db, NOW, tries) for _ in range(12)))
    assert sorted(waits) == [0] * 3 + [60] * 9


async def test_what_is_taken_back_keeps_the_failures_of_before(db: Database) -> None:
    tries = Tries.at_email(EMAIL)
    for _ in range(2):
        await wait_of(db, NOW, tries)
    for _ in range(5):  # the password was right each time, and no code was given
        assert await wait_of(db, NOW, tries) == 0
        await lockout.take_back(db, tries, 3)
    assert await wait_of(db, NOW, tries) == 0
    assert await wait_of(db, NOW, tries) == 60


async def test_a_password_without_a_code_ends_no_wait_that_a_guessed_code_has_begun(db: Database) -> None:
    tries = Tries.at_email(EMAIL)
    for _ in range(2):
        await wait_of(db, NOW, tries)
    without_code = await lockout.begin(db, tries, most=9, now=NOW)
    assert await wait_of(db, NOW, tries) == 0, "a guessed code, at the same moment"
    await lockout.take_back(db, tries, without_code)
    assert await wait_of(db, NOW, tries) == 120


@asynccontextmanager
async def at(app: FastAPI, address: str) -> AsyncIterator[httpx.AsyncClient]:
    transport = httpx.ASGITransport(app, client=(address, 4711))
    async with httpx.AsyncClient(transport=transport, base_url="http://127.0.0.1") as client:
        yield client


async def log_in(client: httpx.AsyncClient, password: str = PASSWORD, email: str = EMAIL) -> httpx.Response:
    return await client.post("/v1/users/login", json={"email": email, "password": password})


async def guess_from_everywhere(app: FastAPI, email: str = EMAIL) -> list[str]:
    codes = []
    for number in range(12):
        async with at(app, f"203.0.113.{number}") as stranger:
            codes.append((await log_in(stranger, "a guess of it", email)).json()["code"])
    return codes


async def test_guesses_from_many_addresses_are_counted_together_and_the_owner_goes_on(
    app: FastAPI, person: Login, watch: Watch
) -> None:
    asha = await person("asha")
    assert await guess_from_everywhere(app) == ["wrong_login"] * 10 + ["locked_out"] * 2
    async with at(app, "198.51.100.1") as stranger:
        assert (await log_in(stranger)).json()["code"] == "locked_out", "the right password tells nothing now"
    assert (await log_in(asha)).status_code == 200, "a device of hers is not held up"
    told = [one for one in await letters(app, EMAIL) if one.startswith("Somebody tries")]
    assert len(told) == 1
    watch.pass_time(seconds=61)
    async with at(app, "198.51.100.1") as phone:
        assert (await log_in(phone)).status_code == 200


async def test_an_email_that_nobody_has_is_held_up_alike(app: FastAPI, person: Login) -> None:
    await person("asha")
    known = await guess_from_everywhere(app)
    assert await guess_from_everywhere(app, "nobody@trademaster.test") == known


async def test_guesses_on_a_known_device_lock_that_device_alone(
    app: FastAPI, person: Login, watch: Watch
) -> None:
    asha = await person("asha")
    for _ in range(10):
        assert (await log_in(asha, "a guess of it")).status_code == 401
        watch.pass_time(seconds=20)  # slower than the brake of its address
    assert (await log_in(asha)).json()["code"] == "locked_out"
    async with at(app, "198.51.100.1") as phone:
        assert (await log_in(phone)).status_code == 200


async def test_a_cookie_of_somebody_elses_device_helps_nobody(app: FastAPI, person: Login) -> None:
    await person("asha")
    ravi = await person("ravi")
    await guess_from_everywhere(app)
    assert (await log_in(ravi)).json()["code"] == "locked_out"


async def test_a_made_up_cookie_is_replaced_by_one_of_ours(app: FastAPI, person: Login) -> None:
    await person("asha")
    async with at(app, "198.51.100.1") as client:
        client.cookies.set(DEVICE_COOKIE, "planted", domain="127.0.0.1", path="/v1/users")
        assert (await log_in(client)).status_code == 200
        assert "planted" not in [cookie.value for cookie in client.cookies.jar]


async def test_a_new_device_is_told_to_the_owner_and_the_first_is_not(app: FastAPI, person: Login) -> None:
    asha = await person("asha")
    assert await letters(app, EMAIL) == []
    await log_in(asha)
    assert await letters(app, EMAIL) == [], "it is known"
    async with at(app, "198.51.100.1") as phone:
        phone.headers["user-agent"] = "Mozilla/5.0 (X11; Linux x86_64; rv:132.0) Gecko/20100101 Firefox/132.0"
        await log_in(phone)
    (told,) = await letters(app, EMAIL)
    assert "Firefox on Linux logged in from 198.51.100.1 at 2026-11-23 10:30 IST" in told
    (notice,) = (await asha.get("/v1/notices")).json()["items"]
    assert (notice["kind"], "Firefox on Linux" in notice["text"]) == ("new_login", True)


@pytest.mark.parametrize("right", [True, False])
async def test_logins_and_refusals_are_in_the_audit_log(app: FastAPI, person: Login, right: bool) -> None:
    asha = await person("asha")
    await log_in(asha, PASSWORD if right else "a guess of it")
    assert (await written_down(app))[-1] == ("login" if right else "login.refused")

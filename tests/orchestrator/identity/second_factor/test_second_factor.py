"""Codes of an authenticator app: each is taken once, and without them the password alone logs nobody in."""

from __future__ import annotations

import asyncio
from urllib.parse import parse_qs, urlsplit

import httpx
import pyotp
import pytest
import sqlalchemy as sa
from fastapi import FastAPI

from orchestrator.tables.people import recovery_codes, second_factors
from tests.orchestrator.conftest import PASSWORD, Login, Watch
from tests.orchestrator.identity.letters.mailbox import letters, written_down

FACTOR = "/v1/users/me/second-factor"
EMAIL = "asha@trademaster.test"


class App:
    """An authenticator app, at the time of the test."""

    def __init__(self, uri: str, watch: Watch) -> None:
        totp = pyotp.parse_uri(uri)
        assert isinstance(totp, pyotp.TOTP)
        self._totp, self._watch = totp, watch

    def code(self, seconds: int = 0) -> str:
        return self._totp.at(int(self._watch.now.timestamp()) + seconds)


@pytest.fixture
async def asha(person: Login) -> httpx.AsyncClient:
    return await person("asha")


@pytest.fixture
async def factor(asha: httpx.AsyncClient, watch: Watch) -> App:
    return (await turn_on(asha, watch))[0]


async def turn_on(client: httpx.AsyncClient, watch: Watch) -> tuple[App, list[str]]:
    """With half a minute passed since, so that the next code is another one."""
    app = App((await client.post(FACTOR)).json()["uri"], watch)
    answer = await client.post(f"{FACTOR}/confirm", json={"code": app.code()})
    assert answer.status_code == 200, answer.text
    watch.pass_time(seconds=30)
    return app, answer.json()["recovery_codes"]


async def log_in(
    client: httpx.AsyncClient, code: str | None = None, password: str = PASSWORD
) -> httpx.Response:
    body = {"email": EMAIL, "password": password} | ({} if code is None else {"totp": code})
    return await client.post("/v1/users/login", json=body)


def told(answer: httpx.Response) -> tuple[int, str | None]:
    return answer.status_code, answer.json().get("code")


async def test_it_is_asked_for_once_a_code_has_come(asha: httpx.AsyncClient, watch: Watch) -> None:
    begun = (await asha.post(FACTOR)).json()
    assert begun["qr"].startswith("data:image/svg+xml")
    assert parse_qs(urlsplit(begun["uri"]).query)["issuer"] == ["TradeMaster"]
    assert (await log_in(asha)).status_code == 200, "not on yet"
    wrong = await asha.post(f"{FACTOR}/confirm", json={"code": "000000"})
    assert (wrong.status_code, wrong.json()["field"]) == (422, "code")
    app, codes = await turn_on(asha, watch)
    assert len(set(codes)) == 10
    assert told(await log_in(asha)) == (401, "totp_needed")
    assert (await log_in(asha, app.code())).status_code == 200
    known = (await asha.get("/v1/users/me/security")).json()
    assert known["recovery_codes_left"] == 10
    assert known["second_factor_since"] == "2026-11-23T10:30:00.000+05:30"


async def test_a_code_is_taken_once(asha: httpx.AsyncClient, factor: App, watch: Watch) -> None:
    code = factor.code()
    assert (await log_in(asha, code)).status_code == 200
    assert told(await log_in(asha, code)) == (401, "totp_wrong")
    assert told(await log_in(asha, factor.code(-30))) == (401, "totp_wrong"), "nor one of before it"
    watch.pass_time(seconds=30)
    assert (await log_in(asha, factor.code())).status_code == 200


async def test_the_code_that_turned_it_on_logs_nobody_in(asha: httpx.AsyncClient, watch: Watch) -> None:
    app, _ = await turn_on(asha, watch)
    assert told(await log_in(asha, app.code(-30))) == (401, "totp_wrong")


async def test_of_two_logins_with_one_code_at_the_same_moment_one_succeeds(
    asha: httpx.AsyncClient, factor: App
) -> None:
    code = factor.code()
    answers = await asyncio.gather(*(log_in(asha, code) for _ in range(4)))
    assert sorted(one.status_code for one in answers) == [200, 401, 401, 401]


@pytest.mark.parametrize(("off", "status"), [(-60, 401), (-30, 200), (30, 200), (60, 401)])
async def test_a_clock_may_be_off_by_half_a_minute(
    asha: httpx.AsyncClient, factor: App, watch: Watch, off: int, status: int
) -> None:
    watch.pass_time(minutes=5)
    assert (await log_in(asha, factor.code(off))).status_code == status


async def test_a_wrong_password_with_the_right_code_tells_no_more_than_without(
    asha: httpx.AsyncClient, factor: App
) -> None:
    code = factor.code()
    assert told(await log_in(asha, code, "a guess of it")) == (401, "wrong_login")
    assert (await log_in(asha, code)).status_code == 200, "and uses no code up"


async def test_codes_are_not_guessed_by_leaving_them_out_in_between(
    asha: httpx.AsyncClient, factor: App, watch: Watch
) -> None:
    answers = []
    for number in range(12):
        answers.append(told(await log_in(asha, f"{number:06}"))[1])
        await log_in(asha)
        watch.pass_time(seconds=15)
    assert answers == ["totp_wrong"] * 10 + ["locked_out"] * 2


async def test_codes_are_not_guessed_by_showing_the_password_alone_in_between(
    asha: httpx.AsyncClient, factor: App, watch: Watch
) -> None:
    guess = {"password": PASSWORD, "totp": "000000"}
    shown = {"old_password": PASSWORD, "new_password": "short"}  # right, and nothing is changed
    for _ in range(11):
        watch.pass_time(seconds=30)
        answer = await asha.post("/v1/users/me/proof", json=guess)
        await asha.post("/v1/users/me/password", json=shown)
    assert told(answer) == (429, "locked_out")


async def test_a_recovery_code_is_good_once_however_it_is_typed(
    asha: httpx.AsyncClient, app: FastAPI, watch: Watch
) -> None:
    _, codes = await turn_on(asha, watch)
    assert (await log_in(asha, codes[0])).status_code == 200
    assert told(await log_in(asha, codes[0])) == (401, "totp_wrong")
    assert (await log_in(asha, codes[1].upper().replace("-", " "))).status_code == 200
    answers = await asyncio.gather(*(log_in(asha, codes[2]) for _ in range(3)))
    assert sorted(one.status_code for one in answers) == [200, 401, 401]
    assert (await asha.get("/v1/users/me/security")).json()["recovery_codes_left"] == 7
    assert [one for one in await letters(app, EMAIL) if "7 are left" in one]


async def test_new_recovery_codes_void_those_of_before(asha: httpx.AsyncClient, watch: Watch) -> None:
    _, old = await turn_on(asha, watch)
    new = (await asha.post(f"{FACTOR}/recovery-codes")).json()["recovery_codes"]
    assert told(await log_in(asha, old[0])) == (401, "totp_wrong")
    assert (await log_in(asha, new[0])).status_code == 200


async def test_secrets_are_sealed_and_codes_hashed(
    asha: httpx.AsyncClient, app: FastAPI, watch: Watch
) -> None:
    secret = (await asha.post(FACTOR)).json()["secret"]
    _, codes = await turn_on(asha, watch)
    query = sa.select(second_factors.c.secret)
    assert secret not in await app.state.db.read(lambda conn: conn.execute(query).scalar_one())
    kept = await app.state.db.read(
        lambda conn: list(conn.execute(sa.select(recovery_codes.c.code_hash)).scalars())
    )
    assert all(one.startswith("$argon2id$") for one in kept)
    assert not any(code.replace("-", "") in "".join(kept) for code in codes)


async def test_what_a_stolen_screen_must_not_do_needs_both(
    asha: httpx.AsyncClient, factor: App, watch: Watch
) -> None:
    watch.pass_time(minutes=11)
    refused = await asha.delete(FACTOR)
    assert (told(refused), refused.json()["ways"]) == ((403, "step_up_needed"), ["password", "totp"])
    alone = await asha.post("/v1/users/me/proof", json={"password": PASSWORD})
    assert (told(alone), alone.json()["field"]) == ((403, "proof_wrong"), "totp")
    proof = await asha.post("/v1/users/me/proof", json={"password": PASSWORD, "totp": factor.code()})
    asha.headers["authorization"] = f"Bearer {proof.json()['access_token']}"
    assert (await asha.delete(FACTOR)).status_code == 204
    assert (await log_in(asha)).status_code == 200
    assert (await asha.get("/v1/users/me/security")).json()["second_factor_since"] is None


async def test_turning_it_on_and_off_is_told_by_letter_and_written_down(
    asha: httpx.AsyncClient, app: FastAPI, factor: App
) -> None:
    assert (await asha.delete(FACTOR)).status_code == 204
    assert (await asha.delete(FACTOR)).status_code == 204
    subjects = [one.partition("\n")[0] for one in await letters(app, EMAIL)]
    assert subjects == ["Your second factor was turned on", "Your second factor was turned off"]
    assert (await written_down(app))[-2:] == ["second_factor.on", "second_factor.off"]


async def test_it_is_not_begun_anew_while_it_is_on(asha: httpx.AsyncClient, factor: App) -> None:
    assert told(await asha.post(FACTOR)) == (409, "second_factor_on")
    assert told(await asha.post(f"{FACTOR}/confirm", json={"code": factor.code()})) == (
        409,
        "second_factor_on",
    )
    assert (await asha.delete(FACTOR)).status_code == 204
    assert told(await asha.post(f"{FACTOR}/recovery-codes")) == (409, "second_factor_off")


async def test_turning_it_on_again_tells_of_no_code_whether_it_is_right_and_takes_none(
    asha: httpx.AsyncClient, watch: Watch
) -> None:
    app, recovery = await turn_on(asha, watch)
    for code in (app.code(), recovery[0], "000000"):
        answer = await asha.post(f"{FACTOR}/confirm", json={"code": code})
        assert told(answer) == (409, "second_factor_on")
    assert (await log_in(asha, recovery[0])).status_code == 200
    assert (await log_in(asha, app.code())).status_code == 200

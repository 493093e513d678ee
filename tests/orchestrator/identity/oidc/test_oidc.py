"""Signing in at an OpenID provider: who one is there is tied to who one is here by who has proved to be both."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Iterator
from functools import partial
from typing import Any
from urllib.parse import parse_qs, urlsplit

import httpx
import pyotp
import pytest
from fastapi import FastAPI
from oidc_provider_mock import User, run_server_in_thread
from pydantic import SecretStr

from domain.account import UserId
from orchestrator.config import Settings
from orchestrator.identity import repository
from orchestrator.identity.oidc.provider import Provider
from orchestrator.state import system_clock
from tests.orchestrator.conftest import Login, Watch, browser
from tests.orchestrator.identity.letters.mailbox import letters, written_down
from tests.orchestrator.identity.oidc.openid import CLIENT, SECRET, OpenId, openid

IN = "/signin?from=provider"
START, BACK = "/v1/users/oidc/start", "/v1/users/oidc/callback"
PERSON = {"email": "asha@trademaster.test", "email_verified": True, "name": "Asha"}


@pytest.fixture(scope="module")
def listening() -> Iterator[OpenId]:
    with openid(Watch()) as provider:
        yield provider


@pytest.fixture
def there(listening: OpenId, watch: Watch) -> OpenId:
    listening.reset(watch)
    return listening


@pytest.fixture
def oidc(app: FastAPI, there: OpenId, watch: Watch) -> FastAPI:
    """The application with a provider, which lets nobody sign up."""
    tied_to(app, there, watch)
    return app


def tied_to(app: FastAPI, there: OpenId, watch: Watch, *, signup: bool = False) -> None:
    told: dict[str, Any] = {"oidc_issuer": there.url, "oidc_client_id": CLIENT, "oidc_client_secret": SECRET}
    settings: Settings = app.state.settings.model_copy(update=told | {"oidc_signup": signup})
    app.state.settings = settings
    app.state.oidc = Provider(
        Settings(**told, host=settings.host, port=settings.port, oidc_label="Example ID"), watch
    )


@pytest.fixture
async def asha(oidc: FastAPI, person: Login) -> httpx.AsyncClient:
    return await person("asha")


@pytest.fixture
async def visitor(oidc: FastAPI) -> AsyncIterator[httpx.AsyncClient]:
    async with browser(oidc) as opened:
        yield opened


def query(url: str) -> dict[str, str]:
    return {name: values[0] for name, values in parse_qs(urlsplit(url).query).items()}


async def signs_in(client: httpx.AsyncClient, there: OpenId, **person: Any) -> httpx.Response:
    """To the provider and back, as a browser does it."""
    sent = await client.get(START)
    assert sent.status_code == 303, sent.text
    return await client.get(BACK, params=there.approve(sent.headers["location"], **person))


async def ties(client: httpx.AsyncClient, there: OpenId, **person: Any) -> httpx.Response:
    begun = await client.post("/v1/users/me/oidc")
    assert begun.status_code == 200, begun.text
    return await client.get(BACK, params=there.approve(begun.json()["url"], **person))


def to(answer: httpx.Response) -> str:
    assert answer.status_code == 303, answer.text
    return answer.headers["location"]


async def logged_in_as(client: httpx.AsyncClient) -> str | None:
    """What the page does that the browser ends on."""
    answer = await client.post("/v1/users/refresh")
    if answer.status_code != 200:
        return None
    bearer = {"authorization": f"Bearer {answer.json()['access_token']}"}
    return str((await client.get("/v1/users/me", headers=bearer)).json()["email"])


async def test_who_tied_the_two_signs_in_there_and_no_token_is_in_an_address(
    asha: httpx.AsyncClient, visitor: httpx.AsyncClient, there: OpenId
) -> None:
    assert to(await ties(asha, there, **PERSON)) == "/settings/security?tied=1"
    back = await signs_in(visitor, there, **PERSON)
    assert to(back) == IN
    assert "samesite=strict" in back.headers["set-cookie"].lower()
    assert await logged_in_as(visitor) == "asha@trademaster.test"
    (link,) = (await asha.get("/v1/users/me/oidc")).json()["items"]
    assert (link["issuer"], link["email"], link["usable"]) == (there.url, "asha@trademaster.test", True)


async def test_what_the_page_may_offer_is_told_to_everybody(
    oidc: FastAPI, visitor: httpx.AsyncClient
) -> None:
    port = oidc.state.settings.port
    assert (await visitor.get("/v1/users/ways")).json() == {
        "passkeys_at": f"http://localhost:{port}",
        "provider": {"label": "Example ID", "start": f"http://127.0.0.1:{port}{START}"},
    }


async def test_without_a_provider_nobody_is_sent_anywhere(app: FastAPI, client: httpx.AsyncClient) -> None:
    assert (await client.get("/v1/users/ways")).json()["provider"] is None
    for path in (START, BACK):
        answer = await client.get(path)
        assert (answer.status_code, answer.json()["code"]) == (404, "oidc_off")


async def test_an_email_ties_nobody(
    asha: httpx.AsyncClient, visitor: httpx.AsyncClient, there: OpenId
) -> None:
    assert to(await signs_in(visitor, there, **PERSON)) == "/signin?refused=oidc_unknown"
    assert await logged_in_as(visitor) is None


async def test_a_new_user_is_made_only_where_that_is_allowed_and_never_over_somebody(
    oidc: FastAPI, asha: httpx.AsyncClient, visitor: httpx.AsyncClient, there: OpenId, watch: Watch
) -> None:
    new = {"email": "Ravi@Trademaster.Test", "email_verified": True, "name": "Ravi", "sub": "person-2"}
    assert to(await signs_in(visitor, there, **new)) == "/signin?refused=oidc_unknown"
    tied_to(oidc, there, watch, signup=True)
    assert to(await signs_in(visitor, there, **PERSON)) == "/signin?refused=oidc_email_taken"
    for email in ({"email_verified": False}, {"email": "no address"}, {"email": None}):
        assert to(await signs_in(visitor, there, **new | email)) == "/signin?refused=oidc_no_email"
    assert to(await signs_in(visitor, there, **new)) == IN
    assert await logged_in_as(visitor) == "ravi@trademaster.test"
    # Known by the subject from then on, whatever the e-mail there is.
    assert to(await signs_in(visitor, there, **new | {"email": "other@trademaster.test"})) == IN
    assert await logged_in_as(visitor) == "ravi@trademaster.test"
    # Nor does a password open it that nobody has set.
    for password in ("", "nobody has this password", "None"):
        body = {"email": "ravi@trademaster.test", "password": password}
        assert (await visitor.post("/v1/users/login", json=body)).status_code == 401


async def test_two_at_once_make_one_new_user(oidc: FastAPI, there: OpenId, watch: Watch) -> None:
    tied_to(oidc, there, watch, signup=True)
    new = {"email": "ravi@trademaster.test", "email_verified": True}
    async with browser(oidc) as one, browser(oidc) as other:
        answers = await asyncio.gather(*(signs_in(client, there, **new) for client in (one, other)))
        assert [to(answer) for answer in answers] == [IN, IN]
        assert await logged_in_as(one) == await logged_in_as(other) == "ravi@trademaster.test"


async def test_an_answer_is_taken_once_and_only_in_the_browser_that_began(
    oidc: FastAPI, asha: httpx.AsyncClient, visitor: httpx.AsyncClient, there: OpenId
) -> None:
    await ties(asha, there)
    back = there.approve((await visitor.get(START)).headers["location"])
    async with browser(oidc) as other:  # somebody is made to open another's answer
        assert to(await other.get(BACK, params=back)) == "/signin?refused=oidc_over"
        await other.get(START)
        assert to(await other.get(BACK, params=back)) == "/signin?refused=oidc_over"
        assert await logged_in_as(other) is None
    assert to(await visitor.get(BACK, params=back)) == IN
    assert to(await visitor.get(BACK, params=back)) == "/signin?refused=oidc_over"


async def test_two_pages_of_one_browser_do_not_disturb_each_other(
    asha: httpx.AsyncClient, visitor: httpx.AsyncClient, there: OpenId
) -> None:
    await ties(asha, there)
    first, second = [(await visitor.get(START)).headers["location"] for _ in range(2)]
    assert to(await visitor.get(BACK, params=there.approve(first))) == IN
    assert to(await visitor.get(BACK, params=there.approve(second))) == IN


async def test_mixed_up_answers_prove_nothing(
    asha: httpx.AsyncClient, visitor: httpx.AsyncClient, there: OpenId
) -> None:
    await ties(asha, there)
    first, second = [there.approve((await visitor.get(START)).headers["location"]) for _ in range(2)]
    mixed = {"code": first["code"], "state": second["state"]}
    assert to(await visitor.get(BACK, params=mixed)) == "/signin?refused=oidc_unbelieved"
    assert await logged_in_as(visitor) is None


async def test_an_answer_that_comes_too_late_is_refused(
    asha: httpx.AsyncClient, visitor: httpx.AsyncClient, there: OpenId, watch: Watch
) -> None:
    await ties(asha, there)
    back = there.approve((await visitor.get(START)).headers["location"])
    watch.pass_time(minutes=11)
    assert to(await visitor.get(BACK, params=back)) == "/signin?refused=oidc_over"


@pytest.mark.parametrize(
    "back", [{}, {"state": ""}, {"code": "a"}, {"state": "x" * 4000, "error": "<script>"}]
)
async def test_what_nobody_asked_for_ends_on_the_sign_in_page(
    visitor: httpx.AsyncClient, back: dict[str, str]
) -> None:
    assert to(await visitor.get(BACK, params=back)) == "/signin?refused=oidc_over"


async def test_a_no_and_a_broken_provider_end_on_a_page_with_words(
    asha: httpx.AsyncClient, visitor: httpx.AsyncClient, there: OpenId
) -> None:
    state = query((await visitor.get(START)).headers["location"])["state"]
    no = {"state": state, "error": "access_denied", "error_description": "<b>no</b>"}
    assert to(await visitor.get(BACK, params=no)) == "/signin?refused=oidc_declined"
    there.claims = {"aud": "another client"}
    assert to(await signs_in(visitor, there)) == "/signin?refused=oidc_unbelieved"
    assert to(await ties(asha, there)) == "/settings/security?refused=oidc_unbelieved"
    there.serves["/token"] = (500, b"")
    assert to(await signs_in(visitor, there)) == "/signin?refused=oidc_unreachable"


async def test_a_provider_that_is_away_is_told_as_such(
    oidc: FastAPI, asha: httpx.AsyncClient, visitor: httpx.AsyncClient, there: OpenId
) -> None:
    there.serves["/.well-known/openid-configuration"] = (503, b"")
    assert to(await visitor.get(START)) == "/signin?refused=oidc_unreachable"
    answer = await asha.post("/v1/users/me/oidc")
    assert (answer.status_code, answer.json()["code"]) == (503, "oidc_unreachable")


async def test_tying_and_untying_ask_for_the_person(
    asha: httpx.AsyncClient, there: OpenId, watch: Watch
) -> None:
    await ties(asha, there)
    (link,) = (await asha.get("/v1/users/me/oidc")).json()["items"]
    watch.pass_time(minutes=11)
    for answer in (
        await asha.post("/v1/users/me/oidc"),
        await asha.delete(f"/v1/users/me/oidc/{link['id']}"),
    ):
        assert (answer.status_code, answer.json()["code"]) == (403, "step_up_needed")


async def test_one_person_there_is_one_user_here(
    asha: httpx.AsyncClient, person: Login, there: OpenId
) -> None:
    ravi = await person("ravi")
    await ties(asha, there)
    assert to(await ties(ravi, there)) == "/settings/security?refused=oidc_tied_elsewhere"
    assert to(await ties(asha, there, sub="person-2")) == "/settings/security?refused=oidc_tied_already"
    assert to(await ties(asha, there)) == "/settings/security?tied=1"
    (link,) = (await asha.get("/v1/users/me/oidc")).json()["items"]
    assert (await ravi.delete(f"/v1/users/me/oidc/{link['id']}")).status_code == 404
    assert (await ravi.get("/v1/users/me/oidc")).json()["items"] == []


async def test_a_login_that_was_ended_ties_nobody_any_more(asha: httpx.AsyncClient, there: OpenId) -> None:
    begun = (await asha.post("/v1/users/me/oidc")).json()["url"]
    await asha.post("/v1/users/logout")
    back = await asha.get(BACK, params=there.approve(begun))
    assert to(back) == "/settings/security?refused=oidc_ended"


async def test_untied_they_sign_in_no_more_and_the_last_way_in_stays(
    oidc: FastAPI, asha: httpx.AsyncClient, visitor: httpx.AsyncClient, there: OpenId
) -> None:
    await ties(asha, there)
    user = UserId((await asha.get("/v1/users/me")).json()["id"])
    (link,) = (await asha.get("/v1/users/me/oidc")).json()["items"]
    path = f"/v1/users/me/oidc/{link['id']}"
    none = partial(repository.change_user, user_id=user, changes={"password_hash": None})
    await oidc.state.db.write(none)
    refused = await asha.delete(path)
    assert (refused.status_code, refused.json()["code"]) == (409, "last_way_in")
    back = partial(repository.change_user, user_id=user, changes={"password_hash": "a hash"})
    await oidc.state.db.write(back)
    assert (await asha.delete(path)).status_code == 204
    done = [one for one in await written_down(oidc) if one.startswith("provider.")]
    assert done == ["provider.tied", "provider.untied"]
    told = [one.partition("\n")[0] for one in await letters(oidc, "asha@trademaster.test")]
    assert [one for one in told if "Example ID" in one] == [
        "Somebody at Example ID can sign in to your account",
        "Somebody at Example ID can sign in no more to your account",
    ]
    assert to(await signs_in(visitor, there)) == "/signin?refused=oidc_unknown"


async def test_a_disabled_user_is_not_let_in_this_way_either(
    oidc: FastAPI, asha: httpx.AsyncClient, visitor: httpx.AsyncClient, there: OpenId, watch: Watch
) -> None:
    await ties(asha, there)
    user = UserId((await asha.get("/v1/users/me")).json()["id"])
    await oidc.state.db.write(
        partial(repository.change_user, user_id=user, changes={"disabled_at": watch.now})
    )
    assert to(await signs_in(visitor, there)) == "/signin?refused=user_disabled"
    assert await logged_in_as(visitor) is None


async def proven(client: httpx.AsyncClient) -> int:
    """The status of what asks for a person that has proved lately who they are."""
    token = (await client.post("/v1/users/refresh")).json()["access_token"]
    bearer = {"authorization": f"Bearer {token}"}
    return (await client.post("/v1/users/me/passkeys/options", headers=bearer)).status_code


@pytest.mark.parametrize(("ago", "status"), [(0, 200), (300, 200), (3600, 403), (None, 403)])
async def test_a_sign_in_proves_what_the_provider_asked_for_lately(
    asha: httpx.AsyncClient,
    visitor: httpx.AsyncClient,
    there: OpenId,
    watch: Watch,
    ago: int | None,
    status: int,
) -> None:
    await ties(asha, there)
    there.claims = {"auth_time": None if ago is None else int(watch.now.timestamp()) - ago}
    await signs_in(visitor, there)
    assert await proven(visitor) == status


async def test_the_provider_can_be_asked_to_prove_it_anew(
    asha: httpx.AsyncClient, visitor: httpx.AsyncClient, there: OpenId, watch: Watch
) -> None:
    await ties(asha, there)
    await signs_in(visitor, there)
    watch.pass_time(minutes=11)
    token = (await visitor.post("/v1/users/refresh")).json()["access_token"]
    bearer = {"authorization": f"Bearer {token}"}

    async def ask(**person: Any) -> str:
        url = (await visitor.post("/v1/users/me/proof/oidc", headers=bearer)).json()["url"]
        assert (query(url)["prompt"], query(url)["max_age"]) == ("login", "0")
        return to(await visitor.get(BACK, params=there.approve(url, **person)))

    old = await visitor.post("/v1/users/me/passkeys/options", headers=bearer)
    assert old.json()["ways"] == ["password", "oidc"]
    before = int(watch.now.timestamp()) - 600
    assert await ask(auth_time=before) == "/settings/security?refused=oidc_not_anew"
    assert await ask(sub="person-2") == "/settings/security?refused=oidc_unknown"
    assert await proven(visitor) == 403
    assert await ask() == "/settings/security?proven=1"
    assert await proven(visitor) == 200


async def test_a_second_factor_here_is_asked_for_all_the_same(
    oidc: FastAPI, asha: httpx.AsyncClient, visitor: httpx.AsyncClient, there: OpenId, watch: Watch
) -> None:
    await ties(asha, there)
    uri = (await asha.post("/v1/users/me/second-factor")).json()["uri"]
    codes = pyotp.parse_uri(uri)
    assert isinstance(codes, pyotp.TOTP)
    now = int(watch.now.timestamp())
    await asha.post("/v1/users/me/second-factor/confirm", json={"code": codes.at(now)})
    assert to(await signs_in(visitor, there)) == "/signin?code=provider"
    assert await logged_in_as(visitor) is None
    path, right = "/v1/users/oidc/code", {"totp": codes.at(now + 30)}
    async with browser(oidc) as other:
        assert (await other.post(path, json=right)).json()["code"] == "oidc_over"
    wrong = await visitor.post(path, json={"totp": codes.at(now)})  # used already
    assert (wrong.status_code, wrong.json()["code"]) == (401, "totp_wrong")
    answers = await asyncio.gather(*(visitor.post(path, json=right) for _ in range(3)))
    assert sorted(one.status_code for one in answers)[0] == 200
    assert [one.status_code for one in answers].count(200) == 1
    assert await logged_in_as(visitor) == "asha@trademaster.test"
    assert (await visitor.post(path, json=right)).json()["code"] == "oidc_over"


async def test_the_providers_word_does_not_stand_in_for_a_second_factor(
    asha: httpx.AsyncClient, there: OpenId, watch: Watch
) -> None:
    await ties(asha, there)
    asked = (await asha.post("/v1/users/me/proof/oidc")).json()["url"]
    uri = (await asha.post("/v1/users/me/second-factor")).json()["uri"]
    codes = pyotp.parse_uri(uri)
    assert isinstance(codes, pyotp.TOTP)
    code = {"code": codes.at(int(watch.now.timestamp()))}
    await asha.post("/v1/users/me/second-factor/confirm", json=code)
    assert (await asha.post("/v1/users/me/proof/oidc")).json()["code"] == "second_factor_on"
    back = await asha.get(BACK, params=there.approve(asked))
    assert to(back) == "/settings/security?refused=oidc_over"


async def test_codes_after_the_provider_are_written_down_and_told_as_those_after_a_password(
    app: FastAPI, asha: httpx.AsyncClient, visitor: httpx.AsyncClient, there: OpenId, watch: Watch
) -> None:
    await ties(asha, there)
    uri = (await asha.post("/v1/users/me/second-factor")).json()["uri"]
    codes = pyotp.parse_uri(uri)
    assert isinstance(codes, pyotp.TOTP)
    code = {"code": codes.at(int(watch.now.timestamp()))}
    confirmed = await asha.post("/v1/users/me/second-factor/confirm", json=code)
    await signs_in(visitor, there)
    for _ in range(app.state.settings.lockout_failures):
        await visitor.post("/v1/users/oidc/code", json={"totp": "000000"})
    assert (await written_down(app)).count("login.refused") == app.state.settings.lockout_failures
    watch.pass_time(minutes=2)
    recovery = {"totp": confirmed.json()["recovery_codes"][0]}
    assert (await visitor.post("/v1/users/oidc/code", json=recovery)).status_code == 200
    told = [one.partition("\n")[0] for one in await letters(app, "asha@trademaster.test")]
    assert {"Somebody tries to log in as you", "A recovery code was used"} <= set(told)


async def test_codes_after_the_provider_are_not_guessed_without_end(
    asha: httpx.AsyncClient, visitor: httpx.AsyncClient, there: OpenId, watch: Watch
) -> None:
    await ties(asha, there)
    uri = (await asha.post("/v1/users/me/second-factor")).json()["uri"]
    codes = pyotp.parse_uri(uri)
    assert isinstance(codes, pyotp.TOTP)
    code = {"code": codes.at(int(watch.now.timestamp()))}
    await asha.post("/v1/users/me/second-factor/confirm", json=code)
    await signs_in(visitor, there)
    tries = [await visitor.post("/v1/users/oidc/code", json={"totp": "000000"}) for _ in range(20)]
    assert tries[-1].status_code == 429


@pytest.mark.filterwarnings("ignore::DeprecationWarning")
async def test_with_a_provider_of_somebody_elses_making(app: FastAPI, person: Login) -> None:
    """oidc-provider-mock, made with Authlib's own server."""
    known = User(sub="p-1", claims={"email": "asha@trademaster.test", "email_verified": True})
    with run_server_in_thread(user_claims=[known]) as server:
        issuer = f"http://localhost:{server.server_port}"
        settings = app.state.settings.model_copy(
            update={"oidc_issuer": issuer, "oidc_client_id": "any", "oidc_client_secret": SecretStr("any")}
        )
        app.state.oidc = Provider(settings, system_clock)
        asha = await person("asha")

        async def approve(url: str, **form: str) -> str:
            async with httpx.AsyncClient(trust_env=False) as there:
                return (await there.post(url, data=form)).headers["location"]

        url = (await asha.post("/v1/users/me/oidc")).json()["url"]
        assert to(await asha.get(await approve(url, sub="p-1"))) == "/settings/security?tied=1"
        async with browser(app) as visitor:
            url = (await visitor.get(START)).headers["location"]
            assert "refused=oidc_" in to(await visitor.get(await approve(url, action="deny")))
            url = (await visitor.get(START)).headers["location"]
            back = await approve(url, sub="p-1")
            assert to(await visitor.get(back)) == IN
            assert await logged_in_as(visitor) == "asha@trademaster.test"
            assert to(await visitor.get(back)) == "/signin?refused=oidc_over"

"""Passkeys over HTTP: made by who proved it, used once in the browser that asked, and never the last way in."""

from __future__ import annotations

import asyncio
from dataclasses import replace
from functools import partial

import httpx
import pytest
from fastapi import FastAPI

from domain.account import UserId
from orchestrator.identity import repository
from tests.orchestrator.conftest import Login, Watch, browser
from tests.orchestrator.identity.letters.mailbox import letters, written_down
from tests.orchestrator.identity.passkeys.authenticator import USER_PRESENT, Authenticator

PASSKEYS = "/v1/users/me/passkeys"
LOGIN = "/v1/users/passkey/login"
Given = tuple[int, str]


@pytest.fixture
async def asha(person: Login) -> httpx.AsyncClient:
    return await person("asha")


@pytest.fixture
def here(app: FastAPI) -> str:
    """The one address at which a browser uses passkeys of this application."""
    return f"http://localhost:{app.state.settings.port}"


@pytest.fixture
async def key(asha: httpx.AsyncClient, here: str) -> Authenticator:
    """Asha's first passkey."""
    authenticator = Authenticator(here)
    assert (await add(asha, authenticator)).status_code == 201
    return authenticator


async def add(client: httpx.AsyncClient, authenticator: Authenticator, name: str = "") -> httpx.Response:
    begun = (await client.post(f"{PASSKEYS}/options")).json()
    credential = authenticator.create(begun["options"])
    body = {"ceremony": begun["ceremony"], "credential": credential, "name": name}
    return await client.post(PASSKEYS, json=body)


async def signed(client: httpx.AsyncClient, authenticator: Authenticator) -> dict[str, object]:
    begun = (await client.post("/v1/users/passkey/options")).json()
    return {"ceremony": begun["ceremony"], "credential": authenticator.get(begun["options"])}


async def log_in(client: httpx.AsyncClient, authenticator: Authenticator) -> httpx.Response:
    return await client.post(LOGIN, json=await signed(client, authenticator))


def told(answer: httpx.Response) -> Given:
    return answer.status_code, answer.json()["code"]


async def test_a_passkey_logs_in_by_itself_and_nobody_is_named(
    asha: httpx.AsyncClient, key: Authenticator, client: httpx.AsyncClient
) -> None:
    begun = (await client.post("/v1/users/passkey/options")).json()
    assert begun["options"]["allowCredentials"] == []
    body = {"ceremony": begun["ceremony"], "credential": key.get(begun["options"])}
    answer = await client.post(LOGIN, json=body)
    assert answer.status_code == 200, answer.text
    bearer = {"authorization": f"Bearer {answer.json()['access_token']}"}
    assert (await client.get("/v1/users/me", headers=bearer)).json()["email"] == "asha@trademaster.test"
    assert (await client.post("/v1/users/refresh")).status_code == 200
    assert (await client.post(f"{PASSKEYS}/options", headers=bearer)).status_code == 200  # proven by it


async def test_it_is_listed_renamed_and_removed_and_then_opens_nothing(
    app: FastAPI, asha: httpx.AsyncClient, key: Authenticator, client: httpx.AsyncClient, here: str
) -> None:
    assert (await log_in(client, key)).status_code == 200
    shown = (await asha.get(PASSKEYS)).json()
    (item,) = shown["items"]
    assert shown["usable_at"] == here
    assert (item["name"], item["synced"], item["copied_at"]) == ("python-httpx", False, None)
    assert item["used_at"] is not None
    assert "public" not in str(shown)
    path = f"{PASSKEYS}/{item['id']}"
    assert (await asha.patch(path, json={"name": "My phone"})).json()["name"] == "My phone"
    assert (await asha.patch(path, json={"name": "two\nlines"})).status_code == 422
    assert (await asha.delete(path)).status_code == 204
    assert (await asha.delete(path)).status_code == 404
    assert told(await log_in(client, key)) == (401, "passkey_refused")
    assert (await asha.get(PASSKEYS)).json()["items"] == []
    done = [one for one in await written_down(app) if one.startswith("passkey.")]
    assert done == ["passkey.added", "passkey.renamed", "passkey.removed"]
    subjects = [one.partition("\n")[0] for one in await letters(app, "asha@trademaster.test")]
    assert [one for one in subjects if "passkey" in one] == [
        "A passkey was added to your account",
        "A passkey was removed from your account",
    ]


async def test_nobody_renames_or_removes_another_persons(
    asha: httpx.AsyncClient, key: Authenticator, person: Login
) -> None:
    ravi = await person("ravi")
    (item,) = (await asha.get(PASSKEYS)).json()["items"]
    path = f"{PASSKEYS}/{item['id']}"
    assert (await ravi.patch(path, json={"name": "mine"})).status_code == 404
    assert (await ravi.delete(path)).status_code == 404
    assert (await asha.get(PASSKEYS)).json()["items"] == [item]


async def test_making_and_removing_ask_for_the_person(
    asha: httpx.AsyncClient, key: Authenticator, watch: Watch
) -> None:
    (item,) = (await asha.get(PASSKEYS)).json()["items"]
    watch.pass_time(minutes=11)
    for asked in (await asha.post(f"{PASSKEYS}/options"), await asha.delete(f"{PASSKEYS}/{item['id']}")):
        assert told(asked) == (403, "step_up_needed")
        assert asked.json()["ways"] == ["password", "passkey"]
    begun = (await asha.post("/v1/users/me/proof/options")).json()
    (allowed,) = begun["options"]["allowCredentials"]
    assert allowed["transports"] == ["internal", "hybrid"]
    answer = {"ceremony": begun["ceremony"], "credential": key.get(begun["options"], user=None)}
    proof = await asha.post("/v1/users/me/proof", json={"passkey": answer})
    assert proof.status_code == 200, proof.text
    bearer = {"authorization": f"Bearer {proof.json()['access_token']}"}
    assert (await asha.post(f"{PASSKEYS}/options", headers=bearer)).status_code == 200
    replayed = await asha.post("/v1/users/me/proof", json={"passkey": answer})
    assert told(replayed) == (409, "ceremony_over")


async def test_another_persons_passkey_proves_nothing(
    asha: httpx.AsyncClient, key: Authenticator, person: Login, here: str
) -> None:
    ravi = await person("ravi")
    assert told(await ravi.post("/v1/users/me/proof/options")) == (409, "no_passkey")
    other = Authenticator(here)
    await add(ravi, other)
    begun = (await ravi.post("/v1/users/me/proof/options")).json()
    for credential in (key.get(begun["options"]), key.get(begun["options"], user=other.user)):
        answer = {"ceremony": begun["ceremony"], "credential": credential}
        proof = await ravi.post("/v1/users/me/proof", json={"passkey": answer})
        assert told(proof) in ((403, "passkey_refused"), (409, "ceremony_over"))
        begun = (await ravi.post("/v1/users/me/proof/options")).json()
    # Nor does what was begun in another login, though it is the same person's.
    begun = (await asha.post("/v1/users/me/proof/options")).json()
    answer = {"ceremony": begun["ceremony"], "credential": key.get(begun["options"])}
    assert told(await ravi.post("/v1/users/me/proof", json={"passkey": answer})) == (409, "ceremony_over")
    assert (await asha.post("/v1/users/me/proof", json={"passkey": answer})).status_code == 200


@pytest.mark.parametrize(
    "wrong",
    [
        {"origin": "http://127.0.0.1:8000"},
        {"origin": "https://evil.example"},
        {"rp_id": "evil.example"},
        {"flags": USER_PRESENT},
        {"cross_origin": True},
        {"user": "usr_somebody"},
        {"user": None},
    ],
    ids=lambda wrong: f"{next(iter(wrong))}={next(iter(wrong.values()))}",
)
async def test_what_was_signed_elsewhere_or_by_nobody_is_refused(
    key: Authenticator, client: httpx.AsyncClient, wrong: dict[str, object], here: str
) -> None:
    assert told(await log_in(client, replace(key, **wrong))) == (401, "passkey_refused")  # type: ignore[arg-type]


async def test_an_answer_counts_once_and_only_where_it_was_asked_for(
    app: FastAPI, key: Authenticator, client: httpx.AsyncClient, here: str
) -> None:
    body = await signed(client, key)
    async with browser(app) as elsewhere:  # a copied answer, or one that somebody was made to send
        assert told(await elsewhere.post(LOGIN, json=body)) == (409, "ceremony_over")
        await elsewhere.post("/v1/users/passkey/options")
        assert told(await elsewhere.post(LOGIN, json=body)) == (409, "ceremony_over")
    assert (await client.post(LOGIN, json=body)).status_code == 200
    assert told(await client.post(LOGIN, json=body)) == (409, "ceremony_over")


async def test_of_two_who_send_one_answer_at_once_one_is_let_in(
    key: Authenticator, client: httpx.AsyncClient
) -> None:
    body = await signed(client, key)
    answers = await asyncio.gather(*(client.post(LOGIN, json=body) for _ in range(6)))
    assert sorted(one.status_code for one in answers) == [200, 409, 409, 409, 409, 409]


async def test_an_answer_that_comes_too_late_is_refused(
    asha: httpx.AsyncClient, key: Authenticator, client: httpx.AsyncClient, watch: Watch, here: str
) -> None:
    body = await signed(client, key)
    begun = (await asha.post(f"{PASSKEYS}/options")).json()
    watch.pass_time(seconds=301)
    assert told(await client.post(LOGIN, json=body)) == (409, "ceremony_over")
    late = {"ceremony": begun["ceremony"], "credential": Authenticator(here).create(begun["options"])}
    assert told(await asha.post(PASSKEYS, json=late)) == (409, "ceremony_over")


async def test_a_challenge_for_one_thing_is_none_for_another(
    asha: httpx.AsyncClient, key: Authenticator, client: httpx.AsyncClient, here: str
) -> None:
    begun = (await asha.post("/v1/users/me/proof/options")).json()
    body = {"ceremony": begun["ceremony"], "credential": key.get(begun["options"])}
    assert told(await client.post(LOGIN, json=body)) == (409, "ceremony_over")
    made = Authenticator(here).create((await asha.post(f"{PASSKEYS}/options")).json()["options"])
    body = {"ceremony": begun["ceremony"], "credential": made}
    assert told(await asha.post(PASSKEYS, json=body)) == (409, "ceremony_over")


async def test_a_page_left_open_keeps_its_challenge_while_others_are_opened_beside_it(
    key: Authenticator, client: httpx.AsyncClient
) -> None:
    body = await signed(client, key)
    for _ in range(4):
        await client.post("/v1/users/passkey/options")
    assert (await client.post(LOGIN, json=body)).status_code == 200
    oldest = await signed(client, key)
    for _ in range(5):
        await client.post("/v1/users/passkey/options")
    assert told(await client.post(LOGIN, json=oldest)) == (409, "ceremony_over")


async def test_a_copy_of_a_passkey_is_refused_and_told(
    app: FastAPI, asha: httpx.AsyncClient, key: Authenticator, client: httpx.AsyncClient
) -> None:
    copy = replace(key)
    for _ in range(3):
        assert (await log_in(client, key)).status_code == 200
    refused = await log_in(client, copy)
    assert told(refused) == (401, "passkey_copied")
    (item,) = (await asha.get(PASSKEYS)).json()["items"]
    assert item["copied_at"] is not None
    assert "passkey.copied" in await written_down(app)
    assert told(await log_in(client, replace(key, counts=False, count=0))) == (401, "passkey_copied")
    assert (await log_in(client, key)).status_code == 200


async def test_passkeys_that_do_not_count_are_used_again_and_again(
    asha: httpx.AsyncClient, client: httpx.AsyncClient, here: str
) -> None:
    synced = Authenticator(here, counts=False)
    await add(asha, synced)
    for _ in range(3):
        assert (await log_in(client, synced)).status_code == 200


async def test_one_passkey_is_of_one_person_once(
    asha: httpx.AsyncClient, key: Authenticator, person: Login
) -> None:
    assert told(await add(asha, key)) == (409, "passkey_known")
    assert told(await add(await person("ravi"), key)) == (409, "passkey_known")
    begun = (await asha.post(f"{PASSKEYS}/options")).json()
    assert [one["type"] for one in begun["options"]["excludeCredentials"]] == ["public-key"]


async def test_a_person_has_twenty_at_most(asha: httpx.AsyncClient, here: str) -> None:
    late = (await asha.post(f"{PASSKEYS}/options")).json()
    for _ in range(20):
        assert (await add(asha, Authenticator(here))).status_code == 201
    assert told(await asha.post(f"{PASSKEYS}/options")) == (409, "too_many_passkeys")
    body = {"ceremony": late["ceremony"], "credential": Authenticator(here).create(late["options"])}
    assert told(await asha.post(PASSKEYS, json=body)) in (
        (409, "too_many_passkeys"),
        (409, "ceremony_over"),
    )


async def test_the_last_way_in_stays_also_when_two_are_removed_at_once(
    app: FastAPI, asha: httpx.AsyncClient, key: Authenticator, here: str
) -> None:
    await add(asha, Authenticator(here))
    user = UserId((await asha.get("/v1/users/me")).json()["id"])
    await app.state.db.write(partial(repository.change_user, user_id=user, changes={"password_hash": None}))
    items = (await asha.get(PASSKEYS)).json()["items"]
    answers = await asyncio.gather(*(asha.delete(f"{PASSKEYS}/{one['id']}") for one in items))
    assert sorted(one.status_code for one in answers) == [204, 409]
    refused = next(one for one in answers if one.status_code == 409)
    assert refused.json()["code"] == "last_way_in"
    assert len((await asha.get(PASSKEYS)).json()["items"]) == 1


@pytest.mark.parametrize("credential", [{}, {"id": 1}, {"id": "a", "rawId": "a", "response": {}}])
async def test_what_is_no_credential_is_refused_in_words(
    asha: httpx.AsyncClient, client: httpx.AsyncClient, credential: dict[str, object]
) -> None:
    begun = (await client.post("/v1/users/passkey/options")).json()
    body = {"ceremony": begun["ceremony"], "credential": credential}
    assert told(await client.post(LOGIN, json=body)) == (401, "passkey_refused")
    begun = (await asha.post(f"{PASSKEYS}/options")).json()
    body = {"ceremony": begun["ceremony"], "credential": credential}
    assert told(await asha.post(PASSKEYS, json=body)) == (422, "passkey_unfit")

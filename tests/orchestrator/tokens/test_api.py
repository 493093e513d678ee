"""Personal tokens as their user handles them."""

from __future__ import annotations

from typing import Any

import httpx
import pytest
from fastapi import FastAPI
from sqlalchemy import update

from orchestrator.audit.actions import Action
from orchestrator.tables.audit import audit_log
from orchestrator.tables.identity import users
from orchestrator.tokens import service
from tests.orchestrator.conftest import Login, Watch, browser
from tests.services import ON_SQLITE

PATH = "/v1/users/me/tokens"


@pytest.fixture
async def asha(person: Login) -> httpx.AsyncClient:
    return await person("asha")


async def made(client: httpx.AsyncClient, **more: Any) -> Any:
    answer = await client.post(PATH, json={"name": "script", "scopes": ["read"], **more})
    assert answer.status_code == 201, answer.text
    return answer.json()


async def used(app: FastAPI, text: str, path: str = "/v1/quotes?symbols=NSE:INFY") -> tuple[int, str]:
    async with browser(app) as program:
        answer = await program.get(path, headers={"authorization": f"Bearer {text}"})
        return answer.status_code, answer.json().get("code", "")


async def test_a_token_is_shown_once_and_listed_without_its_text(
    app: FastAPI, asha: httpx.AsyncClient, watch: Watch
) -> None:
    policy = {"symbols": ["nse:infy", "*:NIFTY"], "order_value": "5000", "addresses": ["127.0.0.1"]}
    new = await made(asha, scopes=["trade", "read", "read"], policy=policy, days=30)
    assert new["token"].startswith(f"tm_{new['id']}_")
    assert new["scopes"] == ["read", "trade"]
    assert new["policy"]["symbols"] == ["NSE:INFY", "*:NIFTY"]
    assert (new["policy"]["addresses"], new["policy"]["sides"]) == (["127.0.0.1/32"], None)
    assert new["expires_at"] == "2026-12-23T10:30:00.000+05:30"
    assert await used(app, new["token"]) == (200, "")
    (listed,) = (await asha.get(PATH)).json()["items"]
    assert "token" not in listed
    assert new["token"] not in str(listed)
    assert (listed["used_at"], listed["used_from"]) == ("2026-11-23T10:30:00.000+05:30", "127.0.0.1")
    assert (await asha.get(f"{PATH}/{new['id']}")).json() == listed


async def test_a_token_is_its_users_alone(asha: httpx.AsyncClient, person: Login) -> None:
    token, ravi = await made(asha), await person("ravi")
    path = f"{PATH}/{token['id']}"
    assert (await ravi.get(PATH)).json()["items"] == []
    answers = [
        await ravi.get(path),
        await ravi.patch(path, json={"name": "mine"}),
        await ravi.post(f"{path}/rotate", json={}),
        await ravi.delete(path),
    ]
    assert [one.status_code for one in answers] == [404] * 4
    assert (await asha.get(path)).json()["name"] == "script"


async def test_tokens_are_made_and_loosened_by_who_was_proven_lately_and_tightened_by_any_login(
    asha: httpx.AsyncClient, watch: Watch
) -> None:
    token = await made(asha, policy={"order_value": "5000"})
    path = f"{PATH}/{token['id']}"
    watch.pass_time(minutes=11)
    looser = {"order_value": "5001"}
    tries = [
        await asha.post(PATH, json={"name": "x", "scopes": ["read"]}),
        await asha.patch(path, json={"policy": looser}),
        await asha.patch(path, json={"scopes": ["read", "funds"]}),
        await asha.post(f"{path}/rotate", json={}),
    ]
    assert [(one.status_code, one.json()["code"]) for one in tries] == [(403, "step_up_needed")] * 4
    tighter = await asha.patch(path, json={"policy": {"order_value": "4999", "dry_run": True}})
    assert (tighter.status_code, tighter.json()["policy"]["dry_run"]) == (200, True)
    assert (await asha.delete(path)).status_code == 204


async def test_a_change_is_in_force_with_its_answer(app: FastAPI, asha: httpx.AsyncClient) -> None:
    token = await made(asha)
    assert (await used(app, token["token"]))[0] == 200
    path = f"{PATH}/{token['id']}"
    assert (await asha.patch(path, json={"policy": {"addresses": ["10.0.0.0/8"]}})).status_code == 200
    assert await used(app, token["token"]) == (403, "token_policy")
    assert (await asha.patch(path, json={"policy": {}, "scopes": ["trade"]})).status_code == 200
    assert await used(app, token["token"]) == (403, "scope_missing")


async def test_a_rotated_token_has_a_new_text_and_the_old_one_as_long_as_was_asked(
    app: FastAPI, asha: httpx.AsyncClient, watch: Watch
) -> None:
    token = await made(asha)
    path = f"{PATH}/{token['id']}/rotate"
    second = (await asha.post(path, json={"overlap": 60})).json()
    assert (second["id"], second["old_until"]) == (token["id"], "2026-11-23T10:31:00.000+05:30")
    assert [await used(app, one["token"]) for one in (token, second)] == [(200, "")] * 2
    third = (await asha.post(path, json={})).json()
    expected = [(401, "token_invalid"), (401, "token_invalid"), (200, "")]
    assert [await used(app, one["token"]) for one in (token, second, third)] == expected


async def test_a_revoked_token_is_refused_and_gone(app: FastAPI, asha: httpx.AsyncClient) -> None:
    token = await made(asha)
    path = f"{PATH}/{token['id']}"
    assert (await asha.delete(path)).status_code == 204
    assert await used(app, token["token"]) == (401, "token_revoked")
    assert (await asha.get(PATH)).json()["items"] == []
    assert [(await asha.get(path)).status_code, (await asha.delete(path)).status_code] == [404, 404]
    assert (await asha.post(f"{path}/rotate", json={})).status_code == 404


async def test_a_program_cannot_handle_tokens(app: FastAPI, asha: httpx.AsyncClient) -> None:
    token = await made(asha, scopes=["read", "trade", "funds"])
    headers = {"authorization": f"Bearer {token['token']}"}
    async with browser(app) as program:
        answers = [
            await program.get(PATH, headers=headers),
            await program.post(PATH, json={"name": "x", "scopes": ["read"]}, headers=headers),
            await program.delete(f"{PATH}/{token['id']}", headers=headers),
        ]
    assert [(one.status_code, one.json()["code"]) for one in answers] == [(403, "login_only")] * 3


@ON_SQLITE
@pytest.mark.parametrize(
    "body",
    [
        {"name": "", "scopes": ["read"]},
        {"name": "x", "scopes": []},
        {"name": "x", "scopes": ["admin"]},
        {"name": "x", "scopes": ["read"], "days": 366},
        {"name": "x", "scopes": ["read"], "policy": {"symbols": ["*:*"]}},
        {"name": "x", "scopes": ["read"], "policy": {"symbols": ["ABC:INFY"]}},
        {"name": "x", "scopes": ["read"], "policy": {"symbols": []}},
        {"name": "x", "scopes": ["read"], "policy": {"addresses": ["10.0.0.300"]}},
        {"name": "x", "scopes": ["read"], "policy": {"order_value": "0"}},
        {"name": "x", "scopes": ["read"], "policy": {"accounts": ["acc_of_ravi"]}},
        {"name": "x", "scopes": ["read"], "policy": {"acounts": ["acc_1"]}},
        {"name": "x", "scopes": ["read"], "policy": {"hours": {"start": "15:00", "end": "09:00"}}},
    ],
    ids=str,
)
async def test_what_makes_no_sense_makes_no_token(asha: httpx.AsyncClient, body: dict[str, Any]) -> None:
    answer = await asha.post(PATH, json=body)
    assert answer.status_code == 422, answer.text
    assert (await asha.get(PATH)).json()["items"] == []


async def test_a_user_has_so_many_tokens_and_no_more(
    asha: httpx.AsyncClient, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(service, "MOST", 2)
    first, _ = await made(asha), await made(asha)
    answer = await asha.post(PATH, json={"name": "x", "scopes": ["read"]})
    assert (answer.status_code, answer.json()["code"]) == (409, "too_many_tokens")
    await asha.delete(f"{PATH}/{first['id']}")
    await made(asha)


async def test_everything_is_in_the_audit_log_and_no_text_of_a_token_is(
    app: FastAPI, asha: httpx.AsyncClient
) -> None:
    token = await made(asha, policy={"order_value": "5000"})
    path = f"{PATH}/{token['id']}"
    await asha.patch(path, json={"policy": {"order_value": "4000"}})
    rotated = (await asha.post(f"{path}/rotate", json={"overlap": 5})).json()
    await asha.delete(path)
    entries = audit_log.select().where(audit_log.c.subject == token["id"]).order_by(audit_log.c.id)
    rows = await app.state.db.read(lambda conn: conn.execute(entries).all())
    actions = [Action.TOKEN_MADE, Action.TOKEN_CHANGED, Action.TOKEN_ROTATED, Action.TOKEN_REVOKED]
    assert [row.action for row in rows] == actions
    assert "4000" in rows[1].detail
    for text in (token["token"], rotated["token"]):
        assert not any(text.rpartition("_")[2] in str(row) for row in rows)


async def test_a_user_who_is_shut_out_has_no_programs_either(app: FastAPI, asha: httpx.AsyncClient) -> None:
    token = await made(asha)
    await app.state.db.write(lambda conn: conn.execute(update(users).values(disabled_at=app.state.clock())))
    assert await used(app, token["token"]) == (401, "token_invalid")

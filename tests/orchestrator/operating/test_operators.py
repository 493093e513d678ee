"""An operator keeps the installation: lets users in and shuts them out, and sees nothing of what is theirs."""

from __future__ import annotations

import asyncio
import re
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from typing import TypeVar

import httpx
import pytest
from fastapi import FastAPI
from sqlalchemy import Connection, func, insert, select
from typer.testing import CliRunner

from domain.account import UserId
from orchestrator.audit.record import Actor
from orchestrator.cli import cli
from orchestrator.config import Settings
from orchestrator.identity import people, repository
from orchestrator.identity.claims import Role, Way
from orchestrator.identity.second_factor import codes
from orchestrator.identity.sessions import known
from orchestrator.keys import keys
from orchestrator.operating import service
from orchestrator.state import system_clock
from orchestrator.storage.db import open_database
from orchestrator.tables.audit import audit_log
from orchestrator.tables.people import letters, second_factors
from tests.orchestrator.conftest import PASSWORD, Login, Watch
from tests.orchestrator.identity.letters.mailbox import written_down

T = TypeVar("T")
USERS = "/v1/operator/users"


@pytest.fixture
async def asha(person: Login) -> httpx.AsyncClient:
    return await person("asha")


@pytest.fixture
async def keeper(person: Login, app: FastAPI) -> httpx.AsyncClient:
    """An operator, logged in."""
    client = await person("keeper")
    me = UserId((await client.get("/v1/users/me")).json()["id"])
    now, by = app.state.clock(), Actor.command("users operator")
    await app.state.db.write(lambda conn: service.give_role(conn, me, Role.OPERATOR, by=by, now=now))
    return await again(client)


async def again(client: httpx.AsyncClient, name: str = "keeper") -> httpx.AsyncClient:
    answer = await log_in(client, name)
    client.headers["authorization"] = f"Bearer {answer.json()['access_token']}"
    return client


async def log_in(client: httpx.AsyncClient, name: str, password: str = PASSWORD) -> httpx.Response:
    body = {"email": f"{name}@trademaster.test", "password": password}
    return await client.post("/v1/users/login", json=body)


async def id_of(client: httpx.AsyncClient) -> str:
    return str((await client.get("/v1/users/me")).json()["id"])


async def test_a_user_is_found_by_a_part_of_the_email_or_by_the_id(
    keeper: httpx.AsyncClient, asha: httpx.AsyncClient
) -> None:
    async def found(text: str) -> list[str]:
        items = (await keeper.get(USERS, params={"find": text})).json()["items"]
        return [one["email"] for one in items]

    assert await found(" ASHA@ ") == ["asha@trademaster.test"]
    assert await found(await id_of(asha)) == ["asha@trademaster.test"]
    assert await found("%") == []
    assert await found("a_ha") == [], "signs of a pattern are letters like others"


async def test_users_are_listed_page_by_page_without_what_is_theirs(
    keeper: httpx.AsyncClient, asha: httpx.AsyncClient
) -> None:
    first = (await keeper.get(USERS, params={"limit": 1})).json()
    second = (await keeper.get(USERS, params={"limit": 1, "after": first["next"]})).json()
    (one,), (other,) = first["items"], second["items"]
    assert {one["email"], other["email"]} == {"keeper@trademaster.test", "asha@trademaster.test"}
    assert second["next"] is None
    assert set(one) == {
        "id", "email", "name", "role", "created_at", "email_verified", "disabled_at", "second_factor", "logins",
        "last_seen",
    }  # fmt: skip


@pytest.mark.parametrize("way", ["", "/x/unlock", "/x/end-sessions", "/x/disable", "/x/enable"])
async def test_a_user_is_not_let_in(asha: httpx.AsyncClient, way: str) -> None:
    answer = await asha.request("POST" if way else "GET", f"{USERS}{way}")
    assert (answer.status_code, answer.json()["code"]) == (403, "operators_only")


async def test_an_operator_sees_and_does_nothing_of_another_users(
    keeper: httpx.AsyncClient, asha: httpx.AsyncClient, app: FastAPI
) -> None:
    keys = {"api_key": "key", "api_secret": "secret"}
    begun = await asha.post("/v1/accounts", json={"broker": "zerodha", "credentials": keys})
    known = {
        "account_id": begun.json()["account"]["id"],
        "session_id": (await asha.get("/v1/users/me/sessions")).json()["items"][0]["id"],
    }
    looked = 0
    for path, operations in app.openapi()["paths"].items():
        names = re.findall(r"{(\w+)}", path)
        if "get" not in operations or not names or not set(names) <= set(known):
            continue
        answer = await keeper.get(path.format(**known))
        assert answer.status_code in (404, 422), path  # 422: it asks for more before it looks
        looked += answer.status_code == 404
    assert looked >= 3
    assert (await keeper.get("/v1/accounts")).json() == []
    assert (await keeper.get("/v1/portfolio")).json()["funds"] == []
    order = {
        "exchange": "NSE", "symbol": "INFY", "side": "BUY", "order_type": "MARKET", "quantity": 1,
        "product": "CNC", "validity": "DAY", "account": known["account_id"],
    }  # fmt: skip
    placed = await keeper.post("/v1/orders", json=order, headers={"idempotency-key": "k"})
    assert placed.status_code >= 400
    assert (await asha.get("/v1/orders")).json()["items"] == []


async def test_a_disabled_user_is_out_at_once_with_tokens_and_comes_back(
    keeper: httpx.AsyncClient, asha: httpx.AsyncClient, client: httpx.AsyncClient, app: FastAPI
) -> None:
    user = await id_of(asha)
    made = await asha.post("/v1/users/me/tokens", json={"name": "prices", "scopes": ["read"]})
    program = {"authorization": f"Bearer {made.json()['token']}"}
    assert (await client.get("/v1/orders", headers=program)).status_code == 200
    assert (await keeper.post(f"{USERS}/{user}/disable")).status_code == 204
    assert (await asha.get("/v1/users/me")).json()["code"] == "session_ended"
    assert (await asha.post("/v1/users/refresh")).json()["reason"] == "ended_by_operator"
    assert (await client.get("/v1/orders", headers=program)).status_code == 401
    assert (await log_in(client, "asha")).json()["code"] == "user_disabled"
    assert (await log_in(client, "asha", "a guess of it")).json()["code"] == "wrong_login"
    assert (await keeper.post(f"{USERS}/{user}/enable")).status_code == 204
    assert (await log_in(client, "asha")).status_code == 200
    assert (await client.get("/v1/orders", headers=program)).status_code == 200
    assert {"user.disabled", "user.enabled", "user.role_changed"} <= set(await written_down(app))


async def test_an_operator_does_not_shut_themselves_out(keeper: httpx.AsyncClient) -> None:
    answer = await keeper.post(f"{USERS}/{await id_of(keeper)}/disable")
    assert (answer.status_code, answer.json()["code"]) == (409, "own_user")


async def test_every_login_of_a_user_is_ended(keeper: httpx.AsyncClient, asha: httpx.AsyncClient) -> None:
    assert (await keeper.post(f"{USERS}/{await id_of(asha)}/end-sessions")).json() == {"ended": 1}
    assert (await asha.get("/v1/users/me")).status_code == 401
    assert (await keeper.post(f"{USERS}/nobody/end-sessions")).status_code == 404


async def test_a_user_who_is_locked_out_is_let_try_again(
    keeper: httpx.AsyncClient, asha: httpx.AsyncClient, client: httpx.AsyncClient, watch: Watch
) -> None:
    for _ in range(11):
        refused = await log_in(client, "asha", "a guess of it")
        watch.pass_time(seconds=20)
    assert refused.json()["code"] == "locked_out"
    await again(keeper)
    assert (await keeper.post(f"{USERS}/{await id_of(asha)}/unlock")).status_code == 204
    assert (await log_in(client, "asha")).status_code == 200


async def test_shutting_out_asks_for_the_person(
    keeper: httpx.AsyncClient, asha: httpx.AsyncClient, watch: Watch
) -> None:
    watch.pass_time(minutes=11)
    answer = await keeper.post(f"{USERS}/{await id_of(asha)}/disable")
    assert answer.json()["code"] == "step_up_needed"


async def test_an_operator_who_is_a_user_again_is_one_at_once(
    keeper: httpx.AsyncClient, app: FastAPI
) -> None:
    me, now, by = UserId(await id_of(keeper)), app.state.clock(), Actor.command("users user")
    over = await app.state.db.write(lambda conn: service.give_role(conn, me, Role.USER, by=by, now=now))
    assert over, "a token that says operator is good no more"
    assert (await (await again(keeper)).get(USERS)).status_code == 403


def test_the_commands_list_and_name_operators(monkeypatch: pytest.MonkeyPatch, settings: Settings) -> None:
    monkeypatch.setenv("TRADEMASTER_DATA", str(settings.data))
    run = CliRunner().invoke
    assert run(cli, ["migrate"]).exit_code == 0
    assert run(cli, ["users", "list"]).stdout == ""
    nobody = run(cli, ["users", "operator", "asha@trademaster.test"])
    assert "nobody has the e-mail" in str(nobody.exception)


def test_a_lost_second_factor_is_taken_off_at_the_machine_told_and_written_down(
    monkeypatch: pytest.MonkeyPatch, settings: Settings
) -> None:
    monkeypatch.setenv("TRADEMASTER_DATA", str(settings.data))
    run = CliRunner().invoke
    assert run(cli, ["migrate"]).exit_code == 0
    keys(settings)
    now = datetime(2026, 11, 22, 4, 0, tzinfo=UTC)
    who = people.new_user(
        UserId("usr_a"), email="a@b.example", name="A", password_hash="x", verified_at=None, now=now
    )
    session = repository.Session(
        "fam_a", who.id, "", "", frozenset({Way.PASSWORD}), now, now, now, system_clock() + timedelta(days=1)
    )

    def fill(conn: Connection) -> None:
        repository.add_user(conn, who)
        repository.add_session(conn, session)
        known.remember(conn, who.id, "", now)
        row = {"user_id": who.id, "secret": "x", "step": 0, "made_at": now, "confirmed_at": now}
        conn.execute(insert(second_factors).values(row))
        codes.keep_codes(conn, who.id, ["one", "two"])

    command = ["users", "reset-second-factor", "A@B.example"]
    assert "nobody has the e-mail" in str(run(cli, command).exception)
    _at(settings, fill)
    assert "1 logins were ended" in run(cli, command).stdout
    assert "has no second factor on" in str(run(cli, command).exception)

    def look(conn: Connection) -> tuple[object, ...]:
        return (
            codes.of(conn, who.id),
            known.has_any(conn, who.id),
            repository.sessions_of(conn, who.id, now),
            conn.execute(select(func.count()).select_from(letters)).scalar_one(),
            conn.execute(select(audit_log.c.action, audit_log.c.actor)).all()[-1],
        )

    assert _at(settings, look) == (
        codes.Factor(None, 0),
        False,
        [],
        1,
        ("second_factor.reset", "users reset-second-factor"),
    )


def _at(settings: Settings, work: Callable[[Connection], T]) -> T:
    """What `work` does in the installation's database."""

    async def done() -> T:
        database = open_database(settings)
        try:
            return await database.write(work)
        finally:
            await database.close()

    return asyncio.run(done())

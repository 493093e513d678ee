"""An operator sees who is logged in at which broker, ends a session, and asks for a new one; never with whose keys."""

from __future__ import annotations

import httpx
import pytest
from fastapi import FastAPI
from sqlalchemy import Connection, select

from domain.account import AccountId, AccountState, BrokerId
from orchestrator.accounts import repository
from orchestrator.tables.audit import audit_log
from tests.orchestrator.accounts.conftest import connect
from tests.orchestrator.conftest import Login, Watch
from tests.orchestrator.operating.test_operators import keeper  # noqa: F401  (a fixture)
from tests.orchestrator.stub_broker import StubAdapter

SESSIONS = "/v1/operator/sessions"


@pytest.fixture(autouse=True)
def _users(stubs: dict[BrokerId, StubAdapter]) -> None:
    for stub in stubs.values():
        stub.users = {"good": "AB1234"}


@pytest.fixture
async def asha(person: Login) -> httpx.AsyncClient:
    return await person("asha")


async def by_keys(client: httpx.AsyncClient) -> str:
    body = {
        "broker": "groww",
        "credentials": {"api_key": "good", "api_secret": "secret"},
    }
    answer = await client.post("/v1/accounts", json=body)
    assert answer.status_code == 201, answer.text
    return str(answer.json()["account"]["id"])


async def test_sessions_are_listed_with_the_process_that_works_for_their_owner(
    keeper: httpx.AsyncClient,  # noqa: F811
    asha: httpx.AsyncClient,
    app: FastAPI,
) -> None:
    first, second = await connect(asha), await by_keys(asha)
    page = (await keeper.get(SESSIONS, params={"limit": 1})).json()
    rest = (await keeper.get(SESSIONS, params={"after": page["next"]})).json()
    found = {one["account_id"]: one for one in page["items"] + rest["items"]}
    assert rest["next"] is None
    assert found[first]["renewal"] == "by_owner"
    assert found[second]["renewal"] == "by_keys"
    assert {one["process"] for one in found.values()} == {app.state.leases.owner}
    assert set(found[first]) == {
        "account_id", "user_id", "broker", "state", "since", "expires_at", "renewal", "process", "last_error",
    }  # fmt: skip
    needing = await keeper.get(SESSIONS, params={"state": "login_needed"})
    assert needing.json()["items"] == []
    assert (await asha.get(SESSIONS)).json()["code"] == "operators_only"


async def test_a_session_that_is_ended_is_forgotten_and_its_owner_told_why(
    keeper: httpx.AsyncClient,  # noqa: F811
    asha: httpx.AsyncClient,
    app: FastAPI,
) -> None:
    account = await connect(asha)
    assert (await keeper.post(f"{SESSIONS}/{account}/end")).status_code == 204
    shown = (await asha.get(f"/v1/accounts/{account}")).json()
    assert shown["state"] == "login_needed"
    assert not app.state.connections.get(AccountId(account)).ready
    kept = await app.state.db.read(lambda conn: repository.by_id(conn, AccountId(account)))
    assert kept.session is None
    assert kept.account.state is AccountState.LOGIN_NEEDED
    assert "operator" in kept.last_error

    def read(conn: Connection) -> list[str]:
        query = select(audit_log.c.actor_kind).where(audit_log.c.action == "account.logout")
        return list(conn.execute(query).scalars())

    assert await app.state.db.read(read) == ["login"], "the operator's login, not the product by itself"
    late = await keeper.post(f"{SESSIONS}/{account}/end")
    assert (late.status_code, late.json()["code"]) == (409, "no_session")
    assert (await keeper.post(f"{SESSIONS}/acc_none/end")).status_code == 404


async def test_a_new_session_is_asked_for_as_the_broker_gives_it(
    keeper: httpx.AsyncClient,  # noqa: F811
    asha: httpx.AsyncClient,
) -> None:
    first, second = await connect(asha), await by_keys(asha)
    refused = await keeper.post(f"{SESSIONS}/{first}/renewal")
    assert (refused.status_code, refused.json()["code"]) == (409, "renewal_by_owner")
    await keeper.post(f"{SESSIONS}/{second}/end")
    renewed = await keeper.post(f"{SESSIONS}/{second}/renewal")
    assert (renewed.status_code, renewed.json()) == (200, {"asked": "by_keys"})
    assert (await asha.get(f"/v1/accounts/{second}")).json()["state"] == "connected"
    assert (await keeper.post(f"{SESSIONS}/acc_none/renewal")).status_code == 404


async def test_a_login_of_yesterday_changes_no_session(
    keeper: httpx.AsyncClient,  # noqa: F811
    asha: httpx.AsyncClient,
    watch: Watch,
) -> None:
    account = await connect(asha)
    watch.pass_time(minutes=11)
    for what in ("end", "renewal"):
        refused = await keeper.post(f"{SESSIONS}/{account}/{what}")
        assert (refused.status_code, refused.json()["code"]) == (403, "step_up_needed")

"""What a stolen screen must not do asks for the person anew."""

from __future__ import annotations

import httpx
import pytest
from fastapi import FastAPI

from orchestrator.identity.proof import Operator, Proven
from orchestrator.identity.tokens import Bearer, bearer_of
from tests.orchestrator.conftest import PASSWORD, Login, Watch


@pytest.fixture
async def asha(app: FastAPI, person: Login) -> httpx.AsyncClient:
    @app.get("/test/proven")
    async def needs_proof(login: Proven) -> str:
        return login.user_id

    @app.get("/test/operator")
    async def needs_operator(login: Operator) -> str:
        return login.user_id

    # Before the page that takes every path.
    app.router.routes[:0] = [app.router.routes.pop(), app.router.routes.pop()]
    return await person("asha")


def bearer(app: FastAPI, client: httpx.AsyncClient) -> Bearer:
    token = client.headers["authorization"].removeprefix("Bearer ")
    return bearer_of(token, key=app.state.keys.jwt, now=app.state.clock())


async def prove(client: httpx.AsyncClient, **given: str) -> httpx.Response:
    answer = await client.post("/v1/users/me/proof", json=given)
    if answer.status_code == 200:
        client.headers["authorization"] = f"Bearer {answer.json()['access_token']}"
    return answer


async def test_a_fresh_login_is_a_proof_for_ten_minutes(asha: httpx.AsyncClient, watch: Watch) -> None:
    watch.pass_time(minutes=10)
    assert (await asha.get("/test/proven")).status_code == 200
    watch.pass_time(seconds=1)
    refused = await asha.get("/test/proven")
    assert (refused.status_code, refused.json()["code"]) == (403, "step_up_needed")
    assert refused.json()["ways"] == ["password"]


async def test_refreshing_proves_nothing(asha: httpx.AsyncClient, watch: Watch) -> None:
    watch.pass_time(minutes=11)
    token = (await asha.post("/v1/users/refresh")).json()["access_token"]
    asha.headers["authorization"] = f"Bearer {token}"
    assert (await asha.get("/test/proven")).status_code == 403


async def test_the_password_proves_it_and_a_refresh_keeps_the_proof(
    app: FastAPI, asha: httpx.AsyncClient, watch: Watch
) -> None:
    watch.pass_time(minutes=11)
    assert (await prove(asha, password=PASSWORD)).status_code == 200
    assert (await asha.get("/test/proven")).status_code == 200
    assert bearer(app, asha).proven_at == watch.now
    proven_at = watch.now
    watch.pass_time(minutes=5)
    token = (await asha.post("/v1/users/refresh")).json()["access_token"]
    asha.headers["authorization"] = f"Bearer {token}"
    assert bearer(app, asha).proven_at == proven_at


async def test_a_wrong_proof_is_refused_and_braked(asha: httpx.AsyncClient) -> None:
    assert (await prove(asha)).json()["code"] == "proof_wrong"
    answers = [await prove(asha, password="a guess of it") for _ in range(8)]
    assert [one.status_code for one in answers] == [403] * 7 + [429]


async def test_an_ended_login_proves_nothing(asha: httpx.AsyncClient) -> None:
    assert (await asha.post("/v1/users/logout")).status_code == 204
    assert (await prove(asha, password=PASSWORD)).status_code == 401


async def test_a_user_is_no_operator(asha: httpx.AsyncClient) -> None:
    answer = await asha.get("/test/operator")
    assert (answer.status_code, answer.json()["code"]) == (403, "operators_only")

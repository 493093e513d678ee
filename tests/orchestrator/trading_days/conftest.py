"""Somebody who keeps the installation, and somebody who does not."""

from __future__ import annotations

import httpx
import pytest
from fastapi import FastAPI

from domain.account import UserId
from orchestrator.audit.record import Actor
from orchestrator.identity.claims import Role
from orchestrator.operating import service
from tests.orchestrator.conftest import PASSWORD, Login


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
    body = {"email": "keeper@trademaster.test", "password": PASSWORD}
    answer = await client.post("/v1/users/login", json=body)
    client.headers["authorization"] = f"Bearer {answer.json()['access_token']}"
    return client

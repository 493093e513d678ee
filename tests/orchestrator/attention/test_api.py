"""What needs a person, asked for and pushed, over a running application on both databases."""

from __future__ import annotations

import asyncio

import httpx
import pytest
from fastapi import FastAPI

from domain.account import BrokerId
from orchestrator.bus import user_topic
from tests.orchestrator.conftest import Login, Watch
from tests.orchestrator.stub_broker import StubAdapter
from tests.orchestrator.watchlists.conftest import listed

__all__ = ["listed"]  # a fixture


@pytest.fixture
async def asha(person: Login) -> httpx.AsyncClient:
    return await person("asha")


async def kinds(client: httpx.AsyncClient) -> list[str]:
    answer = await client.get("/v1/attention")
    assert answer.status_code == 200, answer.text
    return [one["kind"] for one in answer.json()["items"]]


async def test_the_kill_switch_needs_the_person_who_turned_it_on(
    asha: httpx.AsyncClient, person: Login, client: httpx.AsyncClient
) -> None:
    assert await kinds(asha) == []
    assert (await asha.post("/v1/kill-switch", json={"depth": "no_new_risk"})).status_code == 202
    assert await kinds(asha) == ["kill_switch"]
    assert await kinds(await person("ravi")) == []
    assert (await client.get("/v1/attention")).status_code == 401


async def test_an_alert_on_what_nobody_prices_needs_a_person(asha: httpx.AsyncClient, watch: Watch) -> None:
    body = {"symbol": "NSE:INFY", "kind": "above", "threshold": "1550.00"}
    assert (await asha.post("/v1/alerts", json=body)).status_code == 201
    watch.pass_time(minutes=2)
    assert await kinds(asha) == ["alert_blind"]


async def test_a_screen_that_is_open_is_told_when_something_changes_and_only_then(
    asha: httpx.AsyncClient, app: FastAPI, stubs: dict[BrokerId, StubAdapter]
) -> None:
    stubs[BrokerId.GROWW].users["g"] = "G1"
    started = await asha.post("/v1/accounts", json={"broker": "groww", "credentials": {"api_key": "g"}})
    assert started.status_code in (200, 201), started.text
    user = (await asha.get("/v1/users/me")).json()["id"]
    attention = app.state.attention
    async with app.state.bus.subscribe(user_topic(user)) as events:
        heard: list[list[str]] = []

        async def hear() -> None:
            async for event in events:
                heard.extend(
                    [[one["kind"] for one in event.data["items"]]] if event.type == "attention" else []
                )

        hearing = asyncio.create_task(hear())
        await attention.look()
        await attention.look()
        await asha.post("/v1/kill-switch", json={"depth": "no_new_risk"})
        await asyncio.sleep(0.05)  # the watch hears of it
        await attention.look()
        await asyncio.sleep(0)
        hearing.cancel()
    assert heard[-1] == ["kill_switch"]
    assert len(heard) == 2

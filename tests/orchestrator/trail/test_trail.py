"""A user sees the own entries, and no other; by page, by action, by day, and as a file."""

from __future__ import annotations

import csv
import io

import httpx
import orjson
import pytest
from fastapi import FastAPI

from orchestrator.audit.actions import Action
from orchestrator.audit.record import Actor, audited
from tests.orchestrator.conftest import Login, Watch
from tests.services import ON_SQLITE


@pytest.fixture
async def asha(person: Login) -> httpx.AsyncClient:
    client = await person("asha")
    client.headers["user-agent"] = "Mozilla/5.0 (X11; Linux x86_64; rv:130.0) Gecko/20100101 Firefox/130.0"
    return client


async def renamed(asha: httpx.AsyncClient, count: int) -> None:
    for number in range(count):
        answer = await asha.post("/v1/watchlists", json={"name": f"List {number}"})
        assert answer.status_code == 201, answer.text


async def actions(client: httpx.AsyncClient, query: str = "") -> list[str]:
    answer = await client.get(f"/v1/audit{query}")
    assert answer.status_code == 200, answer.text
    return [one["action"] for one in answer.json()["items"]]


async def test_what_was_done_is_told_with_who_and_from_where(asha: httpx.AsyncClient) -> None:
    await renamed(asha, 1)
    entry = (await asha.get("/v1/audit?action=watchlist.changed")).json()["items"][0]
    assert entry["detail"] == {"name": "List 0"}
    assert entry["subject"].startswith("wl")
    assert entry["address"] == "127.0.0.1"
    assert entry["at"].endswith("+05:30")
    assert (entry["actor"]["kind"], entry["actor"]["here"]) == ("login", True)


async def test_entries_of_others_are_not_seen(asha: httpx.AsyncClient, person: Login) -> None:
    await renamed(asha, 2)
    ravi = await person("ravi")
    assert "watchlist.changed" not in await actions(ravi)
    assert "List 0" not in (await ravi.get("/v1/audit/export?format=jsonl")).text


async def test_pages_follow_one_another_without_a_gap(asha: httpx.AsyncClient) -> None:
    await renamed(asha, 5)
    seen, query = [], "?action=watchlist.changed&limit=2"
    page = (await asha.get(f"/v1/audit{query}")).json()
    while True:
        seen += [one["detail"]["name"] for one in page["items"]]
        if page["next"] is None:
            break
        page = (await asha.get(f"/v1/audit{query}&before={page['next']}")).json()
    assert seen == [f"List {number}" for number in (4, 3, 2, 1, 0)]


async def test_entries_are_found_by_action_and_day(asha: httpx.AsyncClient, watch: Watch) -> None:
    await renamed(asha, 1)
    assert await actions(asha, "?action=login&action=watchlist.changed&from=2026-11-23&to=2026-11-23") == [
        "watchlist.changed",
        "login",
    ]
    assert await actions(asha, "?from=2026-11-24") == []
    assert await actions(asha, "?to=2026-11-22") == []


@ON_SQLITE
@pytest.mark.parametrize(
    "query",
    ["?before=x", "?before=-1", "?limit=0", "?limit=201", "?action=none", "?from=soon", "?from=0001-01-01"],
)
async def test_nonsense_is_refused(asha: httpx.AsyncClient, query: str) -> None:
    assert (await asha.get(f"/v1/audit{query}")).status_code == 422


async def test_everything_comes_as_a_file(asha: httpx.AsyncClient) -> None:
    await renamed(asha, 3)
    answer = await asha.get("/v1/audit/export?action=watchlist.changed")
    assert answer.headers["content-type"].startswith("text/csv")
    assert 'filename="audit-2026-11-23.csv"' in answer.headers["content-disposition"]
    rows = list(csv.DictReader(io.StringIO(answer.text)))
    assert [row["detail"] for row in rows] == ["name=List 2", "name=List 1", "name=List 0"]
    told = await asha.get("/v1/audit/export?format=jsonl&action=watchlist.changed")
    assert [orjson.loads(line)["detail"]["name"] for line in told.text.splitlines()] == [
        "List 2",
        "List 1",
        "List 0",
    ]


async def test_a_file_is_longer_than_one_reading_of_the_database(
    asha: httpx.AsyncClient, app: FastAPI, watch: Watch
) -> None:
    user = (await asha.get("/v1/users/me")).json()["id"]

    def many(conn: object) -> None:
        for number in range(1203):
            audited(
                conn,  # type: ignore[arg-type]
                user_id=user,
                actor=Actor.program("test"),
                action=Action.ORDER_PLACED,
                at=watch(),
                subject=f"ord_{number}",
                detail={"asked": "=cmd|' /C calc'!A0"},
            )

    await app.state.db.write(many)
    rows = list(csv.DictReader(io.StringIO((await asha.get("/v1/audit/export?action=order.placed")).text)))
    assert [row["subject"] for row in rows] == [f"ord_{number}" for number in reversed(range(1203))]


async def test_strangers_see_nothing(client: httpx.AsyncClient) -> None:
    assert (await client.get("/v1/audit")).status_code == 401
    assert (await client.get("/v1/audit/export")).status_code == 401

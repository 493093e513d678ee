"""Scorecards over HTTP, and outages that are seen only while a market is open."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Any

import httpx
import pytest
from fastapi import FastAPI

from adapters.guard import Health
from domain.account import AccountId, AccountState, BrokerId
from domain.calendar import Calendar
from domain.health import FILL, PLACE, CallEnd, Measured
from orchestrator.accounts.connections import Connection, Connections
from orchestrator.measures.repository import Outage
from orchestrator.scorecards.outages import OutageWatch
from tests.orchestrator.accounts.conftest import connect
from tests.orchestrator.conftest import Login, Watch
from tests.orchestrator.stub_broker import StubAdapter

SUNDAY = datetime(2026, 11, 22, 5, 0, tzinfo=UTC)


@pytest.fixture(autouse=True)
def _logins(stubs: dict[BrokerId, StubAdapter]) -> None:
    for stub in stubs.values():
        stub.users = {"good": "AB1234"}


async def scorecards(client: httpx.AsyncClient, **query: str) -> Any:
    answer = await client.get("/v1/scorecards", params=query)
    assert answer.status_code == 200, answer.text
    return answer.json()


async def test_what_was_measured_is_shown_and_what_was_not_is_null(app: FastAPI, person: Login) -> None:
    client = await person("asha")
    account = await connect(client)
    empty = (await scorecards(client))[0]
    assert empty["place_to_ack"] == {"count": 0, "p50_ms": None, "p90_ms": None, "p99_ms": None}
    assert empty["reject_rate"] is None
    book = app.state.recorder.book(AccountId(account))
    for _ in range(3):
        book.measured(Measured(PLACE, 0.2, CallEnd.OK))
    book.measured(Measured(PLACE, 0.1, CallEnd.REJECTED, "RMS: margin"))
    book.measured(Measured(FILL, 1.0, CallEnd.OK))
    (card,) = await scorecards(client, window="1h")
    assert card["account"] == account
    assert card["place_to_ack"]["count"] == 4
    assert abs(card["place_to_ack"]["p99_ms"] - 200) < 3
    assert abs(card["ack_to_fill"]["p50_ms"] - 1000) < 11
    assert card["reject_rate"] == 0.25
    assert card["causes"] == [{"end": "rejected", "cause": "RMS: margin", "count": 1}]
    placed = next(call for call in card["calls"] if call["call"] == "place")
    assert (placed["ok"], placed["rejected"], placed["unknown"]) == (3, 1, 0)
    assert any(call["call"] == "holdings" for call in card["calls"]), "real reads are measured"


async def test_nobody_sees_the_scorecards_of_another_person(app: FastAPI, person: Login) -> None:
    await connect(await person("asha"))
    assert await scorecards(await person("vikram")) == []


async def test_an_unknown_window_is_refused_with_those_there_are(person: Login) -> None:
    answer = await (await person("asha")).get("/v1/scorecards", params={"window": "2d"})
    assert answer.status_code == 422
    assert "1h" in answer.text


def watch_over(app: FastAPI, lacking: set[str]) -> OutageWatch:
    return OutageWatch(
        db=app.state.db,
        connections=app.state.connections,
        calendar=Calendar(),
        clock=app.state.clock,
        without_updates=lambda account: "updates" in lacking,
        without_prices=lambda account: "prices" in lacking,
    )


def connection(app: FastAPI, account: str) -> Connection:
    connections: Connections = app.state.connections
    found = connections.get(AccountId(account))
    assert found is not None
    return found


async def test_an_outage_begins_when_it_is_first_seen_and_ends_when_it_was_last_seen(
    app: FastAPI, person: Login, watch: Watch
) -> None:
    await connect(await person("asha"))
    lacking = {"prices"}
    looking = watch_over(app, lacking)
    began = watch.now
    assert looking.look() == [], "once may be a blink"
    watch.pass_time(seconds=1)
    (first,) = looking.look()
    assert (first.what, first.began, first.seen) == (Outage.PRICES, began, watch.now)
    watch.pass_time(seconds=5)
    assert looking.look() == [], "stored a moment ago"
    watch.pass_time(seconds=30)
    assert looking.look()[0].began == began
    last = watch.now
    lacking.clear()
    watch.pass_time(seconds=1)
    (over,) = looking.look()
    assert (over.began, over.seen) == (began, last)
    assert looking.look() == []


async def test_nothing_is_away_while_its_markets_are_closed(
    app: FastAPI, person: Login, watch: Watch
) -> None:
    await connect(await person("asha"))
    looking = watch_over(app, {"prices", "updates"})
    watch.now = SUNDAY
    looking.look()
    watch.pass_time(seconds=1)
    assert looking.look() == []


async def test_a_session_that_ended_is_an_outage_and_so_is_an_open_breaker(
    app: FastAPI, person: Login, watch: Watch, monkeypatch: pytest.MonkeyPatch
) -> None:
    client = await person("asha")
    one, other = await connect(client), await connect(client, "upstox")
    connection(app, one).end(AccountState.LOGIN_NEEDED, "over", watch())
    broken, health = connection(app, other), Health("closed", "open", None, None)
    monkeypatch.setattr(Connection, "health", lambda self: health if self is broken else None)
    looking = watch_over(app, set())
    looking.look()
    watch.pass_time(seconds=1)
    seen = {(away.account_id, away.what) for away in looking.look()}
    assert seen == {(one, Outage.SESSION), (other, Outage.WRITES)}

"""What an exchange announces is entered by an operator, counts at once everywhere, and is never changed afterwards."""

from __future__ import annotations

import asyncio
from typing import Any

import httpx
import orjson
from fastapi import FastAPI
from sqlalchemy import Connection, select

from domain.instrument import Exchange
from orchestrator.tables.audit import audit_log
from tests.orchestrator.conftest import Watch

DAYS = "/v1/operator/calendar"
CLOSED = {
    "exchanges": ["NSE", "BSE"],
    "day": "2026-11-25",
    "words": "Elections",
    "source": "NSE/CMTR/70001",
}
EVENING = {
    "exchanges": ["NSE"],
    "day": "2026-11-29",  # a Sunday
    "sessions": [
        {"begins": "18:15", "ends": "19:15"},
        {"begins": "18:00", "ends": "18:08", "phase": "pre_open"},
    ],
    "words": "Muhurat trading",
    "source": "NSE/CMTR/70000",
}


async def added(keeper: httpx.AsyncClient, body: dict[str, Any]) -> list[dict[str, Any]]:
    answer = await keeper.post(DAYS, json=body)
    assert answer.status_code == 201, answer.text
    items: list[dict[str, Any]] = answer.json()["items"]
    return items


async def of_day(client: httpx.AsyncClient, day: str) -> dict[str, Any]:
    answer = await client.get("/v1/market/calendar", params={"from": day, "days": 1})
    (one,) = answer.json()["items"]
    assert one["day"] == day
    return {each["exchange"]: each for each in one["exchanges"]}


async def test_a_holiday_counts_at_once_for_everything_that_asks_the_calendar(
    keeper: httpx.AsyncClient, asha: httpx.AsyncClient, app: FastAPI, watch: Watch
) -> None:
    await added(keeper, {**CLOSED, "day": "2026-11-23"})  # today
    exchanges = {one["exchange"]: one for one in (await asha.get("/v1/meta")).json()["exchanges"]}
    assert exchanges["NSE"]["phase"] == "closed"
    assert exchanges["NSE"]["holiday"] == "Elections"
    assert (
        exchanges["NSE"]["opens_at"] == "2026-11-25T09:15:00.000+05:30"
    )  # the 24th is a holiday of the list
    assert exchanges["NFO"]["phase"] == "open"
    state = app.state
    for calendar in (state.trading.calendar, state.calendar):
        assert not calendar.is_open(Exchange.NSE, watch.now)
    assert not state.hub.grid.trading_day(Exchange.NSE, watch.now.date())


async def test_users_see_the_sessions_of_a_day_and_where_they_are_from(
    keeper: httpx.AsyncClient, asha: httpx.AsyncClient
) -> None:
    (made,) = await added(keeper, EVENING)
    day = await of_day(asha, "2026-11-29")
    assert day["NSE"] == {
        "exchange": "NSE",
        "open": True,
        "closed_because": None,
        "override": {"id": made["id"], "words": "Muhurat trading", "source": "NSE/CMTR/70000"},
        "sessions": [
            {"begins": "18:00", "ends": "18:08", "phase": "pre_open"},
            {"begins": "18:15", "ends": "19:15", "phase": "open"},
        ],
    }
    assert (day["BSE"]["open"], day["BSE"]["closed_because"]) == (False, "Weekend")
    usual = await of_day(asha, "2026-11-23")
    assert [one["phase"] for one in usual["NSE"]["sessions"]] == ["pre_open", "open", "post_close"]
    assert (await of_day(asha, "2026-11-24"))["NSE"]["closed_because"] == "Guru Nanak Jayanti"


async def test_a_day_that_was_withdrawn_is_as_listed_and_can_be_entered_anew(
    keeper: httpx.AsyncClient, asha: httpx.AsyncClient, app: FastAPI
) -> None:
    first, other = await added(keeper, CLOSED)
    gone = (await keeper.post(f"{DAYS}/{first['id']}/withdraw")).json()
    assert (gone["state"], gone["withdrawn_by"] == gone["added_by"]) == ("withdrawn", True)
    day = await of_day(asha, "2026-11-25")
    assert (day["NSE"]["open"], day["BSE"]["open"]) == (True, False)
    again = await keeper.post(f"{DAYS}/{first['id']}/withdraw")
    assert (again.status_code, again.json()["code"]) == (409, "override_over")
    (anew,) = await added(keeper, {**CLOSED, "exchanges": ["NSE"]})
    assert [one["id"] for one in (await keeper.get(DAYS)).json()["items"]] == [other["id"], anew["id"]]
    every = (await keeper.get(DAYS, params={"past": True})).json()["items"]
    assert {one["id"] for one in every} == {first["id"], other["id"], anew["id"]}
    assert (await keeper.post(f"{DAYS}/cal_none/withdraw")).status_code == 404

    def read(conn: Connection) -> list[Any]:
        query = select(audit_log).where(audit_log.c.action.like("calendar.%")).order_by(audit_log.c.id)
        return list(conn.execute(query))

    entries = await app.state.db.read(read)
    assert [one.action for one in entries] == ["calendar.added"] * 2 + [
        "calendar.withdrawn",
        "calendar.added",
    ]
    assert orjson.loads(entries[0].detail) == {
        "exchange": "NSE",
        "day": "2026-11-25",
        "hours": "closed",
        "words": "Elections",
        "source": "NSE/CMTR/70001",
    }


async def test_a_day_that_is_over_stays_as_it_was(keeper: httpx.AsyncClient, watch: Watch) -> None:
    made, *_ = await added(keeper, CLOSED)
    watch.pass_time(days=3)
    login = {"email": "keeper@trademaster.test", "password": "a long enough password"}
    token = (await keeper.post("/v1/users/login", json=login)).json()["access_token"]
    keeper.headers["authorization"] = f"Bearer {token}"
    late = await keeper.post(f"{DAYS}/{made['id']}/withdraw")
    assert (late.status_code, late.json()["code"]) == (409, "override_over")
    refused = await keeper.post(DAYS, json={**CLOSED, "exchanges": ["MCX"]})
    assert (refused.status_code, refused.json()["field"]) == (422, "day")
    assert (await keeper.get(DAYS)).json()["items"] == []
    every = (await keeper.get(DAYS, params={"past": True})).json()["items"]
    assert {one["state"] for one in every} == {"past"}


async def test_of_two_entries_for_one_day_of_an_exchange_one_counts_and_nothing_is_half_entered(
    keeper: httpx.AsyncClient, app: FastAPI
) -> None:
    answers = await asyncio.gather(*(keeper.post(DAYS, json=CLOSED) for _ in range(4)))
    assert sorted(one.status_code for one in answers) == [201, 409, 409, 409]
    assert {one.json()["code"] for one in answers if one.status_code == 409} == {"override_exists"}
    some = await keeper.post(DAYS, json={**CLOSED, "exchanges": ["MCX", "BSE"]})
    assert (some.status_code, some.json()["exchange"]) == (409, "BSE")
    assert len((await keeper.get(DAYS)).json()["items"]) == 2
    twice = await added(keeper, {**CLOSED, "exchanges": ["MCX", "MCX"]})
    assert len(twice) == 1


REFUSED: list[tuple[dict[str, Any], str]] = [
    ({"day": "2026-11-22"}, "day"),  # yesterday
    ({"day": "2027-11-25"}, "day"),
    ({"day": "soon"}, "day"),
    ({"exchanges": ["NSDL"]}, "exchanges.0"),
    ({"exchanges": []}, "exchanges"),
    ({"words": "  "}, "words"),
    ({"source": ""}, "source"),
    ({"sessions": [{"begins": "18:00", "ends": "25:00"}]}, "sessions.0.ends"),
    ({"sessions": [{"begins": "18:00", "ends": "01:00"}]}, "sessions"),
    (
        {"sessions": [{"begins": "18:00", "ends": "19:00"}, {"begins": "18:30", "ends": "20:00"}]},
        "sessions",
    ),
    ({"sessions": [{"begins": "09:00", "ends": "09:15", "phase": "pre_open"}]}, "sessions"),
    ({"sessions": [{"begins": "15:15", "ends": "15:35", "phase": "closing_auction"}]}, "sessions.0.phase"),
]


async def test_what_no_exchange_can_mean_is_refused(keeper: httpx.AsyncClient) -> None:
    for change, field in REFUSED:
        answer = await keeper.post(DAYS, json={**CLOSED, **change})
        assert (answer.status_code, answer.json()["field"]) == (422, field), answer.text
    assert (await keeper.get(DAYS)).json()["items"] == []


async def test_only_an_operator_who_proved_it_lately_changes_the_calendar(
    keeper: httpx.AsyncClient, asha: httpx.AsyncClient, watch: Watch
) -> None:
    for answer in (await asha.get(DAYS), await asha.post(DAYS, json=CLOSED)):
        assert (answer.status_code, answer.json()["code"]) == (403, "operators_only")
    watch.pass_time(minutes=11)
    refused = await keeper.post(DAYS, json=CLOSED)
    assert (refused.status_code, refused.json()["code"]) == (403, "step_up_needed")

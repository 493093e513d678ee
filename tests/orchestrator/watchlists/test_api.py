"""Watchlists over HTTP, on both databases, as two screens of one person see them."""

from __future__ import annotations

import asyncio
from typing import Any

from fastapi import FastAPI

from orchestrator.bus import user_topic
from tests.orchestrator.conftest import Login


async def test_a_list_is_made_filled_ordered_and_removed(person: Login) -> None:
    asha = await person("asha")
    assert (await asha.get("/v1/watchlists")).json() == {"items": [], "most_lists": 50, "most_symbols": 250}
    made = await asha.post("/v1/watchlists", json={"name": " Main ", "symbols": ["INFY", "NSE:tcs", "INFY"]})
    assert made.status_code == 201, made.text
    one = made.json()
    assert (one["name"], one["symbols"], one["version"], one["room"]) == (
        "Main",
        ["NSE:INFY", "NSE:TCS"],
        1,
        248,
    )
    url = f"/v1/watchlists/{one['id']}"
    added = (await asha.post(f"{url}/symbols", json={"symbols": ["NSE:WIPRO", "NSE:TCS"]})).json()
    assert (added["symbols"], added["version"]) == (["NSE:INFY", "NSE:TCS", "NSE:WIPRO"], 2)
    again = (await asha.post(f"{url}/symbols", json={"symbols": ["NSE:WIPRO"]})).json()
    assert again == added
    turned = await asha.patch(url, json={"version": 2, "symbols": ["NSE:WIPRO", "NSE:INFY"], "name": "IT"})
    assert (turned.json()["symbols"], turned.json()["name"]) == (["NSE:WIPRO", "NSE:INFY"], "IT")
    stale = await asha.patch(url, json={"version": 2, "symbols": []})
    assert (stale.status_code, stale.json()["code"], stale.json()["version"]) == (409, "watchlist_changed", 3)
    for _ in range(2):
        removed = await asha.delete(f"{url}/symbols/NSE:WIPRO")
        assert (removed.json()["symbols"], removed.json()["version"]) == (["NSE:INFY"], 4)
    shown = (await asha.get(url)).json()
    assert [one["symbol"] for one in shown["items"]] == ["NSE:INFY"]
    assert shown["unlisted"] == []
    for _ in range(2):
        assert (await asha.delete(url)).status_code == 204
    assert (await asha.get(url)).status_code == 404


async def test_lists_have_an_order_of_their_own(person: Login) -> None:
    asha = await person("asha")
    ids = [(await asha.post("/v1/watchlists", json={"name": name})).json()["id"] for name in ("a", "b", "c")]

    async def order() -> list[str]:
        return [one["name"] for one in (await asha.get("/v1/watchlists")).json()["items"]]

    await asha.patch(f"/v1/watchlists/{ids[2]}", json={"version": 1, "place": 0})
    assert await order() == ["c", "a", "b"]
    await asha.delete(f"/v1/watchlists/{ids[0]}")
    assert [one["place"] for one in (await asha.get("/v1/watchlists")).json()["items"]] == [0, 1]
    taken = await asha.patch(f"/v1/watchlists/{ids[1]}", json={"version": 1, "name": "C"})
    assert (taken.status_code, taken.json()["field"]) == (409, "name")


async def test_lists_are_nobody_elses(person: Login) -> None:
    asha, ravi = await person("asha"), await person("ravi")
    one = (await asha.post("/v1/watchlists", json={"name": "Main", "symbols": ["INFY"]})).json()
    url = f"/v1/watchlists/{one['id']}"
    assert (await ravi.get("/v1/watchlists")).json()["items"] == []
    assert (await ravi.get(url)).status_code == 404
    assert (await ravi.post(f"{url}/symbols", json={"symbols": ["TCS"]})).status_code == 404
    assert (await ravi.patch(url, json={"version": 1, "name": "Mine"})).status_code == 404
    assert (await ravi.delete(url)).status_code == 204
    assert (await asha.get(url)).json()["symbols"] == ["NSE:INFY"]


async def test_what_no_broker_lists_is_refused(person: Login) -> None:
    asha = await person("asha")
    for body in ({"name": "x", "symbols": ["NSE:NOSUCH"]}, {"name": ""}, {"name": "x", "colour": "red"}):
        assert (await asha.post("/v1/watchlists", json=body)).status_code == 422
    one = (await asha.post("/v1/watchlists", json={"name": "x"})).json()
    unknown = await asha.post(f"/v1/watchlists/{one['id']}/symbols", json={"symbols": ["NOSUCH"]})
    assert (unknown.json()["code"], unknown.json()["field"]) == ("instrument_unknown", "symbols")


async def test_two_screens_that_add_at_once_lose_nothing_and_hear_of_each_other(
    person: Login, app: FastAPI
) -> None:
    asha = await person("asha")
    user, bus = (await asha.get("/v1/users/me")).json()["id"], app.state.bus
    one = (await asha.post("/v1/watchlists", json={"name": "Main"})).json()
    url = f"/v1/watchlists/{one['id']}"
    async with bus.subscribe(user_topic(user)) as events:
        shares = ["NSE:INFY", "NSE:TCS", "NSE:WIPRO", "NSE:SBIN"]
        await asyncio.gather(*(asha.post(f"{url}/symbols", json={"symbols": [each]}) for each in shares))
        told = [await _next(events) for _ in shares]
        await asha.delete(f"{url}/symbols/NSE:NOSUCH")  # changes nothing, and is told nobody
        await asha.delete(url)
        gone = await _next(events)
    assert {event.type for event in told} == {"watchlist"}
    told.sort(key=lambda event: event.data["version"])
    assert [event.data["version"] for event in told] == [2, 3, 4, 5]
    assert sorted(told[-1].data["symbols"]) == sorted(shares)
    assert (gone.type, gone.data) == ("watchlist", {"id": one["id"], "removed": True})


async def _next(events: Any) -> Any:
    async with asyncio.timeout(60):
        return await anext(events)

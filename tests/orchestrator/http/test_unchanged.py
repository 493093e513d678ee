"""An answer that has not changed is not sent again, and none that has changed is kept back."""

from __future__ import annotations

import asyncio
import json
from datetime import date
from typing import Any

import httpx
import pytest
from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import JSONResponse, PlainTextResponse, Response, StreamingResponse
from starlette.routing import Route

from orchestrator.description.going_away import Farewell, going_away
from orchestrator.http.unchanged import Unchanged
from tests.orchestrator.conftest import Login

STATE: dict[str, Any] = {}


async def listed(_request: Request) -> Response:
    return JSONResponse(STATE, headers={"cache-control": "private", "x-more": "1"})


async def in_pieces(_request: Request) -> Response:
    async def pieces() -> Any:
        for part in ('{"a":', "1}"):
            yield part

    return StreamingResponse(pieces(), media_type="application/json")


async def own_tag(_request: Request) -> Response:
    return JSONResponse({}, headers={"etag": '"own"'})


async def text(_request: Request) -> Response:
    return PlainTextResponse("a,b")


async def refused(_request: Request) -> Response:
    return JSONResponse({}, status_code=404)


WAYS = {"/v1/list": listed, "/v1/pieces": in_pieces, "/v1/own": own_tag, "/v1/text": text, "/v1/no": refused}


@pytest.fixture
def http() -> httpx.AsyncClient:
    STATE.clear()
    routes = [Route(path, way, methods=["GET", "POST"]) for path, way in {**WAYS, "/other": listed}.items()]
    app = Unchanged(Starlette(routes=routes))
    return httpx.AsyncClient(transport=httpx.ASGITransport(app), base_url="http://127.0.0.1")


async def test_what_is_known_already_is_not_sent_again(http: httpx.AsyncClient) -> None:
    first = await http.get("/v1/list")
    again = await http.get("/v1/list", headers={"if-none-match": first.headers["etag"]})
    assert (again.status_code, again.content) == (304, b"")
    assert again.headers["etag"] == first.headers["etag"]
    assert again.headers["cache-control"] == "private"
    assert "content-type" not in again.headers


async def test_what_has_changed_is_sent(http: httpx.AsyncClient) -> None:
    tag = (await http.get("/v1/list")).headers["etag"]
    STATE["a"] = 1
    again = await http.get("/v1/list", headers={"if-none-match": tag})
    assert (again.status_code, again.json()) == (200, {"a": 1})
    assert again.headers["etag"] != tag


async def test_several_tags_and_strong_ones_are_understood(http: httpx.AsyncClient) -> None:
    tag = (await http.get("/v1/list")).headers["etag"]
    for known in (f'"x", {tag}', tag.removeprefix("W/"), f'{tag},W/"y"'):
        assert (await http.get("/v1/list", headers={"if-none-match": known})).status_code == 304
    for unknown in ('"x"', "", tag[:-2] + '"', "garbage,,W/"):
        assert (await http.get("/v1/list", headers={"if-none-match": unknown})).status_code == 200


async def test_a_tag_is_never_about_another_state_than_its_answer(http: httpx.AsyncClient) -> None:
    """While the state changes all the time, every 304 names what the asker has, and every 200 what it brings."""
    seen: dict[str, str] = {}

    async def change() -> None:
        for number in range(300):
            STATE["number"] = number // 3
            await asyncio.sleep(0)

    async def ask() -> None:
        tag = ""
        for _ in range(100):
            answer = await http.get("/v1/list", headers={"if-none-match": tag})
            tag = answer.headers["etag"]
            if answer.status_code == 200:
                assert seen.setdefault(tag, answer.text) == answer.text
            else:
                assert tag in seen

    await asyncio.gather(change(), ask(), ask(), ask())
    assert json.loads((await http.get("/v1/list")).text) == STATE


async def test_answers_in_pieces_have_one_tag(http: httpx.AsyncClient) -> None:
    first = await http.get("/v1/pieces")
    assert first.json() == {"a": 1}
    assert (await http.get("/v1/pieces", headers={"if-none-match": first.headers["etag"]})).status_code == 304


@pytest.mark.parametrize("path", ["/v1/text", "/v1/no", "/other"])
async def test_other_answers_have_no_tag(http: httpx.AsyncClient, path: str) -> None:
    assert "etag" not in (await http.get(path)).headers


async def test_a_tag_of_its_own_stays_and_changes_are_never_held_back(http: httpx.AsyncClient) -> None:
    assert (await http.get("/v1/own")).headers["etag"] == '"own"'
    tag = (await http.get("/v1/list")).headers["etag"]
    assert (await http.post("/v1/list", headers={"if-none-match": tag})).status_code == 200


async def test_lists_that_are_polled_are_tagged_for_each_user(person: Login) -> None:
    asha, ravi = await person("asha"), await person("ravi")
    for path in ("/v1/orders", "/v1/accounts", "/v1/watchlists", "/v1/alerts", "/v1/users/me"):
        tag = (await asha.get(path)).headers["etag"]
        assert (await asha.get(path, headers={"if-none-match": tag})).status_code == 304, path
    tag = (await asha.get("/v1/users/me")).headers["etag"]
    assert (await ravi.get("/v1/users/me", headers={"if-none-match": tag})).status_code == 200
    made = await asha.post("/v1/watchlists", json={"name": "Mine"})
    assert made.status_code == 201


async def test_what_is_going_away_says_so_in_every_answer() -> None:
    @going_away(date(2026, 12, 1), date(2027, 8, 1), "use /v1/list")
    async def old(_request: Request) -> Response:
        return JSONResponse({})

    app = Farewell(Starlette(routes=[Route("/v1/old", old), Route("/v1/list", listed)]))
    async with httpx.AsyncClient(transport=httpx.ASGITransport(app), base_url="http://127.0.0.1") as http:
        answer = await http.get("/v1/old")
        assert answer.headers["deprecation"] == "@1796083200"
        assert answer.headers["sunset"] == "Sun, 01 Aug 2027 00:00:00 GMT"
        assert "deprecation" not in (await http.get("/v1/list")).headers


def test_programs_have_half_a_year() -> None:
    with pytest.raises(ValueError, match="182 days"):
        going_away(date(2026, 12, 1), date(2027, 5, 1), "x")

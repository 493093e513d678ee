"""The short way answers as the ordinary one does, and leaves to it whatever is not plain."""

from __future__ import annotations

import json
from typing import Any

import httpx
import pytest
from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import PlainTextResponse, Response
from starlette.routing import Route

from domain.errors import BrokerUnavailable
from orchestrator.errors import Problem
from orchestrator.http.express import Express, Plain
from tests.orchestrator.conftest import Login, Watch

ORDER = {
    "exchange": "NSE",
    "symbol": "INFY",
    "side": "BUY",
    "order_type": "LIMIT",
    "product": "CNC",
    "quantity": 1,
    "price": "1500.00",
}
SHORT, ORDINARY = "application/json", "application/json; charset=utf-8"
BODIES = {
    "an order": json.dumps(ORDER),
    "an order for an unknown account": json.dumps({**ORDER, "account": "acc_nobody"}),
    "an unknown field": json.dumps({**ORDER, "prise": "1"}),
    "no quantity": json.dumps({name: ORDER[name] for name in ORDER if name != "quantity"}),
    "a price with a float": json.dumps({**ORDER, "price": 1500.5}),
    "a NUL": json.dumps({**ORDER, "symbol": "IN\0FY"}),
    "a list": "[]",
    "nothing": "",
    "half an object": '{"exchange": "NSE"',
    "an endless list": "[" * 100_000,
    "no number": json.dumps(ORDER).replace("1,", "NaN,"),
}
HEADERS: dict[str, list[tuple[str, str]]] = {
    "a key": [("idempotency-key", "k-1")],
    "no key": [],
    "a long key": [("idempotency-key", "k" * 65)],
    "a key with a space": [("idempotency-key", "k 1")],
    "two keys": [("idempotency-key", "k-1"), ("idempotency-key", "k 2")],
    "a forged token": [("idempotency-key", "k-1"), ("authorization", "Bearer a.b.c")],
    "a token of another kind": [("idempotency-key", "k-1"), ("authorization", "Basic abc")],
    "a token in small letters": [("idempotency-key", "k-1"), ("authorization", "bearer a.b.c")],
}


async def _asked(client: httpx.AsyncClient, kind: str, body: str, headers: list[tuple[str, str]]) -> Any:
    given = [("content-type", kind), ("x-request-id", "r-1"), *headers]
    if not any(name == "authorization" for name, _ in headers):
        given.append(("authorization", client.headers["authorization"]))
    request = client.build_request("POST", "/v1/orders", content=body)
    request.headers = httpx.Headers([("content-length", str(len(body.encode()))), *given])
    answer = await client.send(request)
    answer.headers.pop("ratelimit", None)  # what is left, which is less each time
    return answer.status_code, dict(answer.headers), answer.json()


async def test_both_ways_give_the_same_answer(person: Login, watch: Watch) -> None:
    asha = await person("asha")
    cases = [(body, HEADERS["a key"]) for body in BODIES.values()]
    cases += [(BODIES["an order"], headers) for headers in HEADERS.values()]
    seen = set()
    for body, headers in cases:
        short = await _asked(asha, SHORT, body, headers)
        assert short == await _asked(asha, ORDINARY, body, headers), (body[:80], headers)
        seen.add((short[0], short[2]["code"]))
    assert {
        (401, "token_invalid"),
        (401, "not_authenticated"),
        (404, "not_found"),
        (422, "invalid_input"),
    } <= seen
    watch.pass_time(minutes=16)
    ended = await _asked(asha, SHORT, BODIES["an order"], HEADERS["a key"])
    assert ended[2]["code"] == "token_expired"
    assert ended == await _asked(asha, ORDINARY, BODIES["an order"], HEADERS["a key"])


@pytest.mark.parametrize(
    ("raised", "status"),
    [(Problem(409, "refused", "no"), 409), (BrokerUnavailable("it does not answer"), 503)],
)
async def test_what_is_refused_on_the_short_way_is_a_problem(raised: Exception, status: int) -> None:
    async def way(request: Plain) -> Response | None:
        raise raised

    answer = await _plain_app(way).post("/x", json={"a": 1})
    assert (answer.status_code, answer.headers["content-type"]) == (status, "application/problem+json")


async def test_what_is_not_plain_goes_on_with_its_whole_body() -> None:
    async def no_way(request: Plain) -> Response | None:
        assert b"x-twice" not in request.headers
        return None

    async def parts() -> Any:
        yield b"[1,"
        yield b"2]"

    client = _plain_app(no_way)
    for answer in (
        await client.post("/x", content=parts(), headers={"content-type": SHORT, "content-length": "6"}),
        await client.post("/x", content=parts(), headers={"content-type": SHORT}),
        await client.post("/x", content=b"[1,2]", headers={"content-type": "text/plain"}),
        await client.post("/x", content=b"[1,2]", headers=[("content-type", SHORT), *[("x-twice", "1")] * 2]),
    ):
        assert (answer.status_code, answer.text) == (200, "[1,2]")


async def test_a_caller_that_hangs_up_is_left_to_the_ordinary_way() -> None:
    heard: list[str] = []

    async def app(scope: Any, receive: Any, send: Any) -> None:
        heard.append((await receive())["type"])

    async def never(request: Plain) -> Response | None:
        raise AssertionError("there is no whole request")

    async def receive() -> Any:
        return {"type": "http.disconnect"}

    async def send(message: Any) -> None:
        raise AssertionError("nobody is there")

    headers = [(b"content-type", b"application/json"), (b"content-length", b"2")]
    scope = {"type": "http", "method": "POST", "path": "/x", "headers": headers}
    await Express(app, {("POST", "/x"): never})(scope, receive, send)
    assert heard == ["http.disconnect"]


def _plain_app(way: Any) -> httpx.AsyncClient:
    async def echo(request: Request) -> Response:
        return PlainTextResponse(await request.body())

    app = Starlette(routes=[Route("/x", echo, methods=["POST"])])
    app.add_middleware(Express, ways={("POST", "/x"): way})
    return httpx.AsyncClient(transport=httpx.ASGITransport(app), base_url="http://127.0.0.1")

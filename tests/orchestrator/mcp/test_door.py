"""`/mcp` in front of the application: under which names it answers, and what it does with what no host sends."""

from __future__ import annotations

from typing import Any

import httpx
import pytest
from fastapi import FastAPI

from tests.orchestrator.conftest import Login
from tests.orchestrator.holders import MakeKey
from tests.services import ON_SQLITE

ASK = {"jsonrpc": "2.0", "id": 1, "method": "tools/list"}
ACCEPT = {"accept": "application/json, text/event-stream", "content-type": "application/json"}


def calling(method: str, params: str) -> bytes:
    return f'{{"jsonrpc":"2.0","id":1,"method":"{method}","params":{params}}}'.encode()


HOSTILE = [
    *(b"", b"{", b"[]", b"null", b"1", b"\xff\xfe", b"[" * 100_000),
    calling("tools/call", '{"a":' * 3000 + "1" + "}" * 3000),
    calling("tools/call", '{"name":"get_order","arguments":{"order_id":"\\ud800"}}'),
    calling("tools/call", '{"name":"get_order","arguments":{"order_id":"../../v1/users/me"}}'),
    calling("tools/call", '{"name":"get_order","arguments":{"order_id":"a\\u0000b"}}'),
    calling("tools/call", '{"name":"get_orders","arguments":{"cursor":"\\u0000"}}'),
    calling("tools/call", '{"name":"nosuch","arguments":null}'),
    calling("resources/read", '{"uri":"trademaster://orders/..%2F..%2Fusers%2Fme"}'),
    calling("resources/read", '{"uri":"file:///etc/passwd"}'),
    b'{"jsonrpc":"2.0","id":' + b"9" * 5000 + b',"method":"tools/list"}',
]


async def test_it_answers_under_every_name_of_the_installation(
    app: FastAPI, person: Login, make_key: MakeKey, client: httpx.AsyncClient
) -> None:
    key = await make_key(await person("asha"))
    for host in ("192.168.1.20:8000", "203.0.113.7", "localhost", "trademaster.localhost:8000"):
        page: dict[str, str]
        for page in ({}, {"origin": f"http://{host}"}):
            headers = {**key.headers, **ACCEPT, **page, "host": host}
            answer = await client.post("/mcp", json=ASK, headers=headers)
            assert answer.status_code == 200, (host, page, answer.text)


async def test_a_gateway_asks_our_own_api_whatever_its_sender_called_us(
    person: Login, make_key: MakeKey, client: httpx.AsyncClient
) -> None:
    key = await make_key(await person("asha"))
    call = {**ASK, "method": "tools/call", "params": {"name": "list_accounts", "arguments": {}}}
    for host in (
        "",
        "127.0.0.1:99999999",
        "a b.localhost",
        "x?y.localhost",
        "x@y.localhost",
        "x/../.localhost",
    ):
        asked = await client.post("/api/v1/funds", json={"apikey": key.text}, headers={"host": host})
        assert (asked.status_code, asked.json()["status"]) == (200, "success"), host
        told = await client.post("/mcp", json=call, headers={**key.headers, **ACCEPT, "host": host})
        assert told.json()["result"]["structuredContent"] == {"accounts": []}, (host, told.text)


@ON_SQLITE
@pytest.mark.parametrize("version", [None, "2025-06-18", "2099-01-01", "\xff"])
async def test_nonsense_is_refused_and_breaks_nothing(
    person: Login, make_key: MakeKey, client: httpx.AsyncClient, version: str | None
) -> None:
    good = {**(await make_key(await person("asha"))).headers, **ACCEPT}
    said: list[Any] = [] if version is None else [(b"mcp-protocol-version", version.encode("latin-1"))]
    headers = [(name.encode(), value.encode()) for name, value in good.items()]
    for body in HOSTILE:
        answer = await client.post("/mcp", content=body, headers=headers + said)
        assert answer.status_code < 500, (body[:60], answer.text)
        assert "result" not in answer.json() or answer.json()["result"]["isError"], body[:60]
    assert (await client.post("/mcp", json=ASK, headers=good)).status_code == 200


async def test_what_could_not_begin_is_begun_again(
    person: Login, make_key: MakeKey, client: httpx.AsyncClient, monkeypatch: pytest.MonkeyPatch
) -> None:
    good = {**(await make_key(await person("asha"))).headers, **ACCEPT}
    with monkeypatch.context() as broken:
        broken.setattr("trademaster.mcp.server.build", lambda _: 1 // 0)
        for _ in range(2):
            with pytest.raises(ZeroDivisionError):
                await client.post("/mcp", json=ASK, headers=good)
    assert (await client.post("/mcp", json=ASK, headers=good)).status_code == 200

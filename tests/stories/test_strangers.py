"""As a user I can neither see nor touch what is another's: every route is walked with another's real ids.

A new route with a part in its path is added to WALK (or to one of the two lists below it), or the walk fails.
"""

from __future__ import annotations

import asyncio
import re
import uuid
from collections.abc import AsyncIterator
from pathlib import Path
from typing import Any

import orjson
import pytest
import websockets

from mocks.launch import Sandbox
from tests.orchestrator.identity.doors import Door, doors
from tests.services import free_port
from tests.stories.product import Product, Trader, a_trader, eventually, order
from tests.stories.test_conditionals import below
from tests.stories.test_rails import off, placed_elsewhere
from tests.traders import NewUser

ROOT = Path(__file__).parents[2]
CONDITIONAL: dict[str, Any] = {}  # as asha's; filled with her own

# Method and path as the routes have them, and a body that fits.
WALK: dict[str, Any] = {
    "GET /v1/accounts/{account_id}": None,
    "PATCH /v1/accounts/{account_id}": {"label": "mine"},
    "POST /v1/accounts/{account_id}/login": {},
    "PUT /v1/accounts/{account_id}/proxy": {"proxy_url": "http://127.0.0.1:9"},
    "DELETE /v1/accounts/{account_id}/proxy": None,
    "PUT /v1/accounts/{account_id}/addresses": {"addresses": []},
    "POST /v1/accounts/{account_id}/address-check": None,
    "GET /v1/accounts/{account_id}/contract-note": None,
    "GET /v1/accounts/{account_id}/fees": None,
    "PUT /v1/accounts/{account_id}/fees": {},
    "POST /v1/accounts/{account_id}/authorisation": {"exchange": "NSE", "symbol": "INFY", "quantity": 1},
    "GET /v1/accounts/{account_id}/postback": None,
    "POST /v1/accounts/{account_id}/postback": None,
    "POST /v1/accounts/{account_id}/phone-login": None,
    "GET /v1/accounts/{account_id}/breaker": None,
    "POST /v1/accounts/{account_id}/breaker/open": {"reason": "mine"},
    "POST /v1/accounts/{account_id}/breaker/close": None,
    "GET /v1/orders/{order_id}": None,
    "GET /v1/orders/{order_id}/charges": None,
    "GET /v1/orders/by-key/{key:path}": None,
    "PATCH /v1/orders/{order_id}": {"quantity": 2},
    "DELETE /v1/orders/{order_id}": None,
    "POST /v1/orders/{order_id}/parts/{child_id}/look": None,
    "DELETE /v1/orders/external/{account}/{broker_order_id}": None,
    "PATCH /v1/conditionals/{account}/{conditional_id}": CONDITIONAL,
    "DELETE /v1/conditionals/{account}/{conditional_id}": None,
    "GET /v1/approvals/{approval_id}": None,
    "POST /v1/approvals/{approval_id}/approve": {"plan_hash": "0" * 64},
    "POST /v1/approvals/{approval_id}/decline": {},
    "PATCH /v1/cash-flows/{flow_id}": {},
    "DELETE /v1/cash-flows/{flow_id}": None,
    "DELETE /v1/portfolio/lot-events/{event_id}": None,
    "GET /v1/watchlists/{list_id}": None,
    "PATCH /v1/watchlists/{list_id}": {"version": 1, "name": "mine"},
    "POST /v1/watchlists/{list_id}/symbols": {"symbols": ["NSE:TCS"]},
    "DELETE /v1/watchlists/{list_id}/symbols/{symbol}": None,
    "DELETE /v1/watchlists/{list_id}": None,
    "GET /v1/alerts/{alert_id}": None,
    "PATCH /v1/alerts/{alert_id}": {"version": 1, "note": "mine"},
    "DELETE /v1/alerts/{alert_id}": None,
    "GET /v1/hooks/{hook_id}": None,
    "PATCH /v1/hooks/{hook_id}": {"paused": True},
    "POST /v1/hooks/{hook_id}/secret": None,
    "POST /v1/hooks/{hook_id}/test": {"alert": {}},
    "GET /v1/hooks/{hook_id}/deliveries": None,
    "DELETE /v1/hooks/{hook_id}": None,
    "GET /v1/webhooks/{webhook_id}": None,
    "PATCH /v1/webhooks/{webhook_id}": {"name": "mine"},
    "POST /v1/webhooks/{webhook_id}/rotate": None,
    "POST /v1/webhooks/{webhook_id}/test": None,
    "GET /v1/webhooks/{webhook_id}/deliveries": None,
    "POST /v1/webhooks/{webhook_id}/deliveries/{message_id}/resend": None,
    "DELETE /v1/webhooks/{webhook_id}": None,
    "GET /v1/users/me/tokens/{token_id}": None,
    "PUT /v1/users/me/tokens/{token_id}/kite": {"redirect_url": "https://example.com/kite"},
    "GET /v1/users/me/tokens/{token_id}/kite": None,
    "POST /v1/users/me/tokens/{token_id}/kite/logins": {},
    "POST /v1/users/me/tokens/{token_id}/kite/secret": None,
    "DELETE /v1/users/me/tokens/{token_id}/kite": None,
    "PATCH /v1/users/me/tokens/{token_id}": {"name": "mine"},
    "POST /v1/users/me/tokens/{token_id}/rotate": {},
    "DELETE /v1/users/me/tokens/{token_id}": None,
    "DELETE /v1/users/me/sessions/{session_id}": None,
    "DELETE /v1/accounts/{account_id}": None,
}
# Whose ids only a real authenticator or provider makes: the tests that walk those.
WALKED_ELSEWHERE = {
    "PATCH /v1/users/me/passkeys/{passkey_id}": "tests/orchestrator/identity/passkeys/test_passkeys.py::"
    "test_nobody_renames_or_removes_another_persons",
    "DELETE /v1/users/me/passkeys/{passkey_id}": "tests/orchestrator/identity/passkeys/test_passkeys.py::"
    "test_nobody_renames_or_removes_another_persons",
}
# To take away what is not there is no error: the same for another's as for nothing.
GONE_ALREADY = {"DELETE /v1/watchlists/{list_id}", "DELETE /v1/alerts/{alert_id}"}
# Nobody's own: the market, tables of one's own, the sandbox; and what only an operator may.
NOBODYS = re.compile(
    r"\w+ /v1/(stocks|options|exports|sandbox|operator)/|DELETE /v1/users/me/oidc/\{link_id\}"
)
Ids = dict[str, str]


def _owned() -> set[str]:
    """Routes for a user that name something in their path."""
    return {
        route
        for route, door in doors().items()
        if "{" in route and door is not Door.PUBLIC and "/v1/" in route and not NOBODYS.match(route)
    }


def test_every_route_that_names_something_is_walked() -> None:
    assert _owned() - WALK.keys() - WALKED_ELSEWHERE.keys() == set(), "add it to WALK"
    assert WALK.keys() - _owned() == set(), "no longer a route"
    for test in WALKED_ELSEWHERE.values():
        path, _, name = test.partition("::")
        assert f"def {name}(" in (ROOT / path).read_text(encoding="utf-8")


@pytest.fixture
async def bina(product: Product) -> AsyncIterator[Trader]:
    async with a_trader(product) as one:
        yield one


async def _everything(asha: Trader, sandbox: Sandbox, new_user: NewUser) -> Ids:
    """One of each thing that a user can have, and its id."""
    user = new_user("kite", holdings={"NSE:INFY": 20})
    account = await asha.connect(user)
    await asha.settled()
    key = uuid.uuid4().hex
    resting = await asha.place(f"BUY 1 NSE:INFY CNC LIMIT {off(sandbox, -4)}", key=key)
    CONDITIONAL.update(below(sandbox, account))
    conditional = await asha.call(
        "POST", "/v1/conditionals", json=CONDITIONAL, headers={"Idempotency-Key": uuid.uuid4().hex}
    )
    number = await placed_elsewhere(sandbox, user, off(sandbox, 5))
    await eventually(
        lambda: asha.call("GET", "/v1/orders/external"),
        lambda page: number in [one["broker_order_id"] for one in page["items"]],
    )
    token = await asha.call(
        "POST",
        "/v1/users/me/tokens",
        json={
            "name": "a program",
            "scopes": ["read", "trade"],
            "policy": {"order_value": "1", "on_breach": "ask"},
        },
    )
    program = f"/v1/users/me/tokens/{token['id']}/kite"
    await asha.call("PUT", program, json={"redirect_url": "https://example.com/kite"})
    hook = await asha.call(
        "POST", "/v1/hooks", json={"name": "x", "token": token["id"], "rules": {"product": "CNC"}}
    )
    webhook = await asha.call(
        "POST",
        "/v1/webhooks",
        json={"name": "x", "url": f"http://127.0.0.1:{free_port()}/", "events": ["order.filled"]},
    )
    message = await asha.call("POST", f"/v1/webhooks/{webhook['id']}/test")
    waiting = await asha.call(
        "POST",
        "/v1/orders",
        json=order(f"BUY 1 NSE:INFY CNC LIMIT {off(sandbox, -4)}"),
        headers={"authorization": f"Bearer {token['token']}", "Idempotency-Key": uuid.uuid4().hex},
        expect=202,
    )
    watchlist = await asha.call("POST", "/v1/watchlists", json={"name": "hers", "symbols": ["NSE:INFY"]})
    alert = await asha.call(
        "POST", "/v1/alerts", json={"symbol": "NSE:INFY", "kind": "above", "threshold": "99999"}
    )
    flow = await asha.call(
        "POST", "/v1/cash-flows", json={"account": account, "day": "2026-11-20", "amount": "-2500.50"}
    )
    bonus = {"kind": "bonus", "on": "2026-11-19", "isin": "INE009A01039", "new": 1, "old": 1}
    event = await asha.call("POST", "/v1/portfolio/lot-events", json=bonus)
    await asha.log_in()
    sessions = (await asha.call("GET", "/v1/users/me/sessions"))["items"]
    return {
        "account_id": account,
        "account": account,
        "order_id": resting["id"],
        "child_id": resting["children"][0]["id"],
        "key:path": key,
        "broker_order_id": number,
        "conditional_id": conditional["broker_id"],
        "approval_id": waiting["id"],
        "flow_id": str(flow["id"]),
        "event_id": str(event["id"]),
        "list_id": watchlist["id"],
        "symbol": "NSE:INFY",
        "alert_id": alert["id"],
        "hook_id": hook["id"],
        "webhook_id": webhook["id"],
        "message_id": message["id"],
        "token_id": token["id"],
        "session_id": next(one["id"] for one in sessions if not one["current"]),
    }


async def _ask(who: Trader, route: str, ids: Ids) -> tuple[int, str]:
    method, path = route.split(" ", 1)
    filled = re.sub(r"{([\w:]+)}", lambda part: ids[part.group(1)], path)
    headers = {"Idempotency-Key": uuid.uuid4().hex}
    body = WALK[route]
    answer = await who.http.request(method, filled, json=body, headers=headers)
    return answer.status_code, answer.text


@pytest.mark.timeout(240)
async def test_nothing_of_another_user_is_found(
    trader: Trader, bina: Trader, new_user: NewUser, sandbox: Sandbox, product: Product
) -> None:
    ids = await _everything(trader, sandbox, new_user)
    made_up = {name: one if name in ("symbol", "account") else "none" for name, one in ids.items()}
    wrong = {}
    for route in WALK:
        status, text = await _ask(bina, route, ids)
        if status != (204 if route in GONE_ALREADY else 404):
            wrong[route] = (status, text[:200])
        if (status, _code(text)) != _told(await _ask(bina, route, made_up)):
            wrong[route] = (status, "told apart from what does not exist")
    assert wrong == {}

    # Lists, and whatever takes an account as a question: none of her ids comes out.
    hers = [one for name, one in ids.items() if name != "symbol" and len(one) >= 8]  # not "1"
    described = await bina.call("GET", "/openapi.json")
    told = {}
    for path, methods in described["paths"].items():
        if (
            "get" not in methods
            or "{" in path
            or not path.startswith("/v1/")
            or path.startswith("/v1/sandbox")
        ):
            continue
        for question in ({}, {"account": ids["account"]}):
            answer = await bina.http.get(path, params=question)
            leaked = [one for one in hers if one in answer.text.replace(str(answer.request.url), "")]
            echoed = question and answer.status_code >= 400
            refused = answer.status_code in (403, 500) and answer.json().get("code") != "operators_only"
            if refused or (leaked and not echoed):
                told[f"{path} {question}"] = (answer.status_code, leaked)
    assert told == {}

    # What names an account in its body reaches none of hers; and her key is no key of his.
    reached = {}
    for path, body, key in (
        ("/v1/orders", order("BUY 1 NSE:INFY CNC MARKET", account=ids["account"]), ids["key:path"]),
        ("/v1/cash-flows", {"account": ids["account"], "day": "2026-11-20", "amount": "1"}, ""),
        ("/v1/funds/deposit", {"account": ids["account"], "amount": "1"}, ""),
        ("/v1/conditionals", CONDITIONAL, ""),
        ("/v1/hooks", {"name": "x", "token": ids["token_id"], "rules": {"product": "CNC"}}, ""),
    ):
        asked = {"Idempotency-Key": key or uuid.uuid4().hex}
        answer = await bina.http.post(path, json=body, headers=asked)
        if answer.status_code != 404 or ids["order_id"] in answer.text:
            reached[path] = (answer.status_code, answer.text[:300])
    primary = await bina.http.patch("/v1/users/me", json={"primary_account": ids["account"]})
    swept = await bina.http.post(
        "/v1/orders/cancel", json={"orders": [ids["order_id"]]}, headers={"Idempotency-Key": uuid.uuid4().hex}
    )
    if swept.is_success and ids["order_id"] in swept.text:
        reached["/v1/orders/cancel"] = (swept.status_code, swept.text[:300])
    assert (reached, primary.status_code) == ({}, 422)

    # His socket hears of nothing that happens to her.
    heard = await _heard(product, bina, trader, str(off(sandbox, -4)))
    assert [one for one in hers if any(one in text for text in heard)] == []

    # And all of it was there: asked by her, none of these is "not found" (so the walk asked for real things).
    missing = {route: said for route in WALK if (said := await _ask(trader, route, ids))[0] == 404}
    assert {route: said for route, said in missing.items() if not _said_of_another(said)} == {}


def _code(text: str) -> str:
    return str(orjson.loads(text).get("code")) if text else ""


def _told(said: tuple[int, str]) -> tuple[int, str]:
    return said[0], _code(said[1])


def _said_of_another(said: tuple[int, str]) -> bool:
    """A 404 that is not about the thing in the path: no contract note today."""
    return _code(said[1]) != "not_found"


async def _heard(product: Product, bina: Trader, asha: Trader, price: str) -> list[str]:
    """What his socket tells while something happens to her."""
    heard: list[str] = []
    url = product.url.replace("http", "ws") + "/v1/stream"
    headers = {"authorization": str(bina.http.headers["authorization"])}
    async with websockets.connect(url, additional_headers=headers) as socket:
        await socket.send('{"action": "follow", "what": "portfolio"}')
        await asha.place(f"BUY 1 NSE:INFY CNC LIMIT {price}")
        try:
            async with asyncio.timeout(3):
                while True:
                    heard.append(str(await socket.recv()))
        except TimeoutError:
            return heard

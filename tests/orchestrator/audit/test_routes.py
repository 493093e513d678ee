"""Whatever changes something leaves an entry in the audit log: a new route must say how, or that it changes nothing."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import httpx
import orjson
import pytest
from fastapi import FastAPI
from fastapi.routing import APIRoute
from sqlalchemy import select

from domain.account import BrokerId
from orchestrator.audit.actions import Action
from orchestrator.identity import doing
from orchestrator.identity.ended import EndedWhy
from orchestrator.routers import ROUTERS
from orchestrator.tables.audit import audit_log
from tests.orchestrator.accounts.conftest import connect
from tests.orchestrator.conftest import PASSWORD, Login
from tests.orchestrator.identity.doors import calls
from tests.orchestrator.stub_broker import StubAdapter

# What a successful call changes nothing that anybody would ask about afterwards.
CHANGES_NOTHING = {
    "POST /v1/orders/preview",
    "POST /v1/orders/margins",
    "POST /v1/options/payoff",
    "POST /v1/portfolio/refresh",
    "POST /v1/portfolio/performance/backfill",  # reckons evenings again, from what is kept
    "POST /v1/accounts/{account_id}/address-check",
    "POST /v1/accounts/{account_id}/authorisation",  # a link to the broker's own page
    "POST /v1/notices/read",
    "POST /v1/hooks/{hook_id}/test",
    "POST /v1/webhooks/{webhook_id}/test",
    "POST /v1/webhooks/{webhook_id}/deliveries/{message_id}/resend",  # the same message once more
    "POST /v1/users/password-check",
    "POST /v1/users/me/email/verify",  # another letter
    "POST /v1/users/forgot",  # a letter; using its link is told
    "POST /v1/users/refresh",  # goes on in a login that was told; reuse is told
    "POST /hooks/{broker}/{token}",  # a hint to read the account's orders; a login that it brings is told
    "POST /kite/charges/orders",
    "POST /kite/margins/basket",
    "POST /kite/margins/orders",
    # The first half of something; the second is told.
    "POST /v1/users/passkey/options",
    "POST /v1/users/me/passkeys/options",
    "POST /v1/users/me/proof/options",
    "POST /v1/users/me/proof/oidc",
    "POST /v1/users/me/oidc",
    "POST /v1/users/me/second-factor",
    "POST /v1/users/me/proof",  # the same login; the second half of what needs it is told
    # Always refused.
    "DELETE /kite/mf/{call:path}",
    "POST /kite/mf/{call:path}",
    "PUT /kite/mf/{call:path}",
    "POST /kite/session/refresh_token",
}
# Told by what they call, in its transaction.
TOLD_INSIDE = {
    "POST /v1/users/signup": Action.SIGNED_UP,
    "POST /v1/users/login": Action.LOGIN,
    "POST /v1/users/logout": Action.LOGIN_ENDED,
    "POST /v1/users/passkey/login": Action.LOGIN,
    "POST /v1/users/oidc/code": Action.LOGIN,
    "POST /v1/users/verify": Action.EMAIL_VERIFIED,
    "POST /v1/users/reset": Action.PASSWORD_RESET,
    "POST /v1/users/me/consents": Action.CONSENT_GIVEN,
    "POST /v1/users/me/email": Action.EMAIL_CHANGE_ASKED,
    "POST /v1/funds/deposit": Action.FUNDS_MOVED,
    "POST /v1/funds/withdraw": Action.FUNDS_MOVED,
    "POST /v1/orders": Action.ORDER_PLACED,
    "PATCH /v1/orders/{order_id}": Action.ORDER_CHANGED,
    "DELETE /v1/orders/{order_id}": Action.ORDER_CANCELLED,
    "POST /v1/orders/{order_id}/parts/{child_id}/look": Action.ORDER_SOUGHT,
    "POST /v1/orders/cancel": Action.ORDER_CANCELLED,
    "DELETE /v1/orders/external/{account}/{broker_order_id}": Action.OUTSIDE_CANCELLED,
    "POST /v1/positions/exit": Action.ORDER_PLACED,
    "POST /v1/positions/exit-all": Action.ORDER_PLACED,
    "POST /v1/positions/convert": Action.CONVERTED,
    "POST /v1/conditionals": Action.CONDITIONAL_PLACED,
    "PATCH /v1/conditionals/{account}/{conditional_id}": Action.CONDITIONAL_CHANGED,
    "DELETE /v1/conditionals/{account}/{conditional_id}": Action.CONDITIONAL_CANCELLED,
    "POST /v1/hooks/tradingview/{hook_id}": Action.ORDER_PLACED,
    "POST /api/v1/{name:path}": Action.ORDER_PLACED,
    "POST /kite/orders/{variety}": Action.ORDER_PLACED,
    "PUT /kite/orders/{variety}/{number}": Action.ORDER_CHANGED,
    "DELETE /kite/orders/{variety}/{number}": Action.ORDER_CANCELLED,
    "PUT /kite/portfolio/positions": Action.CONVERTED,
    "POST /kite/session/token": Action.KITE_LOGIN,
    "DELETE /kite/session/token": Action.KITE_LOGIN_ENDED,
    "POST /kite/gtt/triggers": Action.CONDITIONAL_PLACED,
    "PUT /kite/gtt/triggers/{number}": Action.CONDITIONAL_CHANGED,
    "DELETE /kite/gtt/triggers/{number}": Action.CONDITIONAL_CANCELLED,
    "POST /v1/approvals/{approval_id}/approve": Action.APPROVAL_GIVEN,
    "POST /v1/approvals/{approval_id}/decline": Action.APPROVAL_DECLINED,
}


def _routes() -> dict[str, APIRoute]:
    return {
        f"{method} {route.path}": route
        for router in ROUTERS
        for route in router.routes
        if isinstance(route, APIRoute)
        for method in route.methods or ()
        if method not in ("GET", "HEAD")
    }


def test_whatever_changes_something_is_told() -> None:
    untold = {
        name
        for name, route in _routes().items()
        if doing._doer not in calls(route.dependant)
        and name not in TOLD_INSIDE
        and name not in CHANGES_NOTHING
    }
    assert untold == set()
    assert CHANGES_NOTHING - set(_routes()) == set()
    assert set(TOLD_INSIDE) - set(_routes()) == set()


@pytest.fixture
async def asha(person: Login, stubs: dict[BrokerId, StubAdapter]) -> httpx.AsyncClient:
    stubs[BrokerId.ZERODHA].users["good"] = "Z1"
    return await person("asha")


# A successful call of each, in this order; the last word is what the log then has.
CALLS: list[tuple[str, str, Any, Action]] = [
    ("PATCH", "/v1/users/me", {"name": "Asha"}, Action.NAME_CHANGED),
    ("PATCH", "/v1/users/me", {"mode": "standard"}, Action.MODE_CHANGED),
    ("PATCH", "/v1/users/me", {"primary_account": "{account}"}, Action.PRIMARY_CHANGED),
    ("PUT", "/v1/users/me/limits", {"order_value": "50000"}, Action.LIMITS_CHANGED),
    ("PUT", "/v1/users/me/policy", {"kind": "cheapest"}, Action.POLICY_CHANGED),
    ("PATCH", "/v1/accounts/{account}", {"label": "Mine"}, Action.ACCOUNT_RENAMED),
    ("PUT", "/v1/accounts/{account}/addresses", {"addresses": ["203.0.113.7"]}, Action.EGRESS_CHANGED),
    ("PUT", "/v1/accounts/{account}/fees", {"per_order": "10.00"}, Action.FEES_CHANGED),
    ("DELETE", "/v1/accounts/{account}/proxy", None, Action.EGRESS_CHANGED),
    ("POST", "/v1/watchlists", {"name": "Steel"}, Action.WATCHLIST_CHANGED),
    (
        "POST",
        "/v1/cash-flows",
        {"account": "{account}", "day": "2026-11-20", "amount": "5000.00"},
        Action.FLOW_ADDED,
    ),
    ("POST", "/v1/kill-switch", {"depth": "no_new_risk"}, Action.KILL_SWITCH_ON),
    ("POST", "/v1/kill-switch/release", {"confirm": "release", "number": 1}, Action.KILL_SWITCH_RELEASED),
    ("POST", "/v1/users/me/tokens", {"name": "reader", "scopes": ["read"]}, Action.TOKEN_MADE),
    ("POST", "/v1/accounts/{account}/login", {}, Action.ACCOUNT_LOGIN_ASKED),
    ("DELETE", "/v1/accounts/{account}", None, Action.ACCOUNT_REMOVED),
    (
        "POST",
        "/v1/users/me/password",
        {"old_password": PASSWORD, "new_password": "quite another long one"},
        Action.PASSWORD_CHANGED,
    ),
]


async def actions(app: FastAPI) -> list[str]:
    def look(conn: Any) -> list[str]:
        return list(conn.execute(select(audit_log.c.action).order_by(audit_log.c.id)).scalars())

    return list(await app.state.db.read(look))


async def test_a_successful_call_leaves_its_entry(app: FastAPI, asha: httpx.AsyncClient) -> None:
    account = await connect(asha)
    assert (await actions(app))[:2] == ["user.signed_up", "login"]
    assert (await actions(app))[-3:] == ["account.added", "account.login_asked", "account.login"]
    for method, path, body, action in CALLS:
        before = len(await actions(app))
        told = {name: account if value == "{account}" else value for name, value in (body or {}).items()}
        answer = await asha.request(
            method, path.replace("{account}", account), json=None if body is None else told
        )
        assert answer.is_success, (method, path, answer.text)
        assert (await actions(app))[before:] == [action.value], (method, path)


async def test_a_refused_call_changes_nothing_and_tells_nothing(
    app: FastAPI, asha: httpx.AsyncClient
) -> None:
    await connect(asha)
    before = await actions(app)
    for method, path, body in (
        ("PUT", "/v1/users/me/limits", {"order_value": "x"}),
        ("PATCH", "/v1/accounts/acc_none", {"label": "Mine"}),
        ("PATCH", "/v1/users/me", {"primary_account": "acc_none"}),
        ("POST", "/v1/kill-switch/release", {"confirm": "release", "number": 7}),
        ("DELETE", "/v1/users/me", {"email": "x@trademaster.test"}),
    ):
        assert (await asha.request(method, path, json=body)).is_client_error
    assert await actions(app) == before


async def test_logins_that_are_refused_and_that_end_are_told(
    app: FastAPI, asha: httpx.AsyncClient, client: httpx.AsyncClient
) -> None:
    wrong = {"email": "asha@trademaster.test", "password": "not this one at all"}
    assert (await client.post("/v1/users/login", json=wrong)).status_code == 401
    assert (await actions(app))[-1] == "login.refused"
    other = await client.post("/v1/users/login", json={**wrong, "password": PASSWORD})
    assert other.status_code == 200
    assert (await asha.post("/v1/users/me/sessions/revoke-others")).status_code == 200
    entry = (await asha.get("/v1/audit?limit=1")).json()["items"][0]
    assert (entry["action"], entry["detail"]) == ("login.ended", {"why": EndedWhy.ENDED_ELSEWHERE.value})
    assert (await asha.post("/v1/users/logout")).status_code == 204
    assert (await actions(app))[-1] == "login.ended"


async def test_no_secret_is_told(app: FastAPI, asha: httpx.AsyncClient) -> None:
    await connect(asha)
    made = await asha.post("/v1/users/me/tokens", json={"name": "reader", "scopes": ["read"]})
    secrets = [PASSWORD, made.json()["token"], "good", asha.headers["authorization"].removeprefix("Bearer ")]

    def look(conn: Any) -> str:
        return str(conn.execute(select(audit_log)).all())

    told = await app.state.db.read(look)
    assert [secret for secret in secrets if secret in told] == []


def test_every_action_has_words_on_the_screen() -> None:
    words = orjson.loads((Path(__file__).parents[3] / "web/src/text/en/audit.json").read_bytes())["action"]
    assert {action.value.replace(".", "_") for action in Action} == set(words)

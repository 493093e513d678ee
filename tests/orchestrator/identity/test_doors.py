"""Which route lets whom in, listed: a new route is closed to personal tokens until somebody writes it down here."""

from __future__ import annotations

from tests.orchestrator.identity.doors import Door, doors, sockets

PUBLIC = {
    "GET /api/v1/{name:path}",  # refuses, whatever it is
    "POST /api/v1/{name:path}",  # the personal token is in the body: orchestrator/openalgo
    "GET /docs",
    "GET /docs/{name}",
    "GET /livez",
    "GET /readyz",
    "GET /health/brokers",  # without a word about whose accounts they are
    "GET /metrics",  # asks for the token of the settings: orchestrator/probes
    "GET /openapi.json",
    "GET /v1/meta",
    "GET /v1/brokers",
    "GET /v1/accounts/callback/{broker}",  # the browser that comes back from a broker's login proves itself
    "POST /v1/hooks/tradingview/{hook_id}",  # the alert proves itself, by a secret or a signature
    "POST /hooks/{broker}/{token}",  # the address is the secret
    "POST /v1/users/signup",
    "POST /v1/users/login",
    "POST /v1/users/password-check",
    "POST /v1/users/verify",  # the token of a letter, as the next but one
    "POST /v1/users/forgot",
    "POST /v1/users/reset",
    "POST /v1/users/refresh",
    "POST /v1/users/logout",
    "POST /v1/users/passkey/options",
    "POST /v1/users/passkey/login",
    "GET /v1/users/documents",
    "GET /v1/users/ways",
    "GET /v1/users/oidc/start",
    "GET /v1/users/oidc/callback",  # the browser that comes back proves itself by the cookie that it left with
    "POST /v1/users/oidc/code",
}
# More than looking, for tokens whose scope allows it.
OPEN_TO_TOKENS = {
    "POST /v1/orders": Door.TRADING,
    "PATCH /v1/orders/{order_id}": Door.TRADING,
    "DELETE /v1/orders/{order_id}": Door.TRADING,
    "POST /v1/orders/{order_id}/parts/{child_id}/look": Door.TRADING,
    "POST /v1/orders/cancel": Door.TRADING,
    "POST /v1/kill-switch": Door.TRADING,
    "DELETE /v1/orders/external/{account}/{broker_order_id}": Door.TRADING,
    "POST /v1/positions/exit": Door.TRADING,
    "POST /v1/positions/exit-all": Door.TRADING,
    "POST /v1/positions/convert": Door.TRADING,
    "POST /v1/conditionals": Door.TRADING,
    "PATCH /v1/conditionals/{account}/{conditional_id}": Door.TRADING,
    "DELETE /v1/conditionals/{account}/{conditional_id}": Door.TRADING,
    "POST /v1/orders/preview": Door.READING,
    "POST /v1/orders/margins": Door.READING_USER,
    "POST /v1/portfolio/refresh": Door.READING_USER,
    "POST /v1/options/payoff": Door.MARKET,
    "POST /v1/funds/deposit": Door.FUNDS,
    "POST /v1/funds/withdraw": Door.FUNDS,
}
# For tokens that are limited to accounts, too: what they look at leaves the others out, or has nothing to do with them.
OPEN_TO_LIMITED_TOKENS = {
    "GET /v1/stocks": Door.MARKET,
    "GET /v1/stocks/{symbol}": Door.MARKET,
    "GET /v1/stocks/{symbol}/quote": Door.MARKET,
    "GET /v1/stocks/{symbol}/depth": Door.MARKET,
    "GET /v1/stocks/{symbol}/history": Door.MARKET,
    "GET /v1/quotes": Door.MARKET,
    "GET /v1/market/calendar": Door.MARKET,
    "GET /v1/charges/tables": Door.MARKET,
    "GET /v1/options/{underlying}": Door.MARKET,
    "GET /v1/options/{underlying}/chain": Door.MARKET,
    "GET /v1/portfolio": Door.READING,
    "GET /v1/portfolio/holdings": Door.READING,
    "GET /v1/portfolio/positions": Door.READING,
    "GET /v1/portfolio/allocation": Door.READING,
    "GET /v1/funds/balance": Door.READING,
    "GET /v1/orders": Door.READING,
    "GET /v1/orders/{order_id}": Door.READING,
    "GET /v1/orders/by-key/{key:path}": Door.READING,
    "GET /v1/orders/external": Door.READING,
    "GET /v1/conditionals": Door.READING,
    "GET /v1/approvals": Door.ASKING,
    "GET /v1/approvals/{approval_id}": Door.ASKING,
}
SOCKETS = {"/api/v1/ws", "/kite/ws", "/v1/stocks/live", "/v1/stream"}


def test_what_anybody_may_ask_is_listed() -> None:
    found = {route for route, door in doors().items() if door is Door.PUBLIC}
    # Programs written for Kite say there who they are in Kite's own way: orchestrator/kite/doorway.py.
    assert {route for route in found if not route.partition(" ")[2].startswith("/kite")} == PUBLIC


def test_what_changes_something_is_closed_to_tokens_unless_it_is_listed() -> None:
    found = {
        route: door
        for route, door in doors().items()
        if not route.startswith(("GET ", "HEAD ")) and door not in (Door.PUBLIC, Door.LOGIN, Door.USER)
    }
    assert found == OPEN_TO_TOKENS


def test_what_a_token_limited_to_accounts_may_look_at_is_listed() -> None:
    found = {
        route: door
        for route, door in doors().items()
        if route.startswith(("GET ", "HEAD ")) and door not in (Door.PUBLIC, Door.LOGIN, Door.USER)
    }
    assert found == OPEN_TO_LIMITED_TOKENS


def test_sockets_are_listed() -> None:
    assert sockets() == SOCKETS

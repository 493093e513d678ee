"""Every call of the official SDK has an answer here and a row in docs/api/kite.md; and every door is the right one."""

from __future__ import annotations

import inspect
import re
from pathlib import Path
from typing import Any

from fastapi.dependencies.models import Dependant
from fastapi.routing import APIRoute
from kiteconnect import KiteConnect

from orchestrator.kite import door, wording
from orchestrator.kite.routers import ROUTERS

PAGE = (Path(__file__).parents[3] / "docs" / "api" / "kite.md").read_text()
LOCAL = {"set_access_token", "set_session_expiry_hook"}  # they ask nobody
PUBLIC = {
    "GET /kite/instruments",
    "GET /kite/instruments/{exchange}",
    "POST /kite/session/token",  # the token is in the body
    "DELETE /kite/session/token",  # refuses, whoever asks
    "POST /kite/session/refresh_token",
    "GET /kite/connect/login",
}


def calls() -> set[str]:
    methods = inspect.getmembers(KiteConnect, inspect.isfunction)
    return {name for name, _ in methods if not name.startswith("_")} - LOCAL


def routes() -> list[APIRoute]:
    return [route for router in ROUTERS for route in router.routes if isinstance(route, APIRoute)]


def doors_of(dependant: Dependant) -> set[Any]:
    return {dependant.call, *(call for part in dependant.dependencies for call in doors_of(part))}


def test_every_call_of_the_sdk_is_on_the_page_once() -> None:
    table = PAGE.partition("## Call by call")[2].partition("## Postbacks")[0]
    cells = [line.split("|")[1] for line in table.splitlines() if line.startswith("| `")]
    told = [name for cell in cells for name in re.findall(r"`(\w+)`", cell)]
    assert sorted(told) == sorted(calls() | {"KiteTicker"})


def test_every_error_that_is_told_is_on_the_page() -> None:
    kinds = {kind for _, kind in (*wording.CODES.values(), *wording.STATUSES.values(), wording.OTHERWISE)}
    assert kinds == set(re.findall(r"^\| `(\w+Exception)`", PAGE, re.MULTILINE))


def test_what_anybody_may_ask_is_listed_and_trading_needs_the_scope_for_it() -> None:
    for route in routes():
        found = doors_of(route.dependant)
        for method in route.methods or ():
            name = f"{method} {route.path}"
            if name in PUBLIC:
                assert door.kite_caller not in found, name
            elif method == "GET" or route.path in READS:
                assert door.reading in found, name
            else:
                assert door.trading in found, name


# Questions, whatever their method, or refused whoever asks.
READS = {
    "/kite/mf/{call:path}",
    "/kite/margins/orders",
    "/kite/margins/basket",
    "/kite/charges/orders",
}


def test_every_route_of_the_sdk_is_answered() -> None:
    """By the path that the SDK asks for, with any text in its places."""
    known = [route.path_regex for route in routes()]
    for name, path in KiteConnect._routes.items():
        asked = "/kite" + re.sub(r"{\w+}", "1", path)
        # `market.margins` is a path that no method of the SDK asks for.
        assert name == "market.margins" or any(one.fullmatch(asked) for one in known), name

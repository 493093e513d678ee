"""Which door each route has: what `test_doors.py` holds against its lists, and whoever walks over all routes."""

from __future__ import annotations

from collections.abc import Iterator
from enum import StrEnum

from fastapi.dependencies.models import Dependant
from fastapi.routing import APIRoute, APIWebSocketRoute

from orchestrator.identity import access
from orchestrator.routers import ROUTERS


class Door(StrEnum):
    """Who passes. `USER` is the one for what nobody thought about: tokens may only look, and only unlimited ones."""

    PUBLIC = "anybody"
    USER = "a login; to look, a token with read that sees all accounts"
    READING_USER = "a login, or a token with read that sees all accounts"
    MARKET = "a login, or a token with read"
    READING = "a login, or a token with read: only its accounts"
    TRADING = "a login, or a token with trade: only its accounts, by its policy"
    ASKING = "a login, or a token with read or trade: only what it asked itself"
    FUNDS = "a login, or a token with funds"
    LOGIN = "a login"


# The narrowest first: a door that leads through another one is the one that is meant.
BY_FUNCTION = {
    access.current_bearer: Door.LOGIN,
    access.logged_in: Door.LOGIN,
    access.trading_caller: Door.TRADING,
    access.funds_caller: Door.FUNDS,
    access.asking_caller: Door.ASKING,
    access.current_user: Door.USER,
    access.reading_user: Door.READING_USER,
    access.reading_caller: Door.READING,
    access.market_user: Door.MARKET,
}


def doors() -> dict[str, Door]:
    """`GET /v1/orders` and its like, with their doors."""
    return {
        f"{method} {route.path}": _door(route)
        for router in ROUTERS
        for route in router.routes
        if isinstance(route, APIRoute)
        for method in sorted(route.methods or ())
    }


def sockets() -> set[str]:
    """The paths of websockets: each asks for a token by itself (market/caller.py)."""
    return {
        route.path for router in ROUTERS for route in router.routes if isinstance(route, APIWebSocketRoute)
    }


def _door(route: APIRoute) -> Door:
    called = set(calls(route.dependant))
    found = [door for function, door in BY_FUNCTION.items() if function in called]
    if not found and access.current_caller in called:
        raise AssertionError(f"{route.path} asks who is calling and not whether they may")
    return found[0] if found else Door.PUBLIC


def calls(dependant: Dependant) -> Iterator[object]:
    yield dependant.call
    for part in dependant.dependencies:
        yield from calls(part)

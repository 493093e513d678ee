"""Composition root of the HTTP application: opens the parts in order, wires them, closes them in reverse."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Mapping
from contextlib import AsyncExitStack, asynccontextmanager
from typing import Any

from fastapi import FastAPI
from starlette.middleware.cors import CORSMiddleware
from starlette.routing import Route
from starlette.types import Receive, Scope, Send

from adapters.broker import Adapter
from domain.account import BrokerId
from orchestrator import errors, meta
from orchestrator.clock import FollowedClock
from orchestrator.config import Settings
from orchestrator.description import operations as description
from orchestrator.description.going_away import Farewell
from orchestrator.errors import Problem
from orchestrator.http.express import Express
from orchestrator.http.headers import SafeHeaders
from orchestrator.http.limits import Limits
from orchestrator.http.site import Site
from orchestrator.http.unchanged import Unchanged
from orchestrator.identity.access import PERSONAL, caller_of
from orchestrator.kite.doorway import KiteDoorway
from orchestrator.loops import Loops
from orchestrator.mcp.door import McpDoor
from orchestrator.orders import express
from orchestrator.parts import open_parts
from orchestrator.routers import API, ROUTERS
from orchestrator.shields.cookies import HostCookies
from orchestrator.shields.names import KnownNames
from orchestrator.shields.origins import OwnPages
from orchestrator.shields.rate_door import RateDoor
from orchestrator.shields.rates import Payer, Rates
from orchestrator.state import Clock, system_clock
from orchestrator.telemetry import tracing
from orchestrator.telemetry.door import Counted
from orchestrator.telemetry.traced import Traced

EXPOSED = [
    "etag",
    "link",
    "location",
    "ratelimit",
    "ratelimit-policy",
    "retry-after",
    "x-request-id",
]  # by CORS


def create_app(
    settings: Settings,
    *,
    clock: Clock | None = None,
    adapters: Mapping[BrokerId, Adapter] | None = None,
) -> FastAPI:
    """The whole API and the web interface. Nothing is opened before the lifespan starts.

    `clock` and `adapters` are for tests; else the time of the settings and every broker of the registry.
    """

    @asynccontextmanager
    async def lifespan(app: FastAPI) -> AsyncIterator[None]:
        async with AsyncExitStack() as opened:
            opened.push_async_callback(app.state.rates.close)
            _begin_traces(settings, opened)
            time = clock or await _time(settings, opened)
            await open_parts(app, settings, clock=time, adapters=adapters, opened=opened)
            opened.push_async_callback(tools.close)
            yield

    app = FastAPI(
        title=meta.NAME,
        version=meta.own_version(),
        summary="One command centre over the Indian broker accounts a trader already has.",
        lifespan=lifespan,
        openapi_url=None,  # ours waits for nothing, and its page
        docs_url=None,  # loads nothing from elsewhere
        redoc_url=None,
    )
    app.state.draining = False  # whether it was told to end, and takes no new work
    errors.install(app)
    app.router.routes.extend(API.routes)
    description.install(app, ROUTERS)
    tools = McpDoor(app)
    app.router.routes.append(Route(McpDoor.PATH, tools, include_in_schema=False))
    app.add_middleware(Express, ways={("POST", "/v1/orders"): express.place})
    app.add_middleware(Unchanged)
    app.add_middleware(Farewell)
    app.add_middleware(Limits)
    _shield(app, settings)
    app.add_middleware(KiteDoorway)  # where a call goes is known before anybody looks at it
    app.add_middleware(Counted, paths=_paths)  # outermost: refusals count, too
    if settings.otlp_endpoint:
        app.add_middleware(Traced)
    _serve_site(app, Site(settings.web))
    return app


def _shield(app: FastAPI, settings: Settings) -> None:
    """Who is not let in at all; the last one added is asked first."""
    if settings.cookie_secure:
        app.add_middleware(HostCookies)
    app.state.rates = Rates(settings)
    app.add_middleware(RateDoor, who=_payer, at_hand=_at_hand)
    app.add_middleware(OwnPages, settings=settings)
    if settings.cors_origin_list:
        app.add_middleware(
            CORSMiddleware,
            allow_origins=settings.cors_origin_list,
            allow_methods=["GET", "POST", "PUT", "PATCH", "DELETE"],
            allow_headers=[
                "authorization",
                "content-type",
                "idempotency-key",
                "if-none-match",
                "x-request-id",
            ],
            expose_headers=EXPOSED,
            allow_credentials=False,
        )
    app.add_middleware(KnownNames, settings=settings)
    app.add_middleware(SafeHeaders, https=settings.cookie_secure)  # outermost: refusals carry the headers too


def _paths() -> set[str]:
    return {getattr(route, "path", "") for router in ROUTERS for route in router.routes} | {McpDoor.PATH}


async def _payer(token: str, state: Any, address: str) -> Payer | None:
    """Whose requests a token's count as: only a good one's, or a stranger could use up its owner's room."""
    try:
        caller = await caller_of(token, state=state, address=address)
    except Problem:
        return None
    return Payer(caller.user_id, caller.token)


def _at_hand(token: str, state: Any) -> bool:
    """Whether telling whose it is asks no database."""
    return not token.startswith(PERSONAL) or state.tokens.remembers(token)


def _begin_traces(settings: Settings, opened: AsyncExitStack) -> None:
    if settings.otlp_endpoint:
        version, role = meta.own_version(), settings.role.value
        tracing.begin(settings.otlp_endpoint, share=settings.otlp_share, version=version, role=role)
        opened.push_async_callback(asyncio.to_thread, tracing.end)


async def _time(settings: Settings, opened: AsyncExitStack) -> Clock:
    """This machine's, or that of the simulated market. Raises ClockUnreachable."""
    if not settings.clock_url:
        return system_clock
    followed, loops = FollowedClock(settings.clock_url), Loops()
    opened.push_async_callback(followed.aclose)
    await followed.read()
    loops.start("clock", followed.follow)
    opened.push_async_callback(loops.close)
    return followed


def _serve_site(app: FastAPI, site: Site) -> None:
    """The site gets what no route knows. A mount would also take the API's own 404 and 405 answers."""
    unknown = app.router.default

    async def default(scope: Scope, receive: Receive, send: Send) -> None:
        ours = scope["type"] != "http" or scope["path"].startswith(("/v1/", "/kite/"))
        await (unknown if ours else site)(scope, receive, send)

    app.router.default = default

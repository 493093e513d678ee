"""Composition root of the HTTP application: opens the parts in order, wires them, closes them in reverse."""

from __future__ import annotations

from collections.abc import AsyncIterator
from contextlib import AsyncExitStack, asynccontextmanager

from fastapi import FastAPI
from fastapi.routing import APIRoute
from starlette.types import Receive, Scope, Send

from domain.calendar import Calendar
from orchestrator import errors, meta
from orchestrator.bus import open_bus
from orchestrator.config import Settings
from orchestrator.db import open_database
from orchestrator.headers import SafeHeaders
from orchestrator.identity import endpoints as identity
from orchestrator.identity.brake import LoginBrake
from orchestrator.keys import keys
from orchestrator.site import Site
from orchestrator.state import Clock, system_clock
from orchestrator.vault import Vault


def create_app(settings: Settings, *, clock: Clock = system_clock) -> FastAPI:
    """The whole API and the web interface. Nothing is opened before the lifespan starts."""

    @asynccontextmanager
    async def lifespan(app: FastAPI) -> AsyncIterator[None]:
        async with AsyncExitStack() as opened:
            await open_parts(app, settings, clock=clock, opened=opened)
            yield

    app = FastAPI(
        title=meta.NAME,
        version=meta.own_version(),
        summary="One command centre over the Indian broker accounts a trader already has.",
        lifespan=lifespan,
        generate_unique_id_function=_operation_id,
        responses=errors.problems(422, 500),
        openapi_url="/openapi.json",
    )
    errors.install(app)
    app.state.brake = LoginBrake(settings.login_attempts)
    for router in (meta.router, identity.router):
        app.include_router(router)
    app.add_middleware(SafeHeaders)
    _serve_site(app, Site(settings.web))
    return app


def _serve_site(app: FastAPI, site: Site) -> None:
    """The site gets what no route knows. A mount would also take the API's own 404 and 405 answers."""
    unknown = app.router.default

    async def default(scope: Scope, receive: Receive, send: Send) -> None:
        ours = scope["type"] != "http" or scope["path"].startswith("/v1/")
        await (unknown if ours else site)(scope, receive, send)

    app.router.default = default


async def open_parts(app: FastAPI, settings: Settings, *, clock: Clock, opened: AsyncExitStack) -> None:
    """Open everything endpoints use and put it on `app.state`; `opened` closes it again."""
    state = app.state
    state.settings, state.clock = settings, clock
    state.calendar = Calendar(always_open=settings.always_open)
    state.keys = keys(settings)
    state.vault = Vault(state.keys.master)
    state.db = open_database(settings)
    opened.push_async_callback(state.db.close)
    state.bus = open_bus(settings.redis_url)
    await state.bus.start()
    opened.push_async_callback(state.bus.close)


def _operation_id(route: APIRoute) -> str:
    return route.name

"""Composition root of the HTTP application: opens the parts in order, wires them, closes them in reverse."""

from __future__ import annotations

from collections.abc import AsyncIterator, Callable, Mapping
from contextlib import AsyncExitStack, asynccontextmanager

from fastapi import FastAPI
from fastapi.routing import APIRoute
from starlette.types import Receive, Scope, Send

from adapters.broker import Adapter, Symbols
from domain.account import BrokerId
from domain.calendar import Calendar
from orchestrator import errors, meta, migrations
from orchestrator.accounts import endpoints as accounts
from orchestrator.accounts.connections import Connections
from orchestrator.accounts.logins import Logins
from orchestrator.bus import open_bus
from orchestrator.config import Role, Settings
from orchestrator.db import open_database
from orchestrator.headers import SafeHeaders
from orchestrator.identity import endpoints as identity
from orchestrator.identity.brake import LoginBrake
from orchestrator.keys import keys
from orchestrator.site import Site
from orchestrator.state import Clock, system_clock
from orchestrator.vault import Vault


def create_app(
    settings: Settings,
    *,
    clock: Clock = system_clock,
    adapters: Mapping[BrokerId, Adapter] | None = None,
    symbols: Callable[[BrokerId], Symbols] | None = None,
) -> FastAPI:
    """The whole API and the web interface. Nothing is opened before the lifespan starts.

    `adapters` and `symbols` are for tests; else every broker of the registry and its own instrument master.
    """

    @asynccontextmanager
    async def lifespan(app: FastAPI) -> AsyncIterator[None]:
        async with AsyncExitStack() as opened:
            await open_parts(app, settings, clock=clock, adapters=adapters, symbols=symbols, opened=opened)
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
    for router in (meta.router, identity.router, accounts.router):
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


async def open_parts(
    app: FastAPI,
    settings: Settings,
    *,
    clock: Clock,
    adapters: Mapping[BrokerId, Adapter] | None,
    symbols: Callable[[BrokerId], Symbols] | None,
    opened: AsyncExitStack,
) -> None:
    """Open everything endpoints use and put it on `app.state`; `opened` closes it again."""
    state = app.state
    state.settings, state.clock = settings, clock
    state.calendar = Calendar(always_open=settings.always_open)
    state.keys = keys(settings)
    state.vault = Vault(state.keys.master)
    state.db = open_database(settings)
    opened.push_async_callback(state.db.close)
    if (
        settings.sqlite_path is not None
    ):  # a server's database is migrated by its operator, once, before the start
        await migrations.upgrade(state.db)
    state.bus = open_bus(settings.redis_url)
    await state.bus.start()
    opened.push_async_callback(state.bus.close)
    if adapters is None:
        from adapters.registry import BROKERS as adapters
    brokers = adapters
    if symbols is None:
        raise RuntimeError("no instruments yet")
    state.connections = Connections(
        db=state.db,
        bus=state.bus,
        vault=state.vault,
        settings=settings,
        clock=clock,
        adapters=brokers,
        symbols=symbols,
        background=settings.role is not Role.API,
    )
    await state.connections.start()
    opened.push_async_callback(state.connections.close)
    state.logins = Logins(
        db=state.db,
        vault=state.vault,
        settings=settings,
        clock=clock,
        adapters=brokers,
        connections=state.connections,
    )


def _operation_id(route: APIRoute) -> str:
    return route.name

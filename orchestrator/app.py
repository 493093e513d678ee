"""Composition root of the HTTP application: opens the parts in order, wires them, closes them in reverse."""

from __future__ import annotations

from collections.abc import AsyncIterator, Callable, Mapping
from contextlib import AsyncExitStack, asynccontextmanager
from functools import partial

from fastapi import FastAPI
from fastapi.routing import APIRoute
from starlette.types import Receive, Scope, Send

from adapters.broker import Adapter
from adapters.registry import BROKERS
from domain.account import BrokerId
from domain.calendar import Calendar
from orchestrator import errors, meta, migrations
from orchestrator.accounts import authorisation
from orchestrator.accounts import endpoints as accounts
from orchestrator.accounts.connections import Connections
from orchestrator.accounts.logins import Logins
from orchestrator.alerts import endpoints as alerts
from orchestrator.alerts.watcher import AlertWatcher
from orchestrator.attention import endpoints as attention
from orchestrator.attention.watch import Attention
from orchestrator.charges import asking
from orchestrator.charges import endpoints as charges
from orchestrator.clock import FollowedClock
from orchestrator.config import Role, Settings, endpoints
from orchestrator.db import Database, open_database
from orchestrator.exports import endpoints as exports
from orchestrator.express import Express
from orchestrator.guards import endpoints as guards
from orchestrator.headers import SafeHeaders
from orchestrator.identity import endpoints as identity
from orchestrator.identity import session_endpoints as sessions
from orchestrator.identity.ended import EndedSessions
from orchestrator.instruments.service import Instruments
from orchestrator.keys import keys
from orchestrator.killswitch import endpoints as killswitch
from orchestrator.killswitch.worker import KillSwitch
from orchestrator.limits import Limits
from orchestrator.loops import Loops
from orchestrator.market import endpoints as market
from orchestrator.market import stocks
from orchestrator.market.audience import Audience
from orchestrator.market.history import History
from orchestrator.market.hub import Hub
from orchestrator.market.keeping import CandleKeeper
from orchestrator.market.past import Past
from orchestrator.measures.recorder import Recorder
from orchestrator.options import endpoints as options
from orchestrator.orders import conditional_endpoints as conditionals
from orchestrator.orders import endpoints as orders
from orchestrator.orders import express
from orchestrator.orders import external_endpoints as external
from orchestrator.orders import sweep_endpoints as sweep
from orchestrator.orders.announce import Announcer
from orchestrator.orders.changes import Changes
from orchestrator.orders.reconcile import Reconciler
from orchestrator.orders.trading import Trading
from orchestrator.orders.updates import OrderUpdates
from orchestrator.performance import endpoints as performance
from orchestrator.performance import transfers
from orchestrator.performance.evenings import Evenings
from orchestrator.policies import endpoints as policies
from orchestrator.portfolio import endpoints as portfolio
from orchestrator.portfolio.portfolios import Portfolios
from orchestrator.postbacks import endpoints as postbacks
from orchestrator.postbacks.desk import Postbacks
from orchestrator.postbacks.hints import Hints
from orchestrator.postbacks.paths import Paths
from orchestrator.profits import endpoints as profits
from orchestrator.profits import event_endpoints as lot_events
from orchestrator.rebuilding import endpoints as rebuilding
from orchestrator.redis_bus import open_bus
from orchestrator.sandbox import endpoints as sandbox
from orchestrator.sandbox.control import SandboxControl
from orchestrator.scorecards import endpoints as scorecards
from orchestrator.scorecards.outages import OutageWatch
from orchestrator.site import Site
from orchestrator.state import Clock, system_clock
from orchestrator.trades import endpoints as trades
from orchestrator.vault import Vault
from orchestrator.watchlists import endpoints as watchlists


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
            time = clock or await _time(settings, opened)
            await open_parts(app, settings, clock=time, adapters=adapters, opened=opened)
            yield

    app = FastAPI(
        title=meta.NAME,
        version=meta.own_version(),
        summary="One command centre over the Indian broker accounts a trader already has.",
        lifespan=lifespan,
        generate_unique_id_function=_operation_id,
        responses=errors.problems(400, 422, 500),
        openapi_url="/openapi.json",
    )
    errors.install(app)
    for router in (
        meta.router,
        identity.router,
        sessions.router,
        accounts.router,
        charges.router,
        scorecards.router,
        authorisation.router,
        stocks.router,
        market.router,
        options.router,
        portfolio.router,
        transfers.router,
        performance.router,
        rebuilding.router,
        trades.router,
        profits.router,
        lot_events.router,
        exports.router,
        external.router,  # before the orders: "external" is no order's id
        orders.router,
        sweep.router,
        conditionals.router,
        guards.router,
        policies.router,
        watchlists.router,
        alerts.router,
        killswitch.router,
        sandbox.router,
        attention.router,
        postbacks.router,
    ):
        app.include_router(router)
    app.add_middleware(Express, ways={("POST", "/v1/orders"): express.place})
    app.add_middleware(Limits)
    app.add_middleware(SafeHeaders)  # outermost: refusals carry the headers too
    _serve_site(app, Site(settings.web))
    return app


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
        ours = scope["type"] != "http" or scope["path"].startswith("/v1/")
        await (unknown if ours else site)(scope, receive, send)

    app.router.default = default


async def open_parts(
    app: FastAPI,
    settings: Settings,
    *,
    clock: Clock,
    adapters: Mapping[BrokerId, Adapter] | None,
    opened: AsyncExitStack,
    database: Callable[[Settings], Database] = open_database,
) -> None:
    """Open everything endpoints use and put it on `app.state`; `opened` closes it again."""
    state = app.state
    state.settings, state.clock = settings, clock
    state.calendar = Calendar(always_open=settings.always_open)
    state.keys = keys(settings)
    state.vault = Vault(state.keys.master)
    state.db = database(settings)
    opened.push_async_callback(state.db.close)
    await _migrated(state.db, settings)
    state.bus = open_bus(settings.redis_url)
    await state.bus.start()
    opened.push_async_callback(state.bus.close)
    state.ended_sessions = EndedSessions(state.db, state.bus, clock, minutes=settings.access_minutes)
    await state.ended_sessions.start()
    opened.push_async_callback(state.ended_sessions.close)
    brokers = BROKERS if adapters is None else adapters
    state.instruments = Instruments(
        db=state.db, adapters=brokers, endpoints=lambda broker: endpoints(settings, broker), clock=clock
    )
    await state.instruments.start()
    opened.push_async_callback(state.instruments.close)
    state.sandbox = SandboxControl(settings.sandbox_url)
    opened.push_async_callback(state.sandbox.aclose)
    state.recorder = Recorder(state.db, clock)
    state.connections = Connections(
        db=state.db,
        bus=state.bus,
        vault=state.vault,
        settings=settings,
        clock=clock,
        adapters=brokers,
        symbols=state.instruments.symbols,
        recorder=state.recorder,
        background=settings.role is not Role.API,
    )
    measuring = Loops()
    measuring.start("measurements", state.recorder.run)
    opened.push_async_callback(state.recorder.store)
    opened.push_async_callback(measuring.close)
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
    state.postbacks = Postbacks(
        db=state.db,
        settings=settings,
        clock=clock,
        connections=state.connections,
        bus=state.bus,
        paths=Paths(state.keys.master),
        logins=state.logins,
    )
    opened.push_async_callback(state.postbacks.close)
    await _open_market(app, settings, opened)
    await _open_trading(app, settings, opened)


async def _open_market(app: FastAPI, settings: Settings, opened: AsyncExitStack) -> None:
    """Prices and candles, and in a process with background work what stores and watches them."""
    state, background = app.state, settings.role is not Role.API
    state.hub = Hub(
        bus=state.bus,
        connections=state.connections,
        instruments=state.instruments,
        calendar=state.calendar,
        clock=state.clock,
        feeding=background,
    )
    await state.hub.start()
    opened.push_async_callback(state.hub.close)
    state.audience = Audience(
        state.hub, state.clock, sockets=settings.live_sockets, symbols=settings.live_symbols
    )
    past = Past(state.hub.sources, state.connections, state.clock)
    state.history = History(
        hub=state.hub, past=past, db=state.db, clock=state.clock, days=settings.candle_days
    )
    if background:
        keeper = CandleKeeper(
            db=state.db, hub=state.hub, past=past, clock=state.clock, days=settings.candle_days
        )
        watcher, loops = AlertWatcher(db=state.db, bus=state.bus, hub=state.hub, clock=state.clock), Loops()
        await keeper.resume()
        opened.push_async_callback(keeper.finish)
        opened.push_async_callback(loops.close)
        loops.start("candles", keeper.run)
        loops.start("candles at night", keeper.run_nights)
        loops.start("alerts", watcher.run)
        loops.start("changes of alerts", watcher.run_changes)
        loops.start("all alerts", watcher.run_looks)


async def _open_trading(app: FastAPI, settings: Settings, opened: AsyncExitStack) -> None:
    """The portfolio and orders, and in a process with background work the loops that follow them."""
    state, background = app.state, settings.role is not Role.API
    state.portfolios = Portfolios(
        connections=state.connections,
        instruments=state.instruments,
        hub=state.hub,
        bus=state.bus,
        clock=state.clock,
        calendar=state.calendar,
        background=background,
    )
    state.day_result = state.portfolios.day_result
    await state.portfolios.start()
    opened.push_async_callback(state.portfolios.close)
    announcer, announcing = Announcer(state.db, state.bus), Loops()
    opened.push_async_callback(announcing.close)
    announcing.start("changed orders", announcer.run)
    opened.push_async_callback(announcer.close)
    state.trading = Trading(
        db=state.db,
        bus=state.bus,
        connections=state.connections,
        instruments=state.instruments,
        hub=state.hub,
        calendar=state.calendar,
        clock=state.clock,
        announcer=announcer,
        day_result=state.day_result,
    )
    state.kill_switch = KillSwitch(state.trading)
    state.attention = Attention(
        db=state.db,
        bus=state.bus,
        connections=state.connections,
        hub=state.hub,
        calendar=state.calendar,
        clock=state.clock,
    )
    announcing.start("attention", state.attention.run)
    announcing.start("changes of attention", state.attention.hear)
    if background:
        alone = settings.role is Role.ALL and settings.sqlite_path is not None
        deadline, window = settings.write_deadline + 5, settings.quiet_window
        reconciler = Reconciler(state.trading, alone=alone, answer_deadline=deadline, quiet_window=window)
        changes = Changes(state.trading, alone=alone, answer_deadline=deadline, quiet_window=window)
        updates, loops = OrderUpdates(state.trading, pause=settings.refresh_orders), Loops()
        opened.push_async_callback(loops.close)
        loops.start("order updates", updates.run)
        loops.start("order hints", Hints(state.bus, updates).run)
        loops.start("reconciler", reconciler.run)
        loops.start("changes", changes.run)
        loops.start("charges", partial(asking.run, state.trading))
        loops.start("kill switch", state.kill_switch.run)
        evenings = Evenings(
            db=state.db,
            connections=state.connections,
            instruments=state.instruments,
            portfolios=state.portfolios,
            calendar=state.calendar,
            clock=state.clock,
            begins=settings.evening_at,
        )
        loops.start("evenings", evenings.run)
        outages = OutageWatch(
            db=state.db,
            connections=state.connections,
            calendar=state.calendar,
            clock=state.clock,
            without_updates=updates.without_stream,
            without_prices=state.hub.feed_lacking,
        )
        loops.start("outages", outages.run)


async def _migrated(db: Database, settings: Settings) -> None:
    """SQLite is brought up to date; a server's database is its operator's to migrate, once, before the start."""
    if settings.sqlite_path is not None:
        await migrations.upgrade(db)
    elif await migrations.current(db) != migrations.newest():
        raise migrations.OutOfDate("the database is not up to date: run `orchestrator migrate`")


def _operation_id(route: APIRoute) -> str:
    return route.name

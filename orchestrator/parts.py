"""Opens what the endpoints use, in order, and puts it on the application's state; wiring only."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from contextlib import AsyncExitStack
from dataclasses import replace
from functools import partial

from fastapi import FastAPI

from adapters.broker import Adapter
from adapters.registry import BROKERS
from domain.account import BrokerId
from domain.calendar import Calendar
from orchestrator.accounts.connections import Connections
from orchestrator.accounts.logins import Logins
from orchestrator.accounts.shared_room import SharedRooms
from orchestrator.accounts.shelf import Shelf
from orchestrator.alerts.watcher import AlertWatcher
from orchestrator.approvals.service import Expiry
from orchestrator.attention.watch import Attention
from orchestrator.audit.opening import open_audit
from orchestrator.charges import asking
from orchestrator.config import Settings, endpoints
from orchestrator.daily import jobs, tell_operators
from orchestrator.departure.leaving import Departures
from orchestrator.identity.ended import EndedSessions
from orchestrator.identity.oidc.provider import provider
from orchestrator.ids import new_id
from orchestrator.instruments.service import Instruments
from orchestrator.jobs.runner import Runner
from orchestrator.keys import keys
from orchestrator.killswitch.worker import KillSwitch
from orchestrator.kite.day_tokens import DayTokens
from orchestrator.kite.listings import Listings
from orchestrator.kite.postbacks import Postbacks as KitePostbacks
from orchestrator.leases.leases import Leases
from orchestrator.leases.presence import Presence
from orchestrator.leases.shards import MARKET, Nobodys, Shards
from orchestrator.loops import Loops
from orchestrator.mail.opening import open_mail
from orchestrator.market.audience import Audience
from orchestrator.market.history import History
from orchestrator.market.hub import Hub
from orchestrator.market.keeping import CandleKeeper
from orchestrator.market.past import Past
from orchestrator.measures.recorder import Recorder
from orchestrator.orders.announce import Announcer
from orchestrator.orders.changes import Changes
from orchestrator.orders.reconcile import Reconciler
from orchestrator.orders.shown import Shown
from orchestrator.orders.trading import Trading
from orchestrator.orders.updates import OrderUpdates
from orchestrator.outbox.delivery import Delivery
from orchestrator.outbox.relay import Relay
from orchestrator.performance.evenings import Evenings
from orchestrator.portfolio.portfolios import Portfolios
from orchestrator.postbacks.desk import Postbacks
from orchestrator.postbacks.hints import Hints
from orchestrator.postbacks.paths import Paths
from orchestrator.pruning import policies
from orchestrator.redis_bus import open_bus
from orchestrator.sandbox.control import SandboxControl
from orchestrator.scorecards.outages import OutageWatch
from orchestrator.settings.process import Role
from orchestrator.state import Clock, system_clock
from orchestrator.storage import migrations
from orchestrator.storage.db import Database, open_database
from orchestrator.telemetry import lag
from orchestrator.tokens.personal import PersonalTokens
from orchestrator.trading_days.announced import Announced, LiveDays
from orchestrator.tradingview.placing import Placer
from orchestrator.tradingview.receiving import Receiver
from orchestrator.vault import Vault
from orchestrator.webhooks.delivering import Deliverer
from orchestrator.webhooks.following import Follower
from orchestrator.webhooks.way import Sender


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
    state.calendar = Calendar(always_open=settings.always_open, special=LiveDays())
    state.keys = keys(settings)
    state.vault = Vault(state.keys.master)
    state.db = database(settings)
    opened.push_async_callback(state.db.close)
    await _migrated(state.db, settings)
    open_mail(app, settings, opened)
    open_audit(app, settings, opened)
    state.bus = open_bus(settings.redis_url)
    await state.bus.start()
    opened.push_async_callback(state.bus.close)
    state.announced = Announced(state.db, state.bus, state.calendar.special)
    await state.announced.start()
    opened.push_async_callback(state.announced.close)
    await _open_leases(app, settings, opened)
    state.oidc = provider(settings, system_clock)
    state.ended_sessions = EndedSessions(state.db, state.bus, clock, minutes=settings.access_minutes)
    await state.ended_sessions.start()
    opened.push_async_callback(state.ended_sessions.close)
    state.tokens = PersonalTokens(state.db, state.bus, clock)
    await state.tokens.start()
    opened.push_async_callback(state.tokens.close)
    brokers = BROKERS if adapters is None else adapters
    state.instruments = Instruments(
        db=state.db, adapters=brokers, endpoints=lambda broker: endpoints(settings, broker), clock=clock
    )
    await state.instruments.start()
    opened.push_async_callback(state.instruments.close)
    state.kite_listings = Listings(state.instruments)
    state.kite_days = DayTokens(state.db, state.bus, clock, state.tokens)
    await state.kite_days.start()
    opened.push_async_callback(state.kite_days.close)
    state.sandbox = SandboxControl(settings.sandbox_url)
    opened.push_async_callback(state.sandbox.aclose)
    await _open_accounts(app, settings, brokers, opened)
    _open_departures(app, settings, opened)
    await _open_market(app, settings, opened)
    await _open_trading(app, settings, opened)
    _open_webhooks(app, settings, opened)
    _open_jobs(app, settings, opened)
    await _begin_to_own(app, settings, opened)


async def _open_accounts(
    app: FastAPI, settings: Settings, brokers: Mapping[BrokerId, Adapter], opened: AsyncExitStack
) -> None:
    """Users' accounts at brokers: live, logged in to, and told of by what brokers post to us."""
    state = app.state
    state.recorder = Recorder(state.db, state.clock)
    state.connections = Connections(
        db=state.db,
        bus=state.bus,
        vault=state.vault,
        settings=settings,
        clock=state.clock,
        adapters=brokers,
        symbols=state.instruments.symbols,
        recorder=state.recorder,
        owning=state.owning,
        rooms=state.rooms,
        shelf=state.shelf,
    )
    measuring = Loops()
    measuring.start("measurements", state.recorder.run)
    measuring.start("lag of the loop", lag.measure)
    opened.push_async_callback(state.recorder.store)
    opened.push_async_callback(measuring.close)
    await state.connections.start()
    opened.push_async_callback(state.connections.close)
    state.logins = Logins(
        db=state.db,
        vault=state.vault,
        settings=settings,
        clock=state.clock,
        adapters=brokers,
        connections=state.connections,
    )
    state.postbacks = Postbacks(
        db=state.db,
        settings=settings,
        clock=state.clock,
        connections=state.connections,
        bus=state.bus,
        paths=Paths(state.keys.master),
        logins=state.logins,
    )
    opened.push_async_callback(state.postbacks.close)


async def _open_leases(app: FastAPI, settings: Settings, opened: AsyncExitStack) -> None:
    """Whom this process works for of its own accord, and what it does alone. HTTP alone works for nobody."""
    state, works = app.state, settings.role is not Role.API
    state.leases = Leases(state.db, seize=not settings.redis_url)
    state.presence = Presence(state.db, state.leases, works=works)
    state.owning = Shards(state.leases, state.presence) if works else Nobodys()
    state.rooms = state.shelf = None
    opened.push_async_callback(state.leases.close)
    if state.leases.seizes and works:
        await state.leases.take(MARKET)  # there is nobody else
    if settings.redis_url:
        state.rooms = SharedRooms(settings.redis_url, among=state.presence.among)
        opened.push_async_callback(state.rooms.close)
        state.shelf = Shelf(settings.redis_url, state.vault, state.clock)
        opened.push_async_callback(state.shelf.close)


async def _begin_to_own(app: FastAPI, settings: Settings, opened: AsyncExitStack) -> None:
    """Last: who starts is busy, and would lose what it had just taken."""
    state, loops = app.state, Loops()
    opened.push_async_callback(loops.close)
    loops.start("leases", state.leases.run)
    if settings.role is Role.API:
        await state.presence.start()
        loops.start("presence", state.presence.run)
    else:
        await state.owning.start()
        loops.start("shards", state.owning.run)


def _open_departures(app: FastAPI, settings: Settings, opened: AsyncExitStack) -> None:
    """Users who leave; what is due is carried out by a process with background work."""
    state, leaving = app.state, Loops()
    state.departures = Departures(
        state.db,
        state.clock,
        years=settings.retention_years,
        connections=state.connections,
        ended=state.ended_sessions,
        tokens=state.tokens,
    )
    if settings.role is not Role.API:
        opened.push_async_callback(leaving.close)
        leaving.start("departures", state.departures.run)


async def _open_market(app: FastAPI, settings: Settings, opened: AsyncExitStack) -> None:
    """Prices and candles; one process of those with background work has the feeds, stores and watches them."""
    state, background = app.state, settings.role is not Role.API
    feeding, alone = partial(state.leases.held, MARKET), partial(state.leases.alone, MARKET)
    state.hub = Hub(
        bus=state.bus,
        connections=state.connections,
        instruments=state.instruments,
        calendar=state.calendar,
        clock=state.clock,
        feeding=feeding,
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
        keeper = state.candle_keeper = CandleKeeper(
            db=state.db, hub=state.hub, past=past, clock=state.clock, days=settings.candle_days
        )
        watcher, loops = AlertWatcher(db=state.db, bus=state.bus, hub=state.hub, clock=state.clock), Loops()
        state.leases.on_move(lambda names: state.hub.candles.left_to_another() if MARKET in names else None)
        await keeper.resume()
        opened.push_async_callback(keeper.finish)
        opened.push_async_callback(loops.close)
        loops.start("candles", partial(alone, keeper.run))
        loops.start("alerts", partial(alone, watcher.run))
        loops.start("changes of alerts", partial(alone, watcher.run_changes))
        loops.start("all alerts", partial(alone, watcher.run_looks))


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
        owning=state.owning,
    )
    state.day_result = state.portfolios.day_result
    await state.portfolios.start()
    opened.push_async_callback(state.portfolios.close)
    announcer, announcing = Announcer(state.bus), Loops()
    opened.push_async_callback(announcing.close)
    state.delivery, relay = Delivery(state.db, state.bus, Shown(state.db)), Relay(state.db, state.bus)
    await relay.start()
    announcing.start("kept events", state.delivery.run)
    announcing.start("kept events that did not arrive", state.delivery.run_comparing)
    announcing.start("outbox", relay.run)
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
    own = replace(state.trading, owning=state.owning)  # what is decided without being asked
    state.kill_switch = KillSwitch(own)
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
    state.alert_receiver = Receiver(
        state.db, state.vault, state.clock, tradingview=settings.tradingview_address_list
    )
    state.alert_placer = Placer(state.trading, state.tokens, state.owning)
    if background:
        alone = settings.role is Role.ALL and settings.sqlite_path is not None
        deadline, window = settings.write_deadline + 5, settings.quiet_window
        reconciler = Reconciler(own, alone=alone, answer_deadline=deadline, quiet_window=window)
        changes = Changes(own, alone=alone, answer_deadline=deadline, quiet_window=window)
        updates, loops = OrderUpdates(own, pause=settings.refresh_orders), Loops()
        opened.push_async_callback(loops.close)
        loops.start("order updates", updates.run)
        loops.start("order hints", Hints(state.bus, updates).run)
        loops.start("reconciler", reconciler.run)
        loops.start("changes", changes.run)
        loops.start("approvals", Expiry(state.trading, state.bus).run)
        loops.start("charges", partial(asking.run, own))
        loops.start("kill switch", state.kill_switch.run)
        state.evenings = Evenings(
            db=state.db,
            connections=state.connections,
            instruments=state.instruments,
            portfolios=state.portfolios,
            calendar=state.calendar,
            clock=state.clock,
            begins=settings.evening_at,
        )
        outages = OutageWatch(
            db=state.db,
            connections=state.connections,
            calendar=state.calendar,
            clock=state.clock,
            without_updates=updates.without_stream,
            without_prices=state.hub.feed_lacking,
            owning=state.owning,
        )
        loops.start("outages", outages.run)
        loops.start("alerts of hooks", state.alert_placer.run)


def _open_webhooks(app: FastAPI, settings: Settings, opened: AsyncExitStack) -> None:
    """Messages to users' own servers; made and sent by a process with background work."""
    state, loops = app.state, Loops()
    state.webhook_deliverer = Deliverer(
        state.db, state.vault, state.clock, Sender(inside=settings.proxies_inside)
    )
    opened.push_async_callback(state.webhook_deliverer.close)
    if settings.role is not Role.API:
        opened.push_async_callback(loops.close)
        kite_form = KitePostbacks(state.kite_listings, state.vault)
        loops.start("facts for webhooks", Follower(state.db, state.clock, kite_form).run)
        loops.start("webhooks", state.webhook_deliverer.run)


def _open_jobs(app: FastAPI, settings: Settings, opened: AsyncExitStack) -> None:
    """What is due on a schedule; done by one of the processes with background work."""
    state, loops = app.state, Loops()
    if settings.role is Role.API:
        return
    told = partial(tell_operators, db=state.db, clock=state.clock)
    runner = state.jobs = Runner(state.db, state.clock, state.calendar, holder=new_id("prc"), told=told)
    runner.add(
        jobs(
            db=state.db,
            clock=state.clock,
            instruments=state.instruments,
            candles=state.candle_keeper,
            evenings=state.evenings,
            trading=state.trading,
            pruned=policies(outbox_hours=settings.outbox_hours, notice_days=settings.notice_days),
            settings=settings,
        )
    )
    opened.push_async_callback(loops.close)
    loops.start("jobs", runner.run)


async def _migrated(db: Database, settings: Settings) -> None:
    """SQLite is brought up to date; a server's database is its operator's to migrate, once, before the start."""
    if settings.sqlite_path is not None:
        await migrations.upgrade(db)
    elif await migrations.current(db) != migrations.newest():
        raise migrations.OutOfDate("the database is not up to date: run `orchestrator migrate`")

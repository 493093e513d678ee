"""Numbers that are read when somebody asks for them: what is open, waiting or old at this moment."""

from __future__ import annotations

import contextlib
from collections import Counter
from itertools import product
from typing import Any

from sqlalchemy.exc import SQLAlchemyError

from adapters.registry import BROKERS
from domain.account import AccountState
from domain.calendar import Phase
from domain.instrument import Exchange
from orchestrator import meta
from orchestrator.accounts.connections import Connection
from orchestrator.market.line import FeedState
from orchestrator.probes import readiness
from orchestrator.probes.tables import sample_tables
from orchestrator.settings.process import Role
from orchestrator.telemetry import metrics

BREAKER_STATES = ("closed", "half_open", "open")


async def sample(state: Any) -> None:
    """Of the parts on an application's `state`. A database that is away is told by its own gauge."""
    await readiness.look(state.db, state.bus, draining=state.draining)
    metrics.BUILD.labels(meta.own_version(), state.settings.role.value).set(1)
    _sockets(state)
    _brokers(state.connections.all())
    _feeds(state)
    metrics.DATABASE_WAITING.set(state.db.waiting)
    if state.settings.role is not Role.API:
        metrics.LEASES_HELD.set(len(state.leases.mine()))
        with contextlib.suppress(SQLAlchemyError, OSError):
            await sample_tables(state.db, state.clock())


def _sockets(state: Any) -> None:
    metrics.SOCKETS.labels("prices").set(len(state.audience))
    metrics.SOCKETS.labels("events").set(len(state.audience.streams))


def _brokers(connections: list[Connection]) -> None:
    accounts = Counter((one.account.broker, one.account.state) for one in connections)
    breakers: Counter[tuple[str, str, str]] = Counter()
    oldest: dict[str, float] = {}
    for one in connections:
        broker, health = one.account.broker.value, one.health()
        if health is None:
            continue
        breakers[broker, "reads", health.reads] += 1
        breakers[broker, "writes", health.writes] += 1
        if one.ready and one.snapshot is not None:
            age = (one.clock() - one.snapshot.as_of).total_seconds()
            oldest[broker] = max(oldest.get(broker, 0.0), age)
    for broker_id, account_state in product(BROKERS, AccountState):
        held = accounts[broker_id, account_state]
        metrics.ACCOUNTS.labels(broker_id.value, account_state.value).set(held)
    for key in product((one.value for one in BROKERS), ("reads", "writes"), BREAKER_STATES):
        metrics.BREAKERS.labels(*key).set(breakers[key])
    metrics.READING_AGE.clear()
    for name, age in oldest.items():
        metrics.READING_AGE.labels(name).set(age)


def _feeds(state: Any) -> None:
    now = state.clock()
    open_now = state.calendar.phase(Exchange.NSE, now) is Phase.OPEN
    metrics.MARKET_OPEN.set(open_now)
    standing: Counter[tuple[str, str]] = Counter()
    freshest: dict[str, float] = {}
    for broker, feed_state, age in state.hub.feeds_now():
        standing[broker.value, feed_state.value] += 1
        if age is not None:
            freshest[broker.value] = min(freshest.get(broker.value, age), age)
    for key in product((one.value for one in BROKERS), (one.value for one in FeedState)):
        metrics.FEEDS.labels(*key).set(standing[key])
    metrics.FEED_AGE.clear()
    for name, age in freshest.items():
        metrics.FEED_AGE.labels(name).set(age)

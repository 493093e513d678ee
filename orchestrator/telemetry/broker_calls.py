"""How long brokers take and how their calls end, over all accounts: no account's name is told."""

from __future__ import annotations

from prometheus_client import Counter, Histogram

from domain.account import BrokerId
from domain.health import CallEnd, Measured
from orchestrator.telemetry import metrics

_COUNTERS: dict[tuple[BrokerId, str, CallEnd], Counter] = {}
_TIMES: dict[tuple[BrokerId, str], Histogram] = {}


def count(broker: BrokerId, one: Measured) -> None:
    """One call that left."""
    key = (broker, one.call, one.end)
    if (counter := _COUNTERS.get(key)) is None:
        counter = _COUNTERS[key] = metrics.BROKER_CALLS.labels(broker.value, one.call, one.end.value)
        _TIMES[key[:2]] = metrics.BROKER_SECONDS.labels(broker.value, one.call)
    counter.inc()
    _TIMES[key[:2]].observe(one.seconds)

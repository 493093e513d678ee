"""Percentiles out of what processes tell Prometheus, and the tables made of them."""

from __future__ import annotations

from typing import Any

import pytest
from prometheus_client import CollectorRegistry, Counter, generate_latest
from prometheus_client import Histogram as Told

from benchmarks.load.books import Books
from benchmarks.load.measured import Histogram, counted, histogram
from benchmarks.load.people import BROKERS, bad_day
from benchmarks.load.report import Run, errors, text
from benchmarks.load.sockets import Ages, Reading
from mocks.brokers.faults.kinds import Fault
from mocks.brokers.faults.plan import FaultPlan
from mocks.brokers.faults.rule import Rule


def told(*seconds: float) -> str:
    registry = CollectorRegistry()
    one = Told("own_seconds", "-", namespace="trademaster", registry=registry, buckets=(0.01, 0.1, 1))
    for each in seconds:
        one.observe(each)
    Counter("bugs", "-", namespace="trademaster", registry=registry).inc(len(seconds))
    return generate_latest(registry).decode()


def test_processes_add_up_and_what_was_before_does_not_count() -> None:
    before, after = [told(0.5), told()], [told(0.5, 0.05), told(0.05, 0.05)]
    both = histogram(after, "own_seconds").less(histogram(before, "own_seconds"))
    assert both.count == 3
    assert both.at(99) == pytest.approx(0.01 + 0.09 * 0.99)
    assert counted(after, "bugs") == 4


def test_nothing_counted_has_no_percentile_and_beyond_the_last_bucket_is_no_number() -> None:
    assert Histogram({}).at(50) is None
    assert histogram([told(5)], "own_seconds").at(99) == float("inf")


def test_one_call_in_a_hundred_fails_and_the_others_take_20_to_80_ms_evenly() -> None:
    plan = FaultPlan()
    for rule in bad_day()["rules"]:
        plan.add(Rule(**(rule | {"fault": Fault(rule["fault"])})))
    calls = 20_000
    hit = [plan.pick("kite", "place", lambda: "KT0001") for _ in range(calls)]
    delays = [rule.seconds for rule in hit if rule is not None and rule.fault is Fault.DELAY]
    assert None not in hit
    assert calls - len(delays) == pytest.approx(calls / 100, rel=0.3)
    for milliseconds in range(20, 81, 10):
        assert delays.count(milliseconds / 1000) == pytest.approx(calls / 7, rel=0.1)
    assert {rule["broker"] for rule in bad_day()["rules"]} == set(BROKERS)


def test_what_was_known_before_is_no_news_and_an_older_price_after_a_newer_one_is_noticed() -> None:
    reading, last = Reading(["NSE:INFY"]), dict[int, int]()
    reading.counting = True
    for number in (1, 3, 2):
        price = {"symbol": "NSE:INFY", "seq": number, "timestamp": "2026-11-20T10:00:00+05:30", "age_ms": 10}
        reading.heard(last, [price], 0.0)
    assert (reading.prices, reading.messages, reading.backwards) == (2, 3, 1)


def test_times_are_counted_by_the_millisecond() -> None:
    ages = Ages()
    assert ages.at(50) is None
    for milliseconds in range(1, 101):
        ages.add(milliseconds / 1000 + 0.0001)
    assert (ages.at(50), ages.at(99)) == (50, 99)


def run(**more: Any) -> Run:
    route = {"asked": 10, "failed": 0, "p50": 5, "p95": 9, "p99": 12, "most": 14}
    users = {"routes": {"GET /v1/portfolio": route}, "problems": {}, "unanswered": {}}
    measured = Histogram({0.01: 9, 0.1: 10, float("inf"): 10})
    return Run(
        **{
            "title": "one", "seconds": 10, "users": users, "sockets": None, "overhead": measured, "ticks": measured,
            "processor": {"product": 5000.0}, "memory": [{"product": 100.0}], "injected": 3, "bugs": 0,
            "ended": [], "books": Books(orders=10), **more,
        }
    )  # fmt: skip


def test_a_good_run_says_so() -> None:
    assert run().wrong() == []
    told = text(run())
    assert "nothing lost, nothing doubled" in told
    assert "| GET /v1/portfolio | 10 | 1.0 | 5 | 9 | 12 | 14 |" in told
    assert "| product | 50 % |" in told


def test_injected_errors_are_told_from_others() -> None:
    broken, other = "GET /v1/quotes 503 broker_unavailable", "GET /v1/orders 500 internal_error"
    assert errors({broken: 2, other: 1}) == ({broken: 2}, {other: 1})


@pytest.mark.parametrize(
    ("more", "words"),
    [
        ({"ended": ["worker0"]}, "worker0 ended by itself"),
        ({"bugs": 2}, "2 requests ended in a fault of the product"),
        ({"books": Books(orders=1, differences=["o1 is still UNKNOWN"])}, "o1 is still UNKNOWN"),
        (
            {
                "users": {
                    "routes": {},
                    "problems": {"POST /v1/orders 500 internal_error": 1},
                    "unanswered": {"a": ["k"]},
                }
            },
            "1 times POST /v1/orders 500 internal_error",
        ),
    ],
)
def test_what_must_not_be_is_told_and_fails_the_run(more: dict[str, Any], words: str) -> None:
    wrong = run(**more)
    assert words in wrong.wrong()
    assert f"- {words}" in text(wrong)

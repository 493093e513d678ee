"""The fast book against the slow, obvious one (`naive.py`), step by step, over random flows with every feature."""

from __future__ import annotations

from typing import Any

import pytest
from hypothesis import given, settings

from tests.mocks.exchange.drive import Driver
from tests.mocks.exchange.flows import (
    AUCTIONS,
    CONTINUOUS,
    OPENINGS,
    TRADING,
    WHOLE_DAYS,
    configs,
    long_case,
)
from tests.mocks.exchange.naive import NaiveBook

Json = dict[str, Any]


def compare(config: Json, script: list[Json]) -> None:
    fast, naive = Driver(config), NaiveBook(config)
    for index, command in enumerate(script):
        fast.play(index, command)
        naive.play(index, command)
        assert fast.result() == naive.result(), f"after command {index}: {command}"
        assert fast.book.last_price == naive.ltp


@settings(max_examples=300, deadline=None)
@given(configs(), CONTINUOUS)
def test_the_fast_book_equals_the_naive_one_in_continuous_trading(config: Json, script: list[Json]) -> None:
    compare(config, script)


@settings(max_examples=200, deadline=None)
@given(configs(phase="preopen"), AUCTIONS)
def test_the_fast_book_equals_the_naive_one_in_auctions(config: Json, script: list[Json]) -> None:
    compare(config, script)


@settings(max_examples=400, deadline=None)
@given(configs(), WHOLE_DAYS)
def test_the_fast_book_equals_the_naive_one_through_whole_days(config: Json, script: list[Json]) -> None:
    compare(config, script)


@pytest.mark.parametrize("ten", range(4))
def test_the_fast_book_equals_the_naive_one_in_long_flows(ten: int) -> None:
    for seed in range(ten * 10, ten * 10 + 10):
        compare(*long_case(seed))
        compare(*long_case(seed, ops=TRADING))
        compare(*long_case(seed, ops=OPENINGS))

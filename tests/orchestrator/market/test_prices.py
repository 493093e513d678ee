"""The newest price wins, whoever says it; what it lacks is kept from before."""

from dataclasses import replace
from datetime import UTC, datetime, timedelta

from domain.instrument import InstrumentId
from domain.market import Depth, DepthLevel, Quote, Tick
from domain.money import Price
from orchestrator.market.prices import Prices, change

INFY = InstrumentId.parse("NSE:INFY")
NOW = datetime(2026, 11, 20, 5, 0, tzinfo=UTC)


def tick(price: str, second: int = 0, close: str | None = None) -> Tick:
    return Tick(INFY, Price.of(price), NOW + timedelta(seconds=second), Price.of(close) if close else None)


def test_the_close_is_remembered_when_a_feed_does_not_say_it() -> None:
    prices = Prices()
    prices.take_quote(Quote(INFY, Price.of(1500), NOW, prev_close=Price.of(1490)), "zerodha")
    prices.take_tick(tick("1505", 1), "groww")
    last = prices.last(INFY)
    assert last is not None
    assert (str(last.price), str(last.prev_close)) == ("1505.00", "1490.00")
    assert prices.source(INFY) == "groww"


def test_an_older_price_of_another_source_changes_nothing() -> None:
    prices = Prices()
    prices.take_tick(tick("1505", 60), "groww")
    prices.take_tick(tick("1400", 0), "upstox")
    assert str(prices.of([INFY])[INFY].price) == "1505.00"


def test_but_its_close_is_taken() -> None:
    prices = Prices()
    prices.take_tick(tick("1505", 60), "groww")
    prices.take_tick(tick("1400", 0, close="1490"), "upstox")
    last = prices.last(INFY)
    assert last is not None
    assert (str(last.price), str(last.prev_close)) == ("1505.00", "1490.00")


def test_the_day_and_the_depth_are_kept_until_they_are_told_anew() -> None:
    prices = Prices()
    depth = Depth(bids=(DepthLevel(Price.of(1499), 10, 2),))
    told = replace(tick("1500", 0), open=Price.of(1490), high=Price.of(1510), low=Price.of(1480))
    prices.take_tick(replace(told, volume=7, depth=depth))
    prices.take_tick(tick("1512", 1))
    seen = prices.seen(INFY)
    assert seen.day is not None
    assert (seen.day.at, seen.day.open, seen.day.volume) == (NOW, Price.of(1490), 7)
    assert (seen.depth, seen.depth_at) == (depth, NOW)
    prices.take_tick(replace(tick("1513", 2), volume=8))
    assert seen.day is not None
    assert (seen.day.open, seen.day.high, seen.day.volume) == (Price.of(1490), Price.of(1513), 8)


def test_a_new_day_forgets_the_figures_of_the_old_one() -> None:
    prices = Prices()
    prices.take_quote(
        Quote(INFY, Price.of(1500), NOW, open=Price.of(1490), prev_close=Price.of(1480)), "upstox"
    )
    prices.take_tick(replace(tick("1510"), at=NOW + timedelta(days=1)))
    seen = prices.seen(INFY)
    assert (seen.prev_close, seen.day, seen.depth) == (None, None, None)


def test_change_is_not_known_without_a_close() -> None:
    assert change(Price.of(10), None) == (None, None)
    assert change(Price.of("99.999"), Price.of(100))[1] == "0.00"
    assert change(Price.of(99), Price.of(100)) == (Price.of(-1), "-1.00")
    assert change(Price.of(1), Price.of(0)) == (Price.of(1), None)


def test_everyone_who_listens_is_told() -> None:
    prices, told = Prices(), list[InstrumentId]()
    prices.on_change(told.append)
    prices.take_tick(tick("1505"), "groww")
    assert told == [INFY]

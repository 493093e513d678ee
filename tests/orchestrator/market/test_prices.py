"""The newest price wins, whoever says it; what it lacks is kept from before."""

import json
from datetime import UTC, datetime, timedelta

from domain.instrument import InstrumentId
from domain.market import Quote, Tick
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


def test_a_message_is_written_once_per_price() -> None:
    prices = Prices()
    prices.take_tick(tick("1505", 0, close="1490"), "groww")
    text = prices.message(INFY)
    assert text is not None
    assert prices.message(INFY) is text
    assert json.loads(text) == {
        "symbol": "NSE:INFY",
        "ltp": "1505.00",
        "change": "15.00",
        "change_percent": "1.01",
        "timestamp": "2026-11-20T10:30:00.000+05:30",
        "prev_close": "1490.00",
        "source": "groww",
    }
    prices.take_tick(tick("1506", 1), "groww")
    assert prices.message(INFY) != text


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

"""Minutes form from prices, gather into longer candles, and go on where a broker's history ends."""

from datetime import datetime, timedelta

import pytest

from domain.calendar import IST
from domain.instrument import InstrumentId
from domain.market import Candle
from domain.money import Price
from orchestrator.market.candles import CandleBook, bucket, gathered, laid_over

INFY = InstrumentId.parse("NSE:INFY")
START = datetime(2026, 11, 20, 9, 15, tzinfo=IST)


def at(minute: int, second: int = 0) -> datetime:
    return START + timedelta(minutes=minute, seconds=second)


def candle(minute: int, prices: str, volume: int = 0) -> Candle:
    """`open high low close`."""
    first, high, low, close = (Price.of(text) for text in prices.split())
    return Candle(at(minute), first, high, low, close, volume)


@pytest.mark.parametrize(
    ("minute", "interval", "start"),
    [
        (7, "1m", at(7)),
        (7, "5m", at(5)),
        (44, "15m", at(30)),
        (61, "1h", at(60)),
        (61, "1d", START.replace(hour=0, minute=0)),
        (-2, "5m", at(-5)),
    ],
)
def test_intraday_candles_count_from_the_opening(minute: int, interval: str, start: datetime) -> None:
    assert bucket(at(minute, 30), interval) == start


def test_prices_form_a_minute() -> None:
    now = at(0)
    book = CandleBook(lambda: now)
    for second, price in enumerate(("100", "103", "99", "101")):
        book.take(INFY, Price.of(price), at(0, second))
    now = at(1)
    book.take(INFY, Price.of("102"), at(1))
    assert book.formed(INFY, "1m") == [candle(0, "100 103 99 101"), candle(1, "102 102 102 102")]
    assert book.formed(INFY, "5m") == [candle(0, "100 103 99 102")]


def test_a_price_of_long_ago_forms_nothing() -> None:
    book = CandleBook(lambda: at(10))
    book.take(INFY, Price.of("100"), at(5))
    assert book.formed(INFY, "1m") == []


def test_a_late_price_does_not_reopen_a_minute() -> None:
    book = CandleBook(lambda: at(1))
    book.take(INFY, Price.of("100"), at(1))
    book.take(INFY, Price.of("90"), at(0, 59))
    assert book.formed(INFY, "1m") == [candle(1, "100 100 100 100")]


def test_longer_candles_gather_shorter_ones() -> None:
    minutes = [candle(0, "10 12 9 11", 5), candle(4, "11 15 11 14", 7), candle(5, "14 14 13 13", 1)]
    assert gathered(minutes, "5m") == [candle(0, "10 15 9 14", 12), candle(5, "14 14 13 13", 1)]


def test_the_brokers_last_candle_goes_on_forming_and_ours_follow() -> None:
    history = [candle(0, "10 12 9 11", 5), candle(1, "11 13 11 12", 6)]
    formed = [candle(0, "1 1 1 1"), candle(1, "12 14 12 14"), candle(2, "14 15 14 15")]
    assert laid_over(history, formed) == [history[0], candle(1, "11 14 11 14", 6), candle(2, "14 15 14 15")]
    assert laid_over([], formed) == formed
    assert laid_over(history, []) == history

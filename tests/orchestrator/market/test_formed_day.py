"""The ends of a day of the simulated exchange, its auctions included: what forms here is what it says was traded."""

from __future__ import annotations

from datetime import UTC, date, datetime, time, timedelta

import pytest

from domain.calendar import IST, Calendar
from domain.instrument import InstrumentId
from domain.market import Candle, Tick
from domain.money import Price
from mocks.exchange.calendar import MINUTE_NS, india_ns
from mocks.exchange.catalogue import instruments
from mocks.exchange.history import Candle as Told
from mocks.exchange.model import Trade
from mocks.exchange.sessions import at
from mocks.exchange.venue import Exchange
from orchestrator.market.candles import gathered
from orchestrator.market.forming import CandleBook
from orchestrator.market.intervals import Grid, Interval

DAY = date(2026, 11, 16)  # a Monday
CONTINUOUS, AUCTIONED = "NSE:MRF", "NSE:INFY"  # one closes by trading on, one by auction
STEP = MINUTE_NS // 6
GRID = Grid(Calendar())


def moment(ns: int) -> datetime:
    return datetime(1970, 1, 1, tzinfo=UTC) + timedelta(microseconds=ns // 1000)


class Listener:
    """A feed of trades with the day's volume, which tells the last one again every few seconds, and its book."""

    def __init__(self) -> None:
        self.now = moment(0)
        self.book = CandleBook(GRID, lambda: self.now)
        self.rows: dict[str, dict[datetime, Candle]] = {CONTINUOUS: {}, AUCTIONED: {}}
        self.last: dict[str, tuple[int, int]] = {}

    def hear(self, key: str, ns: int, price: int, volume: int) -> None:
        self.now = max(self.now, moment(ns))
        self.last[key] = price, volume
        self.book.take(Tick(InstrumentId.parse(key), Price.paise(price), moment(ns), volume=volume))

    def pause(self, ns: int) -> None:
        for key, (price, volume) in self.last.items():
            self.hear(key, ns, price, volume)
        self.store()

    def store(self) -> None:
        for name, minute, candle in self.book.over(100_000):
            self.rows[str(name)][candle.time] = candle
            self.book.store(name, minute, minute.changes)


def traded(begin: str, end: str) -> tuple[Exchange, Listener]:
    listed = [one for one in instruments(DAY) if one.key in (CONTINUOUS, AUCTIONED)]
    venue = Exchange(listed, seed=7, start_ns=india_ns(DAY, at(begin)), flow=True, always_open=False)
    heard = Listener()
    for one in listed:
        heard.hear(one.key, venue.now, one.prev_close, 0)
    last = india_ns(DAY, at(end))
    while venue.now < last:
        for event in venue.advance(venue.now + STEP):
            if isinstance(event, Trade):
                volume = heard.last[event.key][1] + event.quantity
                heard.hear(event.key, event.time, event.price, volume)
        heard.pause(venue.now)
    heard.now += timedelta(minutes=2)
    heard.store()
    return venue, heard


def as_ours(one: Told) -> Candle:
    prices = (Price.paise(value) for value in (one.open, one.high, one.low, one.close))
    first, high, low, last = prices
    return Candle(one.start, first, high, low, last, one.volume)


@pytest.mark.parametrize(
    ("begin", "end", "auctions"),
    [
        ("08:55", "09:22", {CONTINUOUS: "09:09", AUCTIONED: "09:09"}),  # the auction before the opening
        ("15:08", "16:10", {AUCTIONED: "15:28"}),  # and the one at the close, after a pause
    ],
)
def test_minutes_that_form_are_those_of_the_exchange(begin: str, end: str, auctions: dict[str, str]) -> None:
    venue, heard = traded(begin, end)
    midnight = datetime.combine(DAY, time(), IST)
    for key, rows in heard.rows.items():
        exchange = InstrumentId.parse(key).exchange
        told = [as_ours(one) for one in venue.history.candles(key, 1, midnight, midnight + timedelta(days=1))]
        if key in auctions:
            assert auctions[key] in [f"{one.time:%H:%M}" for one in told]
        ours = [rows[start] for start in sorted(rows)]
        assert ours == gathered(told, Interval.M1, grid=GRID, exchange=exchange)
        (day,) = gathered(ours, Interval.D1, grid=GRID, exchange=exchange)
        (whole,) = venue.history.candles(key, None, midnight, midnight)
        assert day == as_ours(whole)

"""Minutes form from what ticks say of trades, across the edges of sessions, late and twice, in whatever batches."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime, timedelta
from functools import partial

import pytest
from hypothesis import given
from hypothesis import strategies as st

from domain.calendar import IST, Calendar
from domain.instrument import InstrumentId
from domain.market import Candle, Tick
from domain.money import Price
from orchestrator.market.forming import CandleBook
from orchestrator.market.intervals import Grid

INFY = InstrumentId.parse("NSE:INFY")
NIFTY = InstrumentId.parse("NSE:NIFTY 50")
START = datetime(2026, 11, 20, 9, 15, tzinfo=IST)  # a Friday
OPEN = Calendar()


def moment(text: str) -> datetime:
    """`9:15:03`, on the day after when it begins with +."""
    hours, minutes, seconds = (int(part) for part in text.removeprefix("+").split(":"))
    day = START + timedelta(days=3) if text.startswith("+") else START  # Monday
    return day.replace(hour=hours, minute=minutes, second=seconds)


def ticks(table: str, name: InstrumentId = INFY) -> list[Tick]:
    """A line a tick: time, price, day's volume or `-`, open interest if there is one."""
    found = []
    for line in filter(None, (line.strip() for line in table.splitlines())):
        at, price, volume, *interest = line.split()
        found.append(
            Tick(
                name,
                Price.of(price),
                moment(at),
                volume=None if volume == "-" else int(volume),
                open_interest=int(interest[0]) if interest else None,
            )
        )
    return found


def formed(told: Iterable[Tick], calendar: Calendar = OPEN) -> list[str]:
    """A line a candle: minute, open, high, low, close, volume (and open interest)."""
    told = list(told)
    newest = told[0].at

    book = CandleBook(Grid(calendar), lambda: newest)
    for tick in told:
        newest = max(newest, tick.at)
        book.take(tick)
    return [shown(one) for one in book.formed(told[0].instrument)]


def shown(one: Candle) -> str:
    prices = " ".join(f"{price.amount:f}" for price in (one.open, one.high, one.low, one.close))
    interest = f" {one.open_interest}" if one.open_interest is not None else ""
    volume = "-" if one.volume is None else one.volume
    return f"{one.time:%d %H:%M} {prices} {volume}{interest}"


CASES = {
    "trades form a minute; its volume is what the day's grew by": (
        "9:20:00 100 50 \n 9:20:01 101 60 \n 9:20:30 99 75 \n 9:20:59 100 80 \n 9:21:00 102 90",
        ["20 09:20 101 101 99 100 30", "20 09:21 102 102 102 102 10"],
    ),
    "a minute without a trade has no candle, though ticks came": (
        "9:20:00 100 50 \n 9:20:01 101 60 \n 9:21:10 101 60 \n 9:22:50 101 60 \n 9:23:00 103 61",
        ["20 09:20 101 101 101 101 10", "20 09:23 103 103 103 103 1"],
    ),
    "the first tick ever tells what was, not when": ("9:20:00 100 50", []),
    "a tick told twice counts once": (
        "9:20:00 100 50 \n 9:20:01 101 60 \n 9:20:01 101 60",
        ["20 09:20 101 101 101 101 10"],
    ),
    "an illiquid contract's first trade of the day counts in full": (
        "9:15:01 100 0 \n 11:00:00 104 75",
        ["20 11:00 104 104 104 104 75"],
    ),
    "an index has no volume: its prices make candles": (
        "9:20:00 100 - \n 9:20:01 101 - \n 9:20:02 99 - \n 9:21:01 99 - \n 9:22:00 98 0",
        ["20 09:20 101 101 99 99 -", "20 09:22 98 98 98 98 -"],
    ),
    "volume is unknown for the minute in which it is first told": (
        "9:20:00 100 - \n 9:20:01 101 500 \n 9:21:00 102 600",
        ["20 09:20 101 101 101 101 -", "20 09:21 102 102 102 102 100"],
    ),
    "the auction's price opens the session's first candle": (
        "9:00:10 95 0 \n 9:08:00 97 - \n 9:08:30 98 1000 \n 9:15:02 99 1010 \n 9:16:00 97 1020",
        ["20 09:15 98 99 98 99 1010", "20 09:16 97 97 97 97 10"],
    ),
    "prices at which orders gather before the opening are no trades": (
        "9:00:10 95 0 \n 9:01:00 97 0 \n 9:07:00 120 - \n 9:15:01 98 5",
        ["20 09:15 98 98 98 98 5"],
    ),
    "the closing auction trades in its own minute, and the session after it too": (
        "15:14:59 100 50 \n 15:14:59 101 60 \n 15:34:01 104 900 \n 15:55:00 104 950",
        ["20 15:14 101 101 101 101 10", "20 15:34 104 104 104 104 840", "20 15:55 104 104 104 104 50"],
    ),
    "nothing forms while the market is closed": (
        "15:29:00 100 50 \n 15:29:30 101 60 \n 15:45:00 130 60 \n 17:00:00 140 99",
        ["20 15:29 101 101 101 101 10"],
    ),
    "the next day begins anew": (
        "15:29:00 100 50 \n 15:29:30 101 60 \n +9:15:01 110 7 \n +9:15:02 111 9",
        ["20 15:29 101 101 101 101 10", "23 09:15 110 111 110 111 9"],
    ),
    "what was traded on a day before anybody listened is in no minute": (
        "15:29:00 100 50 \n 15:29:30 101 60 \n +11:00:00 101 7000 \n +11:00:01 112 7010",
        ["20 15:29 101 101 101 101 10", "23 11:00 112 112 112 112 10"],
    ),
    "a late tick counts in its own minute": (
        "9:20:00 100 50 \n 9:20:10 101 60 \n 9:21:05 103 80 \n 9:20:50 107 70",
        ["20 09:20 101 107 101 107 20", "20 09:21 103 103 103 103 10"],
    ),
    "a late tick opens its minute when nothing else did": (
        "9:20:00 100 50 \n 9:22:05 103 80 \n 9:21:50 107 70",
        ["20 09:21 107 107 107 107 20", "20 09:22 103 103 103 103 10"],
    ),
    "a price of long ago forms nothing": (
        "9:25:00 100 50 \n 9:26:00 101 60 \n 9:21:00 90 20",
        ["20 09:26 101 101 101 101 10"],
    ),
    "a source whose count is behind adds nothing": (
        "9:20:00 100 50 \n 9:20:10 101 60 \n 9:21:01 101 58 \n 9:21:02 102 61",
        ["20 09:20 101 101 101 101 10", "20 09:21 102 102 102 102 1"],
    ),
    "open interest is the last that was told": (
        "9:20:00 100 50 900 \n 9:20:10 101 60 910 \n 9:20:20 101 61 905 \n 9:21:00 101 62",
        ["20 09:20 101 101 101 101 11 905", "20 09:21 101 101 101 101 1"],
    ),
}


@pytest.mark.parametrize(("table", "candles"), CASES.values(), ids=CASES.keys())
def test_a_minute(table: str, candles: list[str]) -> None:
    assert formed(ticks(table)) == candles


def test_commodities_open_earlier() -> None:
    gold = InstrumentId.parse("MCX:GOLD26DECFUT")
    table = "9:00:01 100 0 \n 9:00:02 101 3 \n 23:29:59 102 5 \n 23:30:00 103 9"
    assert formed(ticks(table, gold)) == ["20 09:00 101 101 101 101 3", "20 23:29 102 102 102 102 2"]


def test_a_market_that_never_closes_folds_nothing() -> None:
    table = "9:05:00 100 50 \n 9:05:01 101 60 \n 3:10:00 105 70"
    assert formed(ticks(table), Calendar(always_open=True)) == ["20 09:05 101 101 101 101 10"]


def test_what_was_traded_while_nobody_streamed_is_in_no_minute() -> None:
    now = moment("9:30:00")
    book = CandleBook(Grid(OPEN), lambda: now)
    for tick in ticks("9:29:00 100 50 \n 9:29:10 101 60"):
        book.take(tick)
    book.interrupt([INFY, NIFTY])
    for tick in ticks("9:30:00 101 9000 \n 9:30:01 102 9004"):
        book.take(tick)
    assert [shown(one) for one in book.formed(INFY)] == [
        "20 09:29 101 101 101 101 10",
        "20 09:30 102 102 102 102 4",
    ]


def test_minutes_that_nobody_stores_are_not_held_for_long() -> None:
    """Where another process stores them; those that wait to be stored are held longer."""
    now = START
    grid = Grid(Calendar(always_open=True))
    books = {stored: CandleBook(grid, lambda: now, stored=partial(bool, stored)) for stored in (True, False)}
    for number in range(100):
        now = START + timedelta(minutes=number)
        for book in books.values():
            book.take(Tick(INFY, Price.of(100 + number), now, volume=number))
    assert {stored: len(book.formed(INFY)) for stored, book in books.items()} == {True: 99, False: 30}


def test_what_waits_to_be_stored_comes_in_pieces_the_oldest_first_and_what_forms_last() -> None:
    now = START
    names = [InstrumentId.parse(f"NSE:S{number}") for number in range(5)]
    book = CandleBook(Grid(Calendar(always_open=True)), lambda: now)
    for step in range(3):
        now = START + timedelta(minutes=step)
        for name in names:
            book.take(Tick(name, Price.of(100 + step), now, volume=step))
    assert {minute.start for _, minute, _ in book.over(10)} == set(), "five seconds of grace"
    now += timedelta(seconds=5)
    first = book.over(3)
    assert [minute.start for _, minute, _ in first] == [START + timedelta(minutes=1)] * 3
    for name, minute, _ in first:
        book.store(name, minute, minute.changes)
    assert [name for name, _, _ in book.over(10)] == names[3:]
    assert [name for name, _, _ in book.unstored(10)] == [*names[3:], *names]
    changed = book.over(1)[0]
    book.store(changed[0], changed[1], changed[1].changes - 1)  # a late tick came while it was stored
    assert len(book.over(10)) == 2


# --- properties --------------------------------------------------------------------------------------------------


@dataclass(frozen=True)
class Trade:
    at: datetime
    price: int
    quantity: int


@st.composite
def a_morning(draw: st.DrawFn) -> list[Trade]:
    """Trades at distinct moments within two minutes and a bit."""
    seconds = draw(st.lists(st.integers(1, 110_000), min_size=1, max_size=25, unique=True))
    return [
        Trade(START + timedelta(milliseconds=at), draw(st.integers(90, 110)), draw(st.integers(1, 50)))
        for at in sorted(seconds)
    ]


def told(trades: list[Trade]) -> list[Tick]:
    """As a feed tells them: the last price, and the volume so far. The first tick of all comes before any trade."""
    found = [Tick(INFY, Price.of(100), START, volume=0)]
    for trade in trades:
        total = (found[-1].volume or 0) + trade.quantity
        found.append(Tick(INFY, Price.of(trade.price), trade.at, volume=total))
    return found


def by_hand(trades: list[Trade]) -> list[Candle]:
    minutes: dict[datetime, list[Trade]] = {}
    for trade in trades:
        minutes.setdefault(trade.at.replace(second=0, microsecond=0), []).append(trade)
    return [
        Candle(
            start,
            Price.of(all_of[0].price),
            Price.of(max(one.price for one in all_of)),
            Price.of(min(one.price for one in all_of)),
            Price.of(all_of[-1].price),
            sum(one.quantity for one in all_of),
        )
        for start, all_of in minutes.items()
    ]


class Kept:
    """A book whose minutes are stored now and then, as the product stores them."""

    def __init__(self) -> None:
        self.now = START
        self.book = CandleBook(Grid(OPEN), lambda: self.now)
        self.rows: dict[datetime, Candle] = {}

    def take(self, tick: Tick) -> None:
        self.now = max(self.now, tick.at)
        self.book.take(tick)

    def store(self) -> None:
        for name, minute, candle in self.book.over(1_000):
            self.rows[candle.time] = candle
            self.book.store(name, minute, minute.changes)


@given(a_morning(), st.randoms(use_true_random=False), st.integers(1, 8))
def test_the_candles_are_the_trades_in_any_order_and_any_batches(
    trades: list[Trade], luck: object, batch: int
) -> None:
    first, *rest = told(trades)
    luck.shuffle(rest)  # type: ignore[attr-defined]
    kept = Kept()
    kept.take(first)
    for number, tick in enumerate(rest):
        kept.take(tick)
        if number % batch == 0:
            kept.store()
    assert kept.book.formed(INFY) == by_hand(trades)
    kept.now += timedelta(minutes=5)
    kept.store()
    assert [kept.rows[start] for start in sorted(kept.rows)] == by_hand(trades)
    assert kept.book.over(1_000) == []


@given(a_morning(), st.lists(st.integers(0, 24), max_size=20))
def test_ticks_without_a_trade_change_nothing(trades: list[Trade], where: list[int]) -> None:
    """Depth moves all the time: each such tick tells the last trade again, at a later moment."""
    stream = told(trades)
    for place in sorted({min(place, len(stream) - 1) for place in where}, reverse=True):
        before = stream[place]
        later = stream[place + 1].at if place + 1 < len(stream) else before.at + timedelta(seconds=5)
        again = Tick(INFY, before.last_price, before.at + (later - before.at) / 2, volume=before.volume)
        stream.insert(place + 1, again)
    kept = Kept()
    for tick in stream:
        kept.take(tick)
    assert kept.book.formed(INFY) == by_hand(trades)

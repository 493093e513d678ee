"""Splits, bonuses and dividends at the exchange: bases, bands, indices, candles of before, and what cannot be."""

from __future__ import annotations

import io
from dataclasses import replace
from datetime import date, datetime

import pytest

from mocks.exchange import snapshot
from mocks.exchange.actions import Action, ActionKind
from mocks.exchange.calendar import india_ns
from mocks.exchange.catalogue import instruments
from mocks.exchange.history import IST
from mocks.exchange.recovery import replay
from mocks.exchange.venue import Exchange

MONDAY, TUESDAY, WEDNESDAY = date(2026, 11, 16), date(2026, 11, 17), date(2026, 11, 18)
POWER, POWER_BSE, MM, ITC, INDEX = (
    "NSE:ADANIPOWER",
    "BSE:ADANIPOWER",
    "NSE:M&MFIN",
    "NSE:ITC",
    "NSE:NIFTY NEXT 50",
)
FEW = [one for one in instruments(MONDAY) if one.key in (POWER, POWER_BSE, MM, ITC, INDEX, "NSE:ADANIGREEN")]
SPLIT = Action(POWER, ActionKind.SPLIT, TUESDAY, new=5)
BONUS = Action(MM, ActionKind.BONUS, TUESDAY, new=1, old=2)
DIVIDEND = Action(ITC, ActionKind.DIVIDEND, TUESDAY, amount=650)


def exchange(*, flow: bool = False, journal: io.StringIO | None = None) -> Exchange:
    return Exchange(
        FEW, seed=7, start_ns=india_ns(MONDAY, 600), flow=flow, always_open=False, journal=journal
    )


def next_morning(venue: Exchange) -> None:
    venue.advance(india_ns(TUESDAY, 10 * 60))


def test_a_split_lowers_the_base_of_every_listing_and_the_band_with_it() -> None:
    venue = exchange()
    before = {key: venue.quote(key).last_price for key in (POWER, POWER_BSE)}
    venue.announce(SPLIT)
    assert venue.instruments[POWER].prev_close == before[POWER]  # nothing happens before the ex-date
    next_morning(venue)
    for key, close in before.items():
        listing = venue.instruments[key]
        assert abs(listing.prev_close - close / 5) <= listing.tick / 2
        assert listing.prev_close % listing.tick == 0
        assert venue.quote(key).last_price == listing.prev_close
        assert listing.band is not None
        assert listing.band[0] < listing.prev_close < listing.band[1] < close / 3


def test_a_bonus_lowers_the_base_by_its_ratio() -> None:
    venue = exchange()
    close = venue.quote(MM).last_price
    venue.announce(BONUS)
    next_morning(venue)
    assert abs(venue.instruments[MM].prev_close - close * 2 / 3) <= venue.instruments[MM].tick / 2


def test_a_dividend_leaves_the_close_and_the_market_opens_lower() -> None:
    venue = exchange()
    close = venue.quote(ITC).last_price
    venue.announce(DIVIDEND)
    next_morning(venue)
    quote = venue.quote(ITC)
    assert quote.prev_close == close
    assert abs((quote.bids[0].price + quote.asks[0].price) / 2 - (close - 650)) < close // 200


def test_an_index_does_not_move_when_a_member_splits() -> None:
    venue = exchange()
    level = venue.quote(INDEX).last_price
    venue.announce(SPLIT)
    next_morning(venue)
    assert abs(venue.quote(INDEX).last_price - level) <= level // 2000  # the new base is on the tick


def test_candles_of_before_are_told_as_if_it_had_split_before() -> None:
    venue = exchange()
    since = datetime(2026, 11, 2, tzinfo=IST)
    days = venue.history.candles(POWER, None, since, datetime(2026, 11, 13, 23, tzinfo=IST))
    low = venue.year_range(POWER)[0]
    venue.announce(SPLIT)
    next_morning(venue)
    told = venue.history.candles(POWER, None, since, datetime(2026, 11, 13, 23, tzinfo=IST))
    assert [one.start for one in told] == [one.start for one in days]
    for now, then in zip(told, days, strict=True):
        assert abs(now.close - then.close / 5) <= 2
        assert now.low <= min(now.open, now.close) <= max(now.open, now.close) <= now.high
        assert abs(now.volume - then.volume * 5) <= then.volume // 50 + 5
    assert abs(venue.year_range(POWER)[0] - low / 5) <= 2
    minutes = venue.history.candles(
        POWER, 1, datetime(2026, 11, 13, 9, 15, tzinfo=IST), datetime(2026, 11, 13, 16, tzinfo=IST)
    )
    assert minutes[0].open == told[-1].open


def test_the_market_goes_on_trading_around_the_new_price() -> None:
    venue = exchange(flow=True)
    venue.announce(SPLIT)
    venue.announce(BONUS)
    next_morning(venue)
    venue.advance(venue.now + 30 * 10**9)
    for key in (POWER, MM):
        quote = venue.quote(key)
        assert abs(quote.last_price / quote.prev_close - 1) < 0.05, key


@pytest.mark.parametrize("flow", [False, True])
def test_it_is_in_the_journal_and_in_the_snapshot(flow: bool) -> None:
    journal = io.StringIO()
    venue = exchange(flow=flow, journal=journal)
    for action in (SPLIT, BONUS, DIVIDEND):
        venue.announce(action)
    kept = snapshot.dump(venue)
    next_morning(venue)
    again, _ = replay(journal.getvalue().splitlines(), FEW)
    tail = snapshot.load(kept, tail=journal.getvalue().splitlines())
    for other in (again, tail):
        assert other.last_prices() == venue.last_prices()
        assert other.actions == venue.actions
        assert [one.prev_close for one in other.instruments.values()] == [
            one.prev_close for one in venue.instruments.values()
        ]


@pytest.mark.parametrize(
    ("action", "words"),
    [
        (replace(SPLIT, key="NSE:ITC"), "contracts"),
        (replace(DIVIDEND, amount=10_000), "strikes"),
        (replace(SPLIT, on=MONDAY), "later trading day"),
        (replace(SPLIT, on=date(2026, 11, 21)), "later trading day"),
        (replace(SPLIT, new=1), "more shares"),
        (replace(SPLIT, new=2, old=5), "more shares"),
        (replace(BONUS, new=0), "whole numbers"),
        (replace(DIVIDEND, amount=0), "amount"),
        (replace(SPLIT, key=INDEX), "not a share"),
    ],
)
def test_what_cannot_be_is_refused_in_words(action: Action, words: str) -> None:
    venue = exchange()
    with pytest.raises(ValueError, match=words):
        venue.announce(action)
    assert venue.actions == []


def test_one_action_of_a_share_a_day() -> None:
    venue = exchange()
    venue.announce(SPLIT)
    with pytest.raises(ValueError, match="another"):
        venue.announce(Action(POWER_BSE, ActionKind.DIVIDEND, TUESDAY, amount=10))
    venue.announce(Action(POWER_BSE, ActionKind.DIVIDEND, WEDNESDAY, amount=10))

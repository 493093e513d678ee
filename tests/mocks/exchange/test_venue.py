"""The whole exchange: clock, calendar, journal, listeners, and the same input giving the same output."""

from __future__ import annotations

import io
import subprocess
import sys
from datetime import date
from pathlib import Path

import pytest

from mocks.exchange.calendar import SECOND_NS, india_ns
from mocks.exchange.catalogue import instruments
from mocks.exchange.model import (
    Add,
    Cancel,
    Ended,
    Event,
    Modify,
    OrderState,
    OrderType,
    Phase,
    Rejected,
    Side,
    Trade,
    Validity,
)
from mocks.exchange.recovery import replay
from mocks.exchange.venue import Exchange

MONDAY = date(2026, 11, 16)
NOON = india_ns(MONDAY, 12 * 60)
LISTED = instruments(MONDAY)
NAMES = ("NSE:INFY", "BSE:INFY", "NSE:IDEA", "NSE:MRF", "NSE:NIFTY 50", "NFO:NIFTY26NOVFUT", "NSE:HDFCBANK")
FEW = [instrument for instrument in LISTED if instrument.key in NAMES]
STEP = SECOND_NS // 4


def exchange(*, flow: bool = False, seed: int = 1, start_ns: int = NOON, **options: object) -> Exchange:
    return Exchange(FEW, seed=seed, start_ns=start_ns, flow=flow, **options)  # type: ignore[arg-type]


def order(
    venue: Exchange, side: Side, quantity: int, price: int = 0, key: str = "NSE:INFY", **terms: object
) -> Add:
    type_ = OrderType.LIMIT if price else OrderType.MARKET
    number = venue.next_order_number()
    return Add(key, number, side, type_, quantity, price, client="AAAPA0001A", **terms)  # type: ignore[arg-type]


def filled(events: list[Event]) -> int:
    return sum(event.quantity for event in events if isinstance(event, Trade))


# A standing market -------------------------------------------------------------------------------------------


def test_a_marketable_order_fills_at_once_against_the_ladder() -> None:
    venue = exchange()
    ask = venue.quote("NSE:INFY").asks[0]
    events = venue.submit(order(venue, Side.BUY, 10))
    assert filled(events) == 10
    assert venue.quote("NSE:INFY").last_price == ask.price


def test_a_standing_market_refills_and_stays_where_it_is() -> None:
    venue = exchange()
    before = venue.quote("NSE:INFY")
    assert (
        filled(venue.submit(order(venue, Side.BUY, before.asks[0].quantity + 10))) > before.asks[0].quantity
    )
    assert venue.quote("NSE:INFY").asks != before.asks
    for _ in range(20):
        venue.advance(venue.now + SECOND_NS)
    after = venue.quote("NSE:INFY")
    assert (after.bids, after.asks) == (before.bids, before.asks)
    assert after.last_price == before.asks[1].price  # nobody but the client traded


def test_the_first_quote_stands_around_the_previous_close() -> None:
    quote = exchange().quote("NSE:INFY")
    assert quote.last_price == quote.prev_close
    assert quote.last_time == quote.volume == 0
    assert quote.bids[0].price < quote.prev_close < quote.asks[0].price
    assert len(quote.bids) == len(quote.asks) == 5


def test_the_rest_of_an_order_larger_than_the_market_waits_and_fills() -> None:
    venue = exchange()
    big = order(venue, Side.BUY, 50_000)
    first = filled(venue.submit(big))
    assert 0 < first < 50_000
    more = filled(venue.advance(venue.now + SECOND_NS))
    assert more > 0
    found = venue.order("NSE:INFY", big.order)
    assert found is not None
    assert found.filled == first + more


def test_set_price_moves_both_listings_and_prints() -> None:
    venue = exchange()
    venue.set_price("NSE:INFY", 150_000)
    for key in ("NSE:INFY", "BSE:INFY"):
        quote = venue.quote(key)
        assert quote.last_price == 150_000
        assert quote.bids[0].price < 150_000 < quote.asks[0].price


@pytest.mark.parametrize(
    ("price", "problem"), [(150_005, "steps of 10"), (100_000, "trades between"), (0, "steps")]
)
def test_set_price_refuses_what_could_not_trade(price: int, problem: str) -> None:
    with pytest.raises(ValueError, match=problem):
        exchange().set_price("NSE:INFY", price)


def test_set_price_fires_a_clients_stop() -> None:
    venue = exchange()
    stop = Add("NSE:INFY", venue.next_order_number(), Side.SELL, OrderType.SL, 5, 152_000, 153_000)
    venue.submit(stop)
    heard: list[Event] = []
    venue.listen(heard.append)
    venue.set_price("NSE:INFY", 152_900)
    assert any(isinstance(event, Trade) and event.sell == stop.order for event in heard)


def test_a_fired_stop_may_still_be_called_by_its_name() -> None:
    """Brokers repeat type and trigger with every change; the stop has long become a limit order."""
    venue = exchange()
    stop = Add("NSE:INFY", venue.next_order_number(), Side.SELL, OrderType.SL, 5, 153_950, 154_000)
    venue.submit(stop)
    venue.set_price("NSE:INFY", 153_900)
    venue.submit(
        Modify("NSE:INFY", stop.order, price=154_050, trigger=154_000, type=OrderType.SL, quantity=5)
    )
    found = venue.order("NSE:INFY", stop.order)
    assert found is not None
    assert (found.price, found.type, found.state) == (154_050, OrderType.LIMIT, OrderState.OPEN)


def test_a_limit_order_can_become_a_market_order() -> None:
    venue = exchange()
    waiting = order(venue, Side.BUY, 10, 150_000)
    venue.submit(waiting)
    assert filled(venue.submit(Modify("NSE:INFY", waiting.order, type=OrderType.MARKET))) == 10


def test_a_rested_market_order_keeps_its_price_when_only_the_quantity_changes() -> None:
    venue = exchange()
    big = order(venue, Side.BUY, 50_000)
    venue.submit(big)
    before = venue.order("NSE:INFY", big.order)
    venue.submit(Modify("NSE:INFY", big.order, quantity=40_000, price=0, type=OrderType.MARKET))
    after = venue.order("NSE:INFY", big.order)
    assert before is not None
    assert after is not None
    assert (after.price, after.quantity) == (before.price, 40_000)
    venue.submit(Cancel("NSE:INFY", big.order))


# Refusals ----------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("key", "reason"), [("NSE:NOBODY", "unknown_instrument"), ("NSE:NIFTY 50", "not_tradable")]
)
def test_only_listed_instruments_trade(key: str, reason: str) -> None:
    venue = exchange()
    (event,) = venue.submit(order(venue, Side.BUY, 1, 100, key))
    assert isinstance(event, Rejected)
    assert event.reason == reason


def test_contracts_trade_in_lots() -> None:
    venue = exchange()
    (refused,) = venue.submit(order(venue, Side.BUY, 64, key="NFO:NIFTY26NOVFUT"))
    assert isinstance(refused, Rejected)
    assert refused.reason == "lot"
    (refused,) = venue.submit(order(venue, Side.BUY, 65 * 28, key="NFO:NIFTY26NOVFUT"))
    assert isinstance(refused, Rejected)
    assert refused.reason == "freeze"
    assert filled(venue.submit(order(venue, Side.BUY, 130, key="NFO:NIFTY26NOVFUT"))) == 130


def test_time_does_not_go_back() -> None:
    venue = exchange()
    with pytest.raises(ValueError, match="back"):
        venue.advance(venue.now - 1)


# Numbers, timers, listeners ----------------------------------------------------------------------------------


def test_numbers_are_unique_over_a_restart() -> None:
    first, second = exchange(), exchange(start_ns=NOON + 5 * SECOND_NS)
    numbers = [first.next_order_number() for _ in range(1000)]
    assert len(set(numbers)) == 1000
    assert second.next_order_number() > numbers[-1]
    assert len(str(numbers[0])) == 16


def test_a_ttl_order_ends_at_its_minute() -> None:
    venue = exchange()
    waiting = order(venue, Side.BUY, 1, 150_000, validity=Validity.TTL, ttl_minutes=2)
    venue.submit(waiting)
    assert not [e for e in venue.advance(NOON + 119 * SECOND_NS) if isinstance(e, Ended)]
    (ended,) = [e for e in venue.advance(NOON + 300 * SECOND_NS) if isinstance(e, Ended)]
    assert (ended.state, ended.time) == (OrderState.EXPIRED, NOON + 120 * SECOND_NS)


def test_a_listener_that_submits_is_answered_after_the_current_events() -> None:
    venue = exchange()
    heard: list[Event] = []

    def hedge(event: Event) -> None:
        if isinstance(event, Trade) and len(heard) < 3:
            venue.submit(order(venue, Side.SELL, 10))

    venue.listen(hedge)
    venue.listen(heard.append)
    venue.submit(order(venue, Side.BUY, 10))
    assert [event.seq for event in heard] == sorted(event.seq for event in heard)
    assert [event.aggressor for event in heard if isinstance(event, Trade)] == [Side.BUY, Side.SELL]


def test_own_orders_are_listed_and_the_markets_are_not() -> None:
    venue = exchange()
    mine = order(venue, Side.BUY, 7, 150_000)
    venue.submit(mine)
    assert [(found.order, found.quantity) for found in venue.open_orders("NSE:INFY")] == [(mine.order, 7)]
    venue.submit(Cancel("NSE:INFY", mine.order))
    assert venue.open_orders("NSE:INFY") == []


def test_a_later_exchange_goes_on_from_the_last_prices() -> None:
    first = exchange(flow=True)
    first.advance(NOON + 10 * SECOND_NS)
    second = exchange(flow=True, start_ns=NOON + 60 * SECOND_NS, last_prices=first.last_prices())
    for key in ("NSE:INFY", "NSE:NIFTY 50", "NFO:NIFTY26NOVFUT"):
        assert second.quote(key).last_price == first.quote(key).last_price
        assert second.quote(key).prev_close == first.quote(key).prev_close
    strange = exchange(last_prices={"NSE:INFY": 1, "NSE:GONE": 100})
    assert strange.quote("NSE:INFY").last_price == strange.quote("NSE:INFY").prev_close


# The calendar ------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("day", "minute", "phase"),
    [
        (MONDAY, 8 * 60 + 59, Phase.CLOSED),
        (MONDAY, 9 * 60 + 15, Phase.CONTINUOUS),
        (MONDAY, 15 * 60 + 29, Phase.CONTINUOUS),
        (MONDAY, 15 * 60 + 30, Phase.CLOSED),
        (date(2026, 11, 21), 12 * 60, Phase.CLOSED),  # a Saturday
        (date(2026, 11, 24), 12 * 60, Phase.CLOSED),  # a holiday on a Tuesday
    ],
)
def test_the_calendar_says_when_the_market_trades(day: date, minute: int, phase: Phase) -> None:
    venue = exchange(start_ns=india_ns(day, minute), always_open=False)
    assert venue.phase is venue.phase_of("NSE:MRF") is phase
    (first, *_) = venue.submit(order(venue, Side.BUY, 1, key="NSE:MRF"))
    assert isinstance(first, Rejected) is (phase is Phase.CLOSED)
    if isinstance(first, Rejected):
        assert first.reason == "closed"


def test_day_orders_end_at_the_close_and_the_next_day_starts_afresh() -> None:
    venue = exchange(start_ns=india_ns(MONDAY, 15 * 60 + 29), always_open=False)
    waiting = order(venue, Side.BUY, 1, 14_000_000, "NSE:MRF")
    venue.submit(waiting)
    venue.submit(order(venue, Side.BUY, 1, key="NSE:MRF"))
    last = venue.quote("NSE:MRF").last_price
    ended = [e for e in venue.advance(india_ns(MONDAY, 15 * 60 + 31)) if isinstance(e, Ended)]
    assert [(e.order, e.state, e.reason) for e in ended] == [(waiting.order, OrderState.EXPIRED, "close")]
    assert venue.quote("NSE:MRF").bids == ()
    venue.advance(india_ns(date(2026, 11, 17), 9 * 60 + 16))
    morning = venue.quote("NSE:MRF")
    assert (morning.prev_close, morning.volume) == (last, 0)
    assert filled(venue.submit(order(venue, Side.SELL, 1, key="NSE:MRF"))) == 1


def test_an_always_open_market_trades_at_midnight_on_a_sunday() -> None:
    venue = exchange(start_ns=india_ns(date(2026, 11, 22), 0))
    assert filled(venue.submit(order(venue, Side.BUY, 1))) == 1


# The same input, the same output -----------------------------------------------------------------------------


def busy(venue: Exchange) -> list[Event]:
    """A little of everything."""
    heard: list[Event] = []
    venue.listen(heard.append)
    for turn in range(40):
        side = Side.BUY if turn % 3 else Side.SELL
        venue.submit(order(venue, side, 100 + turn, key=NAMES[turn % 3]))
        low = venue.quote("NSE:INFY").bids[-1].price - 100
        resting = order(venue, Side.BUY, 10, low)
        venue.submit(resting)
        venue.submit(Modify("NSE:INFY", resting.order, quantity=12))
        venue.advance(venue.now + STEP)
        if turn == 20:
            venue.set_flow(False)
            venue.set_price("NSE:HDFCBANK", 100_000)
        if turn == 30:
            venue.set_flow(True)
        if turn % 2:
            venue.submit(Cancel("NSE:INFY", resting.order))
    return heard


def quotes(venue: Exchange) -> list[object]:
    return [venue.quote(instrument.key) for instrument in FEW]


def test_a_replayed_journal_is_the_live_exchange() -> None:
    journal = io.StringIO()
    live = exchange(flow=True, journal=journal)
    heard = busy(live)
    again, events = replay(journal.getvalue().splitlines(), FEW)
    assert events == heard
    assert quotes(again) == quotes(live)
    assert again.now == live.now


def test_a_journal_of_other_listings_is_refused() -> None:
    journal = io.StringIO()
    exchange(journal=journal)
    with pytest.raises(ValueError, match="other instruments"):
        replay(journal.getvalue().splitlines(), FEW[:-1])


def test_an_input_is_logged_before_it_is_applied() -> None:
    journal = io.StringIO()
    venue = exchange(journal=journal)
    seen: list[int] = []
    venue.listen(lambda event: seen.append(len(journal.getvalue().splitlines())))
    venue.submit(order(venue, Side.BUY, 1))
    assert seen == [2, 2]  # the opening line and the order


def test_the_size_of_the_steps_does_not_matter() -> None:
    slow, fast = exchange(flow=True), exchange(flow=True)
    heard: list[Event] = []
    for _ in range(40):
        heard += slow.advance(slow.now + STEP)
    assert heard == fast.advance(fast.now + 40 * STEP)
    assert quotes(slow) == quotes(fast)


def test_one_instruments_clients_do_not_disturb_another() -> None:
    disturbed, quiet = exchange(flow=True), exchange(flow=True)
    for _ in range(20):
        disturbed.submit(order(disturbed, Side.BUY, 500, key="NSE:MRF"))
        disturbed.advance(disturbed.now + STEP)
        quiet.advance(quiet.now + STEP)
    assert disturbed.quote("NSE:IDEA") == quiet.quote("NSE:IDEA")
    assert disturbed.quote("NSE:MRF") != quiet.quote("NSE:MRF")


PROGRAM = """
import hashlib
from tests.mocks.exchange.test_venue import busy, exchange, quotes
venue = exchange(flow=True)
print(hashlib.sha256(repr((busy(venue), quotes(venue))).encode()).hexdigest())
"""


def test_hash_randomisation_changes_nothing() -> None:
    root = Path(__file__).parents[3]
    found = {
        subprocess.run(
            [sys.executable, "-c", PROGRAM], cwd=root, check=True, capture_output=True, text=True,
            env={"PYTHONHASHSEED": seed, "PYTHONPATH": str(root)},
        ).stdout
        for seed in ("1", "77")
    }  # fmt: skip
    assert len(found) == 1


def test_another_seed_is_another_market() -> None:
    one, two = exchange(flow=True), exchange(flow=True, seed=2)
    assert one.advance(NOON + 5 * SECOND_NS) != two.advance(NOON + 5 * SECOND_NS)


def test_every_name_of_the_list_is_built() -> None:
    venue = Exchange(LISTED, seed=1, start_ns=NOON)
    tradable = [key for key, instrument in venue.instruments.items() if instrument.kind.value != "IDX"]
    assert all(venue.quote(key).asks for key in tradable)

"""What each phase of a day takes, bands that slide, operating ranges, and changes that come too late."""

from __future__ import annotations

from typing import Any

import pytest

from mocks.exchange.model import Add, Ended, Modify, OrderState, OrderType, Phase, Rejected, Side
from mocks.exchange.replay import KEY
from tests.mocks.exchange.drive import Driver
from tests.mocks.exchange.notation import asks, bids, play, rejects, state, trades

# Collecting for an auction ------------------------------------------------------------------------------------


def test_market_orders_are_frozen_in_the_limit_only_minutes() -> None:
    result = play(
        """
        m B 5 MKT
        a B 5 @100
        phase limit_only
        n S 5 MKT
        cancel m
        modify m qty 9
        modify a price 101
        s S 5 @101
        """,
        phase="preopen",
        prev_close=100,
    )
    assert rejects(result) == ["n phase", "m phase", "m phase"]
    assert bids(result) == ["101 5/5 a"]
    assert asks(result) == ["101 5/5 s"]


def test_nothing_moves_while_an_auction_is_worked_out() -> None:
    result = play("a B 5 @100; phase matching; b B 5 @100; cancel a; modify a qty 9", phase="preopen")
    assert rejects(result) == ["b phase", "a phase", "a phase"]
    assert bids(result) == ["100 5/5 a"]


def test_a_closing_auction_carries_the_resting_limits_in_with_their_time() -> None:
    result = play(
        "a B 5 @100; b B 5 @100; phase preopen; c B 5 @100; s S 7 MKT; phase continuous",
        ltp=99,
        prev_close=90,
    )
    assert trades(result) == ["a<s 5@100", "b<s 2@100"]
    assert bids(result) == ["100 8/8 b,c"]


def test_a_reference_takes_the_place_of_the_previous_close() -> None:
    text = "a B 10 @102; s S 10 @99; phase continuous"
    assert trades(play(f"{text} 102", phase="preopen", prev_close=98)) == ["a<s 10@102"]
    assert trades(play(text, phase="preopen", prev_close=98)) == ["a<s 10@99"]


def test_continuous_trading_never_starts_on_a_crossed_book() -> None:
    result = play("a B 5 @102; s S 5 @99; resume continuous", phase="preopen", prev_close=100)
    assert result["auction"] == {"price": 99, "volume": 5}


def test_an_uncrossed_book_goes_on_without_an_auction() -> None:
    result = play("a B 5 @99; s S 5 @102; resume continuous", phase="preopen", prev_close=100)
    assert "auction" not in result
    assert bids(result) == ["99 5/5 a"]


def test_an_auction_trades_hidden_quantity_and_the_rest_shows_a_whole_tranche() -> None:
    result = play("d B 20 @100 DQ 5; o B 5 @100; phase preopen; s S 12 @100; auction", prev_close=100)
    assert trades(result) == ["d<s 12@100"]
    assert bids(result) == ["100 13/10 d,o"]


def test_stops_that_a_print_reaches_outside_trading_wait_for_it() -> None:
    text = "x S 5 @95 SL 98; b B 5 @96; phase preopen; ltp 97"
    before = play(text, ltp=100)
    assert (before["stops"], state(before, "x")) == (["x"], "TRIGGER_PENDING 0")
    after = play(f"{text}; resume continuous", ltp=100)
    assert trades(after) == ["b<x 5@96"]


def test_a_stop_that_waits_for_trading_can_be_cancelled() -> None:
    result = play("x S 5 @95 SL 98; phase preopen; ltp 97; cancel x; resume continuous", ltp=100)
    assert (state(result, "x"), asks(result), result["stops"]) == ("CANCELLED 0", [], [])


def test_the_print_of_an_auction_releases_stops_after_it() -> None:
    text = "x S 5 @95 SL 98; phase preopen; a B 8 @97; s S 5 @97; auction"
    assert trades(play(text, ltp=100, prev_close=97)) == ["a<s 5@97", "a<x 3@97"]


# After the close ----------------------------------------------------------------------------------------------


def test_after_the_close_everything_trades_at_the_closing_price() -> None:
    result = play(
        """
        old B 5 @90
        phase post_close 101
        a S 5 MKT
        b S 5 @101
        wrong S 5 @100
        c B 7 MKT
        """,
        ltp=100,
    )
    assert rejects(result) == ["wrong closing_price"]
    assert trades(result) == ["c<a 5@101", "c<b 2@101"]
    assert asks(result) == ["101 3/3 b"]
    assert state(result, "old") == "EXPIRED 0"


def test_a_rested_market_order_can_be_changed_after_the_close() -> None:
    result = play("phase post_close 101; a S 5 MKT; modify a qty 9 type MARKET; b B 2 @101", ltp=100)
    assert trades(result) == ["b<a 2@101"]
    assert asks(result) == ["101 7/7 a"]


@pytest.mark.parametrize("line", ["x B 5 @110 SL 105", "x B 5 MKT IOC", "x B 10 @101 DQ 5"])
def test_after_the_close_there_are_no_stops_no_ioc_no_disclosed_quantity(line: str) -> None:
    assert rejects(play(f"phase post_close 101; {line}", ltp=100)) == ["x phase"]


def test_without_a_closing_price_the_last_one_counts() -> None:
    assert rejects(play("phase post_close; a B 1 @100; b B 1 @99", ltp=100)) == ["b closing_price"]


def test_what_never_had_a_price_has_no_trading_after_the_close() -> None:
    assert rejects(play("phase post_close; a B 1 MKT")) == ["a closing_price"]


# Bands and ranges ---------------------------------------------------------------------------------------------


def test_a_band_that_slides_cancels_what_it_strands() -> None:
    result = play(
        """
        low B 5 @91; in B 5 @95; waits S 5 @90 SL 92; far B 5 @108 SL 107
        band 94 112
        late B 5 @93
        up S 5 @111
        """,
        band=[90, 110],
        ltp=100,
    )
    ends = {id_: state(result, id_) for id_ in ("low", "waits")}
    assert ends == {"low": "CANCELLED 0", "waits": "CANCELLED 0"}
    assert (bids(result), asks(result), result["stops"]) == (["95 5/5 in"], ["111 5/5 up"], ["far"])
    assert rejects(result) == ["late band"]


def test_limit_orders_outside_the_operating_range_are_refused_and_resting_ones_stay() -> None:
    result = play("a B 5 @90; range 95 105; b B 5 @94; c S 5 @106; d S 5 @105; range off; e B 5 @94", ltp=100)
    assert rejects(result) == ["b range", "c range"]
    assert bids(result) == ["94 5/5 e", "90 5/5 a"]


def test_a_stop_released_outside_the_operating_range_is_cancelled() -> None:
    result = play("x S 5 @90 SL 98; y S 5 @96 SL 98; range 95 105; ltp 97", ltp=100)
    assert (state(result, "x"), state(result, "y")) == ("CANCELLED 0", "OPEN 0")


def test_a_market_order_takes_and_rests_inside_the_operating_range() -> None:
    result = play("s S 5 @104; t S 5 @107; range 95 105; m B 8 MKT", ltp=100)
    assert (trades(result), bids(result), asks(result)) == (["m<s 5@104"], ["104 3/3 m"], ["107 5/5 t"])


# One print, both kinds of stops -------------------------------------------------------------------------------


def test_one_print_releases_buy_stops_before_sell_stops() -> None:
    """Only without a last price can one print reach both."""
    result = play("s S 1 @90 SL 105; b B 1 @110 SL 95; ltp 100")
    assert trades(result) == ["b<s 1@110"]


# Changes ------------------------------------------------------------------------------------------------------


def test_a_limit_order_becomes_a_market_order_and_a_stop_a_limit_order() -> None:
    result = play(
        "s S 5 @103; b B 5 @100; x B 5 @110 SL 106; modify b type MARKET; modify x type LIMIT", ltp=100
    )
    assert trades(result) == ["b<s 5@103"]
    assert bids(result) == ["110 5/5 x"]


def test_fields_that_a_type_does_not_use_are_forgotten() -> None:
    driver = Driver({"ltp": 100})
    command: dict[str, Any] = {"op": "add", "id": "m", "side": "B", "type": "SL-M", "qty": 1, "price": 7}
    driver.play(0, {**command, "trigger": 105})
    driver.play(1, {**command, "id": "l", "type": "LIMIT", "price": 90, "trigger": 105})
    found = [driver.book.find(order.number) for order in driver.orders]
    assert [(order.price, order.trigger) for order in found if order] == [(0, 105), (90, 0)]


def test_a_change_by_somebody_who_has_not_seen_the_last_fill_is_stale() -> None:
    driver = Driver({})
    book = driver.book
    book.add(Add(KEY, 1, Side.BUY, OrderType.LIMIT, 10, 100))
    seen = book.orders[1].activity
    book.add(Add(KEY, 2, Side.SELL, OrderType.LIMIT, 4, 100))
    driver.tape.out = []
    book.modify(Modify(KEY, 1, quantity=8, seen=seen))
    refused = driver.tape.out[-1]
    assert isinstance(refused, Rejected)
    assert refused.reason == "stale"
    now = book.find(1)
    assert now is not None
    book.modify(Modify(KEY, 1, quantity=8, seen=now.activity))
    assert book.orders[1].quantity == 8


def test_orders_can_be_ended_by_what_they_are() -> None:
    driver = Driver({"ltp": 100})
    book = driver.book
    book.add(Add(KEY, 1, Side.BUY, OrderType.LIMIT, 10, 90, disclosed=5))
    book.add(Add(KEY, 2, Side.BUY, OrderType.LIMIT, 10, 90))
    book.add(Add(KEY, 3, Side.SELL, OrderType.SL_M, 10, trigger=95))
    driver.tape.out = []
    book.end_where(lambda order: bool(order.disclosed or order.trigger), OrderState.CANCELLED, "auction")
    ends = [(event.order, event.reason) for event in driver.tape.out if isinstance(event, Ended)]
    assert ends == [(1, "auction"), (3, "auction")]
    assert [order.order for order in book.open_orders()] == [2]


def test_the_indicative_price_is_what_the_auction_gives() -> None:
    driver = Driver({"phase": "preopen", "prev_close": 100})
    book = driver.book
    book.add(Add(KEY, 1, Side.BUY, OrderType.LIMIT, 10, 102))
    book.add(Add(KEY, 2, Side.SELL, OrderType.LIMIT, 6, 99))
    foreseen = book.indicative()
    assert (foreseen.price, foreseen.volume) == (99, 6)
    assert book.enter_phase(Phase.CONTINUOUS) == foreseen

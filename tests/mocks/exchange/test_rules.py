"""The matching rules R1 to R7 and R9 as small books."""

from __future__ import annotations

import pytest

from tests.mocks.exchange.notation import asks, bids, play, rejects, state, trades

# R1 ---------------------------------------------------------------------------------------------------------


def test_a_trade_prints_at_the_passive_price() -> None:
    assert trades(play("s S 10 @100; b B 10 @105")) == ["b<s 10@100"]
    assert trades(play("b B 10 @105; s S 10 @100")) == ["b<s 10@105"]


def test_better_price_trades_first_then_older_order() -> None:
    result = play("old S 5 @101; young S 5 @101; best S 5 @100; b B 12 @101")
    assert trades(result) == ["b<best 5@100", "b<old 5@101", "b<young 2@101"]
    assert asks(result) == ["101 3/3 young"]


def test_a_limit_order_rests_with_what_it_could_not_trade() -> None:
    result = play("s S 5 @100; b B 12 @100; lower B 1 @98")
    assert bids(result) == ["100 7/7 b", "98 1/1 lower"]
    assert state(result, "b") == "OPEN 5"


def test_ioc_never_rests() -> None:
    result = play("s S 5 @100; b B 12 @100 IOC; none B 3 @90 IOC")
    assert trades(result) == ["b<s 5@100"]
    assert bids(result) == []
    assert (state(result, "b"), state(result, "none")) == ("CANCELLED 5", "CANCELLED 0")


# R2 ---------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("change", "queue"),
    [
        ("qty 4", "a,b"),  # less keeps the place
        ("qty 10", "a,b"),  # the same asks for nothing
        ("qty 11", "b,a"),  # more loses it
        ("price 100", "a,b"),
        ("disclosed 5", "a,b"),  # showing less keeps it
    ],
)
def test_modify_and_the_place_in_the_queue(change: str, queue: str) -> None:
    result = play(f"a B 10 @100; b B 10 @100; modify a {change}")
    assert bids(result)[0].endswith(f" {queue}")


def test_a_price_change_and_back_loses_the_place() -> None:
    result = play("a B 10 @100; b B 10 @100; modify a price 99; modify a price 100")
    assert bids(result) == ["100 20/20 b,a"]


def test_showing_more_loses_the_place() -> None:
    result = play("a B 10 @100 DQ 5; b B 10 @100; modify a disclosed 8")
    assert bids(result) == ["100 20/18 b,a"]


def test_a_modified_price_that_crosses_trades_at_once() -> None:
    assert trades(play("s S 10 @105; b B 10 @100; modify b price 105")) == ["b<s 10@105"]


def test_quantity_is_the_new_total_and_below_filled_is_refused() -> None:
    result = play("b B 10 @100; s S 6 @100; modify b qty 5; modify b qty 8")
    assert rejects(result) == ["b below_filled"]
    assert bids(result) == ["100 2/2 b"]


def test_quantity_down_to_the_filled_part_completes_the_order() -> None:
    result = play("b B 10 @100; s S 6 @100; modify b qty 6")
    assert state(result, "b") == "COMPLETE 6"
    assert bids(result) == []


def test_any_change_of_a_stop_makes_it_young() -> None:
    result = play(
        "first B 1 @110 SL 105; second B 1 @110 SL 105; modify first price 111; s S 2 @107; ltp 105", ltp=100
    )
    assert trades(result) == ["second<s 1@107", "first<s 1@107"]


# R3, R4 -----------------------------------------------------------------------------------------------------


def test_a_used_up_tranche_shows_the_next_and_goes_to_the_back() -> None:
    result = play("d S 10 @100 DQ 4; o S 5 @100; b B 4 @100")
    assert asks(result) == ["100 11/9 o,d"]


def test_keep_leaves_the_replenished_order_in_front() -> None:
    result = play("d S 10 @100 DQ 4; o S 5 @100; b B 4 @100", dq_replenish="keep")
    assert asks(result) == ["100 11/9 d,o"]


def test_a_sweep_takes_one_tranche_at_a_time_and_comes_round_again() -> None:
    result = play("d S 10 @100 DQ 4; o S 5 @100; b B 15 @100")
    assert trades(result) == ["b<d 4@100", "b<o 5@100", "b<d 4@100", "b<d 2@100"]


def test_an_active_order_trades_more_than_it_discloses() -> None:
    result = play("s S 9 @100; d B 20 @100 DQ 5")
    assert trades(result) == ["d<s 9@100"]
    assert bids(result) == ["100 11/5 d"]


@pytest.mark.parametrize(
    "line", ["d B 100 @100 DQ 9", "d B 10 @100 DQ 11", "d B 10 @100 DQ 5 IOC", "d B 100 @100 DQ 15"]
)
def test_a_wrong_disclosed_quantity_is_refused(line: str) -> None:
    assert rejects(play(line, lot=10 if "15" in line else 1)) == ["d disclosed"]


# R5 ---------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("line", "reason"),
    [
        ("x B 1 @104 SL 105", "trigger_price"),
        ("x S 1 @96 SL 95", "trigger_price"),
        ("x B 1 @105 SL 100", "trigger_reached"),  # equal to the last price counts as reached
        ("x S 1 @95 SL 100", "trigger_reached"),
        ("x B 1 @100 SL 0", "trigger"),
    ],
)
def test_stops_that_make_no_sense_are_refused(line: str, reason: str) -> None:
    assert rejects(play(line, ltp=100)) == [f"x {reason}"]


def test_a_reached_stop_may_fire_at_once() -> None:
    result = play("s S 5 @101; x B 5 @105 SL 100", ltp=100, sl_on_entry="trigger")
    assert trades(result) == ["x<s 5@101"]


def test_every_print_of_a_sweep_counts() -> None:
    """The sweep prints 103 and ends at 104: the sell stop at 103 fires though the last print is above it."""
    result = play("s1 S 1 @103; s2 S 1 @104; x S 1 @90 SL 103; bid B 9 @95; b B 2 @104", ltp=110)
    assert trades(result) == ["b<s1 1@103", "b<s2 1@104", "bid<x 1@95"]


def test_stops_fired_by_one_print_go_by_trigger_then_age() -> None:
    result = play(
        """
        high B 1 @120 SL 108; low B 1 @120 SL 105; late B 1 @120 SL 105
        s S 3 @110
        ltp 108
        """,
        ltp=100,
    )
    assert trades(result) == ["low<s 1@110", "late<s 1@110", "high<s 1@110"]


def test_one_stop_sets_off_the_next() -> None:
    result = play("b1 B 1 @95; b2 B 1 @90; x S 1 @95 SL 98; y S 1 @90 SL 95; n B 1 @98; m S 1 @98", ltp=100)
    assert trades(result) == ["n<m 1@98", "b1<x 1@95", "b2<y 1@90"]
    assert result["stops"] == []


def test_a_fired_stop_that_finds_nobody_rests_as_a_limit() -> None:
    result = play("x S 5 @95 SL 98; ltp 97", ltp=100)
    assert asks(result) == ["95 5/5 x"]
    assert state(result, "x") == "OPEN 0"


def test_a_waiting_stop_can_be_cancelled() -> None:
    result = play("x S 5 @95 SL 98; cancel x; ltp 97", ltp=100)
    assert (state(result, "x"), asks(result)) == ("CANCELLED 0", [])


# R6 ---------------------------------------------------------------------------------------------------------


def test_the_rest_of_a_market_order_rests_at_the_last_traded_price() -> None:
    result = play("s S 5 @101; b B 8 MKT", ltp=100)
    assert (trades(result), bids(result)) == (["b<s 5@101"], ["101 3/3 b"])


def test_the_rest_of_a_market_order_may_be_cancelled_instead() -> None:
    result = play("s S 5 @101; b B 8 MKT", ltp=100, market_residual="cancel")
    assert (state(result, "b"), bids(result)) == ("CANCELLED 5", [])


@pytest.mark.parametrize(
    ("config", "rest"),
    [({"ltp": 100, "prev_close": 90}, ["100 8/8 b"]), ({"prev_close": 90}, ["90 8/8 b"]), ({}, [])],
)
def test_a_market_order_with_nobody_opposite(config: dict[str, int], rest: list[str]) -> None:
    assert bids(play("b B 8 MKT", **config)) == rest


def test_protection_caps_the_fills_and_the_rest_stays_at_the_cap() -> None:
    result = play("s1 S 5 @101; s2 S 5 @104; b B 8 MKT PROTECT 3", ltp=100)
    assert (trades(result), bids(result), asks(result)) == (["b<s1 5@101"], ["103 3/3 b"], ["104 5/5 s2"])


def test_a_market_order_stays_inside_the_band() -> None:
    result = play("b B 8 MKT; s S 5 @95; t S 5 MKT", ltp=100, band=[95, 105])
    assert trades(result) == ["b<s 5@100", "b<t 3@100"]
    assert asks(result) == ["100 2/2 t"]


# R7 ---------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("stp", "traded", "own", "mine"),
    [
        ("cancel_passive", ["b<s 2@100"], "CANCELLED 0", "OPEN 2"),
        ("cancel_active", [], "OPEN 0", "CANCELLED 0"),
        ("none", ["b<own 5@100", "b<s 1@100"], "COMPLETE 5", "COMPLETE 6"),
    ],
)
def test_self_trade_prevention(stp: str, traded: list[str], own: str, mine: str) -> None:
    result = play("own S 5 @100 client X; s S 2 @100 client Y; b B 6 @100 client X", stp=stp)
    if stp == "none":
        assert state(result, "b") == mine
        assert trades(result) == traded
        assert state(result, "own") == own
        return
    assert (trades(result), state(result, "own"), state(result, "b")) == (traded, own, mine)


def test_orders_without_a_client_may_meet() -> None:
    assert trades(play("s S 1 @100; b B 1 @100", stp="cancel_passive")) == ["b<s 1@100"]


# R9 and the checks at entry ---------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("line", "reason"),
    [
        ("x B 15 @100", "lot"),
        ("x B 10 @103", "tick"),
        ("x B 10 @130", "band"),
        ("x B 110 @100", "freeze"),
        ("x B 0 @100", "quantity"),
        ("x B 10 @0", "price"),
        ("x B 10 @105 TTL 0", "ttl"),
        ("x B 10 @105 SL 103", "tick"),
        ("x B 10 MKT PROTECT 0", "protection"),
        ("cancel x", "unknown_order"),
        ("modify x qty 10", "unknown_order"),
    ],
)
def test_the_checks_at_entry(line: str, reason: str) -> None:
    result = play(line, lot=10, tick=5, band=[80, 120], freeze=100)
    assert rejects(result) == [f"x {reason}"]
    assert result["orders"] == {}


def test_a_refused_modification_changes_nothing() -> None:
    text = "a B 10 @100; b B 10 @100"
    before = play(text, tick=5)
    after = play(f"{text}; modify a price 101; modify a qty 20 disclosed 1; modify a trigger 95", tick=5)
    assert rejects(after) == ["a tick", "a disclosed", "a not_a_stop"]
    assert after["book"] == before["book"]


def test_a_number_is_used_once_and_the_end_is_the_end() -> None:
    result = play("a B 1 @100; cancel a; a B 1 @100; cancel a; modify a qty 2")
    assert rejects(result) == ["a duplicate_order", "a not_open", "a not_open"]
    assert state(result, "a") == "CANCELLED 0"


# Time, halts and the close ----------------------------------------------------------------------------------


def test_ttl_ends_on_the_minute() -> None:
    result = play("a B 1 @100 TTL 5; b B 1 @100 TTL 6; advance 5")
    assert (state(result, "a"), state(result, "b")) == ("EXPIRED 0", "OPEN 0")


def test_the_close_ends_resting_orders_and_stops() -> None:
    result = play("a B 1 @100; x S 1 @90 SL 95; close; c B 1 @100", ltp=100)
    assert (state(result, "a"), state(result, "x")) == ("EXPIRED 0", "EXPIRED 0")
    assert rejects(result) == ["c closed"]


@pytest.mark.parametrize(("purges", "left"), [(True, []), (False, ["100 1/1 a"])])
def test_a_halt_purges_when_the_rules_say_so(purges: bool, left: list[str]) -> None:
    result = play("a B 1 @100; halt; b B 1 @100; resume continuous", halt_purges=purges)
    assert bids(result) == left
    assert rejects(result) == ["b halted"]

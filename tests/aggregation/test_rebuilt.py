"""Units on evenings of the past, out of trades: only where they come to what is held now, and in units of today."""

from __future__ import annotations

from dataclasses import replace
from datetime import date, datetime, timedelta
from fractions import Fraction

from hypothesis import given
from hypothesis import strategies as st

from aggregation.rebuilt import Held, held, unexplained, worth
from domain.account import AccountId
from domain.lots import ActionKind, CorporateAction
from domain.money import Money, Price
from domain.trade import AccountTrade
from tests.aggregation.trades import ISINS, trade, trades

ONE = AccountId("one")
INFY, TCS = ISINS["INFY"], ISINS["TCS"]
TODAY = date(2026, 11, 23)
EVENINGS = [date(2026, 11, day) for day in (16, 17, 18, 19, 20)]
BOOK = """
    16 10:00 BUY 10 NSE:INFY CNC 1000
    17 10:00 BUY 5 BSE:INFY CNC 1100
    19 10:00 SELL 12 NSE:INFY CNC 1200
    """


def units(found: list[Held]) -> dict[str, list[int] | None]:
    return {one.ware: [int(each) for each in one.units] if one.units is not None else None for one in found}


def test_each_evening_holds_what_was_bought_and_not_sold_until_then() -> None:
    found = held(trades(BOOK), EVENINGS, now={(ONE, INFY): 3}, today=TODAY)
    assert units(found) == {INFY: [10, 15, 15, 3, 3]}
    assert str(found[0].instrument) == "NSE:INFY"


def test_trades_that_do_not_come_to_what_is_held_tell_no_evening() -> None:
    assert units(held(trades(BOOK), EVENINGS, now={(ONE, INFY): 4}, today=TODAY)) == {INFY: None}
    assert units(held(trades(BOOK), EVENINGS, now={}, today=TODAY)) == {INFY: None}


def test_a_sale_of_what_nobody_saw_bought_tells_no_evening_even_where_the_end_fits() -> None:
    book = trades("16 10:00 SELL 5 NSE:INFY CNC 1000\n17 10:00 BUY 5 NSE:INFY CNC 1000")
    assert units(held(book, EVENINGS, now={}, today=TODAY)) == {INFY: None}


def test_what_is_held_without_a_trade_is_named() -> None:
    found = held(trades(BOOK), EVENINGS, now={(ONE, INFY): 3}, today=TODAY)
    assert unexplained({(ONE, INFY): 3, (ONE, TCS): 7}, found) == [(ONE, TCS)]


def test_contracts_and_an_intraday_position_of_today_are_no_holding() -> None:
    book = trades("16 10:00 BUY 75 NFO:NIFTY26NOVFUT NRML 24000\n23 10:00 BUY 5 NSE:INFY MIS 1000")
    assert held(book, EVENINGS, now={}, today=TODAY) == []


def test_units_are_told_as_after_a_split_and_a_bonus_and_a_fraction_is_given_to_nobody() -> None:
    actions = [
        CorporateAction(INFY, date(2026, 11, 18), ActionKind.SPLIT, new=5, old=2, becomes="INE009A01039"),
        CorporateAction("INE009A01039", date(2026, 11, 20), ActionKind.BONUS, new=1, old=1),
        CorporateAction("INE009A01039", date(2026, 12, 1), ActionKind.SPLIT, new=2, old=1),  # still to come
    ]
    book = [trade("16 10:00 BUY 9 NSE:INFY CNC 1000")]
    found = held(book, EVENINGS, now={(ONE, "INE009A01039"): 44}, today=TODAY, actions=actions)
    # 9 before the split are 22 after it (half a unit is lost), and 44 after the bonus.
    assert found[0].units == (Fraction(45), Fraction(45), Fraction(44), Fraction(44), Fraction(44))


def test_what_units_are_worth_is_rounded_to_the_paisa_once() -> None:
    assert worth(Fraction(45, 2), Price.of("10.01")) == Money.of("225.23")


@given(st.lists(st.tuples(st.integers(0, 30), st.integers(-20, 20).filter(bool)), max_size=30))
def test_an_evening_never_knows_of_the_next(moves: list[tuple[int, int]]) -> None:
    first = date(2026, 10, 1)
    days = [first + timedelta(days=number) for number in range(31)]
    book, at, counts = [], 0, [0] * 31
    for day, moved in sorted(moves, key=lambda one: one[0]):
        moved = max(moved, -at)
        if moved:
            at += moved
            side = "BUY" if moved > 0 else "SELL"
            one = trade(f"1 10:00 {side} {abs(moved)} NSE:INFY CNC 100")
            book.append(_on(one, days[day]))
            counts[day:] = [at] * (31 - day)
    found = held(book, days, now={(ONE, INFY): at}, today=date(2026, 11, 10))
    assert units(found) == ({INFY: counts} if book else {})


def _on(one: AccountTrade, day: date) -> AccountTrade:
    return replace(one, at=datetime.combine(day, one.at.timetz()))

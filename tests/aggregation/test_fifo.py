"""Lots are opened and closed as exchanges net and tax law counts, and nothing is lost or made up on the way."""

from __future__ import annotations

from datetime import date, datetime
from decimal import Decimal
from typing import Any

from hypothesis import given
from hypothesis import strategies as st

from aggregation.fifo import average_cost, ledger
from domain.calendar import IST
from domain.instrument import InstrumentId
from domain.lots import ActionKind, CorporateAction, Ledger, Settlement
from domain.money import ZERO, Money, Price
from domain.order import Side
from domain.trade import AccountTrade
from tests.aggregation.trades import ISINS, trades

TODAY = date(2026, 11, 21)
CRUDE = InstrumentId.parse("MCX:CRUDEOIL26DECFUT")


def book(text: str, today: date = TODAY, **more: Any) -> Ledger:
    return ledger(trades(text), today=today, **more)


def open_lots(found: Ledger) -> list[tuple[int, str]]:
    return [(lot.quantity, str(lot.paid)) for lot in found.lots]


def earned(found: Ledger) -> list[tuple[int, str, bool]]:
    return [(one.quantity, str(one.realised), one.intraday) for one in found.closings]


def test_the_oldest_units_leave_first_over_both_exchanges() -> None:
    found = book(
        """
        16 10:00 BUY 100 NSE:INFY CNC 1000
        17 10:00 BUY 100 BSE:INFY CNC 1100
        18 10:00 SELL 150 NSE:INFY CNC 1200
        """
    )
    assert earned(found) == [(100, "20000.00", False), (50, "5000.00", False)]
    assert open_lots(found) == [(50, "55000.00")]


def test_each_demat_account_has_its_own_queue() -> None:
    mine = trades("16 10:00 BUY 10 NSE:INFY CNC 1000", account="one")
    other = trades("17 10:00 BUY 10 NSE:INFY CNC 1100\n18 10:00 SELL 10 NSE:INFY CNC 1200", account="two")
    found = ledger([*mine, *other], today=TODAY)
    assert earned(found) == [(10, "1000.00", False)]
    assert [lot.account_id for lot in found.lots] == ["one"]


def test_what_is_bought_and_sold_on_one_day_never_touches_older_shares() -> None:
    text = """
        16 10:00 BUY 100 NSE:INFY CNC 1000
        17 10:00 SELL 60 NSE:INFY CNC 1200
        17 11:00 BUY 40 NSE:INFY CNC 1150
        """
    assert earned(book(text)) == [(20, "4000.00", False), (40, "2000.00", True)]
    assert open_lots(book(text)) == [(80, "80000.00")]
    assert earned(book(text, netting=False)) == [(60, "12000.00", False)]


def test_intraday_is_paired_inside_its_product_and_then_over_products() -> None:
    found = book(
        """
        17 10:00 BUY 10 NSE:INFY CNC 1000
        17 10:10 BUY 10 NSE:INFY MIS 1010
        17 10:20 SELL 15 NSE:INFY MIS 1020
        """
    )
    assert earned(found) == [(5, "100.00", True), (10, "100.00", True)]
    assert open_lots(found) == [(5, "5000.00")]


def test_an_intraday_position_is_apart_today_and_was_delivered_if_it_is_older() -> None:
    text = """
        20 10:00 BUY 10 NSE:INFY CNC 1000
        21 10:00 SELL 10 NSE:INFY MIS 1100
        """
    today = book(text)
    assert open_lots(today) == [(10, "10000.00"), (-10, "11000.00")]
    assert today.closings == ()
    later = book(text, today=date(2026, 11, 23))
    assert open_lots(later) == []
    assert earned(later) == [(10, "1000.00", False)]


def test_a_short_that_is_covered_the_same_day_earns_the_fall() -> None:
    found = book("20 10:00 SELL 10 NSE:INFY MIS 1100\n20 11:00 BUY 10 NSE:INFY MIS 1050")
    assert earned(found) == [(10, "500.00", True)]
    assert found.closings[0].side is Side.SELL


def test_shares_sold_that_nobody_saw_being_bought_are_not_known_and_no_short() -> None:
    found = book("16 10:00 BUY 10 NSE:INFY - 1000\n18 10:00 SELL 25 NSE:INFY - 1200")
    assert earned(found) == [(10, "2000.00", False), (15, "None", False)]
    assert open_lots(found) == []


def test_contracts_may_be_short_over_days_and_turn() -> None:
    found = book(
        """
        16 10:00 SELL 150 NFO:NIFTY26NOV24000CE NRML 100
        17 10:00 BUY 75 NFO:NIFTY26NOV24000CE NRML 60
        18 10:00 BUY 150 NFO:NIFTY26NOV24000CE NRML 50
        """
    )
    assert earned(found) == [(75, "3000.00", False), (75, "3750.00", False)]
    assert open_lots(found) == [(75, "3750.00")]


def test_a_contract_that_expired_is_closed_at_its_settlement() -> None:
    name = InstrumentId.parse("NFO:NIFTY26NOV24000CE")
    end = Settlement(name, datetime(2026, 11, 24, 15, 30, tzinfo=IST), Price.of(0))
    found = book("16 10:00 SELL 75 NFO:NIFTY26NOV24000CE NRML 100", settlements=[end])
    assert earned(found) == [(75, "7500.00", False)]
    assert found.lots == ()


def test_a_commodity_counts_the_goods_and_is_not_known_without_their_number() -> None:
    text = f"20 10:00 BUY 2 {CRUDE} NRML 5000\n20 11:00 SELL 1 {CRUDE} NRML 5010"
    known = book(text, multipliers={CRUDE: 100})
    assert earned(known) == [(1, "1000.00", True)]
    assert str(known.lots[0].unrealised(Price.of(5020))) == "2000.00"
    unknown = book(text)
    assert (unknown.closings[0].realised, unknown.lots[0].unrealised(Price.of(5020))) == (None, None)


def test_shares_on_the_brokers_money_are_sold_by_their_own_product() -> None:
    found = book(
        """
        16 10:00 BUY 10 NSE:INFY MTF 1000
        17 10:00 BUY 10 NSE:INFY CNC 1100
        18 10:00 SELL 10 NSE:INFY CNC 1200
        """
    )
    assert earned(found) == [(10, "1000.00", False)]
    assert open_lots(found) == [(10, "10000.00")]


def test_a_split_keeps_cost_and_day_and_loses_a_fraction_once() -> None:
    old, new = ISINS["INFY"], "INE009A01039"
    five = CorporateAction(old, date(2026, 11, 18), ActionKind.SPLIT, new=5, old=1, becomes=new)
    found = book("16 10:00 BUY 7 NSE:INFY CNC 1000\n19 10:00 SELL 10 NSE:INFY CNC 210", actions=[five])
    assert earned(found) == [(10, "100.00", False)]
    assert open_lots(found) == [(25, "5000.00")]
    assert (found.lots[0].isin, str(found.lots[0].price)) == (new, "200.00")
    tenth = CorporateAction(old, date(2026, 11, 18), ActionKind.SPLIT, new=1, old=10)
    shrunk = book("16 10:00 BUY 7 NSE:INFY CNC 10\n17 10:00 BUY 18 NSE:INFY CNC 20", actions=[tenth])
    assert open_lots(shrunk) == [(2, "430.00")]


def test_two_new_names_on_one_day_are_one_share_in_whatever_order_they_are_told() -> None:
    old, new, newest = ISINS["INFY"], "INE009A01039", "INE009A01047"
    day = date(2026, 11, 18)
    first = CorporateAction(old, day, ActionKind.SPLIT, new=10, old=1, becomes=new)
    second = CorporateAction(new, day, ActionKind.SPLIT, new=1, old=2, becomes=newest)
    for actions in ([first, second], [second, first]):
        found = book("16 10:00 BUY 10 NSE:INFY CNC 1000\n19 10:00 SELL 5 NSE:INFY CNC 250", actions=actions)
        assert open_lots(found) == [(45, "9000.00")]
        assert {one.isin for one in found.lots} == {one.isin for one in found.closings} == {newest}


def test_a_bonus_is_a_lot_that_cost_nothing_from_its_own_day() -> None:
    one_for_two = CorporateAction(ISINS["INFY"], date(2026, 11, 18), ActionKind.BONUS, new=1, old=2)
    found = book("16 10:00 BUY 7 NSE:INFY CNC 900\n19 10:00 SELL 8 NSE:INFY CNC 600", actions=[one_for_two])
    assert open_lots(found) == [(2, "0.00")]
    assert found.lots[0].bonus
    assert earned(found) == [(7, "-2100.00", False), (1, "600.00", False)]


def test_the_average_way_of_counting_leaves_the_rest_at_the_average() -> None:
    text = """
        16 10:00 BUY 100 NSE:INFY CNC 1000
        17 10:00 BUY 100 NSE:INFY CNC 1100
        18 10:00 SELL 150 NSE:INFY CNC 1200
        """
    assert average_cost(trades(text)) == (50, Money.of(52500))
    assert average_cost(trades("18 10:00 SELL 1 NSE:INFY CNC 1200")) == (0, None)


# --- what always holds -------------------------------------------------------------------------------------------


@st.composite
def histories(draw: st.DrawFn) -> list[AccountTrade]:
    """Days of trades in two shares and a contract, on two exchanges, in two accounts."""
    lines = []
    for _ in range(draw(st.integers(1, 25))):
        name = draw(st.sampled_from(["NSE:INFY", "BSE:INFY", "NSE:TCS", "NFO:NIFTY26NOVFUT"]))
        product = draw(
            st.sampled_from(["NRML", "MIS"] if name.startswith("NFO") else ["CNC", "MIS", "MTF", "-"])
        )
        when = f"{draw(st.integers(16, 21))} {draw(st.integers(9, 15)):02d}:{draw(st.integers(15, 29))}"
        side = draw(st.sampled_from(["BUY", "SELL"]))
        price = draw(st.decimals("0.05", "99.95", places=2))
        lines.append(f"{when} {side} {draw(st.integers(1, 30))} {name} {product} {price}")
    return [found for line in lines for found in trades(line, account=draw(st.sampled_from(["one", "two"])))]


def _signed(one: AccountTrade) -> int:
    return one.quantity if one.side is Side.BUY else -one.quantity


@given(histories(), st.booleans())
def test_no_unit_is_lost_and_none_is_made(history: list[AccountTrade], netting: bool) -> None:
    found = ledger(history, today=TODAY, netting=netting)
    unseen = sum(one.quantity for one in found.closings if not one.known)
    assert sum(map(_signed, history)) == sum(lot.quantity for lot in found.lots) - unseen
    closed = sum(one.quantity for one in found.closings if one.known)
    assert sum(one.quantity for one in history) == 2 * closed + unseen + sum(
        abs(lot.quantity) for lot in found.lots
    )


@given(histories(), st.booleans())
def test_what_was_earned_and_what_is_held_is_the_money_that_moved(
    history: list[AccountTrade], netting: bool
) -> None:
    found = ledger(history, today=TODAY, netting=netting)
    price = Price.of("47.35")
    cash = Money.sum(one.value if one.side is Side.SELL else -one.value for one in history)
    value = Money.sum(price * lot.quantity for lot in found.lots)
    realised = Money.sum(one.realised or ZERO for one in found.closings)
    unrealised = Money.sum(lot.unrealised(price) or ZERO for lot in found.lots)
    unseen = Money.sum(one.closed_for for one in found.closings if not one.known)
    assert realised + unrealised == cash + value - unseen


@given(histories(), st.randoms(use_true_random=False))
def test_the_order_in_which_trades_are_imported_does_not_matter(
    history: list[AccountTrade], chance: Any
) -> None:
    shuffled = list(history)
    chance.shuffle(shuffled)
    assert ledger(shuffled, today=TODAY) == ledger(history, today=TODAY)


@given(histories(), st.integers(1, 10), st.integers(1, 10))
def test_a_split_changes_no_cost_and_what_is_still_held_is_the_whole_part(
    history: list[AccountTrade], new: int, old: int
) -> None:
    before = ledger(history, today=TODAY)
    split = CorporateAction(ISINS["INFY"], date(2026, 11, 21), ActionKind.SPLIT, new=new, old=old)
    bought = [one for one in history if one.day < split.on]
    whole, after = ledger(bought, today=TODAY), ledger(bought, today=TODAY, actions=[split])
    for account in ("one", "two"):
        held = [lot for lot in whole.lots if (lot.account_id, lot.isin) == (account, split.isin)]
        left = [lot for lot in after.lots if (lot.account_id, lot.isin) == (account, split.isin)]
        units = sum(lot.quantity for lot in held) * new // old
        assert sum(lot.quantity for lot in left) == units
        if units:
            assert Money.sum(lot.paid for lot in left) == Money.sum(lot.paid for lot in held)
    assert before == ledger(history, today=TODAY)


def test_parts_of_a_split_lots_cost_add_up_to_the_paisa_and_beyond() -> None:
    third = CorporateAction(ISINS["INFY"], date(2026, 11, 17), ActionKind.SPLIT, new=3, old=1)
    sold = "\n".join(f"19 10:{number:02d} SELL 1 NSE:INFY CNC 34" for number in range(7))
    found = book(f"16 10:00 BUY 7 NSE:INFY CNC 100\n{sold}", actions=[third])
    assert Money.sum(one.opened_for or ZERO for one in found.closings) + found.lots[0].paid == Money.of(700)
    assert found.closings[0].opened_for == Money(Decimal("33.3333333333"))

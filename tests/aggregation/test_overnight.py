"""An account that cannot be read on a new day: what was today's yesterday is carried, and nothing is counted twice."""

from __future__ import annotations

from aggregation.overnight import carried_over
from aggregation.portfolio import build
from domain.money import Money
from domain.order import Product
from domain.portfolio import AccountSnapshot, Portfolio
from tests.aggregation.cases import NOW, SHARES, holds, prices, snapshot, traded, trades

EVENING = prices(NSE_INFY=("1550", "1500"), NSE_TCS=("3000", "3100"))
MORNING = prices(NSE_INFY=("1560", "1550"), NSE_TCS=("2990", "3000"))
CNC, MTF, NRML = Product.CNC, Product.MTF, Product.NRML


def view(one: AccountSnapshot, quotes: object) -> Portfolio:
    return build([one], quotes, isins=SHARES, as_of=NOW)  # type: ignore[arg-type]


def next_day(one: AccountSnapshot) -> AccountSnapshot:
    return carried_over(one, SHARES)


def worth(one: Portfolio) -> Money:
    totals = one.totals
    assert totals.value is not None
    assert totals.cash is not None
    assert totals.unsettled is not None
    return totals.value + totals.cash + totals.unsettled


def test_a_purchase_is_held_and_paid_for_and_earns_from_the_close() -> None:
    evening = snapshot("z", holds("NSE:INFY", 10, "1400"), trades("NSE:INFY", CNC, bought=(5, "1540")))
    got = view(next_day(evening), MORNING)
    (lot,) = got.holdings[0].lots
    assert (lot.quantity, lot.t1_quantity, lot.bought_quantity) == (15, 5, 0)
    assert got.holdings[0].invested == Money.of(14_000 + 7_700)
    assert got.totals.day_pnl == Money.of(15 * 10)
    assert (got.totals.cash, got.totals.unsettled) == (Money.of(1000 - 7700), Money.of(0))
    assert worth(view(next_day(evening), EVENING)) == worth(view(evening, EVENING))


def test_what_was_sold_is_gone_and_its_gain_is_not_todays() -> None:
    evening = snapshot("z", holds("NSE:INFY", 6, "1400"), trades("NSE:INFY", CNC, sold=(4, "1540")))
    got = view(next_day(evening), MORNING)
    assert (got.holdings[0].quantity, got.positions, got.totals.cash) == (6, (), Money.of(1000 + 6160))
    assert got.totals.day_pnl == Money.of(60)
    assert worth(view(next_day(evening), EVENING)) == worth(view(evening, EVENING))


def test_contracts_are_carried_at_their_average_and_closed_ones_are_gone() -> None:
    both = trades(
        "NSE:TCS",
        NRML,
        bought=(30, "3050"),
        sold=(10, "3080"),
        overnight=10,
        today=traded(bought=(20, "3050")),
    )
    evening = snapshot("z", both, trades("NSE:INFY", NRML, bought=(5, "1500"), sold=(5, "1510")))
    (line,) = view(next_day(evening), MORNING).positions
    assert (line.quantity, line.lots[0].overnight_quantity, line.realised) == (20, 20, Money.of(0))
    assert (line.unrealised, line.day_pnl) == (Money.of(-20 * 60), Money.of(-20 * 10))


def test_funded_shares_that_only_positions_tell_stay_theirs() -> None:
    carried = trades(
        "NSE:INFY", MTF, bought=(10, "1400"), sold=(4, "1540"), overnight=10, today=traded(sold=(4, "1540"))
    )
    got = view(next_day(snapshot("u", carried)), MORNING)
    assert [(lot.product, lot.quantity) for lot in got.holdings[0].lots] == [(MTF, 6)]
    assert (got.holdings[0].invested, got.totals.day_pnl) == (Money.of(8_400), Money.of(60))


def test_the_close_of_another_day_is_not_this_days() -> None:
    evening = snapshot("z", holds("NSE:SBIN", 5, "800", last="810", close="805"))
    got = view(next_day(evening), {})
    assert (got.totals.value, got.totals.day_pnl) == (Money.of(4_050), None)


def test_another_night_changes_no_number() -> None:
    evening = snapshot("z", holds("NSE:INFY", 10, "1400"), trades("NSE:INFY", CNC, bought=(5, "1540")))
    once = next_day(evening)
    assert view(next_day(once), MORNING) == view(once, MORNING)

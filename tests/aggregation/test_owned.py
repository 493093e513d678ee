"""What is owned: today's deliveries, sales out of holdings, funded shares, and what brokers list twice."""

from __future__ import annotations

from aggregation.portfolio import build
from domain.money import Money
from domain.order import Product
from domain.portfolio import AccountSnapshot, Portfolio
from tests.aggregation.cases import NOW, SHARES, holds, prices, snapshot, traded, trades

PRICES = prices(NSE_INFY=("1550", "1500"), NSE_TCS=("3000", "3100"))
CNC, MTF, NRML = Product.CNC, Product.MTF, Product.NRML


def view(*snapshots: AccountSnapshot) -> Portfolio:
    return build(snapshots, PRICES, isins=SHARES, as_of=NOW)


def test_shares_sold_today_earn_from_the_previous_close_not_from_what_they_cost() -> None:
    sold = trades("NSE:INFY", CNC, sold=(4, "1540"))
    got = view(snapshot("z", holds("NSE:INFY", 6, "1000"), sold))
    (line,), (trade,) = got.holdings, got.positions
    assert (line.quantity, line.lots[0].sold_quantity) == (6, 4)
    assert trade.realised == Money.of(4 * 540)
    assert trade.day_pnl == Money.of(4 * 40)
    assert got.totals.day_pnl == Money.of(6 * 50 + 4 * 40)


def test_a_sale_takes_what_was_bought_today_first() -> None:
    both = trades("NSE:INFY", CNC, bought=(10, "1510"), sold=(15, "1540"))
    got = view(snapshot("z", holds("NSE:INFY", 45, "1000"), both))
    assert got.holdings[0].quantity == 45
    assert got.positions[0].realised == Money.of(10 * 30 + 5 * 540)
    assert got.positions[0].day_pnl == Money.of(10 * 30 + 5 * 40)


def test_what_is_left_of_todays_purchases_is_owned_at_their_average() -> None:
    both = trades("NSE:INFY", CNC, bought=(15, "1510"), sold=(10, "1540"))
    got = view(snapshot("z", holds("NSE:INFY", 50, "1000", t1=5), both))
    (lot,) = got.holdings[0].lots
    assert (lot.quantity, lot.t1_quantity, lot.bought_quantity, lot.sold_quantity) == (55, 10, 5, 0)
    assert got.holdings[0].invested == Money.of(50_000 + 5 * 1510)
    assert got.positions[0].realised == Money.of(10 * 30)
    assert got.totals.day_pnl == Money.of(50 * 50 + 5 * 40 + 10 * 30)


def test_funded_shares_are_a_lot_of_their_own() -> None:
    account = snapshot(
        "z",
        holds("NSE:INFY", 10, "1000"),
        holds("NSE:INFY", 4, "1400", product=MTF, loan="2800"),
        trades("NSE:INFY", MTF, bought=(1, "1520")),
    )
    line = view(account).holdings[0]
    assert [(lot.product, lot.quantity, lot.loan) for lot in line.lots] == [
        (CNC, 10, None),
        (MTF, 5, Money.of(2_800)),
    ]
    assert line.invested == Money.of(10_000 + 5_600 + 1_520)
    assert line.day_pnl == Money.of(14 * 50 + 30)


def test_funded_shares_that_only_the_positions_tell_count_from_the_previous_close() -> None:
    carried = trades(
        "NSE:INFY", MTF, bought=(10, "1400"), sold=(4, "1540"), overnight=10, today=traded(sold=(4, "1540"))
    )
    got = view(snapshot("u", carried))
    (lot,) = got.holdings[0].lots
    assert (lot.product, lot.quantity, lot.sold_quantity, lot.bought_quantity) == (MTF, 6, 4, 0)
    assert got.holdings[0].invested == Money.of(6 * 1400)
    assert got.positions[0].realised == Money.of(4 * 140)
    assert got.totals.day_pnl == Money.of(6 * 50 + 4 * 40)


def test_funded_shares_listed_at_one_exchange_and_sold_at_the_other_are_gone() -> None:
    carried = trades("NSE:INFY", MTF, bought=(10, "1400"), overnight=10, today=traded())
    sold = trades("BSE:INFY", MTF, sold=(4, "1540"))
    got = view(snapshot("u", carried, sold))
    (lot,) = got.holdings[0].lots
    assert (lot.product, lot.quantity) == (MTF, 6)
    assert got.holdings[0].invested == Money.of(6 * 1400)
    (trade,) = got.positions
    assert (str(trade.instrument), trade.realised) == ("BSE:INFY", Money.of(4 * 140))


def test_yesterdays_purchase_in_both_lists_is_counted_once() -> None:
    twice = trades("NSE:INFY", CNC, bought=(10, "1400"), overnight=10, today=traded())
    got = view(snapshot("u", holds("NSE:INFY", 10, "1400", t1=10), twice))
    assert (got.holdings[0].quantity, got.totals.invested) == (10, Money.of(14_000))
    assert got.totals.day_pnl == Money.of(500)


def test_a_carried_and_traded_position_counts_the_carried_part_from_the_previous_close() -> None:
    long = trades(
        "NSE:INFY",
        NRML,
        bought=(15, "1400"),
        sold=(5, "1530"),
        overnight=10,
        today=traded(bought=(5, "1400"), sold=(5, "1530")),
    )
    short = trades(
        "NSE:TCS",
        NRML,
        bought=(4, "3050"),
        sold=(10, "3200"),
        overnight=-10,
        today=traded(bought=(4, "3050")),
    )
    got = view(snapshot("z", long, short))
    infy, tcs = got.positions
    assert infy.day_pnl == Money.of(10 * 1550 - 10 * 1500 + 5 * 130)
    assert tcs.day_pnl == Money.of(-6 * 3000 + 10 * 3100 - 4 * 3050)
    assert (tcs.lots[0].overnight_quantity, tcs.lots[0].today) == (-10, traded(bought=(4, "3050")))


def test_a_cost_is_whole_paise_though_the_average_is_a_quotient() -> None:
    got = view(snapshot("z", holds("NSE:INFY", 3, "1540.3333333333")))
    assert got.totals.invested == Money.of("4621.00")


def test_what_was_sold_and_what_is_left_had_cost_the_whole_to_the_paisa() -> None:
    """Two shares at 100.005 each cost 200.01, though one alone would be rounded to 100.01."""
    sold = trades("NSE:INFY", CNC, sold=(1, "150"))
    got = view(snapshot("z", holds("NSE:INFY", 1, "100.005"), sold))
    assert got.holdings[0].invested == Money.of("100.01")
    assert got.positions[0].realised == Money.of(150) - Money.of("100.00")


def test_sales_at_both_exchanges_and_what_is_left_had_cost_the_whole_to_the_paisa() -> None:
    parts = (trades("NSE:INFY", CNC, sold=(1, "150")), trades("BSE:INFY", CNC, sold=(1, "150")))
    for order in (parts, parts[::-1]):
        got = view(snapshot("z", holds("NSE:INFY", 1, "100.005"), *order))
        realised = [one.realised for one in got.positions]
        assert all(realised)
        spent = Money.sum(Money.of(150) - one for one in realised if one is not None)
        assert got.holdings[0].invested == Money.of("100.01")
        assert spent + Money.of("100.01") == Money.of("300.02")  # of 300.015

"""The consolidated view: lines, lots, gaps, and what is not known."""

from dataclasses import replace
from datetime import timedelta

from aggregation.portfolio import build
from domain.account import AccountId, BrokerId
from domain.instrument import InstrumentId
from domain.money import Money, Price
from domain.order import Product
from domain.portfolio import Gap, Portfolio
from tests.aggregation.cases import NOW, SHARES, holds, prices, snapshot, trades

PRICES = prices(NSE_INFY=("1550", "1500"), BSE_INFY=("1549", "1499"), NSE_TCS=("3000", "3100"))


def view(*snapshots: object, quotes: object = PRICES, missing: tuple[Gap, ...] = ()) -> Portfolio:
    return build(snapshots, quotes, isins=SHARES, missing=missing, as_of=NOW)  # type: ignore[arg-type]


def test_one_isin_is_one_line_over_brokers_and_exchanges() -> None:
    got = view(
        snapshot("z", holds("NSE:INFY", 10, "1400")),
        snapshot("u", holds("BSE:INFY", 5, "1450"), holds("NSE:TCS", 2, "3050")),
        snapshot("g", holds("NSE:INFY", 1, "1600")),
    )
    infy, tcs = got.holdings
    assert infy.instrument == InstrumentId.parse("NSE:INFY")
    assert infy.quantity == 16
    assert infy.invested == Money.of(22_850)
    assert infy.value == Money.of(24_800)
    assert infy.pnl == Money.of(1_950)
    assert infy.day_pnl == Money.of(800)
    assert [(lot.label, lot.quantity, str(lot.instrument)) for lot in infy.lots] == [
        ("G", 1, "NSE:INFY"),
        ("U", 5, "BSE:INFY"),
        ("Z", 10, "NSE:INFY"),
    ]
    assert tcs.pnl == Money.of(-100)
    assert got.totals.value == Money.of(30_800)
    assert got.totals.pnl == Money.of(1_850)
    assert got.totals.day_pnl == Money.of(600)
    assert got.totals.cash == Money.of(3_000)


def test_an_unknown_price_makes_totals_unknown_not_smaller() -> None:
    got = view(snapshot("z", holds("NSE:INFY", 10, "1400"), holds("NSE:SBIN", 5, "800")))
    sbin = got.holdings[1]
    assert (sbin.quantity, sbin.invested, sbin.value, sbin.pnl) == (5, Money.of(4_000), None, None)
    assert got.totals.value is None
    assert got.totals.invested == Money.of(18_000)


def test_the_brokers_own_price_serves_where_there_is_no_live_one() -> None:
    got = view(snapshot("z", holds("NSE:SBIN", 5, "800", last="810", close="805")))
    assert got.holdings[0].last is not None
    assert got.holdings[0].last.at == NOW
    assert got.holdings[0].day_pnl == Money.of(25)


def test_an_average_the_broker_does_not_know_is_not_a_cost_of_zero() -> None:
    got = view(snapshot("z", holds("NSE:INFY", 10, None)), snapshot("u", holds("NSE:INFY", 1, "1400")))
    assert got.holdings[0].value == Money.of(17_050)
    assert got.holdings[0].invested is None
    assert got.holdings[0].pnl is None
    assert got.holdings[0].lots[0].pnl == Money.of(150)


def test_a_delivery_buy_of_today_is_owned_at_once_and_counted_once() -> None:
    before = snapshot("z", holds("NSE:INFY", 10, "1400"))
    bought = snapshot(
        "z", holds("NSE:INFY", 10, "1400"), trades("NSE:INFY", Product.CNC, bought=(5, "1540"), last="1550")
    )
    was, now = view(before), view(bought)
    assert now.holdings[0].quantity == was.holdings[0].quantity + 5
    assert now.holdings[0].lots[0].t1_quantity == 5
    assert now.holdings[0].invested == Money.of(21_700)
    assert now.holdings[0].day_pnl == Money.of(550)  # 10 x 50 since yesterday, 5 x 10 since the purchase
    assert now.positions == ()


def test_a_first_delivery_buy_makes_a_line() -> None:
    got = view(snapshot("z", trades("NSE:TCS", Product.CNC, bought=(2, "2990"))))
    assert [(line.quantity, line.pnl) for line in got.holdings] == [(2, Money.of(20))]


def test_shares_sold_today_are_gone_from_holdings_and_realise_against_their_cost() -> None:
    got = view(
        snapshot(
            "z", holds("NSE:INFY", 6, "1400"), trades("NSE:INFY", Product.CNC, sold=(4, "1560"), last="1550")
        )
    )
    assert got.holdings[0].quantity == 6
    (sold,) = got.positions
    assert (sold.quantity, sold.realised, sold.unrealised) == (0, Money.of(640), Money.of(0))


def test_the_gain_on_shares_whose_cost_is_gone_is_not_known() -> None:
    got = view(snapshot("z", trades("NSE:INFY", Product.CNC, sold=(4, "1560"))))
    assert got.positions[0].realised is None
    assert got.totals.pnl is None


def test_an_open_position_splits_into_realised_and_unrealised() -> None:
    got = view(snapshot("z", trades("NSE:INFY", Product.MIS, bought=(10, "1500"), sold=(4, "1530"))))
    (line,) = got.positions
    assert (line.realised, line.unrealised, line.pnl) == (Money.of(120), Money.of(300), Money.of(420))
    assert line.day_pnl == Money.of(420)


def test_a_closed_position_needs_no_price() -> None:
    got = view(
        snapshot("z", trades("NSE:SBIN", Product.MIS, bought=(10, "800"), sold=(10, "790"))), quotes={}
    )
    assert (got.positions[0].pnl, got.positions[0].last) == (Money.of(-100), None)


def test_long_here_and_short_there_nets_to_none_but_keeps_both_lots() -> None:
    got = view(
        snapshot("z", trades("NSE:INFY", Product.MIS, bought=(10, "1500"))),
        snapshot("u", trades("NSE:INFY", Product.MIS, sold=(10, "1560"))),
    )
    (line,) = got.positions
    assert (line.quantity, line.pnl) == (0, Money.of(600))
    assert [lot.quantity for lot in line.lots] == [-10, 10]


def test_products_are_separate_lines() -> None:
    got = view(
        snapshot("z", trades("NFO:NIFTY26NOVFUT", Product.NRML, bought=(65, "25000"))),
        snapshot("u", trades("NFO:NIFTY26NOVFUT", Product.MIS, bought=(65, "25000"))),
    )
    assert [line.product for line in got.positions] == [Product.MIS, Product.NRML]


def test_the_day_of_a_carried_and_traded_position_is_not_guessed() -> None:
    carried = trades("NSE:INFY", Product.NRML, bought=(10, "1400"), overnight=10)
    also_sold = trades("NSE:INFY", Product.NRML, bought=(10, "1400"), sold=(3, "1530"), overnight=10)
    assert view(snapshot("z", carried)).positions[0].day_pnl == Money.of(500)
    assert view(snapshot("z", also_sold)).positions[0].day_pnl is None


def test_contracts_with_a_multiplier_count_it() -> None:
    got = view(
        snapshot("z", trades("MCX:GOLDPETAL", Product.NRML, bought=(2, "5000"), multiplier=10, last="5010")),
        quotes={},
    )
    assert got.positions[0].pnl == Money.of(200)


def test_a_stale_account_keeps_its_numbers_and_is_a_named_gap() -> None:
    since = NOW - timedelta(minutes=9)
    got = view(
        snapshot("z", holds("NSE:INFY", 10, "1400")),
        snapshot("u", holds("NSE:INFY", 5, "1400"), stale_since=since),
    )
    assert got.holdings[0].quantity == 15
    assert [(lot.label, lot.stale) for lot in got.holdings[0].lots] == [("U", True), ("Z", False)]
    assert [(gap.label, gap.since) for gap in got.gaps] == [("U", since)]
    assert "11:30:00" in got.gaps[0].reason
    assert [one.stale for one in got.funds] == [True, False]


def test_an_account_that_was_never_read_is_a_gap() -> None:
    gap = Gap(AccountId("g"), BrokerId.GROWW, "G", NOW, "needs a login")
    got = view(snapshot("z"), missing=(gap,))
    assert got.gaps == (gap,)
    assert view(missing=(gap,)).totals.cash is None


def test_average_prices_are_per_unit() -> None:
    got = view(
        snapshot("z", holds("NSE:INFY", 1, "1400"), trades("NSE:INFY", Product.CNC, bought=(3, "1500")))
    )
    assert got.holdings[0].lots[0].average_price == Price.of(1475)


def test_rows_that_could_not_be_read_are_a_gap_beside_the_numbers() -> None:
    got = view(
        replace(snapshot("z", holds("NSE:INFY", 10, "1400")), unread=("a position cannot be read", "x"))
    )
    assert got.totals.invested == Money.of(14_000)
    [gap] = got.gaps
    assert (gap.label, gap.since) == ("Z", NOW)
    assert gap.reason == "Z told something that is not shown here: a position cannot be read (and 1 more)"

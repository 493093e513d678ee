"""What the account's own terms and the kind of ware change in the charges."""

from dataclasses import replace
from decimal import Decimal

import pytest

from domain.account import BrokerId
from domain.fees import FeePlan, Fund, Taxed, Ware, ware_of
from domain.instrument import Exchange, Kind
from domain.money import Money, Price
from domain.order import Product, Side
from domain.policy import Policy
from domain.routing import ReasonCode, RoutingDecision
from routing.decide import decide
from routing.fees import ChargesUnknown, Trade, charges
from routing.notation import parse
from tests.routing.cases import SHARE, account, order
from tests.routing.prices import FUTURE, OPTION, TODAY, G, M, U, Z, priced


@pytest.mark.parametrize(
    ("broker", "trade", "dp"),
    [
        (Z, "SELL 100 NSE:INFY CNC @1600", "15.34"),
        (Z, "SELL 100 NSE:INFY MTF @1600", "15.34"),
        (M, "SELL 100 NSE:INFY CNC @1600", "17.70"),
        (U, "SELL 100 NSE:INFY CNC @1600", "23.60"),
        (G, "SELL 1 NSE:INFY CNC @100", "23.60"),
        (G, "SELL 1 NSE:INFY CNC @99.95", "4.13"),
        (U, "BUY 100 NSE:INFY CNC @1600", "0"),
        (U, "SELL 100 NSE:INFY MIS @505", "0"),
    ],
)
def test_a_delivery_sell_pays_the_depository_on_its_own_line(broker: BrokerId, trade: str, dp: str) -> None:
    assert priced(broker, trade).dp == Money.of(dp)
    assert priced(broker, trade, dp_due=False).dp == Money.of(0)


def test_a_woman_as_first_holder_pays_the_depository_less() -> None:
    plan, sale = FeePlan(woman_first_holder=True), "SELL 100 NSE:INFY CNC @1600"
    paid = {broker: priced(broker, sale, plan=plan).dp for broker in (Z, U, G)}
    assert paid == {Z: Money.of("15.045"), U: Money.of("23.60"), G: Money.of("23.305")}


def test_units_of_a_fund_pay_their_own_tax() -> None:
    assert priced(Z, "BUY 100 NSE:NIFTYBEES CNC @1000", fund=True).stt == Money.of(0)
    assert priced(Z, "SELL 100 NSE:NIFTYBEES CNC @1000", fund=True).stt == Money.of(1)
    assert priced(Z, "SELL 100 NSE:NIFTYBEES MIS @1000", fund=True).stt == Money.of(25)


def test_units_of_a_fund_without_shares_pay_no_tax() -> None:
    gold = Trade(Exchange.NSE, Kind.EQUITY, Product.CNC, Side.SELL, 100, Price.of(60), Ware(fund=Fund.OTHER))
    for product in (Product.CNC, Product.MIS, Product.MTF):
        for side in Side:
            found = charges(Z, replace(gold, product=product, side=side), on=TODAY)
            assert found.stt == Money.of(0)
            assert found.exchange > Money.of(0)


@pytest.mark.parametrize(
    ("name", "kind"),
    [
        ("GOLDBEES NIP IND ETF GOLD BEES", Fund.OTHER),
        ("SILVERBEES", Fund.OTHER),
        ("LIQUIDBEES", Fund.OTHER),
        ("LTGILTBEES 8-13 G-SEC LONG TERM GILT", Fund.OTHER),
        ("EBBETF0430 BHARAT BOND ETF", Fund.OTHER),
        ("NIFTYBEES NIP IND ETF NIFTY BEES", Fund.UNTOLD),
        ("GSNIFTY GOLDMAN SACHS NIFTY", Fund.UNTOLD),
        ("MON100 MOTILAL NASDAQ 100", Fund.UNTOLD),
    ],
)
def test_a_fund_without_shares_is_known_by_its_name(name: str, kind: Fund) -> None:
    assert ware_of(isin="INF204KB14I2", underlying=None, name=name).fund is kind
    assert ware_of(isin="INE009A01021", underlying=None, name=name).fund is None


def test_a_receipt_says_that_the_tax_on_a_fund_is_a_guess_and_how_large_it_is() -> None:
    def told(kind: Fund | None, text: str) -> list[str]:
        market = replace(SHARE, ware=Ware(fund=kind))
        decision = decide(order(text), market, [account(Z, sellable=1000)], Policy(), on=TODAY)
        assert isinstance(decision, RoutingDecision)
        return [one.message for one in decision.reasons if one.code is ReasonCode.TAX_ESTIMATED]

    sale = "SELL 1000 NSE:NIFTYBEES CNC LIMIT 1000"
    (message,) = told(Fund.UNTOLD, sale)
    assert "₹10.00 too much" in message
    assert told(Fund.EQUITY, sale) == told(Fund.OTHER, sale) == told(None, sale) == []
    assert told(Fund.UNTOLD, sale.replace("SELL", "BUY")) == []


@pytest.mark.parametrize(
    ("isin", "underlying", "ware"),
    [
        ("INE009A01021", None, Ware()),
        ("INF204KB14I2", None, Ware(fund=Fund.UNTOLD)),
        (None, "COTTONCNDY", Ware(agricultural=True)),
        (None, "GOLD", Ware()),
    ],
)
def test_a_ware_is_known_by_what_the_masters_say(
    isin: str | None, underlying: str | None, ware: Ware
) -> None:
    assert ware_of(isin=isin, underlying=underlying) == ware


@pytest.mark.parametrize(
    ("group", "crore"),
    [("", 375), ("A", 375), ("B", 375), ("T", 375), ("M", 275), ("MT", 275), ("X", 10_000), ("XT", 10_000),
     ("Z", 10_000), ("ZP", 10_000), ("SS", 100_000), ("ST", 100_000)],
)  # fmt: skip
def test_bse_charges_by_group(group: str, crore: int) -> None:
    assert priced(Z, "BUY 10000 BSE:ABC CNC @1000", group=group).exchange == Money.of(crore)
    assert priced(Z, "BUY 10000 NSE:ABC CNC @1000", group=group).exchange == Money.of(307)


def test_a_plan_changes_the_brokerage() -> None:
    option, future = "BUY 65 NFO:NIFTY26NOV25000CE NRML @150", "BUY 65 NFO:NIFTY26NOVFUT NRML @25000"
    assert priced(U, option, plan=FeePlan(plan="plus")).brokerage == Money.of(30)
    assert priced(U, future, plan=FeePlan(plan="plus")).brokerage == Money.of(20)
    with pytest.raises(ChargesUnknown, match="gold"):
        priced(U, option, plan=FeePlan(plan="gold"))


@pytest.mark.parametrize(
    ("broker", "trade", "brokerage"),
    [
        (U, "BUY 65 NFO:NIFTY26NOV25000CE NRML @150", "10"),  # flat
        (U, "BUY 100 NSE:INFY MIS @500", "10"),  # a cap
        (U, "BUY 1 NSE:INFY MIS @500", "0.5"),  # below the cap
        (Z, "BUY 100 NSE:INFY CNC @1500", "0"),  # free stays free
        (G, "BUY 1 NSE:INFY MIS @500", "5"),  # the floor
    ],
)
def test_an_offer_per_order_replaces_the_flat_fee_and_the_cap(
    broker: BrokerId, trade: str, brokerage: str
) -> None:
    assert priced(broker, trade, plan=FeePlan(per_order=Money.of(10))).brokerage == Money.of(brokerage)


def test_an_account_in_debit_pays_more_for_contracts_at_zerodha() -> None:
    in_debit = FeePlan(in_debit=True)
    assert priced(Z, f"BUY 65 {OPTION} @150", plan=in_debit).brokerage == Money.of(40)
    assert priced(Z, f"BUY 65 {FUTURE} @25000", plan=in_debit).brokerage == Money.of(40)
    assert priced(Z, "BUY 100 NSE:INFY CNC @1500", plan=in_debit).brokerage == Money.of(0)


def test_the_base_of_gst_is_a_setting() -> None:
    base = FeePlan(taxed=frozenset({Taxed.BROKERAGE, Taxed.EXCHANGE, Taxed.IPFT}))
    got = priced(U, "BUY 100 NSE:INFY CNC @1500", plan=base)
    assert got.gst == Money.of(Decimal("0.18") * (20 + Decimal("4.605")))


def test_an_order_of_the_desk_costs_its_fee_and_gst() -> None:
    sale = replace(parse("SELL 100 NSE:INFY MIS @505").trade, by_desk=True)
    for broker in BrokerId:
        assert charges(broker, sale, on=TODAY).desk == Money.of(59)
    assert charges(Z, replace(sale, by_desk=False), on=TODAY).desk == Money.of(0)


# --- the DP charge of a day, in a decision ---------------------------------------------------------------------


@pytest.mark.parametrize(
    ("traded_today", "dp"),
    [
        (0, "15.34"),
        (-5, "0"),  # sold some already: the day's charge is paid
        (10, "0"),  # bought today: nothing leaves the demat account
        (9, "15.34"),
    ],
)
def test_the_depository_is_not_paid_twice_a_day(traded_today: int, dp: str) -> None:
    sale = order("SELL 10 NSE:INFY CNC LIMIT 1500")
    holder = account(Z, sellable=50, traded_today=traded_today)
    found = decide(sale, SHARE, [holder], Policy(), on=TODAY)
    assert isinstance(found, RoutingDecision)
    assert found.charges.dp == Money.of(dp)


def test_who_paid_the_depository_today_is_cheaper() -> None:
    sale = order("SELL 10 NSE:INFY CNC LIMIT 1500")
    zerodha, groww = account(Z, sellable=50), account(G, sellable=50, traded_today=-1)
    found = decide(sale, SHARE, [zerodha, groww], Policy(), on=TODAY)
    assert isinstance(found, RoutingDecision)
    # 15.34 for the depository at one, Rs 15 (0.1 %) and GST as brokerage at the other
    assert [part.broker for part in found.slices] == [Z]
    small = decide(order("SELL 1 NSE:INFY CNC LIMIT 1500"), SHARE, [zerodha, groww], Policy(), on=TODAY)
    assert isinstance(small, RoutingDecision)
    assert [part.broker for part in small.slices] == [G]

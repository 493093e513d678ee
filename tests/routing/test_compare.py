"""The comparison of brokers, and contracts that are not closed before they expire."""

from datetime import date

import pytest

from domain.account import AccountId, BrokerId
from domain.fees import FeePlan
from domain.instrument import Exchange
from domain.money import Money, Price
from domain.order import Side
from domain.routing import Charges, ReasonCode
from routing.compare import LISTS, Comparison, Payer, compare
from routing.expiry import assigned, delivered, exercised
from routing.fees import ChargesUnknown
from routing.notation import parse
from tests.routing.prices import TODAY, G, U, Z


def compared(text: str, *payers: Payer, on: date = TODAY) -> Comparison:
    return compare(parse(text).trade, payers or tuple(map(Payer, LISTS)), on=on)


def test_the_cheapest_comes_first_and_the_others_say_how_much_more() -> None:
    found = compared("BUY 100 NSE:INFY CNC @1500")
    assert [one.payer.broker for one in found.estimates] == [Z, U, G]
    assert [one.dearer_by for one in found.estimates] == [Money.of(0), Money.of("23.6"), Money.of("23.6")]
    assert found.cheapest is found.estimates[0]
    assert found.difference == Money.of("23.6")


def test_who_has_no_row_comes_last_with_the_reason() -> None:
    found = compared("BUY 1000 CDS:USDINR26NOVFUT NRML @20")
    last = found.estimates[-1]
    assert last.payer.broker is G
    assert last.charges is None
    assert last.unknown is not None
    assert last.unknown.code is ReasonCode.CHARGES_UNKNOWN


def test_nobody_knows_a_day_before_the_tables() -> None:
    found = compared("BUY 100 NSE:INFY CNC @1500", on=date(2020, 1, 1))
    assert found.cheapest is None
    assert found.difference is None
    assert all(one.unknown for one in found.estimates)


def test_an_account_with_its_own_terms_stands_beside_the_list() -> None:
    mine = Payer(U, AccountId("acc_1"), "My Upstox", FeePlan(per_order=Money.of(10)))
    found = compared("BUY 65 NFO:NIFTY26NOV25000CE NRML @150", Payer(U), mine)
    assert found.estimates[0].payer is mine
    assert found.difference == Money.of("11.8")


def test_shares_on_the_brokers_money_tell_what_holding_them_costs() -> None:
    found = compared("BUY 100 NSE:INFY MTF @1500")
    funded = {one.payer.broker: one.funded for one in found.estimates}
    told = {broker: (one.interest_per_day.rounded(), one.pledge) for broker, one in funded.items() if one}
    assert told == {
        Z: (Money.of("60.00"), Money.of("17.70")),
        U: (Money.of("80.00"), Money.of("23.60")),  # four slabs of 40,000
        G: (Money.of("61.44"), Money.of(0)),
    }
    assert all(one.funded is None for one in compared("BUY 100 NSE:INFY CNC @1500").estimates)


# --- expiry --------------------------------------------------------------------------------------------------------

OPTION = {"quantity": 65, "intrinsic": Price.of(100)}


@pytest.mark.parametrize(
    ("broker", "on", "expected"),
    [
        (Z, TODAY, Charges(brokerage=Money.of(20), stt=Money.of("9.75"), gst=Money.of("3.6"))),
        (Z, date(2026, 3, 31), Charges(brokerage=Money.of(20), stt=Money.of("8.125"), gst=Money.of("3.6"))),
        (U, TODAY, Charges(stt=Money.of("9.75"))),
        (G, TODAY, Charges(stt=Money.of("9.75"))),
    ],
)
def test_who_holds_an_option_that_is_exercised_pays_the_tax(
    broker: BrokerId, on: date, expected: Charges
) -> None:
    assert exercised(broker, Exchange.NFO, **OPTION, on=on) == expected  # type: ignore[arg-type]


def test_who_wrote_it_pays_no_tax() -> None:
    found = assigned(Z, Exchange.NFO, **OPTION, on=TODAY)  # type: ignore[arg-type]
    assert found == Charges(brokerage=Money.of(20), gst=Money.of("3.6"))


def test_an_exercised_commodity_option_pays_its_own_small_tax_and_currency_none() -> None:
    gold = exercised(Z, Exchange.MCX, quantity=100, intrinsic=Price.of(1000), on=TODAY)
    dollar = exercised(Z, Exchange.CDS, quantity=1000, intrinsic=Price.of(1), on=TODAY)
    assert (gold.stt, dollar.stt) == (Money.of("0.1"), Money.of(0))


def test_shares_that_a_contract_ends_in_are_taxed_as_delivery_on_both_sides() -> None:
    taken, given = (delivered(Z, side, quantity=100, price=Price.of(1000), on=TODAY) for side in Side)
    assert taken == Charges(brokerage=Money.of(250), stt=Money.of(100), stamp=Money.of(15), gst=Money.of(45))
    assert given == Charges(
        brokerage=Money.of(250), stt=Money.of(100), gst=Money.of(45), dp=Money.of("15.34")
    )


def test_physical_delivery_is_refused_where_its_rate_is_not_known() -> None:
    with pytest.raises(ChargesUnknown, match="Upstox brokerage on physical delivery"):
        delivered(U, Side.BUY, quantity=100, price=Price.of(1000), on=TODAY)


@pytest.mark.parametrize(
    ("text", "total"),
    [
        ("EXERCISE 65 NFO:NIFTY26NOV25000CE NRML @100", {Z: "33.35", U: "9.75", G: "9.75"}),
        ("ASSIGN 65 NFO:NIFTY26NOV25000CE NRML @100", {Z: "23.6", U: "0", G: "0"}),
        ("TAKE 100 NFO:INFY26NOVFUT NRML @1000", {Z: "410", U: None, G: None}),
        ("GIVE 100 NFO:INFY26NOVFUT NRML @1000", {Z: "410.34", U: None, G: None}),
        ("EXERCISE 65 NFO:NIFTY26NOVFUT NRML @100", {Z: None, U: None, G: None}),
        ("TAKE 100 NSE:INFY CNC @1000", {Z: None, U: None, G: None}),
    ],
)
def test_the_end_of_a_contract_is_compared_like_an_order(
    text: str, total: dict[BrokerId, str | None]
) -> None:
    found = {one.payer.broker: one.charges and one.charges.total for one in compared(text).estimates}
    assert found == {broker: sum and Money.of(sum) for broker, sum in total.items()}

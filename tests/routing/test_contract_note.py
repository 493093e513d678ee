"""The roundings of a contract note: STT per security and day at the average price, and the lines around it."""

from dataclasses import replace
from datetime import date
from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from domain.account import BrokerId
from domain.fees import FeePlan, Fund, Ware
from domain.money import Money, Price
from domain.order import Product, Side
from domain.routing import Charges
from routing.contract_note import Executed, draw_up, security_tax, together
from routing.fees import ChargesUnknown, Trade, charges
from routing.notation import parse
from tests.routing.prices import TODAY, G, U, Z

INFY = "INE009A01021"


def executed(text: str, *, ware: Ware | None = None, isin: str | None = INFY) -> Executed:
    named = parse(text)
    one = named.trade
    return Executed(
        named.instrument, one.kind, one.product, one.side, one.quantity, one.value, isin, ware or one.ware
    )


def day(text: str) -> list[Executed]:
    return [executed(line.strip()) for line in text.strip().splitlines()]


def test_the_example_of_zerodhas_page() -> None:
    trades = day("""
        BUY 500 NSE:INFY MIS @100
        SELL 500 NSE:INFY MIS @105
        BUY 200 NSE:INFY CNC @110
    """)
    tax = security_tax(trades, TODAY)
    assert tax.average == Price.of("103.75")
    assert (tax.intraday_quantity, tax.delivered_quantity) == (500, 200)
    assert (tax.intraday, tax.delivery) == (Money.of(13), Money.of(21))  # 12.96875 and 20.75
    assert draw_up(Z, trades, on=TODAY).charges.stt == Money.of(34)


def test_a_real_futures_note_of_june_2024_billed_91_of_90_90() -> None:
    sold = executed("SELL 1 NFO:NIFTY24JUNFUT NRML @727200", isin=None)  # 90.90 at 0.0125 %
    assert security_tax([sold], date(2024, 6, 27)).total == Money.of(91)


@pytest.mark.parametrize(
    ("trade", "tax"),
    [
        ("SELL 65 NFO:NIFTY26NOV25000CE NRML @170", "17"),  # 16.575
        ("SELL 1 NFO:NIFTY26NOVFUT NRML @25000", "13"),  # 12.50: half goes up
        ("SELL 1 NFO:NIFTY26NOVFUT NRML @24999", "12"),  # 12.4995
        ("BUY 65 NFO:NIFTY26NOV25000CE NRML @170", "0"),
        ("SELL 1 MCX:GOLDPETAL26DECFUT NRML @5862", "0.59"),  # CTT keeps its paise
        ("SELL 1000 CDS:USDINR26NOVFUT NRML @85", "0"),
    ],
)
def test_the_tax_of_contracts(trade: str, tax: str) -> None:
    assert security_tax([executed(trade, isin=None)], TODAY).total == Money.of(tax)


def test_the_average_has_two_decimals() -> None:
    tax = security_tax(day("BUY 3 NSE:INFY CNC @100.05\nSELL 4 NSE:INFY CNC @101"), TODAY)
    assert tax.average == Price.of("100.59")  # 704.15 / 7 = 100.592857...
    assert (tax.intraday_quantity, tax.delivered_quantity) == (3, 1)


def test_each_listing_of_a_share_is_a_security_of_its_own() -> None:
    note = draw_up(Z, day("BUY 10 NSE:INFY CNC @1450\nSELL 10 BSE:INFY CNC @1450"), on=TODAY)
    assert [tax.intraday_quantity for tax in note.taxes] == [0, 0]
    assert note.charges.stt == Money.of(30)  # 14.50 and 14.50, each up


def test_units_of_a_fund_pay_their_own_tax() -> None:
    sold = executed("SELL 1000 NSE:NIFTYBEES CNC @250", ware=Ware(fund=Fund.EQUITY))
    assert draw_up(Z, [sold], on=TODAY).charges.stt == Money.of(3)  # 2.50 at 0.001 %


# --- the depository ------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("trades", "dp"),
    [
        ("SELL 10 NSE:INFY CNC @1500\nSELL 5 NSE:INFY CNC @1510", "15.34"),  # once a day and ISIN
        ("SELL 10 NSE:INFY CNC @1500\nSELL 5 BSE:INFY CNC @1510", "15.34"),
        ("BUY 10 NSE:INFY CNC @1500\nSELL 10 NSE:INFY CNC @1510", "0"),  # nothing left the account
        ("BUY 10 NSE:INFY CNC @1500\nSELL 11 NSE:INFY CNC @1510", "15.34"),
        ("SELL 10 NSE:INFY MIS @1500", "0"),
        ("SELL 10 NSE:INFY MTF @1500", "15.34"),
    ],
)
def test_the_depository_is_paid_once_per_isin_and_day(trades: str, dp: str) -> None:
    assert draw_up(Z, day(trades), on=TODAY).charges.dp == Money.of(dp)


def test_groww_asks_less_for_a_small_debit() -> None:
    trades = day("BUY 9 NSE:INFY CNC @90\nSELL 10 NSE:INFY CNC @90")
    assert draw_up(G, trades, on=TODAY).charges.dp == Money.of("4.13")
    assert draw_up(U, trades, on=TODAY).charges.dp == Money.of("23.60")


# --- the note ------------------------------------------------------------------------------------------------------


def test_a_note_bills_whole_paise_and_says_what_is_to_pay() -> None:
    trades = day("BUY 100 NSE:INFY CNC @1500\nSELL 65 NFO:NIFTY26NOV25000CE NRML @170")
    note = draw_up(U, trades, on=TODAY)
    assert note.charges == Charges(
        brokerage=Money.of("40.00"),
        stt=Money.of(167),
        exchange=Money.of("8.53"),
        sebi=Money.of("0.16"),
        stamp=Money.of("22.50"),
        gst=Money.of("8.76"),
        dp=Money.of("0.00"),
        desk=Money.of("0.00"),
    )
    assert note.obligation == Money.of(-150_000 + 65 * 170)
    assert note.net == note.obligation - note.charges.total
    assert note.exact.total == Money.of("246.5316957")


def test_stamp_duty_is_rounded_by_order_or_to_the_rupee_as_set() -> None:
    trades = day("BUY 1 NSE:INFY CNC @30\nBUY 1 NSE:TCS CNC @30\nBUY 1 NSE:SBIN CNC @30")  # 0.0045 each
    assert draw_up(Z, trades, on=TODAY).charges.stamp == Money.of(0)
    trades += day("BUY 100 NSE:HDFC CNC @40")  # 0.60
    assert draw_up(Z, trades, on=TODAY).charges.stamp == Money.of("0.60")
    assert draw_up(Z, trades, on=TODAY, plan=FeePlan(stamp_in_rupees=True)).charges.stamp == Money.of(1)


def test_a_day_before_the_tables_is_refused() -> None:
    with pytest.raises(ChargesUnknown):
        draw_up(Z, day("BUY 1 NSE:INFY CNC @30"), on=date(2024, 9, 30))


def test_a_day_without_trades_costs_nothing() -> None:
    note = draw_up(Z, [], on=TODAY)
    assert (note.charges.total, note.net, note.taxes) == (Money.of(0), Money.of(0), ())


WHERE = [
    ("NSE:INFY", Product.CNC),
    ("NSE:INFY", Product.MIS),
    ("NSE:TCS", Product.CNC),
    ("BSE:INFY", Product.MTF),
    ("NFO:NIFTY26NOVFUT", Product.NRML),
    ("NFO:NIFTY26NOV25000PE", Product.MIS),
]


@st.composite
def days(draw: st.DrawFn) -> list[Executed]:
    found = []
    for where, product in draw(st.lists(st.sampled_from(WHERE), max_size=8)):
        side = draw(st.sampled_from(list(Side)))
        quantity, paise = draw(st.integers(1, 10_000)), draw(st.integers(5, 500_000))
        found.append(executed(f"{side} {quantity} {where} {product} @{Price.paise(paise)}"))
    return found


@given(trades=days(), broker=st.sampled_from(list(BrokerId)), data=st.data())
def test_the_order_of_the_trades_does_not_matter(
    trades: list[Executed], broker: BrokerId, data: st.DataObject
) -> None:
    shuffled = data.draw(st.permutations(trades))
    assert draw_up(broker, shuffled, on=TODAY) == draw_up(broker, trades, on=TODAY)


@given(trades=days(), broker=st.sampled_from(list(BrokerId)), in_rupees=st.booleans())
def test_notes_of_single_securities_are_together_the_note_of_the_day(
    trades: list[Executed], broker: BrokerId, in_rupees: bool
) -> None:
    plan = FeePlan(stamp_in_rupees=in_rupees)
    wares: dict[str, list[Executed]] = {}
    for one in trades:
        wares.setdefault(one.isin or str(one.instrument), []).append(one)
    parts = [draw_up(broker, some, on=TODAY, plan=plan) for some in wares.values()]
    if parts:
        assert together(parts, plan=plan) == draw_up(broker, trades, on=TODAY, plan=plan)


@given(trades=days(), broker=st.sampled_from(list(BrokerId)))
def test_a_note_is_the_sum_of_its_orders_but_for_its_roundings(
    trades: list[Executed], broker: BrokerId
) -> None:
    note = draw_up(broker, trades, on=TODAY)
    alone = Money.sum(
        charges(broker, _trade(one), on=TODAY, dp_due=False).total
        - charges(broker, _trade(one), on=TODAY).stt
        for one in trades
    )
    assert note.exact.total - note.exact.stt - note.exact.dp == alone
    lines = note.charges
    assert all(line == line.rounded() for line in (lines.brokerage, lines.exchange, lines.gst, lines.total))
    apart = (lines.total - lines.stt) - (note.exact.total - note.exact.stt)
    # Five lines of the day and the stamp duty of every order, each half a paisa at most.
    assert abs(apart) <= Money(Decimal("0.005") * (5 + len(trades)))
    assert lines.stt == Money.sum(tax.total for tax in note.taxes)
    assert lines.stt.amount % 1 == 0


@given(trades=days())
def test_an_order_filled_in_pieces_pays_the_same_tax(trades: list[Executed]) -> None:
    pieces = [piece for one in trades for piece in _cut(one)]
    assert draw_up(Z, pieces, on=TODAY).taxes == draw_up(Z, trades, on=TODAY).taxes


def _cut(one: Executed) -> list[Executed]:
    if one.quantity == 1:
        return [one]
    first, value = one.quantity // 2, Money.of("0.01")
    return [
        replace(one, quantity=first, value=value),
        replace(one, quantity=one.quantity - first, value=one.value - value),
    ]


def _trade(one: Executed) -> Trade:
    exchange = one.instrument.exchange
    price = Price(one.value.amount / one.quantity)
    return Trade(exchange, one.kind, one.product, one.side, one.quantity, price, one.ware)

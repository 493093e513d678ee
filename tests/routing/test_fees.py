"""Charges against the golden table for the rates in force from 1 April 2026, and the dates around it."""

from datetime import date
from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from domain.account import BrokerId
from domain.instrument import Exchange, Kind
from domain.money import Money, Price
from domain.order import Product, Side
from domain.routing import Charges, ReasonCode
from routing.fees import SCHEDULES, ChargesUnknown, charges, tariff
from routing.schedules.table import Segment

TODAY = date(2026, 11, 21)
Z, U, G, M = BrokerId.ZERODHA, BrokerId.UPSTOX, BrokerId.GROWW, BrokerId.MOCK

# segment | side quantity@price | brokers | brokerage STT exchange SEBI stamp GST total (before the DP charge)
GOLDEN = """
delivery | BUY 100@1500    | Z M     | 0     150    4.605   0.15   22.5   0.8559 178.1109
delivery | BUY 100@1500    | U G     | 20    150    4.605   0.15   22.5   4.4559 201.7109
delivery | SELL 100@1600   | Z M     | 0     160    4.912   0.16   0      0.9130 165.9850
intraday | BUY 100@500     | Z M     | 15    0      1.535   0.05   1.5    2.9853 21.0703
intraday | SELL 100@505    | Z M     | 15.15 12.625 1.5504  0.0505 0      3.0152 32.3910
intraday | SELL 100@505    | U G     | 20    12.625 1.5504  0.0505 0      3.8882 38.1140
futures  | BUY 65@25000    | Z U G M | 20    0      29.7375 1.625  32.5   9.2453 93.1078
futures  | SELL 65@25100   | Z U G M | 20    815.75 29.8565 1.6315 0      9.2678 876.5058
options  | BUY 65@150      | Z U G M | 20    0      3.4642  0.0098 0.2925 4.2253 27.9917
options  | SELL 65@170     | Z U G M | 20    16.575 3.9261  0.0111 0      4.3087 44.8208
delivery | BUY 1@100       | G       | 2.5   0.1    0.0031  0.0001 0.015  0.4506 3.0687
"""
WHAT = {
    "delivery": (Exchange.NSE, Kind.EQUITY, Product.CNC),
    "intraday": (Exchange.NSE, Kind.EQUITY, Product.MIS),
    "futures": (Exchange.NFO, Kind.FUTURE, Product.NRML),
    "options": (Exchange.NFO, Kind.CALL, Product.NRML),
}


def golden_rows() -> list[tuple[str, str, BrokerId, list[str]]]:
    rows = []
    for line in GOLDEN.strip().splitlines():
        segment, trade, brokers, numbers = (cell.strip() for cell in line.split("|"))
        rows += [
            (segment, trade, {"Z": Z, "U": U, "G": G, "M": M}[broker], numbers.split())
            for broker in brokers.split()
        ]
    return rows


def priced(broker: BrokerId, segment: str, trade: str, on: date = TODAY, *, dp_due: bool = True) -> Charges:
    side, _, size = trade.partition(" ")
    quantity, _, price = size.partition("@")
    exchange, kind, product = WHAT[segment]
    return charges(
        broker,
        exchange=exchange,
        kind=kind,
        product=product,
        side=Side(side),
        quantity=int(quantity),
        price=Price.of(price),
        on=on,
        dp_due=dp_due,
    )


@pytest.mark.parametrize(("segment", "trade", "broker", "expected"), golden_rows())
def test_charges_match_the_golden_table_to_the_digit(
    segment: str, trade: str, broker: BrokerId, expected: list[str]
) -> None:
    got = priced(broker, segment, trade, dp_due=False)
    lines = [got.brokerage, got.stt, got.exchange, got.sebi, got.stamp, got.gst, got.total]
    # The table shows four decimals, its last digit rounded half to even where the exact one ends in 5.
    for line, shown in zip(lines, expected, strict=True):
        assert abs(line.amount - Decimal(shown)) <= Decimal("0.00005")


def test_the_lines_are_exact() -> None:
    got = priced(Z, "delivery", "BUY 100@1500")
    assert got.gst == Money.of("0.8559")
    assert got.total == Money.of("178.1109")


@pytest.mark.parametrize(
    ("broker", "trade", "dp"),
    [
        (Z, "SELL 100@1600", "15.34"),
        (M, "SELL 100@1600", "15.34"),
        (U, "SELL 100@1600", "23.60"),
        (G, "SELL 1@100", "23.60"),
        (G, "SELL 1@99.95", "4.13"),
        (U, "BUY 100@1600", "0"),
    ],
)
def test_a_delivery_sell_pays_the_depository_on_its_own_line(broker: BrokerId, trade: str, dp: str) -> None:
    assert priced(broker, "delivery", trade).dp == Money.of(dp)
    assert priced(broker, "delivery", trade, dp_due=False).dp == Money.of(0)


def test_intraday_sells_pay_no_depository_charge() -> None:
    assert priced(U, "intraday", "SELL 100@505").dp == Money.of(0)


def test_futures_stt_follows_the_day() -> None:
    assert priced(Z, "futures", "SELL 65@25100", date(2026, 3, 31)).stt == Money.of("326.30")
    assert priced(Z, "futures", "SELL 65@25100", date(2026, 4, 1)).stt == Money.of("815.75")


@pytest.mark.parametrize("broker", list(SCHEDULES))
def test_days_before_the_first_row_are_refused_with_a_code(broker: BrokerId) -> None:
    with pytest.raises(ChargesUnknown) as refused:
        priced(broker, "delivery", "BUY 1@100", date(2024, 9, 30))
    assert refused.value.reason.code is ReasonCode.CHARGES_UNKNOWN


@pytest.mark.parametrize(
    ("exchange", "kind", "product"),
    [
        (Exchange.MCX, Kind.FUTURE, Product.NRML),
        (Exchange.NSE, Kind.INDEX, Product.CNC),
        (Exchange.NSE, Kind.EQUITY, Product.NRML),
    ],
)
def test_what_the_tables_do_not_cover_is_refused_not_guessed(
    exchange: Exchange, kind: Kind, product: Product
) -> None:
    with pytest.raises(ChargesUnknown):
        charges(
            Z,
            exchange=exchange,
            kind=kind,
            product=product,
            side=Side.BUY,
            quantity=1,
            price=Price.of(10),
            on=TODAY,
        )


def test_every_broker_has_a_schedule_for_every_segment() -> None:
    for broker in BrokerId:
        assert set(SCHEDULES[broker].brokerage) == set(Segment)


def test_bse_takes_more_than_nse_for_shares() -> None:
    nse = tariff(Z, Exchange.NSE, Segment.DELIVERY, Side.BUY, TODAY).charges(Money.of(150_000))
    bse = tariff(Z, Exchange.BSE, Segment.DELIVERY, Side.BUY, TODAY).charges(Money.of(150_000))
    assert bse.exchange == Money.of("5.625")
    assert nse.exchange == Money.of("4.605")


@given(
    broker=st.sampled_from(list(BrokerId)),
    segment=st.sampled_from([Segment.DELIVERY, Segment.INTRADAY, Segment.MARGIN_FUNDED]),
    side=st.sampled_from(list(Side)),
    paise=st.integers(1, 10**11),
    dp_due=st.booleans(),
)
def test_the_quick_total_is_the_sum_of_the_lines(
    broker: BrokerId, segment: Segment, side: Side, paise: int, dp_due: bool
) -> None:
    fees = tariff(broker, Exchange.NSE, segment, side, TODAY)
    value = Money.paise(paise)
    assert fees.charges(value, dp_due=dp_due).total.amount == fees.total(value.amount, dp_due=dp_due)

"""Charges to the last digit: the rates of 2026, and the samples that brokers publish with the rates of their time."""

from __future__ import annotations

from dataclasses import replace
from datetime import date
from decimal import Decimal

import pytest

from mocks.brokers.backoffice.charges import Charges, Leg, charge, demat_charge, rates
from mocks.brokers.backoffice.orders import Product
from mocks.brokers.backoffice.rates.shelf import TARIFFS, tariff_of
from mocks.brokers.backoffice.tariff import FREE, Brokerage, Interest
from mocks.exchange.model import Instrument, Kind, Side

TODAY = date(2026, 11, 20)
D = Decimal


def listing(kind: Kind, exchange: str = "NSE") -> Instrument:
    return Instrument(f"{exchange}:X", exchange, "X", "X", kind, 1, "INE000A01010", 1, 5, 10**6, 10_000, None)


SHARE, FUTURE, CALL = listing(Kind.EQUITY), listing(Kind.FUTURE, "NFO"), listing(Kind.CALL, "NFO")
CNC, MIS, NRML = Product.CNC, Product.MIS, Product.NRML
BUY, SELL = Side.BUY, Side.SELL

# (trade, brokers, brokerage, tax, exchange with fund, regulator, stamp, GST, total): rates from 1 April 2026.
CURRENT = [
    (SHARE, BUY, CNC, 100, 1500, "kite", "0", "150", "4.605", "0.15", "22.5", "0.8559", "178.1109"),
    (SHARE, BUY, CNC, 100, 1500, "upstox", "20", "150", "4.605", "0.15", "22.5", "4.4559", "201.7109"),
    (SHARE, BUY, CNC, 100, 1500, "groww", "20", "150", "4.605", "0.15", "22.5", "4.4559", "201.7109"),
    (SHARE, SELL, CNC, 100, 1600, "kite", "0", "160", "4.912", "0.16", "0", "0.9130", "165.9850"),
    (SHARE, BUY, MIS, 100, 500, "kite", "15", "0", "1.535", "0.05", "1.5", "2.9853", "21.0703"),
    (SHARE, SELL, MIS, 100, 505, "kite", "15.15", "12.625", "1.5504", "0.0505", "0", "3.0152", "32.3910"),
    (SHARE, SELL, MIS, 100, 505, "upstox", "20", "12.625", "1.5504", "0.0505", "0", "3.8882", "38.1140"),
    (SHARE, SELL, MIS, 100, 505, "groww", "20", "12.625", "1.5504", "0.0505", "0", "3.8882", "38.1140"),
    *(
        row
        for broker in ("kite", "upstox", "groww")
        for row in (
            (FUTURE, BUY, NRML, 65, 25_000, broker, "20", "0", "29.7375", "1.625", "32.5", "9.2453", "93.1078"),
            (FUTURE, SELL, NRML, 65, 25_100, broker, "20", "815.75", "29.8565", "1.6315", "0", "9.2678", "876.5058"),
            (CALL, BUY, NRML, 65, 150, broker, "20", "0", "3.4642", "0.0098", "0.2925", "4.2253", "27.9917"),
            (CALL, SELL, NRML, 65, 170, broker, "20", "16.575", "3.9261", "0.0111", "0", "4.3087", "44.8208"),
        )
    ),
    (SHARE, BUY, CNC, 1, 100, "groww", "2.5", "0.1", "0.0031", "0.0001", "0.015", "0.4506", "3.0687"),
]  # fmt: skip


@pytest.mark.parametrize("row", CURRENT, ids=lambda row: f"{row[5]}-{row[1]}-{row[2]}-{row[0].kind}-{row[3]}")
def test_current_rates_to_the_last_digit(row: tuple[Instrument, Side, Product, int, int, str, str]) -> None:
    instrument, side, product, quantity, price, broker, *expected = row
    leg = Leg(instrument.key, side, product, quantity, price * 100)
    found = charge(tariff_of(broker), instrument, leg, TODAY)
    shown = (
        found.brokerage, found.stt, found.exchange + found.ipft, found.sebi, found.stamp, found.gst, found.total,
    )  # fmt: skip
    for amount, text in zip(shown, expected, strict=True):
        assert abs(amount - D(text)) <= D("0.00005"), (shown, expected)


def assert_is(found: Charges, **expected: str) -> None:
    lines = {**found.lines(), "exchange": found.exchange + found.ipft, "total": found.total}
    assert {line: lines[line] for line in expected} == {line: D(text) for line, text in expected.items()}


def test_kites_contract_note_of_2023() -> None:
    day = date(2023, 6, 1)
    share = charge(TARIFFS["kite"], SHARE, Leg("NSE:X", BUY, CNC, 1, 560_00), day)
    # The sample leaves stamp duty out.
    assert_is(
        replace(share, stamp=D(0)),
        stt="0.56",
        exchange="0.01876",
        sebi="0.00056",
        gst="0.0033768",
        total="0.5826968",
    )
    put = charge(TARIFFS["kite"], listing(Kind.PUT, "NFO"), Leg("NFO:X", BUY, NRML, 100, 150), day)
    assert_is(replace(put, stamp=D(0)), brokerage="20", exchange="0.07575", sebi="0.00015", gst="3.613527")
    assert replace(put, stamp=D(0)).total == D("23.689427")


def test_kites_order_margin_samples() -> None:
    """They were recorded under another exchange charge, and a brokerage of one paisa on delivery."""
    base = rates(TARIFFS["kite"], SHARE, CNC, date(2023, 6, 1))
    odd = replace(base, exchange=D("0.0000345"), ipft=D(0), brokerage=Brokerage(None, D("0.01")))
    assert_is(
        odd.of(BUY, D(1498)),
        stt="1.498",
        exchange="0.051681",
        sebi="0.001498",
        brokerage="0.01",
        gst="0.01137222",
    )
    option = replace(rates(TARIFFS["kite"], CALL, NRML, date(2023, 6, 1)), ipft=D(0))
    assert_is(
        option.of(SELL, D("2673.75")),
        stt="1.67109375",
        exchange="1.336875",
        brokerage="20",
        gst="3.841118775",
    )
    assert_is(option.of(BUY, D("521.25")), exchange="0.260625", gst="3.647006325")


def test_upstoxs_brokerage_sample() -> None:
    base = rates(TARIFFS["upstox"], SHARE, CNC, date(2023, 6, 1))
    sample = replace(base, brokerage=FREE, taxed=frozenset({"exchange"}))
    found = sample.of(BUY, D(174_867))
    assert [round(found.lines()[line], 2) for line in ("stamp", "exchange", "sebi", "gst")] == [
        D("26.23"), D("5.68"), D("0.17"), D("1.02"),
    ]  # fmt: skip
    assert round(found.stt) == 175


@pytest.mark.parametrize(
    ("day", "segment", "tax", "exchange", "fund"),
    [
        (date(2024, 9, 30), FUTURE, "0.000125", "0.000019", "0.000001"),
        (date(2024, 10, 1), FUTURE, "0.0002", "0.0000173", "0.000001"),
        (date(2026, 2, 28), CALL, "0.001", "0.0003503", "0.000005"),
        (date(2026, 3, 1), CALL, "0.001", "0.0003552", "0.0000001"),
        (date(2026, 3, 31), FUTURE, "0.0002", "0.000018299", "0.000000001"),
        (date(2026, 4, 1), FUTURE, "0.0005", "0.000018299", "0.000000001"),
    ],
)
def test_rates_follow_the_day(day: date, segment: Instrument, tax: str, exchange: str, fund: str) -> None:
    found = rates(TARIFFS["kite"], segment, NRML, day)
    assert (found.stt_sold, found.exchange, found.ipft) == (D(tax), D(exchange), D(fund))


def test_a_day_before_the_first_rates_is_refused() -> None:
    with pytest.raises(ValueError, match="2022-01-03"):
        rates(TARIFFS["kite"], SHARE, CNC, date(2022, 1, 3))


def test_bse_takes_its_own_charge() -> None:
    assert rates(TARIFFS["kite"], listing(Kind.EQUITY, "BSE"), CNC, TODAY).exchange == D("0.0000375")
    assert rates(TARIFFS["kite"], listing(Kind.FUTURE, "BFO"), NRML, TODAY).exchange == 0


def test_what_the_depository_takes() -> None:
    assert demat_charge(TARIFFS["kite"], D(1)).total == D("15.34")
    assert demat_charge(TARIFFS["upstox"], D(1)).total == D("23.6")
    assert demat_charge(TARIFFS["groww"], D("99.99")).total == D("4.13")
    assert demat_charge(TARIFFS["groww"], D(100)).total == D("23.6")


def test_interest_on_a_loan() -> None:
    assert TARIFFS["kite"].interest.of(100_000_00, 3) == 120_00
    assert TARIFFS["upstox"].interest.of(40_000_01, 1) == 40_00
    assert TARIFFS["groww"].interest.of(365_000_00, 1) == 149_50
    assert Interest().of(10**9, 30) == 0

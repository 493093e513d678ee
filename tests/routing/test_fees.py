"""Charges against the golden table for the rates in force from 1 April 2026, the brokers' samples, and the dates."""

from collections.abc import Iterator
from dataclasses import replace
from datetime import date, timedelta
from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from domain.account import BrokerId
from domain.fees import PLAIN, FeePlan, Taxed
from domain.instrument import Exchange, Kind
from domain.money import Money, Price
from domain.order import Product, Side
from domain.routing import Charges, ReasonCode
from routing.fees import SCHEDULES, ChargesUnknown, Tariff, Trade, segment_of, tariff
from routing.schedules import statutory
from routing.schedules.table import UNVERIFIED, Brokerage, Dated, Segment
from routing.schedules.venues import BSE_GROUPS, VENUES
from tests.routing.prices import FUTURE, OPTION, TODAY, G, M, U, Z, fees, priced

LETTERS = {"Z": Z, "U": U, "G": G, "M": M}

# trade | brokers | brokerage STT exchange SEBI stamp GST total (before the DP charge)
GOLDEN = f"""
BUY 100 NSE:INFY CNC @1500  | Z M     | 0     150    4.605   0.15   22.5   0.8559 178.1109
BUY 100 NSE:INFY CNC @1500  | U G     | 20    150    4.605   0.15   22.5   4.4559 201.7109
SELL 100 NSE:INFY CNC @1600 | Z M     | 0     160    4.912   0.16   0      0.9130 165.9850
BUY 100 NSE:INFY MIS @500   | Z       | 15    0      1.535   0.05   1.5    2.9853 21.0703
SELL 100 NSE:INFY MIS @505  | Z       | 15.15 12.625 1.5504  0.0505 0      3.0152 32.3910
SELL 100 NSE:INFY MIS @505  | U G M   | 20    12.625 1.5504  0.0505 0      3.8882 38.1140
BUY 65 {FUTURE} @25000      | Z U G M | 20    0      29.7375 1.625  32.5   9.2453 93.1078
SELL 65 {FUTURE} @25100     | Z U G M | 20    815.75 29.8565 1.6315 0      9.2678 876.5058
BUY 65 {OPTION} @150        | Z U G M | 20    0      3.4642  0.0098 0.2925 4.2253 27.9917
SELL 65 {OPTION} @170       | Z U G M | 20    16.575 3.9261  0.0111 0      4.3087 44.8208
BUY 1 NSE:INFY CNC @100     | G       | 2.5   0.1    0.0031  0.0001 0.015  0.4506 3.0687
"""


def table(text: str) -> list[tuple[str, BrokerId, list[str]]]:
    """`trade | brokers | numbers`, a row for every broker."""
    cells = [[cell.strip() for cell in line.split("|")] for line in text.strip().splitlines()]
    return [
        (" ".join(trade.split()), LETTERS[letter], numbers.split())
        for trade, letters, numbers in cells
        for letter in letters.split()
    ]


@pytest.mark.parametrize(("trade", "broker", "expected"), table(GOLDEN))
def test_charges_match_the_golden_table_to_the_digit(
    trade: str, broker: BrokerId, expected: list[str]
) -> None:
    got = priced(broker, trade, dp_due=False)
    lines = [got.brokerage, got.stt, got.exchange, got.sebi, got.stamp, got.gst, got.total]
    # The table shows four decimals, its last digit rounded half to even where the exact one ends in 5.
    for line, shown in zip(lines, expected, strict=True):
        assert abs(line.amount - Decimal(shown)) <= Decimal("0.00005")


def test_the_lines_are_exact() -> None:
    got = priced(Z, "BUY 100 NSE:INFY CNC @1500")
    assert got.gst == Money.of("0.8559")
    assert got.total == Money.of("178.1109")


def test_the_total_of_rounded_lines_is_what_a_broker_shows() -> None:
    got = priced(Z, "SELL 65 NFO:NIFTY26NOV25000CE NRML @170")
    assert got.total == Money.of("44.8207957")
    assert [str(line) for line in (got.rounded.exchange, got.rounded.gst)] == ["3.93", "4.31"]
    assert got.total_of_rounded_lines == Money.of("44.83")


# What the other segments cost today: brokerage, STT or CTT, exchange, SEBI, stamp, GST.
OTHER_SEGMENTS = """
BUY 100 NSE:INFY MTF @1500               | Z   | 20 150 4.605 0.15 22.5 4.4559
BUY 100 NSE:INFY MTF @1500               | U   | 20 150 4.605 0.15 22.5 4.4559
BUY 100 NSE:INFY MTF @1500               | G   | 150 150 4.605 0.15 22.5 27.8559
BUY 1000 CDS:USDINR26NOVFUT NRML @85     | Z   | 20 0 0.2975 0.085 0.085 3.66885
BUY 1000 CDS:USDINR26NOVFUT NRML @20     | U   | 10 0 0.07 0.02 0.02 1.8162
SELL 1000 CDS:USDINR26NOV85CE NRML @0.5  | Z U | 20 0 0.1555 0.0005 0 3.62808
SELL 1000 BCD:USDINR26NOVFUT NRML @20    | Z   | 6 0 0.09 0.02 0 1.0998
BUY 1000 BCD:USDINR26NOV85CE NRML @0.5   | Z   | 20 0 0.005 0.0005 0.0005 3.60099
SELL 100 MCX:GOLD26DECFUT NRML @1200     | Z U G | 20 12 2.52 0.12 0 4.0752
BUY 100 MCX:GOLD26DECFUT NRML @1200      | Z   | 20 0 2.52 0.12 2.4 4.0752
SELL 100 MCX:COTTONCNDY26DECFUT NRML @1200 | Z | 20 0 2.52 0.012 0 4.05576
SELL 100 MCX:GOLD26NOV130000CE NRML @100 | Z U G | 20 5 4.18 0.01 0 4.3542
SELL 100 BFO:SENSEX26NOV85000PE NRML @10 | Z   | 20 1.5 0.325 0.001 0 3.65868
SELL 20 BFO:SENSEX26NOVFUT NRML @1000    | Z   | 6 10 0 0.02 0 1.0836
"""


@pytest.mark.parametrize(("trade", "broker", "expected"), table(OTHER_SEGMENTS))
def test_every_segment_has_its_rates(trade: str, broker: BrokerId, expected: list[str]) -> None:
    got = priced(broker, trade, dp_due=False)
    lines = [got.brokerage, got.stt, got.exchange, got.sebi, got.stamp, got.gst]
    assert lines == [Money.of(shown) for shown in expected]


# --- samples that the brokers publish, with the rates of their time ------------------------------------------------


def sample(base: Tariff, value: str, **rates: str | Brokerage) -> Charges:
    """The base's rules with a sample's own rates."""
    changed = {
        name: Decimal(rate) if isinstance(rate, str) else rate
        for name, rate in {"stamp": "0", **rates}.items()
    }
    return replace(base, **changed).charges(Money.of(value), dp_due=False)  # type: ignore[arg-type]


def assert_is(got: Charges, **expected: str) -> None:
    assert {name: getattr(got, name) for name in expected} == {
        name: Money.of(text) for name, text in expected.items()
    }


def test_kites_virtual_contract_note_of_2023() -> None:
    before = date(2024, 10, 1)  # the base of GST of that time
    share = fees(Z, "BUY 1 NSE:SBIN CNC @560", before)
    assert_is(
        sample(share, "560", exchange="0.0000325", ipft="0.000001"),
        stt="0.56", exchange="0.01876", sebi="0.00056", gst="0.0033768", total="0.5826968",
    )  # fmt: skip
    put = fees(Z, "BUY 100 NFO:NIFTY26NOV25000PE NRML @1.5", before)
    assert_is(
        sample(put, "150", exchange="0.0005", ipft="0.000005"),
        brokerage="20", exchange="0.07575", sebi="0.00015", gst="3.613527", total="23.689427",
    )  # fmt: skip
    gold = fees(Z, "SELL 1 MCX:GOLDPETAL26DECFUT NRML @5862")
    assert_is(
        sample(gold, "5862", exchange="0.000026"),
        stt="0.5862", exchange="0.152412", sebi="0.005862", brokerage="1.7586", gst="0.34503732",
        total="2.84811132",
    )  # fmt: skip


def test_kites_order_and_basket_margins() -> None:
    share = fees(Z, "BUY 1 NSE:INFY CNC @1498", date(2024, 10, 1))
    paisa = Brokerage(floor=Decimal("0.01"))
    # Its stamp duty is shown with two decimals: 0.22 of 0.2247.
    assert_is(
        sample(share, "1498", exchange="0.0000345", ipft="0", brokerage=paisa, stamp="0.00015").rounded,
        stamp="0.22",
    )
    assert_is(
        sample(share, "1498", exchange="0.0000345", ipft="0", brokerage=paisa),
        stt="1.498", exchange="0.051681", sebi="0.001498", brokerage="0.01", gst="0.01137222",
    )  # fmt: skip
    sold = fees(Z, "SELL 1 NFO:NIFTY26NOV25000CE NRML @1", date(2024, 10, 1))
    assert_is(
        sample(sold, "2673.75", stt="0.000625", exchange="0.0005", ipft="0"),
        stt="1.67109375", exchange="1.336875", brokerage="20", gst="3.841118775",
    )  # fmt: skip
    bought = fees(Z, "BUY 1 NFO:NIFTY26NOV25000CE NRML @1", date(2024, 10, 1))
    assert_is(sample(bought, "521.25", exchange="0.0005", ipft="0"), exchange="0.260625", gst="3.647006325")


def test_upstoxs_brokerage_sample() -> None:
    base = tariff(
        U, Exchange.NSE, Segment.DELIVERY, Side.BUY, TODAY, PLAIN, FeePlan(taxed=frozenset({Taxed.EXCHANGE}))
    )
    got = sample(base, "174867", brokerage=Brokerage(), exchange="0.0000325", ipft="0", stamp="0.00015")
    assert_is(got.rounded, stamp="26.23", exchange="5.68", sebi="0.17", gst="1.02")
    assert round(got.stt.amount) == 175
    assert sample(base, "174867", exchange="0", ipft="0.000001").rounded.exchange == Money.of("0.17")


# --- the dates -------------------------------------------------------------------------------------------------

# day | STT of a future and an option sold, the charge and IPFT of a share, a future and an option, for Rs 1 crore
BOUNDARIES = """
2024-10-01 | 2000 10000 | 297 10    | 173 10    | 3503 50
2026-02-28 | 2000 10000 | 297 10    | 173 10    | 3503 50
2026-03-01 | 2000 10000 | 306.99 0.01 | 182.99 0.01 | 3552 1
2026-03-31 | 2000 10000 | 306.99 0.01 | 182.99 0.01 | 3552 1
2026-04-01 | 5000 15000 | 306.99 0.01 | 182.99 0.01 | 3552 1
"""


@pytest.mark.parametrize("row", BOUNDARIES.strip().splitlines())
def test_rates_change_on_their_day(row: str) -> None:
    cells = [cell.split() for cell in row.split("|")]
    on, crore = date.fromisoformat(cells[0][0]), Decimal(10_000_000)
    found = [fees(Z, f"SELL 1 {what} @1", on) for what in ("NSE:INFY CNC", FUTURE, OPTION)]
    assert [one.stt * crore for one in found[1:]] == [Decimal(text) for text in cells[1]]
    for one, (charge, ipft) in zip(found, cells[2:], strict=True):
        assert (one.exchange * crore, one.ipft * crore) == (Decimal(charge), Decimal(ipft))


@pytest.mark.parametrize(
    ("day", "future", "option", "exercised"),
    [
        (date(2024, 9, 30), "0.000125", "0.000625", "0.00125"),
        (date(2024, 10, 1), "0.0002", "0.001", "0.00125"),
        (date(2026, 3, 31), "0.0002", "0.001", "0.00125"),
        (date(2026, 4, 1), "0.0005", "0.0015", "0.0015"),
    ],
)
def test_the_tax_of_contracts_on_both_sides_of_every_budget(
    day: date, future: str, option: str, exercised: str
) -> None:
    rows = (statutory.STT[Segment.FUTURES], statutory.STT[Segment.OPTIONS])
    in_force = [
        max((row for row in one if row.start <= day), key=lambda row: row.start).terms for one in rows
    ]
    assert [levy.sell for levy in in_force] == [Decimal(future), Decimal(option)]
    begun = [row for row in statutory.EXERCISE_STT if row.start <= day]
    assert begun[-1].terms == Decimal(exercised)


def test_ipft_is_taxed_at_zerodha_since_it_is_part_of_the_charge() -> None:
    before, after = (fees(Z, "BUY 1 NSE:INFY CNC @1", day) for day in (date(2026, 2, 28), date(2026, 3, 1)))
    assert Taxed.IPFT not in before.taxed
    assert Taxed.IPFT in after.taxed
    crore = Money.of(10_000_000)
    assert before.charges(crore, dp_due=False).gst == Money.of(Decimal("0.18") * (297 + 10))
    assert after.charges(crore, dp_due=False).gst == Money.of(Decimal("0.18") * (307 + 10))


@pytest.mark.parametrize("broker", list(SCHEDULES))
@pytest.mark.parametrize("what", ["NSE:INFY CNC", "NSE:INFY MIS", FUTURE, OPTION])
def test_days_before_the_first_row_are_refused_with_a_code(broker: BrokerId, what: str) -> None:
    with pytest.raises(ChargesUnknown) as refused:
        priced(broker, f"BUY 1 {what} @100", date(2024, 9, 30))
    assert refused.value.reason.code is ReasonCode.CHARGES_UNKNOWN
    assert "30 Sep 2024" in refused.value.reason.message


def test_the_day_before_a_brokers_own_first_row_is_refused() -> None:
    for broker, first in ((U, date(2026, 4, 1)), (G, date(2025, 6, 21)), (Z, date(2024, 10, 1))):
        assert priced(broker, "BUY 1 NSE:INFY CNC @100", first).total
        with pytest.raises(ChargesUnknown):
            priced(broker, "BUY 1 NSE:INFY CNC @100", first - timedelta(days=1))


# --- the tables ------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("exchange", "kind", "product"),
    [
        (Exchange.NSE, Kind.INDEX, Product.CNC),
        (Exchange.NSE, Kind.EQUITY, Product.NRML),
        (Exchange.NSE, Kind.FUTURE, Product.NRML),
        (Exchange.MCX, Kind.EQUITY, Product.CNC),
    ],
)
def test_what_is_not_traded_is_refused_not_guessed(exchange: Exchange, kind: Kind, product: Product) -> None:
    with pytest.raises(ChargesUnknown):
        segment_of(exchange, kind, product)


def test_groww_has_no_currency() -> None:
    with pytest.raises(ChargesUnknown, match="Groww brokerage on currency futures"):
        priced(G, "BUY 1000 CDS:USDINR26NOVFUT NRML @85")


def every_table() -> Iterator[tuple[Dated[object], ...]]:
    for levies in (statutory.STT, statutory.FUND_STT, statutory.STAMP):
        yield from levies.values()
    yield from VENUES.values()
    yield from BSE_GROUPS.values()
    yield from (statutory.SEBI, statutory.CROP_SEBI, statutory.CROP_CTT, statutory.GST)
    yield from (statutory.EXERCISE_STT, statutory.EXERCISE_CTT)
    for schedule in SCHEDULES.values():
        for brokerage in (schedule.brokerage, schedule.in_debit, *schedule.plans.values()):
            yield from brokerage.values()
        yield from (schedule.depository, schedule.taxed, schedule.desk)
        yield from (schedule.funding, schedule.expiry, schedule.delivered)


def test_every_row_names_its_source_and_rows_are_in_order() -> None:
    for rows in every_table():
        assert all(row.source.removeprefix(UNVERIFIED) for row in rows)
        starts = [row.start for row in rows]
        assert starts == sorted(set(starts))


@given(
    broker=st.sampled_from(list(BrokerId)),
    segment=st.sampled_from([Segment.DELIVERY, Segment.INTRADAY, Segment.MARGIN_FUNDED]),
    side=st.sampled_from(list(Side)),
    paise=st.integers(1, 10**11),
    dp_due=st.booleans(),
    plan=st.sampled_from([FeePlan(), FeePlan(taxed=frozenset({Taxed.SEBI})), FeePlan(per_order=Money.of(7))]),
)
def test_the_quick_total_is_the_sum_of_the_lines(
    broker: BrokerId, segment: Segment, side: Side, paise: int, dp_due: bool, plan: FeePlan
) -> None:
    found = tariff(broker, Exchange.NSE, segment, side, TODAY, PLAIN, plan)
    value = Money.paise(paise)
    assert found.charges(value, dp_due=dp_due).total.amount == found.total(value.amount, dp_due=dp_due)


def test_a_trade_knows_its_value_and_segment() -> None:
    trade = Trade(Exchange.NFO, Kind.PUT, Product.NRML, Side.BUY, 65, Price.of("150.05"))
    assert (trade.segment, trade.value) == (Segment.OPTIONS, Money.of("9753.25"))

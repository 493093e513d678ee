"""Predicted and charged side by side."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from domain.money import Money
from domain.routing import Charges
from routing.reckoning import Cause, reckon
from tests.routing.prices import Z, priced

BUY = priced(Z, "BUY 100 NSE:INFY CNC @1500")  # 178.1109
CHEAPER = priced(Z, "BUY 100 NSE:INFY CNC @1490").total  # 176.923494
SALE = priced(Z, "SELL 100 NSE:INFY CNC @1600")  # 165.98496 and the DP charge


@pytest.mark.parametrize(
    ("predicted", "at_fills", "charged", "causes"),
    [
        (BUY, BUY.total, BUY.total, {}),
        (BUY, CHEAPER, CHEAPER, {Cause.FILL: CHEAPER - BUY.total}),
        (BUY, BUY.total, Money.of("178.12"), {Cause.ROUNDING: Money.of("0.0091")}),
        (BUY, BUY.total, Money.of("201.71"), {Cause.BROKER: Money.of("23.5991")}),
        (SALE, SALE.total - SALE.dp, SALE.total - SALE.dp, {Cause.DEPOSITORY: Money.of("-15.34")}),
        (
            SALE,
            SALE.total - SALE.dp - Money.of(1),
            SALE.total,
            {Cause.FILL: Money.of(-1), Cause.DEPOSITORY: -SALE.dp, Cause.BROKER: SALE.dp + Money.of(1)},
        ),
    ],
)
def test_every_rupee_of_difference_has_a_cause(
    predicted: Charges, at_fills: Money, charged: Money, causes: dict[Cause, Money]
) -> None:
    found = reckon(predicted, at_fills=at_fills, charged=charged)
    assert {one.cause: one.amount for one in found.differences} == causes
    assert found.difference == charged - predicted.total


MONEY = st.integers(0, 10**9).map(Money.paise)


@given(predicted=MONEY, dp=MONEY, at_fills=MONEY, charged=MONEY)
def test_the_causes_add_up_to_the_difference(
    predicted: Money, dp: Money, at_fills: Money, charged: Money
) -> None:
    found = reckon(Charges(brokerage=predicted, dp=dp), at_fills=at_fills, charged=charged)
    assert Money.sum(one.amount for one in found.differences) == found.difference
    causes = [one.cause for one in found.differences]
    assert len(causes) == len(set(causes))

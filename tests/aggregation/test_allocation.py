"""The parts of a portfolio are all of it, by whatever they are told apart."""

from __future__ import annotations

import pytest
from hypothesis import given, settings

from aggregation.allocation import By, Part, allocation
from aggregation.portfolio import build
from aggregation.valuation import total
from domain.account import BrokerId
from domain.money import Money
from domain.order import Product
from domain.portfolio import AccountSnapshot, Portfolio
from tests.aggregation.cases import NOW, SHARES, holds, snapshot, trades
from tests.aggregation.test_sums import PRICES, accounts


def view(*snapshots: AccountSnapshot) -> Portfolio:
    return build(snapshots, PRICES, isins=SHARES, as_of=NOW)


def by_key(portfolio: Portfolio, by: By) -> dict[str, Part]:
    return {part.key: part for part in allocation(portfolio, by)}


@settings(max_examples=100, deadline=None)
@given(snapshots=accounts())
def test_the_parts_add_up_to_the_totals(snapshots: list[AccountSnapshot]) -> None:
    whole = view(*snapshots)
    for by in By:
        parts = allocation(whole, by)
        for name in ("value", "invested", "pnl", "day_pnl"):
            assert total(getattr(part, name) for part in parts) == getattr(whole.totals, name), (by, name)
        if by in (By.BROKER, By.ACCOUNT) and snapshots:
            assert total(part.cash for part in parts) == whole.totals.cash


def test_a_share_at_two_brokers_is_one_instrument_and_two_parts_by_broker() -> None:
    whole = view(
        snapshot("z", holds("NSE:INFY", 10, "1400"), broker=BrokerId.ZERODHA),
        snapshot("u", holds("BSE:INFY", 5, "1400"), holds("NSE:TCS", 1, "3000"), broker=BrokerId.UPSTOX),
    )
    brokers = by_key(whole, By.BROKER)
    assert (brokers["zerodha"].value, brokers["zerodha"].cash) == (Money.of("15503.50"), Money.of(1000))
    assert [part.name for part in allocation(whole, By.INSTRUMENT)] == ["INFY", "TCS"]
    assert by_key(whole, By.ACCOUNT)["u"].name == "U"


def test_trades_have_a_profit_and_no_value() -> None:
    whole = view(snapshot("z", trades("NSE:INFY", Product.MIS, bought=(10, "1550"))))
    [part] = allocation(whole, By.KIND)
    assert (part.key, part.value, part.pnl) == ("trades", Money.of(0), Money.of("3.50"))


@pytest.mark.parametrize("by", list(By))
def test_what_has_no_known_value_comes_first(by: By) -> None:
    whole = view(
        snapshot("z", holds("NSE:INFY", 10, "1400"), broker=BrokerId.ZERODHA),
        snapshot("u", holds("BSE:TCS", 1, "3000"), broker=BrokerId.UPSTOX),
    )
    unpriced = build(
        [snapshot("z", holds("NSE:INFY", 10, "1400")), snapshot("u", holds("NSE:SBIN", 1, "1"))],
        {},
        isins=SHARES,
        as_of=NOW,
    )
    values = [part.value for part in allocation(whole, by)]
    assert values == sorted(values, key=lambda value: value or Money.of(0), reverse=True)
    assert allocation(unpriced, by)[0].value is None

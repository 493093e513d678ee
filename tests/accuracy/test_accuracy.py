"""Months of random trading agree with the exchange's own ledger to the paisa, and a mistake in reading is noticed."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace

import pytest

from domain.account import BrokerId
from domain.money import Money, Price
from domain.order import Product
from domain.portfolio import AccountSnapshot
from domain.position import Holding, Position
from tests.accuracy.check import KNOWN_GAPS
from tests.accuracy.run import prove

SEED = 1


def test_a_month_at_every_broker_agrees_to_the_paisa() -> None:
    found = prove(SEED)
    assert found.troubles == []
    assert set(found.gaps) <= set(KNOWN_GAPS)
    assert all(found.traded[broker] > 40 for broker in BrokerId), found.traded
    assert sum(found.refused.values()) < sum(found.traded.values()) / 20, found.refused
    deeds = {"own buy", "own sell", "intraday", "contract", "funded buy", "funded sell", "convert", "pledge"}
    deeds |= {"split", "bonus", "dividend", "expiry"}
    assert all(found.seen[name] for name in deeds), found.seen


def test_the_same_seed_is_the_same_month() -> None:
    one, two = (prove(SEED, days=3) for _ in range(2))
    assert (one.seen, one.gaps, one.traded, one.refused) == (two.seen, two.gaps, two.traded, two.refused)


def _t1_twice(read: AccountSnapshot) -> AccountSnapshot:
    holdings = tuple(replace(one, quantity=one.quantity + one.t1_quantity) for one in read.holdings)
    return replace(read, holdings=holdings)


def _conversion_forgotten(read: AccountSnapshot) -> AccountSnapshot:
    """What was bought intraday and converted still looks intraday."""
    positions = tuple(
        replace(one, product=Product.MIS) if one.product is Product.CNC and one.quantity > 0 else one
        for one in read.positions
    )
    return replace(read, positions=positions)


def _overnight_dropped(read: AccountSnapshot) -> AccountSnapshot:
    positions = tuple(replace(one, overnight_quantity=0) for one in read.positions)
    return replace(read, positions=positions)


def _close_for_todays_purchases(read: AccountSnapshot) -> AccountSnapshot:
    """Today's purchases are counted from the previous close instead of what they cost."""

    def mistaken(one: Position) -> Position:
        close = one.close_price or one.average_price
        if one.today is None or close is None:
            return one
        return replace(one, today=replace(one.today, buy_value=close * one.today.buy_quantity))

    return replace(read, positions=tuple(mistaken(one) for one in read.positions))


def _sold_today_still_owned(read: AccountSnapshot) -> AccountSnapshot:
    """Sales out of a holding are not taken off it."""
    sold = {
        one.instrument.symbol: -one.quantity
        for one in read.positions
        if one.product is Product.CNC and one.quantity < 0
    }
    holdings = tuple(
        replace(one, quantity=one.quantity + sold.get(one.instrument.symbol, 0)) for one in read.holdings
    )
    return replace(read, holdings=holdings)


class _SplitForgotten:
    """A share is split and the number of shares stays what it was."""

    def __init__(self) -> None:
        self._averages: dict[str, Price] = {}

    def __call__(self, read: AccountSnapshot) -> AccountSnapshot:
        return replace(read, holdings=tuple(self._as_before(one) for one in read.holdings))

    def _as_before(self, one: Holding) -> Holding:
        if one.average_price is None:
            return one
        before = self._averages.setdefault(one.isin, one.average_price)
        times = round(before.amount / one.average_price.amount)
        return replace(one, quantity=one.quantity // times) if times > 1 else one


def _a_paisa_off(read: AccountSnapshot) -> AccountSnapshot:
    margin = replace(read.margin, cash=read.margin.cash + Money.paise(1))
    return replace(read, margin=margin)


@pytest.mark.parametrize(
    ("mistake", "broker", "named"),
    [
        (_t1_twice, BrokerId.ZERODHA, "owned"),
        (_conversion_forgotten, BrokerId.ZERODHA, "owned"),
        (_overnight_dropped, BrokerId.MOCK, "day P&L"),
        (_close_for_todays_purchases, BrokerId.UPSTOX, "day P&L"),
        (_sold_today_still_owned, BrokerId.GROWW, "owned"),
        (_SplitForgotten(), BrokerId.MOCK, "owned"),
        (_a_paisa_off, BrokerId.GROWW, "cash"),
    ],
)
def test_a_mistake_in_reading_is_noticed(
    mistake: Callable[[AccountSnapshot], AccountSnapshot], broker: BrokerId, named: str
) -> None:
    found = prove(SEED, distort=mistake, brokers=(broker,), most=1)
    assert any(f": {named} " in words for words in found.troubles), found.troubles[:3]

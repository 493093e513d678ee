"""What each broker of the sandbox says that orders cost, on its own wire, against our tables."""

from __future__ import annotations

from datetime import timedelta

import pytest

from adapters.broker import MarginAsk
from domain.account import BrokerId
from domain.calendar import IST
from domain.fees import ware_of
from domain.instrument import InstrumentId, Kind
from domain.money import Money, Price
from domain.order import OrderType, Product, Side
from mocks.launch import Sandbox
from routing.fees import Trade, charges
from routing.reckoning import Cause, reckon
from tests.adapters.desk import Desk, Names, now, opened, present

DELIVERED = [
    ("NSE:INFY", Product.CNC, Side.BUY, 100, "1500.05"),
    ("NSE:INFY", Product.CNC, Side.SELL, 7, "1499.95"),
    ("BSE:INFY", Product.MIS, Side.BUY, 3, "1500"),
    ("NSE:TCS", Product.MIS, Side.SELL, 40, "3000"),
]


def contracts(desk: Desk) -> list[tuple[str, Product, Side, int, str]]:
    """The nearest future, and an option on the same."""
    known = [one for one in desk.names.instruments() if one.id.symbol.startswith("NIFTY2") and one.expiry]
    later = [one for one in known if one.expiry and one.expiry > now().date() + timedelta(days=2)]
    found = []
    for kind, price in ((Kind.FUTURE, "25000"), (Kind.CALL, "150.05")):
        first = min((one for one in later if one.kind is kind), key=lambda one: (one.expiry, one.id))
        found += [(str(first.id), Product.NRML, side, first.lot, price) for side in Side]
    return found


@pytest.mark.parametrize("broker", present(), ids=str)
async def test_no_figure_differs_from_ours_by_more_than_rounding(
    broker: BrokerId, sandbox: Sandbox, masters: dict[BrokerId, Names], unpaced: None
) -> None:
    async with opened(sandbox, broker, masters) as desk:
        cases = [*DELIVERED, *contracts(desk)]
        asks = [
            MarginAsk(InstrumentId.parse(name), side, quantity, OrderType.LIMIT, product, Price.of(price))
            for name, product, side, quantity, price in cases
        ]
        told = await desk.broker.charges(asks)
    assert told is not None
    today = now().astimezone(IST).date()
    for ask, charged in zip(asks, told, strict=True):
        listing = desk.names.listing(ask.instrument)
        assert listing is not None
        assert ask.price is not None
        one = listing.instrument
        ware = ware_of(isin=one.isin, underlying=one.underlying)
        trade = Trade(ask.instrument.exchange, one.kind, ask.product, ask.side, ask.quantity, ask.price, ware)
        predicted = charges(broker, trade, on=today, dp_due=False)
        found = reckon(predicted, at_fills=predicted.total, charged=charged)
        assert {diff.cause for diff in found.differences} <= {Cause.ROUNDING}, (ask, predicted, charged)
        assert abs(found.difference) < Money.of(1)

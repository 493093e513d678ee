"""A small notation for routing tests: `order("BUY 100 NSE:INFY CNC LIMIT 1500")` and one-line accounts."""

from __future__ import annotations

from dataclasses import replace
from datetime import date
from decimal import Decimal
from typing import Any

from domain.account import AccountId, BrokerId
from domain.instrument import Exchange, InstrumentId, Kind
from domain.money import Money, Price
from domain.order import OrderIntent, OrderType, Product, Side, Validity
from domain.routing import Candidate, Market

TODAY = date(2026, 11, 21)
SHARE = Market(kind=Kind.EQUITY, lot=1, tick=Price.of("0.05"), freeze=None, last_price=Price.of(1500))
FUTURE = Market(kind=Kind.FUTURE, lot=65, tick=Price.of("0.10"), freeze=1800, last_price=Price.of(25000))
CALL = replace(
    FUTURE, kind=Kind.CALL, tick=Price.of("0.05"), last_price=Price.of(150), strike=Price.of(25000)
)
RATES = ((Product.CNC, Decimal(1)), (Product.MIS, Decimal("0.2")), (Product.NRML, Decimal("0.15")))
HEALTHY = Candidate(
    account_id=AccountId(""),
    broker=BrokerId.MOCK,
    label="",
    session_ok=True,
    breaker_open=False,
    listed=True,
    margin_available=Money.of(10_000_000),
    sellable=0,
    exchanges=frozenset({Exchange.NSE, Exchange.BSE, Exchange.NFO, Exchange.BFO}),
    products=frozenset({Product.CNC, Product.MIS, Product.NRML}),
    order_types=frozenset(OrderType),
    validities=frozenset(Validity),
    disclosed_supported=True,
    margin_rates=RATES,
)


def order(text: str, **more: Any) -> OrderIntent:
    """`SIDE QUANTITY EXCHANGE:SYMBOL PRODUCT TYPE [PRICE] [@TRIGGER] [IOC]`."""
    side, quantity, name, product, kind, *rest = text.split()
    prices = [Price.of(word) for word in rest if word[0].isdigit()]
    triggers = [Price.of(word[1:]) for word in rest if word[0] == "@"]
    return OrderIntent(
        instrument=InstrumentId.parse(name),
        side=Side(side),
        quantity=int(quantity),
        order_type=OrderType(kind),
        product=Product(product),
        validity=Validity.IOC if "IOC" in rest else Validity.DAY,
        price=prices[0] if prices else None,
        trigger_price=triggers[0] if triggers else None,
        **more,
    )


def account(broker: BrokerId, *, cash: int | str | None = 10_000_000, **more: Any) -> Candidate:
    """A healthy account named after its broker with `cash` rupees free."""
    return replace(
        HEALTHY,
        **{
            "account_id": AccountId(f"acc-{broker.value}"),
            "broker": broker,
            "label": broker.value.title(),
            "margin_available": None if cash is None else Money.of(cash),
            **more,
        },
    )

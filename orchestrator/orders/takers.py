"""Which brokers take what an account of the user's does not: a refusal names where the order could go."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import replace

from adapters.broker import Terms
from adapters.registry import BROKERS
from domain.order import OrderIntent
from domain.routing import Denied, Reason, ReasonCode

TAKES: Mapping[ReasonCode, Callable[[Terms, OrderIntent], bool]] = {
    ReasonCode.EXCHANGE_UNSUPPORTED: lambda terms, asked: asked.instrument.exchange in terms.exchanges,
    ReasonCode.PRODUCT_UNSUPPORTED: lambda terms, asked: asked.product in terms.products,
    ReasonCode.ORDER_TYPE_UNSUPPORTED: lambda terms, asked: asked.order_type in terms.order_types,
    ReasonCode.VALIDITY_UNSUPPORTED: lambda terms, asked: asked.validity in terms.validities,
    ReasonCode.DISCLOSED_UNSUPPORTED: lambda terms, asked: terms.disclosed_quantity,
    ReasonCode.AFTER_MARKET_UNSUPPORTED: lambda terms, asked: terms.after_market,
    ReasonCode.ICEBERG_UNSUPPORTED: lambda terms, asked: terms.iceberg_legs >= asked.iceberg_legs,
}


def naming_takers(denied: Denied, asked: OrderIntent) -> Denied:
    """The same refusal; where one account's broker lacks something, the fix ends with the brokers that have it."""
    return replace(denied, reasons=tuple(_named(reason, asked) for reason in denied.reasons))


def _named(reason: Reason, asked: OrderIntent) -> Reason:
    takes = TAKES.get(reason.code)
    if takes is None or reason.account is None:
        return reason
    names = [adapter.terms.name for adapter in BROKERS.values() if takes(adapter.terms, asked)]
    if not names:
        return reason
    said = f"{', '.join(names)} {'takes' if len(names) == 1 else 'take'} it."
    return replace(reason, fix=f"{reason.fix} {said}" if reason.fix else said)

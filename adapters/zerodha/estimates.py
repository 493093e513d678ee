"""What Kite says that orders would need and cost, and what the account may do: questions out, answers in. Pure."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from adapters.broker import MarginAsk
from adapters.http import json_number
from adapters.zerodha import wire
from domain.instrument import Exchange
from domain.money import Money, Price

COMMODITIES = frozenset({Exchange.MCX})


def margin_item(ask: MarginAsk, order_key: str) -> dict[str, Any]:
    """One item of POST /margins/orders and /margins/basket."""
    return {
        **_what(ask, order_key),
        "price": json_number(ask.price) if ask.price else 0,
        "trigger_price": json_number(ask.trigger_price) if ask.trigger_price else 0,
    }


def charges_item(ask: MarginAsk, order_key: str, price: Price) -> dict[str, Any]:
    """One item of POST /charges/orders: the order as if it had traded at `price`. The id may be any text."""
    return {"order_id": "estimate", **_what(ask, order_key), "average_price": json_number(price)}


def _what(ask: MarginAsk, order_key: str) -> dict[str, Any]:
    return {
        "exchange": ask.instrument.exchange.value,
        "tradingsymbol": order_key,
        "transaction_type": wire.SIDE_WORDS[ask.side],
        "variety": wire.REGULAR,
        "product": wire.PRODUCT_WORDS[ask.product],
        "order_type": wire.TYPE_WORDS[ask.order_type],
        "quantity": ask.quantity,
    }


def basket_total(data: Mapping[str, Any]) -> Money:
    """`initial`: what must be free to send the orders one after another; `final` is after their hedges count."""
    return Money.of(data["initial"]["total"])


def charges(rows: Sequence[Mapping[str, Any]], asked: int) -> list[Money]:
    """Rupees by order. Raises ValueError for an answer with other rows than were asked for."""
    if len(rows) != asked:
        raise ValueError(f"{len(rows)} notes for {asked} orders")
    return [Money.of(row["charges"]["total"]) for row in rows]


def exchanges(profile: Mapping[str, Any]) -> frozenset[Exchange]:
    """What the person signed up for; names that have no place here (mutual funds) are passed over."""
    return frozenset(wire.EXCHANGES[word] for word in profile["exchanges"] if word in wire.EXCHANGES)


def enabled(named: frozenset[Exchange], margins: Mapping[str, Any]) -> frozenset[Exchange]:
    """Those of a segment whose funds are enabled: without them no order is taken there."""
    commodity, equity = bool(margins["commodity"]["enabled"]), bool(margins["equity"]["enabled"])
    return frozenset(one for one in named if (commodity if one in COMMODITIES else equity))

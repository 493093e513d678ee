"""An order in one line, and keys for it."""

from __future__ import annotations

import secrets
from typing import Any

from trademaster.models import OrderIn

FORM = "SIDE QUANTITY EXCHANGE:SYMBOL PRODUCT TYPE [PRICE] [@TRIGGER]"


def order(line: str, **more: Any) -> OrderIn:
    """`BUY 10 NSE:INFY CNC LIMIT 1500.00`, `SELL 5 NSE:TCS MIS SL 3400 @3405`, `BUY 1 NSE:INFY CNC MARKET`.

    `more` are further fields of an order (`account`, `validity`, ...). Raises ValueError for any other form.
    """
    words = line.split()
    if len(words) < 5:
        raise ValueError(f"an order is {FORM}, not {line!r}")
    side, quantity, instrument, product, kind, *amounts = words
    exchange, colon, symbol = instrument.partition(":")
    prices = [one for one in amounts if not one.startswith("@")]
    triggers = [one.removeprefix("@") for one in amounts if one.startswith("@")]
    if not colon or len(prices) > 1 or len(triggers) > 1 or not (quantity.isascii() and quantity.isdigit()):
        raise ValueError(f"an order is {FORM}, not {line!r}")
    fields: dict[str, Any] = {
        "exchange": exchange.upper(),
        "symbol": symbol.upper() if symbol.isascii() else symbol,
        "side": side.upper(),
        "quantity": int(quantity),
        "product": product.upper(),
        "order_type": kind.upper(),
        **({"price": prices[0]} if prices else {}),
        **({"trigger_price": triggers[0]} if triggers else {}),
        **more,
    }
    return OrderIn.model_validate(fields)


def new_key() -> str:
    """An Idempotency-Key that nobody has used."""
    return f"tmc-{secrets.token_hex(16)}"

"""Kite's answers: the envelope of a success, with exact numbers in it, and texts as Kite writes them."""

from __future__ import annotations

from datetime import datetime
from decimal import Decimal
from typing import Any

import msgspec
from starlette.responses import Response

from domain.calendar import IST
from domain.money import Money, Price

NIL = Decimal(0)
FINEST = Decimal("0.0001")  # of an average, which may have endless decimals

_encoder = msgspec.json.Encoder(decimal_format="number")


def success(data: Any, *, headers: dict[str, str] | None = None) -> Response:
    """`headers` go with it; nobody keeps a copy of what may be somebody's money."""
    body = encoded({"status": "success", "data": data})
    return Response(
        body, headers={"cache-control": "no-store", **(headers or {})}, media_type="application/json"
    )


def encoded(body: Any) -> bytes:
    """JSON whose amounts are numbers with every digit that they have."""
    return _encoder.encode(body)


def rupees(amount: Money | Price | None) -> Decimal:
    """Kite writes what there is not as 0."""
    return NIL if amount is None else amount.amount


def average(price: Price | None) -> Decimal:
    return NIL if price is None else price.amount.quantize(FINEST)


def stamp(moment: datetime | None) -> str | None:
    """Naive text in IST, as everywhere at Kite."""
    return None if moment is None else moment.astimezone(IST).strftime("%Y-%m-%d %H:%M:%S")

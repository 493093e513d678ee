"""Kite's postbacks: order updates sent to the app's registered URL. A hint to read the book again, no more. Pure.

Only the id and the time are signed, so a true signature does not vouch for the rest of the body.
"""

from __future__ import annotations

import hashlib
import hmac

from adapters.broker import Symbols
from adapters.http import exact_json
from adapters.zerodha import wire
from domain.report import OrderReport


def read(body: bytes, secret: str, symbols: Symbols) -> OrderReport | None:
    """The update, if `checksum` is SHA-256 over order id, order time and API secret; else None."""
    try:
        row = exact_json(body)
        signed = f"{row['order_id']}{row['order_timestamp']}{secret}"
        expected = hashlib.sha256(signed.encode()).hexdigest()
        if not secret or not hmac.compare_digest(expected.encode(), str(row["checksum"]).encode()):
            return None
        return wire.order_report(row, symbols)
    except (KeyError, TypeError, ValueError, AttributeError, ArithmeticError):
        return None

"""What Upstox posts to an app's webhook. Nothing in it proves who sent it: it may make us read, never believe."""

from __future__ import annotations

from datetime import UTC, datetime

from adapters.broker import Symbols
from adapters.http import exact_json
from adapters.upstox import wire
from domain.errors import BrokerUnavailable
from domain.report import OrderReport

LONG_AGO = datetime.fromtimestamp(0, UTC)  # a hint without a time is older than everything known


def postback(body: bytes, symbols: Symbols) -> OrderReport | None:
    """The order a post speaks of, None when it is about something else or cannot be read.

    Upstox signs nothing, so a stranger can send the same: use it only to read that order anew.
    """
    try:
        row = exact_json(body)
        if not isinstance(row, dict) or row.get("update_type") != "order":
            return None
        with wire.understood("a webhook's order"):
            return wire.report(row, symbols, seen_at=LONG_AGO)
    except (ValueError, BrokerUnavailable):
        return None

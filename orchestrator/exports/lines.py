"""Rows as lines of CSV that a spreadsheet may open: plain decimals, times in IST, no cell that acts as a formula."""

from __future__ import annotations

import csv
import io
from collections.abc import Iterable, Sequence
from datetime import date, datetime
from decimal import ROUND_HALF_UP, Decimal
from enum import Enum

from domain.instrument import InstrumentId
from domain.money import Money, Price, plain
from orchestrator.schemas import in_ist

UNKNOWN = "unknown"
DANGEROUS = ("=", "+", "-", "@", "\t", "\r")  # a spreadsheet would take the cell for a formula
FINEST = Decimal("0.0001")  # averages are quotients: told to a hundredth of a paisa

Value = str | int | bool | Decimal | Money | Price | datetime | date | Enum | InstrumentId | None


def lines(rows: Iterable[Sequence[Value]]) -> str:
    """Each row a line, in UTF-8 with CRLF as RFC 4180 has it."""
    text = io.StringIO(newline="")
    writer = csv.writer(text)
    for row in rows:
        writer.writerow([cell(value) for value in row])
    return text.getvalue()


def cell(value: Value) -> str:
    """None is not known, and says so; an empty text does not apply."""
    match value:
        case None:
            return UNKNOWN
        case bool():
            return "yes" if value else "no"
        case Enum():
            return safe(str(value.value))
        case Money():
            return plain(value.amount)
        case Price():
            rounded = value.amount.quantize(FINEST, ROUND_HALF_UP)
            return plain(value.amount if value.amount == rounded else rounded)
        case Decimal():
            return plain(value, 0)
        case datetime():
            return in_ist(value)
        case date():
            return value.isoformat()
        case int():
            return str(value)
        case _:
            return safe(str(value))


def safe(text: str) -> str:
    """With an apostrophe before what would begin a formula."""
    return f"'{text}" if text.startswith(DANGEROUS) else text

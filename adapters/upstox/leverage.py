"""What Upstox's lists of shares for intraday orders (`NSE_MIS`, `BSE_MIS`) say that each one blocks."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from decimal import Decimal

from adapters.upstox.wire import Row, number

COMPLETE = "complete.json.gz"
LISTS = ("NSE_MIS.json.gz", "BSE_MIS.json.gz")  # they lie beside the complete file
PERCENT = Decimal("0.01")
MOST = Decimal(1)


def addresses(complete: str) -> list[str]:
    """Of the lists beside the complete file; none where it stands alone under another name."""
    if not complete.endswith(COMPLETE):
        return []
    return [f"{complete.removesuffix(COMPLETE)}{one}" for one in LISTS]


def blocked(rows: Iterable[Row]) -> Mapping[str, Decimal]:
    """By instrument key, the part of an intraday order's value that is blocked.

    The files say it twice, as `intraday_margin` in per cent and as `intraday_leverage`; their meaning is not
    documented, so the dearer one counts, and what is no part of a value is left out. Raises ValueError.
    """
    found: dict[str, Decimal] = {}
    for row in rows:
        parts = []
        if row.get("intraday_margin"):
            parts.append(number(row["intraday_margin"]) * PERCENT)
        if row.get("intraday_leverage"):
            parts.append(1 / number(row["intraday_leverage"]))
        if parts and 0 < max(parts) <= MOST:
            found[str(row["instrument_key"])] = max(parts).quantize(Decimal("0.0001"))
    return found

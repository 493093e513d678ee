"""An instrument file as it would be after a change that the client has not seen: ticks and lots are doubled.

Knows the names of columns, not brokers: CSV and JSON, plain or gzipped.
"""

from __future__ import annotations

import csv
import gzip
import io
import json
from decimal import Decimal, InvalidOperation
from typing import Any

COLUMNS = frozenset({"tick_size", "lot_size", "tick", "lot", "minimum_lot", "qty_multiplier"})
GZIP = b"\x1f\x8b"


def changed(body: bytes) -> bytes:
    if body.startswith(GZIP):
        return gzip.compress(changed(gzip.decompress(body)), mtime=0)
    if body.lstrip()[:1] in (b"{", b"["):
        return json.dumps(_json(json.loads(body)), separators=(",", ":")).encode()
    return _csv(body.decode()).encode()


def _csv(text: str) -> str:
    rows = list(csv.reader(io.StringIO(text)))
    at = [index for index, name in enumerate(rows[0] if rows else ()) if name in COLUMNS]
    out = io.StringIO()
    writer = csv.writer(out, lineterminator="\n")
    for number, row in enumerate(rows):
        writer.writerow(row if number == 0 else _doubled(row, at))
    return out.getvalue()


def _doubled(row: list[str], at: list[int]) -> list[str]:
    new = list(row)
    for index in at:
        new[index] = _twice(row[index])
    return new


def _twice(text: str) -> str:
    try:
        return str(Decimal(text) * 2)
    except InvalidOperation:
        return text  # an empty cell stays empty


def _json(value: Any) -> Any:
    if isinstance(value, list):
        return [_json(one) for one in value]
    if not isinstance(value, dict):
        return value
    return {name: _number(one) if name in COLUMNS else _json(one) for name, one in value.items()}


def _number(value: Any) -> Any:
    if isinstance(value, str):
        return _twice(value)
    return value * 2 if isinstance(value, int | float) and not isinstance(value, bool) else value

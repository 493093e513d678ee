"""Kite's order book: an iceberg's legs are rows with ids of their own and the tag of the whole. Pure."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import replace
from typing import Any

from adapters.broker import Symbols
from adapters.iceberg import Part, joined
from adapters.zerodha import wire
from domain.report import OrderReport

Row = Mapping[str, Any]


def reports(rows: Iterable[Row], symbols: Symbols) -> list[OrderReport]:
    """One report for each order. Legs without a tag stay apart: nothing says which belong together."""
    found: list[OrderReport] = []
    icebergs: dict[str, list[Part]] = {}
    for row in rows:
        report = wire.order_report(row, symbols)
        if report.tag and (found_part := part(row, report)):
            icebergs.setdefault(report.tag, []).append(found_part)
        else:
            found.append(report)
    return found + [report for parts in icebergs.values() for report in joined(parts)]


def part(row: Row, report: OrderReport) -> Part | None:
    """Which leg of an iceberg the row is; None for every other order."""
    meta = _iceberg(row)
    if not meta:
        return None
    return Part(int(meta["leg"]), int(meta["legs"]), int(meta["total_quantity"]), report)


def tagged(rows: Iterable[Row], tag: str, symbols: Symbols) -> list[OrderReport]:
    """The orders that carry `tag` anywhere."""
    return [replace(one, tag=tag) for one in reports((row for row in rows if tag in wire.tags(row)), symbols)]


def legs(rows: Iterable[Row], tag: str) -> list[str]:
    """The ids of an iceberg's legs, in their order; the last is the one at work."""
    mine = [row for row in rows if tag in wire.tags(row) and _iceberg(row)]
    return [str(row["order_id"]) for row in sorted(mine, key=lambda row: int(_iceberg(row)["leg"]))]


def varieties(rows: Iterable[Row]) -> dict[str, str]:
    """What a change or cancel of each order must name, where it is not the regular one."""
    return {
        str(row["order_id"]): str(row["variety"])
        for row in rows
        if row.get("variety") not in (None, "", wire.REGULAR)
    }


def _iceberg(row: Row) -> Mapping[str, Any]:
    meta = row.get("meta")
    found = meta.get("iceberg") if isinstance(meta, dict) else None
    return found if isinstance(found, dict) else {}

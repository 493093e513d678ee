"""Kite's order book, where an iceberg stands in as many rows as it sent legs: told here as one order. Pure.

A leg's row has its own id and the tag of the whole; `meta.iceberg` counts the legs.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import replace
from typing import Any

from adapters.broker import Symbols
from adapters.zerodha import wire
from domain.money import Money, average_price
from domain.report import OrderReport, ReportStatus

Row = Mapping[str, Any]


def reports(rows: Iterable[Row], symbols: Symbols) -> list[OrderReport]:
    """One report for each order. Legs without a tag, and those of an iceberg that is there twice, stay apart."""
    found: list[OrderReport] = []
    icebergs: dict[str, list[Row]] = {}
    for row in rows:
        tags = wire.tags(row)
        if tags and leg(row):
            icebergs.setdefault(tags[0], []).append(row)
        else:
            found.append(wire.order_report(row, symbols))
    for legs in icebergs.values():
        legs.sort(key=leg)
        twice = len({leg(row) for row in legs}) < len(legs)
        parts = [wire.order_report(row, symbols) for row in legs]
        found += parts if twice else [_whole(legs, parts)]
    return found


def leg(row: Row) -> int:
    """Which leg of an iceberg the row is, from 1; 0 for every other order."""
    return int(_iceberg(row).get("leg") or 0)


def tagged(rows: Iterable[Row], tag: str, symbols: Symbols) -> list[OrderReport]:
    """The orders that carry `tag` anywhere."""
    return [replace(one, tag=tag) for one in reports((row for row in rows if tag in wire.tags(row)), symbols)]


def legs(rows: Iterable[Row], tag: str) -> list[str]:
    """The ids of an iceberg's legs, in their order; the last is the one at work."""
    mine = sorted((row for row in rows if tag in wire.tags(row) and leg(row)), key=leg)
    return [str(row["order_id"]) for row in mine]


def varieties(rows: Iterable[Row]) -> dict[str, str]:
    """What a change or cancel of each order must name, where it is not the regular one."""
    return {
        str(row["order_id"]): str(row["variety"])
        for row in rows
        if row.get("variety") not in (None, "", wire.REGULAR)
    }


def _whole(rows: Sequence[Row], parts: Sequence[OrderReport]) -> OrderReport:
    """Under the id of the first leg, which is what the placement answered; in the state of the last one."""
    first, last = parts[0], parts[-1]
    filled = sum(part.filled_quantity for part in parts)
    priced = [part for part in parts if part.filled_quantity]
    known = all(part.average_price for part in priced)
    value = Money.sum(part.average_price * part.filled_quantity for part in priced if part.average_price)
    more = last.status is ReportStatus.COMPLETE and leg(rows[-1]) < int(_iceberg(rows[-1])["legs"])
    return replace(
        last,
        broker_order_id=first.broker_order_id,
        exchange_order_id=first.exchange_order_id,
        status=ReportStatus.OPEN if more else last.status,
        quantity=int(_iceberg(rows[-1])["total_quantity"]),
        filled_quantity=filled,
        average_price=average_price(value, filled) if known else None,
        at=max(part.at for part in parts),
    )


def _iceberg(row: Row) -> Mapping[str, Any]:
    meta = row.get("meta")
    found = meta.get("iceberg") if isinstance(meta, dict) else None
    return found if isinstance(found, dict) else {}

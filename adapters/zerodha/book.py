"""Kite's order book: an iceberg's legs are rows with ids of their own and the tag of the whole. Pure."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from datetime import datetime
from typing import Any

from adapters import iceberg
from adapters.broker import Symbols
from adapters.iceberg import Part
from adapters.rows import Rows, read, unread_order
from adapters.zerodha import wire
from domain.report import OrderReport

Row = Mapping[str, Any]
AN_ORDER = "an order at Zerodha"


def reports(rows: object, symbols: Symbols, *, seen_at: datetime) -> Rows[OrderReport]:
    """One report for each order. Legs without a tag stay apart: nothing says which belong together."""

    def told(row: Row) -> iceberg.Told:
        report = wire.order_report(row, symbols)
        return report, part(row, report) if report.tag else None

    def stand_in(row: Row, words: str) -> iceberg.Told | None:
        if _iceberg(row):  # a leg alone would pass for another order
            return None
        mine = wire.tags(row)
        report = unread_order(row["order_id"], mine[0] if mine else None, words, seen_at=seen_at)
        return (report, None) if report else None

    return iceberg.orders(read(rows, told, AN_ORDER, stand_in=stand_in))


def part(row: Row, report: OrderReport) -> Part | None:
    """Which leg of an iceberg the row is; None for every other order."""
    meta = _iceberg(row)
    if not meta:
        return None
    return Part(int(meta["leg"]), int(meta["legs"]), int(meta["total_quantity"]), report)


def tagged(rows: object, tag: str, symbols: Symbols, *, seen_at: datetime) -> Rows[OrderReport]:
    """The orders that carry `tag` anywhere."""
    sorted_out = read(rows, lambda row: (row, tag in wire.tags(row)), AN_ORDER)
    mine = reports([row for row, ours in sorted_out if ours], symbols, seen_at=seen_at)
    return Rows((replace(one, tag=tag) for one in mine), (*sorted_out.unread, *mine.unread))


def legs(rows: object, tag: str, symbols: Symbols) -> dict[str, list[str]]:
    """The ids of the legs of each iceberg that carries the tag, in their order, by the first one; the last is the one
    at work."""

    def leg(row: Row) -> Part | None:
        return part(row, wire.order_report(row, symbols)) if tag in wire.tags(row) else None

    found = iceberg.chains([one for one in read(rows, leg, AN_ORDER) if one])
    ids = [[one.report.broker_order_id for one in chain] for chain in found]
    return {chain[0]: chain for chain in ids}


def varieties(rows: object) -> dict[str, str]:
    """What a change or cancel of each order must name, where it is not the regular one."""

    def variety(row: Row) -> tuple[str, str]:
        return str(row["order_id"]), str(row.get("variety") or wire.REGULAR)

    return {number: word for number, word in read(rows, variety, AN_ORDER) if word != wire.REGULAR}


def _iceberg(row: Row) -> Mapping[str, Any]:
    meta = row.get("meta")
    found = meta.get("iceberg") if isinstance(meta, dict) else None
    return found if isinstance(found, dict) else {}

"""What is printed: tables for people, JSON for programs. Texts of others are shown as they are, never as commands."""

from __future__ import annotations

import json
import sys
from collections.abc import Iterable, Sequence
from datetime import UTC, datetime, timedelta, timezone
from decimal import Decimal
from typing import Any

from pydantic import BaseModel, TypeAdapter
from rich.console import Console
from rich.table import Table
from rich.text import Text

NOTHING = "–"
IST = timezone(timedelta(hours=5, minutes=30), "IST")
RIGHT = frozenset({"quantity", "filled", "price", "average", "last", "value", "invested", "P&L", "day", "cash"}) | {
    "used", "available", "charges", "margin", "total", "brokerage", "taxes and fees", "dearer by", "open", "high",
    "low", "close", "volume", "change", "%", "rupees", "threshold", "fired", "latency", "units", "tops by", "cost",
}  # fmt: skip
_plain: TypeAdapter[Any] = TypeAdapter(Any)

out = Console(highlight=False)
err = Console(stderr=True, highlight=False)
UNBROKEN = 10_000
"""Columns of what is piped on: a line there is for another program, and is never cut to somebody's window."""


def shown(text: object) -> Text:
    """Someone's text without what would steer a terminal; no markup is read in it."""
    return Text("".join(one if one.isprintable() else "\N{REPLACEMENT CHARACTER}" for one in str(text)))


def rupees(amount: Decimal | None, places: int = 2) -> str:
    """12,34,567.80 as it is grouped in India; a dash where nothing is known. Digits beyond `places` stay."""
    if amount is None:
        return NOTHING
    exponent = amount.as_tuple().exponent
    digits = max(places, -exponent if isinstance(exponent, int) else 0)
    whole, _, fraction = f"{abs(amount):.{digits}f}".partition(".")
    kept = fraction.rstrip("0").ljust(places, "0")
    sign = "-" if amount < 0 else ""
    return f"{sign}{grouped(whole)}" + (f".{kept}" if kept else "")


def grouped(whole: str) -> str:
    """Thousands, then lakhs and crores."""
    head, tail = whole[:-3], whole[-3:]
    pairs: list[str] = []
    while head:
        head, pairs = head[:-2], [head[-2:], *pairs]
    return ",".join([*pairs, tail])


def units(quantity: int | None) -> str:
    if quantity is None:
        return NOTHING
    return f"{'-' if quantity < 0 else ''}{grouped(str(abs(quantity)))}"


def signed(amount: Decimal | None) -> Text:
    """Green above zero and red below, with its sign for those who see no colours."""
    if amount is None:
        return Text(NOTHING)
    style = "green" if amount > 0 else "red" if amount < 0 else ""
    return Text(f"{'+' if amount > 0 else ''}{rupees(amount)}", style)


def age(moment: datetime | None) -> str:
    """How long ago: 4 s, 3 min, 5 h, 2 d."""
    if moment is None:
        return NOTHING
    seconds = max(0, int((datetime.now(UTC) - moment).total_seconds()))
    for size, unit in ((86_400, "d"), (3600, "h"), (60, "min")):
        if seconds >= size:
            return f"{seconds // size} {unit}"
    return f"{seconds} s"


def at(moment: datetime | None) -> str:
    """The time in India; with the day when it is not today's."""
    if moment is None:
        return NOTHING
    local, today = moment.astimezone(IST), datetime.now(IST).date()
    return f"{local:%H:%M:%S}" if local.date() == today else f"{local:%d %b %Y %H:%M}"


def table(head: Sequence[str], rows: Iterable[Sequence[object]], *, title: str | None = None) -> Table:
    """Amounts stand at the right, everything else at the left."""
    made = Table(title=title, title_justify="left", box=None, pad_edge=False, header_style="bold")
    for name in head:
        right = name in RIGHT
        # Too narrow a window breaks a name over two lines and keeps all of it: half an order's id is of no use.
        made.add_column(name, justify="right" if right else "left", no_wrap=right, overflow="fold")
    for row in rows:
        made.add_row(*(cell if isinstance(cell, Text) else shown(cell) for cell in row))
    return made


def say(*things: object) -> None:
    """For people, and whole where it is piped on."""
    if not out.is_terminal:
        out.width = UNBROKEN
    for thing in things:
        out.print(thing if isinstance(thing, Table | Text) else shown(thing))


def warn(text: object) -> None:
    """Beside the answer, where it does not get into what is piped on."""
    err.print(shown(text), style="yellow")


def tell_json(answer: object) -> None:
    """For programs: as the API answers, amounts as text."""
    sys.stdout.write(as_json(answer) + "\n")
    sys.stdout.flush()


def as_json(answer: object, *, indent: int | None = 2) -> str:
    body = (
        answer.model_dump(mode="json")
        if isinstance(answer, BaseModel)
        else _plain.dump_python(answer, mode="json")
    )
    return json.dumps(body, indent=indent, ensure_ascii=False)

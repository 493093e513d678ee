"""Lists of a broker's rows, read one by one: a row that cannot be read takes no other with it, and is never forgotten.

Pure. What was left out is named, so that nobody takes a list with a hole for the whole.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from datetime import datetime
from decimal import Decimal
from typing import Any, TypeVar

from domain.conditional import ConditionalReport, ConditionalStatus
from domain.instrument import Exchange, InstrumentId
from domain.report import OrderReport, ReportStatus

T = TypeVar("T")

UNREADABLE = (KeyError, TypeError, ValueError, IndexError, AttributeError, ArithmeticError)
LONGEST_WORDS = 160


class Rows(list[T]):
    """What could be read. `unread` says in words what could not: then absence from this list proves nothing.

    A slice, a copy or a sum is a plain list: say `together`, or ask `unread` before.
    """

    def __init__(self, found: Iterable[T] = (), unread: Iterable[str] = ()) -> None:
        super().__init__(found)
        self.unread = tuple(unread)


def unread(rows: Sequence[object]) -> tuple[str, ...]:
    """What a list of a broker's lacks, in words; nothing when it is whole."""
    return rows.unread if isinstance(rows, Rows) else ()


def read(
    rows: object,
    parse: Callable[[Any], T],
    what: str,
    *,
    stand_in: Callable[[Any, str], T | None] = lambda row, words: None,
) -> Rows[T]:
    """Every row parsed. One that cannot be is what `stand_in` makes of it, else named as `what` and left out.

    Raises ValueError for what is no list at all.
    """
    if not isinstance(rows, list):
        raise ValueError(f"no list: {rows!r:.60}")
    found: list[T] = []
    lacking: list[str] = []
    for row in rows:
        try:
            found.append(parse(row))
        except UNREADABLE as error:
            words = f"{what} cannot be read: {_said(error)}"[:LONGEST_WORDS]
            if (known := _known(stand_in, row, words)) is None:
                lacking.append(words)
            else:
                found.append(known)
    return Rows(found, lacking)


def together(*parts: Sequence[T]) -> Rows[T]:
    """One list of all; it lacks what any of them lacks."""
    return Rows((one for part in parts for one in part), (words for part in parts for words in unread(part)))


def unread_order(number: object, tag: object, words: str, *, seen_at: datetime) -> OrderReport | None:
    """An order of which only its id (and our tag) can be read: it may trade. None when not even that is sure."""
    if not isinstance(number, str) or not number or not (tag is None or isinstance(tag, str)):
        return None
    return OrderReport(
        broker_order_id=number,
        status=ReportStatus.UNRECOGNISED,
        words="UNREADABLE",
        at=seen_at,
        quantity=0,
        filled_quantity=0,
        tag=tag or None,
        message=words,
        readable=False,
    )


def unread_conditional(number: object, words: str) -> ConditionalReport:
    """A conditional order of which only the id can be read: it may fire. Raises ValueError when not even that is."""
    return ConditionalReport(
        number_id(number), ConditionalStatus.UNRECOGNISED, "UNREADABLE", intent=None, message=words
    )


def text_id(value: object) -> str:
    """An id as brokers write it: some text. Raises ValueError, else null would be an order's number."""
    if not isinstance(value, str) or not value:
        raise ValueError(f"no id: {value!r:.60}")
    return value


def number_id(value: object) -> str:
    """An id as brokers write it, in digits or as a text. Raises ValueError."""
    return str(value) if isinstance(value, int) and not isinstance(value, bool) else text_id(value)


def interest(instrument: InstrumentId, told: object) -> int | None:
    """Open interest in units. Shares have none, whatever number a broker puts there; nothing told is not known."""
    if told is None or instrument.exchange in (Exchange.NSE, Exchange.BSE):
        return None
    if isinstance(told, bool) or not isinstance(told, int | Decimal) or told != int(told):
        raise ValueError(f"no open interest: {told!r}")
    return int(told)


def _known(stand_in: Callable[[Any, str], T | None], row: Any, words: str) -> T | None:
    try:
        return stand_in(row, words)
    except UNREADABLE:
        return None


def _said(error: Exception) -> str:
    return f"{error.args[0]} is missing" if isinstance(error, KeyError) and error.args else str(error)

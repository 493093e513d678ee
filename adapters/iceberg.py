"""An iceberg stands in a broker's book as one row for each part it has sent. Here the rows become one report. Pure."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import datetime

from adapters.rows import Rows, unread
from domain.money import Money, average_price
from domain.report import OrderReport, ReportStatus


@dataclass(frozen=True, slots=True)
class Part:
    """One row: the `leg`th (from 1) of `legs` parts of an order over `total` units."""

    leg: int
    legs: int
    total: int
    report: OrderReport


Told = tuple[OrderReport, Part | None]  # a row, and which part of an iceberg it is


def orders(told: Sequence[Told]) -> Rows[OrderReport]:
    """One report for each order. An iceberg of which an earlier part could not be read is left out: what is there
    would pass for another order."""
    found = [report for report, part in told if part is None]
    lacking = list(unread(told))
    icebergs: dict[str, list[Part]] = {}
    for report, part in told:
        if part is not None:
            icebergs.setdefault(report.tag or report.broker_order_id, []).append(part)
    for parts in icebergs.values():
        numbers = sorted(part.leg for part in parts)
        if _whole_in_itself(numbers):
            found += joined(parts)
        else:
            lacking.append(f"an iceberg cannot be read: of its parts only {numbers} are told")
    return Rows(found, lacking)


def _whole_in_itself(numbers: Sequence[int]) -> bool:
    """Whether no part is there without the one before it, in each of two orders, too."""
    counted = Counter(numbers)
    return all(counted[leg - 1] >= counted[leg] for leg in counted if leg > 1)


def joined(parts: Sequence[Part]) -> list[OrderReport]:
    """The rows that carry one tag, as one report; as two where the broker made two orders of one request."""
    return [_whole(chain) for chain in chains(parts)]


def chains(parts: Sequence[Part]) -> list[list[Part]]:
    """The rows that carry one tag by the order that they are parts of, each in the order of its parts.

    Of two orders no row says which of them it is of. A part is sent when the one before it is complete: the first one
    sent follows the first complete one, so that what was put together stays together when more rows come.
    """
    found = [[part] for part in sorted(parts, key=_sent) if part.leg == 1]
    for leg in range(2, max((part.leg for part in parts), default=0) + 1):
        waiting = sorted(
            (chain for chain in found if chain[-1].leg == leg - 1), key=lambda one: _done(one[-1])
        )
        following = sorted((part for part in parts if part.leg == leg), key=_sent)
        for chain, part in zip(waiting, following, strict=False):
            chain.append(part)
    return found


def _sent(part: Part) -> tuple[int, str]:
    number = part.report.broker_order_id  # counts up
    return len(number), number


def _done(part: Part) -> tuple[bool, datetime, int, str]:
    return part.report.status is not ReportStatus.COMPLETE, part.report.at, *_sent(part)


class Stream:
    """The parts that one stream told of. Those before its beginning are not told again, so some orders stay unclear."""

    def __init__(self) -> None:
        self._parts: dict[str, dict[int, Part]] = {}
        self._twice: set[str] = set()

    def heard(self, part: Part) -> OrderReport | None:
        """The order as far as it is known; None while an earlier part is missing, or when a part is there twice, so
        that the parts of two orders would be told as one: the book must tell."""
        name = part.report.tag or part.report.broker_order_id
        parts = self._parts.setdefault(name, {})
        before = parts.get(part.leg)
        if before is not None and before.report.broker_order_id != part.report.broker_order_id:
            self._twice.add(name)
        if name in self._twice:
            return None
        parts[part.leg] = part
        return joined([*parts.values()])[0] if len(parts) == max(parts) else None


def _whole(parts: Sequence[Part]) -> OrderReport:
    """Under the id of the first part, which is what the placement answered; in the state of the last one."""
    first, last = parts[0].report, parts[-1].report
    filled = sum(part.report.filled_quantity for part in parts)
    more = last.status is ReportStatus.COMPLETE and parts[-1].leg < parts[-1].legs
    return replace(
        last,
        broker_order_id=first.broker_order_id,
        exchange_order_id=first.exchange_order_id,
        status=ReportStatus.OPEN if more else last.status,
        quantity=parts[-1].total,
        filled_quantity=filled,
        average_price=average_price(_value(parts), filled) if _priced(parts) else None,
        at=max(part.report.at for part in parts),
    )


def _priced(parts: Sequence[Part]) -> bool:
    return all(part.report.average_price for part in parts if part.report.filled_quantity)


def _value(parts: Sequence[Part]) -> Money:
    reports = [part.report for part in parts]
    return Money.sum(one.average_price * one.filled_quantity for one in reports if one.average_price)

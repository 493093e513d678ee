"""What may go wrong with one order inside a broker: asked for by the fault plan, carried out by the order desk.

The fault plan names the mishap of the request being handled in `CURRENT`; the desk takes it when it handles an order.
"""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from contextvars import ContextVar
from dataclasses import dataclass
from enum import StrEnum


class Kind(StrEnum):
    """`place` unless said otherwise."""

    LATE_ACCEPT = "late_accept"  # in no list and not at the exchange until `seconds` later
    STUCK = "stuck"  # listed, but RECEIVED for `seconds` before it goes on
    LATE_REJECT = "late_reject"  # accepted, then rejected by the risk desk `seconds` later
    PARTIAL_THEN_CANCEL = "partial_then_cancel"  # a part is filled, the rest is cancelled `seconds` later
    LATE_FILL = "late_fill"  # fills reach the broker's books and streams `seconds` late
    DUPLICATE_ORDER = "duplicate_order"  # the broker's own retry: a second order, the same tag
    CANCEL_LOST_RACE = "cancel_lost_race"  # `cancel`: acknowledged, then the order fills
    CHANGE_LOST = "change_lost"  # `modify`: acknowledged, and `seconds` later the exchange does not take it
    PARTIAL_SUCCESS = "partial_success"  # of the orders of one request every second one is refused


@dataclass(frozen=True, slots=True)
class Mishap:
    kind: Kind
    seconds: float = 0.0


CURRENT: ContextVar[Mishap | None] = ContextVar("mishap", default=None)


@contextmanager
def nothing_wrong() -> Iterator[None]:
    """Inside, orders meet no mishap: the broker's own and those of other clients."""
    token = CURRENT.set(None)
    try:
        yield
    finally:
        CURRENT.reset(token)

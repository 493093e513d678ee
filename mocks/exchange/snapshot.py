"""A whole exchange in bytes, to go on from later: snapshot and the journal's tail give the live exchange again.

Resting orders are written in priority order and linked again when read. Left out is what belongs to the world
outside: listeners, callbacks, the journal's file. Only the exchange's own classes can be read back.
"""

from __future__ import annotations

import io
import pickle
from collections.abc import Iterable, Mapping, Sequence
from datetime import date
from typing import IO, Any

from mocks.exchange.calendar import Calendar
from mocks.exchange.expiry import catalogue_listing
from mocks.exchange.floor import Floor, Listing
from mocks.exchange.journal import lines
from mocks.exchange.levels import Level, Order
from mocks.exchange.loop import Listeners
from mocks.exchange.model import Instrument
from mocks.exchange.past import Past
from mocks.exchange.recovery import Told, apply_lines
from mocks.exchange.venue import Exchange

MAGIC = b"TradeMaster exchange snapshot 1\n"
OWN = "mocks.exchange."
PLAIN = frozenset(
    [
        ("array", "_array_reconstructor"), ("array", "array"), ("builtins", "frozenset"), ("builtins", "object"),
        ("builtins", "set"), ("collections", "deque"), ("datetime", "date"), ("itertools", "count"),
        ("random", "Random"),
    ]
)  # fmt: skip
LINKS = ("next", "previous")
OUTSIDE = ("_journal",)  # of an exchange


class BadSnapshot(ValueError):
    """Not a snapshot of this version; its words are for a person."""


def dump(exchange: Exchange) -> bytes:
    """Everything between two advances. Raises RuntimeError in the middle of one."""
    if exchange.is_advancing:
        raise RuntimeError("time passes: there is nothing to hold on to")
    sink = io.BytesIO()
    sink.write(MAGIC)
    _Writer(sink, protocol=5).dump(
        {name: vars(exchange)[name] for name in vars(exchange) if name not in OUTSIDE}
    )
    return sink.getvalue()


def load(
    data: bytes, *, tail: Iterable[str] = (), listing: Listing | None = None, journal: IO[str] | None = None,
    told: Told | None = None,
) -> Exchange:  # fmt: skip
    """The exchange of a snapshot, after the lines of a journal that were written since.

    `listing` is asked for later days' listings, by default the catalogue's when the exchange had any. `journal`
    is gone on with. Raises BadSnapshot.
    """
    if not data.startswith(MAGIC):
        raise BadSnapshot("not a snapshot of this version")
    try:
        state = _Reader(io.BytesIO(data[len(MAGIC) :])).load()
    except (pickle.UnpicklingError, EOFError, AttributeError, ImportError, IndexError, TypeError) as bad:
        raise BadSnapshot(f"a broken snapshot: {bad}") from bad
    exchange = Exchange.__new__(Exchange)
    vars(exchange).update(state)
    exchange.join(listing or catalogue_listing)
    written = exchange.inputs
    apply_lines(exchange, (line for line in lines(tail) if line["n"] > written), told)
    if journal is not None:
        exchange.keep_journal(journal)
    return exchange


class _Writer(pickle.Pickler):
    def reducer_override(self, obj: Any) -> Any:
        """Linked orders would recurse as deep as their queue is long."""
        if type(obj) is Level:
            state = {name: getattr(obj, name) for name in Level.__slots__ if name not in ("head", "tail")}
            return Level, (obj.price,), (state, obj.orders()), None, None, _fill_level
        if type(obj) is Order:
            state = {
                name: getattr(obj, name)
                for name in Order.__slots__
                if name not in LINKS and hasattr(obj, name)
            }
            return _blank_order, (), state, None, None, _fill
        if type(obj) is Floor:
            outside = {"note": None, "listing": _no_listing if obj.listing is not None else None}
            return _blank_floor, (), vars(obj) | outside, None, None, _fill
        if type(obj) is Listeners:
            return Listeners, ()
        if type(obj) is Past:
            return _nothing, ()
        return NotImplemented


class _Reader(pickle.Unpickler):
    def find_class(self, module: str, name: str) -> Any:
        if module.startswith(OWN) or (module, name) in PLAIN:
            return super().find_class(module, name)
        raise pickle.UnpicklingError(f"{module}.{name} has no place in a snapshot")


def _blank_floor() -> Floor:
    return Floor.__new__(Floor)


def _blank_order() -> Order:
    """Its links are its level's to make, which may be read before the rest of it."""
    order = Order.__new__(Order)
    order.next = order.previous = None
    return order


def _fill(thing: object, state: dict[str, Any]) -> None:
    for name, value in state.items():
        setattr(thing, name, value)


def _no_listing(day: date, closes: Mapping[str, int], calendar: Calendar) -> Sequence[Instrument]:
    """Stands for a listing in a snapshot; whoever reads it brings a real one."""
    raise BadSnapshot(f"no listings for {day}")


def _fill_level(level: Level, state: tuple[dict[str, Any], list[Order]]) -> None:
    facts, orders = state
    for name, value in facts.items():
        setattr(level, name, value)
    for before, order in zip([None, *orders], orders, strict=False):
        order.previous = before
        if before is not None:
            before.next = order
    level.head = orders[0] if orders else None
    level.tail = orders[-1] if orders else None


def _nothing() -> None:
    """The past is drawn again from its seed when somebody looks back."""

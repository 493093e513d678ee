"""What is measured of a broker's calls: how each ended, and after how long. Nothing here judges."""

from __future__ import annotations

from dataclasses import dataclass
from decimal import Decimal
from enum import StrEnum

PLACE = "place"  # our request to the broker's answer: place-to-ack
FILL = "fill"  # the broker's answer to the first fill that we heard of, of a market order: ack-to-fill


class CallEnd(StrEnum):
    """How a call that left ended: well, or in one of the four errors; a definite no is told in two."""

    OK = "ok"
    REJECTED = "rejected"  # for what the order asks: its price, margin, shares
    BARRED = "barred"  # for the account as it stands: its permissions, its address
    SESSION = "session"
    UNAVAILABLE = "unavailable"
    UNKNOWN = "unknown"


@dataclass(frozen=True, slots=True)
class Measured:
    """One call: the broker's time alone, in seconds. `cause` is the broker's code, else its words; "" when it is OK."""

    call: str
    seconds: float
    end: CallEnd
    cause: str = ""


@dataclass(frozen=True, slots=True)
class Vitals:
    """What the router weighs of an account. None: not measured yet.

    `place_ms`, `fill_ms`: medians in milliseconds. `failures`: the part of order calls (0 to 1) that the broker left
    unanswered or could not take. `rejects`: the part that it refused; of these `barred` for no fault of the order, but
    for the account's session, permissions or address.
    """

    place_ms: int | None = None
    fill_ms: int | None = None
    failures: float | None = None
    rejects: float | None = None
    barred: float | None = None

    @property
    def lost(self) -> Decimal | None:
        """The part of orders, to a millionth, that the broker or the line lost. An order that was refused for what it
        asked (no margin, a wrong price) would have been refused anywhere, and does not count."""
        if self.failures is None or self.barred is None:
            return None
        return Decimal(round((self.failures + self.barred) * 10**6)).scaleb(-6)

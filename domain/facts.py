"""What can be learnt of an order at a broker. Facts say when, and in whose words; they are folded by `domain.folding`.

A fact that a broker tells of an order names the broker's id of it: a broker may have made two orders of one request.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum

from domain.money import Price
from domain.words import OrderType


@dataclass(frozen=True, slots=True)
class Fill:
    """A trade of ours, keyed by the broker's trade id. `at` is the exchange's time (aware).

    `broker_order_id` is of the order it belongs to, once it is folded into a child; "": not told.
    """

    trade_id: str
    quantity: int
    price: Price
    at: datetime
    broker_order_id: str = ""


@dataclass(frozen=True, slots=True)
class Accepted:
    """The broker gave the order an id (which is not yet the exchange's acceptance)."""

    broker_order_id: str
    at: datetime


@dataclass(frozen=True, slots=True)
class Working:
    """A broker report saw the order alive. `words` is the broker's own status word."""

    at: datetime
    trigger_pending: bool
    words: str
    broker_order_id: str


@dataclass(frozen=True, slots=True)
class Lost:
    """The request left and no clear answer came."""

    at: datetime
    words: str


@dataclass(frozen=True, slots=True)
class Absent:
    """Looked for by tag over a quiet window and not there."""

    at: datetime
    words: str


class End(StrEnum):
    FILLED = "FILLED"  # the broker calls it complete, and all of its own quantity is filled
    CANCELLED = "CANCELLED"
    REJECTED = "REJECTED"
    EXPIRED = "EXPIRED"


@dataclass(frozen=True, slots=True)
class Ended:
    """`broker_order_id` "": the request was refused or never left, so that there is no order to name."""

    end: End
    at: datetime
    words: str
    broker_order_id: str = ""


@dataclass(frozen=True, slots=True)
class Progress:
    """A report's running total, where the trades themselves are not (yet) known."""

    filled_quantity: int
    average_price: Price | None
    at: datetime
    broker_order_id: str


@dataclass(frozen=True, slots=True)
class ChangeAsked:
    """New terms, recorded before they are asked for. `number` counts the changes of one child from 1.

    `quantity` is the new total in units, filled part included. `replace`: the child is cancelled, and once it has
    provably ended, what is left is placed anew. `broker_order_id` names the order that is to be changed, which at the
    time was the only one known; of another one that the broker made of the same request it says nothing.
    """

    number: int
    quantity: int
    order_type: OrderType
    price: Price | None
    trigger_price: Price | None
    disclosed_quantity: int
    at: datetime
    replace: bool = False
    broker_order_id: str = ""


@dataclass(frozen=True, slots=True)
class Modified:
    """The terms now in force at one of the broker's orders; `quantity` is its new total.

    `number` is of the change that did it. `broker_order_id` "": not told, it may be any of them.
    """

    quantity: int
    price: Price | None
    trigger_price: Price | None
    at: datetime
    order_type: OrderType | None = None  # None: as before
    disclosed_quantity: int | None = None
    number: int = 0
    broker_order_id: str = ""


@dataclass(frozen=True, slots=True)
class ChangeOver:
    """A change that is not, and will not come, in force here: refused, not made, or carried by a replacement."""

    number: int
    at: datetime
    words: str


@dataclass(frozen=True, slots=True)
class Filled:
    fill: Fill
    broker_order_id: str


Fact = Accepted | Working | Lost | Absent | Ended | Progress | ChangeAsked | Modified | ChangeOver | Filled

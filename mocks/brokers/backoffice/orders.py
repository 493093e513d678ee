"""An order as a back office sees it: what was asked, its stages with times, and its fills.

Prices are integer paise, quantities shares (lots x lot size), times aware (IST).
"""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import datetime
from enum import StrEnum

from mocks.exchange.model import OrderType, Side, Validity


class Product(StrEnum):
    CNC = "CNC"  # delivery
    MIS = "MIS"  # intraday
    NRML = "NRML"  # carry-forward contracts
    MTF = "MTF"  # delivery on the broker's money


class Stage(StrEnum):
    """Every step an order passes, in the neutral words; servers have their own for each.

    An after-market order that was cancelled before it was sent is CANCELLED with `exchange_number` 0.
    """

    AMO_RECEIVED = "AMO_RECEIVED"  # taken while the market is closed: waits for the next session
    AMO_MODIFIED = "AMO_MODIFIED"  # the same, changed while it waits
    RECEIVED = "RECEIVED"
    VALIDATING = "VALIDATING"
    SENT = "SENT"  # on its way to the exchange ("open pending")
    OPEN = "OPEN"
    TRIGGER_PENDING = "TRIGGER_PENDING"
    TRIGGERED = "TRIGGERED"  # history only: the stop became active, then OPEN
    PARTIAL = "PARTIAL"  # history only: a fill that leaves some; the order is OPEN
    MODIFY_VALIDATING = "MODIFY_VALIDATING"
    MODIFY_SENT = "MODIFY_SENT"
    MODIFIED = "MODIFIED"
    NOT_MODIFIED = "NOT_MODIFIED"
    CANCEL_SENT = "CANCEL_SENT"
    NOT_CANCELLED = "NOT_CANCELLED"  # history only: the exchange would not, the order lives on
    COMPLETE = "COMPLETE"
    CANCELLED = "CANCELLED"
    REJECTED = "REJECTED"


ENDED = frozenset({Stage.COMPLETE, Stage.CANCELLED, Stage.REJECTED})
LIVE = frozenset({Stage.OPEN, Stage.TRIGGER_PENDING})
PARKED = frozenset({Stage.AMO_RECEIVED, Stage.AMO_MODIFIED})


@dataclass(frozen=True, slots=True)
class OrderRequest:
    """What a client asks. `price` for LIMIT and SL, `trigger` for SL and SL-M, else 0.

    `protection`: percent of the last price for MARKET and SL-M; -1 is the broker's automatic percentage; None is
    no protection. Whether that is allowed is for the server to say. `tag` is the client's own mark (may be "").
    `extra` is the server's to keep whatever its wire echoes back (variety, reference ids, flags).

    `amo`: for the next session, taken while the market is closed. `iceberg_legs` (2 or more) sends the quantity
    leg by leg, each an order of its own; `iceberg_quantity` is what one leg holds, 0 leaves it to the office.
    `cover_trigger` (paise) makes it a cover order: once filled, a stop at that trigger closes it (`cover.py`).
    """

    key: str  # EXCHANGE:SYMBOL
    side: Side
    type: OrderType
    product: Product
    quantity: int
    price: int = 0
    trigger: int = 0
    disclosed: int = 0
    validity: Validity = Validity.DAY
    ttl_minutes: int = 0
    protection: float | None = None
    tag: str = ""
    app: str = ""  # api_key of the placing app
    amo: bool = False
    iceberg_legs: int = 0
    iceberg_quantity: int = 0
    cover_trigger: int = 0
    extra: dict[str, str] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Change:
    """A modification; None keeps. `quantity` is the new TOTAL, filled part included."""

    quantity: int | None = None
    price: int | None = None
    trigger: int | None = None
    disclosed: int | None = None
    type: OrderType | None = None
    validity: Validity | None = None
    protection: float | None = None


@dataclass(frozen=True, slots=True)
class Row:
    """One line of an order's history: the order as it was right after `stage`."""

    stage: Stage
    at: datetime
    message: str
    quantity: int
    filled: int
    cancelled: int
    price: int
    trigger: int
    average: float  # paise, 0.0 before the first fill
    type: OrderType
    exchange_order_id: str
    exchange_at: datetime | None = None


@dataclass(frozen=True, slots=True)
class Fill:
    """One execution. `trade_id` is the broker's id, `exchange_trade` the exchange's number."""

    trade_id: str
    exchange_trade: int
    order_id: str
    key: str
    side: Side
    product: Product
    quantity: int
    price: int
    at: datetime


@dataclass(frozen=True, slots=True)
class IcebergLeg:
    """Which part of an iceberg an order is. `remaining_quantity`: what later legs will bring."""

    leg: int  # from 1
    legs: int
    leg_quantity: int
    total_quantity: int
    remaining_quantity: int


@dataclass(slots=True)
class Order:
    """The live order. Quantities: `quantity` = `filled` + `pending` + `cancelled`.

    `exchange_order_id` is "" until it was sent; `exchange_at` None until the exchange answered. `blocked` is the
    margin (paise) now held for its open part. `updated_at` is the last stage's time. `code` is the neutral reason
    of a rejection, or the exchange's word for an end that nobody asked for (ioc, ttl, close, self_trade), else "".

    `stage` is what the broker shows; `resting` what the exchange last said (OPEN, TRIGGER_PENDING; None before it
    answered). They differ while a change is on its way: `in_flight` is its stage then. `cancelled_by` is "client",
    "broker" or "exchange" once the order is CANCELLED. `parent_id` and `children` tie the legs of an iceberg and
    the two orders of a cover order together.
    """

    order_id: str
    user_id: str
    request: OrderRequest
    received_at: datetime
    quantity: int
    price: int
    trigger: int
    disclosed: int
    type: OrderType
    validity: Validity
    protection: float | None
    stage: Stage = Stage.RECEIVED
    message: str = ""
    code: str = ""
    filled: int = 0
    filled_value: int = 0  # paise x shares
    cancelled: int = 0
    exchange_number: int = 0  # the order number in the running exchange
    exchange_base: int = 0  # shares filled before a restart gave the order a new exchange number
    exchange_order_id: str = ""
    exchange_at: datetime | None = None
    updated_at: datetime | None = None
    modifications: int = 0
    blocked: int = 0
    exit_quantity: int = 0  # shares of the open part that close a position (they need no margin)
    reserved: int = 0  # shares that a change on its way would add
    number: int = 0  # the broker's running number
    resting: Stage | None = None
    in_flight: Stage | None = None
    cancelled_by: str = ""
    parent_id: str = ""
    children: list[str] = field(default_factory=list)
    iceberg: IcebergLeg | None = None
    history: list[Row] = field(default_factory=list)
    fills: list[Fill] = field(default_factory=list)

    @property
    def key(self) -> str:
        return self.request.key

    @property
    def side(self) -> Side:
        return self.request.side

    @property
    def product(self) -> Product:
        return self.request.product

    @property
    def tag(self) -> str:
        return self.request.tag

    @property
    def pending(self) -> int:
        return self.quantity - self.filled - self.cancelled if self.stage not in ENDED else 0

    @property
    def average(self) -> float:
        """Paise a share; 0.0 before the first fill."""
        return self.filled_value / self.filled if self.filled else 0.0

    @property
    def ended(self) -> bool:
        return self.stage in ENDED

    @property
    def modified(self) -> bool:
        return self.modifications > 0

    def row(self) -> Row:
        return Row(
            self.stage,
            self.updated_at or self.received_at,
            self.message,
            self.quantity,
            self.filled,
            self.cancelled,
            self.price,
            self.trigger,
            self.average,
            self.type,
            self.exchange_order_id,
            self.exchange_at,
        )


@dataclass(frozen=True, slots=True)
class OrderUpdate:
    """What a listener hears, once for each history row. `order` is live: serialise it in the callback."""

    order: Order
    row: Row
    fill: Fill | None

"""The words of the simulated exchange: instruments, commands in, events out.

Prices are integer paise, quantities integer shares (lots x lot size for contracts), times integer
nanoseconds of the simulated clock since the Unix epoch (UTC). Rules: R1-R9 named in `book.py`.
"""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum


class Side(StrEnum):
    BUY = "B"
    SELL = "S"


class OrderType(StrEnum):
    LIMIT = "LIMIT"
    MARKET = "MARKET"
    SL = "SL"
    SL_M = "SL-M"


class Validity(StrEnum):
    DAY = "DAY"
    IOC = "IOC"
    TTL = "TTL"


class Kind(StrEnum):
    EQUITY = "EQ"
    INDEX = "IDX"
    FUTURE = "FUT"
    CALL = "CE"
    PUT = "PE"


class OrderState(StrEnum):
    OPEN = "OPEN"
    TRIGGER_PENDING = "TRIGGER_PENDING"
    COMPLETE = "COMPLETE"
    CANCELLED = "CANCELLED"
    EXPIRED = "EXPIRED"


@dataclass(frozen=True, slots=True)
class Instrument:
    """One listing or contract. `key` is `EXCHANGE:SYMBOL`, e.g. `NSE:INFY`, `NFO:NIFTY26NOVFUT`."""

    key: str
    exchange: str  # NSE | BSE | NFO | BFO
    symbol: str  # the exchange's own trading symbol
    name: str
    kind: Kind
    token: int  # exchange token (Kite's instrument_token = token * 256 + segment)
    isin: str  # "" for contracts and indices
    lot: int
    tick: int  # paise
    freeze: int  # largest quantity of one order
    prev_close: int  # paise
    band: tuple[int, int] | None  # lowest and highest allowed price, paise
    sector: str = ""
    underlying: str = ""  # key of the underlying for contracts
    expiry: str = ""  # YYYY-MM-DD for contracts
    strike: int = 0  # paise, options only
    derivatives: bool = False  # a cash share that has contracts


@dataclass(frozen=True, slots=True)
class Add:
    """A new order. `client` is the owner's PAN-like id: self-trade prevention compares it."""

    key: str
    order: int  # exchange order number, given by `Exchange.next_order_number()`
    side: Side
    type: OrderType
    quantity: int
    price: int = 0
    trigger: int = 0
    disclosed: int = 0
    validity: Validity = Validity.DAY
    ttl_minutes: int = 0
    protection_pct: float | None = None  # percent of LTP; MARKET and SL-M only
    client: str = ""


@dataclass(frozen=True, slots=True)
class Modify:
    """`None` keeps the old value. `quantity` is the new TOTAL, filled part included (R2)."""

    key: str
    order: int
    quantity: int | None = None
    price: int | None = None
    trigger: int | None = None
    disclosed: int | None = None
    type: OrderType | None = None
    validity: Validity | None = None


@dataclass(frozen=True, slots=True)
class Cancel:
    key: str
    order: int



@dataclass(frozen=True, slots=True)
class Accepted:
    """The order is in the book (or waits for its trigger)."""

    seq: int
    time: int
    key: str
    order: int
    state: OrderState


@dataclass(frozen=True, slots=True)
class Rejected:
    """The command changed nothing (R9). `command` is add | modify | cancel."""

    seq: int
    time: int
    key: str
    order: int
    command: str
    reason: str  # a short stable code, e.g. tick, band, lot, freeze, closed, unknown_order, trigger_reached


@dataclass(frozen=True, slots=True)
class Modified:
    seq: int
    time: int
    key: str
    order: int
    quantity: int
    price: int
    trigger: int


@dataclass(frozen=True, slots=True)
class Triggered:
    """A stop became an active order."""

    seq: int
    time: int
    key: str
    order: int


@dataclass(frozen=True, slots=True)
class Ended:
    """CANCELLED (asked for, IOC rest, self-trade, market rest) or EXPIRED (close, TTL)."""

    seq: int
    time: int
    key: str
    order: int
    state: OrderState
    reason: str


@dataclass(frozen=True, slots=True)
class Trade:
    """A print. `buy` and `sell` are order numbers; `price` is the passive order's (R1)."""

    seq: int
    time: int
    key: str
    trade: int  # trade number, unique for ever
    buy: int
    sell: int
    quantity: int
    price: int
    aggressor: Side


Command = Add | Modify | Cancel
Event = Accepted | Rejected | Modified | Triggered | Ended | Trade


@dataclass(frozen=True, slots=True)
class DepthLevel:
    price: int
    quantity: int  # displayed
    orders: int


@dataclass(frozen=True, slots=True)
class Quote:
    """The market of one instrument. `last_time` is the last trade's, `time` the snapshot's."""

    key: str
    time: int
    last_price: int  # previous close until the first trade
    last_quantity: int
    last_time: int  # 0 before the first trade of the day
    average_price: int
    volume: int
    buy_quantity: int
    sell_quantity: int
    open: int
    high: int
    low: int
    prev_close: int
    open_interest: int
    lower_band: int
    upper_band: int
    bids: tuple[DepthLevel, ...]  # best first, at most 5
    asks: tuple[DepthLevel, ...]

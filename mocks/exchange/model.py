"""The words of the simulated exchange: instruments, commands in, events out.

Prices are integer paise, quantities integer shares (lots x lot size for contracts), times integer nanoseconds
of the simulated clock since the Unix epoch (UTC). Events are named tuples because hundreds of thousands of them
are made in a second. Rules: R1-R9 named in `book.py`.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from enum import StrEnum
from typing import Literal, NamedTuple


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


class Phase(StrEnum):
    CONTINUOUS = "continuous"
    PREOPEN = "preopen"  # limit and market orders are collected for a call auction
    LIMIT_ONLY = "limit_only"  # still collecting; market orders are not entered, changed or cancelled
    MATCHING = "matching"  # the auction is worked out: nothing may be entered, changed or cancelled
    POST_CLOSE = "post_close"  # trades at the closing price only
    HALTED = "halted"
    CLOSED = "closed"


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
    cas_eligible: bool = False  # closes by the closing auction
    series: str = ""  # of a cash listing: EQ at NSE, the group at BSE
    band_percent: int = 0  # width of the daily band; 0: none that is fixed (contracts)
    weekly: bool = False  # an option that does not end with a month
    listed: str = ""  # YYYY-MM-DD, the first day of a contract


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
    """`None` keeps the old value. `quantity` is the new TOTAL, filled part included (R2).

    `seen` is the number of the order's last event that the sender knows (`OpenOrder.activity`, NSE's
    LastActivityReference): when more has happened to the order since, the change is refused as "stale".
    """

    key: str
    order: int
    quantity: int | None = None
    price: int | None = None
    trigger: int | None = None
    disclosed: int | None = None
    type: OrderType | None = None
    validity: Validity | None = None
    seen: int | None = None


@dataclass(frozen=True, slots=True)
class Cancel:
    key: str
    order: int


class Accepted(NamedTuple):
    """The order is in the book (or waits for its trigger)."""

    seq: int
    time: int
    key: str
    order: int
    state: OrderState


class Rejected(NamedTuple):
    """The command changed nothing (R9). `command` is add | modify | cancel."""

    seq: int
    time: int
    key: str
    order: int
    command: str
    reason: str  # a short stable code, e.g. tick, band, lot, freeze, closed, unknown_order, trigger_reached


class Modified(NamedTuple):
    seq: int
    time: int
    key: str
    order: int
    quantity: int
    price: int
    trigger: int


class Triggered(NamedTuple):
    """A stop became an active order."""

    seq: int
    time: int
    key: str
    order: int


class Ended(NamedTuple):
    """CANCELLED (asked for, IOC rest, self-trade, market rest) or EXPIRED (close, TTL)."""

    seq: int
    time: int
    key: str
    order: int
    state: OrderState
    reason: str


class Trade(NamedTuple):
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


@dataclass(frozen=True, slots=True)
class Rules:
    """The choices the rule book leaves open; the defaults are the neutral ones of the case format."""

    stp: Literal["none", "cancel_passive", "cancel_active"] = "none"  # R7
    dq_replenish: Literal["lose", "keep"] = "lose"  # R3
    market_residual: Literal["ltp", "cancel"] = "ltp"  # R6
    sl_on_entry: Literal["reject", "trigger"] = "reject"  # R5
    auction_priority: Literal["limit_first", "market_first"] = "limit_first"  # R8
    halt_purges: bool = True


@dataclass(frozen=True, slots=True)
class OpenOrder:
    """A live client order as the book holds it; `quantity` is the total, filled part included."""

    order: int
    key: str
    side: Side
    type: OrderType  # a stop that fired and a rested market order are LIMIT here
    quantity: int
    filled: int
    shown: int
    price: int
    trigger: int
    state: OrderState
    client: str
    activity: int = 0  # number of the last event that concerned the order, see `Modify.seen`


Command = Add | Modify | Cancel
Event = Accepted | Rejected | Modified | Triggered | Ended | Trade


class DepthLevel(NamedTuple):
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
    bids: tuple[DepthLevel, ...]  # best first, as deep as was asked
    asks: tuple[DepthLevel, ...]
    indicative_price: int = 0  # what a call auction would give now; 0 outside auctions
    indicative_quantity: int = 0
    reference_price: int = 0  # what breaks the auction's ties; 0 outside auctions
    oi_day_high: int = 0
    oi_day_low: int = 0
    prev_open_interest: int = 0  # at the end of the previous trading day


@dataclass(frozen=True, slots=True)
class DayRolled:
    """A trading day ended and another is in force: settle the first, list the second."""

    closed: date
    opened: date

"""What is handed to a broker and what it hands back: the values in the calls of `adapters.broker`."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from datetime import datetime
from decimal import Decimal

from domain.instrument import Exchange, Instrument, InstrumentId
from domain.money import Price
from domain.order import Fill, OrderType, Product, Side, Validity
from domain.report import OrderReport

Clock = Callable[[], datetime]
Credentials = Mapping[str, str]


@dataclass(frozen=True, slots=True)
class Listing:
    """One row of a broker's instrument master. `order_key` is what its orders, positions and holdings name it by,
    `feed_key` what its quotes and ticks name it by. `intraday`: the part of an intraday order's value that the broker's
    list says it blocks; None: no list says it."""

    instrument: Instrument
    order_key: str
    feed_key: str
    intraday: Decimal | None = None


# --- sessions ----------------------------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class Session:
    """A logged-in session. All of it is secret but `broker_user_id`, `expires_at` (aware) and `algo_name`, the name
    under which the exchange knows a registered algorithm ("" for none)."""

    access_token: str
    broker_user_id: str
    expires_at: datetime
    api_key: str = ""
    algo_name: str = ""


@dataclass(frozen=True, slots=True)
class Endpoints:
    """Where a broker is. The sandbox is just other URLs (ADR 0006). No trailing slashes.

    `feed` and `orders_feed` are websocket URLs, empty where the broker's REST hands them out. `proxy` is the account's
    own way out (`http://user:password@host:port`, a secret), "" for none: logins, calls and streams all take it.
    It is on the public internet unless it may be `proxy_inside` (on this machine, in a private network).
    Without one they leave over IPv4 alone, or `ipv6` alone: brokers take orders from one registered address.
    """

    rest: str
    login: str
    feed: str = ""
    orders_feed: str = ""
    instruments: str = ""
    order_rest: str = ""  # a separate host for order writes, else `rest`
    proxy: str = field(default="", repr=False)
    proxy_inside: bool = False
    ipv6: bool = False


@dataclass(frozen=True, slots=True)
class LoginAsked:
    """The person is asked until `expires_at` (aware); the session will be posted to `posts_to`."""

    expires_at: datetime
    posts_to: str


# --- calls -------------------------------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class Profile:
    broker_user_id: str
    name: str
    email: str = ""


@dataclass(frozen=True, slots=True)
class BrokerFill:
    """A trade at the broker and the order it belongs to."""

    broker_order_id: str
    fill: Fill


@dataclass(frozen=True, slots=True)
class Change:
    """New terms of a working order; `quantity` is the new total in units, filled part included."""

    quantity: int
    order_type: OrderType
    validity: Validity
    price: Price | None = None
    trigger_price: Price | None = None
    disclosed_quantity: int = 0


@dataclass(frozen=True, slots=True)
class MarginAsk:
    """An order to be priced by the broker's own margin call."""

    instrument: InstrumentId
    side: Side
    quantity: int
    order_type: OrderType
    product: Product
    price: Price | None = None
    trigger_price: Price | None = None


@dataclass(frozen=True, slots=True)
class Conversion:
    """Move `quantity` units of a position (long: `side` BUY) to another product; `overnight`: its carried part."""

    instrument: InstrumentId
    side: Side
    quantity: int
    old: Product
    new: Product
    overnight: bool = False


@dataclass(frozen=True, slots=True)
class Capabilities:
    """What this account may do today, found by asking (`Broker.probe`). None: could not be told.

    A plan without market data, a read-only token and a segment that is switched off are no dead sessions.
    """

    market_data: bool | None = None
    orders: bool | None = None
    exchanges: frozenset[Exchange] | None = None


@dataclass(frozen=True, slots=True)
class Authorisation:
    """Where the person gives the depository leave to sell: `url` "" when the broker's own app must be used."""

    url: str
    words: str


# --- streams -----------------------------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class Connected:
    """The stream is (again) up, or said something that cannot be read: what happened is not told again, so re-read."""

    at: datetime


StreamEvent = Connected | OrderReport | BrokerFill

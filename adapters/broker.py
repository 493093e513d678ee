"""Brokers behind one interface: the page to read before any adapter.

Every call ends in its value or in one of the four errors of `domain.errors`. A write (place, modify, cancel) that
gets any answer which is not listed in the broker's table raises OutcomeUnknown; it is never sent again.
"""

from __future__ import annotations

from collections.abc import AsyncGenerator, AsyncIterator, Collection, Mapping, Sequence
from contextlib import AbstractAsyncContextManager
from dataclasses import dataclass, field
from datetime import datetime, time
from enum import StrEnum
from typing import Protocol

from adapters.values import (
    Authorisation,
    BrokerFill,
    Capabilities,
    Change,
    Clock,
    Connected,
    Conversion,
    Credentials,
    Endpoints,
    Listing,
    LoginAsked,
    MarginAsk,
    Profile,
    Session,
    StreamEvent,
)
from domain.account import BrokerId, Margin
from domain.conditional import ConditionalIntent, ConditionalKind, ConditionalReport
from domain.instrument import Exchange, InstrumentId
from domain.market import Candle, Mode, Quote, Tick
from domain.money import Money
from domain.order import Accepted, ChildOrder, OrderType, Product, Validity
from domain.position import Holding, Position
from domain.report import OrderReport

# Whoever speaks with a broker finds the whole vocabulary here.
__all__ = [
    "Adapter",
    "Authorisation",
    "Broker",
    "BrokerFill",
    "Capabilities",
    "Change",
    "Clock",
    "Connected",
    "Conversion",
    "CredentialField",
    "Credentials",
    "Endpoints",
    "FeedTerms",
    "Listing",
    "Login",
    "LoginAsked",
    "LoginKind",
    "MarginAsk",
    "MarketFeed",
    "MarketProtection",
    "PhoneLogin",
    "Profile",
    "RateLimit",
    "Session",
    "StreamEvent",
    "Symbols",
    "Terms",
]

# --- what a broker can do, as data -------------------------------------------------------------------------------


class LoginKind(StrEnum):
    REDIRECT = "redirect"  # a page of the broker's, then a code comes back to our callback
    FORM = "form"  # keys typed here are exchanged directly


class MarketProtection(StrEnum):
    """How an order without a price is kept from trading at any price, as the exchanges demand of orders by API."""

    SENT = "sent"  # the adapter sends the exchange's own band with it
    BROKER = "broker"  # its API has no field for it: the broker turns it into a limit order itself
    NONE = "none"  # nobody does: only a simulated broker may be so


@dataclass(frozen=True, slots=True)
class CredentialField:
    name: str
    label: str
    secret: bool
    required: bool
    help: str = ""


@dataclass(frozen=True, slots=True)
class RateLimit:
    """At most `calls` per `seconds`; `kind` is order | quote | history | other."""

    kind: str
    calls: int
    seconds: int


@dataclass(frozen=True, slots=True)
class FeedTerms:
    """How many instruments the price feed of one account carries, and in which modes.

    `carries`: the mode that is subscribed at the broker when one of ours is wanted. `alone` and `mixed` count by that
    mode: on a connection of this mode only, and on one of several; a mode that is not named has no limit of its own.
    """

    connections: int = 1  # at once, for prices
    carries: Mapping[Mode, Mode] = field(default_factory=lambda: {mode: mode for mode in Mode})
    alone: Mapping[Mode, int] = field(default_factory=dict)
    mixed: Mapping[Mode, int] = field(default_factory=dict)
    together: int = 1000  # on one connection, over all modes
    gives: frozenset[Mode] = frozenset(Mode)  # what its ticks really tell; the rest is read over REST

    def fits(self, held: Mapping[Mode, int]) -> bool:
        """Whether one connection may hold so many instruments of each of the broker's modes."""
        modes = [mode for mode, count in held.items() if count]
        limits = self.mixed if len(modes) > 1 else self.alone
        whole = sum(held.values()) <= self.together
        return whole and all(held[mode] <= limits.get(mode, self.together) for mode in modes)


@dataclass(frozen=True, slots=True)
class Terms:
    """What this broker takes and how often, from its documentation (facts in each `terms.py`)."""

    broker: BrokerId
    name: str
    letter: str  # the badge
    login: LoginKind
    credential_fields: tuple[CredentialField, ...]
    session_ends_at: time  # IST, daily
    exchanges: frozenset[Exchange]
    products: frozenset[Product]
    order_types: frozenset[OrderType]
    validities: frozenset[Validity]
    tag_length: tuple[int, int]  # least and most characters
    tag_alphabet: str
    limits: tuple[RateLimit, ...]
    disclosed_quantity: bool
    market_protection: MarketProtection
    modifies: bool = True
    moves_funds: bool = False  # deposit and withdraw by API: simulated brokers only
    order_stream: bool = True
    posts_updates: bool = False  # calls an address of ours about orders, see `Adapter.postback`
    logs_out: bool = False  # ends a session when asked, see `Login.end`
    phone_login: bool = False  # asks for a login in its own app, see `Adapter.phone_login`
    quote_batch: int = 500
    quotes_in_full: bool = True  # many at once come with depth and open interest too
    feed: FeedTerms = field(default_factory=FeedTerms)
    history_days: Mapping[str, int] = field(default_factory=dict)  # of candles in one call, by their interval
    converts: bool = False  # a position can be moved to another product
    conditionals: frozenset[ConditionalKind] = frozenset()  # kinds of GTT the broker itself keeps
    conditional_types: frozenset[OrderType] = frozenset({OrderType.LIMIT})  # what a leg may fire
    after_market: bool = False  # takes orders for the next session while the market is closed
    iceberg_legs: int = 0  # the most legs of an order that goes part after part; 0: takes no such order
    most_changes: int | None = None  # modifications that one order may see; None: no limit is known
    lists_addresses: bool = False  # tells which addresses orders may come from
    exchange_rules: bool = True  # the exchanges' rules for orders by API bind; not at a simulated broker
    margin_rates: Mapping[Product, str] = field(default_factory=dict)  # part of value blocked, an estimate
    visible_after: float = 1.0  # seconds until an accepted order surely shows in the book
    quiet_window: float = 30.0  # seconds of looking by tag before a lost order counts as absent


# --- symbols -----------------------------------------------------------------------------------------------------


class Symbols(Protocol):
    """The names of instruments at one broker, canonical <-> broker's. `None`: not listed there."""

    def listing(self, instrument: InstrumentId) -> Listing | None: ...
    def by_order_key(self, exchange: Exchange, order_key: str) -> InstrumentId | None: ...
    def by_feed_key(self, feed_key: str) -> InstrumentId | None: ...
    def by_isin(self, isin: str) -> InstrumentId | None:
        """The listing of a share this broker knows by ISIN alone; NSE first."""
        ...


# --- sessions ----------------------------------------------------------------------------------------------------


class Login(Protocol):
    """How a session begins. `state` is ours and comes back with the redirect."""

    def url(self, credentials: Credentials, endpoints: Endpoints, *, redirect_uri: str, state: str) -> str:
        """The broker's login page. Only for LoginKind.REDIRECT."""
        ...

    async def session(
        self,
        credentials: Credentials,
        endpoints: Endpoints,
        *,
        answer: Mapping[str, str],
        redirect_uri: str,
        now: datetime,
    ) -> Session:
        """Trade the redirect's query (or the form's keys) for a session.

        Raises BrokerRejected (wrong keys, used code), BrokerUnavailable or OutcomeUnknown (no clear answer).
        """
        ...

    async def end(self, session: Session, endpoints: Endpoints) -> None:
        """Log out: from now on the broker takes this session from nobody. Sent once.

        BrokerRejected where `terms.logs_out` is false, with nothing sent; SessionExpired when it was over already.
        """
        ...


class PhoneLogin(Protocol):
    """A login that the person approves in the broker's own app: the session is then posted to an address of ours."""

    async def ask(self, credentials: Credentials, endpoints: Endpoints) -> LoginAsked:
        """Have the broker ask the person. Raises BrokerRejected, BrokerUnavailable or OutcomeUnknown."""
        ...

    def posted(self, body: bytes, credentials: Credentials, *, now: datetime) -> Session | None:
        """The session in a post, for the app of these credentials. Unproven: ask the broker with it whose it is.

        None: the post is about something else, or cannot be read.
        """
        ...


# --- the broker --------------------------------------------------------------------------------------------------


class Broker(Protocol):
    """One account at one broker, logged in. Reads may be repeated; writes are sent once.

    Every method may raise BrokerRejected, SessionExpired, BrokerUnavailable; reads that get garbage raise
    BrokerUnavailable too; only writes raise OutcomeUnknown. Of holdings, positions, orders and trades a row that cannot
    be read is left out, and `adapters.rows.unread` of the list names it.
    """

    @property
    def terms(self) -> Terms: ...

    async def profile(self) -> Profile: ...
    async def margin(self) -> Margin: ...
    async def holdings(self) -> list[Holding]: ...
    async def positions(self) -> list[Position]: ...

    async def place(self, child: ChildOrder) -> Accepted:
        """Send a new order carrying `child.tag`."""
        ...

    async def modify(self, child: ChildOrder, change: Change) -> None: ...
    async def cancel(self, child: ChildOrder) -> None: ...

    async def orders(self) -> list[OrderReport]:
        """Today's order book, every order of the account, ours or not."""
        ...

    async def order(self, child: ChildOrder) -> OrderReport | None:
        """The latest state of one order by its broker id; None when the broker does not know it. BrokerUnavailable
        when its row cannot be read."""
        ...

    async def find(self, child: ChildOrder) -> list[OrderReport]:
        """Every order that carries `child.tag`: none, one, or (a duplicate) more. None proves that there is none only
        when nothing was left out (`rows.unread`)."""
        ...

    async def trades(self, child: ChildOrder) -> list[BrokerFill]: ...
    async def quotes(self, instruments: Sequence[InstrumentId]) -> list[Quote]: ...
    async def candles(
        self, instrument: InstrumentId, *, interval: str, start: datetime, end: datetime
    ) -> list[Candle]:
        """`interval` is 1m | 5m | 15m | 1h | 1d; oldest first."""
        ...

    async def required_margin(self, ask: MarginAsk) -> Money: ...
    async def required_margins(self, asks: Sequence[MarginAsk]) -> Money:
        """What must be free to send them in this order: a hedge counts where the broker counts it."""
        ...

    async def charges(self, asks: Sequence[MarginAsk]) -> list[Money] | None:
        """The broker's own estimate for each order, in their order; None: it gives none."""
        ...

    async def move_funds(self, amount: Money) -> None:
        """Deposit (positive) or withdraw (negative); BrokerRejected where `terms.moves_funds` is false."""
        ...

    async def convert(self, conversion: Conversion) -> None:
        """A write. BrokerRejected where `terms.converts` is false."""
        ...

    async def conditionals(self) -> list[ConditionalReport]:
        """What the broker itself keeps: all that live, and of those that fired or ended what its list still shows.

        Rows as of `orders`: one that cannot be read stands with its id alone, or is named by `rows.unread`.
        """
        ...

    async def place_conditional(self, intent: ConditionalIntent) -> str:
        """The broker's id. A write without a tag: after OutcomeUnknown only `conditionals` can tell."""
        ...

    async def modify_conditional(self, conditional_id: str, intent: ConditionalIntent) -> None:
        """A write: the whole new intent. BrokerRejected for what the broker cannot change."""
        ...

    async def cancel_conditional(self, report: ConditionalReport) -> None:
        """A write. An order that it has fired already is not touched."""
        ...

    async def probe(self) -> Capabilities:
        """What the account may do, by a few cheap reads; SessionExpired only when the login itself is dead."""
        ...

    async def authorisation(self, needs: Mapping[InstrumentId, int]) -> Authorisation:
        """Begin the depository's leave to sell these units; BrokerRejected when they are not there to be released."""
        ...

    async def addresses(self) -> list[str] | None:
        """The registered addresses orders may come from; None where `terms.lists_addresses` is false."""
        ...

    async def aclose(self) -> None: ...


# --- streams -----------------------------------------------------------------------------------------------------


class MarketFeed(Protocol):
    """Live prices over one connection. One connection only: the caller reconnects."""

    async def subscribe(self, instruments: Collection[InstrumentId], mode: Mode = Mode.LTP) -> None:
        """Also changes the mode of what is subscribed. Instruments that the broker does not list are passed over."""
        ...

    async def unsubscribe(self, instruments: Collection[InstrumentId]) -> None: ...
    def ticks(self) -> AsyncIterator[Tick]:
        """Until the connection ends: BrokerUnavailable; SessionExpired when the login is dead."""
        ...


class Adapter(Protocol):
    """What `registry.BROKERS` holds for each broker: everything needed to use it."""

    @property
    def terms(self) -> Terms: ...
    @property
    def login(self) -> Login: ...
    @property
    def phone_login(self) -> PhoneLogin | None:
        """None where the broker has no such login."""
        ...

    def connect(self, session: Session, endpoints: Endpoints, symbols: Symbols, *, clock: Clock) -> Broker:
        """A broker with its own HTTP client; close it with `aclose`. No request is made."""
        ...

    async def instruments(self, endpoints: Endpoints) -> list[Listing]:
        """The broker's public instrument master."""
        ...

    def market_feed(
        self, session: Session, endpoints: Endpoints, symbols: Symbols, *, clock: Clock
    ) -> AbstractAsyncContextManager[MarketFeed]: ...

    def order_stream(
        self, session: Session, endpoints: Endpoints, symbols: Symbols, *, clock: Clock
    ) -> AsyncGenerator[StreamEvent, None]:
        """Order updates of the whole account over one connection: Connected first, then reports. Ends like `ticks`."""
        ...

    def postback(
        self, body: bytes, headers: Mapping[str, str], secret: str, symbols: Symbols
    ) -> OrderReport | None:
        """What a call from the broker to our address says of an order: a hint to read that order anew, never a fact.

        None: not a call of this broker's, not signed with the account's secret where it signs, or not readable.
        """
        ...

"""One account as this process holds it: its state, the guarded broker while logged in, and the last numbers read."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncGenerator, Callable
from contextlib import AbstractAsyncContextManager
from dataclasses import dataclass, field, replace
from datetime import datetime

from adapters.broker import (
    Adapter,
    Capabilities,
    Clock,
    Endpoints,
    MarketFeed,
    Session,
    StreamEvent,
    Symbols,
    Terms,
)
from adapters.governor import Governor
from adapters.guard import Guarded, GuardSettings, Health
from adapters.room import Room
from domain.account import AccountState, BrokerAccount
from domain.errors import SessionExpired
from domain.fees import STANDARD, FeePlan
from domain.health import Measured
from domain.order import ChildOrder, Side
from domain.portfolio import AccountSnapshot
from orchestrator.accounts.egress import Egress
from orchestrator.accounts.held_breakers import HeldBreaker
from orchestrator.measures.recorder import Book
from orchestrator.telemetry import broker_calls, tracing
from routing.margin import DELIVERED


@dataclass(slots=True, eq=False)
class Connection:
    """Changed only by `Connections`. `broker` is None while nobody is logged in.

    `generation` grows with every new session. `failing_since` is set while the last reading failed.
    """

    account: BrokerAccount
    adapter: Adapter
    endpoints: Endpoints
    symbols: Symbols
    clock: Clock
    book: Book = field(default_factory=Book)  # what is measured of its calls
    governor: Governor | None = None  # outlives sessions: limits count on through a new login
    room: Room | None = None  # what other processes leave of its limits
    opened: Callable[[str], None] = lambda kind: None  # is told which breaker has
    holds: Callable[[], tuple[HeldBreaker, ...]] = lambda: ()  # what holds its breaker open by hand
    allowed: Capabilities = field(default_factory=Capabilities)  # what it may do, as far as the broker told
    probed_at: datetime | None = None
    egress: Egress = field(default_factory=Egress)
    fees: FeePlan = STANDARD
    broker: Guarded | None = None
    session: Session | None = field(default=None, repr=False)
    sealed_session: str | None = field(default=None, repr=False)
    snapshot: AccountSnapshot | None = None
    generation: int = 0
    connected_at: datetime | None = None
    last_error: str | None = None
    failing_since: datetime | None = None
    warned_of: datetime | None = None  # the end of the session that was announced
    proving: asyncio.Task[bool] | None = None
    looking: asyncio.Task[None] | None = None

    # the refresh schedule, in seconds of the event loop's clock
    due_at: float = 0.0
    busy_until: float = 0.0
    tried_at: float = float("-inf")
    refreshing: asyncio.Task[None] | None = None
    fetching: asyncio.Task[None] | None = None  # of the owner's numbers, where that is another process
    dirty: bool = False
    announced: tuple[str, ...] = ()

    @property
    def terms(self) -> Terms:
        return self.adapter.terms

    @property
    def ready(self) -> bool:
        """Whether calls can be made at all."""
        return self.broker is not None and self.account.state is AccountState.CONNECTED

    @property
    def way(self) -> Endpoints:
        """Where the broker is, and which way out leads there."""
        return self.egress.through(self.endpoints)

    @property
    def barred(self) -> bool:
        """Whether the broker said that something of its offer is closed to this account."""
        allowed = self.allowed
        whole = allowed.exchanges is None or allowed.exchanges >= self.terms.exchanges
        return allowed.orders is False or not whole

    def exits(self, child: ChildOrder) -> bool:
        """Whether the order only closes what the last reading shows of this contract and product."""
        positions = self.snapshot.positions if self.snapshot else ()
        held = sum(
            one.quantity
            for one in positions
            if one.instrument == child.instrument and one.product is child.product
        )
        return child.quantity <= (held if child.side is Side.SELL else -held)

    @property
    def held(self) -> HeldBreaker | None:
        """Of those by whom its breaker is held open by hand, the one that says most."""
        return next(iter(self.holds()), None)

    def held_against(self, child: ChildOrder) -> str | None:
        """Why no more of such an order may leave for it; what gives back what is held there always may."""
        held = self.held
        returns = child.side is Side.SELL and child.product in DELIVERED
        return None if held is None or returns or self.exits(child) else held.words(self.clock())

    def health(self) -> Health | None:
        """What the guard measured; None while nobody is logged in."""
        return self.broker.health() if self.broker else None

    def order_stream(self) -> AsyncGenerator[StreamEvent, None]:
        """One connection's order updates. Raises SessionExpired when nobody is logged in."""
        return self.adapter.order_stream(self._live(), self.way, self.symbols, clock=self.clock)

    def market_feed(self) -> AbstractAsyncContextManager[MarketFeed]:
        """One connection's prices. Raises SessionExpired when nobody is logged in."""
        return self.adapter.market_feed(self._live(), self.way, self.symbols, clock=self.clock)

    def _live(self) -> Session:
        if self.session is None:
            raise SessionExpired("not logged in")
        return self.session

    def begin(self, session: Session, sealed: str, settings: GuardSettings) -> Guarded | None:
        """Use a new session. Returns the broker of the old one, to be closed when its calls are over."""
        old = self.broker
        inner = self.adapter.connect(session, self.way, self.symbols, clock=self.clock)
        self.broker = Guarded(
            inner,
            settings,
            wall=lambda: self.clock().timestamp(),
            governor=self.governor,
            measured=self._measured,
            address_refused=self._address_refused,
            room=self.room,
            opened=self.opened,
            held=self.held_against,
        )
        self.session, self.sealed_session = session, sealed
        self.generation += 1
        self.failing_since = None
        self.due_at = 0.0
        return old

    def _measured(self, call: Measured) -> None:
        self.book.measured(call)
        broker_calls.count(self.account.broker, call)
        if tracing.on():
            broker, end = self.account.broker.value, call.end.value
            tracing.took(f"{broker} {call.call}", call.seconds, broker=broker, call=call.call, outcome=end)

    def _address_refused(self, words: str) -> None:
        self.egress = self.egress.refused(words, self.clock())

    def end(self, state: AccountState, words: str | None, now: datetime) -> Guarded | None:
        """Nobody is logged in any more; the last numbers stay, as old ones. Returns the broker to be closed."""
        old, self.broker = self.broker, None
        self.session = self.sealed_session = None
        self.account = replace(self.account, state=state)
        self.last_error = words
        if self.snapshot is not None:
            self.snapshot = self.snapshot.aged(now)
        return old

"""The rules for orders by API, kept before anything leaves: how many, how often changed, and of what kind.

One governor an account: it counts every order call of ours there, per exchange (the exchange's rule) and over all
exchanges (the broker's limits). A part of every window is kept for cancels and exits.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import dataclass

from adapters.broker import Change, MarketProtection, RateLimit, Terms
from adapters.budget import DAY, Window, span
from adapters.room import Share
from domain.instrument import Exchange
from domain.order import ChildOrder, OrderType, Validity
from domain.report import OrderReport

# From the tenth order a second in one exchange segment an algorithm must be registered: NSE/INVG/67858, 5 May 2025.
# What is below is kept for clocks that disagree and for delays of the network.
LEGAL_ORDERS_A_SECOND = 10
ORDERS_A_SECOND = 8
LEAST_RESERVE, RESERVED_PART = 2, 20  # calls of each window, and one in so many
RULES_OF_APRIL = "rules for orders by API in force since 1 April 2026"
NO_IOC = frozenset({Exchange.MCX})  # from algorithms
# Without a price of their own. NNF circular 8.1.12: plain market orders are not permitted for algorithms.
UNPRICED = frozenset({OrderType.MARKET, OrderType.SL_M})
IST_AHEAD = 19_800.0  # seconds


@dataclass(frozen=True, slots=True)
class Call:
    """One order call. `orders`: new orders that it makes at the broker (an iceberg's legs count each); 0: none.

    `urgent`: a cancel, or an order that only closes a position: it may use the reserve.
    """

    exchange: Exchange
    orders: int = 0
    urgent: bool = False


@dataclass(frozen=True, slots=True)
class Hold:
    """Not now: `rule` says why, and it may be asked again in `seconds`."""

    seconds: float
    rule: str


class DayCount:
    """New orders of one IST day, whoever sent them: ours, and what else the broker's book shows."""

    def __init__(self, most: int) -> None:
        self.most = most
        self._day, self._count = -1, 0

    def at_least(self, now: float, orders: int) -> None:
        """Learn that there have been so many today: from our records, or from the broker's book."""
        self._turn(now)
        self._count = max(self._count, orders)

    def wait(self, now: float, orders: int, reserve: int) -> float:
        """Seconds until `orders` more fit; 0.0 when they do now."""
        self._turn(now)
        if not orders or self._count + orders <= self.most - reserve:
            return 0.0
        return (self._day + 1) * DAY - IST_AHEAD - now

    def room(self, now: float, reserve: int) -> int:
        """How many more orders fit today."""
        self._turn(now)
        return max(0, self.most - reserve - self._count)

    def add(self, now: float, orders: int) -> None:
        self._turn(now)
        self._count += orders

    def _turn(self, now: float) -> None:
        day = ist_day(now)
        if day != self._day:
            self._day, self._count = day, 0


class Governor:
    """Not thread-safe: one event loop owns it. `clock` gives seconds of wall time since 1970, UTC."""

    def __init__(
        self, terms: Terms, clock: Callable[[], float], *, orders_a_second: int = ORDERS_A_SECOND
    ) -> None:
        if not 1 <= orders_a_second < LEGAL_ORDERS_A_SECOND:
            raise ValueError(f"orders a second: 1 to {LEGAL_ORDERS_A_SECOND - 1}")
        self._terms, self._clock, self._a_second = terms, clock, orders_a_second
        limits = [limit for limit in terms.limits if limit.kind == "order"]
        self._account = [Window(limit) for limit in limits if limit.seconds < DAY]
        self._exchanges: dict[Exchange, Window] = {}
        self._days = [DayCount(limit.calls) for limit in limits if limit.seconds >= DAY]

    @property
    def counts_days(self) -> bool:
        """Whether the broker has a limit of a day."""
        return bool(self._days)

    def take(self, call: Call, *, among: int = 1) -> Hold | None:
        """Count the call and return None, or count nothing and say what holds it. `among`: so many programs send to
        the account without knowing of each other's calls, and each keeps to its part."""
        now = self._clock()
        if (hold := self._hold(call, now, among)) is not None:
            return hold
        for window in self._windows(call.exchange):
            window.add(now)
        for day in self._days:
            day.add(now, call.orders)
        return None

    def hold(self, call: Call) -> Hold | None:
        """What would hold the call now. Counts nothing."""
        return self._hold(call, self._clock())

    def shares(self, call: Call) -> list[Share]:
        """What the call takes of limits that other programs of ours may use up as well. Those of a day are not among
        them: the broker's book tells of everybody's orders."""
        return [
            Share(
                call.exchange if window.limit.kind == "exchange" else f"orders {window.limit.seconds}",
                window.span,
                max(1, window.limit.calls - (0 if call.urgent else reserve(window.limit.calls))),
                self._rule(window.limit),
            )
            for window in self._windows(call.exchange)
        ]

    def orders_left(self, exchange: Exchange, *, within: float, urgent: bool = False) -> int | None:
        """How many new orders may be sent at least, the last of them `within` seconds from now; None: no rule binds."""
        now = self._clock()
        rooms = [
            window.room(now, 0 if urgent else reserve(window.limit.calls), within=within)
            for window in self._windows(exchange)
        ]
        rooms += [day.room(now, 0 if urgent else reserve(day.most)) for day in self._days]
        return min(rooms, default=None)

    def sent_today(self, orders: int) -> None:
        """There have been at least so many new orders today (IST), by our records or by the broker's book."""
        now = self._clock()
        for day in self._days:
            day.at_least(now, orders)

    def book_shows(self, reports: Iterable[OrderReport]) -> None:
        """The broker's book counts what other programs and apps sent, too."""
        today = ist_day(self._clock())
        self.sent_today(sum(1 for report in reports if ist_day(report.at.timestamp()) == today))

    def changes_left(self, child: ChildOrder) -> int | None:
        """How many more modifications the broker will take of this order, those asked so far taken off; None: no limit
        is known. At 0 it must be cancelled and placed anew."""
        most = self._terms.most_changes
        return None if most is None else max(0, most - (child.asked.number if child.asked else 0))

    def forbids(self, child: ChildOrder, change: Change | None = None) -> str | None:
        """The rule by which this order, or this change of it, may never be sent; None when it may."""
        if child.validity not in self._terms.validities:
            return f"{self._terms.name} takes no {child.validity} orders"
        if not self._terms.exchange_rules:
            return None
        asked = child if change is None else change
        exchange, ioc = child.instrument.exchange, asked.validity is Validity.IOC
        if ioc and exchange in NO_IOC:
            return f"{exchange} takes no IOC orders by API ({RULES_OF_APRIL})"
        if ioc and asked.disclosed_quantity:
            return "the exchanges take no IOC order that hides a part of its quantity"
        if asked.order_type in UNPRICED and self._terms.market_protection is MarketProtection.NONE:
            return (
                f"{self._terms.name} protects no {asked.order_type} order, and the exchanges take no unprotected "
                f"one by API ({RULES_OF_APRIL}): use a limit"
            )
        return None

    def _hold(self, call: Call, now: float, among: int = 1) -> Hold | None:
        holds = [
            Hold(wait, self._rule(window.limit))
            for window in self._windows(call.exchange)
            if (wait := window.wait(now, 0 if call.urgent else reserve(window.limit.calls), among=among)) > 0
        ]
        holds += [
            Hold(wait, f"{self._terms.name} takes {day.most:,} orders a day over all programs and apps")
            for day in self._days
            if (wait := day.wait(now, call.orders, 0 if call.urgent else reserve(day.most))) > 0
        ]
        return max(holds, key=lambda hold: hold.seconds, default=None)

    def _windows(self, exchange: Exchange) -> list[Window]:
        if not self._terms.exchange_rules:
            return self._account
        if exchange not in self._exchanges:
            limit = RateLimit("exchange", self._a_second, 1)
            self._exchanges[exchange] = Window(limit)
        return [*self._account, self._exchanges[exchange]]

    def _rule(self, limit: RateLimit) -> str:
        if limit.kind == "exchange":
            return (
                f"{limit.calls} order calls a second to one exchange, below the legal {LEGAL_ORDERS_A_SECOND}"
            )
        return f"{self._terms.name} takes {limit.calls:,} order calls {span(limit.seconds)}"


def ist_day(now: float) -> int:
    """Days since 1970 in India. `now` in seconds, UTC."""
    return int((now + IST_AHEAD) // DAY)


def reserve(calls: int) -> int:
    """How many of so many calls are kept for cancels and exits."""
    return max(LEAST_RESERVE, calls // RESERVED_PART)

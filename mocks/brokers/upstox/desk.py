"""What every Upstox endpoint needs: the caller, what his token may do, budgets, hours, errors in the envelope."""

from __future__ import annotations

from collections.abc import Awaitable, Callable, MutableMapping
from dataclasses import replace
from datetime import datetime, time, timedelta
from enum import StrEnum
from typing import TYPE_CHECKING, Any

from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

from mocks.brokers.backoffice.accounts import Session
from mocks.brokers.backoffice.office import BackOffice
from mocks.brokers.backoffice.orders import OrderRequest
from mocks.brokers.backoffice.profile import IST
from mocks.brokers.backoffice.refusal import Refusal
from mocks.brokers.backoffice.switches import Switches
from mocks.brokers.limits import Budget, Limits
from mocks.brokers.server import client_address, may_order_from
from mocks.brokers.upstox import wire
from mocks.brokers.upstox.listing import Files
from mocks.brokers.upstox.names import Names
from mocks.brokers.upstox.wire import Problem
from mocks.exchange.history import Candle
from mocks.exchange.model import Phase

if TYPE_CHECKING:
    from mocks.exchange.venue import Exchange

Endpoint = Callable[[Request, str], Awaitable[Response]]
PublicEndpoint = Callable[[Request], Awaitable[Response]]
OPENS = time(5, 30)  # orders and funds are shut from midnight until then


class Topic(StrEnum):
    """What a call is about: decides which tokens may make it, from where, and which budget it uses."""

    TRADE = "trade"  # places, changes or cancels orders: from the registered address only
    BOOK = "book"  # order book, order details and history, positions, holdings
    PORTFOLIO = "portfolio"  # trades, funds, reports
    MARKET = "market"  # prices, history, instruments, margins and charges asked for
    ACCOUNT = "account"  # profile, addresses, kill switch, conversion, logout


# A year-long token of a partner's app reads the books; the analytics token reads prices, and the books when it
# calls from the client's registered address (since June 2026).
EXTENDED, ANALYTICS = "extended", "analytics"
SCOPES = {EXTENDED: frozenset({Topic.BOOK}), ANALYTICS: frozenset({Topic.MARKET})}
AT_HOME = {ANALYTICS: frozenset({Topic.BOOK, Topic.PORTFOLIO})}

ORDERS, OTHERS = "orders", "others"
BUDGETS = {
    ORDERS: (Budget(10, 1, "second"), Budget(500, 60, "minute"), Budget(2000, 1800, "half hour")),
    OTHERS: (Budget(50, 1, "second"), Budget(500, 60, "minute"), Budget(2000, 1800, "half hour")),
}


class Desk:
    def __init__(self, office: BackOffice, exchange: Exchange, base_url: str) -> None:
        self.office, self.exchange, self.base_url = office, exchange, base_url
        self.names = Names(exchange.instruments, office.market.seen)
        self.files = Files(self.names)
        self._limits = Limits(BUDGETS, lambda: exchange.now)
        exchange.on_day(lambda rolled: self._new_day())

    def _new_day(self) -> None:
        self.names.refresh()
        self.files.refresh()

    @property
    def switches(self) -> Switches:
        return self.office.switches

    # who ----------------------------------------------------------------------------------------------------

    def bearer(self, scope: MutableMapping[str, Any]) -> str:
        """The access token of a request, "" without one."""
        for name, value in scope["headers"]:
            if name == b"authorization":
                word: str = value.decode("latin-1")
                return word[7:] if word[:7].lower() == "bearer " else ""
        return ""

    def session(self, scope: MutableMapping[str, Any]) -> Session:
        """The session behind the token. Raises Problem(UDAPI100050)."""
        try:
            return self.office.directory.session(self.bearer(scope))
        except Refusal as no:
            raise Problem("UDAPI100050", "Invalid token used to access API") from no

    def caller(self, scope: MutableMapping[str, Any], topic: Topic) -> str:
        """The user, if this token may do that from there and within the budget. Raises Problem."""
        session = self.session(scope)
        user_id, address = session.user_id, client_address(scope)
        if session.scope and topic not in SCOPES[session.scope]:
            registered = self.switches.static_ips.get(user_id, ())
            if topic not in AT_HOME.get(session.scope, ()) or address not in registered:
                raise Problem(
                    "UDAPI100067", "The API you are trying to access is not permitted with this token"
                )
        self.count(user_id, ORDERS if topic is Topic.TRADE else OTHERS)
        if topic is Topic.TRADE and not may_order_from(self.switches, user_id, address):
            allowed = ", ".join(self.switches.static_ips.get(user_id, ())) or "none"
            raise Problem(
                "UDAPI1154",
                f"Access to this API has been restricted due to static IP restrictions. Configured: {allowed}, "
                f"request came from {address}",
            )
        return user_id

    def count(self, user_id: str, kind: str, times: int = 1) -> None:
        """Use up a budget. Raises Problem(UDAPI10005) when it is spent; requests refused so count as well."""
        if not self.switches.rate_limits:
            return
        broken = [budget for _ in range(times) if (budget := self._limits.check(kind, user_id))]
        if broken:
            raise Problem("UDAPI10005", f"Too Many Request Sent: {broken[0].limit} in a {broken[0].name}")

    def in_service(self, code: str = "UDAPI100074") -> None:
        """Raises Problem in the nightly break, if the sandbox keeps hours."""
        if self.switches.service_hours and self.office.now().astimezone(IST).time() < OPENS:
            raise Problem(code, "The service is accessible from 5:30 AM to 12:00 AM IST")

    def for_session(self, asked: OrderRequest, app: str) -> OrderRequest:
        """The order as the session's app sends it: after-market when its market is shut (`is_amo` is not looked at)."""
        closed = self.exchange.phase_of(asked.key) is Phase.CLOSED
        return replace(asked, app=app, amo=closed and not self.exchange.always_open)

    def candles(self, key: str, minutes: int | None, start: datetime, end: datetime) -> list[Candle]:
        """Candles that begin in [start, end], oldest first."""
        held = self.exchange.quote(key).open_interest
        return self.exchange.history.candles(key, minutes, start, end, today_interest=held)

    def bars_of_today(self, key: str, minutes: int) -> list[Candle]:
        midnight = datetime.combine(self.exchange.day, time(), IST)
        return self.candles(key, minutes, midnight, midnight + timedelta(days=1))

    # routes -------------------------------------------------------------------------------------------------

    def route(self, path: str, endpoint: Endpoint, method: str, topic: Topic) -> Route:
        """A route for logged-in callers."""

        async def serve(request: Request) -> Response:
            return await endpoint(request, self.caller(request.scope, topic))

        return self.public(path, serve, method)

    def public(self, path: str, endpoint: PublicEndpoint, method: str) -> Route:
        async def serve(request: Request) -> Response:
            try:
                return await endpoint(request)
            except Problem as problem:
                return wire.error_reply(problem)
            except Refusal as no:
                return wire.error_reply(wire.refused(no))

        return Route(path, serve, methods=[method])

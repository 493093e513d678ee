"""What every Groww call needs: the back office, the names, and whose token a request carries."""

from __future__ import annotations

from typing import TYPE_CHECKING

from starlette.requests import HTTPConnection

from mocks.brokers.backoffice.accounts import App, Session
from mocks.brokers.backoffice.office import BackOffice
from mocks.brokers.backoffice.refusal import Code, Refusal
from mocks.brokers.backoffice.switches import Plan
from mocks.brokers.faults import Scope
from mocks.brokers.groww.envelope import NOT_AUTHORISED, Failure, TooMany
from mocks.brokers.groww.names import Names
from mocks.brokers.groww.references import References
from mocks.brokers.limits import Budget, Limits
from mocks.brokers.server import client_address, may_order_from

if TYPE_CHECKING:
    from mocks.exchange.venue import Exchange


DAY_SECONDS = 86_400
BUDGETS = {
    "auth": (Budget(5, 1), Budget(30, 60), Budget(150, DAY_SECONDS)),
    "orders": (Budget(10, 1), Budget(250, 60)),
    "live": (Budget(10, 1), Budget(300, 60)),
    "other": (Budget(20, 1), Budget(500, 60)),
}


class Branch:
    def __init__(self, office: BackOffice, exchange: Exchange) -> None:
        self.office = office
        self.exchange = exchange
        self.references = References(office)
        self.names = Names(office.market.seen).renewed(exchange.instruments)
        exchange.on_day(lambda _: self._rename())  # new series come, expired ones go
        self._limits = Limits(BUDGETS, lambda: int(office.now().timestamp() * 1e9))

    def _rename(self) -> None:
        self.names = self.names.renewed(self.exchange.instruments)

    def count(self, kind: str, owner: str) -> None:
        """Raises TooMany when the budget of this kind is spent; the kinds are Groww's."""
        if self.office.switches.rate_limits and self._limits.check(kind, owner) is not None:
            raise TooMany

    def session(self, request: HTTPConnection, count: str = "other") -> Session:
        """Raises Refusal(no_session | session_expired), TooMany."""
        session = self.office.directory.session(bearer(request.headers.get("authorization", "")))
        self.count(count, session.user_id)
        return session

    def user(self, request: HTTPConnection) -> str:
        return self.session(request).user_id

    def ordering_user(self, request: HTTPConnection) -> str:
        """For calls that write orders: only from a registered address."""
        user_id = self.session(request, "orders").user_id
        address = client_address(request.scope)
        if not may_order_from(self.office.switches, user_id, address):
            raise Failure(403, NOT_AUTHORISED, f"IP address {address} is not registered for order placement")
        return user_id

    def market_user(self, request: HTTPConnection, count: str = "live") -> str:
        return self.market_session(request, count).user_id

    def market_session(self, request: HTTPConnection, count: str) -> Session:
        """For market data and the feed: 403 without the paid subscription."""
        session = self.session(request, count)
        app = self.office.directory.apps.get(session.api_key)
        if (app is not None and not app.data) or self.office.switches.plan is Plan.PERSONAL:
            raise Failure(403, NOT_AUTHORISED, "Access forbidden: no active Trading API subscription")
        return session

    def app_of(self, request: HTTPConnection) -> App:
        """The API key in the place of the token: only the token mint takes it."""
        return self.office.directory.app(bearer(request.headers.get("authorization", "")))

    def account_of(self, scope: Scope) -> str | None:
        """The user behind a request's token, dead tokens included."""
        for name, value in scope["headers"]:
            if name == b"authorization":
                try:
                    token = bearer(value.decode("latin-1"))
                except Refusal:
                    return None
                directory = self.office.directory
                session = directory.sessions.get(token)
                app = directory.apps.get(token)
                return session.user_id if session else (app.user_id or None) if app else None
        return None


def bearer(header: str) -> str:
    kind, _, token = header.partition(" ")
    if kind.lower() != "bearer" or not token:
        raise Refusal(Code.NO_SESSION, "Authorization token missing")
    return token.strip()

"""What every Groww call needs: the back office, the names, and whose token a request carries."""

from __future__ import annotations

from typing import TYPE_CHECKING

from starlette.requests import HTTPConnection

from mocks.brokers.backoffice.accounts import App, Session
from mocks.brokers.backoffice.office import BackOffice
from mocks.brokers.backoffice.refusal import Code, Refusal
from mocks.brokers.faults import Scope
from mocks.brokers.groww.envelope import NOT_AUTHORISED, Failure
from mocks.brokers.groww.names import Names

if TYPE_CHECKING:
    from mocks.exchange.venue import Exchange


class Branch:
    def __init__(self, office: BackOffice, exchange: Exchange) -> None:
        self.office = office
        self.exchange = exchange
        self.names = Names(exchange.instruments)

    def session(self, request: HTTPConnection) -> Session:
        """Raises Refusal(no_session | session_expired)."""
        return self.office.directory.session(bearer(request.headers.get("authorization", "")))

    def user(self, request: HTTPConnection) -> str:
        return self.session(request).user_id

    def market_user(self, request: HTTPConnection) -> str:
        """For live data: 403 without the paid subscription."""
        session = self.session(request)
        app = self.office.directory.apps.get(session.api_key)
        if app is not None and not app.data:
            raise Failure(403, NOT_AUTHORISED, "Access forbidden: no active Trading API subscription")
        return session.user_id

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

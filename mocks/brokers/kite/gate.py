"""Kite's gate: session, registered address, budgets and plan of a request, in that order, before anything is done."""

from __future__ import annotations

from enum import StrEnum
from urllib.parse import parse_qs

from mocks.brokers.backoffice.accounts import Session
from mocks.brokers.backoffice.office import BackOffice
from mocks.brokers.backoffice.switches import Plan
from mocks.brokers.faults import Scope
from mocks.brokers.kite.reply import NETWORK, PERMISSION, TOKEN, KiteError
from mocks.brokers.limits import Budget, Limits
from mocks.brokers.server import client_address, may_order_from

PER_SECOND = "Too many requests"
PER_DAY = "Maximum allowed order requests exceeded."


class Call(StrEnum):
    """What Kite counts a request as. Quotes, history and other reads are counted by API key, orders by account."""

    QUOTE = "quote"
    HISTORICAL = "historical"
    OTHER = "other"
    ORDER = "order"  # place, modify and cancel together
    PLACED = "placed"  # every order and iceberg leg, refused ones too


BUDGETS: dict[str, tuple[Budget, ...]] = {
    Call.QUOTE: (Budget(1, 1, PER_SECOND),),
    Call.HISTORICAL: (Budget(3, 1, PER_SECOND),),
    Call.OTHER: (Budget(10, 1, PER_SECOND),),
    Call.ORDER: (Budget(10, 1, PER_SECOND), Budget(400, 60, PER_DAY)),
    Call.PLACED: (Budget(5000, 86_400, PER_DAY),),
}
DATA = frozenset({Call.QUOTE, Call.HISTORICAL})


class Gate:
    def __init__(self, office: BackOffice) -> None:
        self._office = office
        self._limits = Limits(BUDGETS, lambda: int(office.now().timestamp() * 1e9))

    def admit(self, scope: Scope, call: Call) -> Session:
        """The session behind a request that may go on. Raises KiteError or Refusal."""
        session = self.session(scope)
        if call is Call.ORDER:
            self._check_address(scope, session)
        self.spend(call, session)
        if call in DATA:
            self.may_read(session)
        return session

    def session(self, scope: Scope) -> Session:
        key, token = credentials(scope)
        session = self._office.directory.session(token)
        if session.api_key != key:
            raise KiteError(403, TOKEN, "Incorrect `api_key` or `access_token`.")
        return session

    def spend(self, call: Call, session: Session) -> None:
        """Count one request. Raises 429 NetworkException."""
        if not self._office.switches.rate_limits:
            return
        owner = session.user_id if call in (Call.ORDER, Call.PLACED) else session.api_key
        broken = self._limits.check(call, owner)
        if broken is not None:
            raise KiteError(429, NETWORK, broken.name)

    def may_read(self, session: Session) -> None:
        """A Personal app has neither quotes nor history nor the stream."""
        personal = self._office.switches.plan is Plan.PERSONAL
        if personal or not self._office.directory.app(session.api_key).data:
            raise KiteError(403, PERMISSION, "Insufficient permission for that call.")

    def _check_address(self, scope: Scope, session: Session) -> None:
        """Orders come from registered addresses only. The status and type of the refusal are not documented."""
        switches, user_id = self._office.switches, session.user_id
        if may_order_from(switches, user_id, client_address(scope)):
            return
        known = user_id in switches.static_ips
        text = (
            "IP address is not allowed to place orders for this app."
            if known
            else "No IPs configured for this app."
        )
        raise KiteError(403, PERMISSION, text)


def credentials(scope: Scope) -> tuple[str, str]:
    """API key and access token, of the header or (websocket) of the query."""
    for name, value in scope["headers"]:
        if name == b"authorization":
            scheme, _, pair = value.decode("latin-1").partition(" ")
            key, _, token = pair.partition(":")
            return (key, token) if scheme.lower() == "token" else ("", "")
    query = parse_qs(scope.get("query_string", b"").decode("latin-1"))
    return query.get("api_key", [""])[0], query.get("access_token", [""])[0]

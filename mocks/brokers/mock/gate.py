"""What stands before every private call of the Mock broker: a session, its budgets, its allowed addresses."""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from dataclasses import dataclass

from starlette.requests import Request
from starlette.responses import Response

from mocks.brokers.backoffice.accounts import Session
from mocks.brokers.backoffice.office import BackOffice
from mocks.brokers.backoffice.switches import Plan
from mocks.brokers.limits import Budget, Limits
from mocks.brokers.mock import inputs
from mocks.brokers.server import client_address, may_order_from

ORDERS, READS = "orders", "reads"
BUDGETS = {
    ORDERS: (Budget(10, 1, "10 per second"), Budget(400, 60, "400 per minute")),
    READS: (Budget(20, 1, "20 per second"), Budget(600, 60, "600 per minute")),
}
MARKET_DATA = frozenset({"/quotes", "/ltp", "/candles", "/depth"})
Endpoint = Callable[[Request, Session], Awaitable[Response]]


@dataclass(slots=True)
class Barred(Exception):
    """A definite no before anything was done."""

    status: int
    code: str
    message: str


class Gate:
    """`signed(endpoint)` is the endpoint behind the gate; `order=True` for those that trade."""

    def __init__(self, office: BackOffice) -> None:
        self._office = office
        self._limits = Limits(BUDGETS, lambda: round(office.now().timestamp() * 1e9))

    def signed(self, endpoint: Endpoint, *, order: bool = False) -> Callable[[Request], Awaitable[Response]]:
        async def handle(request: Request) -> Response:
            session = self._office.directory.session(inputs.token_of(request.scope))
            self._check(request, session, order=order)
            return await endpoint(request, session)

        return handle

    def _check(self, request: Request, session: Session, *, order: bool) -> None:
        switches = self._office.switches
        if switches.rate_limits:
            broken = self._limits.check(ORDERS if order else READS, session.user_id)
            if broken is not None:
                raise Barred(429, "too_many_requests", f"Too many requests: {broken.name}")
        if order and not may_order_from(switches, session.user_id, client_address(request.scope)):
            raise Barred(422, "ip_not_allowed", "Orders are not allowed from this IP address")
        if switches.plan is Plan.PERSONAL and request.url.path in MARKET_DATA:
            raise Barred(422, "not_in_plan", "This app's plan has no market data")

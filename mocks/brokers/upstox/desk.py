"""What every Upstox endpoint needs: who is calling, whether the service is open, and errors in the envelope."""

from __future__ import annotations

from collections.abc import Awaitable, Callable, MutableMapping
from datetime import time
from typing import TYPE_CHECKING, Any

from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

from mocks.brokers.backoffice.office import BackOffice
from mocks.brokers.backoffice.profile import IST
from mocks.brokers.backoffice.refusal import Refusal
from mocks.brokers.upstox import wire
from mocks.brokers.upstox.names import Names
from mocks.brokers.upstox.wire import Problem

if TYPE_CHECKING:
    from mocks.exchange.venue import Exchange

Endpoint = Callable[[Request, str], Awaitable[Response]]
PublicEndpoint = Callable[[Request], Awaitable[Response]]
OPENS = time(5, 30)  # orders and funds are shut from midnight until then


class Desk:
    def __init__(self, office: BackOffice, exchange: Exchange, base_url: str) -> None:
        self.office, self.exchange, self.base_url = office, exchange, base_url
        self.names = Names(exchange.instruments)

    def bearer(self, scope: MutableMapping[str, Any]) -> str:
        """The access token of a request, "" without one."""
        for name, value in scope["headers"]:
            if name == b"authorization":
                word: str = value.decode("latin-1")
                return word[7:] if word[:7].lower() == "bearer " else ""
        return ""

    def caller(self, scope: MutableMapping[str, Any]) -> str:
        """The user behind the token. Raises Problem(UDAPI100050)."""
        try:
            return self.office.directory.session(self.bearer(scope)).user_id
        except Refusal as no:
            raise Problem("UDAPI100050", "Invalid token used to access API") from no

    def in_service(self, code: str = "UDAPI100074") -> None:
        """Raises Problem in the nightly break. A sandbox that is always open has none."""
        if not self.exchange.always_open and self.office.now().astimezone(IST).time() < OPENS:
            raise Problem(code, "The service is accessible from 5:30 AM to 12:00 AM IST")

    def route(self, path: str, endpoint: Endpoint, method: str) -> Route:
        """A route for logged-in callers."""

        async def serve(request: Request) -> Response:
            try:
                return await endpoint(request, self.caller(request.scope))
            except Problem as problem:
                return wire.error_reply(problem)
            except Refusal as no:
                return wire.error_reply(wire.refused(no))

        return Route(path, serve, methods=[method])

    def public(self, path: str, endpoint: PublicEndpoint, method: str) -> Route:
        async def serve(request: Request) -> Response:
            try:
                return await endpoint(request)
            except Problem as problem:
                return wire.error_reply(problem)
            except Refusal as no:
                return wire.error_reply(wire.refused(no))

        return Route(path, serve, methods=[method])

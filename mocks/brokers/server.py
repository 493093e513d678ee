"""What the broker servers share on the HTTP side: fast JSON replies and the shape of a server module."""

from __future__ import annotations

from decimal import Decimal, InvalidOperation
from typing import TYPE_CHECKING, Any, Protocol

import orjson
from starlette.convertors import Convertor, register_url_convertor
from starlette.exceptions import HTTPException
from starlette.requests import Request
from starlette.responses import Response

from mocks.brokers.backoffice.office import BackOffice
from mocks.brokers.backoffice.profile import Profile
from mocks.brokers.backoffice.switches import Switches
from mocks.brokers.faults import ASGIApp, FaultPlan, Scope

if TYPE_CHECKING:
    from mocks.exchange.venue import Exchange


class ServerModule(Protocol):
    """`mocks.brokers.<name>.server`."""

    PROFILE: Profile

    def app(self, office: BackOffice, exchange: Exchange, faults: FaultPlan, *, base_url: str) -> ASGIApp:
        """The broker's ASGI app, already wrapped in `Faulty`. `base_url` is http://127.0.0.1:PORT, no slash."""


def json_reply(data: Any, status: int = 200, headers: dict[str, str] | None = None) -> Response:
    return Response(orjson.dumps(data), status, headers, media_type="application/json")


async def no_such_call(request: Request, error: Exception) -> Response:
    """For `exception_handlers`: an unknown path (404) or method (405) in JSON too."""
    assert isinstance(error, HTTPException)
    message = f"{error.detail}: {request.method} {request.url.path}"
    return json_reply({"error": {"code": "no_such_call", "message": message}}, error.status_code)


# What a client may send: rupees that a JSON float carries to the paisa, quantities of 32 bits, short numbers in text.
MOST_RUPEES = 10**13
MOST_SHARES = 2**31 - 1
MOST_DIGITS = 18


def rupees(paise: float) -> float:
    """Paise to a JSON float of rupees with at most four decimals, as the brokers send them."""
    return round(paise / 100, 4)


def paise(rupees_text: str | float | int) -> int:
    """Rupees as sent by a client (form text or JSON number) to integer paise. Raises ValueError."""
    try:
        given = Decimal(str(rupees_text))
    except InvalidOperation as bad:
        raise ValueError(f"not a number: {rupees_text!r}") from bad
    return whole_paise(given)


def whole_paise(rupees: Decimal) -> int:
    """Raises ValueError for parts of a paisa and for more than `MOST_RUPEES`."""
    if not rupees.is_finite() or not -MOST_RUPEES <= rupees <= MOST_RUPEES:
        raise ValueError(f"not an amount: {rupees}")
    exact = rupees * 100
    if exact != exact.to_integral_value():
        raise ValueError(f"not whole paise: {rupees}")
    return int(exact)


def natural(text: str) -> int | None:
    """A number in plain digits, at most `MOST_DIGITS` of them; None for anything else."""
    return int(text) if text.isascii() and text.isdigit() and len(text) <= MOST_DIGITS else None


def client_address(scope: Scope) -> str:
    """Where a request comes from: the peer, or whom a proxy on the loopback names first in X-Forwarded-For."""
    peer = str((scope.get("client") or ("",))[0])
    if peer.startswith("127.") or peer == "::1":
        for name, value in scope["headers"]:
            if name == b"x-forwarded-for":
                return str(value.decode("latin-1").split(",")[0].strip())
    return peer


def may_order_from(switches: Switches, user_id: str, address: str) -> bool:
    """The static-IP rule of April 2026: orders only from a registered address; a user without one is free unless
    the switch demands it."""
    registered = switches.static_ips.get(user_id)
    if registered is None:
        return not switches.require_static_ip
    return address in registered


class Number(Convertor[int]):
    """`{name:number}` in a path: an id of at most 18 digits; a longer one is no address (404)."""

    regex = "[0-9]{1,18}"

    def convert(self, value: str) -> int:
        return int(value)

    def to_string(self, value: int) -> str:
        return str(value)


register_url_convertor("number", Number())

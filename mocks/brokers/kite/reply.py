"""Kite's envelopes: success, and an error with its HTTP status, error_type and words for every refusal."""

from __future__ import annotations

from datetime import datetime
from typing import Any
from urllib.parse import parse_qsl

from starlette.requests import Request
from starlette.responses import Response

from mocks.brokers.backoffice.profile import IST
from mocks.brokers.backoffice.refusal import Code, Refusal
from mocks.brokers.server import json_reply

INPUT, TOKEN, MARGIN, HOLDING = "InputException", "TokenException", "MarginException", "HoldingException"
ORDER, NETWORK, GENERAL = "OrderException", "NetworkException", "GeneralException"
PERMISSION, USER = "PermissionException", "UserException"

# Everything that is not here is 400 InputException.
STATUSES = {
    Code.INSUFFICIENT_FUNDS: (400, MARGIN),
    Code.INSUFFICIENT_HOLDINGS: (400, HOLDING),
    Code.NEEDS_AUTHORISATION: (428, HOLDING),
    Code.NO_SESSION: (403, TOKEN),
    Code.SESSION_EXPIRED: (403, TOKEN),
    Code.BAD_CODE: (403, TOKEN),
    Code.UNKNOWN_ORDER: (404, GENERAL),
    Code.NOT_OPEN: (400, ORDER),
    Code.BEING_PROCESSED: (400, ORDER),
    Code.UNKNOWN_CONDITION: (404, GENERAL),
    Code.TOO_MANY_CHANGES: (429, NETWORK),
    Code.BLOCKED: (403, USER),
}


class KiteError(Exception):
    """An answer that is an error."""

    def __init__(self, status: int, error_type: str, message: str) -> None:
        super().__init__(message)
        self.status, self.error_type, self.message = status, error_type, message


def bad_input(message: str) -> KiteError:
    return KiteError(400, INPUT, message)


def refused(no: Refusal) -> KiteError:
    status, error_type = STATUSES.get(no.code, (400, INPUT))
    return KiteError(status, error_type, words(no))


def words(no: Refusal) -> str:
    """Kite's own words where they are known."""
    match no.code:
        case Code.INSUFFICIENT_FUNDS:
            needs, has = int(no.fields["needs"]) / 100, int(no.fields["has"]) / 100
            return (
                f"Insufficient funds. Required margin is {needs:.2f} but available margin is {has:.2f}. "
                "Check the orderbook for open orders."
            )
        case Code.NO_SESSION | Code.SESSION_EXPIRED:
            return "Incorrect `api_key` or `access_token`."
        case Code.BAD_CODE:
            return "Token is invalid or has expired."
        case Code.UNKNOWN_ORDER:
            return "Couldn't find that `order_id`."
        case Code.NOT_OPEN:
            return "Order cannot be modified or cancelled as it is being processed or is already closed."
        case Code.BEING_PROCESSED:
            return "Order cannot be modified or cancelled as it is being processed. Please try again later."
        case Code.TOO_MANY_CHANGES:
            return "Maximum allowed order modifications exceeded."
        case Code.UNKNOWN_CONDITION:
            return "Trigger not found."
        case Code.BAD_ICEBERG:
            return "Invalid `iceberg_quantity`."
        case Code.UNKNOWN_INSTRUMENT:
            return "The instrument you are placing an order for has either expired or does not exist."
        case _:
            return no.message


def success(data: Any) -> Response:
    return json_reply({"status": "success", "data": data})


def failure(error: KiteError) -> Response:
    body = {"status": "error", "message": error.message, "data": None, "error_type": error.error_type}
    return json_reply(body, error.status)


async def form(request: Request) -> dict[str, str]:
    """The urlencoded body; the last of repeated fields counts."""
    return dict(parse_qsl((await request.body()).decode(errors="replace"), keep_blank_values=True))


def stamp(moment: datetime | None) -> str | None:
    """Naive text in IST."""
    return moment.astimezone(IST).isoformat(" ", "seconds")[:19] if moment else None

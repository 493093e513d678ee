"""Kite's mutual fund calls: an account that holds none. Orders and SIPs are placed through the API no longer."""

from __future__ import annotations

from starlette.requests import Request
from starlette.responses import Response

from mocks.brokers.backoffice.accounts import Session
from mocks.brokers.kite.reply import GENERAL, PERMISSION, KiteError, success

HEADER = (
    "tradingsymbol,amc,name,purchase_allowed,redemption_allowed,minimum_purchase_amount,purchase_amount_multiplier,"
    "minimum_additional_purchase_amount,minimum_redemption_quantity,redemption_quantity_multiplier,"
    "dividend_type,scheme_type,plan,settlement_type,last_price,last_price_date"
)


async def nothing(request: Request, session: Session) -> Response:
    """Orders, SIPs and holdings: none."""
    return success([])


async def unknown(request: Request, session: Session) -> Response:
    raise KiteError(404, GENERAL, "Couldn't find that mutual fund order or SIP.")


async def closed(request: Request, session: Session) -> Response:
    raise KiteError(403, PERMISSION, "Mutual fund orders can no longer be placed through the API.")


async def instruments(request: Request) -> Response:
    """The fund list: its header and no fund."""
    return Response(HEADER + "\n", media_type="text/csv")

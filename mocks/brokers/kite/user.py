"""Kite's calls about the user: profile, full profile, margins of the equity and commodity segments."""

from __future__ import annotations

from typing import Any

from starlette.requests import Request
from starlette.responses import Response

from mocks.brokers.backoffice.accounts import Session, User
from mocks.brokers.backoffice.office import BackOffice
from mocks.brokers.backoffice.portfolio import Funds
from mocks.brokers.kite.reply import bad_input, stamp, success
from mocks.brokers.server import rupees

EXCHANGES = ["NSE", "BSE", "NFO", "BFO", "CDS", "BCD", "MCX", "MF"]


def person(user: User) -> dict[str, Any]:
    """The part of the profile that a login answers too."""
    return {
        "user_id": user.user_id,
        "user_type": "individual",
        "email": user.email,
        "user_name": user.name,
        "user_shortname": user.name.partition(" ")[0],
        "broker": "ZERODHA",
        "exchanges": EXCHANGES,
        "products": ["CNC", "NRML", "MIS", "MTF", "CO"],
        "order_types": ["MARKET", "LIMIT", "SL", "SL-M"],
        "avatar_url": None,
        "meta": {"demat_consent": "consent" if user.ddpi else "empty"},
    }


def segment_margin(funds: Funds | None) -> dict[str, Any]:
    """Usable is `net` = cash + collateral - debits; None is a segment that is not enabled."""
    return {
        "enabled": funds is not None,
        "net": rupees(funds.available) if funds else 0,
        "available": {
            "adhoc_margin": 0,
            "cash": rupees(funds.cash) if funds else 0,
            "opening_balance": rupees(funds.opening_cash) if funds else 0,
            "live_balance": rupees(funds.available) if funds else 0,
            "collateral": rupees(funds.collateral) if funds else 0,
            "intraday_payin": rupees(funds.payin) if funds else 0,
        },
        "utilised": {
            "debits": rupees(funds.used) if funds else 0,
            "exposure": rupees(funds.exposure + funds.var) if funds else 0,
            "m2m_realised": rupees(-funds.realised) if funds else 0,
            "m2m_unrealised": rupees(-funds.unrealised) if funds else 0,
            "option_premium": rupees(funds.premium) if funds else 0,
            "payout": 0,
            "span": rupees(funds.span) if funds else 0,
            "holding_sales": rupees(funds.sale_credit) if funds else 0,
            "turnover": 0,
            "liquid_collateral": 0,
            "stock_collateral": rupees(funds.collateral_used) if funds else 0,
            "delivery": rupees(funds.delivery_debit + funds.delivery_margin) if funds else 0,
        },
    }


class UserCalls:
    def __init__(self, office: BackOffice) -> None:
        self._office = office

    async def profile(self, request: Request, session: Session) -> Response:
        return success(person(self._office.directory.user(session.user_id)))

    async def full_profile(self, request: Request, session: Session) -> Response:
        """As the Go client knows it; account numbers and the PAN are masked."""
        user = self._office.directory.user(session.user_id)
        about = person(user)
        del about["meta"]
        return success(
            about
            | {
                "phone": f"*{user.mobile[-4:]}",
                "twofa_type": "totp",
                "pan": f"*{user.pan[-4:]}",
                "bank_accounts": [{"name": "SANDBOX BANK", "branch": "", "account": f"*{user.mobile[-4:]}"}],
                "dp_ids": [f"12081600{user.mobile[-8:].zfill(8)}"],
                "tags": [],
                "password_timestamp": stamp(session.created_at),
                "twofa_timestamp": stamp(session.created_at),
                "meta": {"poa": "ddpi" if user.ddpi else "none", "silo": "", "account_blocks": []},
            }
        )

    async def margins(self, request: Request, session: Session) -> Response:
        both = {
            "equity": segment_margin(self._office.funds(session.user_id)),
            "commodity": segment_margin(None),
        }
        segment = request.path_params.get("segment")
        if segment is not None and segment not in both:
            raise bad_input("Invalid `segment`.")
        return success(both[segment] if segment else both)

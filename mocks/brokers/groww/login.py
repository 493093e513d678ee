"""Logging in at Groww: access tokens for an API key and its proof, and the feed's own tokens."""

from __future__ import annotations

import hashlib
import hmac
import uuid
from collections import deque
from datetime import datetime, timedelta

import pyotp
from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

from mocks.brokers.backoffice.accounts import App
from mocks.brokers.backoffice.refusal import Refusal
from mocks.brokers.groww.branch import Branch
from mocks.brokers.groww.envelope import Failure, answering, bad_request, json_object, success
from mocks.brokers.groww.feed import FeedTokens
from mocks.brokers.groww.orders import iso
from mocks.brokers.server import json_reply

MINTS_PER_DAY = 150
TIMESTAMP_LIFE = timedelta(minutes=10)


class Login:
    def __init__(self, branch: Branch, tokens: FeedTokens) -> None:
        self._branch = branch
        self._tokens = tokens
        self._mints: dict[str, deque[datetime]] = {}

    def routes(self) -> list[Route]:
        return [
            Route("/v1/token/api/access", self.mint, methods=["POST"]),
            Route("/v1/changelog", self.changelog),
            Route("/v1/api/apex/v1/socket/token/create/", answering(self.socket_token), methods=["POST"]),
        ]

    async def changelog(self, _: Request) -> Response:
        """The SDK asks at every start and prints what it finds."""
        return json_reply({})

    async def mint(self, request: Request) -> Response:
        """Alone of all calls it answers without an envelope, and its errors carry `displayMessage`."""
        try:
            app = self._branch.app_of(request)
            body = await json_object(request)
        except Refusal as no:
            return _no(401, no.message)
        except Failure as no:
            return _no(no.status, no.message)
        if not self._may_mint(app):
            return _no(429, "Too many access token requests: 150 in 24 hours")
        wrong = self._wrong(app, body)
        if wrong:
            return _no(400, wrong)
        session = self._branch.office.directory.open_session(app.user_id, app.api_key)
        return json_reply(
            {
                "token": session.access_token,
                "tokenRefId": str(uuid.uuid4()),
                "sessionName": "api",
                "expiry": iso(session.expires_at),
                "isActive": True,
            }
        )

    def _may_mint(self, app: App) -> bool:
        now = self._branch.office.now()
        mints = self._mints.setdefault(app.api_key, deque())
        while mints and mints[0] <= now - timedelta(days=1):
            mints.popleft()
        if len(mints) >= MINTS_PER_DAY:
            return False
        mints.append(now)
        return True

    def _wrong(self, app: App, body: dict[str, object]) -> str:
        """Why the proof does not hold, or "". The docs send the timestamp as text, the SDK as a number."""
        if not app.user_id:
            return "This API key belongs to no user"
        now = self._branch.office.now()
        match body.get("key_type"):
            case "approval":
                timestamp = str(body.get("timestamp"))
                if (
                    not timestamp.isdigit()
                    or abs(now.timestamp() - int(timestamp)) > TIMESTAMP_LIFE.total_seconds()
                ):
                    return "Timestamp is invalid or older than 10 minutes"
                checksum = hashlib.sha256((app.api_secret + timestamp).encode()).hexdigest()
                return "" if hmac.compare_digest(checksum, str(body.get("checksum"))) else "Invalid checksum"
            case "totp":
                if not app.totp_secret:
                    return "TOTP is not enabled for this API key"
                code = str(body.get("totp"))
                good = pyotp.TOTP(app.totp_secret).verify(code, for_time=now, valid_window=1)
                return "" if good else "Invalid TOTP"
            case other:
                return f"Invalid key_type: {other}"

    async def socket_token(self, request: Request) -> Response:
        session = self._branch.session(request)
        key = (await json_object(request)).get("socketKey")
        if not isinstance(key, str) or not key.startswith("U"):
            raise bad_request("socketKey must be a user public key")
        token, subscription_id = self._tokens.issue(session, key)
        return success({"token": token, "subscriptionId": subscription_id})


def _no(status: int, message: str) -> Response:
    return json_reply({"status": "FAILURE", "error": {"code": "GA001", "displayMessage": message}}, status)

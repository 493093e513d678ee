"""Logging in at Groww: access tokens for an API key and its proof, the daily approval, and the feed's own tokens."""

from __future__ import annotations

import hashlib
import hmac
import uuid
from datetime import datetime, timedelta

import pyotp
from starlette.requests import Request
from starlette.responses import HTMLResponse, Response
from starlette.routing import Route

from mocks.brokers import login_page
from mocks.brokers.backoffice.accounts import App
from mocks.brokers.backoffice.profile import next_time_of_day
from mocks.brokers.backoffice.refusal import Refusal
from mocks.brokers.groww.branch import Branch
from mocks.brokers.groww.envelope import Failure, TooMany, answering, bad_request, json_object, success
from mocks.brokers.groww.feed import FeedTokens
from mocks.brokers.groww.orders import iso
from mocks.brokers.server import json_reply, natural

TIMESTAMP_LIFE = timedelta(minutes=10)
KEYS_PAGE = "/trade-api/api-keys"


class Login:
    def __init__(self, branch: Branch, tokens: FeedTokens) -> None:
        self._branch = branch
        self._tokens = tokens
        self._approved_until: dict[str, datetime] = {}  # by API key: until the next 06:00
        self._last_step: dict[str, int] = {}  # by API key: the newest TOTP time step that was taken

    def routes(self) -> list[Route]:
        return [
            Route("/v1/token/api/access", self.mint, methods=["POST"]),
            Route(KEYS_PAGE, self.keys_page, methods=["GET"]),
            Route(KEYS_PAGE, self.approve, methods=["POST"]),
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
            self._branch.count("auth", app.api_key)
            body = await json_object(request)
        except TooMany:
            return _no(429, "Too many access token requests")
        except Refusal as no:
            return _no(401, no.message)
        except Failure as no:
            return _no(no.status, no.message)
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

    def _wrong(self, app: App, body: dict[str, object]) -> str:
        """Why the proof does not hold, or "". The docs send the timestamp as text, the SDK as a number."""
        if not app.user_id:
            return "This API key belongs to no user"
        match body.get("key_type"):
            case "approval":
                return self._wrong_checksum(app, str(body.get("timestamp")), str(body.get("checksum")))
            case "totp":
                return self._wrong_totp(app, str(body.get("totp")))
            case other:
                return f"Invalid key_type: {other}"

    def _wrong_checksum(self, app: App, timestamp: str, checksum: str) -> str:
        now = self._branch.office.now()
        at = natural(timestamp)
        if at is None or abs(now.timestamp() - at) > TIMESTAMP_LIFE.total_seconds():
            return "Timestamp is invalid or older than 10 minutes"
        expected = hashlib.sha256((app.api_secret + timestamp).encode()).hexdigest()
        if not hmac.compare_digest(expected.encode(), checksum.encode()):
            return "Invalid checksum"
        if self._branch.office.switches.daily_approval and not self._approved(app):
            return f"API key is not approved for today: approve it on {KEYS_PAGE}"
        return ""

    def _approved(self, app: App) -> bool:
        until = self._approved_until.get(app.api_key)
        return until is not None and self._branch.office.now() < until

    def _wrong_totp(self, app: App, code: str) -> str:
        if not app.totp_secret:
            return "TOTP is not enabled for this API key"
        totp, now = pyotp.TOTP(app.totp_secret), self._branch.office.now()
        steps = [totp.timecode(now) + offset for offset in (-1, 0, 1)]
        step = next((one for one in steps if hmac.compare_digest(totp.generate_otp(one), code)), None)
        if step is None:
            return "Invalid TOTP"
        if self._branch.office.switches.totp_once and step <= self._last_step.get(app.api_key, -1):
            return "This TOTP was used already: wait for the next one"
        self._last_step[app.api_key] = step
        return ""

    async def keys_page(self, _: Request) -> Response:
        """Where a person approves today's use of the API keys."""
        return HTMLResponse(self._page())

    async def approve(self, request: Request) -> Response:
        form = await request.form()
        office = self._branch.office
        try:
            user = office.directory.authenticate(
                str(form.get("user_id")), str(form.get("password")), str(form.get("pin"))
            )
        except Refusal as no:
            return HTMLResponse(self._page(no.message), 401)
        until = next_time_of_day(office.now(), 6)
        for app in office.directory.apps.values():
            if app.user_id == user.user_id:
                if form.get("decision") == "approve":
                    self._approved_until[app.api_key] = until
                else:
                    self._approved_until.pop(app.api_key, None)
        return HTMLResponse(
            self._page(f"{user.user_id}: {form.get('decision')} until {until:%d %b %H:%M} IST")
        )

    def _page(self, note: str = "") -> str:
        return login_page.render(
            title="Groww",
            colour="#00b386",
            app_name="Your API key",
            action=KEYS_PAGE,
            hidden={},
            user_ids=list(self._branch.office.directory.users),
            error=note,
        )

    async def socket_token(self, request: Request) -> Response:
        session = self._branch.market_session(request, "auth")
        key = (await json_object(request)).get("socketKey")
        if not isinstance(key, str) or not key.startswith("U"):
            raise bad_request("socketKey must be a user public key")
        token, subscription_id = self._tokens.issue(session, key)
        return success({"token": token, "subscriptionId": subscription_id})


def _no(status: int, message: str) -> Response:
    return json_reply({"status": "FAILURE", "error": {"code": "GA001", "displayMessage": message}}, status)

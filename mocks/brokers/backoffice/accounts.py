"""Who may talk to a broker: users, apps, one-time login codes and sessions.

Times are aware. Codes and tokens are random; nothing here is real money, so they are kept as they are.
"""

from __future__ import annotations

import hmac
import secrets
from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from urllib.parse import urlsplit

import pyotp

from mocks.brokers.backoffice.refusal import Code, Refusal

LOOPBACK = frozenset({"127.0.0.1", "localhost", "::1"})


@dataclass(slots=True)
class User:
    """A client of the broker. `opening_cash` (paise) is what the account is opened with. `ddpi`: shares may be sold
    without a depository authorisation."""

    user_id: str
    name: str
    email: str
    mobile: str
    pan: str
    password: str
    pin: str
    totp_secret: str
    opening_cash: int = 0
    ddpi: bool = True
    blocked_segments: list[str] = field(default_factory=list)  # the kill switch: NSE, BSE, NFO, BFO


@dataclass(slots=True)
class App:
    """An API client. `redirect_url` "" allows any loopback URL. `user_id` "" serves every user, else only that
    one. `totp_secret` belongs to brokers that log in by API key and TOTP. `data`: may read market data.
    `postback_url`: where order updates are posted, `notifier_url`: where an approved token is posted; loopback
    addresses, "" for nowhere."""

    api_key: str
    api_secret: str
    name: str = "Sandbox demo"
    redirect_url: str = ""
    user_id: str = ""
    totp_secret: str = ""
    data: bool = True
    postback_url: str = ""
    notifier_url: str = ""

    def redirect_allowed(self, url: str) -> bool:
        if self.redirect_url:
            return url == self.redirect_url
        parts = urlsplit(url)
        return parts.scheme in ("http", "https") and parts.hostname in LOOPBACK


@dataclass(slots=True)
class LoginCode:
    code: str
    user_id: str
    api_key: str
    redirect_url: str
    expires_at: datetime


@dataclass(slots=True)
class Session:
    """A logged-in user of one app. `refresh_token` "" when the broker has none. `scope` "" may do everything;
    other words are the broker's own, for tokens that only read."""

    access_token: str
    user_id: str
    api_key: str
    created_at: datetime
    expires_at: datetime
    refresh_token: str = ""
    public_token: str = field(default_factory=lambda: secrets.token_hex(16))
    scope: str = ""


class Directory:
    """Users, apps, codes and sessions of one broker.

    `clock` gives the time; `expiry` the moment at which a session begun now ends; `token` makes an access token
    of (user id, expiry).
    """

    def __init__(
        self,
        clock: Callable[[], datetime],
        expiry: Callable[[datetime], datetime],
        token: Callable[[str, datetime], str],
    ) -> None:
        self._clock = clock
        self._expiry = expiry
        self._token = token
        self.users: dict[str, User] = {}
        self.apps: dict[str, App] = {}
        self.codes: dict[str, LoginCode] = {}
        self.sessions: dict[str, Session] = {}

    def clear(self) -> None:
        for register in (self.users, self.apps, self.codes, self.sessions):
            register.clear()

    def user(self, user_id: str) -> User:
        """Raises Refusal(unknown_user)."""
        found = self.users.get(user_id)
        if found is None:
            raise Refusal(Code.UNKNOWN_USER, f"Unknown user {user_id}")
        return found

    def app(self, api_key: str) -> App:
        """Raises Refusal(unknown_app)."""
        found = self.apps.get(api_key)
        if found is None:
            raise Refusal(Code.UNKNOWN_APP, "Unknown API key")
        return found

    def authenticate(self, user_id: str, password: str, pin: str) -> User:
        """The login page's check; `pin` may be the PIN or the TOTP of now. Raises Refusal(bad_login)."""
        user = self.users.get(user_id)
        if user is None or not _same(user.password, password) or not self._second_factor(user, pin):
            raise Refusal(Code.BAD_LOGIN, "Wrong user ID, password or PIN")
        return user

    def _second_factor(self, user: User, pin: str) -> bool:
        return _same(user.pin, pin) or pyotp.TOTP(user.totp_secret).verify(
            pin, for_time=self._clock(), valid_window=1
        )

    def issue_code(self, user_id: str, api_key: str, redirect_url: str = "", *, seconds: int = 300) -> str:
        """A one-time code for the redirect back to the app."""
        self.user(user_id)
        app = self.app(api_key)
        if app.user_id and app.user_id != user_id:
            raise Refusal(Code.UNKNOWN_USER, "The user is not enabled on the app")
        code = secrets.token_urlsafe(24).replace("-", "x").replace("_", "y")
        self.codes[code] = LoginCode(
            code, user_id, api_key, redirect_url, self._clock() + timedelta(seconds=seconds)
        )
        return code

    def redeem_code(self, code: str, api_key: str, redirect_url: str | None = None) -> User:
        """Single use. Raises Refusal(bad_code); the secret or checksum is the server's to check, before."""
        found = self.codes.pop(code, None)
        if (
            found is None
            or found.api_key != api_key
            or found.expires_at <= self._clock()
            or (redirect_url is not None and found.redirect_url != redirect_url)
        ):
            raise Refusal(Code.BAD_CODE, "The login code is invalid or has expired")
        return self.user(found.user_id)

    def open_session(
        self,
        user_id: str,
        api_key: str,
        *,
        refresh: bool = False,
        scope: str = "",
        expires_at: datetime | None = None,
    ) -> Session:
        """A new session; earlier ones of the same user stay valid. `expires_at` None: the broker's own hour."""
        self.user(user_id)
        now = self._clock()
        expires_at = expires_at or self._expiry(now)
        session = Session(
            access_token=self._token(user_id, expires_at),
            user_id=user_id,
            api_key=api_key,
            created_at=now,
            expires_at=expires_at,
            refresh_token=secrets.token_hex(16) if refresh else "",
            scope=scope,
        )
        self.sessions[session.access_token] = session
        return session

    def session(self, access_token: str) -> Session:
        """Raises Refusal(no_session) or Refusal(session_expired)."""
        found = self.sessions.get(access_token)
        if found is None:
            raise Refusal(Code.NO_SESSION, "Unknown access token")
        if found.expires_at <= self._clock():
            raise Refusal(Code.SESSION_EXPIRED, "The access token has expired")
        return found

    def close_session(self, access_token: str) -> None:
        """Logout: the token is unknown from now on."""
        self.sessions.pop(access_token, None)

    def expire_sessions(self, user_id: str | None = None) -> int:
        """End the sessions of a user (None: everybody's) now; how many were alive."""
        now = self._clock()
        ended = 0
        for session in self.sessions.values():
            if user_id in (None, session.user_id) and session.expires_at > now:
                session.expires_at = now
                ended += 1
        return ended


def _same(left: str, right: str) -> bool:
    return hmac.compare_digest(left.encode(), right.encode())

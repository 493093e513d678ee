"""Logging in at Groww: keys are exchanged directly, in one of three ways, and live until 06:00 IST.

One request per login and no loop: Groww mints at most 150 tokens a day.
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Mapping
from datetime import datetime, time, timedelta

import httpx
import pyotp

from adapters import http
from adapters.broker import Credentials, Endpoints, Session
from adapters.groww import wire, wire_portfolio
from domain.calendar import IST
from domain.errors import BrokerError, BrokerRejected, BrokerUnavailable, OutcomeUnknown, SessionExpired

_ENDS = time(6, 0)


def headers(bearer: str) -> dict[str, str]:
    """All three are mandatory by the documentation."""
    return {"Authorization": f"Bearer {bearer}", "Accept": "application/json", "X-API-VERSION": "1.0"}


def ends_at(now: datetime) -> datetime:
    """The next 06:00 IST after `now`."""
    local = now.astimezone(IST)
    today = datetime.combine(local.date(), _ENDS, IST)
    return today if local < today else today + timedelta(days=1)


class GrowwLogin:
    """`credentials` and `answer` are read together: a pasted token wins, then TOTP, then the key's secret."""

    def url(self, credentials: Credentials, endpoints: Endpoints, *, redirect_uri: str, state: str) -> str:
        raise BrokerRejected("Groww has no login page for other programs: enter the keys instead")

    async def session(
        self,
        credentials: Credentials,
        endpoints: Endpoints,
        *,
        answer: Mapping[str, str],
        redirect_uri: str,
        now: datetime,
    ) -> Session:
        keys = {name: value.strip() for name, value in {**credentials, **answer}.items() if value.strip()}
        token, expiry = keys.get("access_token"), None
        if token is None:
            token, expiry = await _mint(endpoints, keys, now)
        user_id = await _user_id(endpoints, token)
        daily = ends_at(now)
        return Session(token, user_id, min(daily, expiry) if expiry else daily)

    async def end(self, session: Session, endpoints: Endpoints) -> None:
        """Its documentation and SDK have no such call."""
        raise BrokerRejected("Groww has no call that ends a session: it ends by itself at 06:00 IST")


async def _mint(endpoints: Endpoints, keys: Mapping[str, str], now: datetime) -> tuple[str, datetime | None]:
    api_key = keys.get("api_key")
    if api_key is None:
        raise BrokerRejected("enter an API key with its secret or TOTP secret, or an access token")
    async with _client(endpoints, api_key) as client:
        request = client.build_request(
            "POST",
            "/token/api/access",
            content=json.dumps(_proof(keys, now)).encode(),
        )
        response = await http.send_write(client, request)
    return minted(response.status_code, response.content)


def _proof(keys: Mapping[str, str], now: datetime) -> dict[str, str]:
    """The body that proves who asks. Raises BrokerRejected when there is nothing to prove it with."""
    if code := keys.get("totp"):
        return {"key_type": "totp", "totp": code}
    if secret := keys.get("totp_secret"):
        try:
            return {"key_type": "totp", "totp": pyotp.TOTP(secret.replace(" ", "")).at(now)}
        except ValueError as error:  # not base32
            raise BrokerRejected("the TOTP secret is not one: letters A-Z and digits 2-7 only") from error
    if secret := keys.get("api_secret"):
        timestamp = str(int(now.timestamp()))
        checksum = hashlib.sha256(f"{secret}{timestamp}".encode()).hexdigest()
        return {"key_type": "approval", "checksum": checksum, "timestamp": timestamp}
    raise BrokerRejected("an API key needs its secret or its TOTP secret")


def minted(status: int, content: bytes) -> tuple[str, datetime | None]:
    """Token and expiry of the mint's answer, which alone of all has no envelope."""
    try:
        body = http.exact_json(content)
    except ValueError:
        body = None
    found = body if isinstance(body, dict) else {}
    if 200 <= status < 300 and isinstance(found.get("token"), str) and found["token"]:
        return found["token"], _expiry(found.get("expiry"))
    raise _refusal(status, found)


def _expiry(value: object) -> datetime | None:
    try:
        return wire.moment(value)
    except ValueError:  # the documented hour stands then
        return None


def _refusal(status: int, body: wire.Json) -> BrokerError:
    said = body.get("error")
    error: wire.Json = said if isinstance(said, dict) else {}
    words = str(error.get("displayMessage") or error.get("message") or f"Groww answered HTTP {status}")
    code = str(error["code"]) if error.get("code") else None
    if status == 429:
        return BrokerUnavailable(words, code=code)
    if status in (400, 401, 403, 404):
        return BrokerRejected(words, code=code)
    return OutcomeUnknown(words, code=code)


async def _user_id(endpoints: Endpoints, token: str) -> str:
    """Who the token speaks for. Raises BrokerRejected when it is not valid."""
    async with _client(endpoints, token) as client:
        response = await http.send_read(client, client.build_request("GET", "/user/detail"))
    try:
        payload = wire.payload_of(response.status_code, response.content, write=False)
        return wire_portfolio.profile(payload).broker_user_id
    except SessionExpired as error:
        raise BrokerRejected(error.words, code=error.code) from error
    except KeyError as error:
        raise BrokerUnavailable("Groww named no user for the token") from error


def account_client(session: Session, endpoints: Endpoints) -> httpx.AsyncClient:
    """The account's one HTTP client."""
    return _client(endpoints, session.access_token)


def _client(endpoints: Endpoints, bearer: str) -> httpx.AsyncClient:
    return http.client(
        f"{endpoints.rest}/v1",
        via=endpoints,
        headers={**headers(bearer), "Content-Type": "application/json"},
    )

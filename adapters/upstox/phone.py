"""Upstox's login on the phone: the app asks, the person approves in Upstox's own app, and the token is posted to the
app's notifier address. Nothing in that post proves who sent it."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import UTC, datetime
from typing import Any
from urllib.parse import quote

import orjson

from adapters import http
from adapters.broker import Credentials, Endpoints, LoginAsked, Session
from adapters.upstox import wire
from adapters.upstox.session import session_end
from domain.errors import BrokerUnavailable, OutcomeUnknown

REQUEST_PATH = "/v3/login/auth/token/request/"


class UpstoxPhoneLogin:
    """See `adapters.broker.PhoneLogin`. For apps of one person; Upstox refuses others (UDAPI1124)."""

    async def ask(self, credentials: Credentials, endpoints: Endpoints) -> LoginAsked:
        async with http.client(endpoints.rest, via=endpoints) as client:
            request = client.build_request(
                "POST",
                f"{REQUEST_PATH}{quote(credentials['api_key'], safe='')}",
                content=orjson.dumps({"client_secret": credentials["api_secret"]}),
                headers={"Content-Type": "application/json"},
            )
            reply = await http.send_write(client, request)
        data = wire.written(reply.status_code, reply.content)
        try:
            return LoginAsked(_epoch(data["authorization_expiry"]), str(data["notifier_url"]))
        except (KeyError, ValueError, TypeError, OverflowError) as error:
            raise OutcomeUnknown("Upstox took the request without saying until when it stands") from error

    def posted(self, body: bytes, credentials: Credentials, *, now: datetime) -> Session | None:
        try:
            told = http.exact_json(body)
            if not isinstance(told, dict) or told.get("message_type") != "access_token":
                return None
            with wire.understood("a token"):
                return _session(told, credentials, now)
        except (ValueError, BrokerUnavailable):
            return None


def _session(told: Mapping[str, Any], credentials: Credentials, now: datetime) -> Session | None:
    token, user_id = told["access_token"], told["user_id"]
    named = isinstance(token, str) and isinstance(user_id, str) and token and user_id
    if not named or not token.isascii() or not token.isprintable() or " " in token:
        return None
    ends = min(_epoch(told["expires_at"]), session_end(now))
    if told.get("client_id") != credentials.get("api_key") or ends <= now:
        return None
    return Session(
        access_token=token,
        broker_user_id=user_id,
        expires_at=ends,
        api_key=credentials["api_key"],
        algo_name=credentials.get("algo_name", "").strip(),
    )


def _epoch(text: object) -> datetime:
    """Milliseconds since 1970, as Upstox writes them here: digits in a text."""
    return datetime.fromtimestamp(int(str(text)) / 1000, UTC)

"""The login that is approved on the phone: what is asked, and which posts are a session."""

from __future__ import annotations

import json
from datetime import UTC, datetime, timedelta
from typing import Any

import httpx
import pytest
import respx

from adapters.broker import Endpoints, LoginAsked, Session
from adapters.upstox.phone import UpstoxPhoneLogin
from domain.errors import BrokerRejected, OutcomeUnknown
from tests.adapters.upstox.upstox_payloads import NOW, refusal

KEYS = {"api_key": "app/1", "api_secret": "secret", "algo_name": "mine"}
ENDPOINTS = Endpoints("https://u.test", "https://u.test")
ASK = "https://u.test/v3/login/auth/token/request/app%2F1"
EIGHT = NOW + timedelta(hours=8)


def epoch(at: datetime) -> str:
    return str(int(at.timestamp() * 1000))


def post(**changes: Any) -> bytes:
    told = {
        "client_id": "app/1",
        "user_id": "SB0001",
        "access_token": "ey.J.x",
        "token_type": "Bearer",
        "expires_at": epoch(EIGHT),
        "issued_at": epoch(NOW),
        "message_type": "access_token",
    }
    return json.dumps(told | changes).encode()


def session_of(body: bytes) -> Session | None:
    return UpstoxPhoneLogin().posted(body, KEYS, now=NOW)


def test_a_posted_token_is_a_session_of_the_app() -> None:
    assert session_of(post()) == Session("ey.J.x", "SB0001", EIGHT.astimezone(UTC), "app/1", "mine")


def test_a_posted_token_ends_at_half_past_three_whatever_it_says() -> None:
    session = session_of(post(expires_at=epoch(NOW + timedelta(days=365))))
    assert session is not None
    assert session.expires_at.strftime("%H:%M") == "03:30"


@pytest.mark.parametrize(
    "body",
    [
        b"",
        b"[]",
        post(message_type="order"),
        post(client_id="another"),
        post(access_token="a\r\nX: y"),
        post(access_token=None),
        post(user_id=7),
        post(expires_at="soon"),
        post(expires_at=epoch(NOW)),
    ],
)
def test_every_other_post_is_no_session(body: bytes) -> None:
    assert session_of(body) is None


async def test_the_person_is_asked_by_the_app_and_told_where_the_session_goes() -> None:
    answer = {"authorization_expiry": epoch(EIGHT), "notifier_url": "https://we.test/hooks/x"}
    with respx.mock(using="httpx") as router:
        route = router.post(ASK).mock(
            return_value=httpx.Response(200, json={"status": "success", "data": answer})
        )
        asked = await UpstoxPhoneLogin().ask(KEYS, ENDPOINTS)
        assert json.loads(route.calls.last.request.content) == {"client_secret": "secret"}
    assert asked == LoginAsked(EIGHT.astimezone(UTC), "https://we.test/hooks/x")


async def test_a_refused_or_unclear_request_is_no_login() -> None:
    with respx.mock(using="httpx") as router:
        router.post(ASK).mock(return_value=httpx.Response(400, content=refusal("UDAPI1123")))
        with pytest.raises(BrokerRejected):
            await UpstoxPhoneLogin().ask(KEYS, ENDPOINTS)
        router.post(ASK).mock(return_value=httpx.Response(200, json={"status": "success", "data": {}}))
        with pytest.raises(OutcomeUnknown):
            await UpstoxPhoneLogin().ask(KEYS, ENDPOINTS)

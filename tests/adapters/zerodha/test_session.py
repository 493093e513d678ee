"""Logging in at Zerodha through its page, and what becomes of logins that go wrong."""

from __future__ import annotations

from datetime import datetime
from typing import Any
from urllib.parse import parse_qs, urlsplit

import httpx
import pytest

from adapters.broker import Endpoints, Session
from adapters.zerodha.broker import ADAPTER
from adapters.zerodha.session import session_end
from domain.calendar import IST
from domain.errors import BrokerRejected, BrokerUnavailable
from mocks.launch import Sandbox
from tests.adapters.desk import now, zerodha
from tests.adapters.zerodha.payloads import Symbols

CALLBACK = "http://127.0.0.1:9/callback"


class Person:
    """Someone with keys and a browser."""

    def __init__(self, sandbox: Sandbox) -> None:
        self.user: dict[str, Any] = sandbox.post("/users", {"broker": "kite", "name": "Asha Rao"})
        self.endpoints = zerodha(self.user["base_url"], self.user["ws_url"])
        self.keys = {"api_key": self.user["api_key"], "api_secret": self.user["api_secret"]}

    async def approve(self, decision: str = "approve") -> dict[str, str]:
        """Open our login URL, send the page's form, and return the query that comes back."""
        url = ADAPTER.login.url(self.keys, self.endpoints, redirect_uri=CALLBACK, state="s-1")
        asked = {name: values[0] for name, values in parse_qs(urlsplit(url).query).items()}
        form = (
            asked
            | {name: self.user[name] for name in ("user_id", "password", "pin")}
            | {"decision": decision}
        )
        async with httpx.AsyncClient(trust_env=False) as browser:
            assert (await browser.get(url)).status_code == 200
            answer = await browser.post(self.endpoints.login, data=form)
        back = parse_qs(urlsplit(answer.headers["location"]).query)
        return {name: values[0] for name, values in back.items()}

    async def session(self, answer: dict[str, str], **keys: str) -> Session:
        return await ADAPTER.login.session(
            self.keys | keys, self.endpoints, answer=answer, redirect_uri=CALLBACK, now=now()
        )


@pytest.fixture
def person(sandbox: Sandbox) -> Person:
    return Person(sandbox)


async def test_an_approved_login_becomes_a_session_until_six_in_the_morning(person: Person) -> None:
    answer = await person.approve()
    assert answer["state"] == "s-1"
    session = await person.session(answer)
    assert session.broker_user_id == person.user["user_id"]
    assert session.expires_at == session_end(now())
    broker = ADAPTER.connect(session, person.endpoints, Symbols(), clock=now)
    assert (await broker.profile()).name == "Asha Rao"
    await broker.aclose()


async def test_a_registered_strategys_id_stays_with_the_session(person: Person) -> None:
    session = await person.session(await person.approve(), algo_id=" 99999 ")
    assert session.algo_name == "99999"


async def test_a_request_token_works_once(person: Person) -> None:
    answer = await person.approve()
    await person.session(answer)
    with pytest.raises(BrokerRejected):
        await person.session(answer)


async def test_a_denied_login_and_a_wrong_secret_are_definite(person: Person) -> None:
    with pytest.raises(BrokerRejected):
        await person.session(await person.approve("deny"))
    with pytest.raises(BrokerRejected):
        await person.session(await person.approve(), api_secret="wrong")


async def test_a_login_that_never_leaves_is_unavailable(person: Person) -> None:
    answer = await person.approve()
    person.endpoints = Endpoints(rest="http://127.0.0.1:9", login="")
    with pytest.raises(BrokerUnavailable):
        await person.session(answer)


@pytest.mark.parametrize(
    ("moment", "end"),
    [
        (datetime(2026, 11, 20, 5, 59, tzinfo=IST), datetime(2026, 11, 20, 6, 0, tzinfo=IST)),
        (datetime(2026, 11, 20, 6, 0, tzinfo=IST), datetime(2026, 11, 21, 6, 0, tzinfo=IST)),
        (datetime(2026, 12, 31, 23, 0, tzinfo=IST), datetime(2027, 1, 1, 6, 0, tzinfo=IST)),
    ],
)
def test_a_session_ends_at_the_next_six_oclock(moment: datetime, end: datetime) -> None:
    assert session_end(moment) == end

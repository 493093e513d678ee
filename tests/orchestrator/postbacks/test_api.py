"""What brokers post to us: taken at the account's own address only, and never more than a hint."""

from __future__ import annotations

import asyncio
from collections import Counter
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import replace
from datetime import UTC, datetime, timedelta

import httpx
import pytest
from fastapi import FastAPI

from adapters.broker import Credentials, Endpoints, LoginAsked, Session
from domain.account import BrokerId
from domain.report import OrderReport, ReportStatus
from orchestrator.config import Settings
from orchestrator.postbacks.endpoints import LONGEST_POST
from orchestrator.postbacks.hints import TOPIC
from tests.orchestrator.accounts.conftest import KEYS, begin, connect, until
from tests.orchestrator.conftest import Login, Watch
from tests.orchestrator.stub_broker import StubAdapter

Stubs = dict[BrokerId, StubAdapter]
AT = datetime(2026, 11, 23, 5, tzinfo=UTC)
REPORT = OrderReport("2611230001", ReportStatus.OPEN, "UPDATE", AT, 10, 5)


@pytest.fixture
def database_settings(sqlite_settings: Settings) -> Settings:
    """One database: nothing here depends on which."""
    return sqlite_settings


@pytest.fixture(autouse=True)
def _users(stubs: Stubs) -> None:
    for stub in stubs.values():
        stub.users = {"good": "AB1234"}


@asynccontextmanager
async def hints(app: FastAPI) -> AsyncIterator[Counter[str]]:
    """The accounts that were hinted at meanwhile, and how often."""
    heard: Counter[str] = Counter()

    async def listen(ready: asyncio.Event) -> None:
        async with app.state.bus.subscribe(TOPIC) as events:
            ready.set()
            async for event in events:
                heard[str(event.data["account"])] += 1

    ready = asyncio.Event()
    task = asyncio.create_task(listen(ready))
    await ready.wait()
    yield heard
    await asyncio.sleep(0.01)
    task.cancel()


async def address(asha: httpx.AsyncClient, account: str) -> str:
    answer = await asha.get(f"/v1/accounts/{account}/postback")
    assert answer.status_code == 200, answer.text
    url: str = answer.json()["url"]
    return url


async def test_a_post_to_the_accounts_address_is_a_hint_to_read_its_orders(
    app: FastAPI, person: Login, client: httpx.AsyncClient, stubs: Stubs
) -> None:
    asha = await person("asha")
    account = await connect(asha)
    stubs[BrokerId.ZERODHA].told = REPORT
    url = await address(asha, account)
    async with hints(app) as heard:
        assert (await client.post(url, content=b'{"order_id": "1"}')).status_code == 200
    assert heard == {account: 1}
    assert stubs[BrokerId.ZERODHA].posts == [(b'{"order_id": "1"}', KEYS["api_secret"])]


async def test_the_book_is_read_on_a_hint_though_nothing_of_ours_is_open(
    person: Login, client: httpx.AsyncClient, stubs: Stubs
) -> None:
    stub = stubs[BrokerId.ZERODHA]
    asha = await person("asha")
    url = await address(asha, await connect(asha))
    await until(lambda: stub.calls["orders"] == 1)
    stub.told = REPORT
    await client.post(url, content=b"{}")
    await until(lambda: stub.calls["orders"] == 2)


async def test_what_is_no_update_of_the_brokers_is_answered_alike_and_does_nothing(
    app: FastAPI, person: Login, client: httpx.AsyncClient
) -> None:
    asha = await person("asha")
    url = await address(asha, await connect(asha))
    async with hints(app) as heard:
        answer = await client.post(url, content=b"\xff not json")
    assert (answer.status_code, answer.content, heard) == (200, b"", {})


class Phone:
    """Whatever is posted is a session, of whom the test says."""

    def __init__(self) -> None:
        self.session = Session("posted token", "AB1234", AT + timedelta(hours=8))

    async def ask(self, credentials: Credentials, endpoints: Endpoints) -> LoginAsked:
        return LoginAsked(AT + timedelta(hours=1), "https://elsewhere.test/")

    def posted(self, body: bytes, credentials: Credentials, *, now: datetime) -> Session | None:
        return self.session if body == b"session" else None


async def test_a_posted_session_logs_in_the_client_that_the_broker_says_it_is_of(
    app: FastAPI, person: Login, client: httpx.AsyncClient, stubs: Stubs
) -> None:
    phone = stubs[BrokerId.UPSTOX].phone_login = Phone()
    asha = await person("asha")
    account = await connect(asha, "upstox")
    url = await address(asha, account)
    live = app.state.connections.get(account)

    async def post() -> None:
        assert (await client.post(url, content=b"session")).status_code == 200
        while app.state.postbacks.proving:
            await asyncio.sleep(0.005)

    await post()
    assert live.session.access_token == "posted token"
    assert live.generation == 2
    await post()
    assert live.generation == 2, "the same session twice is once"
    phone.session = replace(phone.session, access_token="of another", broker_user_id="ZZ9999")
    await post()
    assert live.session.access_token == "posted token"


async def test_an_account_that_never_logged_in_takes_no_posted_session(
    app: FastAPI, person: Login, client: httpx.AsyncClient, stubs: Stubs
) -> None:
    stubs[BrokerId.UPSTOX].phone_login = Phone()
    asha = await person("asha")
    account, _ = await begin(asha, "upstox")
    await client.post(await address(asha, account), content=b"session")
    while app.state.postbacks.proving:
        await asyncio.sleep(0.005)
    assert (await asha.get(f"/v1/accounts/{account}")).json()["state"] == "connecting"


async def test_a_login_is_asked_for_on_the_phone_and_it_is_said_whether_it_will_reach_us(
    person: Login, stubs: Stubs
) -> None:
    stubs[BrokerId.UPSTOX].phone_login = Phone()
    asha, ravi = await person("asha"), await person("ravi")
    account = await connect(asha, "upstox")
    answer = await asha.post(f"/v1/accounts/{account}/phone-login")
    assert (answer.status_code, answer.json()["reaches_us"]) == (202, False)
    assert (await ravi.post(f"/v1/accounts/{account}/phone-login")).status_code == 404
    await asha.delete(f"/v1/accounts/{account}")
    answer = await asha.post(f"/v1/accounts/{account}/phone-login")
    assert (answer.status_code, answer.json()["field"]) == (422, "credentials.api_key")
    kite = await connect(asha, "zerodha")
    answer = await asha.post(f"/v1/accounts/{kite}/phone-login")
    assert (answer.status_code, answer.json()["code"]) == (409, "no_phone_login")


async def test_every_other_address_is_none(app: FastAPI, person: Login, client: httpx.AsyncClient) -> None:
    asha = await person("asha")
    url = await address(asha, await connect(asha))
    for wrong in (url[:-1], url.replace("zerodha", "upstox"), url.replace(".1.", ".2."), "/hooks/zerodha/x"):
        answer = await client.post(wrong, content=b"{}")
        assert (answer.status_code, answer.json()["detail"]) == (404, "there is no such page")


async def test_a_new_address_ends_the_old_one(person: Login, client: httpx.AsyncClient) -> None:
    asha = await person("asha")
    account = await connect(asha)
    old = await address(asha, account)
    new = (await asha.post(f"/v1/accounts/{account}/postback")).json()["url"]
    assert new == await address(asha, account) != old
    assert (await client.post(old, content=b"{}")).status_code == 404
    assert (await client.post(new, content=b"{}")).status_code == 200


async def test_an_account_that_was_disconnected_has_no_address(
    person: Login, client: httpx.AsyncClient
) -> None:
    asha = await person("asha")
    account = await connect(asha)
    url = await address(asha, account)
    await asha.delete(f"/v1/accounts/{account}")
    assert (await client.post(url, content=b"{}")).status_code == 404
    assert (await asha.get(f"/v1/accounts/{account}/postback")).status_code == 404


async def test_an_account_that_is_not_logged_in_takes_a_post_and_asks_nobody(
    app: FastAPI, person: Login, client: httpx.AsyncClient, stubs: Stubs
) -> None:
    asha = await person("asha")
    account, _ = await begin(asha)
    stubs[BrokerId.ZERODHA].told = REPORT
    url = await address(asha, account)
    async with hints(app) as heard:
        assert (await client.post(url, content=b"{}")).status_code == 200
    assert (heard, stubs[BrokerId.ZERODHA].posts) == ({}, [])


async def test_a_long_post_is_not_read_to_its_end(person: Login, client: httpx.AsyncClient) -> None:
    asha = await person("asha")
    url = await address(asha, await connect(asha))
    assert (await client.post(url, content=b"x" * (LONGEST_POST + 1))).status_code == 413


async def test_too_many_posts_in_a_second_are_refused(
    person: Login, client: httpx.AsyncClient, watch: Watch
) -> None:
    asha = await person("asha")
    url = await address(asha, await connect(asha))
    ends = [(await client.post(url, content=b"{}")).status_code for _ in range(51)]
    assert ends == [200] * 50 + [429]
    watch.pass_time(seconds=2)
    assert (await client.post(url, content=b"{}")).status_code == 200


async def test_an_address_is_its_owners_and_only_at_brokers_that_post(person: Login, app: FastAPI) -> None:
    asha, ravi = await person("asha"), await person("ravi")
    account = await connect(asha)
    assert (await ravi.get(f"/v1/accounts/{account}/postback")).status_code == 404
    assert (await ravi.post(f"/v1/accounts/{account}/postback")).status_code == 404
    given = {"broker": "groww", "credentials": {"access_token": "good"}}
    groww = (await asha.post("/v1/accounts", json=given)).json()["account"]["id"]
    answer = await asha.get(f"/v1/accounts/{groww}/postback")
    assert (answer.status_code, answer.json()["code"]) == (409, "no_postbacks")

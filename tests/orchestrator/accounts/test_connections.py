"""Accounts stay read; failures keep the last numbers; dead sessions ask for a login."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

import httpx
import pytest
from fastapi import FastAPI

from domain.account import AccountId, AccountState, BrokerId, UserId
from domain.errors import BrokerUnavailable, SessionExpired
from domain.money import Money
from orchestrator.accounts.connections import Connection, Connections
from orchestrator.app import create_app
from orchestrator.bus import Event, user_topic
from orchestrator.config import Role, Settings
from tests.orchestrator.accounts.conftest import connect, until
from tests.orchestrator.conftest import PASSWORD, Login, Watch, browser
from tests.orchestrator.stub_broker import StubAdapter

Stubs = dict[BrokerId, StubAdapter]


@pytest.fixture
def stub(stubs: Stubs) -> StubAdapter:
    stubs[BrokerId.ZERODHA].users = {"good": "AB1234"}
    return stubs[BrokerId.ZERODHA]


@pytest.fixture
def database_settings(database_settings: Settings) -> Settings:
    return database_settings.model_copy(
        update={"refresh_busy": 0.05, "refresh_idle": 0.05, "breaker_failures": 1000, "write_deadline": 0.1}
    )


@pytest.fixture
async def account(person: Login, stub: StubAdapter, app: FastAPI) -> Connection:
    """A connected account that has been read."""
    account_id = AccountId(await connect(await person("asha")))
    connection = _connections(app).get(account_id)
    assert connection is not None
    await until(lambda: connection.snapshot is not None)
    return connection


def _connections(app: FastAPI) -> Connections:
    found = app.state.connections
    assert isinstance(found, Connections)
    return found


async def _heard(events: AsyncIterator[Event], kind: str, **data: str) -> Event:
    async for event in events:
        if event.type == kind and all(event.data.get(name) == value for name, value in data.items()):
            return event
    raise AssertionError("the bus ended")


@asynccontextmanager
async def _running(
    settings: Settings, stubs: Stubs, watch: Watch
) -> AsyncIterator[tuple[FastAPI, httpx.AsyncClient]]:
    """An application of its own and a browser in which someone is logged in."""
    app = create_app(settings, clock=watch, adapters=stubs)
    async with app.router.lifespan_context(app), browser(app) as asha:
        body = {"email": "asha@trademaster.test", "password": PASSWORD}
        await asha.post("/v1/users/signup", json=body)
        token = (await asha.post("/v1/users/login", json=body)).json()["access_token"]
        asha.headers["authorization"] = f"Bearer {token}"
        yield app, asha


async def test_a_connected_account_is_read_at_once(account: Connection) -> None:
    assert account.snapshot is not None
    assert account.snapshot.margin.available == Money.of(100_000)
    assert account.snapshot.stale_since is None


async def test_accounts_are_read_again_and_again(account: Connection, stub: StubAdapter) -> None:
    stub.cash = Money.of(5)
    await until(lambda: account.snapshot is not None and account.snapshot.margin.cash == Money.of(5))


async def test_a_failed_reading_keeps_the_last_numbers_and_says_since_when(
    account: Connection, stub: StubAdapter, app: FastAPI, watch: Watch
) -> None:
    async with app.state.bus.subscribe(user_topic(account.account.user_id)) as events:
        stub.fails["margin"] = BrokerUnavailable("no answer")
        await _heard(events, "portfolio", reason="stale", account=account.account.id)
        assert account.snapshot is not None
        since = account.snapshot.stale_since
        assert since == watch.now
        assert account.snapshot.margin.cash == Money.of(100_000)
        assert account.last_error == "no answer"
        watch.pass_time(minutes=1)
        await _connections(app).refresh(account.account.id)
        assert account.snapshot.stale_since == since
        stub.fails.clear()
        await _heard(events, "portfolio", reason="recovered")
        assert account.snapshot.stale_since is None
        assert account.last_error is None


async def test_readings_asked_for_at_once_are_one(
    account: Connection, stub: StubAdapter, app: FastAPI
) -> None:
    stub.hold_back = asyncio.Event()
    await until(lambda: account.refreshing is not None and not account.refreshing.done())
    asked = stub.calls["margin"]
    waiting = [asyncio.create_task(_connections(app).refresh(account.account.id)) for _ in range(10)]
    await asyncio.sleep(0.02)
    stub.hold_back.set()
    stub.hold_back = None
    await asyncio.gather(*waiting)
    assert stub.calls["margin"] <= asked + 2


async def test_a_dead_session_asks_for_a_login_and_is_not_used_again(
    account: Connection, stub: StubAdapter, app: FastAPI
) -> None:
    async with app.state.bus.subscribe(user_topic(account.account.user_id)) as events:
        stub.fails["all"] = SessionExpired("token is dead")
        await _heard(events, "account", state="login_needed")
    assert account.account.state is AccountState.LOGIN_NEEDED
    assert account.broker is None
    assert account.snapshot is not None
    assert account.snapshot.stale_since is not None
    asked = stub.calls.total()
    await asyncio.sleep(0.2)
    assert stub.calls.total() == asked


async def test_one_wrong_word_does_not_end_a_living_session(
    account: Connection, stub: StubAdapter, app: FastAPI
) -> None:
    await _connections(app).login_needed(account.account.id, "said a stream")
    assert account.account.state is AccountState.CONNECTED
    assert stub.calls["profile"] == 1


async def test_a_session_ends_at_its_hour_without_being_asked(
    account: Connection, app: FastAPI, watch: Watch
) -> None:
    async with app.state.bus.subscribe(user_topic(account.account.user_id)) as events:
        watch.pass_time(hours=9)
        event = await _heard(events, "account", state="login_needed")
    assert "every day" in event.data["last_error"]


async def test_the_old_connection_is_closed_only_after_its_calls(
    account: Connection, stub: StubAdapter, app: FastAPI
) -> None:
    stub.fails["all"] = SessionExpired("token is dead")
    await until(lambda: account.broker is None)
    assert stub.closed == 0
    await until(lambda: stub.closed == 1)


async def test_accounts_come_back_after_a_restart(
    account: Connection, app: FastAPI, database_settings: Settings, stubs: Stubs, watch: Watch
) -> None:
    again = create_app(database_settings, clock=watch, adapters=stubs)
    async with again.router.lifespan_context(again):
        restored = _connections(again).get(account.account.id)
        assert restored is not None
        await until(lambda: restored.snapshot is not None)
        assert restored.account == account.account


async def test_a_session_sealed_by_another_installation_asks_for_a_login(
    account: Connection, app: FastAPI, database_settings: Settings, stubs: Stubs, watch: Watch
) -> None:
    (database_settings.data / "master.key").unlink()
    again = create_app(database_settings, clock=watch, adapters=stubs)
    async with again.router.lifespan_context(again):
        restored = _connections(again).get(account.account.id)
        assert restored is not None
        assert restored.account.state is AccountState.LOGIN_NEEDED


async def test_an_account_someone_watches_is_read_often(
    settings: Settings, stubs: Stubs, stub: StubAdapter, watch: Watch
) -> None:
    slow = settings.model_copy(update={"refresh_busy": 0.05, "refresh_idle": 1000.0})
    async with _running(slow, stubs, watch) as (app, asha):
        account_id = AccountId(await connect(asha))
        account = _connections(app).get(account_id)
        assert account is not None
        asked = stub.calls["margin"]
        async with app.state.bus.subscribe(user_topic(account.account.user_id)):
            await until(lambda: stub.calls["margin"] > asked + 2)


async def test_while_a_breaker_holds_calls_back_the_first_failure_is_shown(
    settings: Settings, stubs: Stubs, stub: StubAdapter, watch: Watch
) -> None:
    quick = settings.model_copy(update={"refresh_busy": 0.05, "refresh_idle": 0.05, "breaker_failures": 1})
    async with _running(quick, stubs, watch) as (app, asha):
        account_id = AccountId(await connect(asha))
        stub.fails["all"] = BrokerUnavailable("the line is dead")
        account = _connections(app).get(account_id)
        assert account is not None
        await until(lambda: account.failing_since is not None)
        asked = stub.calls["margin"]
        await asyncio.sleep(0.2)
        assert stub.calls["margin"] == asked
        shown = (await asha.get(f"/v1/accounts/{account_id}")).json()
        assert (shown["health"]["reads"], shown["last_error"]) == ("open", "the line is dead")


async def test_an_order_waits_for_numbers_that_were_never_read(
    person: Login, stub: StubAdapter, app: FastAPI
) -> None:
    asha = await person("asha")
    stub.fails["all"] = BrokerUnavailable("starting up")
    account_id = AccountId(await connect(asha))
    connection = _connections(app).get(account_id)
    assert connection is not None
    assert connection.snapshot is None
    stub.fails.clear()
    connection.failing_since = None
    [ready] = await _connections(app).ready(connection.account.user_id)
    assert ready.snapshot is not None


async def test_a_process_of_http_only_reads_when_asked(
    account: Connection, database_settings: Settings, stubs: Stubs, watch: Watch, stub: StubAdapter
) -> None:
    settings = database_settings.model_copy(update={"role": Role.API})
    again = create_app(settings, clock=watch, adapters=stubs)
    async with again.router.lifespan_context(again):
        lazy = _connections(again).get(account.account.id)
        assert lazy is not None
        await asyncio.sleep(0.3)
        assert lazy.snapshot is None
        await _connections(again).ready(lazy.account.user_id)
        assert lazy.snapshot is not None
        stub.cash = Money.of(7)
        _connections(again).invalidate(lazy.account.id)
        await until(lambda: lazy.snapshot is not None and lazy.snapshot.margin.cash == Money.of(7))


async def test_a_login_in_one_process_reaches_the_others(
    settings: Settings, redis_url: str, stubs: Stubs, stub: StubAdapter, watch: Watch
) -> None:
    shared = settings.model_copy(update={"redis_url": redis_url, "refresh_busy": 0.05, "refresh_idle": 0.05})
    worker = create_app(shared, clock=watch, adapters=stubs)
    async with _running(shared, stubs, watch) as (_, asha), worker.router.lifespan_context(worker):
        account_id = AccountId(await connect(asha))
        await until(lambda: _connections(worker).get(account_id) is not None)
        there = _connections(worker).get(account_id)
        assert there is not None
        await until(lambda: there.snapshot is not None)
        await asha.delete(f"/v1/accounts/{account_id}")
        await until(lambda: _connections(worker).get(account_id) is None)


async def test_nobody_has_accounts_at_first(app: FastAPI) -> None:
    assert _connections(app).of_user(UserId("usr_nobody")) == []

"""Accounts stay read; failures keep the last numbers; dead sessions ask for a login."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import replace
from datetime import datetime, timedelta

import httpx
import pytest
from fastapi import FastAPI
from sqlalchemy import Connection as SqlConnection

from adapters.broker import Capabilities, RateLimit
from domain.account import AccountId, AccountState, BrokerAccount, BrokerId, UserId
from domain.errors import BrokerUnavailable, SessionExpired
from domain.instrument import Exchange, InstrumentId
from domain.money import Money
from domain.order import ChildId, ChildOrder, Order, OrderId, OrderIntent, OrderType, Product, Side
from domain.policy import Policy
from domain.routing import Charges, RoutingDecision
from orchestrator.accounts.connections import Connection, Connections
from orchestrator.app import create_app
from orchestrator.bus import Event, user_topic
from orchestrator.config import Settings
from orchestrator.ids import new_id
from orchestrator.orders import repository
from orchestrator.orders.repository import NewChild
from orchestrator.settings.process import Role
from tests.orchestrator.accounts.conftest import connect, until
from tests.orchestrator.conftest import PASSWORD, Login, Watch, browser
from tests.orchestrator.stub_broker import StubAdapter

Stubs = dict[BrokerId, StubAdapter]


def record_children(db: SqlConnection, account: BrokerAccount, count: int, at: datetime) -> None:
    """One order of so many parts, all sent there at that moment."""
    intent = OrderIntent(InstrumentId(Exchange.NSE, "INFY"), Side.BUY, count, OrderType.MARKET, Product.CNC)
    order_id = OrderId(new_id("ord"))
    children = tuple(
        ChildOrder(
            id=ChildId(new_id("chd")),
            order_id=order_id,
            account_id=account.id,
            broker=account.broker,
            slice=number,
            instrument=intent.instrument,
            side=intent.side,
            quantity=1,
            order_type=intent.order_type,
            product=intent.product,
            validity=intent.validity,
            price=None,
            trigger_price=None,
            tag=f"{order_id}{number}",
        )
        for number in range(count)
    )
    repository.record(
        db,
        order=Order(order_id, account.user_id, intent, at, children),
        children=[NewChild(child, Money.of(1), Charges()) for child in children],
        decision=RoutingDecision(intent, Policy(), (), (), (), "hash", "words"),
        events=[],
        key=order_id,
        fingerprint="f",
    )


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


async def _heard(events: AsyncIterator[Event], kind: str, /, **data: str) -> Event:
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
        stub.fails["all"] = BrokerUnavailable("no answer")
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
        await _connections(again).ready(restored.account.user_id)
        assert restored.snapshot is not None
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
        await until(lambda: there.ready)  # which of the two reads it is a matter of leases
        await asha.delete(f"/v1/accounts/{account_id}")
        await until(lambda: _connections(worker).get(account_id) is None)


async def test_what_became_of_an_account_elsewhere_is_found_where_nobody_heard_of_it(
    account: Connection,
    app: FastAPI,
    database_settings: Settings,
    stubs: Stubs,
    watch: Watch,
    stub: StubAdapter,
) -> None:
    """Each has a bus of its own, as when Redis is away: then a login in one process must not wait for a restart."""
    again = create_app(database_settings.model_copy(update={"role": Role.API}), clock=watch, adapters=stubs)
    async with again.router.lifespan_context(again):
        there = _connections(again)
        mine = there.get(account.account.id)
        assert mine is not None
        await there.register.compare()
        assert mine.ready
        stub.fails["all"] = SessionExpired("token is dead")
        while mine.account.state is not AccountState.LOGIN_NEEDED:
            await there.register.compare()
            await asyncio.sleep(0.01)
        del there._all[account.account.id]
        await there.register.compare()
        assert there.get(account.account.id) is not None


async def test_nobody_has_accounts_at_first(app: FastAPI) -> None:
    assert _connections(app).of_user(UserId("usr_nobody")) == []


async def test_an_unclear_answer_condemns_no_session(
    account: Connection, stub: StubAdapter, app: FastAPI
) -> None:
    stub.fails["profile"] = BrokerUnavailable("no answer")
    assert await _connections(app).login_needed(account.account.id, "said an endpoint") is False
    assert account.account.state is AccountState.CONNECTED


async def test_a_broker_asked_by_many_whether_the_session_lives_is_asked_once(
    account: Connection, stub: StubAdapter, app: FastAPI
) -> None:
    asked = [_connections(app).login_needed(account.account.id, "said a call") for _ in range(10)]
    assert await asyncio.gather(*asked) == [False] * 10
    assert stub.calls["profile"] == 1


async def test_an_endpoint_that_refuses_a_living_session_leaves_old_numbers_and_its_words(
    account: Connection, stub: StubAdapter
) -> None:
    stub.fails["holdings"] = SessionExpired("not with this plan")
    await until(lambda: account.failing_since is not None)
    assert (account.account.state, account.last_error) == (AccountState.CONNECTED, "not with this plan")


async def test_the_end_of_a_session_is_announced_once_half_an_hour_before(
    account: Connection, app: FastAPI, watch: Watch
) -> None:
    async with app.state.bus.subscribe(user_topic(account.account.user_id)) as events:
        watch.pass_time(hours=7, minutes=31)
        event = await _heard(events, "notice", kind="session_ends", account=account.account.id)
        assert event.data["at"] == "2026-11-23T18:30:00.000+05:30"
        assert event.data["text"] == "Zerodha needs a login after 18:30: Zerodha ends the session then."
        watch.pass_time(minutes=5)
        await _connections(app).refresh(account.account.id)
        with pytest.raises(TimeoutError):
            async with asyncio.timeout(0.6):
                await _heard(events, "notice")
    assert account.account.state is AccountState.CONNECTED


async def test_a_login_that_only_reads_is_no_dead_session_and_takes_no_orders(
    account: Connection, stub: StubAdapter, app: FastAPI, watch: Watch
) -> None:
    stub.allowed = Capabilities(market_data=False, orders=False, exchanges=frozenset({Exchange.NSE}))
    await _connections(app)._readings.probe(account)
    assert account.account.state is AccountState.CONNECTED
    assert account.barred
    stub.allowed = Capabilities(orders=True)
    await _connections(app).ready(account.account.user_id)
    assert account.barred, "asked again after a minute, not with every order"
    watch.pass_time(minutes=2)
    await _connections(app).ready(account.account.user_id)
    await until(lambda: not account.barred)


async def test_the_days_orders_count_on_after_a_restart(
    account: Connection,
    app: FastAPI,
    database_settings: Settings,
    stubs: Stubs,
    stub: StubAdapter,
    watch: Watch,
) -> None:
    stub.terms = replace(stub.terms, limits=(RateLimit("order", 100, 86400),))
    await app.state.db.write(lambda db: record_children(db, account.account, 96, watch.now))
    yesterday = watch.now - timedelta(days=1)
    await app.state.db.write(lambda db: record_children(db, account.account, 96, yesterday))
    again = create_app(database_settings, clock=watch, adapters=stubs)
    async with again.router.lifespan_context(again):
        restored = _connections(again).get(account.account.id)
        assert restored is not None
        assert restored.broker is not None
        hold = restored.broker.held_back(Exchange.NSE)
        assert hold is not None
        assert "100 orders a day" in hold.rule
        assert restored.broker.held_back(Exchange.NSE, orders=4, exits=True) is None
        assert restored.broker.held_back(Exchange.NSE, orders=5, exits=True) is not None

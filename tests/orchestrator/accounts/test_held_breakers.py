"""A breaker that a person holds open: nothing new leaves for the account, in any process, until it ends; what follows
is a trial."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Awaitable, Callable
from dataclasses import replace
from datetime import UTC, datetime, timedelta

import httpx
import pytest
import sqlalchemy as sa
from fastapi import FastAPI

from adapters.broker import Change
from adapters.guard import Guarded, NotSent
from domain.account import AccountId, BrokerId
from domain.errors import BrokerUnavailable
from domain.order import ChildOrder, Product, Side
from orchestrator.accounts import held_breakers
from orchestrator.accounts.connections import Connections
from orchestrator.accounts.held_breakers import HeldBreaker, HeldBreakers, Holder
from orchestrator.app import create_app
from orchestrator.bus import LocalBus
from orchestrator.config import Settings
from orchestrator.settings.process import Role
from orchestrator.storage.db import Database
from orchestrator.tables.accounts import accounts
from orchestrator.tables.audit import audit_log
from orchestrator.tables.identity import users
from tests.adapters.test_guard import CHILD, Scripted, guard
from tests.orchestrator.accounts.conftest import connect, until
from tests.orchestrator.conftest import Login, Watch
from tests.orchestrator.operating.test_operators import keeper as keeper
from tests.orchestrator.stub_broker import StubAdapter

NOW = datetime(2026, 11, 23, 4, 30, tzinfo=UTC)  # 10:00 IST
Z, U = BrokerId.ZERODHA, BrokerId.UPSTOX
ONE, OTHER = AccountId("acc_1"), AccountId("acc_2")
WHY = {"reason": "its status page says orders fail"}
Say = Callable[..., Awaitable[httpx.Response]]


def held(
    account: AccountId | None = None, by: Holder = Holder.OPERATOR, until: datetime | None = None
) -> HeldBreaker:
    return HeldBreaker(Z, account, by, "orders fail", NOW, until)


class Process:
    """What one process knows."""

    def __init__(self, db: Database, bus: LocalBus, name: str, watch: Watch) -> None:
        self.over: list[tuple[BrokerId, AccountId | None]] = []
        self.held = HeldBreakers(db, bus, watch, name, over=lambda *what: self.over.append(what))
        self.db = db

    async def hold(self, one: HeldBreaker) -> None:
        await self.db.write(lambda conn: held_breakers.hold(conn, one))
        await self.held.opened(one)

    async def close(self, account: AccountId | None, by: Holder = Holder.OPERATOR) -> None:
        await self.db.write(lambda conn: held_breakers.release(conn, Z, account, by))
        await self.held.closed(Z, account)

    def names(self, broker: BrokerId = Z, account: AccountId = ONE) -> list[str]:
        return [one.name for one in self.held.on(broker, account)]


@pytest.fixture
async def filled(db: Database) -> Database:
    user = {"id": "u", "email": "a@b.c", "name": "", "mode": "orchestrator", "created_at": NOW}
    account = {"user_id": "u", "broker": "zerodha", "label": "Z", "state": "connected", "created_at": NOW}

    def fill(conn: sa.Connection) -> None:
        conn.execute(sa.insert(users), user)
        conn.execute(sa.insert(accounts), [{**account, "id": ONE}, {**account, "id": OTHER}])

    await db.write(fill)
    return db


@pytest.fixture
async def two(filled: Database, watch: Watch) -> AsyncIterator[tuple[Process, Process]]:
    """Two processes that hear of each other."""
    watch.now, bus = NOW, LocalBus()
    here, there = Process(filled, bus, "here", watch), Process(filled, bus, "there", watch)
    hearing = [asyncio.create_task(one.held.hear()) for one in (here, there)]
    await until(lambda: bus.watched(held_breakers.TOPIC))
    yield here, there
    for task in hearing:
        task.cancel()
    await asyncio.gather(*hearing, return_exceptions=True)


async def test_what_one_process_holds_open_is_so_in_the_others_and_after_a_restart(
    two: tuple[Process, Process], filled: Database, watch: Watch
) -> None:
    here, there = two
    await here.hold(held())
    await here.hold(held(ONE, Holder.OWNER))
    every = ["operator:zerodha", "owner:acc_1"]
    await until(lambda: there.names() == every)
    assert (here.names(), here.names(account=OTHER), here.names(U, OTHER)) == (every, every[:1], [])
    again = Process(filled, LocalBus(), "later", watch)
    await again.held.look()
    assert again.names() == every


async def test_closing_is_heard_by_all_and_each_tries_again(two: tuple[Process, Process]) -> None:
    here, there = two
    await here.hold(held(ONE))
    await until(lambda: bool(there.names()))
    await there.close(ONE)
    await until(lambda: not here.names() and (Z, ONE) in here.over)
    assert (there.names(), (Z, ONE) in there.over) == ([], True)


async def test_one_that_was_not_held_is_tried_again_all_the_same(two: tuple[Process, Process]) -> None:
    here, there = two
    await here.close(None)
    await until(lambda: there.over == [(Z, None)])
    assert here.over == [(Z, None)]


async def test_each_closes_their_own(two: tuple[Process, Process]) -> None:
    here, _ = two
    for by in Holder:
        await here.hold(held(ONE, by))
    await here.close(ONE, Holder.OWNER)
    assert here.names() == ["operator:acc_1"]


async def test_the_end_passes_by_the_clock_and_the_process_that_sees_it_tries_again(
    two: tuple[Process, Process], watch: Watch
) -> None:
    here, there = two
    await here.hold(held(ONE, until=NOW + timedelta(minutes=30)))
    await until(lambda: bool(there.names()))
    watch.pass_time(minutes=31)
    assert here.names(), "not let go unseen: what follows is a trial"
    await here.held.look()
    assert (here.names(), here.over) == ([], [(Z, ONE)])
    await here.hold(held(ONE, until=NOW + timedelta(hours=2)))
    assert here.names() == ["operator:acc_1"], "held anew in the place of the one that is over"


async def test_an_older_look_does_not_undo_a_newer_one(
    two: tuple[Process, Process], filled: Database
) -> None:
    here, _ = two
    one = held(ONE)
    looks = [asyncio.create_task(here.held.look()) for _ in range(5)]
    await asyncio.gather(here.hold(one), *looks)
    assert here.names() == ["operator:acc_1"]


def test_its_owner_reads_by_whom_until_when_and_why() -> None:
    assert held().words(NOW) == "held open by an operator until it is closed by hand: orders fail"
    soon = held(ONE, Holder.OWNER, NOW + timedelta(minutes=30))
    assert soon.words(NOW) == "held open by you until 10:30 IST: orders fail"
    assert "until 24 Nov 10:00 IST" in held(until=NOW + timedelta(days=1)).words(NOW)


# --- what leaves -------------------------------------------------------------------------------------------------


def shut(child: ChildOrder) -> str | None:
    """Held open for buyers."""
    return "held open by an operator" if child.side is Side.BUY else None


def guarded(broker: Scripted) -> Guarded:
    one = guard(broker)
    one._held = shut
    return one


async def test_nothing_new_leaves_and_it_never_left() -> None:
    broker = Scripted()
    with pytest.raises(NotSent, match="held open by an operator"):
        await guarded(broker).place(CHILD)
    assert broker.calls == 0


async def test_questions_cancels_and_what_gives_back_leave() -> None:
    broker = Scripted()
    one = guarded(broker)
    await one.margin()
    await one.cancel(CHILD)
    await one.place(replace(CHILD, side=Side.SELL))
    assert broker.calls == 3


async def test_an_order_there_is_made_smaller_and_not_larger() -> None:
    broker = Scripted()
    one = guarded(broker)
    change = Change(CHILD.quantity - 5, CHILD.order_type, CHILD.validity, None, None)
    await one.modify(CHILD, change)
    with pytest.raises(NotSent):
        await one.modify(CHILD, replace(change, quantity=CHILD.quantity + 5))
    assert broker.calls == 1


async def test_what_follows_a_hold_is_a_trial_whose_failure_opens_the_breaker() -> None:
    one = guard(Scripted(BrokerUnavailable("down")), read_attempts=1)
    one.try_again()
    assert (one.health().reads, one.health().writes) == ("half_open", "half_open")
    with pytest.raises(BrokerUnavailable):
        await one.margin()
    assert (one.health().reads, one.health().writes) == ("open", "half_open")
    one.try_again()
    await one.margin()
    assert one.health().reads == "closed"


async def test_it_is_told_since_when_a_breaker_is_open_and_when_it_tries() -> None:
    one = guard(Scripted(*[BrokerUnavailable("down")] * 3), read_attempts=1, breaker_reset=60.0)
    assert (one.health().opened_at, one.health().tries_at) == (None, None)
    for _ in range(3):
        with pytest.raises(BrokerUnavailable):
            await one.margin()
    health = one.health()
    assert health.opened_at is not None
    assert health.tries_at == health.opened_at + timedelta(seconds=60)


# --- over HTTP ---------------------------------------------------------------------------------------------------


@pytest.fixture
async def asha(person: Login, stubs: dict[BrokerId, StubAdapter]) -> httpx.AsyncClient:
    stubs[Z].users["good"] = "AB1234"
    return await person("asha")


@pytest.fixture
async def account(asha: httpx.AsyncClient) -> str:
    return await connect(asha)


def connections_of(app: FastAPI) -> Connections:
    found = app.state.connections
    assert isinstance(found, Connections)
    return found


OPERATOR = "/v1/operator/breakers"


async def test_an_operator_holds_a_broker_open_and_its_accounts_say_so(
    keeper: httpx.AsyncClient, asha: httpx.AsyncClient, account: str, watch: Watch
) -> None:
    ends = (watch.now + timedelta(minutes=30)).isoformat()
    opened = (await keeper.post(f"{OPERATOR}/brokers/zerodha/open", json={**WHY, "until": ends})).json()
    assert (opened["accounts"], opened["held"]["reason"]) == (1, WHY["reason"])
    mine = (await asha.get(f"/v1/accounts/{account}")).json()["held"]
    assert (mine["by"], mine["whole_broker"], mine["until"]) == (
        "operator",
        True,
        "2026-11-23T11:00:00.000+05:30",
    )
    kinds = {one["kind"]: one for one in (await asha.get("/v1/attention")).json()["items"]}
    assert "until 11:00 IST: its status page says orders fail" in kinds["breaker_held"]["words"]
    (standing,) = (await keeper.get(OPERATOR)).json()["items"]
    assert (standing["account_id"], len(standing["held"])) == (account, 1)
    assert (await keeper.get(OPERATOR, params={"broker": "upstox"})).json()["items"] == []
    closed = (await keeper.post(f"{OPERATOR}/brokers/zerodha/close")).json()
    assert (closed["held"], closed["half_open"]) == (None, 1), "tried, not trusted"
    assert (await asha.get(f"/v1/accounts/{account}")).json()["held"] is None


async def test_one_account_is_held_by_its_owner_and_by_an_operator_apart(
    keeper: httpx.AsyncClient, asha: httpx.AsyncClient, account: str, app: FastAPI
) -> None:
    mine = f"/v1/accounts/{account}/breaker"
    assert (await asha.get(mine)).json()["held"] == []
    opened = (await asha.post(f"{mine}/open", json={"reason": "I am moving house"})).json()
    assert [(one["by"], one["reason"]) for one in opened["held"]] == [("owner", "I am moving house")]
    both = (await keeper.post(f"{OPERATOR}/accounts/{account}/open", json=WHY)).json()["held"]
    assert [(one["by"], one["reason"]) for one in both] == [("operator", WHY["reason"]), ("owner", None)]
    after = (await asha.post(f"{mine}/close")).json()["held"]
    assert [one["by"] for one in after] == ["operator"], "not the owner's to close"
    freed = (await keeper.post(f"{OPERATOR}/accounts/{account}/close")).json()
    assert (freed["held"], freed["writes"]) == ([], "half_open")
    query = sa.select(audit_log.c.action, audit_log.c.subject, audit_log.c.user_id)
    query = query.where(audit_log.c.action.startswith("breaker")).order_by(audit_log.c.id)
    owner = (await asha.get("/v1/users/me")).json()["id"]
    rows = await app.state.db.read(lambda conn: conn.execute(query).all())
    assert [tuple(row) for row in rows] == [
        (f"breaker.{done}", account, owner) for done in ("opened", "opened", "closed", "closed")
    ]


async def test_closing_reads_the_account_at_once_and_a_good_answer_ends_the_doubt(
    asha: httpx.AsyncClient, account: str, stubs: dict[BrokerId, StubAdapter]
) -> None:
    before = stubs[Z].calls["margin"]
    await asha.post(f"/v1/accounts/{account}/breaker/close")
    await until(lambda: stubs[Z].calls["margin"] > before)

    async def stands() -> str:
        return str((await asha.get(f"/v1/accounts/{account}/breaker")).json()["reads"])

    while await stands() != "closed":
        await asyncio.sleep(0.01)


async def test_opening_while_a_trial_runs_holds_whatever_the_trial_says(
    asha: httpx.AsyncClient, account: str, app: FastAPI, stubs: dict[BrokerId, StubAdapter]
) -> None:
    connection = connections_of(app).get(AccountId(account))
    assert connection is not None
    assert connection.broker is not None
    connection.broker.try_again()
    answer = stubs[Z].hold_back = asyncio.Event()
    trial = asyncio.create_task(connection.broker.margin())
    await asyncio.sleep(0)
    await asha.post(f"/v1/accounts/{account}/breaker/open", json={"reason": "no more"})
    answer.set()
    await trial
    assert connection.broker.health().reads == "closed"
    with pytest.raises(NotSent, match="held open by you"):
        await connection.broker.place(replace(CHILD, product=Product.MIS))


async def test_it_outlives_a_restart_and_a_new_login_and_counts_in_every_process(
    keeper: httpx.AsyncClient,
    asha: httpx.AsyncClient,
    account: str,
    database_settings: Settings,
    stubs: dict[BrokerId, StubAdapter],
    watch: Watch,
    monkeypatch: pytest.MonkeyPatch,
    app: FastAPI,
) -> None:
    """Each has a bus of its own, as when Redis is away: the table alone tells."""
    monkeypatch.setattr(held_breakers, "LOOK", 0.02)
    there = create_app(database_settings.model_copy(update={"role": Role.API}), clock=watch, adapters=stubs)
    assert (await keeper.post(f"{OPERATOR}/accounts/{account}/open", json=WHY)).status_code == 200
    async with there.router.lifespan_context(there):
        other = connections_of(there).get(AccountId(account))
        assert other is not None
        assert other.held is not None, "from the first moment on"
        await app.state.connections.reload(AccountId(account))
        assert app.state.connections.get(AccountId(account)).held is not None
        await keeper.post(f"{OPERATOR}/accounts/{account}/close")
        await until(lambda: other.held is None)
        assert other.broker is not None
        assert other.broker.health().writes == "half_open"


async def test_nobody_reaches_what_is_not_there_or_not_theirs(
    keeper: httpx.AsyncClient, asha: httpx.AsyncClient, account: str, person: Login
) -> None:
    bina = await person("bina")
    for what in ("open", "close"):
        for path in ("brokers/nobody", "accounts/none"):
            answer = await keeper.post(f"{OPERATOR}/{path}/{what}", json=WHY)
            assert answer.json()["code"] == "not_found"
        for who in (bina, keeper):
            refused = await who.post(f"/v1/accounts/{account}/breaker/{what}", json=WHY)
            assert refused.json()["code"] == "not_found"
        assert (await asha.post(f"{OPERATOR}/accounts/{account}/{what}", json=WHY)).json()["code"] == (
            "operators_only"
        )
    assert (await bina.get(f"/v1/accounts/{account}/breaker")).status_code == 404
    assert (await asha.get(OPERATOR)).json()["code"] == "operators_only"


@pytest.mark.parametrize(
    "body",
    [
        {},
        {"reason": "no"},
        {"reason": "x" * 201},
        {**WHY, "until": "2026-11-23T10:00:00+05:30"},
        {**WHY, "until": "2027-11-23T10:00:00+05:30"},
        {**WHY, "until": "10:30"},
        {**WHY, "until": "2026-11-23T12:00:00"},
    ],
)
async def test_a_hold_has_a_reason_and_an_end_that_comes(
    asha: httpx.AsyncClient, account: str, body: dict[str, str]
) -> None:
    answer = await asha.post(f"/v1/accounts/{account}/breaker/open", json=body)
    assert (answer.status_code, answer.json()["code"]) == (422, "invalid_input")
    assert (await asha.get(f"/v1/accounts/{account}/breaker")).json()["held"] == []


async def test_operators_prove_who_they_are(keeper: httpx.AsyncClient, account: str, watch: Watch) -> None:
    watch.pass_time(minutes=11)
    for path in ("brokers/zerodha/open", "brokers/zerodha/close", f"accounts/{account}/open"):
        answer = await keeper.post(f"{OPERATOR}/{path}", json=WHY)
        assert answer.json()["code"] == "step_up_needed"

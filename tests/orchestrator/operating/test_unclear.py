"""An unclear order is looked for when somebody asks, its owner is told, and nobody's word makes it absent."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator

import httpx
import pytest
import sqlalchemy as sa
from fastapi import FastAPI

from domain.account import AccountId, BrokerId, UserId
from domain.errors import BrokerUnavailable, SessionExpired
from domain.order import Accepted, ChildOrder, Lost
from domain.report import OrderReport, ReportStatus
from orchestrator.app import create_app
from orchestrator.config import Settings
from orchestrator.orders import repository
from orchestrator.settings.process import Role
from orchestrator.tables.audit import audit_log
from orchestrator.tables.market import notices
from orchestrator.tables.people import letters
from tests.orchestrator.accounts.conftest import connect
from tests.orchestrator.conftest import Login, Watch
from tests.orchestrator.operating.test_operators import again, id_of
from tests.orchestrator.operating.test_operators import asha as asha
from tests.orchestrator.operating.test_operators import keeper as keeper
from tests.orchestrator.orders.test_repository import child_of, record
from tests.orchestrator.stub_broker import StubAdapter

UNCLEAR = "/v1/operator/orders/unclear"
Stubs = dict[BrokerId, StubAdapter]


@pytest.fixture
async def app(
    cheap_passwords: None, database_settings: Settings, watch: Watch, stubs: Stubs
) -> AsyncIterator[FastAPI]:
    """A process without background work: nothing is looked for but when somebody asks."""
    settings = database_settings.model_copy(update={"role": Role.API})
    application = create_app(settings, clock=watch, adapters=stubs)
    async with application.router.lifespan_context(application):
        yield application


@pytest.fixture
async def lost(app: FastAPI, asha: httpx.AsyncClient, stubs: Stubs, watch: Watch) -> ChildOrder:
    """A part of asha's order that left, without an answer."""
    stubs[BrokerId.ZERODHA].users["good"] = "AB1234"
    account = AccountId(await connect(asha))
    child = child_of("ord_1", account)
    await record(app.state.db, child, user=UserId(await id_of(asha)))
    fact = Lost(watch.now, "no answer in 8 s")
    changed = await app.state.db.write(
        lambda conn: repository.add_facts(conn, child.id, [fact], at=watch.now, answered_at=None)
    )
    after: ChildOrder = changed.after
    return after


def seen(child: ChildOrder, watch: Watch) -> OrderReport:
    return OrderReport(
        "Z1", ReportStatus.OPEN, "OPEN", watch.now, child.quantity, 0, tag=child.tag, instrument=child.instrument,
        side=child.side, product=child.product, order_type=child.order_type, price=child.price,
    )  # fmt: skip


async def letters_kept(app: FastAPI) -> list[str]:
    """As they wait to be sent."""
    rows = await app.state.db.read(lambda conn: conn.execute(sa.select(letters.c.id, letters.c.sealed)).all())
    return [app.state.vault.open(row.sealed, table="letters", column="sealed", row=row.id) for row in rows]


def part(child: ChildOrder) -> str:
    return f"/v1/orders/{child.order_id}/parts/{child.id}/look"


async def test_how_it_went_is_told_and_not_what_it_is_of(keeper: httpx.AsyncClient, lost: ChildOrder) -> None:
    (listed,) = (await keeper.get(UNCLEAR)).json()["items"]
    opened = await keeper.get(f"{UNCLEAR}/{lost.id}")
    told = opened.json()
    assert listed.items() <= told.items()
    assert (told["logged_in"], told["reads"], told["told_at"]) == (True, "closed", None)
    assert not [word for word in ("INFY", "1500", "BUY", "quantity") if word in opened.text]
    assert (await keeper.get(f"{UNCLEAR}/none")).json()["code"] == "not_found"


async def test_what_is_found_is_learnt_and_clear_from_then_on(
    keeper: httpx.AsyncClient, lost: ChildOrder, stubs: Stubs, watch: Watch, app: FastAPI
) -> None:
    stubs[BrokerId.ZERODHA].found = [seen(lost, watch)]
    looked = (await keeper.post(f"{UNCLEAR}/{lost.id}/look")).json()
    assert (looked["found"], looked["status"]) == (True, "OPEN")
    assert (await keeper.get(UNCLEAR)).json()["items"] == []
    for method, path in (("GET", ""), ("POST", "/look"), ("POST", "/tell")):
        answer = await keeper.request(method, f"{UNCLEAR}/{lost.id}{path}")
        assert answer.json()["code"] == "not_found", "it is clear now"
    query = sa.select(audit_log.c.subject).where(audit_log.c.action == "order.sought")
    assert (await app.state.db.read(lambda conn: conn.execute(query).scalars().all())) == [lost.id]


async def test_however_often_it_is_looked_for_by_hand_it_is_not_absent_by_that(
    keeper: httpx.AsyncClient, asha: httpx.AsyncClient, lost: ChildOrder, watch: Watch
) -> None:
    for _ in range(5):
        watch.pass_time(seconds=60)
        looked = (await keeper.post(f"{UNCLEAR}/{lost.id}/look")).json()
        mine = (await asha.post(part(lost))).json()
        assert (looked["found"], looked["status"], mine["status"]) == (False, "UNKNOWN", "UNKNOWN")
    assert "looks over 30 s" in looked["words"]


async def test_a_broker_that_cannot_be_asked_says_nothing_of_it(
    keeper: httpx.AsyncClient, asha: httpx.AsyncClient, lost: ChildOrder, stubs: Stubs
) -> None:
    stub = stubs[BrokerId.ZERODHA]
    stub.fails["find"] = BrokerUnavailable("away")
    assert (await keeper.post(f"{UNCLEAR}/{lost.id}/look")).json()["code"] == "broker_unavailable"
    await asha.post(f"/v1/accounts/{lost.account_id}/breaker/close")  # three failures in a row had opened it
    stub.fails["find"] = stub.fails["profile"] = SessionExpired("dead")
    assert (await asha.post(part(lost))).json()["code"] == "login_needed"
    refused = await keeper.post(f"{UNCLEAR}/{lost.id}/look")
    assert (refused.status_code, refused.json()["code"]) == (409, "login_needed")
    assert (await keeper.get(f"{UNCLEAR}/{lost.id}")).json()["logged_in"] is False


async def test_its_owner_looks_for_it_and_nobody_else(
    asha: httpx.AsyncClient, person: Login, lost: ChildOrder, stubs: Stubs, watch: Watch
) -> None:
    bina = await person("bina")
    for who, path in ((bina, part(lost)), (asha, "/v1/orders/ord_1/parts/none/look")):
        assert (await who.post(path)).json()["code"] == "not_found"
    stubs[BrokerId.ZERODHA].found = [seen(lost, watch)]
    assert (await asha.post(part(lost))).json()["status"] == "OPEN"
    clear = await asha.post(part(lost))
    assert (clear.status_code, clear.json()["code"]) == (409, "order_clear")


async def test_what_the_answer_said_meanwhile_stands_beside_what_was_found(
    asha: httpx.AsyncClient, lost: ChildOrder, stubs: Stubs, watch: Watch, app: FastAPI
) -> None:
    stub = stubs[BrokerId.ZERODHA]
    stub.found, stub.hold_back = [seen(lost, watch)], asyncio.Event()
    before = stub.calls["find"]
    looking = asyncio.create_task(asha.post(part(lost)))
    while stub.calls["find"] == before:
        await asyncio.sleep(0.005)
    late = Accepted("Z1", watch.now)
    await app.state.db.write(
        lambda conn: repository.add_facts(conn, lost.id, [late], at=watch.now, answered_at=watch.now)
    )
    stub.hold_back.set()
    (child,) = (await looking).json()["children"]
    assert (child["status"], child["broker_order_id"]) == ("OPEN", "Z1")


async def test_its_owner_is_told_once_an_hour_and_not_what_it_is_of(
    keeper: httpx.AsyncClient, asha: httpx.AsyncClient, lost: ChildOrder, app: FastAPI, watch: Watch
) -> None:
    both = await asyncio.gather(*(keeper.post(f"{UNCLEAR}/{lost.id}/tell") for _ in range(2)))
    assert sorted(answer.status_code for answer in both) == [200, 409]
    assert {answer.json().get("code") for answer in both} == {None, "told_lately"}
    (letter,) = [one for one in await letters_kept(app) if "no clear answer" in one]
    assert "Do not place the order anew" in letter
    assert not [word for word in ("INFY", "1500") if word in letter]
    (notice,) = (await asha.get("/v1/notices")).json()["items"]
    assert (notice["kind"], notice["subject"]) == ("order_unclear", lost.id)
    assert (await keeper.get(f"{UNCLEAR}/{lost.id}")).json()["told_at"]
    watch.pass_time(minutes=61)
    await again(keeper)
    assert (await keeper.post(f"{UNCLEAR}/{lost.id}/tell")).status_code == 200
    count = sa.select(sa.func.count()).select_from(notices).where(notices.c.kind == "order_unclear")
    assert await app.state.db.read(lambda conn: conn.execute(count).scalar_one()) == 2


async def test_it_is_for_operators_who_prove_who_they_are(
    keeper: httpx.AsyncClient, asha: httpx.AsyncClient, lost: ChildOrder, watch: Watch
) -> None:
    for method, path in (("GET", ""), ("POST", "/look"), ("POST", "/tell")):
        answer = await asha.request(method, f"{UNCLEAR}/{lost.id}{path}")
        assert answer.json()["code"] == "operators_only"
    watch.pass_time(minutes=11)
    for path in ("look", "tell"):
        assert (await keeper.post(f"{UNCLEAR}/{lost.id}/{path}")).json()["code"] == "step_up_needed"

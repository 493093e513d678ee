"""A user takes everything along, leaves, is forgotten but for the records of orders, or stays after all."""

from __future__ import annotations

import io
import zipfile
from collections.abc import Callable, Sequence
from datetime import UTC, datetime
from functools import partial
from typing import Any

import httpx
import orjson
import pytest
from fastapi import FastAPI
from sqlalchemy import Connection, func, select

from domain.account import BrokerId, UserId
from orchestrator.audit import rows
from orchestrator.audit.keeper import Keeper
from orchestrator.audit.verify import Report, check
from orchestrator.departure import export, forgetting, leaving
from orchestrator.departure.export import owned
from orchestrator.departure.holdings import KEPT, Fate
from orchestrator.departure.leaving import Departures
from orchestrator.storage.db import Database
from orchestrator.tables import metadata
from orchestrator.tables.audit import audit_log
from tests.orchestrator.accounts.conftest import connect, until
from tests.orchestrator.conftest import PASSWORD, Login, Watch
from tests.orchestrator.stub_broker import StubAdapter

AT = datetime(2026, 11, 23, 5, 0, tzinfo=UTC)
EMAIL = "asha@trademaster.test"
SECRETS = ("good", "Bearer", PASSWORD, "$argon2", "v1.")


@pytest.fixture
async def asha(person: Login, stubs: dict[BrokerId, StubAdapter]) -> httpx.AsyncClient:
    """With an account, a list and a limit."""
    stubs[BrokerId.ZERODHA].users["good"] = "Z1"
    client = await person("asha")
    await connect(client)
    assert (await client.post("/v1/watchlists", json={"name": "Steel"})).status_code == 201
    return client


async def leave(client: httpx.AsyncClient, email: str = EMAIL) -> httpx.Response:
    return await client.request("DELETE", "/v1/users/me", json={"email": email})


async def user_id(client: httpx.AsyncClient) -> str:
    return str((await client.get("/v1/users/me")).json()["id"])


async def counted(app: FastAPI, user: str) -> dict[str, int]:
    """How many rows each table has about the user."""

    def look(conn: Connection) -> dict[str, int]:
        found = {}
        for name, kept in KEPT.items():
            table = metadata.tables[name]
            query = select(func.count()).select_from(table).where(owned(table, kept, user))  # type: ignore[arg-type]
            found[name] = conn.execute(query).scalar_one()
        return found

    return dict(await app.state.db.read(look))


async def linked(app: FastAPI) -> None:
    await Keeper(app.state.db, app.state.seal, app.state.clock).link_all()


async def checked(app: FastAPI) -> Report:
    def whole(conn: Connection) -> Report:
        return check(rows.every(conn), rows.head(conn), keys=None)

    report: Report = await app.state.db.read(whole)
    return report


async def test_everything_comes_as_a_file_and_no_secret(asha: httpx.AsyncClient) -> None:
    answer = await asha.post("/v1/users/me/export")
    assert answer.status_code == 200, answer.text
    assert answer.headers["content-disposition"].startswith('attachment; filename="trademaster-2026-11-23')
    with zipfile.ZipFile(io.BytesIO(answer.content)) as file:
        assert file.testzip() is None
        members = {name: file.read(name) for name in file.namelist()}
    told = {name for name, kept in KEPT.items() if not kept.unexported}
    assert set(members) == {"README.txt", *(f"{name}.jsonl" for name in told)}
    (me,) = map(orjson.loads, members["users.jsonl"].splitlines())
    assert me["email"] == EMAIL
    (steel,) = map(orjson.loads, members["watchlists.jsonl"].splitlines())
    assert steel["name"] == "Steel"
    (account,) = map(orjson.loads, members["accounts.jsonl"].splitlines())
    assert account["broker_user_id"] == "Z1"
    for name, content in members.items():
        assert not any(secret.encode() in content for secret in SECRETS), name


async def test_rows_that_go_meanwhile_take_no_other_out_of_the_file(
    asha: httpx.AsyncClient, app: FastAPI, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(export, "AT_ONCE", 4)
    user, db = UserId(await user_id(asha)), app.state.db
    keys = metadata.tables["idempotency_keys"]
    values = [
        {"user_id": user, "key": f"k{number:02}", "fingerprint": "f", "order_id": "o", "created_at": AT}
        for number in range(20)
    ]
    await db.write(lambda conn: conn.execute(keys.insert(), values))
    read = export._page

    async def page(of: Database, name: str, *rest: Any) -> Any:
        found = await read(of, name, *rest)
        if name == "idempotency_keys":
            await db.write(lambda conn: conn.execute(keys.delete().where(keys.c.key < "k04")))
        return found

    monkeypatch.setattr(export, "_page", page)
    pieces = [piece async for piece in export.archive(db, user, at=AT)]
    with zipfile.ZipFile(io.BytesIO(b"".join(pieces))) as file:
        told = [orjson.loads(row)["key"] for row in file.read("idempotency_keys.jsonl").splitlines()]
    assert told == [f"k{number:02}" for number in range(20)]


async def test_a_file_has_nothing_of_others(asha: httpx.AsyncClient, person: Login) -> None:
    ravi = await person("ravi")
    answer = await ravi.post("/v1/users/me/export")
    with zipfile.ZipFile(io.BytesIO(answer.content)) as file:
        everything = b"".join(file.read(name) for name in file.namelist())
    assert b"Steel" not in everything
    assert b"asha" not in everything


async def test_who_leaves_types_the_own_email_and_proves_who_it_is(
    asha: httpx.AsyncClient, watch: Watch
) -> None:
    assert (await leave(asha, "ravi@trademaster.test")).json()["code"] == "not_your_email"
    watch.pass_time(minutes=11)
    assert (await leave(asha)).json()["code"] == "step_up_needed"
    assert (await asha.post("/v1/users/me/export")).json()["code"] == "step_up_needed"


async def test_at_once_nothing_of_who_leaves_can_trade(
    asha: httpx.AsyncClient, app: FastAPI, client: httpx.AsyncClient, stubs: dict[BrokerId, StubAdapter]
) -> None:
    other = await client.post("/v1/users/login", json={"email": EMAIL, "password": PASSWORD})
    client.headers["authorization"] = f"Bearer {other.json()['access_token']}"
    answer = await leave(asha)
    assert answer.status_code == 202, answer.text
    assert answer.json()["due_at"].startswith("2026-11-30T10:30")
    assert (await asha.get("/v1/accounts")).json() == []
    assert (await client.get("/v1/users/me")).status_code == 401
    assert (await asha.get("/v1/users/me")).status_code == 200
    sealed = await app.state.db.read(
        lambda conn: conn.execute(select(metadata.tables["accounts"])).mappings().all()
    )
    assert all(one["credentials"] is None and one["session"] is None for one in sealed)
    await until(lambda: stubs[BrokerId.ZERODHA].ended == ["token of Z1 1"])
    assert (await leave(asha)).json()["code"] == "leaving_already"


async def test_it_can_be_called_off(asha: httpx.AsyncClient, app: FastAPI, watch: Watch) -> None:
    assert (await asha.post("/v1/users/me/deletion/call-off")).json()["code"] == "not_leaving"
    await leave(asha)
    called_off = await asha.post("/v1/users/me/deletion/call-off")
    assert called_off.json()["asked_at"] is None
    watch.pass_time(days=8)
    await app.state.departures.look()
    again = await asha.post("/v1/users/login", json={"email": EMAIL, "password": PASSWORD})
    assert again.status_code == 200
    assert (await counted(app, await _id(app)))["watchlists"] == 1


async def _id(app: FastAPI) -> str:
    users = metadata.tables["users"]
    return str(await app.state.db.read(lambda conn: conn.execute(select(users.c.id)).scalar_one()))


async def test_when_it_is_due_everything_is_forgotten_but_the_records(
    asha: httpx.AsyncClient, app: FastAPI, watch: Watch
) -> None:
    user = await user_id(asha)
    await leave(asha)
    await linked(app)
    watch.pass_time(days=7, seconds=1)
    await app.state.departures.look()
    await linked(app)
    await app.state.departures.look()
    left = await counted(app, user)
    gone = {name for name, kept in KEPT.items() if kept.fate is Fate.FORGOTTEN}
    assert {name for name in gone if left[name]} == set()
    assert left["users"] == left["departures"] == 1

    def look(conn: Connection) -> tuple[Any, Any]:
        mine = audit_log.c.user_id == user
        me = conn.execute(select(metadata.tables["users"])).mappings().one()
        return me, conn.execute(select(audit_log).where(mine).order_by(audit_log.c.id)).all()

    me, entries = await app.state.db.read(look)
    assert (me["name"], me["password_hash"], me["email"]) == ("", None, f"{user}@deleted.invalid")
    assert [one.action for one in entries][-2:] == ["user.deletion_asked", "user.deleted"]
    assert all((one.address, one.detail, one.salt) == (None, None, None) for one in entries)
    report = await checked(app)
    assert report.whole, report.findings
    assert report.erased == len(entries)
    again = await asha.post("/v1/users/login", json={"email": EMAIL, "password": PASSWORD})
    assert again.status_code == 401
    assert (await asha.post("/v1/users/refresh")).status_code == 401


async def test_the_records_go_after_their_years_and_the_log_stays_whole(
    asha: httpx.AsyncClient, app: FastAPI, watch: Watch
) -> None:
    user = await user_id(asha)
    await leave(asha)
    watch.pass_time(days=8)
    await app.state.departures.look()
    await linked(app)
    await app.state.departures.look()
    watch.pass_time(days=365 * 8)
    await app.state.departures.look()
    assert (await counted(app, user))["users"] == 1
    watch.pass_time(days=10)
    await app.state.departures.look()
    left = await counted(app, user)
    assert {name for name, count in left.items() if count} == {"audit_log"}
    assert (await checked(app)).whole


async def test_where_nothing_is_kept_the_log_is_erased_before_the_user_is_unknown(
    asha: httpx.AsyncClient, app: FastAPI, watch: Watch
) -> None:
    """Entries that wait to be linked cannot be erased yet: the keeper may have stopped for days."""
    user, state = await user_id(asha), app.state
    nothing = Departures(
        state.db,
        state.clock,
        years=0,
        connections=state.connections,
        ended=state.ended_sessions,
        tokens=state.tokens,
    )
    await leave(asha)
    watch.pass_time(days=8)
    await nothing.look()
    await linked(app)
    await nothing.look()
    await nothing.look()

    def look(conn: Connection) -> Sequence[Any]:
        return conn.execute(select(audit_log).where(audit_log.c.user_id == user)).all()

    entries = await state.db.read(look)
    assert entries
    assert all((one.address, one.detail, one.salt) == (None, None, None) for one in entries)
    left = await counted(app, user)
    assert {name for name, count in left.items() if count} == {"audit_log"}


async def test_a_long_log_is_erased_step_by_step_and_to_its_last_entry(
    asha: httpx.AsyncClient, app: FastAPI, watch: Watch, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(leaving, "ERASED_AT_ONCE", 2)
    user = await user_id(asha)
    await leave(asha)
    watch.pass_time(days=8)
    await linked(app)
    await (
        app.state.departures.look()
    )  # all but what says that the user was deleted, unless it is linked already
    assert set(await unerased(app, user)) <= {"user.deleted"}
    await linked(app)
    await app.state.departures.look()
    assert await unerased(app, user) == []


async def test_a_great_many_rows_go_in_pieces_and_a_crash_between_two_shows_nobody_half_a_user(
    asha: httpx.AsyncClient, app: FastAPI, watch: Watch, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The pieces are so small that each table needs several, and the process dies after the first."""
    monkeypatch.setattr(forgetting, "AT_ONCE", 2)
    user = await user_id(asha)
    for name in ("Banks", "Cement", "Power"):
        assert (await asha.post("/v1/watchlists", json={"name": name})).status_code == 201
    await leave(asha)
    watch.pass_time(days=8)
    whole = forgetting.forget_some
    monkeypatch.setattr(forgetting, "forget_some", partial(_dies_at, [2], whole))
    with pytest.raises(RuntimeError, match="died"):
        await app.state.departures.look()
    left = await counted(app, user)
    assert left["watchlists"] > 0
    assert (await asha.get("/v1/watchlists")).status_code == 401
    again = await asha.post("/v1/users/login", json={"email": EMAIL, "password": PASSWORD})
    assert again.status_code == 401
    assert (await asha.post("/v1/users/me/deletion/call-off")).status_code == 401
    monkeypatch.setattr(forgetting, "forget_some", whole)
    await app.state.departures.look()
    left = await counted(app, user)
    assert {name for name, kept in KEPT.items() if kept.fate is Fate.FORGOTTEN and left[name]} == set()
    await linked(app)
    await app.state.departures.look()
    watch.pass_time(days=365 * 9)
    await app.state.departures.look()
    left = await counted(app, user)
    assert {name for name, count in left.items() if count} == {"audit_log"}


def _dies_at(left: list[int], work: Callable[..., bool], *given: Any, **named: Any) -> bool:
    left[0] -= 1
    if left[0] == 0:
        raise RuntimeError("died")
    return work(*given, **named)


async def unerased(app: FastAPI, user: str) -> list[str]:
    """Actions of entries that still have what is personal."""
    rows = audit_log.c
    query = select(rows.action).where(rows.user_id == user, rows.detail.is_not(None))
    return list(await app.state.db.read(lambda conn: conn.execute(query).scalars().all()))


async def test_the_email_is_free_again(
    asha: httpx.AsyncClient, app: FastAPI, watch: Watch, person: Login
) -> None:
    await leave(asha)
    watch.pass_time(days=8)
    await app.state.departures.look()
    again = await person("asha")
    assert (await again.get("/v1/audit")).json()["items"][0]["action"] == "login"
    assert len((await again.get("/v1/watchlists")).json()["items"]) == 0


async def test_a_token_cannot_leave_nor_take_data_along(asha: httpx.AsyncClient) -> None:
    made = await asha.post(
        "/v1/users/me/tokens", json={"name": "reader", "scopes": ["read", "trade", "funds"]}
    )
    if made.status_code != 201:
        pytest.fail(made.text)
    asha.headers["authorization"] = f"Bearer {made.json()['token']}"
    assert (await leave(asha)).status_code == 403
    assert (await asha.post("/v1/users/me/export")).status_code == 403
    assert (await asha.post("/v1/users/me/deletion/call-off")).status_code == 403

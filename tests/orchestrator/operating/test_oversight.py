"""What an operator sees over all users: how everything does, and nothing of what somebody holds or trades."""

from __future__ import annotations

import asyncio
from datetime import UTC, datetime

import httpx
import pytest
from fastapi import FastAPI
from sqlalchemy import select
from typer.testing import CliRunner

from domain.account import BrokerId
from orchestrator.cli import cli
from orchestrator.config import Settings
from orchestrator.jobs import rows
from orchestrator.jobs.plan import PLANS
from orchestrator.storage.db import open_database
from orchestrator.tables.audit import audit_log
from tests.orchestrator.accounts.conftest import connect
from tests.orchestrator.operating.test_operators import asha as asha
from tests.orchestrator.operating.test_operators import id_of
from tests.orchestrator.operating.test_operators import keeper as keeper
from tests.orchestrator.stub_broker import StubAdapter
from tests.services import make_tables
from tests.stories.product import eventually

JOBS = "/v1/operator/jobs"


@pytest.mark.parametrize("path", ["/jobs", "/jobs/books/runs", "/accounts", "/orders/unclear", "/audit"])
async def test_a_user_sees_nothing_of_it(asha: httpx.AsyncClient, path: str) -> None:
    answer = await asha.get(f"/v1/operator{path}")
    assert (answer.status_code, answer.json()["code"]) == (403, "operators_only")
    assert (await asha.post(f"{JOBS}/books/runs")).json()["code"] == "operators_only"


async def test_a_job_that_is_asked_for_is_done_once_and_told_of(
    keeper: httpx.AsyncClient, app: FastAPI
) -> None:
    listed = (await keeper.get(JOBS)).json()["items"]
    assert [one["name"] for one in listed] == list(PLANS)
    await app.state.jobs.settled()
    asked = await keeper.post(f"{JOBS}/old candles/runs")
    assert asked.status_code == 202
    assert asked.json()["asked_by"] == "operator"
    due_at = asked.json()["due_at"]

    async def done() -> dict[str, object] | None:
        runs = (await keeper.get(f"{JOBS}/old candles/runs")).json()["items"]
        return next((run for run in runs if run["due_at"] == due_at and run["outcome"]), None)

    run = await eventually(done, bool)
    assert (run["outcome"], run["words"]) == ("done", "0 minutes were forgotten")
    entries = await app.state.db.read(
        lambda conn: (
            conn.execute(select(audit_log.c.subject).where(audit_log.c.action == "job.asked")).scalars().all()
        )
    )
    assert entries == ["old candles"]


async def test_there_is_no_such_job(keeper: httpx.AsyncClient) -> None:
    for answer in (await keeper.get(f"{JOBS}/x/runs"), await keeper.post(f"{JOBS}/x/runs")):
        assert (answer.status_code, answer.json()["code"]) == (404, "not_found")


async def test_accounts_are_seen_without_what_is_in_them(
    keeper: httpx.AsyncClient, asha: httpx.AsyncClient, stubs: dict[BrokerId, StubAdapter]
) -> None:
    stubs[BrokerId.ZERODHA].users["good"] = "AB1234"
    account = await connect(asha)
    (one,) = (await keeper.get("/v1/operator/accounts")).json()["items"]
    assert (one["id"], one["user_id"], one["state"]) == (account, await id_of(asha), "connected")
    assert (one["reads"], one["writes"]) == ("closed", "closed")
    assert set(one) == {
        "id", "user_id", "broker", "state", "connected_at", "session_expires_at", "failing_since", "as_of", "reads",
        "writes", "last_error",
    }  # fmt: skip
    gone = await keeper.get("/v1/operator/accounts", params={"state": "login_needed"})
    assert gone.json() == {"items": [], "next": None}


async def test_the_log_is_searched_without_its_details(
    keeper: httpx.AsyncClient, asha: httpx.AsyncClient
) -> None:
    who = await id_of(asha)
    asked = {"user_id": who, "action": "user.signed_up"}
    (entry,) = (await keeper.get("/v1/operator/audit", params=asked)).json()["items"]
    assert entry["user_id"] == who
    assert not {"detail", "address"} & set(entry)
    first = (await keeper.get("/v1/operator/audit", params={"limit": 1})).json()
    older = (await keeper.get("/v1/operator/audit", params={"before": first["next"]})).json()["items"]
    assert first["items"][0]["id"] not in {one["id"] for one in older}


async def test_a_moment_has_an_offset_and_is_within_reach(keeper: httpx.AsyncClient) -> None:
    for path, field in (("/audit", "since"), ("/audit", "until"), ("/jobs/books/runs", "before")):
        for moment in ("2026-11-23T09:15:00", "0001-01-01T00:00:00+05:30", "9999-12-31T23:59:59-05:30"):
            refused = await keeper.get(f"/v1/operator{path}", params={field: moment})
            assert (refused.status_code, refused.json()["field"]) == (422, field)


async def test_no_order_is_unclear(keeper: httpx.AsyncClient) -> None:
    assert (await keeper.get("/v1/operator/orders/unclear")).json() == {"items": []}


async def test_the_command_line_tells_the_same(
    database_settings: Settings, monkeypatch: pytest.MonkeyPatch
) -> None:
    database = open_database(database_settings)
    await make_tables(database)
    moment = datetime(2026, 11, 23, 3, 0, tzinfo=UTC)
    await database.write(lambda conn: rows.begin_with_next(conn, "instruments", moment, moment))
    await database.close()
    monkeypatch.setenv("TRADEMASTER_DATA", str(database_settings.data))
    monkeypatch.setenv("TRADEMASTER_DATABASE_URL", database_settings.database_url)

    async def say(*words: str) -> str:
        done = await asyncio.to_thread(CliRunner().invoke, cli, ["jobs", *words])
        return f"{done.exit_code} {done.output} {done.exception or ''}"

    listed = await say("list")
    assert listed.startswith("0 ")
    assert "every day at 08:30; next" in listed
    assert "is asked for" in await say("run", "books")
    assert "was asked for before" in await say("run", "books")
    assert "(asked by command)" in await say("history", "books")
    assert "skipped  try 0  new here" in await say("history", "instruments")
    assert "there is no job x" in await say("run", "x")

"""Operators see over HTTP what was given up and never what it says; they send it again or drop it, and it is written
down."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import UTC, datetime

import httpx
import pytest
import sqlalchemy as sa
from fastapi import FastAPI

from orchestrator.tables.audit import audit_log
from orchestrator.tables.webhooks import webhook_messages, webhooks
from orchestrator.webhooks import dead
from tests.orchestrator.conftest import Watch
from tests.orchestrator.operating.test_operators import asha as asha
from tests.orchestrator.operating.test_operators import id_of
from tests.orchestrator.operating.test_operators import keeper as keeper

LETTERS = "/v1/operator/dead-letters"
T0 = datetime(2026, 11, 23, 4, 0, tzinfo=UTC)
BODY = '{"type": "order.filled", "data": {"symbol": "INFY", "quantity": 700, "fills": [{"price": "1.5"}], "x": null}}'


@pytest.fixture
async def given_up(app: FastAPI, asha: httpx.AsyncClient) -> list[str]:
    """Three of a webhook that is on, one of which is no JSON, one of one that is off; and one that waits."""
    user = await id_of(asha)
    hook = {
        "user_id": user, "name": "", "url": "", "events": "[]", "secret": "", "off_why": "", "made_at": T0,
    }  # fmt: skip
    message = {
        "user_id": user, "subject": "s", "type": "order.filled", "made_at": T0, "final": False, "attempts": 9,
        "due_at": T0, "answer": "500 no", "status": 500,
    }  # fmt: skip

    def fill(conn: sa.Connection) -> None:
        for name in ("on", "off"):
            conn.execute(sa.insert(webhooks), {**hook, "id": name, "enabled": name == "on"})
        for name, at, state in (
            ("m1", "on", "dead"), ("m2", "on", "dead"), ("m3", "on", "dead"), ("m4", "off", "dead"),
            ("m5", "on", "waiting"),
        ):  # fmt: skip
            body = BODY if name != "m3" else "no JSON"
            here = {"id": name, "webhook_id": at, "source": name, "state": state, "body": body}
            conn.execute(sa.insert(webhook_messages), {**message, **here})

    await app.state.db.write(fill)
    return ["m4", "m3", "m2", "m1"]


async def test_a_user_sees_none_of_it_and_does_nothing(asha: httpx.AsyncClient, given_up: list[str]) -> None:
    for method, path in (("GET", ""), ("GET", "/m1"), ("POST", "/replay"), ("POST", "/drop")):
        answer = await asha.request(method, f"{LETTERS}{path}", json={"ids": None})
        assert (answer.status_code, answer.json()["code"]) == (403, "operators_only")


async def test_what_was_given_up_is_listed_page_by_page(
    keeper: httpx.AsyncClient, given_up: list[str]
) -> None:
    first = (await keeper.get(LETTERS, params={"limit": 3})).json()
    rest = (await keeper.get(LETTERS, params={"limit": 3, "before": first["next"]})).json()
    assert [one["id"] for one in first["items"] + rest["items"]] == given_up
    assert (first["count"], rest["next"]) == (4, None)
    assert (first["items"][0]["enabled"], first["items"][0]["words"]) == (False, "500 no")


async def test_one_shows_what_it_has_and_not_what_it_says(
    keeper: httpx.AsyncClient, given_up: list[str]
) -> None:
    opened = await keeper.get(f"{LETTERS}/m1")
    assert opened.json()["form"] == {
        "type": "str",
        "data": {"symbol": "str", "quantity": "int", "fills": [{"price": "str"}], "x": None},
    }
    assert not [told for told in ("INFY", "700", "1.5") if told in opened.text]
    assert (opened.json()["status"], opened.json()["type"]) == (500, "order.filled")
    assert (await keeper.get(f"{LETTERS}/m3")).json()["form"] is None
    for other in ("m5", "none"):
        assert (await keeper.get(f"{LETTERS}/{other}")).json()["code"] == "not_found"


async def test_some_are_sent_again_and_the_rest_dropped_and_both_are_written_down(
    app: FastAPI, keeper: httpx.AsyncClient, given_up: list[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(dead, "AT_ONCE", 2)
    again = await keeper.post(f"{LETTERS}/replay", json={"ids": ["m1", "m4", "m5", "none"]})
    assert again.json() == {"done": 1, "left": 3}, "one of a webhook that is off stays"
    assert (await keeper.post(f"{LETTERS}/replay", json={"ids": ["m1"]})).json() == {"done": 0, "left": 3}
    dropped = await keeper.post(f"{LETTERS}/drop", json={"ids": None})
    assert dropped.json() == {"done": 3, "left": 0}, "more than one transaction takes"
    query = sa.select(audit_log.c.action, audit_log.c.subject, audit_log.c.actor).order_by(audit_log.c.id)
    rows = [tuple(row) for row in await app.state.db.read(lambda conn: conn.execute(query).all())]
    me = await id_of(keeper)
    assert [row for row in rows if row[0].startswith("dead_letter")] == [
        ("dead_letter.replayed", "m1", me),
        *(("dead_letter.dropped", one, me) for one in ("m2", "m3", "m4")),
    ]


async def test_each_is_sent_again_once_also_where_it_is_given_up_at_once(
    app: FastAPI, keeper: httpx.AsyncClient, given_up: list[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    replay = dead.replay

    def refused_at_once(conn: sa.Connection, ids: Sequence[str], now: datetime) -> list[str]:
        found = replay(conn, ids, now)
        conn.execute(sa.update(webhook_messages).values(state="dead"))
        return found

    monkeypatch.setattr(dead, "AT_ONCE", 2)
    monkeypatch.setattr(dead, "replay", refused_at_once)
    again = await keeper.post(f"{LETTERS}/replay", json={"ids": None})
    assert again.json() == {"done": 3, "left": 5}


async def test_it_asks_for_the_person_and_for_ids_that_are_some(
    keeper: httpx.AsyncClient, given_up: list[str], watch: Watch
) -> None:
    for ids in ([], ["x"] * (dead.AT_ONCE + 1), "m1", ["m1", "m\0"]):
        answer = await keeper.post(f"{LETTERS}/drop", json={"ids": ids})
        assert answer.json()["code"] == "invalid_input"
    assert (await keeper.post(f"{LETTERS}/drop", json={})).status_code == 422, "all is said, not forgotten"
    watch.pass_time(minutes=11)
    for path in ("replay", "drop"):
        answer = await keeper.post(f"{LETTERS}/{path}", json={"ids": None})
        assert answer.json()["code"] == "step_up_needed"

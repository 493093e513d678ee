"""Webhooks over HTTP: whose they are, what is shown of them, and what a test, a rotation and the log tell."""

from __future__ import annotations

from typing import Any

import httpx
import pytest
from fastapi import FastAPI
from sqlalchemy import select, update

from orchestrator.tables.audit import audit_log
from orchestrator.tables.webhooks import webhook_messages, webhooks
from orchestrator.webhooks import signing
from orchestrator.webhooks.endpoints import MOST
from tests.orchestrator.conftest import Login, Watch
from tests.orchestrator.webhooks.receiver import Came, receiving
from tests.services import ON_SQLITE


async def made(client: httpx.AsyncClient, url: str, **given: Any) -> Any:
    body = {"name": "journal", "url": url, "events": ["order.filled"], **given}
    answer = await client.post("/v1/webhooks", json=body)
    assert answer.status_code == 201, answer.text
    return answer.json()


def signatures(came: Came) -> list[str]:
    return came.headers["webhook-signature"].split()


def signed(secret: str, came: Came) -> str:
    return signing.signature(secret, came.id, int(came.headers["webhook-timestamp"]), came.body)


async def test_a_test_is_signed_and_tells_what_came_back(person: Login, app: FastAPI) -> None:
    asha = await person("asha")
    async with receiving(200, 500) as server:
        hook = await made(asha, server.url)
        path = f"/v1/webhooks/{hook['id']}"
        assert "secret" not in (await asha.get(path)).json()
        told = (await asha.post(f"{path}/test")).json()
        assert (told["state"], told["status"], told["answer"], told["attempts"]) == (
            "delivered",
            200,
            "thanks",
            1,
        )
        (came,) = server.came
        assert came.said["type"] == "webhook.test"
        assert came.id == told["id"]
        assert signatures(came) == [signed(hook["secret"], came)]
        assert (await asha.post(f"{path}/test")).json()["state"] == "dead", "a test is tried once"

        page = (await asha.get(f"{path}/deliveries", params={"limit": 1})).json()
        rest = (await asha.get(f"{path}/deliveries", params={"cursor": page["next_cursor"]})).json()
        assert [one["status"] for one in (*page["items"], *rest["items"])] == [500, 200]
        dead = (await asha.get(f"{path}/deliveries", params={"state": "dead"})).json()["items"]
        assert [one["id"] for one in dead] == [page["items"][0]["id"]]
        again = await asha.post(f"{path}/deliveries/{dead[0]['id']}/resend")
        assert (again.status_code, again.json()["state"], again.json()["attempts"]) == (202, "waiting", 0)


async def test_for_a_day_both_secrets_sign(person: Login, watch: Watch) -> None:
    asha = await person("asha")
    async with receiving() as server:
        hook = await made(asha, server.url)
        path = f"/v1/webhooks/{hook['id']}"
        renewed = (await asha.post(f"{path}/rotate")).json()
        await asha.post(f"{path}/test")
        both = [signed(one, server.came[0]) for one in (renewed["secret"], hook["secret"])]
        assert signatures(server.came[0]) == both


async def test_the_old_secret_ends(person: Login, app: FastAPI, watch: Watch) -> None:
    asha = await person("asha")
    async with receiving() as server:
        hook = await made(asha, server.url)
        path = f"/v1/webhooks/{hook['id']}"
        renewed = (await asha.post(f"{path}/rotate")).json()
        await app.state.db.write(lambda conn: conn.execute(update(webhooks).values(old_until=watch.now)))
        await asha.post(f"{path}/test")
        assert signatures(server.came[0]) == [signed(renewed["secret"], server.came[0])]


async def test_a_webhook_is_its_users_own(person: Login) -> None:
    asha, ravi = await person("asha"), await person("ravi")
    hook = await made(asha, "http://127.0.0.1:9/")
    path = f"/v1/webhooks/{hook['id']}"
    message = (await asha.post(f"{path}/test")).json()
    for method, of, body in (
        ("GET", "", None),
        ("PATCH", "", {"url": "http://127.0.0.1:9/x"}),
        ("POST", "/rotate", None),
        ("POST", "/test", None),
        ("GET", "/deliveries", None),
        ("POST", f"/deliveries/{message['id']}/resend", None),
        ("DELETE", "", None),
    ):
        assert (await ravi.request(method, path + of, json=body)).status_code == 404, (method, of)
    other = await made(ravi, "http://127.0.0.1:9/")
    stolen = await ravi.post(f"/v1/webhooks/{other['id']}/deliveries/{message['id']}/resend")
    assert stolen.status_code == 404, "another's message under one's own webhook"
    assert [one["id"] for one in (await ravi.get("/v1/webhooks")).json()["items"]] == [other["id"]]


async def test_a_webhook_can_be_switched_off_and_on_and_removed_with_its_log(
    person: Login, app: FastAPI
) -> None:
    asha = await person("asha")
    hook = await made(asha, "http://127.0.0.1:9/secret-path", events=["order.filled", "order.filled"])
    assert hook["events"] == ["order.filled"]
    path = f"/v1/webhooks/{hook['id']}"
    message = (await asha.post(f"{path}/test")).json()
    assert (message["state"], message["status"]) == ("dead", None)
    assert message["answer"] == "it cannot be reached"
    off = (await asha.patch(path, json={"enabled": False, "events": ["alert.fired"]})).json()
    assert (off["enabled"], off["events"]) == (False, ["alert.fired"])
    again = await asha.post(f"{path}/deliveries/{message['id']}/resend")
    assert (again.status_code, again.json()["code"]) == (409, "webhook_off")
    assert (await asha.patch(path, json={"enabled": True})).json()["enabled"] is True
    assert (await asha.delete(path)).status_code == 204
    assert (await asha.get(path)).status_code == 404
    db = app.state.db
    assert await db.read(lambda conn: conn.execute(select(webhook_messages)).first()) is None
    asked = select(audit_log.c.action, audit_log.c.detail).order_by(audit_log.c.id)
    told = await db.read(lambda conn: conn.execute(asked).all())
    assert [one.action for one in told if one.action.startswith("webhook")] == [
        "webhook.made",
        "webhook.changed",
        "webhook.changed",
        "webhook.removed",
    ]
    assert not any("secret-path" in (one.detail or "") for one in told), "a URL may be a secret"


@ON_SQLITE
@pytest.mark.parametrize(
    "wrong",
    [
        {"url": "http://169.254.169.254/"},
        {"url": "https://169.254.169.254/"},
        {"url": "http://10.0.0.1/"},
        {"events": []},
        {"events": ["everything"]},
        {"name": ""},
        {"more": 1},
    ],
)
async def test_bad_input_is_refused(person: Login, wrong: dict[str, Any]) -> None:
    asha = await person("asha")
    body = {"name": "x", "url": "http://127.0.0.1:9/", "events": ["order.filled"], **wrong}
    assert (await asha.post("/v1/webhooks", json=body)).status_code == 422


async def test_there_are_ten_at_most(person: Login) -> None:
    asha = await person("asha")
    for _ in range(MOST):
        await made(asha, "http://127.0.0.1:9/")
    body = {"name": "x", "url": "http://127.0.0.1:9/", "events": ["order.filled"]}
    answer = await asha.post("/v1/webhooks", json=body)
    assert (answer.status_code, answer.json()["code"]) == (409, "too_many_webhooks")

"""Hooks over HTTP: who may make them, what proves an alert, and that one alert is one delivery. On both databases."""

from __future__ import annotations

import asyncio
import json
from dataclasses import replace
from datetime import datetime, timedelta
from typing import Any

import httpx
import pytest
from fastapi import FastAPI
from sqlalchemy import select

from domain.money import ZERO
from domain.order import Order, OrderId
from domain.policy import Policy
from domain.routing import Charges, RoutingDecision
from orchestrator.ids import new_id
from orchestrator.orders import repository as orders
from orchestrator.orders.repository import NewChild
from orchestrator.tables.audit import audit_log
from orchestrator.tables.hooks import hook_deliveries, hooks
from orchestrator.tradingview import repository
from orchestrator.tradingview.proof import SIGNATURE, TIME, signature
from orchestrator.tradingview.repository import Outcome
from tests.orchestrator.conftest import Login, Watch
from tests.orchestrator.holders import MakeKey
from tests.orchestrator.kite.test_rows import INTENT, SENT

TRADINGVIEW = "52.89.214.238"


def alert(secret: str, at: datetime, **changed: Any) -> dict[str, Any]:
    body = {"ticker": "INFY", "exchange": "NSE", "action": "buy", "contracts": "1", "price": "1500"}
    return {"secret": secret, **body, "time": at.isoformat(), **changed}


async def made(client: httpx.AsyncClient, token: str, **given: Any) -> Any:
    body = {"name": "Breakout", "token": token, "rules": {"product": "CNC"}, **given}
    answer = await client.post("/v1/hooks", json=body)
    assert answer.status_code == 201, answer.text
    return answer.json()


async def deliveries(client: httpx.AsyncClient, hook: Any, count: int = 1) -> list[Any]:
    """Once they are all done with."""
    for _ in range(3000):
        found: list[Any] = (await client.get(f"/v1/hooks/{hook['id']}/deliveries")).json()["items"]
        if len(found) >= count and all(one["outcome"] != "received" for one in found):
            return found
        await asyncio.sleep(0.02)
    raise AssertionError(found)


async def test_a_hook_is_its_users_own(person: Login, make_key: MakeKey) -> None:
    asha, ravi = await person("asha"), await person("ravi")
    key = await make_key(asha)
    hook = await made(asha, key.id)
    assert hook["url"].endswith(f"/v1/hooks/tradingview/{hook['id']}")
    assert json.loads(hook["message"])["secret"] == hook["secret"]
    assert "secret" not in (await asha.get(f"/v1/hooks/{hook['id']}")).json()
    assert [one["id"] for one in (await asha.get("/v1/hooks")).json()["items"]] == [hook["id"]]

    assert (await ravi.get("/v1/hooks")).json()["items"] == []
    path = f"/v1/hooks/{hook['id']}"
    for method, of, body in (
        ("GET", "", None),
        ("PATCH", "", {"paused": True}),
        ("POST", "/secret", None),
        ("POST", "/test", {"alert": {}}),
        ("GET", "/deliveries", None),
        ("DELETE", "", None),
    ):
        assert (await ravi.request(method, path + of, json=body)).status_code == 404, (method, of)
    other = {"name": "x", "token": key.id, "rules": {"product": "CNC"}}
    assert (await ravi.post("/v1/hooks", json=other)).status_code == 404, "under another user's token"


async def test_a_token_makes_and_changes_no_hooks(person: Login, make_key: MakeKey) -> None:
    asha = await person("asha")
    key = await make_key(asha)
    hook = await made(asha, key.id)
    asha.headers.update(key.headers)
    assert (await asha.get("/v1/hooks")).status_code == 200
    for method, path in (("POST", ""), ("PATCH", f"/{hook['id']}"), ("POST", f"/{hook['id']}/secret")):
        body = {"name": "x", "token": key.id, "rules": {"product": "CNC"}}
        assert (await asha.request(method, f"/v1/hooks{path}", json=body)).status_code == 403
    assert (await asha.delete(f"/v1/hooks/{hook['id']}")).status_code == 403


async def test_the_address_alone_never_trades(
    app: FastAPI, person: Login, client: httpx.AsyncClient, make_key: MakeKey, watch: Watch
) -> None:
    asha = await person("asha")
    hook = await made(asha, (await make_key(asha)).id)
    good = alert(hook["secret"], watch.now)
    url = f"/v1/hooks/tradingview/{hook['id']}"
    for wrong in ("", "whs_", hook["secret"][:-1], hook["secret"].upper(), None, ["x"], 7, hook["id"]):
        assert (await client.post(url, json={**good, "secret": wrong})).status_code == 401
    without = {name: one for name, one in good.items() if name != "secret"}
    assert (await client.post(url, json=without)).status_code == 401
    assert (await client.post(url, content="INFY crossed 1500")).json()["code"] == "alert_not_json"
    assert (await client.post(url, content="x" * 9000)).status_code == 413
    assert (await client.post("/v1/hooks/tradingview/hok_nosuch", json=good)).status_code == 404
    assert await app.state.db.read(lambda conn: conn.execute(select(hook_deliveries)).all()) == []


async def test_secrets_are_kept_sealed_and_shown_once(app: FastAPI, person: Login, make_key: MakeKey) -> None:
    asha = await person("asha")
    hook = await made(asha, (await make_key(asha)).id)
    row = (await app.state.db.read(lambda conn: conn.execute(select(hooks)).all()))[0]
    assert hook["secret"] not in str(row)
    renewed = (await asha.post(f"/v1/hooks/{hook['id']}/secret")).json()["secret"]
    assert renewed != hook["secret"]
    log = await app.state.db.read(lambda conn: conn.execute(select(audit_log)).all())
    told = [one.action for one in log if one.subject == hook["id"]]
    assert told == ["hook.made", "hook.secret_renewed"]
    assert hook["secret"] not in str(log)
    assert renewed not in str(log)


async def test_one_alert_sent_many_times_at_once_is_one_delivery(
    person: Login, client: httpx.AsyncClient, make_key: MakeKey, watch: Watch
) -> None:
    asha = await person("asha")
    hook = await made(asha, (await make_key(asha)).id)
    url, body = f"/v1/hooks/tradingview/{hook['id']}", alert(hook["secret"], watch.now)
    answers = [one.json() for one in await asyncio.gather(*(client.post(url, json=body) for _ in range(8)))]
    assert len({one["delivery"] for one in answers}) == 1
    assert sorted(one["repeated"] for one in answers) == [False] + [True] * 7
    told = await deliveries(asha, hook)
    assert [one["outcome"] for one in told] == ["refused"]  # nobody lists it here
    assert told[0]["code"] == "instrument_unknown"
    assert hook["secret"] not in json.dumps(told)


async def test_old_alerts_and_paused_hooks_place_nothing(
    person: Login, client: httpx.AsyncClient, make_key: MakeKey, watch: Watch
) -> None:
    asha = await person("asha")
    hook = await made(asha, (await make_key(asha)).id, max_age=60)
    url = f"/v1/hooks/tradingview/{hook['id']}"
    await client.post(url, json=alert(hook["secret"], watch.now - timedelta(seconds=61)))
    await client.post(url, json=alert(hook["secret"], watch.now + timedelta(seconds=61)))
    await client.post(url, json=alert(hook["secret"], watch.now, stop="1490"))
    assert (await asha.patch(f"/v1/hooks/{hook['id']}", json={"paused": True})).json()["paused"] is True
    await client.post(url, json=alert(hook["secret"], watch.now))
    told = [one["code"] for one in await deliveries(asha, hook, 4)]
    assert told == ["hook_paused", "alert_field_unknown", "alert_from_the_future", "alert_too_old"]
    await client.post(url, json=alert(hook["secret"], watch.now, note="once more"))
    notices = (await asha.get("/v1/notices")).json()["items"]
    assert [one["kind"] for one in notices] == ["alert_not_placed"] * 4, (
        "the same failure is told once an hour"
    )
    assert all(one["text"].startswith("Breakout: an alert placed nothing.") for one in notices)


async def test_others_sign_and_never_send_the_secret(
    person: Login, client: httpx.AsyncClient, make_key: MakeKey, watch: Watch
) -> None:
    asha = await person("asha")
    hook = await made(asha, (await make_key(asha)).id)
    url, secret = f"/v1/hooks/tradingview/{hook['id']}", hook["secret"]
    body = alert("", watch.now)
    del body["secret"]
    raw, now = json.dumps(body).encode(), str(int(watch.now.timestamp()))

    async def sent(at: str, signed: str, content: bytes = raw) -> int:
        headers = {TIME: at, SIGNATURE: signed}
        return (await client.post(url, content=content, headers=headers)).status_code

    old = str(int(now) - 301)
    assert await sent(old, signature(secret, old, raw)) == 401
    assert await sent(now, signature(secret, old, raw)) == 401
    assert await sent(now, signature(secret, now, raw), raw + b" ") == 401
    assert await sent(now, signature("whs_other", now, raw)) == 401
    assert await sent("x", signature(secret, "x", raw)) == 401
    assert await sent("9" * 11, signature(secret, "9" * 11, raw)) == 401
    assert await sent(now, "v1=") == 401
    assert await sent(now, signature(secret, now, raw)) == 202
    assert len(await deliveries(asha, hook)) == 1


async def test_a_hook_for_tradingview_takes_alerts_from_there_only(
    app: FastAPI, person: Login, make_key: MakeKey, watch: Watch
) -> None:
    asha = await person("asha")
    hook = await made(asha, (await make_key(asha)).id, only_tradingview=True)
    for address, status in ((TRADINGVIEW, 202), ("127.0.0.1", 403), ("::1", 403)):
        there = httpx.ASGITransport(app, client=(address, 5000))
        async with httpx.AsyncClient(transport=there, base_url="http://127.0.0.1") as sender:
            url, body = f"/v1/hooks/tradingview/{hook['id']}", alert(hook["secret"], watch.now)
            assert (await sender.post(url, json=body)).status_code == status
    told = await deliveries(asha, hook)
    assert [one["address"] for one in told] == [TRADINGVIEW]


@pytest.mark.parametrize(
    ("scopes", "policy", "code"),
    [
        ("read", {}, "scope_missing"),
        ("trade", {"addresses": ["203.0.113.0/24"]}, "token_policy"),
    ],
)
async def test_a_hook_may_no_more_than_its_token(
    person: Login,
    client: httpx.AsyncClient,
    make_key: MakeKey,
    watch: Watch,
    scopes: str,
    policy: dict[str, Any],
    code: str,
) -> None:
    asha = await person("asha")
    hook = await made(asha, (await make_key(asha, scopes=scopes, **policy)).id)
    await client.post(f"/v1/hooks/tradingview/{hook['id']}", json=alert(hook["secret"], watch.now))
    assert [one["code"] for one in await deliveries(asha, hook)] == [code]


async def test_a_hook_ends_with_its_token(
    person: Login, client: httpx.AsyncClient, make_key: MakeKey, watch: Watch
) -> None:
    asha = await person("asha")
    hook = await made(asha, (await make_key(asha, days=1)).id)
    watch.pass_time(days=1)
    await client.post(f"/v1/hooks/tradingview/{hook['id']}", json=alert(hook["secret"], watch.now))
    asha.headers["authorization"] = f"Bearer {await logged_in_again(asha)}"
    assert [one["code"] for one in await deliveries(asha, hook)] == ["hook_token_over"]


async def logged_in_again(client: httpx.AsyncClient) -> str:
    body = {"email": "asha@trademaster.test", "password": "a long enough password"}
    token: str = (await client.post("/v1/users/login", json=body)).json()["access_token"]
    return token


async def test_what_a_crash_left_is_ended_once_and_not_when_it_is_old(
    app: FastAPI, person: Login, client: httpx.AsyncClient, make_key: MakeKey, watch: Watch
) -> None:
    """Written down, and its process ended before it was placed."""
    asha = await person("asha")
    hook = await made(asha, (await make_key(asha)).id)
    url = f"/v1/hooks/tradingview/{hook['id']}"
    await client.post(url, json=alert(hook["secret"], watch.now))
    done = (await deliveries(asha, hook))[0]

    def as_received(conn: Any) -> None:
        left = replace(repository.page(conn, hook["id"], before=None, limit=1)[0], outcome=Outcome.RECEIVED)
        conn.execute(hook_deliveries.update().values(outcome=left.outcome, code="", done_at=None))

    await app.state.db.write(as_received)
    await app.state.alert_placer.resume()
    assert (await asha.get(f"/v1/hooks/{hook['id']}/deliveries")).json()["items"][0]["outcome"] == "received"
    watch.pass_time(seconds=11)
    await app.state.alert_placer.resume()
    assert (await deliveries(asha, hook))[0]["code"] == done["code"]

    await app.state.db.write(as_received)
    watch.pass_time(seconds=120)
    await app.state.alert_placer.resume()
    assert (await deliveries(asha, hook))[0]["outcome"] == "expired"


async def test_an_order_that_was_made_before_a_crash_is_told_however_late(
    app: FastAPI, person: Login, client: httpx.AsyncClient, make_key: MakeKey, watch: Watch
) -> None:
    """Its user must not place it once more because the log says that nothing was placed."""
    asha = await person("asha")
    key = await make_key(asha)
    hook = await made(asha, key.id)
    await client.post(f"/v1/hooks/tradingview/{hook['id']}", json=alert(hook["secret"], watch.now))
    one = (await deliveries(asha, hook))[0]
    child = replace(SENT, order_id=OrderId(new_id("ord")))
    order = Order(child.order_id, key.user_id, INTENT, watch.now, (child,), key.id)

    def crashed(conn: Any) -> None:
        orders.record(
            conn,
            order=order,
            children=[NewChild(child, ZERO, Charges())],
            decision=RoutingDecision(INTENT, Policy(), (), (), (), "", ""),
            events=[],
            key=f"{key.id} hook-{one['id']}",
            fingerprint="of other rules",
        )
        conn.execute(hook_deliveries.update().values(outcome=Outcome.RECEIVED, code="", done_at=None))

    await app.state.db.write(crashed)
    watch.pass_time(seconds=600)
    await app.state.alert_placer.resume()
    told = (await deliveries(asha, hook))[0]
    assert (told["outcome"], told["order"]) == ("placed", order.id)


async def test_an_order_is_told_although_its_alert_was_given_up(
    app: FastAPI, person: Login, client: httpx.AsyncClient, make_key: MakeKey, watch: Watch
) -> None:
    """By another process, while a slow broker had it."""
    asha = await person("asha")
    hook = await made(asha, (await make_key(asha)).id)
    await client.post(f"/v1/hooks/tradingview/{hook['id']}", json=alert(hook["secret"], watch.now))
    await deliveries(asha, hook)

    def late(conn: Any) -> list[bool]:
        given_up = repository.page(conn, hook["id"], before=None, limit=1)[0]
        placed = replace(given_up, outcome=Outcome.PLACED, order_id="ord_1", code="", words="")
        return [repository.end(conn, one) for one in (placed, given_up, placed)]

    assert await app.state.db.write(late) == [True, False, False]
    assert (await deliveries(asha, hook))[0]["outcome"] == "placed"


async def test_one_alert_that_cannot_be_placed_keeps_no_other_from_it(
    app: FastAPI, person: Login, client: httpx.AsyncClient, make_key: MakeKey, watch: Watch
) -> None:
    asha = await person("asha")
    key = await make_key(asha)
    broken, good = [await made(asha, key.id) for _ in range(2)]
    for hook in (broken, good):
        url = f"/v1/hooks/tradingview/{hook['id']}"
        await client.post(url, json=alert(hook["secret"], watch.now))
        await deliveries(asha, hook)

    def left(conn: Any) -> None:
        conn.execute(hook_deliveries.update().values(outcome=Outcome.RECEIVED, code="", done_at=None))
        conn.execute(hooks.update().where(hooks.c.id == broken["id"]).values(rules="{}"))

    await app.state.db.write(left)
    watch.pass_time(seconds=11)
    await app.state.alert_placer.resume()
    assert (await deliveries(asha, good))[0]["outcome"] == "refused"


async def test_an_alert_can_be_tried_without_sending_anything(person: Login, make_key: MakeKey) -> None:
    asha = await person("asha")
    hook = await made(asha, (await make_key(asha)).id)
    body = {
        "ticker": "INFY",
        "exchange": "NSE",
        "action": "buy",
        "contracts": 1.0,
        "price": 1500.05,
        "time": "2020-01-01T00:00:00Z",
    }
    answer = await asha.post(f"/v1/hooks/{hook['id']}/test", json={"alert": body})
    assert answer.json()["code"] == "instrument_unknown"
    assert (await asha.get(f"/v1/hooks/{hook['id']}/deliveries")).json()["items"] == []


async def test_there_are_only_so_many_hooks(person: Login, make_key: MakeKey) -> None:
    asha = await person("asha")
    key = await make_key(asha)
    body = {"name": "x", "token": key.id, "rules": {"product": "CNC"}}
    answers = await asyncio.gather(*(asha.post("/v1/hooks", json=body) for _ in range(24)))
    assert sum(one.status_code == 201 for one in answers) == 20

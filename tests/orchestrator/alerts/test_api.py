"""Price alerts over HTTP, on both databases, and on real prices."""

from __future__ import annotations

import asyncio
from datetime import timedelta
from decimal import Decimal
from typing import Any

import pytest
import sqlalchemy as sa
from fastapi import FastAPI

from domain.account import BrokerId, UserId
from domain.alert import Alert, AlertKind, AlertRule, AlertState
from domain.instrument import InstrumentId
from domain.market import Tick
from domain.money import Price
from mocks.launch import Sandbox
from orchestrator.alerts import endpoints, repository
from orchestrator.alerts.watcher import AlertWatcher
from orchestrator.bus import LocalBus, user_topic
from orchestrator.storage.db import Database
from orchestrator.tables.identity import users
from orchestrator.tables.market import notices
from tests.adapters.desk import now
from tests.orchestrator.conftest import Login, Watch
from tests.orchestrator.market.floor import INFY, floor
from tests.orchestrator.watchlists.conftest import listed

__all__ = ["listed"]  # a fixture
ABOVE = {"symbol": "NSE:INFY", "kind": "above", "threshold": "1550.00"}


async def test_an_alert_is_made_changed_paused_and_removed(person: Login, watch: Watch) -> None:
    asha = await person("asha")
    made = await asha.post("/v1/alerts", json=ABOVE | {"note": "breakout", "repeats": True})
    assert made.status_code == 201, made.text
    one = made.json()
    assert (one["state"], one["threshold"], one["armed"], one["version"]) == ("active", "1550", False, 1)
    url = f"/v1/alerts/{one['id']}"
    changed = await asha.patch(url, json={"version": 1, "threshold": "1600", "cooldown": 900})
    assert (changed.json()["threshold"], changed.json()["cooldown"], changed.json()["version"]) == (
        "1600",
        900,
        2,
    )
    stale = await asha.patch(url, json={"version": 1, "threshold": "1"})
    assert (stale.status_code, stale.json()["code"]) == (409, "alert_changed")
    paused = await asha.patch(url, json={"version": 2, "state": "paused"})
    assert paused.json()["state"] == "paused"
    still = await asha.patch(url, json={"version": 3, "note": "later"})
    assert (still.json()["state"], still.json()["note"]) == ("paused", "later")
    assert [each["id"] for each in (await asha.get("/v1/alerts?state=paused")).json()["items"]] == [one["id"]]
    assert (await asha.get("/v1/alerts?state=active")).json()["items"] == []
    again = await asha.patch(url, json={"version": 4, "state": "active"})
    assert again.json()["state"] == "active"
    ravi = await person("ravi")
    assert (await ravi.get(url)).status_code == 404
    assert (await ravi.patch(url, json={"version": 5, "note": "mine"})).status_code == 404
    assert (await ravi.delete(url)).status_code == 204
    for _ in range(2):
        assert (await asha.get(url)).status_code in (200, 404)
        assert (await asha.delete(url)).status_code == 204
    assert (await asha.get(url)).status_code == 404


MEANINGLESS: list[tuple[dict[str, Any], str]] = [
    ({"threshold": "0"}, ""),
    ({"threshold": "-5"}, ""),
    ({"threshold": "1e5"}, "threshold"),
    ({"kind": "rises", "threshold": "1001"}, ""),
    ({"kind": "volume", "threshold": "10.5"}, ""),
    ({"reference": "now"}, ""),
    ({"kind": "touches"}, "kind"),
    ({"cooldown": 5}, "cooldown"),
    ({"expires_at": "2026-11-20T10:00:00+05:30"}, "expires_at"),
    ({"expires_at": "2026-11-24T10:00:00"}, "expires_at"),
    ({"expires_at": "9999-12-31T23:59:59Z"}, "expires_at"),
    ({"expires_at": "9999-12-31T23:59:59-23:59"}, "expires_at"),
    ({"colour": "red"}, "colour"),
]


async def test_what_means_nothing_is_refused(person: Login) -> None:
    asha = await person("asha")
    for body, field in MEANINGLESS:
        refused = await asha.post("/v1/alerts", json=ABOVE | body)
        assert (refused.status_code, refused.json().get("field") or "") == (422, field), body
    assert (await asha.get("/v1/alerts")).json() == {"items": []}


async def test_an_unknown_instrument_an_unknown_price_and_one_too_many_are_refused(
    person: Login, monkeypatch: pytest.MonkeyPatch
) -> None:
    asha = await person("asha")
    unknown = await asha.post("/v1/alerts", json=ABOVE | {"symbol": "NSE:NOSUCH"})
    assert (unknown.status_code, unknown.json()["code"]) == (404, "instrument_unknown")
    rises = {"kind": "rises", "threshold": "3", "reference": "now"}
    assert (await asha.post("/v1/alerts", json=ABOVE | rises)).json()["code"] == "price_unknown"
    monkeypatch.setattr(endpoints, "MOST_ALERTS", 1)
    assert (await asha.post("/v1/alerts", json=ABOVE)).status_code == 201
    assert (await asha.post("/v1/alerts", json=ABOVE)).json()["code"] == "too_many_alerts"


async def test_a_running_application_watches_what_is_asked_and_tells_its_user(
    person: Login, app: FastAPI, watch: Watch
) -> None:
    asha = await person("asha")
    user, hub = (await asha.get("/v1/users/me")).json()["id"], app.state.hub
    name = InstrumentId.parse("NSE:INFY")
    async with app.state.bus.subscribe(user_topic(user)) as events:
        one = (await asha.post("/v1/alerts", json=ABOVE)).json()
        assert (await anext(events)).type == "alert"
        while name not in hub.wanted() or not hub.watchers(name):
            await _soon()
        for price in ("1540", "1560"):
            watch.pass_time(seconds=1)
            hub._ticked(Tick(name, Price.of(price), watch(), source=BrokerId.ZERODHA))
        told = await anext(events)
        assert (told.type, told.data["kind"], told.data["subject"]) == ("notice", "price_alert", one["id"])
        assert (await anext(events)).data["state"] == "fired"
    page = (await asha.get("/v1/notices?limit=1")).json()
    assert page["items"][0]["text"] == "NSE:INFY has come up to 1550: it is at 1560.00."
    assert page["unread"] == 1
    older = (await asha.get(f"/v1/notices?before={page['next']}")).json()
    assert older == {"items": [], "next": None, "unread": 1}


async def test_a_notice_is_read_once_for_every_device(person: Login, app: FastAPI, watch: Watch) -> None:
    asha, ravi = await person("asha"), await person("ravi")
    user = (await asha.get("/v1/users/me")).json()["id"]
    rows = [
        {"id": f"ntc_{number}", "user_id": user, "at": watch(), "kind": "price_alert", "subject": "a"}
        | {"text": "INFY is at 1560.", "data": "{}"}
        for number in range(4)
    ]
    await app.state.db.write(lambda conn: conn.execute(sa.insert(notices), rows))
    assert (await ravi.post("/v1/notices/read", json={"ids": ["ntc_0"]})).json() == {"unread": 0}
    async with app.state.bus.subscribe(user_topic(user)) as events:
        assert (await asha.post("/v1/notices/read", json={"ids": ["ntc_3"]})).json() == {"unread": 3}
        told = await anext(events)
        assert (told.type, told.data) == ("notices_read", {"unread": 3})
    assert (await asha.post("/v1/notices/read", json={"up_to": "ntc_1"})).json() == {"unread": 1}
    items = (await asha.get("/v1/notices")).json()["items"]
    assert [one["read_at"] is not None for one in items] == [True, False, True, True]
    assert (await asha.post("/v1/notices/read", json={})).json() == {"unread": 0}
    assert (await asha.post("/v1/notices/read", json={"ids": []})).status_code == 422


async def test_an_alert_fires_on_a_price_of_the_exchange(sandbox: Sandbox, db: Database) -> None:
    row = {"id": "u", "email": "u@t", "name": "U", "password_hash": "", "mode": "auto", "created_at": now()}
    await db.write(lambda conn: conn.execute(sa.insert(users), row))
    bus = LocalBus()
    async with floor(sandbox, db, bus, BrokerId.MOCK) as here:
        watcher = AlertWatcher(db=db, bus=bus, hub=here.hub, clock=now)
        await here.hub.prime([INFY])
        last = here.hub.last(INFY)
        assert last is not None
        await _alert_at(db, str(last.price.amount + 20))
        await watcher.refresh()
        async with bus.subscribe(user_topic(UserId("u"))) as events:
            await here.set_price(INFY, f"{last.price.amount + 25:.2f}")
            await watcher.step(await watcher._steps.get())
            assert (await anext(events)).data["symbol"] == "NSE:INFY"


async def _alert_at(db: Database, price: str) -> None:
    made = now() - timedelta(seconds=5)
    one = Alert(
        "alt_1",
        UserId("u"),
        INFY,
        AlertRule(AlertKind.ABOVE, Decimal(price)),
        repeats=False,
        cooldown=timedelta(minutes=5),
        note="",
        state=AlertState.ACTIVE,
        armed=True,
        since=made,
        created_at=made,
    )
    await db.write(lambda conn: repository.add(conn, one))


async def _soon() -> None:
    await asyncio.sleep(0.01)

"""The calculator and an account's own terms over HTTP."""

from __future__ import annotations

from typing import Any

import httpx
from fastapi import FastAPI

from domain.account import BrokerId
from domain.fees import FeePlan, Taxed
from domain.money import Money
from orchestrator.accounts.connections import Connections
from orchestrator.accounts.fees import plan_from, plan_text
from tests.orchestrator.accounts.conftest import connect
from tests.orchestrator.conftest import Login
from tests.orchestrator.stub_broker import StubAdapter

OPTION: dict[str, Any] = {
    "exchange": "NFO",
    "symbol": "NIFTY26NOV25000CE",
    "product": "NRML",
    "quantity": 65,
    "price": "150",
}
SHARE: dict[str, Any] = {"symbol": "INFY", "product": "CNC", "quantity": 100, "price": "1500"}


async def compared(client: httpx.AsyncClient, expect: int = 200, **asked: Any) -> Any:
    answer = await client.get("/v1/charges", params={"side": "BUY", **asked})
    assert answer.status_code == expect, answer.text
    return answer.json()


async def test_the_brokers_are_compared_by_the_rates_of_the_day(person: Login) -> None:
    asha = await person("asha")
    told = await compared(asha, **SHARE)
    assert (told["exchange"], told["symbol"], told["on"]) == ("NSE", "INFY", "2026-11-23")
    assert (told["value"], told["segment"]) == ("150000.00", "delivery")
    assert [one["broker"] for one in told["estimates"]] == ["zerodha", "upstox", "groww"]
    assert told["estimates"][0]["charges"]["gst"] == "0.8559"
    assert (told["cheapest"], told["difference"]) == ("zerodha", "23.60")
    sold = {**OPTION, "side": "SELL", "price": "170"}
    assert (await compared(asha, **sold))["estimates"][0]["charges"]["stt"] == "16.575"
    ended = await compared(asha, **{**OPTION, "price": "100"}, ending="exercised")
    assert (ended["ending"], ended["estimates"][-1]["charges"]["total"]) == ("exercised", "33.35")
    before = await compared(asha, **sold, on="2026-03-31")
    by_broker = {one["broker"]: one for one in before["estimates"]}
    assert by_broker["zerodha"]["charges"]["stt"] == "11.05"
    assert by_broker["upstox"]["charges"] is None
    assert "before 01 Apr 2026" in by_broker["upstox"]["unknown"]


BAD_QUESTIONS: list[tuple[dict[str, Any], str]] = [
    ({**SHARE, "price": "0"}, "price"),
    ({**SHARE, "price": "1e3"}, "price"),
    ({**SHARE, "quantity": 0}, "quantity"),
    ({**SHARE, "product": "NRML"}, "product"),
    ({**OPTION, "symbol": "NIFTY"}, "symbol"),
    ({**SHARE, "symbol": " "}, "symbol"),
    ({**SHARE, "symbol": "\u0131nfy"}, "symbol"),
    ({**SHARE, "side": "HOLD"}, "side"),
]


async def test_a_bad_question_names_its_field_and_the_calculator_is_for_users(
    person: Login, client: httpx.AsyncClient
) -> None:
    await compared(client, 401, **SHARE)
    asha = await person("asha")
    for asked, field in BAD_QUESTIONS:
        assert (await compared(asha, 422, **asked))["field"] == field


async def test_an_accounts_own_terms_are_kept_and_compared(
    app: FastAPI, person: Login, stubs: dict[BrokerId, StubAdapter]
) -> None:
    stubs[BrokerId.UPSTOX].users["good"] = "U1"
    asha = await person("asha")
    account = await connect(asha, "upstox")
    path = f"/v1/accounts/{account}/fees"
    standard = (await asha.get(path)).json()
    assert (standard["plan"], standard["plans"], standard["per_order"]) == ("", ["plus"], None)
    assert len((await compared(asha, **OPTION))["estimates"]) == 3  # no row of its own without own terms

    mine = {"per_order": "10.00", "woman_first_holder": True, "taxed": ["brokerage", "exchange"]}
    put = await asha.put(path, json=mine)
    assert put.status_code == 200, put.text
    assert (await asha.get(path)).json() == put.json()
    first = (await compared(asha, **OPTION))["estimates"][0]
    assert (first["account"], first["charges"]["brokerage"]) == (account, "10.00")
    connections: Connections = app.state.connections
    held = next(one for one in connections.all() if one.account.id == account)
    assert held.fees == FeePlan(
        per_order=Money.of(10),
        woman_first_holder=True,
        taxed=frozenset({Taxed.BROKERAGE, Taxed.EXCHANGE}),
    )

    await asha.put(path, json={"plan": "plus"})
    dearest = (await compared(asha, **OPTION))["estimates"][-1]
    assert (dearest["account"], dearest["charges"]["brokerage"]) == (account, "30.00")
    await asha.put(path, json={})
    assert (await asha.get(path)).json() == standard


BAD_TERMS: list[tuple[dict[str, Any], str]] = [
    ({"plan": "gold"}, "plan"),
    ({"per_order": "-1"}, "per_order"),
    ({"taxed": ["stt"]}, "taxed.0"),
    ({"discount": 5}, "discount"),
]


async def test_terms_that_cannot_be_are_refused_and_others_accounts_not_found(
    person: Login, stubs: dict[BrokerId, StubAdapter]
) -> None:
    stubs[BrokerId.UPSTOX].users["good"] = "U1"
    asha, ravi = await person("asha"), await person("ravi")
    path = f"/v1/accounts/{await connect(asha, 'upstox')}/fees"
    for own, field in BAD_TERMS:
        refused = await asha.put(path, json=own)
        assert (refused.status_code, refused.json()["field"]) == (422, field)
    assert (await ravi.get(path)).status_code == 404
    assert (await ravi.put(path, json={})).status_code == 404


async def test_a_day_without_orders_has_an_empty_note(
    person: Login, stubs: dict[BrokerId, StubAdapter]
) -> None:
    stubs[BrokerId.UPSTOX].users["good"] = "U1"
    asha, ravi = await person("asha"), await person("ravi")
    path = f"/v1/accounts/{await connect(asha, 'upstox')}/contract-note"
    note = (await asha.get(path)).json()
    assert (note["day"], note["orders"], note["net"], note["taxes"]) == ("2026-11-23", 0, "0.00", [])
    assert (await asha.get(path, params={"day": "0001-01-01"})).status_code == 422
    assert (await ravi.get(path)).status_code == 404


def test_stored_terms_come_back_as_they_were() -> None:
    plan = FeePlan("plus", Money.of("10.50"), True, True, frozenset({Taxed.SEBI}), True)
    assert plan_from(plan_text(plan)) == plan
    assert plan_text(FeePlan()) is None
    assert plan_from(None) == FeePlan()

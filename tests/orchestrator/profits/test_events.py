"""What no trade tells is told by the user: splits, bonuses and the ends of contracts, at once and once."""

from __future__ import annotations

from typing import Any

import httpx
from fastapi import FastAPI

from domain.account import BrokerId
from tests.aggregation.trades import ISINS
from tests.orchestrator.conftest import Login
from tests.orchestrator.profits.test_pnl import account_with, asha, database_settings, held, pnl
from tests.orchestrator.stub_broker import StubAdapter

__all__ = ["asha", "database_settings"]  # fixtures
SPLIT: dict[str, Any] = {
    "kind": "split", "on": "2026-11-18", "isin": ISINS["INFY"], "new": 5, "old": 1, "becomes": "INE009A01039",
}  # fmt: skip
BONUS: dict[str, Any] = {"kind": "bonus", "on": "2026-11-19", "isin": "INE009A01039", "new": 1, "old": 1}
END: dict[str, Any] = {
    "kind": "settlement", "on": "2026-11-20", "instrument": "NFO:NIFTY26N2024000CE", "price": "0",
}  # fmt: skip


async def tell(asha: httpx.AsyncClient, expect: int = 201, **event: Any) -> Any:
    answer = await asha.post("/v1/portfolio/lot-events", json=event)
    assert answer.status_code == expect, answer.text
    return answer.json()


async def lots(asha: httpx.AsyncClient, instrument: str) -> list[tuple[int, str]]:
    answer = await asha.get("/v1/portfolio/lots", params={"instrument": instrument})
    return [(one["quantity"], one["cost"]) for one in answer.json()["lots"]]


async def test_a_split_and_a_bonus_change_the_lots_and_taking_them_back_undoes_it(
    app: FastAPI, asha: httpx.AsyncClient
) -> None:
    await account_with(asha, app, "16 10:00 BUY 10 NSE:INFY CNC 1000")
    split = await tell(asha, **SPLIT)
    assert await lots(asha, "NSE:INFY") == [(50, "10000.00")]
    await tell(asha, **BONUS)
    assert await lots(asha, "NSE:INFY") == [(50, "10000.00"), (50, "0.00")]
    assert [row["isin"] for row in (await pnl(asha))["rows"]] == ["INE009A01039"]
    assert (await tell(asha, 409, **SPLIT))["code"] == "told_already"
    told = (await asha.get("/v1/portfolio/lot-events")).json()["items"]
    assert [(one["kind"], one["new"], one["becomes"]) for one in told] == [
        ("split", 5, "INE009A01039"),
        ("bonus", 1, None),
    ]
    for one in told:
        assert (await asha.delete(f"/v1/portfolio/lot-events/{one['id']}")).status_code == 204
    assert await lots(asha, "NSE:INFY") == [(10, "10000.00")]
    assert (await asha.delete(f"/v1/portfolio/lot-events/{split['id']}")).status_code == 404


async def test_a_bonus_that_is_not_credited_yet_is_the_cause_of_the_difference(
    app: FastAPI, asha: httpx.AsyncClient, stubs: dict[BrokerId, StubAdapter]
) -> None:
    stubs[BrokerId.ZERODHA].held = [held(10, "1000", last="600")]
    await account_with(asha, app, "16 10:00 BUY 10 NSE:INFY CNC 1000")
    await tell(asha, **{**BONUS, "isin": ISINS["INFY"]})
    beside = (await pnl(asha))["rows"][0]["beside"][0]
    assert (beside["own_quantity"], beside["broker_quantity"]) == (20, 10)
    assert beside["differences"] == [{"cause": "corporate_action", "amount": "-6000.00", "units": -10}]


async def test_a_contract_that_ended_is_closed_at_what_it_ended_at(
    app: FastAPI, asha: httpx.AsyncClient
) -> None:
    await account_with(asha, app, "16 10:00 SELL 75 NFO:NIFTY26N2024000CE NRML 100")
    assert (await pnl(asha))["total"]["unrealised"] is None
    await tell(asha, **END)
    total = (await pnl(asha))["total"]
    assert (total["realised"], total["unrealised"], total["open_quantity"]) == ("7500.00", "0.00", 0)


WRONG: list[tuple[dict[str, Any], str]] = [
    ({**SPLIT, "on": "2027-01-01"}, "on"),
    ({**SPLIT, "new": None}, "new"),
    ({**SPLIT, "old": 0}, "old"),
    ({**SPLIT, "isin": "INE009A01022"}, "isin"),
    ({**SPLIT, "isin": None}, "isin"),
    ({**SPLIT, "becomes": ISINS["INFY"]}, "becomes"),
    ({**SPLIT, "price": "5"}, "price"),
    ({**END, "instrument": "NSE:INFY"}, "instrument"),
    ({**END, "instrument": None}, "instrument"),
    ({**END, "price": "-1"}, "price"),
    ({**END, "kind": "merger"}, "kind"),
]


async def test_what_cannot_be_is_refused_by_its_field(asha: httpx.AsyncClient) -> None:
    for event, field in WRONG:
        assert (await tell(asha, 422, **event))["field"] == field


async def test_a_bonus_told_under_an_isin_of_before_is_of_the_same_share(
    app: FastAPI, asha: httpx.AsyncClient, stubs: dict[BrokerId, StubAdapter]
) -> None:
    stubs[BrokerId.ZERODHA].held = [held(10, "1000", last="600")]
    await account_with(asha, app, "16 10:00 BUY 10 NSE:INFY CNC 1000")
    await tell(asha, **SPLIT)
    await tell(asha, **{**BONUS, "isin": ISINS["INFY"]})
    assert await lots(asha, "NSE:INFY") == [(50, "10000.00"), (50, "0.00")]
    assert [row["isin"] for row in (await pnl(asha))["rows"]] == ["INE009A01039"]


async def test_an_isin_becomes_one_other_and_does_not_come_back(asha: httpx.AsyncClient) -> None:
    await tell(asha, **SPLIT)
    back = {**SPLIT, "on": "2026-11-19", "isin": "INE009A01039", "becomes": ISINS["INFY"]}
    assert (await tell(asha, 422, **back))["field"] == "becomes"
    other = {**SPLIT, "on": "2026-11-19", "becomes": ISINS["TCS"]}
    assert (await tell(asha, 422, **other))["field"] == "becomes"


async def test_events_are_ones_own(asha: httpx.AsyncClient, person: Login) -> None:
    mine = await tell(asha, **SPLIT)
    ravi = await person("ravi")
    assert (await ravi.get("/v1/portfolio/lot-events")).json() == {"items": []}
    assert (await ravi.delete(f"/v1/portfolio/lot-events/{mine['id']}")).status_code == 404

"""Evenings kept after the close, money that moved inferred and settled by the user, and the returns made of both."""

from __future__ import annotations

from datetime import time
from typing import Any

import httpx
import pytest
from fastapi import FastAPI

from domain.account import BrokerId
from domain.errors import BrokerUnavailable
from domain.instrument import InstrumentId
from domain.money import Money, Price
from domain.position import Holding
from orchestrator.performance.evenings import Evenings
from tests.orchestrator.accounts.conftest import come_back, connect, state_of
from tests.orchestrator.conftest import PASSWORD, Login, Watch
from tests.orchestrator.stub_broker import StubAdapter

INFY = InstrumentId.parse("NSE:INFY")


def shares(price: str, close: str) -> Holding:
    return Holding(INFY, "INE009A01021", 100, 0, 100, Price.of(1400), Price.of(price), Price.of(close))


@pytest.fixture
def evenings(app: FastAPI, watch: Watch) -> Evenings:
    state = app.state
    return Evenings(
        db=state.db,
        connections=state.connections,
        instruments=state.instruments,
        portfolios=state.portfolios,
        calendar=state.calendar,
        clock=watch,
        begins=time(16, 0),
    )


@pytest.fixture
async def asha(
    person: Login, stubs: dict[BrokerId, StubAdapter], watch: Watch
) -> tuple[httpx.AsyncClient, str, StubAdapter]:
    """Logged in with one account: 100 shares and a hundred thousand rupees."""
    zerodha = stubs[BrokerId.ZERODHA]
    zerodha.users["good"] = "AB1234"
    zerodha.held = [shares("1500", "1490")]
    client = await person("asha")
    return client, await connect(client), zerodha


async def fresh(client: httpx.AsyncClient) -> None:
    """Logged in anew: hours pass in these tests, and tokens end."""
    who = {"email": "asha@trademaster.test", "password": PASSWORD}
    answer = await client.post("/v1/users/login", json=who)
    client.headers["authorization"] = f"Bearer {answer.json()['access_token']}"


async def morning(client: httpx.AsyncClient, account: str) -> None:
    """Logged in at the broker again."""
    await fresh(client)
    answer = await client.post(f"/v1/accounts/{account}/login", json={})
    await come_back(client, state_of(answer.json()["login_url"]))


async def performance(client: httpx.AsyncClient, **params: str) -> dict[str, Any]:
    await fresh(client)
    answer = await client.get("/v1/portfolio/performance", params=params)
    assert answer.status_code == 200, answer.text
    return dict(answer.json())


async def flows(client: httpx.AsyncClient) -> list[dict[str, Any]]:
    await fresh(client)
    answer = await client.get("/v1/cash-flows")
    assert answer.status_code == 200, answer.text
    return list(answer.json()["items"])


async def test_an_evening_is_kept_once_after_the_close_and_money_that_moved_is_inferred(
    asha: tuple[httpx.AsyncClient, str, StubAdapter], evenings: Evenings, watch: Watch
) -> None:
    client, account, broker = asha
    assert await evenings.look() == 0, "the market is open"
    watch.pass_time(hours=6)  # Monday 16:30
    assert await evenings.look() == 1
    assert await evenings.look() == 0, "just read"
    watch.pass_time(hours=1)
    assert await evenings.look() == 1, "read again, the newest stands"
    seen = await performance(client)
    assert (seen["known"], seen["curve"]) == (False, [])
    assert "fewer than two evenings" in seen["reason"]

    watch.pass_time(hours=24)  # Tuesday is a holiday
    assert await evenings.look() == 0
    watch.pass_time(hours=23)  # Wednesday 16:30, up 10 a share, 50,000 paid in, 23.60 of charges
    await morning(client, account)
    broker.held, broker.cash = [shares("1510", "1500")], Money.of("149976.40")
    assert await evenings.look() == 1
    seen = await performance(client)
    assert (seen["start"], seen["end"]) == ("2026-11-23", "2026-11-25")
    assert (seen["value_start"], seen["value_end"]) == ("250000.00", "300976.40")
    assert (seen["net_flow"], seen["gain"], seen["estimated"]) == ("49976.40", "1000.00", True)
    [flow] = await flows(client)
    assert (flow["amount"], flow["source"], flow["state"]) == ("49976.40", "inferred", "open")
    assert flow["account"] == account

    # The user knows better, and the next look of the same evening leaves that alone.
    url = f"/v1/cash-flows/{flow['id']}"
    told = await client.patch(url, json={"amount": "50000", "note": "UPI"})
    assert (told.status_code, told.json()["state"]) == (200, "confirmed")
    watch.pass_time(hours=1)
    assert await evenings.look() == 1
    assert [one["amount"] for one in await flows(client)] == ["50000.00"]
    seen = await performance(client, range="1m")
    assert (seen["gain"], seen["estimated"]) == ("976.40", False)
    assert seen["twr"] == "0.003255"  # 976.40 on 300,000


async def test_an_account_that_does_not_answer_makes_no_evening_until_it_does(
    asha: tuple[httpx.AsyncClient, str, StubAdapter], evenings: Evenings, watch: Watch
) -> None:
    _, _, broker = asha
    watch.pass_time(hours=6)
    broker.fails["holdings"] = BrokerUnavailable("down for the evening")
    assert await evenings.look() == 0
    broker.fails.clear()
    watch.pass_time(minutes=2)
    assert await evenings.look() == 1


async def test_what_was_inferred_and_is_none_is_not_found_again(
    asha: tuple[httpx.AsyncClient, str, StubAdapter], evenings: Evenings, watch: Watch
) -> None:
    client, account, broker = asha
    watch.pass_time(hours=6)
    await evenings.look()
    watch.pass_time(hours=48)
    await morning(client, account)
    broker.cash = Money.of(130_000)
    await evenings.look()
    [flow] = await flows(client)
    for _ in range(2):
        assert (await client.delete(f"/v1/cash-flows/{flow['id']}")).status_code == 204
    watch.pass_time(hours=1)
    await evenings.look()
    assert [one["state"] for one in await flows(client)] == ["dismissed"]
    assert (await performance(client))["net_flow"] == "0.00"


async def test_a_flow_is_entered_changed_and_taken_out_by_its_owner_alone(
    asha: tuple[httpx.AsyncClient, str, StubAdapter], person: Login
) -> None:
    client, account, _ = asha
    body = {"account": account, "day": "2026-11-20", "amount": "-2500.50", "note": "rent"}
    made = await client.post("/v1/cash-flows", json=body)
    assert made.status_code == 201, made.text
    url = f"/v1/cash-flows/{made.json()['id']}"
    other = await person("ravi")
    assert (await other.post("/v1/cash-flows", json=body)).status_code == 404
    assert (await other.patch(url, json={})).status_code == 404
    assert (await other.delete(url)).status_code == 404
    assert (await other.get("/v1/portfolio/performance", params={"account": account})).status_code == 404
    for wrong, field in (
        ({**body, "amount": "0"}, "amount"),
        ({**body, "amount": "0.005"}, "amount"),
        ({**body, "amount": "9" * 13}, "amount"),
        ({**body, "day": "2026-11-24"}, "day"),
        ({**body, "day": "1947-08-15"}, "day"),
    ):
        refused = await client.post("/v1/cash-flows", json=wrong)
        assert (refused.status_code, refused.json()["field"]) == (422, field), refused.text
    assert (await client.delete(url)).status_code == 204
    assert (await client.delete(url)).status_code == 404
    assert await flows(client) == []


async def test_a_range_that_ends_before_it_begins_is_refused(
    asha: tuple[httpx.AsyncClient, str, StubAdapter],
) -> None:
    client, _, _ = asha
    params = {"from": "2026-11-20", "to": "2026-11-01"}
    refused = await client.get("/v1/portfolio/performance", params=params)
    assert (refused.status_code, refused.json()["field"]) == (422, "from")

"""The consolidated portfolio over real sandbox accounts: sums, lots, gaps, and money in and out."""

import asyncio
import json
from datetime import datetime
from decimal import Decimal
from typing import Any

import pytest
import websockets

from domain.account import BrokerId
from mocks.launch import Sandbox
from tests.stories.product import Trader, eventually
from tests.traders import NewUser


def money(rows: list[dict[str, Any]], field: str) -> Decimal:
    return sum((Decimal(row[field]) for row in rows), Decimal(0))


async def test_totals_are_the_sums_of_lines_lots_and_accounts(trader: Trader, new_user: NewUser) -> None:
    await trader.connect(new_user("kite", cash="150000", holdings={"NSE:INFY": 10, "NSE:TCS": 3}), "Kite one")
    await trader.connect(new_user("upstox", cash="50000.50", holdings={"BSE:INFY": 7}), "Up two")
    await trader.connect(new_user("groww", cash="1000", holdings={"NSE:INFY": 4}), "Groww three")
    await trader.settled()
    seen = await trader.portfolio()
    assert [(line["symbol"], line["quantity"]) for line in seen["holdings"]] == [("INFY", 21), ("TCS", 3)]
    infy = seen["holdings"][0]
    assert (infy["isin"], infy["exchange"]) == ("INE009A01021", "NSE")
    lots = {lot["label"]: (lot["exchange"], lot["quantity"], lot["broker"]) for lot in infy["lots"]}
    assert lots == {
        "Kite one": ("NSE", 10, "zerodha"),
        "Up two": ("BSE", 7, "upstox"),
        "Groww three": ("NSE", 4, "groww"),
    }
    totals = seen["totals"]
    assert Decimal(totals["value"]) == money(seen["holdings"], "value")
    assert Decimal(totals["invested"]) == money(seen["holdings"], "invested")
    assert Decimal(totals["pnl"]) == money([*seen["holdings"], *seen["positions"]], "pnl")
    assert Decimal(totals["day_pnl"]) == money([*seen["holdings"], *seen["positions"]], "day_pnl")
    assert Decimal(totals["cash"]) == money(seen["funds"], "cash") == Decimal("201000.50")
    assert Decimal(totals["margin_available"]) == money(seen["funds"], "margin_available")
    for line in seen["holdings"]:
        assert line["quantity"] == sum(lot["quantity"] for lot in line["lots"])
        assert Decimal(line["pnl"]) == money(line["lots"], "pnl")
        assert Decimal(line["value"]) == Decimal(line["last_price"]) * line["quantity"]
    assert seen["gaps"] == []
    parts = {
        "/v1/portfolio/holdings": "holdings",
        "/v1/portfolio/positions": "positions",
    }
    for path, part in parts.items():
        assert len((await trader.call("GET", path))[part]) == len(seen[part])
    balance = await trader.call("GET", "/v1/funds/balance")
    assert Decimal(balance["total_cash"]) == Decimal("201000.50")
    assert len(balance["accounts"]) == 3


async def test_a_silent_broker_keeps_its_numbers_as_a_named_gap(
    trader: Trader, new_user: NewUser, sandbox: Sandbox
) -> None:
    await trader.connect(new_user("kite", holdings={"NSE:INFY": 10}), "Kite one")
    await trader.connect(new_user("upstox", holdings={"NSE:INFY": 5}), "Up two")
    await trader.settled()
    before = await trader.portfolio()
    sandbox.post("/faults", {"broker": "upstox", "fault": "outage"})
    seen = await eventually(trader.portfolio, lambda one: bool(one["gaps"]))
    assert [gap["label"] for gap in seen["gaps"]] == ["Up two"]
    assert "does not answer" in seen["gaps"][0]["reason"]
    assert seen["totals"]["cash"] == before["totals"]["cash"]
    assert seen["holdings"][0]["quantity"] == 15
    assert {lot["label"]: lot["stale"] for lot in seen["holdings"][0]["lots"]} == {
        "Kite one": False,
        "Up two": True,
    }
    sandbox.delete("/faults")
    await eventually(trader.portfolio, lambda one: one["gaps"] == [])


async def test_an_ended_session_is_a_gap_that_asks_for_a_login(
    trader: Trader, new_user: NewUser, sandbox: Sandbox
) -> None:
    user = new_user("kite", holdings={"NSE:INFY": 10})
    account = await trader.connect(user, "Kite one")
    await trader.settled()
    sandbox.post("/faults", {"broker": "kite", "fault": "expire_token", "account": user["user_id"]})
    seen = await eventually(trader.portfolio, lambda one: bool(one["gaps"]))
    seen = await eventually(trader.portfolio, lambda one: "needs a login" in one["gaps"][0]["reason"])
    assert seen["holdings"][0]["quantity"] == 10
    sandbox.delete("/faults")
    await trader.log_in_again(account, user)
    await eventually(trader.portfolio, lambda one: one["gaps"] == [])


async def test_money_moves_at_simulated_accounts_only(trader: Trader, new_user: NewUser) -> None:
    mock = await trader.connect(new_user("mock", cash="1000"), "Play")
    kite = await trader.connect(new_user("kite", cash="1000"), "Kite one")
    await trader.settled()
    richer = await trader.call("POST", "/v1/funds/deposit", json={"account": mock, "amount": "500.25"})
    assert (richer["account"], richer["cash"]) == (mock, "1500.25")
    poorer = await trader.call("POST", "/v1/funds/withdraw", json={"account": mock, "amount": "1500.25"})
    assert Decimal(poorer["cash"]) == 0

    async def refused(status: int, path: str, **body: Any) -> str:
        problem = await trader.call("POST", f"/v1/funds/{path}", json=body, expect=status)
        return str(problem["code"])

    assert await refused(409, "withdraw", account=mock, amount="1.00") == "broker_rejected"
    assert await refused(409, "deposit", account=kite, amount="1.00") == "funds_not_movable"
    assert await refused(404, "deposit", account="acc_nobodys", amount="1.00") == "not_found"
    for amount in ("0", "-5", "1.001", 5.5, "a lot", None):
        assert await refused(422, "deposit", account=mock, amount=amount) == "invalid_input"
    assert await refused(422, "deposit", account=mock) == "invalid_input"


async def test_a_new_user_owns_nothing_and_nothing_is_invented(trader: Trader) -> None:
    seen = await trader.portfolio()
    assert (seen["holdings"], seen["positions"], seen["funds"], seen["gaps"]) == ([], [], [], [])
    assert seen["totals"]["cash"] is None
    assert seen["totals"]["value"] == "0.00"


@pytest.mark.parametrize("broker", ["kite", "upstox", "groww", "mock"])
async def test_a_share_bought_today_is_owned_once_at_every_broker_and_gone_when_sold(
    trader: Trader, new_user: NewUser, broker: str
) -> None:
    account = await trader.connect(new_user(broker, cash="200000", holdings={"NSE:INFY": 10}), "Mine")
    await trader.settled()

    async def trade(text: str) -> None:
        placed = await trader.place(text, account=account)
        await trader.order_when(placed["id"], "FILLED")

    def owned(view: dict[str, Any]) -> dict[str, int]:
        return {line["symbol"]: line["quantity"] for line in view["holdings"]}

    def in_positions(view: dict[str, Any]) -> int:
        return sum(abs(line["quantity"]) for line in view["positions"])

    await trade("BUY 3 NSE:INFY CNC MARKET")
    await trade("BUY 2 NSE:TCS CNC MARKET")
    seen = await eventually(trader.portfolio, lambda view: owned(view) == {"INFY": 13, "TCS": 2})
    assert in_positions(seen) == 0
    await trade("SELL 4 NSE:INFY CNC MARKET")
    seen = await eventually(trader.portfolio, lambda view: owned(view) == {"INFY": 9, "TCS": 2})
    assert in_positions(seen) == 0
    assert seen["totals"]["value"] is not None


async def test_who_knows_the_newest_version_is_told_so_and_nothing_else(
    trader: Trader, new_user: NewUser
) -> None:
    await trader.connect(new_user("mock", holdings={"NSE:INFY": 10}), "Play")
    await trader.settled()

    async def asked_again() -> int:
        known = (await trader.http.get("/v1/portfolio")).headers["etag"]
        return (await trader.http.get("/v1/portfolio", headers={"If-None-Match": known})).status_code

    await eventually(asked_again, lambda status: status == 304)  # a reading may come between the two
    other = await trader.http.get("/v1/portfolio", headers={"If-None-Match": 'W/"else"'})
    assert other.status_code == 200
    assert other.headers["cache-control"] == "no-store", "no browser keeps what somebody owns"


async def test_a_refresh_reads_every_account_now(trader: Trader, new_user: NewUser) -> None:
    for broker in ("kite", "upstox"):
        await trader.connect(new_user(broker, holdings={"NSE:INFY": 10}), broker)
    await trader.settled()
    before = datetime.fromisoformat((await trader.portfolio())["as_of"])
    seen = await trader.call("POST", "/v1/portfolio/refresh")
    assert datetime.fromisoformat(seen["totals"]["as_of"]) >= before
    assert seen["totals"]["incomplete"] == []
    # Prices are everybody's: another person's account may be the one whose feed carries a share.
    assert {line["price_source"] for line in seen["holdings"]} <= {one.value for one in BrokerId}


async def test_a_fill_comes_to_the_screen_that_follows(trader: Trader, new_user: NewUser) -> None:
    account = await trader.connect(new_user("kite", cash="200000", holdings={"NSE:TCS": 1}), "Mine")
    await trader.settled()
    url = str(trader.http.base_url).replace("http", "ws").rstrip("/")
    token = str(trader.http.headers["Authorization"]).removeprefix("Bearer ")
    async with websockets.connect(f"{url}/v1/stream", proxy=None) as socket, asyncio.timeout(60):
        await socket.send(json.dumps({"action": "auth", "token": token}))
        await socket.send(json.dumps({"action": "follow", "what": "portfolio"}))

        async def lines() -> dict[str, Any]:
            while (told := json.loads(await socket.recv()))["type"] != "portfolio_lines":
                pass
            return dict(told["data"])

        whole = await lines()
        assert [line["symbol"] for line in whole["holdings"]] == ["TCS"]
        await trader.place("BUY 3 NSE:INFY CNC MARKET", account=account)
        new: list[dict[str, Any]] = []
        while not new:
            told = await lines()
            assert not told["whole"]
            new = [line for line in told["holdings"] if line["symbol"] == "INFY"]
        assert new[0]["quantity"] == 3
        assert told["ages"][account] == new[0]["lots"][0]["as_of"]

"""A broker goes down: its numbers stay with their age, orders go elsewhere, and its return is noticed."""

from __future__ import annotations

from mocks.launch import Sandbox
from tests.stories.product import Product, Trader, eventually
from tests.traders import NewUser


async def test_the_product_copes_with_an_outage_and_notices_its_end(
    trader: Trader, new_user: NewUser, sandbox: Sandbox
) -> None:
    zerodha = await trader.connect(new_user("kite", holdings={"NSE:INFY": 20}))
    upstox = await trader.connect(new_user("upstox", holdings={"NSE:INFY": 30}))
    before = await eventually(
        trader.portfolio, lambda view: sum(line["quantity"] for line in view["holdings"]) == 50
    )
    assert not before["gaps"]

    rule = sandbox.post("/faults", {"broker": "kite", "fault": "outage"})
    view = await eventually(trader.portfolio, lambda seen: bool(seen["gaps"]))
    assert view["gaps"][0]["account"] == zerodha
    assert view["gaps"][0]["since"]
    lots = {lot["account"]: lot for lot in view["holdings"][0]["lots"]}
    assert lots[zerodha]["stale"], "its numbers stay, and say that they are old"
    assert lots[zerodha]["quantity"] == 20
    assert not lots[upstox]["stale"]
    health = (
        await eventually(
            lambda: trader.account(zerodha),
            lambda seen: "open" in (seen["health"]["reads"], seen["health"]["writes"]),
        )
    )["health"]
    assert health["reads"] == "open"

    placed = await trader.place("BUY 10 NSE:INFY CNC MARKET")
    assert [child["broker"] for child in placed["children"]] == ["upstox"]
    passed_over = [
        reason
        for other in placed["decision"]["alternatives"]
        for reason in other["reasons"]
        if reason["account"] == zerodha
    ]
    assert "breaker_open" in {reason["code"] for reason in passed_over}
    await trader.order_when(placed["id"], "FILLED")

    sandbox.delete(f"/faults/{rule['id']}")
    await eventually(trader.portfolio, lambda seen: not seen["gaps"])
    decision = await trader.preview("BUY 10 NSE:INFY CNC MARKET")
    assert decision["plan"][0]["broker"] == "zerodha"


async def test_an_order_that_never_left_moves_to_another_broker_by_a_decision_that_can_be_replayed(
    trader: Trader, new_user: NewUser, sandbox: Sandbox, product: Product
) -> None:
    await trader.connect(new_user("kite"))
    await trader.connect(new_user("upstox"))
    await trader.settled()
    seen = await trader.preview("BUY 10 NSE:INFY CNC MARKET")
    assert seen["plan"][0]["broker"] == "zerodha"
    sandbox.post("/faults", {"broker": "kite", "fault": "outage"})

    placed = await trader.place("BUY 10 NSE:INFY CNC MARKET")

    filled = await trader.order_when(placed["id"], "FILLED")
    carried = {child["broker"]: child["filled_quantity"] for child in filled["children"]}
    assert carried["upstox"] == 10
    assert carried.get("zerodha", 0) == 0
    moves = [step for step in filled["timeline"] if step["kind"] == "moved"]
    told = await product.command("replay", placed["id"])
    assert moves
    assert told.count("Proven") == 1 + len(moves), told


async def test_nothing_new_goes_where_a_breaker_is_held_open_and_what_is_there_is_sold(
    trader: Trader, new_user: NewUser
) -> None:
    zerodha = await trader.connect(new_user("kite", holdings={"NSE:INFY": 20}))
    await trader.connect(new_user("upstox"))
    await trader.settled()
    mine = f"/v1/accounts/{zerodha}/breaker"
    await trader.call("POST", f"{mine}/open", json={"reason": "its app shows no orders"})

    placed = await trader.place("BUY 10 NSE:INFY CNC MARKET")
    assert [child["broker"] for child in placed["children"]] == ["upstox"]
    told = {
        reason["code"]: reason["message"]
        for other in placed["decision"]["alternatives"]
        for reason in other["reasons"]
        if reason["account"] == zerodha
    }
    assert "held open by you until it is closed by hand: its app shows no orders" in told["breaker_held"]
    await trader.order_when(placed["id"], "FILLED")
    sold = await trader.place("SELL 20 NSE:INFY CNC MARKET")
    assert "zerodha" in [child["broker"] for child in sold["children"]]
    await trader.order_when(sold["id"], "FILLED")

    closed = await trader.call("POST", f"{mine}/close")
    assert (closed["held"], closed["writes"]) == ([], "half_open")
    decision = await trader.preview("BUY 10 NSE:INFY CNC MARKET")
    assert decision["plan"][0]["broker"] == "zerodha"


async def test_a_dead_session_asks_for_a_login_and_the_others_go_on(
    trader: Trader, new_user: NewUser, sandbox: Sandbox
) -> None:
    kite = new_user("kite")
    zerodha = await trader.connect(kite)
    await trader.connect(new_user("upstox"))
    await trader.settled()

    sandbox.post("/faults", {"broker": "kite", "fault": "expire_token", "account": kite["user_id"]})
    await eventually(lambda: trader.account(zerodha), lambda seen: seen["state"] == "login_needed")

    placed = await trader.place("BUY 5 NSE:INFY CNC MARKET")
    assert [child["broker"] for child in placed["children"]] == ["upstox"]
    assert "login_needed" in str(placed["decision"]["alternatives"])

    sandbox.delete("/faults")
    await trader.log_in_again(zerodha, kite)
    back = await trader.account(zerodha)
    assert back["state"] == "connected"

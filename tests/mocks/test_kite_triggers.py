"""Kite's GTTs and alerts: what fires when, what is told of it, and how many there may be."""

from __future__ import annotations

import json
from collections.abc import AsyncIterator
from typing import Any

import orjson
import pytest

from mocks.brokers.backoffice import snapshot
from mocks.brokers.backoffice.accounts import App
from tests.mocks.kite_server import INFY, Server, serving, user

LAST = 150_000


@pytest.fixture
async def server() -> AsyncIterator[Server]:
    async with serving() as found:
        found.office.set_holding("KT1", "NSE:INFY", 50, 140_000)
        found.print("NSE:INFY", LAST)
        yield found


def gtt(*triggers: float, side: str = "SELL", **changes: Any) -> dict[str, str]:
    """A form: a limit order at each trigger."""
    legs = [
        {
            "exchange": "NSE",
            "tradingsymbol": "INFY",
            "transaction_type": side,
            "quantity": 10,
            "order_type": "LIMIT",
            "product": "CNC",
            "price": trigger,
        }
        | changes
        for trigger in triggers
    ]
    condition = {
        "exchange": "NSE",
        "tradingsymbol": "INFY",
        "trigger_values": list(triggers),
        "last_price": LAST / 100,
    }
    kind = "single" if len(triggers) == 1 else "two-leg"
    return {"type": kind, "condition": json.dumps(condition), "orders": json.dumps(legs)}


async def placed(server: Server, form: dict[str, str]) -> str:
    made = await server.data("POST", "/gtt/triggers", form)
    assert isinstance(made["trigger_id"], int)
    return f"/gtt/triggers/{made['trigger_id']}"


async def test_a_trigger_fires_once_and_tells_of_its_order(server: Server) -> None:
    path = await placed(server, gtt(1450.0, side="BUY"))
    server.print("NSE:INFY", 146_000)
    assert (await server.data("GET", path))["status"] == "active"
    server.print("NSE:INFY", 145_000)
    row = await server.data("GET", path)
    result = row["orders"][0]["result"]
    assert (row["status"], result["triggered_at"]) == ("triggered", 1450)
    assert result["order_result"].keys() == {"status", "order_id", "rejection_reason"}
    order = await server.row(result["order_result"]["order_id"])
    assert (order["quantity"], order["order_type"], order["price"], order["validity"]) == (
        10,
        "LIMIT",
        1450,
        "DAY",
    )
    assert (order["tag"], result["order_result"]["status"]) == (None, "success")
    server.print("NSE:INFY", 144_000)
    assert len(await server.data("GET", "/orders")) == 1


async def test_of_two_legs_the_first_to_fire_ends_the_other(server: Server) -> None:
    path = await placed(server, gtt(1425.0, 1560.0))
    server.print("NSE:INFY", 156_000)
    low, high = (await server.data("GET", path))["orders"]
    assert (low["result"], high["result"]["order_result"]["status"]) == (None, "success")
    server.print("NSE:INFY", 142_500)
    (order,) = await server.data("GET", "/orders")
    assert (order["price"], order["transaction_type"]) == (1560, "SELL")


async def test_an_order_that_the_risk_desk_refuses_is_told_in_the_result(server: Server) -> None:
    path = await placed(server, gtt(1560.0, quantity=5000))
    server.print("NSE:INFY", 156_000)
    row = await server.data("GET", path)
    result = row["orders"][0]["result"]["order_result"]
    assert (row["status"], result["status"]) == ("triggered", "failed")
    assert result["rejection_reason"]


async def test_a_trigger_too_near_to_the_price_is_disabled(server: Server) -> None:
    row = await server.data("GET", await placed(server, gtt(1502.0)))
    assert (row["status"], "0.25%" in row["meta"]["rejection_reason"]) == ("disabled", True)


async def test_a_trigger_expires_in_a_year_a_contracts_on_its_last_day(server: Server) -> None:
    row = await server.data("GET", await placed(server, gtt(1560.0)))
    assert row["expires_at"][:4] == str(int(row["created_at"][:4]) + 1)
    listed = server.exchange.instruments.values()
    future = min(
        (one for one in listed if one.name == "NIFTY" and one.kind == "FUT"), key=lambda one: one.expiry
    )
    trigger = round(future.prev_close * 1.05 / 100)
    form = gtt(trigger, exchange="NFO", tradingsymbol=future.symbol, product="NRML", quantity=future.lot)
    condition = json.loads(form["condition"]) | {
        "exchange": "NFO",
        "tradingsymbol": future.symbol,
        "last_price": future.prev_close / 100,
    }
    row = await server.data("GET", await placed(server, form | {"condition": json.dumps(condition)}))
    assert row["expires_at"][:10] == future.expiry


async def test_a_trigger_can_be_changed_and_deleted_while_it_is_active(server: Server) -> None:
    path = await placed(server, gtt(1560.0))
    await server.data("PUT", path, gtt(1570.0))
    row = await server.data("GET", path)
    assert (row["condition"]["trigger_values"], row["orders"][0]["price"]) == ([1570.0], 1570.0)
    await server.data("DELETE", path)
    assert (await server.data("GET", path))["status"] == "deleted"
    assert (await server.error("DELETE", path))[0] == 400
    assert (await server.error("GET", "/gtt/triggers/99"))[:2] == (404, "GeneralException")


async def test_what_makes_no_trigger_is_refused(server: Server) -> None:
    sound = gtt(1560.0)
    wrong = [
        {"type": "triple"},
        {"type": "two-leg"},
        {"condition": "{"},
        {"condition": "[]"},
        {"orders": "[]"},
        {"orders": "[1]"},
        gtt(1560.0, order_type="MARKET"),
        gtt(1560.0, tradingsymbol="TCS"),
        gtt(1560.0, quantity=0),
        gtt(1560.01),
    ]
    for change in wrong:
        assert (await server.error("POST", "/gtt/triggers", sound | change))[:2] == (400, "InputException"), (
            change
        )
    assert await server.data("GET", "/gtt/triggers") == []


async def test_two_hundred_and_fifty_triggers_may_be_active(server: Server) -> None:
    for _ in range(250):
        await placed(server, gtt(1560.0))
    assert (await server.error("POST", "/gtt/triggers", gtt(1560.0)))[:2] == (400, "InputException")
    await server.data("DELETE", "/gtt/triggers/1")
    await placed(server, gtt(1560.0))


async def test_the_list_forgets_old_ends_but_the_number_does_not(server: Server) -> None:
    path = await placed(server, gtt(1560.0))
    active = await placed(server, gtt(1570.0))
    await server.data("DELETE", path)
    assert len(await server.data("GET", "/gtt/triggers")) == 2
    server.pass_time(8 * 86_400)
    server.session = server.office.directory.open_session("KT1", "key")
    (left,) = await server.data("GET", "/gtt/triggers")
    assert active.endswith(str(left["id"]))
    assert (await server.data("GET", path))["status"] == "deleted"


# --- alerts ------------------------------------------------------------------------------------------------

ALERT = {
    "name": "INFY up",
    "type": "simple",
    "lhs_exchange": "NSE",
    "lhs_tradingsymbol": "INFY",
    "lhs_attribute": "LastTradedPrice",
    "operator": ">=",
    "rhs_type": "constant",
    "rhs_constant": "1550",
}


async def alert(server: Server, **changes: str) -> dict[str, Any]:
    found: dict[str, Any] = await server.data("POST", "/alerts", ALERT | changes)
    return found


async def count(server: Server, made: dict[str, Any]) -> int:
    found = await server.data("GET", f"/alerts/{made['uuid']}")
    return int(found["alert_count"])


async def test_an_alert_is_told_whenever_it_becomes_true(server: Server) -> None:
    made = await alert(server)
    assert (made["status"], made["rhs_constant"], made["alert_count"]) == ("enabled", 1550, 0)
    for price, told in ((154_000, 0), (155_000, 1), (156_000, 1), (154_000, 1), (155_500, 2)):
        server.print("NSE:INFY", price)
        assert await count(server, made) == told, price
    newest, oldest = await server.data("GET", f"/alerts/{made['uuid']}/history")
    assert newest.keys() == {"uuid", "type", "meta", "condition", "created_at", "order_meta"}
    assert (oldest["meta"][0]["last_price"], oldest["order_meta"]) == (1550, None)
    assert oldest["condition"] == 'LastTradedPrice("NSE:INFY") >= 1550'
    assert oldest["meta"][0].keys() == {
        "instrument_token", "tradingsymbol", "timestamp", "last_price", "ohlc", "net_change", "exchange",
        "last_trade_time", "last_quantity", "buy_quantity", "sell_quantity", "volume", "volume_tick", "average_price",
        "oi", "oi_day_high", "oi_day_low", "lower_circuit_limit", "upper_circuit_limit",
    }  # fmt: skip


@pytest.mark.parametrize(
    ("operator", "price", "told"),
    [
        ("<", 154_995, 1),
        ("<", 155_000, 0),
        ("<=", 155_000, 1),
        (">", 155_000, 0),
        (">", 155_010, 1),
        ("==", 155_000, 1),
    ],
)
async def test_every_operator(server: Server, operator: str, price: int, told: int) -> None:
    tick = server.exchange.instruments["NSE:INFY"].tick
    made = await alert(server, operator=operator)
    server.print("NSE:INFY", price // tick * tick)
    assert await count(server, made) == told


async def test_an_index_is_listed_under_indices(server: Server) -> None:
    level = server.office.last_price("NSE:NIFTY 50") / 100
    made = await alert(
        server,
        lhs_exchange="INDICES",
        lhs_tradingsymbol="NIFTY 50",
        operator="<=",
        rhs_constant=f"{level + 100:.2f}",
    )
    server.pass_time(2)
    assert await count(server, made) == 1


async def test_two_instruments_can_be_compared(server: Server) -> None:
    made = await alert(
        server, rhs_type="instrument", rhs_exchange="BSE", rhs_tradingsymbol="INFY", rhs_attribute="LastTradedPrice",
        operator="==", rhs_constant="",
    )  # fmt: skip
    server.print("NSE:INFY", 153_000)
    assert await count(server, made) == 1
    (fired,) = await server.data("GET", f"/alerts/{made['uuid']}/history")
    assert [one["exchange"] for one in fired["meta"]] == ["NSE", "BSE"]


def basket(**params: Any) -> str:
    item = {
        "type": "insert",
        "tradingsymbol": "INFY",
        "exchange": "NSE",
        "weight": 10000,
        "params": {
            "transaction_type": "BUY", "product": "CNC", "order_type": "LIMIT", "validity": "DAY", "validity_ttl": 1,
            "quantity": 3, "price": 1450, "trigger_price": 0, "disclosed_quantity": 0, "last_price": 0,
            "variety": "regular", "tags": [], "squareoff": 0, "stoploss": 0, "trailing_stoploss": 0,
            "iceberg_legs": 0, "market_protection": 0,
        } | params,
    }  # fmt: skip
    return json.dumps({"name": "alerts-basket", "type": "alert", "tags": [], "items": [item]})


async def test_an_alert_with_a_basket_places_its_orders_once(server: Server) -> None:
    made = await alert(server, type="ato", basket=basket())
    assert made["basket"]["items"][0]["instrument_token"] == INFY
    for price in (155_000, 154_000, 156_000):
        server.print("NSE:INFY", price)
    (order,) = await server.data("GET", "/orders")
    assert (order["quantity"], order["price"], order["status"]) == (3, 1450, "OPEN")
    row = await server.data("GET", f"/alerts/{made['uuid']}")
    assert (row["status"], row["alert_count"], bool(row["disabled_reason"])) == ("disabled", 1, True)
    (fired,) = await server.data("GET", f"/alerts/{made['uuid']}/history")
    assert fired["order_meta"] == [
        {"order_id": order["order_id"], "status": "success", "rejection_reason": ""}
    ]


async def test_what_the_risk_desk_says_to_a_basket_is_kept(server: Server) -> None:
    made = await alert(server, type="ato", basket=basket(quantity=100_000))
    server.print("NSE:INFY", 155_000)
    (fired,) = await server.data("GET", f"/alerts/{made['uuid']}/history")
    assert fired["order_meta"][0]["status"] == "failed"
    assert "Insufficient funds" in fired["order_meta"][0]["rejection_reason"]


async def test_alerts_are_listed_changed_and_deleted(server: Server) -> None:
    first, second = [await alert(server, name=name) for name in ("a", "b")]
    assert [one["name"] for one in await server.data("GET", "/alerts")] == ["a", "b"]
    page = await server.data("GET", "/alerts?page=2&page_size=1")
    assert [one["name"] for one in page] == ["b"]
    changed = await server.data("PUT", f"/alerts/{first['uuid']}", ALERT | {"rhs_constant": "1500"})
    assert (changed["uuid"], changed["rhs_constant"]) == (first["uuid"], 1500)
    assert await server.data("DELETE", f"/alerts?uuid={first['uuid']}&uuid={second['uuid']}") is None
    assert await server.data("GET", "/alerts") == []
    assert [one["status"] for one in await server.data("GET", "/alerts?status=deleted")] == ["deleted"] * 2
    server.print("NSE:INFY", 156_000)
    assert await count(server, first) == 0
    assert (await server.error("GET", "/alerts/none"))[:2] == (404, "GeneralException")


async def test_what_makes_no_alert_is_refused(server: Server) -> None:
    wrong: list[dict[str, str]] = [
        {"type": "loud"},
        {"operator": "!="},
        {"rhs_type": "guess"},
        {"rhs_constant": "much"},
        {"lhs_attribute": "Volume"},
        {"lhs_tradingsymbol": "NOSUCHCO"},
        {"name": ""},
        {"type": "ato"},
        {"type": "ato", "basket": "{"},
        {"type": "ato", "basket": '{"items": []}'},
        {"type": "ato", "basket": basket(order_type="BEST")},
    ]
    for change in wrong:
        assert (await server.error("POST", "/alerts", ALERT | change))[:2] == (400, "InputException"), change
    for query in ("status=odd", "page=0", "page_size=x"):
        assert (await server.error("GET", f"/alerts?{query}"))[0] == 400
    assert await server.data("GET", "/alerts") == []


async def test_five_hundred_alerts_may_be_active(server: Server) -> None:
    for _ in range(500):
        await alert(server)
    assert (await server.error("POST", "/alerts", ALERT))[:2] == (400, "InputException")


async def test_alerts_survive_a_restart_and_a_reset_forgets_them(server: Server) -> None:
    told = await alert(server)
    gone = await alert(server, name="gone")
    await server.data("DELETE", f"/alerts?uuid={gone['uuid']}")
    server.print("NSE:INFY", 155_000)
    kept = json.loads(orjson.dumps(snapshot.dump(server.office)))
    async with serving(kept=kept) as again:
        again.session = server.session
        row = await again.data("GET", f"/alerts/{told['uuid']}")
        assert (row["alert_count"], row["status"]) == (1, "enabled")
        again.print("NSE:INFY", 154_000)
        again.print("NSE:INFY", 155_500)
        assert await count(again, told) == 2
        assert (await alert(again))["uuid"] not in (told["uuid"], gone["uuid"])
        again.office.reset()
        again.office.add_app(App("key", "secret"))
        again.office.add_user(user("KT1"))
        again.session = again.office.directory.open_session("KT1", "key")
        assert await again.data("GET", "/alerts?status=enabled") == []

"""What Kite enforces: budgets, plans, registered addresses, strictness, varieties, slices and changes."""

from __future__ import annotations

import hashlib
from collections.abc import AsyncIterator
from datetime import datetime, timedelta
from typing import Any

import pytest
from websockets.exceptions import InvalidStatus

from mocks.brokers.backoffice.profile import IST
from mocks.brokers.backoffice.switches import Pace, Plan, Strictness
from mocks.exchange.calendar import india_ns
from tests.mocks.kite_server import DAY, INFY, LIMIT, Server, serving

MARKET = {name: value for name, value in LIMIT.items() if name != "price"} | {
    "order_type": "MARKET",
    "product": "MIS",
    "market_protection": "-1",
}
QUOTE = {"i": "NSE:INFY"}


@pytest.fixture
async def server() -> AsyncIterator[Server]:
    async with serving() as found:
        yield found


# --- budgets -----------------------------------------------------------------------------------------------


async def test_nothing_is_counted_unless_the_switch_is_on(server: Server) -> None:
    for _ in range(30):
        await server.data("GET", "/quote/ltp", params=QUOTE)


@pytest.mark.parametrize(
    ("method", "path", "allowed"),
    [
        ("GET", "/quote/ltp?i=NSE:INFY", 1),
        ("GET", f"/instruments/historical/{INFY}/day?from=2026-11-20&to=2026-11-20", 3),
        ("GET", "/orders", 10),
        ("DELETE", "/orders/regular/1", 10),
    ],
)
async def test_each_kind_of_request_has_its_budget_a_second(
    server: Server, method: str, path: str, allowed: int
) -> None:
    server.switch(rate_limits=True)
    for _ in range(allowed):
        assert (await server.call(method, path)).status_code != 429
    assert await server.error(method, path) == (429, "NetworkException", "Too many requests")
    server.pass_time(1.01)
    assert (await server.call(method, path)).status_code != 429


async def test_quotes_ohlc_and_ltp_share_one_budget(server: Server) -> None:
    server.switch(rate_limits=True)
    await server.data("GET", "/quote", params=QUOTE)
    assert (await server.error("GET", "/quote/ohlc", params=QUOTE))[0] == 429


async def test_orders_are_counted_by_account_and_reads_by_key(server: Server) -> None:
    server.switch(rate_limits=True)
    for _ in range(10):
        await server.placed()
    server.session = server.office.directory.open_session("KT1", "personal")
    assert (await server.error("POST", "/orders/regular", LIMIT))[0] == 429
    assert (await server.call("GET", "/orders")).status_code == 200


async def test_four_hundred_orders_a_minute(server: Server) -> None:
    server.switch(rate_limits=True)
    for second in range(40):
        for _ in range(10):
            await server.call("DELETE", "/orders/regular/1")
        server.pass_time(1.01 if second < 39 else 5)
    status, error_type, message = await server.error("DELETE", "/orders/regular/1")
    assert (status, error_type) == (429, "NetworkException")
    assert message == "Maximum allowed order requests exceeded."


# --- who may what ------------------------------------------------------------------------------------------


async def test_a_personal_plan_has_no_data_and_no_stream_but_trades(server: Server) -> None:
    server.switch(plan=Plan.PERSONAL)
    history = f"/instruments/historical/{INFY}/day?from=2026-11-20&to=2026-11-20"
    for path in ("/quote?i=NSE:INFY", "/quote/ohlc?i=NSE:INFY", "/quote/ltp?i=NSE:INFY", history):
        refusal = await server.error("GET", path)
        assert refusal == (403, "PermissionException", "Insufficient permission for that call.")
    with pytest.raises(InvalidStatus) as refused:
        await server.socket()
    assert refused.value.response.status_code == 403
    assert (await server.row(await server.placed()))["status"] == "OPEN"


async def test_orders_come_from_the_registered_address_reads_from_anywhere(server: Server) -> None:
    server.switch(static_ips={"KT1": ("203.0.113.7",)})
    for method, path in (
        ("POST", "/orders/regular"),
        ("PUT", "/orders/regular/1"),
        ("DELETE", "/orders/regular/1"),
    ):
        status, error_type, message = await server.error(method, path, LIMIT)
        assert (status, error_type) == (403, "PermissionException")
        assert message == "IP address is not allowed to place orders for this app."
    assert await server.data("GET", "/orders") == []
    from_there = {"x-forwarded-for": "203.0.113.7"}
    assert await server.data("POST", "/orders/regular", LIMIT, headers=from_there)


async def test_without_a_registered_address_there_are_no_orders_when_one_is_required(server: Server) -> None:
    server.switch(require_static_ip=True)
    status, _, message = await server.error("POST", "/orders/regular", LIMIT)
    assert (status, message) == (403, "No IPs configured for this app.")


async def test_a_token_ends_at_six_in_the_morning(server: Server) -> None:
    expires_at = server.session.expires_at.astimezone(IST)
    assert (expires_at.hour, expires_at.minute, expires_at.second) == (6, 0, 0)
    server.session.expires_at = server.office.now()
    assert await server.error("GET", "/user/profile") == (
        403,
        "TokenException",
        "Incorrect `api_key` or `access_token`.",
    )


async def test_a_refresh_token_renews_and_can_be_ended(server: Server) -> None:
    session = server.office.directory.open_session("KT1", "key", refresh=True)
    checksum = hashlib.sha256(f"key{session.refresh_token}secret".encode()).hexdigest()
    form = {"api_key": "key", "refresh_token": session.refresh_token, "checksum": checksum}
    fresh = await server.data("POST", "/session/refresh_token", form)
    assert fresh["access_token"] != session.access_token
    assert (await server.error("POST", "/session/refresh_token", form))[1] == "TokenException"
    path = f"/session/token?api_key=key&refresh_token={fresh['refresh_token']}"
    assert await server.data("DELETE", path) is True
    assert (await server.error("DELETE", path))[:2] == (403, "TokenException")


# --- strictness --------------------------------------------------------------------------------------------


async def test_since_april_2026_market_orders_need_protection(server: Server) -> None:
    for bare in ({"order_type": "MARKET"}, {"order_type": "SL-M", "trigger_price": "1600"}):
        for asked in ({}, {"market_protection": "0"}):
            form = {**MARKET, **bare, "market_protection": "", **asked}
            status, error_type, message = await server.error("POST", "/orders/regular", form)
            assert (status, error_type) == (400, "InputException")
            assert message.startswith("Market orders without market protection are not allowed via API.")
    for wrong in ("101", "-2", "much"):
        assert (await server.error("POST", "/orders/regular", MARKET | {"market_protection": wrong}))[
            0
        ] == 400


async def test_before_they_went_without_and_showed_as_market_orders(server: Server) -> None:
    server.switch(strictness=Strictness.LEGACY)
    placed = await server.data("POST", "/orders/regular", {**MARKET, "market_protection": ""})
    row = await server.row(placed["order_id"])
    assert (row["status"], row["order_type"], row["price"]) == ("COMPLETE", "MARKET", 0)
    assert "tags" not in row


async def test_a_protected_market_order_shows_as_a_limit_order_with_tags(server: Server) -> None:
    placed = await server.data("POST", "/orders/regular", MARKET | {"market_protection": "2"})
    row = await server.row(placed["order_id"])
    assert (row["order_type"], row["tag"], row["tags"]) == ("LIMIT", None, ["mktp", "mktp:2.00"])


async def test_a_buy_stop_below_the_price_was_taken_before(server: Server) -> None:
    stop = LIMIT | {"order_type": "SL", "price": "1600", "trigger_price": "1450"}
    assert (await server.error("POST", "/orders/regular", stop))[:2] == (400, "InputException")
    server.switch(strictness=Strictness.LEGACY)
    placed = await server.data("POST", "/orders/regular", stop)
    row = await server.row(placed["order_id"])
    assert (row["status"], row["order_type"], row["trigger_price"]) == ("COMPLETE", "SL", 1450)


@pytest.mark.parametrize(
    ("interval", "current", "legacy"),
    [
        ("minute", 60, 30),
        ("5minute", 100, 90),
        ("30minute", 200, 180),
        ("60minute", 400, 365),
        ("day", 2000, 2000),
    ],
)
async def test_one_request_of_history_spans_so_many_days(
    server: Server, interval: str, current: int, legacy: int
) -> None:
    async def span(days: int) -> int:
        start = datetime(2026, 11, 20, 9, 0, tzinfo=IST) - timedelta(days=days)
        path = (
            f"/instruments/historical/{INFY}/{interval}?from={start:%Y-%m-%d %H:%M:%S}&to=2026-11-20 09:00:00"
        )
        return (await server.call("GET", path)).status_code

    assert (await span(current), await span(current + 2)) == (200, 400)
    server.switch(strictness=Strictness.LEGACY)
    assert (await span(legacy), await span(legacy + 2)) == (200, 400)


async def test_history_has_interest_and_continuous_days_of_futures_only(server: Server) -> None:
    listed = server.exchange.instruments.values()
    future = min(
        (one for one in listed if one.name == "NIFTY" and one.kind == "FUT"), key=lambda one: one.expiry
    )
    span = "from=2026-11-16&to=2026-11-19 23:00:00"
    token = future.token << 8 | 2
    days = (await server.data("GET", f"/instruments/historical/{token}/day?{span}&continuous=1&oi=1"))[
        "candles"
    ]
    assert [len(day) for day in days] == [7] * len(days)
    assert days[0][0].endswith("+0530")
    for path in (f"{INFY}/day?{span}&continuous=1", f"{token}/minute?{span}&continuous=1"):
        assert (await server.error("GET", f"/instruments/historical/{path}"))[:2] == (400, "InputException")
    for path in (
        f"{INFY}/week?{span}",
        f"1/day?{span}",
        f"{INFY}/day?from=x&to=y",
        f"{INFY}/day?from=2026-11-20&to=2026-11-01",
    ):
        assert (await server.error("GET", f"/instruments/historical/{path}"))[:2] == (400, "InputException")


# --- orders ------------------------------------------------------------------------------------------------


async def test_words_that_mean_nothing_are_refused_and_nothing_is_placed(server: Server) -> None:
    wrong: list[dict[str, str]] = [
        {"exchange": "NYSE"},
        {"transaction_type": "HOLD"},
        {"order_type": "BEST"},
        {"product": "FREE"},
        {"validity": "GTC"},
        {"quantity": "0"},
        {"quantity": "1.5"},
        {"price": "1450.03"},
        {"price": "cheap"},
        {"tradingsymbol": "NOSUCHCO"},
        {"tag": "x" * 21},
        {"validity": "TTL"},
        {"validity": "TTL", "validity_ttl": "0"},
        {"disclosed_quantity": "-1"},
        {"autoslice": "perhaps"},
    ]
    for change in wrong:
        status, error_type, message = await server.error("POST", "/orders/regular", LIMIT | change)
        assert (status, error_type, bool(message)) == (400, "InputException", True), change
    assert await server.data("GET", "/orders") == []


async def test_fields_of_other_varieties_and_of_the_future_are_passed_over(server: Server) -> None:
    more = {
        "variety": "regular",
        "iceberg_legs": "1",
        "iceberg_quantity": "3",
        "algo_id": "7",
        "auction_number": "1",
    }
    assert (await server.row(await server.placed(**more)))["meta"] == {}


async def test_calls_must_name_the_orders_own_variety(server: Server) -> None:
    placed = await server.placed()
    for method in ("PUT", "DELETE"):
        assert (await server.error(method, f"/orders/co/{placed}", {"quantity": "5"}))[:2] == (
            400,
            "InputException",
        )
    assert (await server.row(placed))["status"] == "OPEN"


async def test_which_types_may_become_which(server: Server) -> None:
    limit = await server.placed()
    refusal = await server.error(
        "PUT", f"/orders/regular/{limit}", {"order_type": "SL", "trigger_price": "1460"}
    )
    assert refusal[:2] == (400, "InputException")
    assert (await server.error("PUT", f"/orders/regular/{limit}", {"order_type": "MARKET"}))[0] == 400
    stop = await server.placed(order_type="SL", price="1560", trigger_price="1550")
    await server.data("PUT", f"/orders/regular/{stop}", {"order_type": "LIMIT", "price": "1440"})
    row = await server.row(stop)
    assert (row["status"], row["order_type"], row["price"], row["modified"]) == ("OPEN", "LIMIT", 1440, True)


async def test_the_twenty_sixth_change_is_refused(server: Server) -> None:
    placed = await server.placed()
    for change in range(25):
        await server.data("PUT", f"/orders/regular/{placed}", {"quantity": str(11 + change)})
    assert await server.error("PUT", f"/orders/regular/{placed}", {"quantity": "50"}) == (
        429,
        "NetworkException",
        "Maximum allowed order modifications exceeded.",
    )


async def test_an_order_above_the_freeze_quantity_is_sliced(server: Server) -> None:
    freeze = server.exchange.instruments["NSE:INFY"].freeze
    server.office.deposit("KT1", 10**15)
    form = LIMIT | {"quantity": str(2 * freeze + 5), "tag": "mine"}
    assert (await server.error("POST", "/orders/regular", form))[:2] == (400, "InputException")
    made = await server.data("POST", "/orders/regular", form | {"autoslice": "true"})
    assert len(made["children"]) == 3
    rows = [await server.row(child["order_id"]) for child in made["children"]]
    assert [row["quantity"] for row in rows] == [freeze, freeze, 5]
    assert {tuple(row["tags"]) for row in rows} == {("mine", "autoslice", f"autoslice:{made['order_id']}")}
    assert (await server.call("GET", f"/orders/{made['order_id']}")).status_code == 404
    assert (
        await server.error(
            "POST", "/orders/regular", form | {"quantity": str(11 * freeze), "autoslice": "true"}
        )
    )[0] == 400


async def test_a_slice_that_fails_is_told_among_those_that_did_not(server: Server) -> None:
    freeze = server.exchange.instruments["NSE:INFY"].freeze
    server.office.deposit("KT1", freeze * 145_000)
    form = LIMIT | {"quantity": str(2 * freeze), "autoslice": "true"}
    first, second = (await server.data("POST", "/orders/regular", form))["children"]
    assert set(first) == {"order_id"}
    assert set(second["error"]) == {"code", "error_type", "message", "data"}
    assert (second["error"]["code"], second["error"]["error_type"]) == (400, "MarginException")


async def test_the_older_documentation_has_a_bare_list_of_slices(server: Server) -> None:
    server.switch(strictness=Strictness.LEGACY)
    server.office.deposit("KT1", 10**15)
    freeze = server.exchange.instruments["NSE:INFY"].freeze
    form = LIMIT | {"quantity": str(2 * freeze), "autoslice": "true"}
    assert [set(child) for child in await server.data("POST", "/orders/regular", form)] == [{"order_id"}] * 2


async def test_an_iceberg_shows_one_leg_after_another(server: Server) -> None:
    form = LIMIT | {"quantity": "25", "iceberg_legs": "3", "iceberg_quantity": "9", "price": "1600"}
    for wrong in ({"iceberg_legs": "1"}, {"iceberg_legs": "51"}, {"iceberg_quantity": "8"}):
        assert (await server.error("POST", "/orders/iceberg", form | wrong))[:2] == (400, "InputException")
    assert await server.data("GET", "/orders") == []
    await server.data("POST", "/orders/iceberg", form)
    rows = await server.data("GET", "/orders")
    assert [row["quantity"] for row in rows] == [9, 8, 8]
    assert {(row["variety"], row["status"]) for row in rows} == {("iceberg", "COMPLETE")}
    assert [row["meta"]["iceberg"] for row in rows][:2] == [
        {"leg": 1, "legs": 3, "leg_quantity": 9, "total_quantity": 25, "remaining_quantity": 16},
        {"leg": 2, "legs": 3, "leg_quantity": 8, "total_quantity": 25, "remaining_quantity": 8},
    ]


async def test_cancelling_a_leg_ends_the_iceberg(server: Server) -> None:
    form = LIMIT | {"quantity": "20", "iceberg_legs": "2", "iceberg_quantity": "10"}
    leg = (await server.data("POST", "/orders/iceberg", form))["order_id"]
    await server.data("DELETE", f"/orders/iceberg/{leg}")
    (row,) = await server.data("GET", "/orders")
    assert (row["status"], row["cancelled_quantity"]) == ("CANCELLED", 10)


async def cover(server: Server, **changes: str) -> tuple[dict[str, Any], dict[str, Any]]:
    """A filled cover order: its entry's row and its stop's."""
    form = MARKET | {"trigger_price": "1480", **changes}
    entry = (await server.data("POST", "/orders/co", form))["order_id"]
    rows = await server.data("GET", "/orders")
    (stop,) = [row for row in rows if row["parent_order_id"] == entry]
    return next(row for row in rows if row["order_id"] == entry), stop


async def test_a_cover_order_brings_its_stop(server: Server) -> None:
    entry, stop = await cover(server)
    assert (entry["status"], entry["product"], entry["variety"]) == ("COMPLETE", "CO", "co")
    assert (stop["status"], stop["product"], stop["variety"]) == ("TRIGGER PENDING", "CO", "co")
    assert (stop["transaction_type"], stop["trigger_price"], stop["quantity"]) == ("SELL", 1480, 10)


async def test_only_the_trigger_of_a_cover_stop_can_be_changed(server: Server) -> None:
    _, stop = await cover(server)
    path = f"/orders/co/{stop['order_id']}"
    await server.data("PUT", path, {"trigger_price": "1490", "parent_order_id": stop["parent_order_id"]})
    assert (await server.row(stop["order_id"]))["trigger_price"] == 1490
    assert (await server.error("PUT", path, {"quantity": "5"}))[:2] == (400, "InputException")


async def test_deleting_the_second_leg_exits_a_cover_order(server: Server) -> None:
    entry, stop = await cover(server)
    await server.data("DELETE", f"/orders/co/{stop['order_id']}?parent_order_id={entry['order_id']}")
    assert (await server.row(stop["order_id"]))["status"] == "COMPLETE"
    (net,) = (await server.data("GET", "/portfolio/positions"))["net"]
    assert net["quantity"] == 0


async def test_a_cover_order_needs_a_stop_on_the_right_side_and_protection(server: Server) -> None:
    for wrong in (
        {"trigger_price": ""},
        {"trigger_price": "1600"},
        {"market_protection": ""},
        {"order_type": "SL"},
    ):
        form = MARKET | {"trigger_price": "1480", "price": "1500"} | wrong
        assert (await server.error("POST", "/orders/co", form))[:2] == (400, "InputException"), wrong
    server.switch(strictness=Strictness.LEGACY)
    entry, _ = await cover(server, market_protection="")
    assert entry["status"] == "COMPLETE"


async def test_an_auction_takes_sales_of_its_own_list_only(server: Server) -> None:
    sale = LIMIT | {"transaction_type": "SELL", "auction_number": "22"}
    assert (await server.error("POST", "/orders/auction", LIMIT | {"auction_number": "22"}))[0] == 400
    assert (await server.error("POST", "/orders/auction", sale))[:2] == (400, "InputException")


async def test_an_after_market_order_waits_for_the_next_session() -> None:
    async with serving(always_open=False) as server:
        assert (await server.error("POST", "/orders/amo", LIMIT))[:2] == (400, "InputException")
        server.exchange.advance(india_ns(DAY, 18 * 60))
        assert (await server.error("POST", "/orders/regular", LIMIT))[:2] == (400, "InputException")
        server.session = server.office.directory.open_session("KT1", "key")
        waiting = (await server.data("POST", "/orders/amo", LIMIT))["order_id"]
        row = await server.row(waiting)
        assert (row["status"], row["variety"], row["exchange_order_id"]) == ("AMO REQ RECEIVED", "amo", None)
        await server.data("PUT", f"/orders/amo/{waiting}", {"price": "1440"})
        assert (await server.row(waiting))["price"] == 1440
        await server.data("DELETE", f"/orders/amo/{waiting}")
        assert (await server.row(waiting))["status"] == "CANCELLED"


async def test_at_a_real_pace_the_answer_comes_before_the_exchange(server: Server) -> None:
    server.switch(pace=Pace.REALISTIC)
    placed = await server.placed()
    assert (await server.row(placed))["status"] == "PUT ORDER REQ RECEIVED"
    status, error_type, message = await server.error("PUT", f"/orders/regular/{placed}", {"quantity": "5"})
    assert (status, error_type) == (400, "OrderException")
    assert "being processed" in message
    server.pass_time(1)
    assert (await server.row(placed))["status"] == "OPEN"
    words = [row["status"] for row in await server.data("GET", f"/orders/{placed}")]
    assert words == ["PUT ORDER REQ RECEIVED", "VALIDATION PENDING", "OPEN PENDING", "OPEN"]

"""The Kite server over days: new contracts and dumps in the morning, purchases that become holdings, old sessions."""

from __future__ import annotations

from collections.abc import AsyncIterator
from datetime import date

import pytest

from mocks.exchange.calendar import india_ns
from tests.mocks.kite_server import LIMIT, Server, serving

MONDAY, WEDNESDAY = date(2026, 11, 23), date(2026, 11, 25)


@pytest.fixture
async def server() -> AsyncIterator[Server]:
    async with serving(always_open=False) as found:
        yield found


def go_to(server: Server, day: date, minute: int) -> None:
    """Let the market live until then and log in again: yesterday's token is dead at six."""
    server.exchange.advance(india_ns(day, minute))
    server.session = server.office.directory.open_session("KT1", "key")


async def test_a_purchase_is_a_position_then_t1_then_a_holding(server: Server) -> None:
    await server.placed(price="1600")
    (net,) = (await server.data("GET", "/portfolio/positions"))["net"]
    assert (net["product"], net["quantity"], await server.data("GET", "/portfolio/holdings")) == (
        "CNC",
        10,
        [],
    )
    go_to(server, MONDAY, 600)
    (held,) = await server.data("GET", "/portfolio/holdings")
    assert (held["quantity"], held["t1_quantity"], held["opening_quantity"]) == (0, 10, 10)
    assert (await server.data("GET", "/portfolio/positions"))["net"] == []
    assert await server.data("GET", "/orders") == []
    go_to(server, WEDNESDAY, 600)  # Tuesday is a holiday
    (held,) = await server.data("GET", "/portfolio/holdings")
    assert (held["quantity"], held["t1_quantity"]) == (10, 0)


async def test_a_token_dies_in_the_night(server: Server) -> None:
    server.exchange.advance(india_ns(date(2026, 11, 21), 6 * 60 + 1))
    assert (await server.error("GET", "/orders"))[:2] == (403, "TokenException")


async def test_the_dump_of_a_new_day_has_its_closes_and_no_expired_contract(server: Server) -> None:
    before = (await server.call("GET", "/instruments")).text
    closes = {line.split(",")[2]: line.split(",")[4] for line in before.splitlines()[1:]}
    server.exchange.set_price("NSE:INFY", 150_000)
    listed = list(server.exchange.instruments)
    go_to(server, date(2026, 12, 2), 600)
    after = (await server.call("GET", "/instruments")).text
    rows = [line.split(",") for line in after.splitlines()[1:]]
    assert {row[11] + ":" + row[2] for row in rows} == set(server.exchange.instruments)
    assert set(listed) - set(server.exchange.instruments)
    assert all(row[5] == "" or row[5] >= "2026-12-02" for row in rows)
    (infy,) = [row for row in rows if (row[2], row[11]) == ("INFY", "NSE")]
    assert infy[4] != closes["INFY"]
    expired = next(key for key in listed if key not in server.exchange.instruments)
    assert await server.data("GET", "/quote/ltp", params={"i": expired}) == {}


async def test_a_carried_future_keeps_its_values_and_is_marked_at_the_close(server: Server) -> None:
    listed = server.exchange.instruments.values()
    future = max(
        (one for one in listed if one.name == "NIFTY" and one.kind == "FUT"), key=lambda one: one.expiry
    )
    form = LIMIT | {
        "exchange": "NFO",
        "tradingsymbol": future.symbol,
        "product": "NRML",
        "quantity": str(future.lot),
        "order_type": "MARKET",
        "market_protection": "-1",
    }
    server.office.deposit("KT1", 10**10)
    server.print(future.key, future.prev_close)
    await server.data("POST", "/orders/regular", form)
    (bought,) = (await server.data("GET", "/portfolio/positions"))["net"]
    go_to(server, MONDAY, 600)
    both = await server.data("GET", "/portfolio/positions")
    (carried,) = both["net"]
    assert both["day"] == []
    assert (carried["overnight_quantity"], carried["day_buy_quantity"]) == (future.lot, 0)
    assert carried["buy_value"] == pytest.approx(bought["buy_value"], abs=1)
    assert carried["buy_m2m"] == pytest.approx(carried["close_price"] * future.lot)

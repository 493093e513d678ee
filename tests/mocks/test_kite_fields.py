"""Rows of the Kite server have the fields of the official samples, by name and type, and their sums hold."""

from __future__ import annotations

import gzip
from collections.abc import AsyncIterator
from typing import Any

import pytest
from hypothesis import HealthCheck, Phase, given, settings
from hypothesis import strategies as st

from mocks.brokers.backoffice.orders import OrderRequest, Product
from mocks.exchange.model import OrderType, Side
from tests.mocks.kite_server import LIMIT, Server, serving


def _names(text: str) -> set[str]:
    return set(text.split())


ORDER = _names(
    "placed_by order_id exchange_order_id parent_order_id status status_message status_message_raw order_timestamp "
    "exchange_update_timestamp exchange_timestamp variety modified exchange tradingsymbol instrument_token order_type "
    "transaction_type validity product quantity disclosed_quantity price trigger_price average_price filled_quantity "
    "pending_quantity cancelled_quantity market_protection meta tag guid"
)
HISTORY = ORDER - _names("market_protection guid meta status_message_raw exchange_update_timestamp modified")
TRADE = _names(
    "trade_id order_id exchange tradingsymbol instrument_token product average_price quantity exchange_order_id "
    "transaction_type fill_timestamp order_timestamp exchange_timestamp"
)
HOLDING = _names(
    "tradingsymbol exchange instrument_token isin product price quantity used_quantity t1_quantity realised_quantity "
    "authorised_quantity authorised_date authorisation opening_quantity short_quantity collateral_quantity "
    "collateral_type discrepancy average_price last_price close_price pnl day_change day_change_percentage mtf"
)
POSITION = _names(
    "tradingsymbol exchange instrument_token product quantity overnight_quantity multiplier average_price close_price "
    "last_price value pnl m2m unrealised realised buy_quantity buy_price buy_value buy_m2m sell_quantity sell_price "
    "sell_value sell_m2m day_buy_quantity day_buy_price day_buy_value day_sell_quantity day_sell_price "
    "day_sell_value"
)
PROFILE = _names(
    "user_id user_type email user_name user_shortname broker exchanges products order_types avatar_url meta"
)
AVAILABLE = _names("adhoc_margin cash opening_balance live_balance collateral intraday_payin")
UTILISED = _names(
    "debits exposure m2m_realised m2m_unrealised option_premium payout span holding_sales turnover liquid_collateral "
    "stock_collateral delivery"
)
MARGIN = _names(
    "type tradingsymbol exchange span exposure option_premium additional bo cash var pnl leverage charges total"
)
CHARGES = _names(
    "transaction_tax transaction_tax_type exchange_turnover_charge sebi_turnover_charge brokerage stamp_duty gst "
    "total"
)
NOTE = _names("transaction_type tradingsymbol exchange variety product order_type quantity price charges")
QUOTE = _names(
    "instrument_token timestamp last_trade_time last_price last_quantity buy_quantity sell_quantity volume "
    "average_price oi oi_day_high oi_day_low net_change lower_circuit_limit upper_circuit_limit ohlc depth"
)
GTT = _names("id user_id parent_trigger type created_at updated_at expires_at status condition orders meta")
ALERT = _names(
    "type user_id uuid name status disabled_reason lhs_attribute lhs_exchange lhs_tradingsymbol operator rhs_type "
    "rhs_attribute rhs_exchange rhs_tradingsymbol rhs_constant alert_count created_at updated_at"
)


@pytest.fixture
async def server() -> AsyncIterator[Server]:
    async with serving() as found:
        found.office.set_holding("KT1", "NSE:INFY", 50, 140_055, t1=2)
        yield found


def buy(**changes: Any) -> OrderRequest:
    asked: dict[str, Any] = {
        "key": "NSE:INFY",
        "side": Side.BUY,
        "type": OrderType.MARKET,
        "product": Product.MIS,
        "quantity": 5,
        "protection": -1,
    }
    return OrderRequest(**(asked | changes))


async def test_orders_and_their_history_have_every_field(server: Server) -> None:
    placed = await server.placed()
    row = await server.row(placed)
    assert row.keys() >= ORDER
    nullable = {"parent_order_id", "status_message", "status_message_raw", "tag"}
    assert {name for name in ORDER if row[name] is None} == nullable
    assert (type(row["order_id"]), type(row["quantity"]), type(row["price"])) == (str, int, float)
    for step in await server.data("GET", f"/orders/{placed}"):
        assert step.keys() == HISTORY


async def test_a_plain_row_has_no_tags_and_a_tagged_one_lists_them(server: Server) -> None:
    assert "tags" not in await server.row(await server.placed())
    assert (await server.row(await server.placed(tag="mine")))["tags"] == ["mine"]


async def test_trades_have_every_field(server: Server) -> None:
    server.office.place("KT1", buy())
    (trade,) = await server.data("GET", "/trades")
    assert trade.keys() == TRADE
    assert None not in trade.values()
    assert (len(trade["order_timestamp"]), len(trade["fill_timestamp"])) == (8, 19)


async def test_holdings_in_all_their_forms(server: Server) -> None:
    (row,) = await server.data("GET", "/portfolio/holdings")
    assert row.keys() == HOLDING
    assert row["mtf"].keys() == {"quantity", "used_quantity", "average_price", "value", "initial_margin"}
    (short,) = await server.data("GET", "/portfolio/holdings/compact")
    assert short == {
        "exchange": "NSE",
        "tradingsymbol": "INFY",
        "instrument_token": 408065,
        "t1_quantity": 2,
        "quantity": 50,
    }
    summary = await server.data("GET", "/portfolio/holdings/summary")
    assert summary["total_pnl"] == pytest.approx(row["pnl"])
    assert summary["current_value"] == pytest.approx(52 * row["last_price"])
    assert summary["invested_amount"] == pytest.approx(52 * row["average_price"])
    assert summary["today_pnl"] == pytest.approx(52 * row["day_change"])
    assert summary.keys() == {
        "total_pnl", "total_pnl_percent", "today_pnl", "today_pnl_percent", "invested_amount", "current_value",
    }  # fmt: skip


async def test_the_user_and_the_margins(server: Server) -> None:
    profile = await server.data("GET", "/user/profile")
    assert profile.keys() == PROFILE
    full = await server.data("GET", "/user/profile/full")
    extra = {
        "phone",
        "twofa_type",
        "pan",
        "bank_accounts",
        "dp_ids",
        "tags",
        "password_timestamp",
        "twofa_timestamp",
    }
    assert full.keys() == PROFILE | extra
    assert full["meta"].keys() == {"poa", "silo", "account_blocks"}
    assert (full["pan"], full["bank_accounts"][0].keys()) == ("*234F", {"name", "branch", "account"})
    margins = await server.data("GET", "/user/margins")
    for segment, enabled in (("equity", True), ("commodity", False)):
        one = margins[segment]
        assert (one.keys(), one["enabled"]) == ({"enabled", "net", "available", "utilised"}, enabled)
        assert (one["available"].keys(), one["utilised"].keys()) == (AVAILABLE, UTILISED)
        assert one["net"] == one["available"]["live_balance"]
        assert (
            one["net"]
            == one["available"]["cash"] + one["available"]["collateral"] - one["utilised"]["debits"]
        )
    status, error_type, _ = await server.error("GET", "/user/margins/currency")
    assert (status, error_type) == (400, "InputException")


async def test_quotes_ohlc_and_ltp(server: Server) -> None:
    names = {"i": ["NSE:INFY", "408065", "NSE:NIFTY 50", "NSE:NOSUCHCO", "1"]}
    found = await server.data("GET", "/quote", params=names)
    assert set(found) == {"NSE:INFY", "408065", "NSE:NIFTY 50"}
    for quote in found.values():
        assert quote.keys() == QUOTE
        assert (len(quote["depth"]["buy"]), len(quote["depth"]["sell"])) == (5, 5)
    for row in (await server.data("GET", "/quote/ohlc", params=names)).values():
        assert row.keys() == {"instrument_token", "last_price", "ohlc"}
    assert (await server.data("GET", "/quote/ltp", params=names))["408065"].keys() == {
        "instrument_token",
        "last_price",
    }


@pytest.mark.parametrize(("path", "limit"), [("/quote", 500), ("/quote/ohlc", 1000), ("/quote/ltp", 1000)])
async def test_too_many_instruments_at_once_are_refused(server: Server, path: str, limit: int) -> None:
    assert await server.data("GET", path, params={"i": ["NSE:INFY"] * limit})
    status, error_type, _ = await server.error("GET", path, params={"i": ["NSE:INFY"] * (limit + 1)})
    assert (status, error_type) == (400, "InputException")


async def test_margins_baskets_and_notes(server: Server) -> None:
    item = LIMIT | {
        "variety": "regular",
        "average_price": 1450.0,
        "order_id": "1",
        "quantity": 10,
        "price": 1450.0,
    }
    (margin,) = await server.data("POST", "/margins/orders", json=[item])
    assert (margin.keys(), margin["charges"].keys(), margin["pnl"].keys()) == (
        MARGIN,
        CHARGES,
        {"realised", "unrealised"},
    )
    assert margin["charges"]["gst"].keys() == {"igst", "cgst", "sgst", "total"}
    basket = await server.data("POST", "/margins/basket?consider_positions=True", json=[item, item])
    assert basket.keys() == {"initial", "final", "orders", "charges"}
    assert all(part.keys() == MARGIN for part in (basket["initial"], basket["final"], *basket["orders"]))
    (note,) = await server.data("POST", "/charges/orders", json=[item])
    assert (note.keys(), note["charges"].keys()) == (NOTE, CHARGES)
    parts = note["charges"]
    lines = ("transaction_tax", "exchange_turnover_charge", "sebi_turnover_charge", "brokerage", "stamp_duty")
    assert parts["total"] == pytest.approx(sum(parts[line] for line in lines) + parts["gst"]["total"])
    (short,) = await server.data("POST", "/margins/orders?mode=compact", json=[item])
    assert short.keys() == {"type", "tradingsymbol", "exchange", "total"}
    status, _, message = await server.error("POST", "/charges/orders", json=[item | {"average_price": 0}])
    assert (status, "average_price" in message) == (400, True)


async def test_a_hedge_lowers_the_final_margin_of_a_basket(server: Server) -> None:
    listed = server.exchange.instruments.values()
    future = min(
        (one for one in listed if one.name == "NIFTY" and one.kind == "FUT"), key=lambda one: one.expiry
    )
    put = min(
        (one for one in listed if one.name == "NIFTY" and one.kind == "PE" and one.expiry == future.expiry),
        key=lambda one: abs(one.strike - future.prev_close),
    )
    items = [
        {"exchange": one.exchange, "tradingsymbol": one.symbol, "transaction_type": "BUY", "variety": "regular",
         "product": "NRML", "order_type": "MARKET", "quantity": one.lot, "price": 0, "trigger_price": 0}
        for one in (future, put)
    ]  # fmt: skip
    basket = await server.data("POST", "/margins/basket?consider_positions=false", json=items)
    alone = sum(one["total"] for one in basket["orders"])
    assert basket["final"]["total"] < alone


async def test_gtts_and_alerts_have_every_field(server: Server) -> None:
    leg = (
        '{"exchange":"NSE","tradingsymbol":"INFY","transaction_type":"BUY","quantity":1,"order_type":"LIMIT",'
    )
    form = {
        "type": "single",
        "condition": '{"exchange":"NSE","tradingsymbol":"INFY","trigger_values":[1450],"last_price":1500}',
        "orders": f'[{leg}"product":"CNC","price":1450}}]',
    }
    made = await server.data("POST", "/gtt/triggers", form)
    row = await server.data("GET", f"/gtt/triggers/{made['trigger_id']}")
    assert row.keys() == GTT
    assert row["condition"].keys() == {
        "exchange", "last_price", "tradingsymbol", "trigger_values", "instrument_token",
    }  # fmt: skip
    assert row["orders"][0].keys() == {
        "exchange", "tradingsymbol", "product", "order_type", "transaction_type", "quantity", "price", "result",
    }  # fmt: skip
    alert = {
        "name": "NIFTY 50",
        "type": "simple",
        "lhs_exchange": "INDICES",
        "lhs_tradingsymbol": "NIFTY 50",
        "lhs_attribute": "LastTradedPrice",
        "operator": ">=",
        "rhs_type": "constant",
        "rhs_constant": "27000",
    }
    assert (await server.data("POST", "/alerts", alert)).keys() == ALERT


async def test_the_instrument_dump_is_complete_and_the_same_zipped_or_not(server: Server) -> None:
    plain = await server.call("GET", "/instruments", headers={"accept-encoding": "identity"})
    zipped = await server.call("GET", "/instruments")
    assert (plain.text, zipped.headers["content-encoding"]) == (zipped.text, "gzip")
    header, *lines = plain.text.splitlines()
    assert header == (
        "instrument_token,exchange_token,tradingsymbol,name,last_price,expiry,strike,tick_size,lot_size,"
        "instrument_type,segment,exchange"
    )
    assert len(lines) == len(server.exchange.instruments)
    assert {line.count(",") for line in lines} == {11}
    segments = {line.split(",")[10] for line in lines}
    assert segments >= {"NSE", "BSE", "INDICES", "NFO-FUT", "NFO-OPT"}
    (part,) = [await server.call("GET", "/instruments/BSE")]
    assert {line.rsplit(",", 1)[1] for line in part.text.splitlines()[1:]} == {"BSE"}
    assert gzip.decompress(gzip.compress(plain.content)) == plain.content


TRADES = st.lists(
    st.tuples(st.sampled_from([Side.BUY, Side.SELL]), st.integers(1, 40), st.sampled_from(["MIS", "CNC"])),
    min_size=1,
    max_size=6,
)


@settings(
    max_examples=10,
    phases=(Phase.explicit, Phase.reuse, Phase.generate),  # an example builds a whole market: no shrinking
    suppress_health_check=[HealthCheck.function_scoped_fixture],
)
@given(trades=TRADES, carried=st.sampled_from([-65, 0, 65]))
async def test_the_formulas_hold_on_every_row(trades: list[tuple[Side, int, str]], carried: int) -> None:
    """As on every row of the official samples."""
    async with serving() as server:
        server.office.deposit("KT1", 10**10)
        server.office.set_holding("KT1", "NSE:INFY", 200, 140_055, t1=20)
        future = min(
            (
                one
                for one in server.exchange.instruments.values()
                if one.name == "NIFTY" and one.kind == "FUT"
            ),
            key=lambda one: one.expiry,
        )
        if carried:
            server.office.set_position("KT1", future.key, Product.NRML, carried, future.prev_close - 500)
            server.office.place("KT1", buy(key=future.key, product=Product.NRML, quantity=65))
        for side, quantity, product in trades:
            server.office.place("KT1", buy(side=side, quantity=quantity, product=Product(product)))
        await _check_holdings(server)
        await _check_positions(server)


async def _check_holdings(server: Server) -> None:
    for row in await server.data("GET", "/portfolio/holdings"):
        owned = row["quantity"] + row["t1_quantity"]
        assert row["pnl"] == pytest.approx((row["last_price"] - row["average_price"]) * owned, abs=0.01)
        assert row["day_change"] == pytest.approx(row["last_price"] - row["close_price"], abs=0.0001)
        assert row["day_change_percentage"] == pytest.approx(row["day_change"] / row["close_price"] * 100)
        assert row["opening_quantity"] == owned + row["used_quantity"]


async def _check_positions(server: Server) -> None:
    both = await server.data("GET", "/portfolio/positions")
    for row in [*both["net"], *both["day"]]:
        assert row.keys() == POSITION
        factor = row["quantity"] * row["multiplier"]
        carried = row["overnight_quantity"] * row["close_price"] * row["multiplier"]
        assert row["value"] == pytest.approx(row["sell_value"] - row["buy_value"], abs=0.01)
        assert row["pnl"] == pytest.approx(row["value"] + factor * row["last_price"], abs=0.01)
        assert row["buy_m2m"] == pytest.approx(max(0, carried) + row["day_buy_value"], abs=0.01)
        assert row["sell_m2m"] == pytest.approx(max(0, -carried) + row["day_sell_value"], abs=0.01)
        m2m = row["sell_m2m"] - row["buy_m2m"] + factor * row["last_price"]
        assert row["m2m"] == pytest.approx(m2m, abs=0.01)
        assert (row["unrealised"], row["realised"]) == (row["pnl"], 0)
        assert row["quantity"] == row["buy_quantity"] - row["sell_quantity"]
        assert row["average_price"] != 0 or row["quantity"] == 0
    assert all(row["overnight_quantity"] == 0 for row in both["day"])

"""The official Upstox SDK, unmodified, against the Upstox-compatible server: every REST call of a trader's day."""

from __future__ import annotations

import gzip
import json
from collections.abc import Callable, Iterator
from datetime import datetime, timedelta
from typing import Any
from urllib.parse import parse_qs, urlsplit
from zoneinfo import ZoneInfo

import httpx
import pytest
import upstox_client
from upstox_client.rest import ApiException

from mocks.launch import Sandbox

IST = ZoneInfo("Asia/Kolkata")
CALLBACK = "http://127.0.0.1:9/callback?from=upstox"
INFY = "NSE_EQ|INE009A01021"
VERSION = "2.0"


@pytest.fixture(scope="module")
def upstox_sandbox() -> Iterator[Sandbox]:
    with Sandbox.start(flow=False) as running:
        yield running


@pytest.fixture
def user(upstox_sandbox: Sandbox) -> dict[str, Any]:
    holdings = [{"symbol": "NSE:INFY", "quantity": 50, "average_price": "1400.55", "t1_quantity": 2}]
    session: dict[str, Any] = upstox_sandbox.post(
        "/sessions", {"broker": "upstox", "cash": "500000", "holdings": holdings, "name": "Asha Rao"}
    )
    return session


def client_for(base_url: str, token: str) -> Any:
    configuration = upstox_client.Configuration()
    configuration.host = configuration.order_host = base_url
    configuration.access_token = token
    return upstox_client.ApiClient(configuration)


@pytest.fixture
def client(user: dict[str, Any]) -> Any:
    return client_for(user["base_url"], user["access_token"])


@pytest.fixture
def orders(client: Any) -> Any:
    return upstox_client.OrderApiV3(client)


@pytest.fixture
def book(client: Any) -> Any:
    return upstox_client.OrderApi(client)


def limit(**changes: Any) -> Any:
    order = {
        "quantity": 10, "product": "D", "validity": "DAY", "price": 1450.0, "tag": "sdk1", "slice": False,
        "instrument_token": INFY, "order_type": "LIMIT", "transaction_type": "BUY", "disclosed_quantity": 0,
        "trigger_price": 0.0, "is_amo": False,
    }  # fmt: skip
    return upstox_client.PlaceOrderV3Request(**(order | changes))


def market(**changes: Any) -> Any:
    return limit(**({"order_type": "MARKET", "price": 0.0, "market_protection": -1} | changes))


def code_of(error: ApiException) -> str:
    [line] = json.loads(error.body)["errors"]
    assert line["errorCode"] == line["error_code"]
    code: str = line["errorCode"]
    return code


# --- login -------------------------------------------------------------------------------------------------------


def approve(user: dict[str, Any], **changes: str) -> httpx.Response:
    """What a browser does: the dialog, then its form."""
    query = {
        "response_type": "code",
        "client_id": user["api_key"],
        "redirect_uri": CALLBACK,
        "state": "s 1&2",
    }
    with httpx.Client(base_url=user["base_url"]) as browser:
        page = browser.get("/v2/login/authorization/dialog", params=query | changes)
        if page.status_code != 200:
            return page
        assert "Upstox" in page.text
        form = {
            "user_id": user["user_id"],
            "password": user["password"],
            "pin": user["pin"],
            "decision": "approve",
        }
        return browser.post("/v2/login/authorization/dialog", data=query | form | changes)


def test_the_login_page_leads_to_a_token(user: dict[str, Any]) -> None:
    back = urlsplit(approve(user).headers["location"])
    answer = {name: values[0] for name, values in parse_qs(back.query).items()}
    assert (answer["from"], answer["state"]) == ("upstox", "s 1&2")
    login = upstox_client.LoginApi(client_for(user["base_url"], ""))
    asked = {
        "code": answer["code"], "client_id": user["api_key"], "client_secret": user["api_secret"],
        "redirect_uri": CALLBACK, "grant_type": "authorization_code",
    }  # fmt: skip
    token = login.token(VERSION, **asked)
    assert (token.user_id, token.broker, token.is_active) == (user["user_id"], "UPSTOX", True)
    assert token.extended_token is None
    fresh = client_for(user["base_url"], token.access_token)
    assert upstox_client.UserApi(fresh).get_profile(VERSION).data.user_id == user["user_id"]
    with pytest.raises(ApiException) as used:
        login.token(VERSION, **asked)
    assert code_of(used.value) == "UDAPI100057"
    assert upstox_client.LoginApi(fresh).logout(VERSION).data is True
    with pytest.raises(ApiException) as gone:
        upstox_client.UserApi(fresh).get_profile(VERSION)
    assert (gone.value.status, code_of(gone.value)) == (401, "UDAPI100050")


def test_a_foreign_redirect_or_key_never_sees_the_page(user: dict[str, Any]) -> None:
    for wrong in ({"redirect_uri": "https://evil.test/"}, {"client_id": "nobody"}):
        assert approve(user, **wrong).json()["errors"][0]["errorCode"] == "UDAPI100068"


def test_a_denied_login_goes_back_without_a_code(user: dict[str, Any]) -> None:
    back = parse_qs(urlsplit(approve(user, decision="deny").headers["location"]).query)
    assert back["error"] == ["access_denied"]
    assert "code" not in back


def test_a_wrong_secret_is_refused(user: dict[str, Any]) -> None:
    code = parse_qs(urlsplit(approve(user).headers["location"]).query)["code"][0]
    login = upstox_client.LoginApi(client_for(user["base_url"], ""))
    with pytest.raises(ApiException) as wrong:
        login.token(
            VERSION, code=code, client_id=user["api_key"], client_secret="wrong", redirect_uri=CALLBACK,
            grant_type="authorization_code",
        )  # fmt: skip
    assert code_of(wrong.value) == "UDAPI100069"


# --- the account -------------------------------------------------------------------------------------------------


def test_profile_funds_holdings_positions(client: Any, user: dict[str, Any]) -> None:
    profile = upstox_client.UserApi(client).get_profile(VERSION).data
    assert profile.user_name == "Asha Rao"
    old = upstox_client.UserApi(client).get_user_fund_margin(VERSION).data
    assert old["equity"].available_margin == 500000.0
    assert old["commodity"].available_margin == 0.0
    new = upstox_client.UserApi(client).get_user_fund_margin_v3().data
    assert new.available_to_trade.total == 500000.0
    assert new.available_to_trade.cash_available_to_trade.cash.opening_balance == 500000.0
    [holding] = upstox_client.PortfolioApi(client).get_holdings(VERSION).data
    assert (holding.isin, holding.quantity, holding.t1_quantity) == ("INE009A01021", 52, 2)
    assert (holding.instrument_token, holding.average_price) == (INFY, 1400.55)
    assert upstox_client.PortfolioApi(client).get_positions(VERSION).data == []
    assert upstox_client.PortfolioApi(client).get_mtf_positions().data == []


def test_a_margin_is_asked_for_without_ordering(client: Any) -> None:
    line = upstox_client.Instrument(
        instrument_key=INFY, quantity=10, product="I", transaction_type="BUY", price=1500.0
    )
    answer = upstox_client.ChargeApi(client).post_margin(upstox_client.MarginRequest(instruments=[line])).data
    assert answer.final_margin == answer.required_margin == 3000.0


# --- orders ------------------------------------------------------------------------------------------------------


def test_an_order_is_placed_changed_found_and_cancelled(orders: Any, book: Any) -> None:
    answer = orders.place_order(limit())
    [order_id] = answer.data.order_ids
    assert isinstance(answer.metadata.latency, int)
    placed = book.get_order_status(order_id=order_id).data
    assert (placed.status, placed.quantity, placed.pending_quantity) == ("open", 10, 10)
    assert (placed.product, placed.price, placed.tag) == ("D", 1450.0, "sdk1")
    modify = upstox_client.ModifyOrderRequest(
        order_id=order_id, quantity=12, validity="DAY", price=1451.0, order_type="LIMIT", trigger_price=0.0
    )
    assert orders.modify_order(modify).data.order_id == order_id
    [row] = [row for row in book.get_order_book(VERSION).data if row.order_id == order_id]
    assert (row.quantity, row.price, row.status) == (12, 1451.0, "open")
    assert orders.cancel_order(order_id).data.order_id == order_id
    assert book.get_order_status(order_id=order_id).data.status == "cancelled"
    stages = [stage.status for stage in book.get_order_details(VERSION, order_id=order_id).data]
    assert stages == [
        "put order req received", "validation pending", "open pending", "open",
        "modify validation pending", "modify pending", "modified", "open", "cancel pending", "cancelled",
    ]  # fmt: skip
    assert {stage.order_id for stage in book.get_order_details(VERSION, tag="sdk1").data} == {order_id}


def test_a_market_order_fills_and_moves_money_and_shares(orders: Any, book: Any, client: Any) -> None:
    [order_id] = orders.place_order(market(quantity=5)).data.order_ids
    row = book.get_order_status(order_id=order_id).data
    assert (row.status, row.filled_quantity, row.pending_quantity) == ("complete", 5, 0)
    trades = book.get_trades_by_order(order_id, VERSION).data
    assert sum(trade.quantity for trade in trades) == 5
    assert {trade.trade_id for trade in trades} == {
        trade.trade_id for trade in book.get_trade_history(VERSION).data
    }
    [position] = upstox_client.PortfolioApi(client).get_positions(VERSION).data
    assert (position.product, position.quantity, position.day_buy_quantity) == ("D", 5, 5)
    margin = upstox_client.UserApi(client).get_user_fund_margin_v3().data.available_to_trade
    assert margin.total < 500000
    assert margin.cash_available_to_trade.margin_used.delivery_margin.equity > 0


def test_shares_sold_stay_in_the_holding_as_used(orders: Any, client: Any) -> None:
    orders.place_order(market(quantity=20, transaction_type="SELL"))
    orders.place_order(limit(quantity=7, transaction_type="SELL", price=1600.0))
    [holding] = upstox_client.PortfolioApi(client).get_holdings(VERSION).data
    assert (holding.quantity, holding.cnc_used_quantity) == (52, 27)
    [position] = upstox_client.PortfolioApi(client).get_positions(VERSION).data
    assert (position.quantity, position.product) == (-20, "D")


def test_a_stop_waits_for_its_trigger(orders: Any, book: Any) -> None:
    stop = limit(order_type="SL-M", trigger_price=1600.0, price=0.0, product="I", market_protection=3)
    [order_id] = orders.place_order(stop).data.order_ids
    row = book.get_order_status(order_id=order_id).data
    assert (row.status, row.trigger_price, row.order_type) == ("trigger pending", 1600.0, "SL-M")


def test_too_little_money_is_read_in_the_book(orders: Any, book: Any) -> None:
    [order_id] = orders.place_order(limit(quantity=5000)).data.order_ids
    row = book.get_order_status(order_id=order_id).data
    assert row.status == "rejected"
    assert "funds" in row.status_message.lower()


def test_the_older_order_calls_work_too(book: Any) -> None:
    old = upstox_client.PlaceOrderRequest(
        quantity=1, product="D", validity="DAY", price=1450.0, tag="v2", instrument_token=INFY, order_type="LIMIT",
        transaction_type="BUY", disclosed_quantity=0, trigger_price=0.0, is_amo=False,
    )  # fmt: skip
    order_id = book.place_order(old, VERSION).data.order_id
    change = upstox_client.ModifyOrderRequest(
        order_id=order_id, quantity=2, validity="DAY", price=1450.0, order_type="LIMIT", trigger_price=0.0
    )
    assert book.modify_order(change, VERSION).data.order_id == order_id
    assert book.cancel_order(order_id, VERSION).data.order_id == order_id


def test_a_large_order_is_sliced_by_the_freeze_quantity(orders: Any, upstox_sandbox: Sandbox) -> None:
    future = upstox_sandbox.post("/sessions", {"broker": "upstox", "cash": "100000000", "name": "Big"})
    rich = upstox_client.OrderApiV3(client_for(future["base_url"], future["access_token"]))
    rows = gzip.decompress(
        httpx.get(f"{future['base_url']}/market-quote/instruments/exchange/NSE.json.gz").content
    )
    nifty = min(
        (
            row
            for row in json.loads(rows)
            if row["instrument_type"] == "FUT" and row["underlying_symbol"] == "NIFTY"
        ),
        key=lambda row: row["expiry"],
    )
    last = upstox_client.MarketQuoteV3Api(client_for(future["base_url"], future["access_token"]))
    [ltp] = last.get_ltp(instrument_key=nifty["instrument_key"]).data.values()
    price = round(ltp.last_price * 0.97, 0)
    most = int(nifty["freeze_quantity"]) // nifty["lot_size"] * nifty["lot_size"]
    big = limit(
        instrument_token=nifty["instrument_key"], quantity=most * 2 + nifty["lot_size"], price=price, slice=True,
        tag="sliced",
    )  # fmt: skip
    assert len(rich.place_order(big).data.order_ids) == 3


def test_several_orders_at_once(book: Any) -> None:
    lines = [
        upstox_client.MultiOrderRequest(
            correlation_id=str(n), quantity=1, product="D", validity="DAY", price=1450.0, tag="many", slice=False,
            instrument_token=INFY, order_type="LIMIT", transaction_type="BUY", disclosed_quantity=0,
            trigger_price=0.0, is_amo=False,
        )
        for n in range(3)
    ]  # fmt: skip
    answer = book.place_multi_order(lines)
    assert answer.status == "success"
    assert {line.correlation_id for line in answer.data} == {"0", "1", "2"}
    assert answer.summary.success == 3
    cancelled = book.cancel_multi_order(tag="many")
    assert set(cancelled.data.order_ids) == {line.order_id for line in answer.data}
    with pytest.raises(ApiException) as nothing:
        book.cancel_multi_order(tag="many")
    assert code_of(nothing.value) == "UDAPI1109"


def test_positions_are_converted_and_left(orders: Any, book: Any, client: Any) -> None:
    portfolio = upstox_client.PortfolioApi(client)
    orders.place_order(market(quantity=4, product="I"))
    convert = upstox_client.ConvertPositionRequest(
        instrument_token=INFY, new_product="D", old_product="I", transaction_type="BUY", quantity=1
    )
    assert portfolio.convert_positions(convert, VERSION).data.status == "complete"
    assert len(book.exit_positions().data.order_ids) == 1
    assert {(row.product, row.quantity) for row in portfolio.get_positions(VERSION).data} == {
        ("I", 0),
        ("D", 1),
    }
    with pytest.raises(ApiException) as flat:
        book.exit_positions()
    assert code_of(flat.value) == "UDAPI1111"
    with pytest.raises(ApiException) as none:
        portfolio.convert_positions(convert, VERSION)
    assert code_of(none.value) == "UDAPI1035"


@pytest.mark.parametrize(
    ("changes", "code"),
    [
        ({"instrument_token": "NSE_EQ|INE000000000"}, "UDAPI100011"),
        ({"instrument_token": "MCX_FO|1"}, "UDAPI1161"),
        ({"quantity": 0}, "UDAPI1052"),
        ({"tag": "x" * 41}, "UDAPI1119"),
        ({"order_type": "MARKET", "price": 0.0, "market_protection": 0}, "UDAPI1158"),
        ({"order_type": "MARKET", "price": 0.0, "market_protection": 26}, "UDAPI1159"),
        ({"order_type": "MARKET", "price": 0.0, "market_protection": -2}, "UDAPI1160"),
        ({"price": 0.0}, "UDAPI1029"),
        ({"order_type": "SL-M", "price": 0.0}, "UDAPI1030"),
        ({"disclosed_quantity": 11}, "UDAPI1039"),
    ],
)
def test_wrong_orders_have_their_codes(orders: Any, book: Any, changes: dict[str, Any], code: str) -> None:
    with pytest.raises(ApiException) as refused:
        orders.place_order(limit(**changes))
    assert (refused.value.status, code_of(refused.value)) == (400, code)
    assert book.get_order_book(VERSION).data == []


def test_an_unknown_order_has_one_code_everywhere(orders: Any, book: Any) -> None:
    change = upstox_client.ModifyOrderRequest(
        order_id="260101000000001",
        quantity=2,
        validity="DAY",
        price=1450.0,
        order_type="LIMIT",
        trigger_price=0.0,
    )
    calls: list[Callable[[], Any]] = [
        lambda: orders.cancel_order("260101000000001"),
        lambda: orders.modify_order(change),
        lambda: book.get_order_status(order_id="260101000000001"),
        lambda: book.get_order_details(VERSION, order_id="260101000000001"),
        lambda: book.get_order_details(VERSION, tag="nobody"),
    ]
    for call in calls:
        with pytest.raises(ApiException) as unknown:
            call()
        assert code_of(unknown.value) == "UDAPI100010"
    assert book.get_trades_by_order("260101000000001", VERSION).data == []


def test_a_final_order_is_neither_cancelled_nor_modified(orders: Any) -> None:
    [order_id] = orders.place_order(market(quantity=1)).data.order_ids
    with pytest.raises(ApiException) as cancelled:
        orders.cancel_order(order_id)
    assert code_of(cancelled.value) == "UDAPI100040"
    change = upstox_client.ModifyOrderRequest(
        order_id=order_id, quantity=2, validity="DAY", price=1450.0, order_type="LIMIT", trigger_price=0.0
    )
    with pytest.raises(ApiException) as modified:
        orders.modify_order(change)
    assert code_of(modified.value) == "UDAPI100041"


# --- the market --------------------------------------------------------------------------------------------------


def test_quotes_in_every_form(client: Any) -> None:
    keys = f"{INFY},NSE_INDEX|Nifty 50"
    v3, v2 = upstox_client.MarketQuoteV3Api(client), upstox_client.MarketQuoteApi(client)
    full = v3.get_full_market_quote_v3(instrument_key=keys).data
    assert set(full) == {"NSE_EQ:INFY", "NSE_INDEX:NIFTY"}
    infy = full["NSE_EQ:INFY"]
    assert (infy.instrument_token, len(infy.depth.buy), len(infy.depth.sell)) == (INFY, 5, 5)
    assert infy.prev_close_price > 0
    assert v2.get_full_market_quote(keys, VERSION).data["NSE_EQ:INFY"].last_price == infy.last_price
    assert v3.get_ltp(instrument_key=keys).data["NSE_EQ:INFY"].cp == infy.prev_close_price
    assert v2.ltp(keys, VERSION).data["NSE_EQ:INFY"].last_price == infy.last_price
    assert (
        v3.get_market_quote_ohlc("1d", instrument_key=keys).data["NSE_EQ:INFY"].live_ohlc.close
        == infy.last_price
    )
    assert v2.get_market_quote_ohlc(keys, "1d", VERSION).data["NSE_EQ:INFY"].ohlc.close == infy.last_price
    with pytest.raises(ApiException) as unknown:
        v3.get_ltp(instrument_key="NSE_EQ|nothing")
    assert code_of(unknown.value) == "UDAPI1087"


def test_candles_newest_first(client: Any) -> None:
    history = upstox_client.HistoryV3Api(client)
    to, since = datetime.now(IST).date(), datetime.now(IST).date() - timedelta(days=20)
    daily = history.get_historical_candle_data1(
        INFY, "days", "1", to.isoformat(), since.isoformat()
    ).data.candles
    assert 10 <= len(daily) <= 15
    assert daily == sorted(daily, key=lambda row: row[0], reverse=True)
    assert all(
        low <= min(first, last) and high >= max(first, last) for _, first, high, low, last, _, _ in daily
    )
    assert history.get_intra_day_candle_data(INFY, "minutes", "5").status == "success"


def test_market_days(client: Any) -> None:
    days = upstox_client.MarketHolidaysAndTimingsApi(client)
    assert days.get_market_status("NSE").data.status == "NORMAL_OPEN"
    assert days.get_market_status("MCX").data.status == "NORMAL_CLOSE"
    assert len(days.get_holidays().data) == 16
    [christmas] = days.get_holiday("2026-12-25").data
    assert christmas.holiday_type == "TRADING_HOLIDAY"
    assert days.get_exchange_timings("2026-12-25").data == []
    nse = next(one for one in days.get_exchange_timings("2026-12-24").data if one.exchange == "NSE")
    opens, closes = (datetime.fromtimestamp(int(ms) / 1000, IST) for ms in (nse.start_time, nse.end_time))
    assert (opens.hour, opens.minute, closes.hour, closes.minute) == (9, 15, 15, 30)


def test_what_an_order_costs(client: Any) -> None:
    charge = upstox_client.ChargeApi(client)
    sale = charge.get_brokerage(INFY, 10, "D", "SELL", 1500.0, VERSION).data.charges
    assert (sale.brokerage, sale.taxes.stt, sale.taxes.stamp_duty) == (20.0, 15.0, 0.0)
    assert sale.other_taxes.transaction == 0.46
    assert sale.dp_plan.min_expense == 20.0
    intraday = charge.get_brokerage(INFY, 10, "I", "BUY", 1500.0, VERSION).data.charges
    assert (intraday.brokerage, intraday.taxes.stt, intraday.taxes.stamp_duty) == (15.0, 0.0, 0.45)
    with pytest.raises(ApiException) as free:
        charge.get_brokerage(INFY, 10, "I", "BUY", 0.0, VERSION)
    assert code_of(free.value) == "UDAPI1065"


def test_the_instrument_file_names_what_can_be_ordered(user: dict[str, Any]) -> None:
    rows = json.loads(
        gzip.decompress(
            httpx.get(f"{user['base_url']}/market-quote/instruments/exchange/complete.json.gz").content
        )
    )
    [infy] = [row for row in rows if row["instrument_key"] == INFY]
    assert (infy["trading_symbol"], infy["isin"], infy["segment"]) == ("INFY", "INE009A01021", "NSE_EQ")
    future = next(row for row in rows if row["instrument_type"] == "FUT")
    assert {"weekly", "expiry", "underlying_symbol", "underlying_key", "asset_type", "minimum_lot"} <= set(
        future
    )


def test_both_stream_addresses_are_handed_out(client: Any) -> None:
    sockets = upstox_client.WebsocketApi(client)
    assert sockets.get_market_data_feed_authorize_v3().data.authorized_redirect_uri.startswith(
        "ws://127.0.0.1:"
    )
    address = sockets.get_portfolio_stream_feed_authorize(
        VERSION, position_update=True
    ).data.authorized_redirect_uri
    assert parse_qs(urlsplit(address).query)["update_types"] == ["order,position"]


# --- the way errors look -----------------------------------------------------------------------------------------


def test_an_unknown_path_has_the_envelope_too(user: dict[str, Any]) -> None:
    answer = httpx.get(f"{user['base_url']}/v2/nothing")
    assert (answer.status_code, answer.json()["errors"][0]["errorCode"]) == (404, "UDAPI100060")


def test_too_many_calls_is_the_brokers_own_429(
    client: Any, user: dict[str, Any], upstox_sandbox: Sandbox
) -> None:
    rule = {
        "broker": "upstox",
        "fault": "rate_limit",
        "call": "profile",
        "account": user["user_id"],
        "times": 1,
    }
    upstox_sandbox.post("/faults", rule)
    with pytest.raises(ApiException) as many:
        upstox_client.UserApi(client).get_profile(VERSION)
    assert (many.value.status, code_of(many.value)) == (429, "UDAPI10005")


def test_an_expired_token_is_refused(client: Any, user: dict[str, Any], upstox_sandbox: Sandbox) -> None:
    upstox_sandbox.post("/faults", {"broker": "upstox", "fault": "expire_token", "account": user["user_id"]})
    with pytest.raises(ApiException) as expired:
        upstox_client.UserApi(client).get_profile(VERSION)
    assert (expired.value.status, code_of(expired.value)) == (401, "UDAPI100050")

"""The official Upstox SDK, unmodified, against the Upstox-compatible server: login, account, market, errors."""

from __future__ import annotations

import gzip
import json
from collections.abc import Iterator
from datetime import datetime, timedelta
from typing import Any
from urllib.parse import parse_qs, urlsplit

import httpx
import pytest
import upstox_client
from upstox_client.rest import ApiException

from mocks.launch import Sandbox
from tests.mocks.upstox_sdk import CALLBACK, INFY, IST, VERSION, client_for, code_of, new_user


@pytest.fixture(scope="module")
def upstox_sandbox() -> Iterator[Sandbox]:
    with Sandbox.start(flow=False, only=("upstox",)) as running:
        yield running


@pytest.fixture
def user(upstox_sandbox: Sandbox) -> dict[str, Any]:
    return new_user(upstox_sandbox)


@pytest.fixture
def client(user: dict[str, Any]) -> Any:
    return client_for(user["base_url"], user["access_token"])


# --- login ------------------------------------------------------------------------------------------------------------


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


# --- the account ------------------------------------------------------------------------------------------------------


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


# --- the market -------------------------------------------------------------------------------------------------------


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
    this_year = days.get_holidays().data
    assert [one.holiday_type for one in this_year].count("TRADING_HOLIDAY") == 16
    [diwali] = [one for one in this_year if one.holiday_type == "SPECIAL_TIMING"]
    assert diwali.open_exchanges[0].exchange == "NSE"
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


# --- the way errors look ----------------------------------------------------------------------------------------------


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

"""The official Kite Connect SDK, unmodified, against the Kite-compatible server: every REST call of a trader's day."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterator
from typing import Any
from urllib.parse import parse_qs, urlsplit

import httpx
import pytest
from kiteconnect import KiteConnect
from kiteconnect import exceptions as kite_errors

from mocks.launch import Sandbox
from tests.mocks.kite_sdk import IST, client_of, new_user, order

CALLBACK = "http://127.0.0.1:9/callback"


@pytest.fixture
def user(sandbox: Sandbox) -> dict[str, Any]:
    return new_user(sandbox)


@pytest.fixture
def kite(user: dict[str, Any]) -> Iterator[Any]:
    with client_of(user) as client:
        yield client


def limit(**changes: Any) -> dict[str, Any]:
    return order(**{"validity": "DAY", "tag": "sdk1"} | changes)


def market(**changes: Any) -> dict[str, Any]:
    asked = limit(**{"order_type": "MARKET", "market_protection": -1, "product": "MIS"} | changes)
    del asked["price"]
    return asked


def log_in(user: dict[str, Any], kite: Any, decision: str = "approve", **fields: str) -> dict[str, list[str]]:
    """Through the login page as a browser does it; the query that comes back to the app."""
    kite._default_login_uri = f"{user['base_url']}/connect/login"
    url = f"{kite.login_url()}&redirect_params=state%3Dxyz&redirect_url={CALLBACK}"
    with httpx.Client(trust_env=False) as browser:
        page = browser.get(url)
        assert (page.status_code, 'type="password"' in page.text) == (200, True)
        form = {
            "api_key": user["api_key"],
            "v": "3",
            "redirect_params": "state=xyz",
            "redirect_url": CALLBACK,
            "user_id": user["user_id"],
            "password": user["password"],
            "pin": user["pin"],
            "decision": decision,
        }
        answer = browser.post(f"{user['base_url']}/connect/login", data=form | fields)
    if answer.status_code == 200:
        return {"page": [answer.text]}
    assert answer.headers["location"].startswith(CALLBACK)
    return parse_qs(urlsplit(answer.headers["location"]).query)


def test_login_page_to_access_token(user: dict[str, Any]) -> None:
    kite = KiteConnect(user["api_key"], root=user["base_url"])
    back = log_in(user, kite)
    assert (back["status"], back["state"], back["action"]) == (["success"], ["xyz"], ["login"])
    session = kite.generate_session(back["request_token"][0], user["api_secret"])
    assert session["user_id"] == user["user_id"]
    assert isinstance(session["login_time"], dt.datetime)
    assert kite.profile()["user_name"] == "Asha Rao"
    with pytest.raises(kite_errors.TokenException):
        kite.generate_session(back["request_token"][0], user["api_secret"])
    assert kite.invalidate_access_token() is True
    with pytest.raises(kite_errors.TokenException):
        kite.profile()


def test_wrong_secret_wrong_password_and_a_denied_login(user: dict[str, Any]) -> None:
    kite = KiteConnect(user["api_key"], root=user["base_url"])
    back = log_in(user, kite)
    with pytest.raises(kite_errors.TokenException):
        kite.generate_session(back["request_token"][0], "not-the-secret")
    assert "Wrong user ID" in log_in(user, kite, password="guess")["page"][0]
    assert "request_token" not in log_in(user, kite, decision="deny")


def test_session_expiry_calls_the_hook(sandbox: Sandbox, user: dict[str, Any], kite: Any) -> None:
    called: list[bool] = []
    kite.set_session_expiry_hook(lambda: called.append(True))
    sandbox.post("/faults", {"broker": "kite", "fault": "expire_token", "account": user["user_id"]})
    with pytest.raises(kite_errors.TokenException):
        kite.margins()
    assert called == [True]


def test_profile_and_margins(kite: Any, user: dict[str, Any]) -> None:
    profile = kite.profile()
    assert (profile["user_id"], profile["broker"]) == (user["user_id"], "ZERODHA")
    assert set(kite.margins()) == {"equity", "commodity"}
    equity = kite.margins("equity")
    assert equity["net"] == equity["available"]["live_balance"] == 500000.0
    assert (
        equity["net"]
        == equity["available"]["cash"] + equity["available"]["collateral"] - equity["utilised"]["debits"]
    )


def test_instruments(kite: Any) -> None:
    every = kite.instruments()
    infy = next(row for row in kite.instruments("NSE") if row["tradingsymbol"] == "INFY")
    assert (infy["instrument_token"], infy["exchange_token"], infy["segment"]) == (408065, "1594", "NSE")
    index = next(row for row in every if row["tradingsymbol"] == "NIFTY 50")
    assert (index["instrument_token"], index["segment"]) == (256265, "INDICES")
    future = next(row for row in every if row["instrument_type"] == "FUT")
    assert (future["segment"], future["lot_size"]) == ("NFO-FUT", 65)
    assert isinstance(future["expiry"], dt.date)
    assert {row["exchange"] for row in every} == {"NSE", "BSE", "NFO", "BFO"}


def test_holdings_and_a_sale_out_of_them(kite: Any) -> None:
    (held,) = kite.holdings()
    assert (held["isin"], held["quantity"], held["t1_quantity"], held["opening_quantity"]) == (
        "INE009A01021",
        50,
        2,
        52,
    )
    assert held["pnl"] == pytest.approx((held["last_price"] - held["average_price"]) * 52)
    kite.place_order(**market(transaction_type="SELL", product="CNC", quantity=20))
    (held,) = kite.holdings()
    assert (held["quantity"], held["used_quantity"], held["realised_quantity"]) == (30, 20, 50)
    assert kite.get_auction_instruments() == []


def test_place_modify_cancel_and_history(kite: Any) -> None:
    order_id = kite.place_order(**limit())
    assert isinstance(order_id, str)
    book = kite.orders()
    (row,) = [row for row in book if row["order_id"] == order_id]
    assert (row["status"], row["pending_quantity"], row["tag"], row["tags"]) == ("OPEN", 10, "sdk1", ["sdk1"])
    assert isinstance(row["order_timestamp"], dt.datetime)
    assert kite.modify_order("regular", order_id, quantity=6, price=1440.5) == order_id
    last = kite.order_history(order_id)[-1]
    assert (last["status"], last["quantity"], last["price"]) == ("OPEN", 6, 1440.5)
    assert kite.cancel_order("regular", order_id) == order_id
    words = [row["status"] for row in kite.order_history(order_id)]
    assert words[:4] == ["PUT ORDER REQ RECEIVED", "VALIDATION PENDING", "OPEN PENDING", "OPEN"]
    assert [word for word in words if "MODIF" in word] == [
        "MODIFY VALIDATION PENDING",
        "MODIFY PENDING",
        "MODIFIED",
    ]
    assert words[-2:] == ["CANCEL PENDING", "CANCELLED"]
    with pytest.raises(kite_errors.OrderException):
        kite.cancel_order("regular", order_id)


def test_fills_trades_and_positions(kite: Any) -> None:
    order_id = kite.place_order(**market(quantity=5))
    row = kite.order_history(order_id)[-1]
    assert (row["status"], row["filled_quantity"]) == ("COMPLETE", 5)
    (trade,) = kite.order_trades(order_id)
    assert trade in kite.trades()
    assert (trade["quantity"], trade["transaction_type"]) == (5, "BUY")
    assert isinstance(trade["fill_timestamp"], dt.datetime)
    assert len(trade["order_timestamp"]) == 8
    positions = kite.positions()
    (net,), (day,) = positions["net"], positions["day"]
    assert (net["quantity"], day["quantity"], net["product"]) == (5, 5, "MIS")
    assert net["value"] == pytest.approx(-5 * trade["average_price"])
    assert net["pnl"] == pytest.approx(net["value"] + 5 * net["last_price"])
    assert kite.convert_position("NSE", "INFY", "BUY", "day", 5, "MIS", "CNC") is True
    assert {one["product"]: one["quantity"] for one in kite.positions()["net"]} == {"MIS": 0, "CNC": 5}


def test_a_protected_market_order_shows_as_a_limit_order(kite: Any) -> None:
    order_id = kite.place_order(**market())
    (row,) = [row for row in kite.orders() if row["order_id"] == order_id]
    assert row["order_type"] == "LIMIT"
    assert row["price"] > row["average_price"] > 0
    assert row["tags"][:2] == ["sdk1", "mktp"]


def test_refusals_have_kites_types(kite: Any) -> None:
    refusals: list[tuple[type[Exception], dict[str, Any]]] = [
        (kite_errors.InputException, market(market_protection=None)),
        (kite_errors.InputException, limit(tradingsymbol="NOSUCHCO")),
        (kite_errors.InputException, limit(price=1450.03)),
        (kite_errors.InputException, limit(price=100.0)),
        (kite_errors.InputException, limit(quantity=0)),
        (kite_errors.InputException, limit(tag="x" * 21)),
        (kite_errors.InputException, limit(order_type="BEST")),
        (kite_errors.GeneralException, limit(quantity=5000)),  # the SDK has no MarginException of its own
    ]
    for expected, wrong in refusals:
        with pytest.raises(expected):
            kite.place_order(**wrong)
    with pytest.raises(kite_errors.GeneralException):
        kite.order_history("1")
    assert kite.orders() == []


def test_selling_what_is_not_held_is_a_rejected_order(kite: Any) -> None:
    order_id = kite.place_order(**limit(transaction_type="SELL", quantity=500, price=1541.2))
    last = kite.order_history(order_id)[-1]
    assert (last["status"], last["exchange_order_id"]) == ("REJECTED", None)
    assert "holdings" in last["status_message"]


def test_stops_wait_for_their_trigger(sandbox: Sandbox, kite: Any) -> None:
    stop = limit(
        tradingsymbol="TCS", transaction_type="SELL", product="MIS", order_type="SL-M", market_protection=-1
    )
    stop |= {"price": None, "trigger_price": round(kite.ltp("NSE:TCS")["NSE:TCS"]["last_price"] * 0.97)}
    order_id = kite.place_order(**stop)
    assert kite.order_history(order_id)[-1]["status"] == "TRIGGER PENDING"


def test_a_limit_order_turns_into_a_protected_market_order(kite: Any) -> None:
    order_id = kite.place_order(**limit())
    with pytest.raises(kite_errors.InputException):
        kite.modify_order("regular", order_id, order_type="MARKET")
    kite.modify_order("regular", order_id, order_type="MARKET", market_protection=-1)
    last = kite.order_history(order_id)[-1]
    assert (last["status"], last["filled_quantity"]) == ("COMPLETE", 10)


def test_ioc_and_ttl_validities(kite: Any) -> None:
    gone = kite.place_order(**limit(validity="IOC"))
    assert kite.order_history(gone)[-1]["status"] == "CANCELLED"
    timed = kite.place_order(**limit(validity="TTL", validity_ttl=2))
    (row,) = [row for row in kite.orders() if row["order_id"] == timed]
    assert (row["status"], row["validity"], row["validity_ttl"]) == ("OPEN", "TTL", 2)


def test_a_future_is_traded_in_units(kite: Any) -> None:
    future = min(
        (
            row
            for row in kite.instruments("NFO")
            if row["name"] == "NIFTY" and row["instrument_type"] == "FUT"
        ),
        key=lambda row: row["expiry"],
    )
    order = market(exchange="NFO", tradingsymbol=future["tradingsymbol"], product="NRML", quantity=65)
    kite.place_order(**order)
    (net,) = kite.positions()["net"]
    assert (net["quantity"], net["product"], net["instrument_token"]) == (
        65,
        "NRML",
        future["instrument_token"],
    )
    utilised = kite.margins("equity")["utilised"]
    assert utilised["span"] + utilised["exposure"] == pytest.approx(utilised["debits"], rel=0.01)


def test_quotes_ohlc_and_ltp(kite: Any) -> None:
    quotes = kite.quote("NSE:INFY", "BSE:INFY", "NSE:NIFTY 50", "NSE:NOSUCHCO")
    assert set(quotes) == {"NSE:INFY", "BSE:INFY", "NSE:NIFTY 50"}
    infy = quotes["NSE:INFY"]
    assert [len(infy["depth"][side]) for side in ("buy", "sell")] == [5, 5]
    assert infy["depth"]["buy"][0]["price"] < infy["depth"]["sell"][0]["price"]
    assert isinstance(infy["timestamp"], dt.datetime)
    assert kite.ltp("408065")["408065"]["last_price"] == infy["last_price"]
    assert set(kite.ohlc(["NSE:INFY"])["NSE:INFY"]["ohlc"]) == {"open", "high", "low", "close"}


def test_candles(kite: Any) -> None:
    end = dt.datetime(2026, 11, 20, 15, 30, tzinfo=IST)
    days = kite.historical_data(408065, end - dt.timedelta(days=20), end, "day")
    muhurat = dt.date(2026, 11, 8)  # the one Sunday of the year with a session
    assert all(day["date"].weekday() < 5 or day["date"].date() == muhurat for day in days)
    minutes = kite.historical_data(
        408065, dt.datetime(2026, 11, 20, 9, 15, tzinfo=IST), end, "minute", oi=True
    )
    assert minutes[0]["date"].time() == dt.time(9, 15)
    assert (days[-1]["open"], days[-1]["close"]) == (minutes[0]["open"], minutes[-1]["close"])
    assert days[-1]["high"] == max(minute["high"] for minute in minutes)
    assert days[-1]["volume"] == sum(minute["volume"] for minute in minutes)
    assert all(minute["oi"] == 0 for minute in minutes)
    with pytest.raises(kite_errors.InputException):
        kite.historical_data(408065, end - dt.timedelta(days=90), end, "minute")


def test_margin_and_charges_of_orders(kite: Any) -> None:
    order = {name: value for name, value in limit().items() if name not in ("validity", "tag")}
    (margin,) = kite.order_margins([order])
    assert (margin["total"], margin["charges"]["transaction_tax"]) == (14500.0, pytest.approx(14.5))
    basket = kite.basket_order_margins([order, order | {"product": "MIS"}])
    assert basket["final"]["total"] == 14500.0 + 2900.0
    (note,) = kite.get_virtual_contract_note([order | {"order_id": "1", "average_price": 1450.0}])
    assert note["charges"]["brokerage"] == 0


def test_the_official_sandboxs_prefix_works(kite: Any, user: dict[str, Any]) -> None:
    with httpx.Client(trust_env=False) as client:
        headers = {"Authorization": f"token {user['api_key']}:{user['access_token']}"}
        answer = client.get(f"{user['base_url']}/oms/user/profile", headers=headers)
        nowhere = client.get(f"{user['base_url']}/nowhere", headers=headers)
    assert answer.json()["data"]["user_id"] == user["user_id"]
    assert (nowhere.status_code, nowhere.json()["error_type"]) == (404, "GeneralException")

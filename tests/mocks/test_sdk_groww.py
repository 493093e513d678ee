"""The official growwapi, unmodified, against the sandbox: every REST call of the first form."""

from __future__ import annotations

import hashlib
import time
from typing import Any

import pyotp
import pytest
import requests
from growwapi import GrowwAPI
from growwapi.groww.exceptions import GrowwAPIException, GrowwAPIRateLimitException

from mocks.launch import Sandbox


class Client(GrowwAPI):  # type: ignore[misc]
    """Only the addresses differ: the SDK sets `domain` in its constructor, so it becomes a property here."""

    base_url = ""

    @property
    def domain(self) -> str:
        return f"{self.base_url}/v1"

    @domain.setter
    def domain(self, _: str) -> None:
        """The SDK's own address is not taken."""


@pytest.fixture
def session(sandbox: Sandbox) -> dict[str, Any]:
    found: dict[str, Any] = sandbox.post(
        "/sessions",
        {
            "broker": "groww",
            "cash": "500000",
            "holdings": [{"symbol": "NSE:HDFCBANK", "quantity": 20, "average_price": "800"}],
        },
    )
    return found


@pytest.fixture
def groww(sandbox: Sandbox, session: dict[str, Any]) -> Any:
    base = sandbox.urls["groww"]
    urls = {"base_url": base, "INSTRUMENT_CSV_URL": f"{base}/instruments/instrument.csv"}
    return type("Pointed", (Client,), urls)(session["access_token"])


def limit(groww: Any, quantity: int, price: float, **changes: Any) -> dict[str, Any]:
    asked = {
        "validity": groww.VALIDITY_DAY,
        "exchange": groww.EXCHANGE_NSE,
        "order_type": groww.ORDER_TYPE_LIMIT,
        "product": groww.PRODUCT_CNC,
        "quantity": quantity,
        "segment": groww.SEGMENT_CASH,
        "trading_symbol": "INFY",
        "transaction_type": groww.TRANSACTION_TYPE_BUY,
        "price": price,
    }
    placed: dict[str, Any] = groww.place_order(**{**asked, **changes})
    return placed


def last_price(groww: Any, symbol: str = "INFY") -> float:
    price: float = groww.get_ltp(segment="CASH", exchange_trading_symbols=f"NSE_{symbol}")[f"NSE_{symbol}"]
    return price


def low(groww: Any) -> float:
    return round(last_price(groww) * 0.97, 0)


@pytest.mark.parametrize("as_text", [True, False], ids=["timestamp as text", "timestamp as number"])
def test_a_token_is_minted_for_key_and_checksum(
    sandbox: Sandbox, session: dict[str, Any], as_text: bool
) -> None:
    timestamp = int(time.time())
    checksum = hashlib.sha256(f"{session['api_secret']}{timestamp}".encode()).hexdigest()
    answer = mint(
        sandbox,
        session,
        {"key_type": "approval", "checksum": checksum, "timestamp": str(timestamp) if as_text else timestamp},
    )
    assert answer.status_code == 200
    assert set(answer.json()) == {"token", "tokenRefId", "sessionName", "expiry", "isActive"}


def test_a_token_is_minted_for_key_and_totp(sandbox: Sandbox, session: dict[str, Any]) -> None:
    answer = mint(sandbox, session, {"key_type": "totp", "totp": pyotp.TOTP(session["totp_secret"]).now()})
    assert answer.json()["isActive"] is True


def test_a_wrong_proof_is_a_400_with_a_display_message(sandbox: Sandbox, session: dict[str, Any]) -> None:
    answer = mint(
        sandbox, session, {"key_type": "approval", "checksum": "0" * 64, "timestamp": int(time.time())}
    )
    assert answer.status_code == 400
    assert answer.json()["error"]["displayMessage"] == "Invalid checksum"


def mint(sandbox: Sandbox, session: dict[str, Any], body: dict[str, Any]) -> requests.Response:
    """As the SDK does it; there the address is a local variable."""
    url = f"{sandbox.urls['groww']}/v1/token/api/access"
    return requests.post(url, json=body, headers=GrowwAPI._build_headers(session["api_key"]), timeout=15)


def test_profile_and_instruments(groww: Any, session: dict[str, Any]) -> None:
    assert groww.get_user_profile()["ucc"] == session["user_id"]
    found = groww.get_instrument_by_exchange_and_trading_symbol("NSE", "INFY")
    assert (found["isin"], found["exchange_token"]) == ("INE009A01021", "1594")
    assert groww.get_instrument_by_groww_symbol("NSE-NIFTY")["instrument_type"] == "IDX"


def test_funds_and_order_margin(groww: Any) -> None:
    funds = groww.get_available_margin_details()
    assert funds["clear_cash"] == 500000
    assert funds["equity_margin_details"]["cnc_balance_available"] == 500000
    order = {
        "trading_symbol": "INFY",
        "transaction_type": "BUY",
        "quantity": 10,
        "price": 1000.0,
        "order_type": "LIMIT",
        "product": "CNC",
        "exchange": "NSE",
    }
    assert groww.get_order_margin_details(segment="CASH", orders=[order])["total_requirement"] == 10000


def test_holdings(groww: Any) -> None:
    (held,) = groww.get_holdings_for_user()["holdings"]
    assert (held["trading_symbol"], held["quantity"], held["demat_free_quantity"]) == ("HDFCBANK", 20, 20)
    assert held["average_price"] == 800


def test_an_order_is_placed_modified_cancelled_and_seen_everywhere(groww: Any) -> None:
    price = low(groww)
    placed = limit(groww, 10, price, order_reference_id="ref-0123456789")
    order_id = placed["groww_order_id"]
    assert placed["order_status"] == "OPEN"
    status = groww.get_order_status_by_reference(segment="CASH", order_reference_id="ref-0123456789")
    assert status["groww_order_id"] == order_id
    modified = groww.modify_order(
        order_type="LIMIT", segment="CASH", groww_order_id=order_id, quantity=12, price=price - 1
    )
    assert modified["groww_order_id"] == order_id
    detail = groww.get_order_detail(segment="CASH", groww_order_id=order_id)
    assert (detail["quantity"], detail["price"], detail["remaining_quantity"]) == (12, price - 1, 12)
    assert len(detail) == 22
    assert order_id in [row["groww_order_id"] for row in groww.get_order_list()["order_list"]]
    assert groww.cancel_order(groww_order_id=order_id, segment="CASH")["order_status"] == "CANCELLED"
    assert groww.get_order_status(segment="CASH", groww_order_id=order_id)["order_status"] == "CANCELLED"


def test_a_fill_shows_in_trades_and_positions(groww: Any) -> None:
    placed = limit(groww, 5, 0.0, order_type="MARKET")
    assert placed["order_status"] == "EXECUTED"
    found = groww.get_trade_list_for_order(segment="CASH", groww_order_id=placed["groww_order_id"])[
        "trade_list"
    ]
    assert sum(trade["quantity"] for trade in found) == 5
    (position,) = groww.get_positions_for_user(segment="CASH")["positions"]
    assert (position["trading_symbol"], position["quantity"], position["credit_quantity"]) == ("INFY", 5, 5)
    assert groww.get_position_for_trading_symbol(trading_symbol="INFY", segment="CASH")["positions"] == [
        position
    ]
    assert groww.get_positions_for_user()["positions"] == [position]


def test_a_stop_waits_for_its_trigger(groww: Any) -> None:
    price = low(groww)
    placed = limit(
        groww, 5, price, order_type="SL", transaction_type="SELL", product="MIS", trigger_price=price + 1
    )
    assert placed["order_status"] == "TRIGGER_PENDING"


def test_a_future_lives_in_the_fno_segment(groww: Any) -> None:
    instruments = groww.get_all_instruments()
    symbol = instruments[instruments["instrument_type"] == "FUT"].iloc[0]["trading_symbol"]
    quote = groww.get_quote(trading_symbol=symbol, exchange="NSE", segment="FNO")
    assert quote["last_price"] > 0
    with pytest.raises(GrowwAPIException) as caught:  # lot size
        limit(groww, 1, quote["last_price"], segment="FNO", trading_symbol=symbol, product="NRML")
    assert caught.value.code == "GA001"


def test_quotes_ltp_and_ohlc(groww: Any) -> None:
    quote = groww.get_quote(trading_symbol="INFY", exchange="NSE", segment="CASH")
    assert quote["last_price"] == last_price(groww)
    assert quote["depth"]["buy"][0]["price"] < quote["depth"]["sell"][0]["price"]
    several = groww.get_ltp(segment="CASH", exchange_trading_symbols=("NSE_INFY", "BSE_INFY", "NSE_NIFTY"))
    assert set(several) == {"NSE_INFY", "BSE_INFY", "NSE_NIFTY"}
    assert set(groww.get_ohlc(segment="CASH", exchange_trading_symbols="NSE_INFY")["NSE_INFY"]) == {
        "open",
        "high",
        "low",
        "close",
    }


def test_a_reference_is_good_for_one_order(groww: Any) -> None:
    limit(groww, 1, low(groww), order_reference_id="once0only0")
    with pytest.raises(GrowwAPIException) as caught:
        limit(groww, 1, low(groww), order_reference_id="once0only0")
    assert caught.value.code == "GA007"


@pytest.mark.parametrize("reference", ["short", "x" * 21, "a-b-c-d-e", "white space"])
def test_a_reference_outside_the_rule_is_refused(groww: Any, reference: str) -> None:
    with pytest.raises(GrowwAPIException) as caught:
        limit(groww, 1, low(groww), order_reference_id=reference)
    assert caught.value.code == "GA001"


def test_money_short_is_a_failed_order_in_the_book(groww: Any) -> None:
    placed = limit(groww, 5000, low(groww))
    assert placed["order_status"] == "FAILED"
    assert "Insufficient funds" in placed["remark"]
    assert groww.get_order_list()["order_list"][0]["order_status"] == "FAILED"


def test_an_unknown_order_and_a_dead_token_are_failures(groww: Any) -> None:
    with pytest.raises(GrowwAPIException) as caught:
        groww.get_order_status(segment="CASH", groww_order_id="GMK0")
    assert caught.value.code == "GA004"
    groww.token = "dead"
    with pytest.raises(GrowwAPIException) as caught:
        groww.get_holdings_for_user()
    assert caught.value.code == "GA005"


def test_a_burst_is_a_rate_limit(sandbox: Sandbox, groww: Any, session: dict[str, Any]) -> None:
    sandbox.post(
        "/faults",
        {
            "broker": "groww",
            "call": "holdings",
            "fault": "rate_limit",
            "times": 1,
            "account": session["user_id"],
        },
    )
    with pytest.raises(GrowwAPIRateLimitException):
        groww.get_holdings_for_user()
    assert groww.get_holdings_for_user()["holdings"]


def test_candles_are_rows_of_seven(groww: Any) -> None:
    found = groww.get_historical_candles(
        exchange="NSE",
        segment="CASH",
        groww_symbol="NSE-INFY",
        start_time="2026-11-02 09:15:00",
        end_time="2026-11-03 15:30:00",
        candle_interval="15minute",
    )
    assert len(found["candles"]) == 50
    assert all(len(row) == 7 for row in found["candles"])

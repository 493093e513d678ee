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
    urls = {
        "base_url": base,
        "INSTRUMENT_CSV_URL": f"{base}/instruments/instrument.csv",
        "_GROWW_GENERATE_SOCKET_TOKEN_URL": f"{base}/v1/api/apex/v1/socket/token/create/",
    }
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


# --- every method of the SDK ---------------------------------------------------------------------------------------

HISTORY = {"start_time": "2026-11-02 09:15:00", "end_time": "2026-11-03 15:30:00"}
NIFTY = {"exchange": "NSE", "underlying": "NIFTY"}


def expiry_of(groww: Any) -> str:
    found: str = groww.get_expiries(exchange="NSE", underlying_symbol="NIFTY", year=2026)["expiries"][0]
    return found


def an_option(groww: Any, expiry: str) -> str:
    strikes = groww.get_option_chain(expiry_date=expiry, **NIFTY)["strikes"]
    symbol: str = list(strikes.values())[len(strikes) // 2]["CE"]["trading_symbol"]
    return symbol


def gtt(groww: Any, **changes: Any) -> dict[str, Any]:
    price = low(groww)
    asked = {
        "smart_order_type": "GTT",
        "segment": "CASH",
        "trading_symbol": "INFY",
        "quantity": 2,
        "product_type": "CNC",
        "exchange": "NSE",
        "duration": "DAY",
        "trigger_price": str(price),
        "trigger_direction": "DOWN",
        "order": {"order_type": "LIMIT", "price": str(price), "transaction_type": "BUY"},
    }
    made: dict[str, Any] = groww.create_smart_order(**{**asked, **changes})
    return made


def changed_gtt(groww: Any) -> Any:
    made = gtt(groww)
    return groww.modify_smart_order(
        smart_order_id=made["smart_order_id"], smart_order_type="GTT", segment="CASH", quantity=3
    )


def placed_id(groww: Any) -> str:
    order_id: str = limit(groww, 1, low(groww))["groww_order_id"]
    return order_id


CASH = {"segment": "CASH"}
METHODS: dict[str, Any] = {
    "place_order": lambda g: limit(g, 1, low(g)),
    "modify_order": lambda g: g.modify_order(
        order_type="LIMIT", groww_order_id=placed_id(g), quantity=2, price=low(g) - 1, **CASH
    ),
    "cancel_order": lambda g: g.cancel_order(groww_order_id=placed_id(g), **CASH),
    "get_order_detail": lambda g: g.get_order_detail(groww_order_id=placed_id(g), **CASH),
    "get_order_status": lambda g: g.get_order_status(groww_order_id=placed_id(g), **CASH),
    "get_order_status_by_reference": lambda g: g.get_order_status_by_reference(
        order_reference_id=limit(g, 1, low(g))["order_reference_id"], **CASH
    ),
    "get_order_list": lambda g: g.get_order_list(),
    "get_trade_list_for_order": lambda g: g.get_trade_list_for_order(groww_order_id=placed_id(g), **CASH),
    "get_holdings_for_user": lambda g: g.get_holdings_for_user(),
    "get_positions_for_user": lambda g: g.get_positions_for_user(),
    "get_position_for_trading_symbol": lambda g: g.get_position_for_trading_symbol(
        trading_symbol="INFY", **CASH
    ),
    "get_available_margin_details": lambda g: g.get_available_margin_details(),
    "get_order_margin_details": lambda g: g.get_order_margin_details(
        segment="CASH",
        orders=[
            {
                "trading_symbol": "INFY",
                "transaction_type": "BUY",
                "quantity": 1,
                "price": 0.0,
                "order_type": "MARKET",
                "product": "MIS",
                "exchange": "NSE",
            }
        ],
    ),
    "get_user_profile": lambda g: g.get_user_profile(),
    "get_quote": lambda g: g.get_quote(trading_symbol="INFY", exchange="NSE", **CASH),
    "get_ltp": lambda g: g.get_ltp(exchange_trading_symbols="NSE_INFY", **CASH),
    "get_ohlc": lambda g: g.get_ohlc(exchange_trading_symbols="NSE_INFY", **CASH),
    "get_greeks": lambda g: g.get_greeks(
        trading_symbol=an_option(g, expiry_of(g)), expiry=expiry_of(g), **NIFTY
    ),
    "get_option_chain": lambda g: g.get_option_chain(expiry_date=expiry_of(g), **NIFTY),
    "get_expiries": lambda g: g.get_expiries(exchange="NSE", underlying_symbol="NIFTY", year=2026, month=11),
    "get_contracts": lambda g: g.get_contracts(
        exchange="NSE", underlying_symbol="NIFTY", expiry_date=expiry_of(g)
    ),
    "get_historical_candles": lambda g: g.get_historical_candles(
        exchange="NSE", groww_symbol="NSE-INFY", candle_interval="1day", **HISTORY, **CASH
    ),
    "get_historical_candle_data": lambda g: g.get_historical_candle_data(
        exchange="NSE", trading_symbol="INFY", interval_in_minutes=5, **HISTORY, **CASH
    ),
    "get_all_instruments": lambda g: g.get_all_instruments(),
    "get_instrument_by_exchange_and_trading_symbol": lambda g: (
        g.get_instrument_by_exchange_and_trading_symbol("NSE", "INFY")
    ),
    "get_instrument_by_groww_symbol": lambda g: g.get_instrument_by_groww_symbol("NSE-INFY"),
    "get_instrument_by_exchange_token": lambda g: g.get_instrument_by_exchange_token("1594"),
    "create_smart_order": gtt,
    "modify_smart_order": changed_gtt,
    "cancel_smart_order": lambda g: g.cancel_smart_order("CASH", "GTT", gtt(g)["smart_order_id"]),
    "get_smart_order": lambda g: g.get_smart_order("CASH", "GTT", gtt(g)["smart_order_id"]),
    "get_smart_order_list": lambda g: g.get_smart_order_list(smart_order_type="GTT"),
    "generate_socket_token": lambda g: g.generate_socket_token(nkey()),
}
# Its address is a local variable: `mint` above sends what it would.
ELSEWHERE = {"get_access_token"}


def nkey() -> Any:
    import nacl.signing
    import nkeys

    seed = b"0" * 32
    return nkeys.KeyPair(
        keys=nacl.signing.SigningKey(seed), seed=nkeys.encode_seed(seed, nkeys.PREFIX_BYTE_USER)
    )


def public_methods() -> list[str]:
    return sorted(
        name for name, what in vars(GrowwAPI).items() if not name.startswith("_") and callable(what)
    )


@pytest.mark.filterwarnings("ignore::DeprecationWarning")
@pytest.mark.parametrize("method", public_methods())
def test_every_method_of_the_sdk_gets_an_answer(groww: Any, method: str) -> None:
    if method in ELSEWHERE:
        assert method not in METHODS
    else:
        assert METHODS[method](groww) is not None


# --- smart orders ----------------------------------------------------------------------------------------------------


def smart(groww: Any, made: dict[str, Any]) -> dict[str, Any]:
    found: dict[str, Any] = groww.get_smart_order("CASH", made["smart_order_type"], made["smart_order_id"])
    return found


def test_a_gtt_waits_fires_once_and_its_order_fills(sandbox: Sandbox, groww: Any) -> None:
    price = last_price(groww, "ITC")
    trigger = round(price * 0.98, 0)
    made = gtt(
        groww,
        trading_symbol="ITC",
        trigger_price=str(trigger),
        order={"order_type": "LIMIT", "price": str(trigger + 1), "transaction_type": "BUY"},
    )
    assert (made["status"], made["trigger_direction"], made["is_modification_allowed"]) == (
        "ACTIVE",
        "DOWN",
        True,
    )
    sandbox.post("/prices", {"prices": {"NSE:ITC": str(trigger)}})
    try:
        assert smart(groww, made)["status"] == "COMPLETED"
        (position,) = groww.get_position_for_trading_symbol(trading_symbol="ITC", segment="CASH")["positions"]
        assert position["quantity"] == 2
    finally:
        sandbox.post("/prices", {"prices": {"NSE:ITC": str(price)}})


def test_a_gtt_is_changed_and_cancelled(groww: Any) -> None:
    made = gtt(groww)
    price = low(groww) - 5
    changed = groww.modify_smart_order(
        smart_order_id=made["smart_order_id"],
        smart_order_type="GTT",
        segment="CASH",
        quantity=7,
        trigger_price=str(price),
        order={"order_type": "MARKET"},
    )
    assert (changed["quantity"], changed["trigger_price"]) == (7, f"{price:.2f}")
    assert changed["order"] == {"order_type": "MARKET", "price": None, "transaction_type": "BUY"}
    listed = groww.get_smart_order_list(smart_order_type="GTT")["orders"]
    assert made["smart_order_id"] in [one["smart_order_id"] for one in listed]
    assert groww.cancel_smart_order("CASH", "GTT", made["smart_order_id"])["status"] == "CANCELLED"
    with pytest.raises(GrowwAPIException):
        groww.cancel_smart_order("CASH", "GTT", made["smart_order_id"])
    assert groww.get_smart_order_list(smart_order_type="GTT")["orders"] == []
    assert groww.get_smart_order_list(smart_order_type="GTT", status="CANCELLED")["orders"]


def test_an_oco_needs_its_position_and_one_leg_ends_the_other(sandbox: Sandbox, groww: Any) -> None:
    price = last_price(groww, "WIPRO")
    exits = {
        "target": {"trigger_price": f"{price * 1.03:.1f}", "order_type": "MARKET"},
        "stop_loss": {"trigger_price": f"{price * 0.97:.1f}", "order_type": "MARKET"},
    }
    asked = {
        "smart_order_type": "OCO",
        "trading_symbol": "WIPRO",
        "product_type": "MIS",
        "quantity": 3,
        "transaction_type": "SELL",
        "net_position_quantity": 3,
        "trigger_price": None,
        "trigger_direction": None,
        "order": None,
    }
    with pytest.raises(GrowwAPIException, match="position"):
        gtt(groww, **asked, **exits)
    limit(groww, 3, 0.0, trading_symbol="WIPRO", order_type="MARKET", product="MIS")
    made = gtt(groww, **asked, **exits)
    sandbox.post("/prices", {"prices": {"NSE:WIPRO": f"{price * 1.04:.1f}"}})
    try:
        assert smart(groww, made)["status"] == "COMPLETED"
        (position,) = groww.get_position_for_trading_symbol(trading_symbol="WIPRO", segment="CASH")[
            "positions"
        ]
        assert position["quantity"] == 0
    finally:
        sandbox.post("/prices", {"prices": {"NSE:WIPRO": str(price)}})


def test_a_smart_reference_is_good_once(groww: Any) -> None:
    gtt(groww, reference_id="smart0000once")
    with pytest.raises(GrowwAPIException) as caught:
        gtt(groww, reference_id="smart0000once")
    assert caught.value.code == "GA007"


@pytest.mark.parametrize(
    "wrong",
    [
        {"trigger_direction": "SIDEWAYS"},
        {"trigger_price": "abc"},
        {"segment": "COMMODITY"},
        {"quantity": 0},
        {"duration": "GTC"},
        {"order": None},
        {"smart_order_type": "BO"},
    ],
    ids=lambda wrong: next(iter(wrong)),
)
def test_a_wrong_smart_order_is_a_bad_request(groww: Any, wrong: dict[str, Any]) -> None:
    with pytest.raises(GrowwAPIException) as caught:
        gtt(groww, **wrong)
    assert caught.value.code == "GA001"


# --- market data ---------------------------------------------------------------------------------------------------


def test_the_chain_has_both_kinds_at_each_strike_with_greeks(groww: Any) -> None:
    chain = groww.get_option_chain(expiry_date=expiry_of(groww), **NIFTY)
    strikes = sorted(chain["strikes"], key=float)
    assert float(strikes[0]) < chain["underlying_ltp"] < float(strikes[-1])
    for row in chain["strikes"].values():
        assert set(row) == {"CE", "PE"}
        assert set(row["CE"]["greeks"]) == {"delta", "gamma", "theta", "vega", "rho", "iv"}
    middle = min(strikes, key=lambda strike: abs(float(strike) - chain["underlying_ltp"]))
    at_money = chain["strikes"][middle]
    assert 0.3 < at_money["CE"]["greeks"]["delta"] < 0.7
    assert -0.7 < at_money["PE"]["greeks"]["delta"] < -0.3
    symbol = at_money["CE"]["trading_symbol"]
    alone = groww.get_greeks(trading_symbol=symbol, expiry=expiry_of(groww), **NIFTY)["greeks"]
    assert alone["iv"] == pytest.approx(at_money["CE"]["greeks"]["iv"], rel=0.01)


def test_contracts_of_an_expiry_are_groww_symbols(groww: Any) -> None:
    expiry = expiry_of(groww)
    found = groww.get_contracts(exchange="NSE", underlying_symbol="NIFTY", expiry_date=expiry)["contracts"]
    assert all(symbol.startswith("NSE-NIFTY-") for symbol in found)
    candles = groww.get_historical_candles(
        exchange="NSE", segment="FNO", groww_symbol=found[0], candle_interval="1day", **HISTORY
    )["candles"]
    assert all(len(row) == 7 and row[6] is not None for row in candles)


def test_days_are_made_of_their_minutes(groww: Any) -> None:
    asked = {"exchange": "NSE", "segment": "CASH", "groww_symbol": "NSE-INFY", **HISTORY}
    day = groww.get_historical_candles(
        **{**asked, "start_time": "2026-11-02 00:00:00"}, candle_interval="1day"
    )
    minutes = groww.get_historical_candles(**asked, candle_interval="1minute")["candles"]
    first = [row for row in minutes if row[0].startswith("2026-11-02")]
    at, opened, high, lowest, close, volume, _ = day["candles"][0]
    assert at.startswith("2026-11-02")
    assert (opened, close) == (first[0][1], first[-1][4])
    assert (high, lowest) == (max(row[2] for row in first), min(row[3] for row in first))
    assert volume == sum(row[5] for row in first)


def test_too_long_a_span_is_refused(groww: Any) -> None:
    with pytest.raises(GrowwAPIException, match="30 days"):
        groww.get_historical_candles(
            exchange="NSE",
            segment="CASH",
            groww_symbol="NSE-INFY",
            start_time="2026-09-01 09:15:00",
            end_time="2026-11-03 15:30:00",
            candle_interval="5minute",
        )

"""What the tests of the official Upstox SDK share."""

from __future__ import annotations

import json
from typing import Any
from zoneinfo import ZoneInfo

import upstox_client
import upstox_client.api
from upstox_client.rest import ApiException

from mocks.launch import Sandbox

IST = ZoneInfo("Asia/Kolkata")
CALLBACK = "http://127.0.0.1:9/callback?from=upstox"
INFY = "NSE_EQ|INE009A01021"
VERSION = "2.0"


def new_user(sandbox: Sandbox) -> dict[str, Any]:
    """A logged-in user with Rs 5,00,000 and 52 INFY, two of them bought yesterday."""
    holdings = [{"symbol": "NSE:INFY", "quantity": 50, "average_price": "1400.55", "t1_quantity": 2}]
    session: dict[str, Any] = sandbox.post(
        "/sessions", {"broker": "upstox", "cash": "500000", "holdings": holdings, "name": "Asha Rao"}
    )
    return session


def client_for(base_url: str, token: str) -> Any:
    configuration = upstox_client.Configuration()
    configuration.host = configuration.order_host = base_url
    configuration.access_token = token
    return upstox_client.ApiClient(configuration)


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


def gtt(kind: str = "SINGLE", *rules: Any, **changes: Any) -> Any:
    """A GTT order to buy INFY; without rules an entry when it falls to Rs 1,450."""
    order = {
        "type": kind, "quantity": 5, "product": "D", "instrument_token": INFY, "transaction_type": "BUY",
        "rules": [*rules] or [rule("ENTRY", "BELOW", 1450.0)],
    }  # fmt: skip
    return upstox_client.GttPlaceOrderRequest(**(order | changes))


def rule(strategy: str, trigger: str, price: float, **more: Any) -> Any:
    return upstox_client.GttRule(strategy=strategy, trigger_type=trigger, trigger_price=price, **more)


def methods() -> set[str]:
    """Every call of the SDK, as `OrderApi.place_order`."""
    found = set()
    for name, kind in vars(upstox_client.api).items():
        if isinstance(kind, type) and name.endswith(("Api", "ApiV3")):
            found |= {
                f"{name}.{method}"
                for method in vars(kind)
                if not method.startswith("_")
                and "_with_http_info" not in method
                and method != "get_websocket_parameters"
            }
    return found

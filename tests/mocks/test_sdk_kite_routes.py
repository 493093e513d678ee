"""Every route and every method of the official KiteConnect, unmodified, gets an answer in its documented form."""

from __future__ import annotations

import datetime as dt
import inspect
from collections.abc import Callable, Iterator
from typing import Any

import pytest
from kiteconnect import KiteConnect
from kiteconnect import exceptions as kite_errors

from mocks.launch import Sandbox
from tests.mocks.kite_sdk import IST, client_of, new_user, order

# Local to the client: nothing is sent.
LOCAL = {"set_session_expiry_hook", "set_access_token", "login_url"}


@pytest.fixture
def user(sandbox: Sandbox) -> dict[str, Any]:
    return new_user(sandbox, cash="9000000")


@pytest.fixture
def kite(user: dict[str, Any]) -> Iterator[Any]:
    with client_of(user) as client:
        yield client


def gtt(kite: Any, **changes: Any) -> dict[str, Any]:
    last = kite.ltp("NSE:INFY")["NSE:INFY"]["last_price"]
    leg = {"transaction_type": "BUY", "quantity": 1, "order_type": "LIMIT", "product": "CNC", "price": 1450.0}
    asked = {
        "trigger_type": "single",
        "tradingsymbol": "INFY",
        "exchange": "NSE",
        "trigger_values": [1450.0],
        "last_price": last,
        "orders": [leg],
    }
    return asked | changes


def refused(error: type[Exception], call: Callable[[], Any]) -> None:
    with pytest.raises(error):
        call()


def _place(kite: Any) -> None:
    assert isinstance(kite.place_order(**order(tag="sdk1")), str)


def _autoslice(kite: Any) -> None:
    assert isinstance(kite.place_autoslice_order(**order())["order_id"], str)


def _modify(kite: Any) -> None:
    order_id = kite.place_order(**order())
    assert kite.modify_order("regular", order_id, quantity=5) == order_id


def _cancel(kite: Any) -> None:
    order_id = kite.place_order(**order())
    assert kite.cancel_order("regular", order_id) == order_id


def _exit(kite: Any) -> None:
    order_id = kite.place_order(**order())
    assert kite.exit_order("regular", order_id) == order_id


def _history(kite: Any) -> None:
    assert kite.order_history(kite.place_order(**order()))[-1]["status"] == "OPEN"


def _trades(kite: Any) -> None:
    done = kite.place_order(**order(order_type="MARKET", price=None, market_protection=-1, product="MIS"))
    assert kite.order_trades(done)[0]["order_id"] == done
    assert kite.trades()


def _convert(kite: Any) -> None:
    kite.place_order(**order(order_type="MARKET", price=None, market_protection=-1, product="MIS"))
    assert kite.convert_position("NSE", "INFY", "BUY", "day", 10, "MIS", "CNC") is True


def _gtts(kite: Any) -> None:
    trigger_id = kite.place_gtt(**gtt(kite))["trigger_id"]
    assert kite.get_gtt(trigger_id)["status"] == "active"
    assert [one["id"] for one in kite.get_gtts()] == [trigger_id]
    leg = {"transaction_type": "BUY", "quantity": 2, "order_type": "LIMIT", "product": "CNC", "price": 1440.0}
    changed = gtt(kite, trigger_values=[1440.0], orders=[leg])
    assert kite.modify_gtt(trigger_id, **changed)["trigger_id"] == trigger_id
    assert kite.get_gtt(trigger_id)["condition"]["trigger_values"] == [1440.0]
    assert kite.delete_gtt(trigger_id)["trigger_id"] == trigger_id
    assert kite.get_gtt(trigger_id)["status"] == "deleted"


def _note(kite: Any) -> None:
    (note,) = kite.get_virtual_contract_note([order(order_id="1", average_price=1450.0)])
    assert note["charges"]["total"] > 0


def _historical(kite: Any) -> None:
    end = dt.datetime(2026, 11, 20, 15, 30, tzinfo=IST)
    (day,) = kite.historical_data(408065, dt.datetime(2026, 11, 20, tzinfo=IST), end, "day")
    assert day["low"] <= day["open"] <= day["high"]


def _session(kite: Any) -> None:
    refused(kite_errors.TokenException, lambda: kite.generate_session("none", "sandboxdemo-secret"))
    refused(kite_errors.TokenException, lambda: kite.renew_access_token("none", "sandboxdemo-secret"))
    refused(kite_errors.TokenException, lambda: kite.invalidate_refresh_token("none"))
    assert kite.invalidate_access_token() is True


def _funds(kite: Any) -> None:
    assert (kite.mf_orders(), kite.mf_sips(), kite.mf_holdings(), kite.mf_instruments()) == ([], [], [], [])
    refused(kite_errors.GeneralException, lambda: kite.mf_orders("1"))
    refused(kite_errors.GeneralException, lambda: kite.mf_sips("1"))
    closed = [
        lambda: kite.place_mf_order("INF1", "BUY", amount=1000),
        lambda: kite.cancel_mf_order("1"),
        lambda: kite.place_mf_sip("INF1", 1000, 3, "monthly"),
        lambda: kite.modify_mf_sip("1", amount=2000),
        lambda: kite.cancel_mf_sip("1"),
    ]
    for call in closed:
        refused(kite_errors.PermissionException, call)


def _market(kite: Any) -> None:
    assert kite.quote("NSE:INFY")["NSE:INFY"]["instrument_token"] == 408065
    assert kite.ohlc("NSE:INFY")["NSE:INFY"]["ohlc"]["close"] > 0
    assert kite.ltp("NSE:INFY")["NSE:INFY"]["last_price"] > 0
    assert kite.instruments("NFO")[0]["exchange"] == "NFO"
    ranges = [kite.trigger_range(side, "NSE:INFY")["NSE:INFY"] for side in ("BUY", "SELL")]
    assert ranges[0]["lower"] < ranges[0]["upper"] == ranges[1]["lower"] < ranges[1]["upper"]


def _account(kite: Any) -> None:
    assert kite.profile()["broker"] == "ZERODHA"
    assert kite.margins()["equity"] == kite.margins("equity")
    assert kite.holdings()[0]["tradingsymbol"] == "INFY"
    assert kite.positions() == {"net": [], "day": []}
    assert kite.get_auction_instruments() == []
    assert kite.orders() == []


def _margins(kite: Any) -> None:
    (margin,) = kite.order_margins([order()])
    assert margin["total"] == 14500.0
    assert kite.basket_order_margins([order()], consider_positions=True)["initial"]["total"] == 14500.0
    assert set(kite.basket_order_margins([order()], mode="compact")) == {"initial", "final", "charges"}


CALLS: dict[str, Callable[[Any], None]] = {
    "place_order": _place,
    "place_autoslice_order": _autoslice,
    "modify_order": _modify,
    "cancel_order": _cancel,
    "exit_order": _exit,
    "order_history": _history,
    "order_trades": _trades,
    "trades": _trades,
    "convert_position": _convert,
    "get_virtual_contract_note": _note,
    "historical_data": _historical,
    **dict.fromkeys(("place_gtt", "modify_gtt", "delete_gtt", "get_gtt", "get_gtts"), _gtts),
    **dict.fromkeys(
        ("generate_session", "renew_access_token", "invalidate_access_token", "invalidate_refresh_token"),
        _session,
    ),
    **dict.fromkeys(("mf_orders", "mf_sips", "mf_holdings", "mf_instruments"), _funds),
    **dict.fromkeys(("place_mf_order", "cancel_mf_order"), _funds),
    **dict.fromkeys(("place_mf_sip", "modify_mf_sip", "cancel_mf_sip"), _funds),
    **dict.fromkeys(("quote", "ohlc", "ltp", "instruments", "trigger_range"), _market),
    **dict.fromkeys(
        ("profile", "margins", "holdings", "positions", "get_auction_instruments", "orders"), _account
    ),
    **dict.fromkeys(("order_margins", "basket_order_margins"), _margins),
}


def test_no_public_method_of_the_sdk_is_left_out() -> None:
    methods = {name for name, _ in inspect.getmembers(KiteConnect, inspect.isfunction) if name[0] != "_"}
    assert methods - LOCAL == set(CALLS)


@pytest.mark.parametrize("call", dict.fromkeys(CALLS.values()), ids=lambda call: str(call.__name__))
def test_methods_of_the_sdk_are_answered(kite: Any, call: Callable[[Any], None]) -> None:
    call(kite)


def test_no_route_of_the_sdk_is_unknown(kite: Any) -> None:
    parts = {
        "segment": "equity", "order_id": "1", "variety": "regular", "sip_id": "1", "exchange": "NSE",
        "instrument_token": "408065", "interval": "day", "transaction_type": "buy", "trigger_id": "1",
    }  # fmt: skip
    old = {"market.margins"}  # of Kite Connect 2; no method of the SDK uses it
    for name, path in KiteConnect._routes.items():
        url = kite.root + path.format(**parts)
        answers = [kite.reqsession.request(method, url) for method in ("GET", "POST", "PUT", "DELETE")]
        texts = [one.text for one in answers if one.status_code == 404]
        known = [one for one in answers if one.status_code != 405]
        assert name in old or (known and not any("Route not found" in text for text in texts)), name

"""What OpenAlgo's programs send is read to the digit; a word that is not known is refused, never a default."""

from __future__ import annotations

from decimal import Decimal
from typing import Any

import pytest
from pydantic import ValidationError

from domain.money import Price
from domain.order import OrderType, Side
from orchestrator.http.own_api import Answer
from orchestrator.openalgo.desk import refusal
from orchestrator.openalgo.requests import (
    Goods,
    HistoryBody,
    ModifyBody,
    OptionBody,
    OrderBody,
    PlaceBody,
    SmartBody,
    SplitBody,
)

ORDER: dict[str, Any] = {"symbol": "INFY", "exchange": "NSE", "action": "BUY", "quantity": "10"}


def test_numbers_come_as_text_or_as_numbers() -> None:
    for quantity in ("10", 10, "10.0", Decimal("10.00")):
        assert PlaceBody.model_validate(ORDER | {"quantity": quantity}).quantity == 10
    for price in ("1500.05", Decimal("1500.05")):
        assert PlaceBody.model_validate(ORDER | {"price": price}).price == Price.of("1500.05")


def test_zero_is_no_price() -> None:
    for price in ("0", 0, "0.0", Decimal("0.00"), None):
        read = PlaceBody.model_validate(ORDER | {"price": price, "trigger_price": price})
        assert (read.price, read.trigger_price) == (None, None)


def test_what_is_left_out_is_as_openalgo_documents_it() -> None:
    read = PlaceBody.model_validate(ORDER)
    assert (read.pricetype, read.product, read.action) == (OrderType.MARKET, Goods.MIS, Side.BUY)


def test_words_are_taken_in_any_case() -> None:
    read = PlaceBody.model_validate(ORDER | {"action": "sell", "pricetype": "sl-m", "symbol": "infy"})
    assert (read.action, read.pricetype, read.symbol) == (Side.SELL, OrderType.SL_M, "INFY")


@pytest.mark.parametrize(
    "wrong",
    [
        {"action": "SHORT"},
        {"pricetype": "BRACKET"},
        {"pricetype": ""},
        {"product": "MTF"},
        {"product": "DELIVERY"},
        {"quantity": "0"},
        {"quantity": "-5"},
        {"quantity": "1.5"},
        {"quantity": Decimal("1e300000000")},
        {"price": Decimal("1e-300000000")},
        {"quantity": True},
        {"quantity": "1e3"},
        {"quantity": "٣"},
        {"quantity": 10**12},
        {"price": "-1"},
        {"price": "NaN"},
        {"price": "1e5"},
        {"price": True},
        {"price": {"a": 1}},
        {"stoploss": "5"},
        {"target": 10},
        {"trailing_sl": "1"},
        {"validity": "GTC"},
        {"symbol": ""},
        {"symbol": "IN\nFY"},
        {"symbol": "ＩＮＦＹ"},
        {"idempotency_key": "with space"},
    ],
)
def test_an_order_with_anything_unknown_in_it_is_refused(wrong: dict[str, Any]) -> None:
    with pytest.raises(ValidationError):
        PlaceBody.model_validate(ORDER | wrong)


def test_a_stop_loss_of_zero_is_none() -> None:
    assert PlaceBody.model_validate(ORDER | {"stoploss": "0", "target": 0, "trailing_sl": "0.0"})


def test_a_smart_order_may_name_a_short_position_and_no_quantity() -> None:
    read = SmartBody.model_validate(ORDER | {"quantity": 0, "position_size": "-75"})
    assert (read.quantity, read.position_size) == (0, -75)


@pytest.mark.parametrize(
    ("quantity", "size", "parts"),
    [(105, 20, [20] * 5 + [5]), (20, 20, [20]), (5, 20, [5]), (100, 1, [1] * 100)],
)
def test_a_split_order_comes_to_what_was_asked(quantity: int, size: int, parts: list[int]) -> None:
    assert SplitBody.model_validate(ORDER | {"quantity": quantity, "splitsize": size}).parts == parts


def test_a_split_into_too_many_parts_is_refused() -> None:
    with pytest.raises(ValidationError):
        SplitBody.model_validate(ORDER | {"quantity": 101, "splitsize": 1})


def test_a_changed_order_names_its_product() -> None:
    with pytest.raises(ValidationError):
        ModifyBody.model_validate(ORDER | {"orderid": "ord_1"})
    with pytest.raises(ValidationError):
        ModifyBody.model_validate(ORDER | {"orderid": "../users/me", "product": "CNC"})


@pytest.mark.parametrize("wrong", [{"interval": "2m"}, {"source": "db"}, {"start_date": "1-4-25"}])
def test_history_of_an_unknown_interval_or_source_is_refused(wrong: dict[str, Any]) -> None:
    day = {
        "symbol": "INFY",
        "exchange": "NSE",
        "interval": "5m",
        "start_date": "2026-11-01",
        "end_date": "2026-11-02",
    }
    assert HistoryBody.model_validate(day)
    with pytest.raises(ValidationError):
        HistoryBody.model_validate(day | wrong)


@pytest.mark.parametrize("offset", ["ATM", "itm1", "OTM50"])
def test_strikes_are_named_by_their_distance(offset: str) -> None:
    option = {"underlying": "NIFTY", "exchange": "NSE_INDEX", "offset": offset, "option_type": "ce"}
    assert OptionBody.model_validate(option).offset == offset.upper()
    with pytest.raises(ValidationError):
        OptionBody.model_validate(option | {"offset": "OTM0"})


def test_an_order_is_named_by_an_id_of_ours_alone() -> None:
    """`external` and `cancel` are lists and calls of our own API."""
    assert OrderBody.model_validate({"orderid": "ord_01j8"}).orderid == "ord_01j8"
    for other in ("external", "cancel", "ord_", "ORD_1", "ord_1/../x", "ord_1?a", "ord_1\n", "", 7):
        with pytest.raises(ValidationError):
            OrderBody.model_validate({"orderid": other})


def test_a_refusal_for_too_many_requests_says_when_to_come_back() -> None:
    told = {"detail": "too many", "code": "too_many_requests"}
    no = refusal(Answer(429, told, {"retry-after": "7"}))
    assert (no.status, no.headers, no.body()["code"]) == (429, {"retry-after": "7"}, "too_many_requests")
    assert refusal(Answer(409, told, {})).headers == {}

"""An alert is read to the digit, and its order keeps to the rules that its user saved."""

from __future__ import annotations

import json
from datetime import UTC, datetime, timedelta
from decimal import Decimal
from typing import Any

import pytest
from hypothesis import assume, given
from hypothesis import strategies as st
from pydantic import ValidationError

from domain.instrument import Instrument, InstrumentId, Kind
from domain.money import Price
from domain.order import OrderType, Side
from orchestrator.tradingview.alert import (
    Unusable,
    body_of,
    check_age,
    fingerprint,
    read_alert,
    shown,
)
from orchestrator.tradingview.rules import RulesIn, meant, order_of

NOW = datetime(2026, 11, 23, 5, 0, tzinfo=UTC)
ALERT: dict[str, Any] = {
    "secret": "whs_x",
    "ticker": "INFY",
    "exchange": "NSE",
    "action": "buy",
    "contracts": "10",
    "price": "1500.05",
    "id": "Long",
    "time": "2026-11-23T05:00:00Z",
}
INFY = Instrument(InstrumentId.parse("NSE:INFY"), "Infosys", Kind.EQUITY, 1, Price.of("0.10"))
NIFTY = Instrument(InstrumentId.parse("NFO:NIFTY26NOVFUT"), "NIFTY", Kind.FUTURE, 65, Price.of("0.10"))
CNC: dict[str, Any] = {"product": "CNC"}


def rules(**given: Any) -> RulesIn:
    return RulesIn.model_validate({**CNC, **given})


def why(wrong: Any, **changed: Any) -> str:
    with pytest.raises(Unusable) as refused:
        read_alert({**ALERT, **wrong, **changed})
    return refused.value.code


def test_an_alert_of_the_template_is_an_order() -> None:
    order = order_of(rules(), read_alert(body_of(json.dumps(ALERT).encode())), INFY)
    assert (order.side, order.quantity, order.order_type) == (Side.BUY, 10, OrderType.MARKET)
    assert (order.price, order.account) == (None, None)


@pytest.mark.parametrize("contracts", ["5", 5, "5.0", Decimal("5.00")])
def test_numbers_come_as_text_or_as_numbers(contracts: Any) -> None:
    assert order_of(rules(), read_alert({**ALERT, "contracts": contracts}), INFY).quantity == 5


@pytest.mark.parametrize(
    ("wrong", "code"),
    [
        ({"action": "exit"}, "alert_action_unknown"),
        ({"action": "{{strategy.order.action}}"}, "alert_action_unknown"),
        ({"action": None}, "alert_field_missing"),
        ({"ticker": ""}, "alert_field_missing"),
        ({"ticker": "IN\nFY"}, "alert_field_missing"),
        ({"stop": "1490"}, "alert_field_unknown"),
        ({"contracts": "-5"}, "alert_number_unreadable"),
        ({"contracts": "1e3"}, "alert_number_unreadable"),
        ({"contracts": True}, "alert_number_unreadable"),
        ({"price": "NaN"}, "alert_number_unreadable"),
        ({"price": ["1"]}, "alert_number_unreadable"),
        ({"time": "now"}, "alert_time_unreadable"),
        ({"time": "0001-01-01T00:00:00Z"}, "alert_time_unreadable"),
        ({"time": None}, "alert_field_missing"),
    ],
)
def test_an_alert_with_anything_unknown_in_it_is_refused(wrong: dict[str, Any], code: str) -> None:
    assert why(wrong) == code


@pytest.mark.parametrize(
    "raw", [b"INFY crossed 1500", b"", b"[1]", b'"x"', b'{"a": NaN}', b"[" * 5000, b"\xff"]
)
def test_plain_text_is_refused_in_words(raw: bytes) -> None:
    with pytest.raises(Unusable) as refused:
        body_of(raw)
    assert refused.value.code == "alert_not_json"


@pytest.mark.parametrize(
    ("seconds", "good"), [(0, True), (120, True), (121, False), (-60, True), (-61, False)]
)
def test_only_a_fresh_alert_is_placed(seconds: int, good: bool) -> None:
    alert = read_alert(ALERT)
    if good:
        check_age(alert, alert.at + timedelta(seconds=seconds), timedelta(seconds=120))
    else:
        with pytest.raises(Unusable):
            check_age(alert, alert.at + timedelta(seconds=seconds), timedelta(seconds=120))


def test_a_repeated_alert_is_known_whatever_its_secret_and_order_of_fields() -> None:
    again = dict(reversed({**ALERT, "secret": "whs_renewed"}.items()))
    assert fingerprint(again) == fingerprint(ALERT)
    for name in ("id", "time", "contracts", "price", "action"):
        assert fingerprint({**ALERT, name: "7"}) != fingerprint(ALERT)
    assert "whs_x" not in shown(ALERT)


def test_names_are_mapped_or_refused() -> None:
    alert = read_alert({**ALERT, "ticker": "NIFTY1!"})
    assert meant(rules(symbols={"NSE:NIFTY1!": "NFO:NIFTY26NOVFUT"}), alert) == NIFTY.id
    with pytest.raises(Unusable):
        meant(rules(others="refuse"), read_alert(ALERT))
    with pytest.raises(Unusable):
        meant(rules(), read_alert({**ALERT, "exchange": "BINANCE"}))


def test_lots_are_counted_in_units() -> None:
    alert = read_alert({**ALERT, "contracts": 2})
    assert order_of(rules(quantity={"by": "lots"}), alert, NIFTY).quantity == 130


@pytest.mark.parametrize("contracts", ["0", "0.5", "1.5", None, "999999999"])
def test_no_part_of_a_share_is_rounded(contracts: Any) -> None:
    with pytest.raises(Unusable):
        order_of(rules(), read_alert({**ALERT, "contracts": contracts}), INFY)


prices = st.decimals(Decimal("0.05"), Decimal(100_000), places=2).map(abs)


@given(prices, st.decimals(Decimal(1), Decimal(10_000_000), places=2), st.sampled_from([INFY, NIFTY]))
def test_an_amount_of_rupees_is_never_exceeded(price: Decimal, amount: Decimal, one: Instrument) -> None:
    alert = read_alert({**ALERT, "price": str(price)})
    asked = rules(quantity={"by": "rupees", "amount": str(amount)})
    try:
        quantity = order_of(asked, alert, one).quantity
    except Unusable:
        assume(price * one.lot <= amount)  # else there is not enough for one lot
        assert amount / price > 100_000_000
        return
    assert quantity % one.lot == 0
    assert price * quantity <= amount < price * (quantity + one.lot)


@given(prices, st.sampled_from(["0", "0.25", "1", "5"]), st.sampled_from(["buy", "sell"]))
def test_a_limit_is_on_a_tick_and_no_better_than_the_offset(price: Decimal, offset: str, action: str) -> None:
    alert = read_alert({**ALERT, "price": str(price), "action": action})
    asked = rules(order_type="LIMIT", offset_percent=offset)
    try:
        limit = order_of(asked, alert, INFY).price
    except Unusable:
        assert price < INFY.tick.amount * 2
        return
    assert limit is not None
    assert limit.amount % INFY.tick.amount == 0
    wanted = price * (1 + Decimal(offset) / 100 * (1 if action == "buy" else -1))
    assert 0 <= (limit.amount - wanted) * (1 if action == "buy" else -1) < INFY.tick.amount


@pytest.mark.parametrize(
    "wrong",
    [
        {"product": "BO"},
        {"order_type": "SL"},
        {"offset_percent": "1"},
        {"order_type": "LIMIT", "offset_percent": "5.01"},
        {"quantity": {"by": "units"}},
        {"quantity": {"by": "units", "units": 0}},
        {"quantity": {"by": "rupees", "amount": "0"}},
        {"quantity": {"by": "contracts", "units": 5}},
        {"symbols": {"NIFTY1!": "NFO:NIFTY26NOVFUT"}},
        {"symbols": {"NSE:X": "NASDAQ:X"}},
        {"stop": 1},
    ],
)
def test_rules_that_are_not_clear_are_refused(wrong: dict[str, Any]) -> None:
    with pytest.raises(ValidationError):
        rules(**wrong)

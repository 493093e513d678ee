"""The checks of the order itself, one line a rule."""

from dataclasses import replace

import pytest

from domain.instrument import Kind
from domain.money import Price
from domain.order import Validity
from domain.routing import Market
from routing.rules import check
from tests.routing.cases import CALL, FUTURE, SHARE, order

BANDED = replace(SHARE, lower_band=Price.of(1350), upper_band=Price.of(1650))
INDEX = replace(SHARE, kind=Kind.INDEX)
CLOSED = replace(SHARE, open=False, closed_because="Guru Nanak Jayanti")

SOUND = [
    ("BUY 100 NSE:INFY CNC LIMIT 1500", BANDED),
    ("SELL 100 NSE:INFY MIS MARKET", BANDED),
    ("BUY 1 NSE:INFY CNC SL 1510 @1505", BANDED),
    ("SELL 1 NSE:INFY CNC SL 1490 @1495", BANDED),
    ("BUY 1 NSE:INFY MIS SL-M @1505", BANDED),
    ("BUY 130 NFO:NIFTY26NOVFUT NRML LIMIT 25000.10", FUTURE),
    ("BUY 65 NFO:NIFTY26NOV25000CE MIS SL 151 @150", CALL),
]
BROKEN = [
    ("BUY 0 NSE:INFY CNC LIMIT 1500", SHARE, "quantity_not_positive", "quantity", "Try 1."),
    ("BUY 100 NFO:NIFTY26NOVFUT NRML LIMIT 25000", FUTURE, "lot_multiple", "quantity", "Lot is 65; try 130."),
    ("BUY 70 NFO:NIFTY26NOVFUT NRML LIMIT 25000", FUTURE, "lot_multiple", "quantity", "Lot is 65; try 65."),
    ("BUY 10 NFO:NIFTY26NOVFUT NRML LIMIT 25000", FUTURE, "lot_multiple", "quantity", "Lot is 65; try 65."),
    ("BUY 1 NSE:INFY CNC LIMIT", SHARE, "price_required", "price", "Give a price."),
    ("BUY 1 NSE:INFY CNC SL @1500", SHARE, "price_required", "price", "Give a price."),
    (
        "BUY 1 NSE:INFY CNC MARKET 1500",
        SHARE,
        "price_not_allowed",
        "price",
        "Leave the price out, or use LIMIT.",
    ),
    ("BUY 65 MCX:GOLD26DECFUT NRML LIMIT 25000 IOC", FUTURE, "ioc_forbidden", "validity", "Use DAY."),
    ("BUY 1 NSE:INFY CNC LIMIT 1500.03", SHARE, "tick_multiple", "price", "Try 1500.05."),
    ("BUY 1 NSE:INFY CNC LIMIT 0", SHARE, "tick_multiple", "price", "Try 0.05."),
    ("BUY 1 NSE:INFY CNC SL 1510", SHARE, "trigger_required", "trigger_price", "Give a trigger price."),
    (
        "BUY 1 NSE:INFY CNC LIMIT 1500 @1490",
        SHARE,
        "trigger_not_allowed",
        "trigger_price",
        "Leave it out, or use SL.",
    ),
    ("BUY 1 NSE:INFY CNC SL-M @1490.01", SHARE, "tick_multiple", "trigger_price", "Try 1490.00."),
    (
        "BUY 1 NSE:INFY CNC SL 1500 @1505",
        SHARE,
        "trigger_beyond_limit",
        "trigger_price",
        "Set the trigger to ₹1,500.00 or lower.",
    ),
    (
        "SELL 1 NSE:INFY CNC SL 1500 @1495",
        SHARE,
        "trigger_beyond_limit",
        "trigger_price",
        "Set the trigger to ₹1,500.00 or higher.",
    ),
    ("BUY 1 NSE:INFY CNC LIMIT 1650.05", BANDED, "price_out_of_band", "price", "Try 1650.00."),
    ("SELL 1 NSE:INFY CNC LIMIT 1349.95", BANDED, "price_out_of_band", "price", "Try 1350.00."),
    ("BUY 1 NSE:INFY NRML LIMIT 1500", SHARE, "product_not_for_segment", "product", "Try CNC."),
    ("BUY 65 NFO:NIFTY26NOVFUT CNC LIMIT 25000", FUTURE, "product_not_for_segment", "product", "Try NRML."),
    ("BUY 65 NFO:NIFTY26NOV25000CE MIS SL-M @150", CALL, "order_type_unsupported", "order_type", None),
    ("BUY 1 NSE:NIFTY CNC MARKET", INDEX, "not_tradable", "symbol", "Trade its futures or options."),
    ("BUY 1 NSE:INFY CNC MARKET", CLOSED, "market_closed", "exchange", None),
]


@pytest.mark.parametrize(("text", "market"), SOUND)
def test_a_sound_order_breaks_no_rule(text: str, market: Market) -> None:
    assert check(order(text), market) == ()


@pytest.mark.parametrize(("text", "market", "code", "field", "fix"), BROKEN)
def test_a_broken_rule_names_field_and_fix(
    text: str, market: Market, code: str, field: str, fix: str | None
) -> None:
    (reason,) = check(order(text), market)
    assert (reason.code.value, reason.field) == (code, field)
    assert reason.fix == fix or fix is None


@pytest.mark.parametrize(("shown", "tail"), [(101, ""), (-1, ""), (10, "IOC"), (9, "")])
def test_disclosed_quantity_is_a_tenth_of_the_order_to_all_of_it_and_not_with_ioc(
    shown: int, tail: str
) -> None:
    intent = order(f"BUY 100 NSE:INFY CNC LIMIT 1500 {tail}", disclosed_quantity=shown)
    assert [reason.code.value for reason in check(intent, SHARE)] == ["disclosed_quantity"]


def test_the_least_that_must_be_shown_is_told() -> None:
    (reason,) = check(order("BUY 101 NSE:INFY CNC LIMIT 1500", disclosed_quantity=10), SHARE)
    assert reason.fix == "Try 11, or leave it at 0."
    assert check(order("BUY 101 NSE:INFY CNC LIMIT 1500", disclosed_quantity=11), SHARE) == ()


def test_contracts_are_shown_whole() -> None:
    intent = order("BUY 130 NFO:NIFTY26NOVFUT NRML LIMIT 25000", disclosed_quantity=65)
    assert [reason.code.value for reason in check(intent, FUTURE)] == ["disclosed_quantity"]


@pytest.mark.parametrize(
    ("validity", "minutes"), [(Validity.TTL, 0), (Validity.TTL, 376), (Validity.DAY, 5), (Validity.IOC, 1)]
)
def test_minutes_are_for_ttl_orders_and_within_a_trading_day(validity: Validity, minutes: int) -> None:
    intent = replace(order("BUY 1 NSE:INFY CNC LIMIT 1500"), validity=validity, validity_minutes=minutes)
    (reason,) = check(intent, SHARE)
    assert (reason.code.value, reason.field) == ("validity_minutes", "validity_minutes")
    assert check(replace(intent, validity=Validity.TTL, validity_minutes=375), SHARE) == ()


def test_every_broken_rule_is_told_at_once() -> None:
    codes = {reason.code.value for reason in check(order("BUY 0 NSE:INFY NRML LIMIT 1500.01"), CLOSED)}
    assert codes == {"quantity_not_positive", "tick_multiple", "product_not_for_segment", "market_closed"}


def test_a_closed_market_says_why() -> None:
    (reason,) = check(order("BUY 1 NSE:INFY CNC MARKET"), CLOSED)
    assert "Guru Nanak Jayanti" in reason.message

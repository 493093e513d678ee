"""Mock Broker's words to ours and back, and what every answer to a write proves."""

from __future__ import annotations

import json
from datetime import UTC, datetime, timedelta
from decimal import Decimal
from typing import Any

import pytest

from adapters.broker import Change, MarginAsk
from adapters.http import exact_json
from adapters.mock import market, wire
from domain.account import AccountId, BrokerId
from domain.calendar import IST
from domain.errors import BrokerError, BrokerRejected, BrokerUnavailable, OutcomeUnknown, SessionExpired
from domain.instrument import Exchange, InstrumentId, Kind
from domain.money import Money, Price
from domain.order import ChildId, ChildOrder, OrderId, OrderType, Product, Side, Validity
from domain.position import Traded
from domain.report import ReportStatus

INFY = InstrumentId(Exchange.NSE, "INFY")

# Recorded from the sandbox.
ORDER: dict[str, Any] = {
    "order_id": "M2611210000001",
    "exchange_order_id": "1121742157500001",
    "symbol": "NSE:INFY",
    "side": "BUY",
    "type": "LIMIT",
    "product": "CNC",
    "validity": "DAY",
    "quantity": 10,
    "filled_quantity": 3,
    "pending_quantity": 7,
    "cancelled_quantity": 0,
    "disclosed_quantity": 0,
    "price": "1547.70",
    "trigger_price": None,
    "average_price": "1547.4333",
    "status": "open",
    "message": None,
    "code": None,
    "tag": "C0123",
    "received_at": "2026-11-21T16:22:55.861+05:30",
    "exchange_at": "2026-11-21T16:22:55.861+05:30",
    "updated_at": "2026-11-21T16:22:56.100+05:30",
    "sequence": 5,
}
TRADE = {
    "trade_id": "MT2611210000001",
    "exchange_trade_id": "21742157500001",
    "order_id": "M2611210000001",
    "symbol": "NSE:INFY",
    "side": "BUY",
    "product": "CNC",
    "quantity": 3,
    "price": "1547.70",
    "at": "2026-11-21T16:22:55.861+05:30",
}


def child(**changes: Any) -> ChildOrder:
    fields: dict[str, Any] = {
        "id": ChildId("c1"),
        "order_id": OrderId("o1"),
        "account_id": AccountId("a1"),
        "broker": BrokerId.MOCK,
        "slice": 0,
        "instrument": INFY,
        "side": Side.BUY,
        "quantity": 10,
        "order_type": OrderType.LIMIT,
        "product": Product.CNC,
        "validity": Validity.DAY,
        "price": Price.of("1500.50"),
        "trigger_price": None,
        "tag": "C0123",
    }
    return ChildOrder(**(fields | changes))


def error(code: str, message: str = "No") -> bytes:
    return json.dumps({"error": {"code": code, "message": message}}).encode()


@pytest.mark.parametrize(
    ("status", "body", "write", "read"),
    [
        (400, error("bad_code"), BrokerRejected, BrokerRejected),
        (401, error("no_session"), SessionExpired, SessionExpired),
        (401, error("session_expired"), SessionExpired, SessionExpired),
        (401, error("surprise"), OutcomeUnknown, BrokerUnavailable),
        (404, error("unknown_order"), BrokerRejected, BrokerRejected),
        (404, error("no_such_call"), OutcomeUnknown, BrokerUnavailable),
        (404, b"<html>", OutcomeUnknown, BrokerUnavailable),
        (409, error("insufficient_funds"), BrokerRejected, BrokerRejected),
        (409, error("insufficient_holdings"), BrokerRejected, BrokerRejected),
        (409, error("not_open"), BrokerRejected, BrokerRejected),
        (409, error("new_word"), OutcomeUnknown, BrokerUnavailable),
        (422, error("tick"), BrokerRejected, BrokerRejected),
        (422, error("any_word"), BrokerRejected, BrokerRejected),
        (422, b"", OutcomeUnknown, BrokerUnavailable),
        (429, error("too_many_requests"), BrokerUnavailable, BrokerUnavailable),
        (500, error("anything"), OutcomeUnknown, BrokerUnavailable),
        (502, b"<html>", OutcomeUnknown, BrokerUnavailable),
        (200, b"<html>", OutcomeUnknown, BrokerUnavailable),
        (200, b"[]", OutcomeUnknown, BrokerUnavailable),
        (302, b"{}", OutcomeUnknown, BrokerUnavailable),
    ],
)
def test_an_answer_proves_only_what_is_listed(
    status: int, body: bytes, write: type[BrokerError], read: type[BrokerError]
) -> None:
    with pytest.raises(BrokerError) as told:
        wire.write_answer(status, body)
    assert type(told.value) is write
    with pytest.raises(BrokerError) as told:
        wire.read_answer(status, body)
    assert type(told.value) is read


def test_a_refusal_keeps_the_brokers_words_and_code() -> None:
    with pytest.raises(BrokerRejected) as no:
        wire.write_answer(409, error("insufficient_funds", "needs Rs 10.00"))
    assert (no.value.words, no.value.code) == ("needs Rs 10.00", "insufficient_funds")


@pytest.mark.parametrize("body", [{}, {"order_id": "M1"}, {"order_id": "M1", "received_at": "noon"}])
def test_a_success_without_an_id_is_unknown(body: dict[str, str]) -> None:
    with pytest.raises(OutcomeUnknown):
        wire.accepted(body)


def test_a_limit_order_is_sent_with_exact_prices() -> None:
    assert wire.place_body(child(disclosed_quantity=2), "NSE:INFY") == {
        "symbol": "NSE:INFY",
        "side": "BUY",
        "type": "LIMIT",
        "product": "CNC",
        "quantity": 10,
        "price": "1500.50",
        "validity": "DAY",
        "tag": "C0123",
        "disclosed_quantity": 2,
    }


@pytest.mark.parametrize(
    ("order_type", "names"),
    [
        (OrderType.MARKET, set()),
        (OrderType.LIMIT, {"price"}),
        (OrderType.SL, {"price", "trigger_price"}),
        (OrderType.SL_M, {"trigger_price"}),
    ],
)
def test_only_the_prices_of_the_type_are_sent(order_type: OrderType, names: set[str]) -> None:
    order = child(order_type=order_type, trigger_price=Price.of(1490))
    assert set(wire.place_body(order, "NSE:INFY")) & {"price", "trigger_price"} == names
    change = Change(12, order_type, Validity.DAY, Price.of(1500), Price.of(1490))
    assert set(wire.change_body(change)) - {"quantity", "type", "validity"} == names
    ask = MarginAsk(INFY, Side.BUY, 1, order_type, Product.CNC, Price.of(1500), Price.of(1490))
    assert set(wire.margin_body(ask, "NSE:INFY")) & {"price", "trigger_price"} == names


def test_a_report_carries_every_field() -> None:
    report = wire.order_report(ORDER)
    assert (report.broker_order_id, report.tag, report.instrument) == ("M2611210000001", "C0123", INFY)
    assert (report.status, report.words) == (ReportStatus.OPEN, "open")
    assert (report.side, report.product, report.order_type) == (Side.BUY, Product.CNC, OrderType.LIMIT)
    assert (report.quantity, report.filled_quantity) == (10, 3)
    assert (report.price, report.average_price) == (Price.of("1547.70"), Price.of("1547.4333"))
    assert report.at == datetime(2026, 11, 21, 16, 22, 56, 100_000, tzinfo=IST)


def test_every_listed_status_has_a_box_and_an_unlisted_one_is_shown_as_such() -> None:
    for word, status in wire.STATUSES.items():
        assert wire.order_report(ORDER | {"status": word}).status is status
    report = wire.order_report(ORDER | {"status": "frozen"})
    assert (report.status, report.words) == (ReportStatus.UNRECOGNISED, "frozen")


@pytest.mark.parametrize("field", ["side", "product", "type", "symbol"])
def test_an_unlisted_word_never_becomes_a_default(field: str) -> None:
    report = wire.order_report(ORDER | {field: "NEW"})
    assert None in (report.side, report.product, report.order_type, report.instrument)


def test_a_float_is_no_price() -> None:
    with pytest.raises(TypeError):
        wire.order_report(ORDER | {"price": 1547.7})
    assert wire.order_report(ORDER | {"price": exact_json(b"1547.7")}).price == Price.of("1547.7")


def test_a_trade_is_keyed_by_the_brokers_trade_id() -> None:
    told = wire.broker_fill(TRADE)
    assert told.broker_order_id == "M2611210000001"
    assert (told.fill.trade_id, told.fill.quantity, told.fill.price) == (
        "MT2611210000001",
        3,
        Price.of("1547.70"),
    )
    assert told.fill.at.utcoffset() == timedelta(hours=5, minutes=30)


def test_a_time_without_an_offset_is_refused() -> None:
    with pytest.raises(ValueError, match="offset"):
        wire.moment("2026-11-21T16:22:55")


def test_holdings_are_net_of_what_was_sold_today() -> None:
    row = {
        "symbol": "NSE:INFY",
        "isin": "INE009A01021",
        "quantity": 50,
        "t1_quantity": 5,
        "used_quantity": 20,
        "pledged_quantity": 3,
        "sellable_quantity": 30,
        "average_price": "1400.50",
        "last_price": "1500.00",
        "prev_close": "1490.00",
    }
    holding = wire.holding(row)
    assert (holding.quantity, holding.t1_quantity, holding.sellable_quantity) == (35, 5, 30)
    assert holding.average_price == Price.of("1400.50")
    assert wire.holding(row | {"used_quantity": 53}).t1_quantity == 2
    assert wire.holding(row | {"average_price": "0.00"}).average_price is None


def test_a_flat_position_has_no_average() -> None:
    row = {
        "symbol": "NSE:INFY",
        "product": "MIS",
        "quantity": 0,
        "average_price": "0.00",
        "buy_quantity": 10,
        "buy_value": "15000.00",
        "sell_quantity": 10,
        "sell_value": "15100.00",
        "overnight_quantity": 0,
        "day_buy_quantity": 10,
        "day_buy_value": "15000.00",
        "day_sell_quantity": 10,
        "day_sell_value": "15100.00",
        "last_price": "1500.00",
        "prev_close": "1490.00",
    }
    position = wire.position(row)
    assert position.average_price is None
    assert position.today == Traded(10, Money.of(15_000), 10, Money.of(15_100))
    assert position.sell_value - position.buy_value == Money.of(100)
    with pytest.raises(KeyError):
        wire.position(row | {"product": "CO"})


def test_a_listing_and_its_keys() -> None:
    row = {
        "symbol": "NFO:NIFTY26D0126000CE",
        "exchange": "NFO",
        "trading_symbol": "NIFTY26D0126000CE",
        "name": "NIFTY",
        "kind": "CE",
        "token": 1,
        "isin": None,
        "lot": 65,
        "tick": "0.05",
        "freeze_quantity": 1800,
        "sector": "Index",
        "underlying": "NSE:NIFTY 50",
        "expiry": "2026-12-01",
        "strike": "26000.00",
    }
    listing = market.listing(row)
    assert (listing.order_key, listing.feed_key) == ("NIFTY26D0126000CE", "NFO:NIFTY26D0126000CE")
    assert (listing.instrument.kind, listing.instrument.underlying) == (Kind.CALL, "NIFTY 50")
    assert listing.instrument.strike == Price(Decimal("26000.00"))
    with pytest.raises(KeyError):
        market.listing(row | {"kind": "SWAP"})


def test_a_tick_carries_the_exchanges_time() -> None:
    row = {
        "symbol": "NSE:INFY",
        "time": 1795258375634,
        "last_price": "1547.70",
        "prev_close": "1541.20",
        "volume": 3,
    }
    tick = market.tick(row)
    assert (tick.last_price, tick.prev_close, tick.volume) == (Price.of("1547.70"), Price.of("1541.20"), 3)
    assert tick.at == datetime.fromtimestamp(1795258375.634, UTC)

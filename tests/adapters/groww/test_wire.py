"""Groww's words and ours: every enum, every outcome, sample payloads of its documentation."""

from __future__ import annotations

import json
from decimal import Decimal

import pytest

from adapters.broker import Change
from adapters.groww import wire, wire_market, wire_portfolio
from adapters.groww.terms import TERMS
from adapters.http import exact_json
from domain.calendar import IST
from domain.errors import (
    AccountRefused,
    BrokerError,
    BrokerRejected,
    BrokerUnavailable,
    OutcomeUnknown,
    SessionExpired,
)
from domain.instrument import Exchange, InstrumentId
from domain.money import Money, Price
from domain.order import OrderType, Product, Side, Validity
from domain.report import ReportStatus
from tests.adapters.groww.samples import (
    HOLDING_ROW,
    MARGIN,
    MASTER,
    NOW,
    ORDER_ROW,
    POSITION_ROW,
    QUOTE,
    RELIANCE,
    SYMBOLS,
    TRADE_ROW,
    child,
)


def failure(code: str) -> bytes:
    return json.dumps(
        {"status": "FAILURE", "error": {"code": code, "message": "words", "metadata": None}}
    ).encode()


def exactly(row: object) -> wire.Json:
    read: wire.Json = exact_json(json.dumps(row).encode())
    return read


HTML = b"<html><body>502 Bad Gateway</body></html>"
SURELY_NOT_PLACED: list[tuple[int, bytes, type[BrokerError]]] = [
    (400, failure("GA001"), BrokerRejected),
    (401, failure("GA005"), SessionExpired),
    (401, b"", SessionExpired),
    (403, failure("GA005"), AccountRefused),
    (403, HTML, AccountRefused),
    (404, failure("GA004"), BrokerRejected),
    (404, b"{}", BrokerRejected),
    (429, failure("GA001"), BrokerUnavailable),
    (429, HTML, BrokerUnavailable),
    (429, failure("GA006"), BrokerUnavailable),
]
AMBIGUOUS: list[tuple[int, bytes]] = [
    (200, b""),
    (200, HTML),
    (200, b'{"status":"SUCCESS"}'),
    (200, b'{"status":"SUCCESS","payload":[]}'),
    (200, b'{"status":"PERHAPS","payload":{}}'),
    (200, failure("GA001")),
    (400, failure("GA006")),
    (400, failure("GA007")),
    (400, failure("GA999")),
    (400, b"{}"),
    (404, failure("GA006")),
    (409, failure("GA001")),
    (418, b"{}"),
    (500, failure("GA000")),
    (500, failure("GA001")),
    (502, HTML),
    (503, failure("GA003")),
    (504, b""),
]


@pytest.mark.parametrize(("status", "content", "kind"), SURELY_NOT_PLACED)
def test_a_write_is_refused_only_by_a_listed_answer(
    status: int, content: bytes, kind: type[BrokerError]
) -> None:
    with pytest.raises(kind):
        wire.payload_of(status, content, write=True)


@pytest.mark.parametrize(("status", "content"), AMBIGUOUS)
def test_any_other_answer_to_a_write_is_unknown(status: int, content: bytes) -> None:
    with pytest.raises(OutcomeUnknown):
        wire.payload_of(status, content, write=True)


@pytest.mark.parametrize(("status", "content"), AMBIGUOUS)
def test_a_read_never_ends_in_unknown(status: int, content: bytes) -> None:
    with pytest.raises((BrokerUnavailable, BrokerRejected)):
        wire.payload_of(status, content, write=False)


def test_the_brokers_words_and_code_are_kept() -> None:
    with pytest.raises(BrokerRejected) as caught:
        wire.payload_of(400, failure("GA001"), write=True)
    assert (caught.value.words, caught.value.code) == ("words", "GA001")


def test_a_create_without_an_id_is_unknown() -> None:
    with pytest.raises(OutcomeUnknown):
        wire.accepted({"order_status": "NEW"}, NOW)


@pytest.mark.parametrize("word", ["REJECTED", "FAILED"])
def test_an_order_that_died_at_once_is_rejected_in_the_brokers_words(word: str) -> None:
    with pytest.raises(BrokerRejected, match="RMS: margin"):
        wire.accepted({"groww_order_id": "GMK1", "order_status": word, "remark": "RMS: margin"}, NOW)


@pytest.mark.parametrize("word", ["NEW", "OPEN", "APPROVED", "EXECUTED", "SOMETHING_NEW"])
def test_a_create_with_an_id_is_accepted_whatever_its_word(word: str) -> None:
    assert wire.accepted({"groww_order_id": "GMK1", "order_status": word}, NOW).broker_order_id == "GMK1"


def test_enum_tables_are_total() -> None:
    assert set(wire.VENUE) == set(Exchange)
    assert set(wire.ORDER_TYPE_WORD) == set(OrderType)
    assert set(wire.PRODUCT_WORD) == set(Product)
    assert set(wire.VALIDITY_WORD) >= TERMS.validities
    assert set(wire.SIDE.values()) == set(Side)


DOCUMENTED_STATUSES = [
    "NEW",
    "ACKED",
    "TRIGGER_PENDING",
    "APPROVED",
    "REJECTED",
    "FAILED",
    "EXECUTED",
    "DELIVERY_AWAITED",
    "CANCELLED",
    "CANCELLATION_REQUESTED",
    "MODIFICATION_REQUESTED",
    "COMPLETED",
    "OPEN",
]


def test_every_documented_status_is_sorted_and_no_other() -> None:
    assert set(wire.STATUS) == set(DOCUMENTED_STATUSES)
    assert wire.status_of("PARTIALLY_FILLED") is ReportStatus.UNRECOGNISED


def test_place_sends_what_the_official_sdk_sends() -> None:
    body = json.loads(wire.place_body(child(), "RELIANCE"))
    assert body == {
        "trading_symbol": "RELIANCE",
        "quantity": 10,
        "price": 2450.5,
        "trigger_price": None,
        "validity": "DAY",
        "exchange": "NSE",
        "segment": "CASH",
        "product": "CNC",
        "order_type": "LIMIT",
        "transaction_type": "BUY",
        "order_reference_id": "01JD3ZK9V7QX4TPB",
    }


def test_a_market_order_has_price_zero_and_a_stop_its_own_word() -> None:
    stop = child(order_type=OrderType.SL_M, price=None, trigger_price=Price.of("2400.05"))
    body = json.loads(wire.place_body(stop, "RELIANCE"))
    assert (body["price"], body["trigger_price"], body["order_type"]) == (0.0, 2400.05, "SL_M")


@pytest.mark.parametrize("text", ["0.05", "2450.55", "99999.95", "144321.15", "1000000.01"])
def test_prices_leave_exactly(text: str) -> None:
    sent = exact_json(wire.place_body(child(price=Price.of(text)), "RELIANCE"))
    assert Decimal(sent["price"]) == Decimal(text)


def test_modify_and_cancel_name_the_order_and_the_segment() -> None:
    future = child(instrument=InstrumentId(Exchange.NFO, "BANKNIFTY26NOVFUT"))
    change = Change(60, OrderType.LIMIT, Validity.DAY, price=Price.of("58000"))
    assert json.loads(wire.modify_body(future, change, "GMKFO1")) == {
        "groww_order_id": "GMKFO1",
        "segment": "FNO",
        "order_type": "LIMIT",
        "quantity": 60,
        "price": 58000.0,
        "trigger_price": None,
    }
    assert json.loads(wire.cancel_body(future, "GMKFO1")) == {"groww_order_id": "GMKFO1", "segment": "FNO"}


def test_an_order_row_becomes_a_report() -> None:
    report = wire.order_report(exactly(ORDER_ROW), SYMBOLS, seen_at=NOW)
    assert report.instrument == RELIANCE
    assert (report.status, report.words, report.filled_quantity) == (ReportStatus.OPEN, "OPEN", 4)
    assert report.average_price == Price.of("2450.45")
    assert (report.side, report.product, report.order_type) == (Side.BUY, Product.CNC, OrderType.LIMIT)
    assert (report.tag, report.trigger_price) == ("01JD3ZK9V7QX4TPB", None)
    assert report.at.isoformat() == "2026-11-20T10:15:31+05:30"


def test_unknown_words_in_a_row_become_no_default() -> None:
    odd = {
        **ORDER_ROW,
        "order_status": "HALTED",
        "product": "ARB",
        "order_type": "ICEBERG",
        "transaction_type": "X",
    }
    report = wire.order_report(exactly(odd), SYMBOLS, seen_at=NOW)
    assert (report.status, report.words) == (ReportStatus.UNRECOGNISED, "HALTED")
    assert (report.side, report.product, report.order_type) == (None, None, None)


def test_a_row_without_times_was_seen_now() -> None:
    bare = {**ORDER_ROW, "created_at": None, "exchange_time": ""}
    assert wire.order_report(exactly(bare), SYMBOLS, seen_at=NOW).at == NOW


def test_a_trade_is_keyed_by_growws_trade_id() -> None:
    found = wire.broker_fill(exactly(TRADE_ROW))
    assert (found.broker_order_id, found.fill.trade_id) == (TRADE_ROW["groww_order_id"], "GTR1")
    assert (found.fill.quantity, found.fill.price) == (4, Price.of("2450.45"))


@pytest.mark.parametrize(
    ("value", "iso"),
    [
        ("2023-10-01T10:15:30", "2023-10-01T10:15:30+05:30"),
        ("2023-10-01T10:15:30Z", "2023-10-01T15:45:30+05:30"),
        ("2025-09-24 10:30:00", "2025-09-24T10:30:00+05:30"),
        (1633072800000, "2021-10-01T12:50:00+05:30"),
        (1633072800, "2021-10-01T12:50:00+05:30"),
    ],
)
def test_times_naive_are_ist_and_epochs_are_seconds_or_millis(value: object, iso: str) -> None:
    at = wire.moment(value)
    assert at is not None
    assert at.astimezone(IST).isoformat() == iso


def test_quantity_that_leaves_t1_out_is_completed() -> None:
    parts_are_twelve_without_t1 = {**HOLDING_ROW, "demat_free_quantity": 6}
    found = wire_portfolio.holding(exactly(parts_are_twelve_without_t1), SYMBOLS)
    assert (found.quantity, found.t1_quantity, found.sellable_quantity) == (14, 2, 6)


def test_quantity_that_includes_t1_is_taken_as_it_is() -> None:
    found = wire_portfolio.holding(exactly(HOLDING_ROW), SYMBOLS)
    assert (found.quantity, found.t1_quantity, found.sellable_quantity, found.pledged_quantity) == (
        12,
        2,
        4,
        2,
    )
    assert (found.instrument, found.average_price) == (RELIANCE, Price.of("2400.25"))


def test_carried_parts_are_added_when_the_days_figures_leave_them_out() -> None:
    found = wire_portfolio.position(exactly(POSITION_ROW), SYMBOLS)
    assert found.instrument == InstrumentId(Exchange.NFO, "BANKNIFTY26NOVFUT")
    assert (found.quantity, found.overnight_quantity) == (60, 30)
    assert (found.buy_quantity, found.buy_value) == (90, Money.of("5217030.0"))
    assert (found.sell_quantity, found.sell_value) == (30, Money.of("1743000"))
    assert found.average_price == Price.of("57967")
    assert found.today is not None
    assert (found.today.buy_quantity, found.today.sell_quantity) == (60, 30)


def test_carried_parts_are_not_counted_twice() -> None:
    found = wire_portfolio.position(exactly({**POSITION_ROW, "quantity": 30}), SYMBOLS)
    assert (found.buy_quantity, found.sell_quantity, found.quantity) == (60, 30, 30)
    assert found.today is not None
    assert (found.today.buy_quantity, found.today.sell_quantity) == (30, 30)  # 30 of the 60 were carried in


def test_the_days_part_is_not_guessed_where_either_reading_adds_up() -> None:
    row = {**POSITION_ROW, "quantity": 30, "carry_forward_debit_quantity": 30, "carry_forward_debit_price": 1}
    assert wire_portfolio.position(exactly(row), SYMBOLS).today is None


def test_a_position_of_an_unknown_product_is_not_filed_under_another() -> None:
    with pytest.raises(ValueError, match="ARB"):
        wire_portfolio.position(exactly({**POSITION_ROW, "product": "ARB"}), SYMBOLS)


def test_used_margin_is_positive_even_where_groww_writes_it_negative() -> None:
    found = wire_portfolio.margin(exactly(MARGIN))
    assert (found.cash, found.used, found.available) == (
        Money.of("100000.5"),
        Money.of("2500.25"),
        Money.of("97500.25"),
    )


def test_a_quote_is_read_in_full() -> None:
    found = wire_market.quote(RELIANCE, exactly(QUOTE), seen_at=NOW)
    assert (found.last_price, found.prev_close, found.volume) == (
        Price.of("2450.5"),
        Price.of("2438"),
        123456,
    )
    assert found.depth.bids[0].quantity == 100
    assert found.depth.asks[0].price == Price.of("2450.6")
    assert found.upper_circuit == Price.of("2695.5")


@pytest.mark.parametrize(
    "ohlc", [{"open": Decimal("149.50"), "close": 148}, "{open: 149.50,high: 150.50,close: 148}"]
)
def test_a_day_range_may_be_an_object_or_a_text(ohlc: object) -> None:
    found = wire_market.brief_quote(RELIANCE, Decimal("150.1"), ohlc, seen_at=NOW)
    assert found is not None
    assert (found.open, found.prev_close) == (Price.of("149.5"), Price.of("148"))


def test_the_master_gives_every_name_an_instrument_has() -> None:
    future = SYMBOLS.listing(InstrumentId(Exchange.NFO, "BANKNIFTY26NOVFUT"))
    assert future is not None
    assert (future.feed_key, future.instrument.lot, future.instrument.freeze) == (
        "/ld/fo/nse/price.48236",
        30,
        600,
    )
    assert wire_market.groww_symbol(future) == "NSE-BANKNIFTY-24Nov26-FUT"
    option = SYMBOLS.listing(InstrumentId(Exchange.NFO, "NIFTY26N2424650CE"))
    assert option is not None
    assert wire_market.groww_symbol(option) == "NSE-NIFTY-24Nov26-24650-CE"
    index = SYMBOLS.listing(InstrumentId(Exchange.NSE, "NIFTY 50"))
    assert index is not None
    assert (index.order_key, index.feed_key) == ("NIFTY", "/ld/indices/nse/price.NIFTY")
    assert SYMBOLS.listing(InstrumentId(Exchange.MCX, "GOLD26DECFUT")) is None


def test_ticks_of_a_master_in_paise_become_rupees() -> None:
    in_paise = MASTER
    for rupees, paise in ((",0.1,", ",10,"), (",0.05,", ",5,"), (",0.2,", ",20,")):
        in_paise = in_paise.replace(rupees, paise)
    assert [one.instrument.tick for one in wire_market.listings(in_paise)] == [
        one.instrument.tick for one in wire_market.listings(MASTER)
    ]


def test_a_tag_fits_growws_reference_rule() -> None:
    assert TERMS.tag_length == (8, 20)
    assert TERMS.tag_alphabet.isalnum()

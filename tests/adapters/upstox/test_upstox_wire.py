"""Upstox's words and ours, on documented payloads: what an answer proves and what a row says."""

from __future__ import annotations

from dataclasses import replace
from datetime import datetime
from decimal import Decimal

import orjson
import pytest

from adapters.broker import Change
from adapters.http import exact_json
from adapters.upstox import bodies, figures, wire
from adapters.upstox.terms import TERMS
from domain.calendar import IST
from domain.errors import BrokerError, BrokerRejected, BrokerUnavailable, OutcomeUnknown, SessionExpired
from domain.instrument import Exchange, InstrumentId
from domain.money import Money, Price
from domain.order import OrderType, Product, Side, Validity
from domain.position import Traded
from domain.report import ReportStatus
from tests.adapters.upstox.upstox_payloads import (
    CHILD,
    FUNDS,
    HOLDING_ROW,
    INFY,
    INFY_BSE,
    NIFTY_FUTURE,
    NOW,
    ORDER_ROW,
    POSITION_ROW,
    QUOTE_ROW,
    Names,
    ok,
    refusal,
)

HTML = b"<html><body>error code: 1015</body></html>"

SURELY_NOT_PLACED: list[tuple[int, str, type[BrokerError]]] = [
    (400, "UDAPI1052", BrokerRejected),
    (400, "UDAPI1119", BrokerRejected),
    (400, "UDAPI1158", BrokerRejected),
    (400, "UDAPI1161", BrokerRejected),
    (400, "UDAPI100040", BrokerRejected),
    (400, "UDAPI100041", BrokerRejected),
    (400, "UDAPI100010", BrokerRejected),
    (401, "UDAPI100050", SessionExpired),
    (403, "UDAPI1154", BrokerRejected),
    (403, "UDAPI100067", BrokerRejected),
    (404, "UDAPI100060", BrokerRejected),
    (422, "UDAPI100036", BrokerRejected),
    (423, "UDAPI100074", BrokerUnavailable),
    (400, "UDAPI100074", BrokerUnavailable),
    (429, "UDAPI10005", BrokerUnavailable),
]


@pytest.mark.parametrize(("status", "code", "kind"), SURELY_NOT_PLACED)
def test_a_listed_no_is_definite_and_keeps_the_brokers_words(
    status: int, code: str, kind: type[BrokerError]
) -> None:
    with pytest.raises(kind) as caught:
        wire.placed(status, refusal(code, "the broker's words"))
    assert caught.value.code == code
    assert caught.value.words.startswith("the broker's words")


def test_a_wrong_address_names_the_way_out() -> None:
    with pytest.raises(
        BrokerRejected, match=r"^configured 203\.0\.113\.7 .*not registered.*egress"
    ) as caught:
        wire.placed(403, refusal("UDAPI1154", "configured 203.0.113.7"))
    assert caught.value.code == wire.WRONG_ADDRESS


@pytest.mark.parametrize("code", ["UDAPI100067", "UDAPI1154", "UDAPI1156", "UDAPI100049", "UDAPI100073"])
def test_a_401_about_something_else_is_no_dead_session(code: str) -> None:
    with pytest.raises(BrokerRejected):
        wire.written(401, refusal(code))


AMBIGUOUS: list[tuple[int, bytes]] = [
    (500, refusal("UDAPI100500")),
    (400, refusal("UDAPI100500")),
    (502, HTML),
    (503, refusal("UDAPI1052")),
    (403, HTML),
    (429, HTML),
    (400, b""),
    (400, b'{"status":"error"}'),
    (400, b'{"status":"error","errors":[]}'),
    (400, refusal("SOMETHING")),
    (302, b""),
    (200, b""),
    (200, b"not json"),
    (200, b"[]"),
    (200, b'{"status":"success"}'),
    (200, b'{"status":"success","data":{}}'),
    (200, b'{"status":"success","data":{"order_ids":[]}}'),
    (200, b'{"status":"success","data":{"order_ids":["1","2"]}}'),
    (200, b'{"status":"success","data":{"order_ids":[17]}}'),
    (200, b'{"status":"partial_success","data":{"order_ids":["1"]}}'),
    (200, b'{"status":"complete","data":{"order_ids":["1"]}}'),
    (207, b'{"status":"success","data":{"order_ids":["1"]}}'),
    (200, refusal("UDAPI1052")),
]


@pytest.mark.parametrize(("status", "content"), AMBIGUOUS)
def test_an_unlisted_answer_to_a_write_is_unknown(status: int, content: bytes) -> None:
    with pytest.raises(OutcomeUnknown):
        wire.placed(status, content)


def test_a_place_answer_names_its_order() -> None:
    assert wire.placed(200, ok({"order_ids": ["261120000000001"]})) == "261120000000001"


def test_a_modify_answer_needs_its_order_id() -> None:
    wire.acknowledged(200, ok({"order_id": "261120000000001"}))
    with pytest.raises(OutcomeUnknown):
        wire.acknowledged(200, ok({}))


@pytest.mark.parametrize(
    ("status", "content", "kind"),
    [
        (401, refusal("UDAPI100050"), SessionExpired),
        (400, refusal("UDAPI100011"), BrokerRejected),
        (423, refusal("UDAPI100072"), BrokerUnavailable),
        (429, refusal("UDAPI10005"), BrokerUnavailable),
        (500, refusal("UDAPI100500"), BrokerUnavailable),
        (403, HTML, BrokerUnavailable),
        (200, HTML, BrokerUnavailable),
        (200, b'{"status":"error","data":null}', BrokerUnavailable),
    ],
)
def test_a_read_never_has_an_unknown_outcome(status: int, content: bytes, kind: type[BrokerError]) -> None:
    with pytest.raises(kind):
        wire.read(status, content)


# --- orders out --------------------------------------------------------------------------------------------------


def test_a_limit_order_is_sent_exactly() -> None:
    body = bodies.place_body(CHILD, "NSE_EQ|INE009A01021")
    assert orjson.loads(orjson.dumps(body)) == {
        "quantity": 10, "product": "D", "validity": "DAY", "price": 1500.05, "tag": "01K9TMTAG", "slice": False,
        "instrument_token": "NSE_EQ|INE009A01021", "order_type": "LIMIT", "transaction_type": "BUY",
        "disclosed_quantity": 0, "trigger_price": 0.0, "is_amo": False,
    }  # fmt: skip
    assert b'"price":1500.05,' in orjson.dumps(body)


def test_an_order_is_after_market_when_the_user_says_so() -> None:
    assert bodies.place_body(replace(CHILD, after_market=True), "k")["is_amo"] is True


def test_an_iceberg_is_never_sent_whole() -> None:
    with pytest.raises(BrokerRejected, match="iceberg"):
        bodies.place_body(replace(CHILD, iceberg_legs=2), "k")


def test_a_change_names_the_disclosed_part_only_when_there_is_one() -> None:
    change = Change(10, OrderType.LIMIT, Validity.DAY, Price(Decimal("1500")))
    assert "disclosed_quantity" not in bodies.modify_body("1", change)
    assert bodies.modify_body("1", replace(change, disclosed_quantity=2))["disclosed_quantity"] == 2


@pytest.mark.parametrize("order_type", [OrderType.MARKET, OrderType.SL_M])
def test_market_orders_are_never_naked(order_type: OrderType) -> None:
    child = replace(CHILD, order_type=order_type, price=None, trigger_price=Price(Decimal("1510")))
    assert bodies.place_body(child, "k")["market_protection"] == -1
    change = Change(10, order_type, Validity.DAY)
    assert bodies.modify_body("1", change)["market_protection"] == -1


@pytest.mark.parametrize("order_type", [OrderType.LIMIT, OrderType.SL])
def test_priced_orders_carry_no_protection(order_type: OrderType) -> None:
    assert "market_protection" not in bodies.place_body(replace(CHILD, order_type=order_type), "k")


def test_a_price_that_json_would_bend_is_refused() -> None:
    child = replace(CHILD, price=Price(Decimal("1500.0500000000000001")))
    with pytest.raises(BrokerRejected):
        bodies.place_body(child, "k")


def test_every_product_type_validity_has_a_word() -> None:
    assert set(wire.PRODUCTS_OUT) == set(Product)
    assert set(wire.ORDER_TYPES_OUT) == set(OrderType)
    assert set(wire.VALIDITIES_OUT) == TERMS.validities


# --- orders in ---------------------------------------------------------------------------------------------------


def exact(row: dict[str, object]) -> dict[str, object]:
    parsed: dict[str, object] = exact_json(orjson.dumps(row))
    return parsed


def test_an_order_row_is_read_whole() -> None:
    report = wire.report(exact(ORDER_ROW), Names(), seen_at=NOW)
    assert report.broker_order_id == "261120000000001"
    assert report.status is ReportStatus.OPEN
    assert report.at == datetime(2026, 11, 20, 10, 59, 59, tzinfo=IST)
    assert (report.quantity, report.filled_quantity, report.average_price) == (10, 0, None)
    assert (report.tag, report.instrument, report.side) == ("01K9TMTAG", INFY, Side.BUY)
    assert (report.product, report.order_type) == (Product.CNC, OrderType.LIMIT)
    assert (report.price, report.trigger_price) == (Price(Decimal("1500.05")), None)


STATUSES = [
    ("put order req received", ReportStatus.PENDING),
    ("validation pending", ReportStatus.PENDING),
    ("open pending", ReportStatus.PENDING),
    ("open", ReportStatus.OPEN),
    ("trigger pending", ReportStatus.TRIGGER_PENDING),
    ("modify validation pending", ReportStatus.PENDING),
    ("modify pending", ReportStatus.PENDING),
    ("modified", ReportStatus.PENDING),
    ("not modified", ReportStatus.PENDING),
    ("cancel pending", ReportStatus.PENDING),
    ("not cancelled", ReportStatus.PENDING),
    ("complete", ReportStatus.COMPLETE),
    ("cancelled", ReportStatus.CANCELLED),
    ("rejected", ReportStatus.REJECTED),
    ("after market order req received", ReportStatus.PENDING),
    ("modify after market order req received", ReportStatus.PENDING),
    ("cancelled after market order", ReportStatus.CANCELLED),
    ("Complete", ReportStatus.UNRECOGNISED),
    ("expired", ReportStatus.UNRECOGNISED),
    ("frozen", ReportStatus.UNRECOGNISED),
]


@pytest.mark.parametrize(("words", "status"), STATUSES)
def test_every_documented_status_has_its_box_and_no_other_word_gets_one(
    words: str, status: ReportStatus
) -> None:
    report = wire.report(exact({**ORDER_ROW, "status": words}), Names(), seen_at=NOW)
    assert (report.status, report.words) == (status, words)


def test_the_status_table_is_the_documented_one() -> None:
    assert set(wire.STATUSES) == {
        words for words, status in STATUSES if status is not ReportStatus.UNRECOGNISED
    }


def test_unknown_words_become_none_never_a_default() -> None:
    row = {
        **ORDER_ROW,
        "product": "CO",
        "order_type": "ICEBERG",
        "transaction_type": "SHORT",
        "validity": "EOS",
    }
    report = wire.report(exact(row), Names(), seen_at=NOW)
    assert (report.product, report.order_type, report.side) == (None, None, None)


@pytest.mark.parametrize(
    ("word", "exchange", "product"),
    [
        ("D", Exchange.NSE, Product.CNC),
        ("D", Exchange.BSE, Product.CNC),
        ("D", Exchange.NFO, Product.NRML),
        ("I", Exchange.NFO, Product.MIS),
        ("MTF", Exchange.NSE, Product.MTF),
        ("D", None, None),
        ("OCO", Exchange.NSE, None),
        (None, Exchange.NSE, None),
    ],
)
def test_delivery_means_carried_for_contracts(
    word: object, exchange: Exchange | None, product: Product | None
) -> None:
    assert wire.product_in(word, exchange) is product


def test_a_row_without_times_is_dated_by_when_it_was_seen() -> None:
    row = {**ORDER_ROW, "order_timestamp": None, "exchange_timestamp": ""}
    assert wire.report(exact(row), Names(), seen_at=NOW).at == NOW


def test_an_instrument_outside_the_master_is_not_guessed() -> None:
    row = {**ORDER_ROW, "instrument_token": "MCX_FO|1"}
    assert wire.report(exact(row), Names(), seen_at=NOW).instrument is None


def test_a_trade_has_its_own_time_format() -> None:
    row = {
        "order_id": "261120000000001", "trade_id": "50091", "quantity": 4, "average_price": 1500.05,
        "exchange_timestamp": "20-Nov-2026 10:59:59", "order_timestamp": "20-Nov-2026 10:59:58",
    }  # fmt: skip
    trade = wire.trade(exact(row))
    assert trade.broker_order_id == "261120000000001"
    assert trade.fill.at == datetime(2026, 11, 20, 10, 59, 59, tzinfo=IST)
    assert (trade.fill.trade_id, trade.fill.quantity, trade.fill.price) == (
        "50091",
        4,
        Price(Decimal("1500.05")),
    )


# --- figures -----------------------------------------------------------------------------------------------------


def test_funds_are_one_sum_and_pledges_are_not_cash() -> None:
    margin = figures.margin(exact(FUNDS))
    assert margin.cash == Money(Decimal("100000.0"))
    assert margin.used == Money(Decimal("24999.5"))
    assert margin.available == Money(Decimal("90000.5"))


def test_shares_sold_today_leave_the_holding_but_blocked_ones_do_not() -> None:
    # 100 owned this morning, 20 sold, 5 more in an open sell order: cnc_used_quantity says 25 either way
    [holding] = figures.holdings([exact(HOLDING_ROW)], [exact(POSITION_ROW)], Names())
    assert (holding.instrument, holding.quantity, holding.t1_quantity) == (INFY, 80, 10)
    assert holding.sellable_quantity == 70  # 100 - 25 used - 5 pledged
    assert holding.average_price == Price(Decimal("1400.25"))


def test_a_sale_on_the_other_exchange_counts_by_isin() -> None:
    sale = {**POSITION_ROW, "instrument_token": "BSE_EQ|INE009A01021"}
    [holding] = figures.holdings([exact(HOLDING_ROW)], [exact(sale)], Names())
    assert holding.quantity == 80


def test_a_purchase_of_yesterday_that_is_sold_today_is_gone_though_its_position_is_flat() -> None:
    sale = {
        **POSITION_ROW, "quantity": 0, "overnight_quantity": 20, "day_buy_quantity": 0, "day_sell_quantity": 20,
    }  # fmt: skip
    [holding] = figures.holdings([exact(HOLDING_ROW)], [exact(sale)], Names())
    assert (holding.quantity, holding.t1_quantity) == (80, 10)


def test_settled_shares_are_sold_before_those_on_their_way() -> None:
    sale = {**POSITION_ROW, "quantity": -95, "day_buy_quantity": 0, "day_sell_quantity": 95}
    [holding] = figures.holdings([exact(HOLDING_ROW)], [exact(sale)], Names())
    assert (holding.quantity, holding.t1_quantity) == (5, 5)


def test_cash_is_the_ledgers_without_todays_trades() -> None:
    whole = FUNDS["available_to_trade"]
    cash = whole["cash_available_to_trade"]
    ledger = cash["cash"] | {"opening_balance": 90_000.0, "added_today": 5_000.0, "withdrawn_today": 500.0}
    funds = {"available_to_trade": whole | {"cash_available_to_trade": cash | {"cash": ledger}}}
    assert figures.margin(exact(funds)).cash == Money.of(94_500)


def test_an_intraday_short_takes_nothing_off_the_holding() -> None:
    [holding] = figures.holdings([exact(HOLDING_ROW)], [exact({**POSITION_ROW, "product": "I"})], Names())
    assert holding.quantity == 100


def test_a_holding_outside_the_master_keeps_its_own_name() -> None:
    row = {
        **HOLDING_ROW,
        "isin": "INE999X01011",
        "instrument_token": "BSE_EQ|INE999X01011",
        "trading_symbol": "old",
    }
    [holding] = figures.holdings([exact(row)], [], Names())
    assert holding.instrument == InstrumentId(Exchange.BSE, "OLD")


def test_a_position_has_its_day_and_carried_parts_together() -> None:
    row = {
        **POSITION_ROW, "instrument_token": "NSE_FO|35001", "quantity": 130, "overnight_quantity": 65,
        "overnight_buy_quantity": 65, "overnight_buy_amount": 1690000.0, "day_buy_quantity": 65,
        "day_buy_value": 1696500.0, "day_sell_quantity": 0, "day_sell_value": 0.0, "average_price": 26050.0,
    }  # fmt: skip
    position = figures.position(exact(row), Names())
    assert (position.instrument, position.product) == (NIFTY_FUTURE, Product.NRML)
    assert (position.quantity, position.overnight_quantity, position.buy_quantity) == (130, 65, 130)
    assert position.buy_value == Money(Decimal("3386500.0"))
    assert position.average_price == Price(Decimal("26050"))
    assert position.today == Traded(65, Money.of(1_696_500))


@pytest.mark.parametrize("said", [None, 0, 0.0])
def test_the_average_of_what_was_opened_today_is_reckoned(said: object) -> None:
    long = {
        **POSITION_ROW, "average_price": said, "quantity": 2, "day_buy_quantity": 3, "day_buy_value": 279.0,
        "day_sell_quantity": 1, "day_sell_value": 95.0,
    }  # fmt: skip
    assert figures.position(exact(long), Names()).average_price == Price(Decimal(93))
    short = {**POSITION_ROW, "average_price": said}
    assert figures.position(exact(short), Names()).average_price == Price(Decimal("1500.05"))


def test_an_average_the_trades_do_not_explain_is_the_brokers_own() -> None:
    row = {**POSITION_ROW, "quantity": 15, "average_price": 2.65, "day_sell_quantity": 0, "day_sell_value": 0}
    assert figures.position(exact(row), Names()).average_price == Price(Decimal("2.65"))


def test_a_flat_position_has_no_average() -> None:
    row = {**POSITION_ROW, "quantity": 0, "average_price": None}
    assert figures.position(exact(row), Names()).average_price is None


def test_a_position_of_an_unknown_product_is_not_shown_as_another() -> None:
    with pytest.raises(BrokerUnavailable, match="CO"), wire.understood("positions"):
        figures.position(exact({**POSITION_ROW, "product": "CO"}), Names())


def test_a_quote_drops_the_padding_of_its_depth() -> None:
    quote = figures.quote(exact(QUOTE_ROW), INFY_BSE)
    assert quote.last_price == Price(Decimal("1499.5"))
    assert [level.price for level in quote.depth.bids] == [Price(Decimal("1499.4"))]
    assert quote.prev_close == Price(Decimal("1490.0"))
    assert quote.at == datetime(2026, 11, 20, 10, 59, 59, 123000, tzinfo=IST)


@pytest.mark.parametrize("value", [True, "abc", None, [1]])
def test_what_is_no_number_is_not_read_as_one(value: object) -> None:
    with pytest.raises(ValueError, match="not a number"):
        wire.number(value)


def test_a_fraction_is_no_quantity() -> None:
    assert wire.units(Decimal("5.0")) == 5
    with pytest.raises(ValueError, match="whole"):
        wire.units(Decimal("5.5"))

"""Kite's words to ours and back, and what every answer to a write proves."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date, datetime
from decimal import Decimal

import pytest

from adapters.broker import Change, MarginAsk
from adapters.http import exact_json
from adapters.zerodha import book, estimates, master, portfolio, wire
from domain.account import AccountId, BrokerId
from domain.calendar import IST
from domain.errors import (
    AccountRefused,
    BrokerError,
    BrokerRejected,
    BrokerUnavailable,
    OutcomeUnknown,
    SessionExpired,
)
from domain.instrument import Kind
from domain.money import Money, Price
from domain.order import ChildId, ChildOrder, OrderId, OrderType, Product, Side, Validity
from domain.position import Traded
from domain.report import ReportStatus
from mocks.brokers.kite.rows import ANNOUNCED, WORDS
from tests.adapters.zerodha import payloads as kite

SYMBOLS = kite.Symbols()
SEEN = datetime(2026, 11, 20, 15, 12, 30, tzinfo=IST)
RUPEES = Price.of


def child(order_type: OrderType = OrderType.LIMIT, **changes: object) -> ChildOrder:
    fields: dict[str, object] = {
        "id": ChildId("c1"),
        "order_id": OrderId("o1"),
        "account_id": AccountId("a1"),
        "broker": BrokerId.ZERODHA,
        "slice": 0,
        "instrument": kite.INFY,
        "side": Side.BUY,
        "quantity": 10,
        "order_type": order_type,
        "product": Product.CNC,
        "validity": Validity.DAY,
        "price": RUPEES("1500.05"),
        "trigger_price": None,
        "tag": "T0123456789ABCDEFGHI",
    }
    return ChildOrder(**(fields | changes))  # type: ignore[arg-type]


def parsed(row: Mapping[str, object]) -> dict[str, object]:
    """Through JSON as the network would, so that numbers are Decimal."""
    data = exact_json(kite.success(row))["data"]
    assert isinstance(data, dict)
    return data


@pytest.mark.parametrize(
    ("status", "body", "write", "read"),
    [
        (400, kite.error("InputException"), BrokerRejected, BrokerRejected),
        (400, kite.error("MarginException"), BrokerRejected, BrokerRejected),
        (400, kite.error("HoldingException"), BrokerRejected, BrokerRejected),
        (400, kite.error("OrderException"), OutcomeUnknown, BrokerUnavailable),
        (
            400,
            kite.error("InputException", "Order request timed out. Please check"),
            OutcomeUnknown,
            BrokerUnavailable,
        ),
        (400, b"<html>", OutcomeUnknown, BrokerUnavailable),
        (403, kite.error("TokenException"), SessionExpired, SessionExpired),
        (403, kite.error("PermissionException"), AccountRefused, AccountRefused),
        (403, kite.error("UserException"), OutcomeUnknown, BrokerRejected),
        (403, b"<html>", OutcomeUnknown, BrokerUnavailable),
        (404, kite.error("GeneralException"), BrokerRejected, BrokerRejected),
        (404, b"", BrokerRejected, BrokerRejected),
        (405, kite.error("GeneralException"), BrokerRejected, BrokerRejected),
        (410, kite.error("GeneralException"), OutcomeUnknown, BrokerRejected),
        (428, kite.error("HoldingException"), BrokerRejected, BrokerRejected),
        (429, kite.error("NetworkException", "Too many requests"), BrokerUnavailable, BrokerUnavailable),
        (500, kite.error("GeneralException"), OutcomeUnknown, BrokerUnavailable),
        (500, kite.error("OrderException"), OutcomeUnknown, BrokerUnavailable),
        (502, b"<html>Bad gateway</html>", OutcomeUnknown, BrokerUnavailable),
        (503, kite.error("NetworkException"), OutcomeUnknown, BrokerUnavailable),
        (504, kite.error("DataException"), OutcomeUnknown, BrokerUnavailable),
        (200, b"not json", OutcomeUnknown, BrokerUnavailable),
        (200, b'{"status": "success"}', OutcomeUnknown, BrokerUnavailable),
        (200, b"[]", OutcomeUnknown, BrokerUnavailable),
        (200, kite.error("InputException"), OutcomeUnknown, BrokerUnavailable),
        (418, kite.error("InputException"), OutcomeUnknown, BrokerUnavailable),
    ],
)
def test_every_answer_has_one_meaning(
    status: int, body: bytes, write: type[BrokerError], read: type[BrokerError]
) -> None:
    with pytest.raises(write) as sent:
        wire.write_answer(status, body)
    assert type(sent.value) is write
    with pytest.raises(read) as asked:
        wire.read_answer(status, body)
    assert type(asked.value) is read


@pytest.mark.parametrize(
    ("status", "body", "change"),
    [
        (
            400,
            kite.error("OrderException", "Order cannot be modified as it is being processed."),
            BrokerRejected,
        ),
        (400, kite.error("OrderException", "Order cannot be cancelled: already COMPLETE"), BrokerRejected),
        (400, kite.error("OrderException", "The order is already closed"), BrokerRejected),
        (400, kite.error("OrderException", "Something broke"), OutcomeUnknown),
        (500, kite.error("OrderException", "Order cannot be modified"), OutcomeUnknown),
        (400, kite.error("OrderException", "Order request timed out. Please check"), OutcomeUnknown),
        (
            429,
            kite.error("NetworkException", "Maximum allowed order modifications exceeded."),
            BrokerRejected,
        ),
        (
            503,
            kite.error("NetworkException", "Maximum allowed order modifications exceeded."),
            BrokerRejected,
        ),
        (429, kite.error("NetworkException", "Too many requests"), BrokerUnavailable),
        (403, kite.error("TokenException"), SessionExpired),
        (502, b"<html>", OutcomeUnknown),
    ],
)
def test_a_change_that_comes_too_late_is_a_definite_no_and_a_doubtful_one_stays_unknown(
    status: int, body: bytes, change: type[BrokerError]
) -> None:
    with pytest.raises(change) as sent:
        wire.change_answer(status, body)
    assert type(sent.value) is change


def test_too_late_proves_nothing_about_a_new_order() -> None:
    with pytest.raises(OutcomeUnknown):
        wire.write_answer(400, kite.error("OrderException", "The order is already closed"))


def test_the_variety_is_that_of_what_was_asked() -> None:
    assert wire.variety(child()) == "regular"
    assert wire.variety(child(after_market=True)) == "amo"
    assert wire.variety(child(iceberg_legs=2)) == "iceberg"
    with pytest.raises(BrokerRejected):
        wire.variety(child(after_market=True, iceberg_legs=2))


@pytest.mark.parametrize(("quantity", "legs", "lot", "leg"), [(31, 2, 1, "16"), (2015, 2, 65, "1040")])
def test_a_leg_of_an_iceberg_is_whole_lots_rounded_up(quantity: int, legs: int, lot: int, leg: str) -> None:
    form = wire.place_form(child(quantity=quantity, iceberg_legs=legs), "INFY", lot=lot)
    assert (form["iceberg_legs"], form["iceberg_quantity"]) == (str(legs), leg)


def test_a_ttl_order_says_its_minutes_once() -> None:
    form = wire.place_form(child(validity=Validity.TTL, validity_minutes=5), "INFY")
    assert (form["validity"], form["validity_ttl"]) == ("TTL", "5")
    assert "validity_ttl" not in wire.place_form(child(), "INFY")
    # A change has no field for the minutes: it leaves the validity as it is.
    assert "validity" not in wire.modify_form(Change(7, OrderType.LIMIT, Validity.TTL, RUPEES(1500)))


def test_a_registered_strategy_names_itself_with_each_order() -> None:
    assert wire.place_form(child(), "INFY", algorithm="99999")["algo_id"] == "99999"
    assert "algo_id" not in wire.place_form(child(), "INFY")


def test_every_word_of_the_sandbox_is_listed() -> None:
    assert {*WORDS.values(), *ANNOUNCED.values()} <= set(wire.STATUSES)


def test_a_leg_of_an_iceberg_without_a_tag_stays_a_row_of_its_own() -> None:
    meta = {
        "iceberg": {"leg": 2, "legs": 3, "leg_quantity": 10, "total_quantity": 30, "remaining_quantity": 10}
    }
    rows = [parsed(kite.order_row(tag=None, tags=None, meta=meta)), parsed(kite.order_row(order_id="2"))]
    assert len(book.reports(rows, SYMBOLS, seen_at=SEEN)) == 2
    assert [book.part(row, wire.order_report(row, SYMBOLS)) is not None for row in rows] == [True, False]


def test_the_disclosed_part_changes_only_when_one_is_named() -> None:
    form = wire.modify_form(Change(7, OrderType.LIMIT, Validity.DAY, RUPEES(1500), disclosed_quantity=2))
    assert form["disclosed_quantity"] == "2"
    assert "disclosed_quantity" not in wire.modify_form(
        Change(7, OrderType.LIMIT, Validity.DAY, RUPEES(1500))
    )


@pytest.mark.parametrize("answer", [False, None, {}, "true", 1])
def test_a_conversion_that_is_not_confirmed_is_unknown(answer: object) -> None:
    with pytest.raises(OutcomeUnknown):
        portfolio.converted(answer)


def test_a_refusal_keeps_the_brokers_words_and_code() -> None:
    with pytest.raises(BrokerRejected) as refusal:
        wire.write_answer(400, kite.error("MarginException", "Insufficient funds."))
    assert (refusal.value.words, refusal.value.code) == ("Insufficient funds.", "MarginException")


def test_a_success_without_an_order_id_proves_nothing() -> None:
    nothing: list[object] = [{}, [], None, {"order_id": ""}]
    for data in nothing:
        with pytest.raises(OutcomeUnknown):
            wire.order_id(data)


@pytest.mark.parametrize(
    ("order", "terms"),
    [
        (child(), {"order_type": "LIMIT", "price": "1500.05"}),
        (child(OrderType.MARKET, price=None), {"order_type": "MARKET", "market_protection": "-1"}),
        (
            child(OrderType.SL, trigger_price=RUPEES("1490")),
            {"order_type": "SL", "price": "1500.05", "trigger_price": "1490.00"},
        ),
        (
            child(OrderType.SL_M, price=None, trigger_price=RUPEES("1490")),
            {"order_type": "SL-M", "trigger_price": "1490.00", "market_protection": "-1"},
        ),
    ],
)
def test_an_order_carries_exactly_the_fields_of_its_type(order: ChildOrder, terms: dict[str, str]) -> None:
    form = wire.place_form(order, "INFY")
    rest = {
        "exchange": "NSE",
        "tradingsymbol": "INFY",
        "transaction_type": "BUY",
        "quantity": "10",
        "product": "CNC",
        "validity": "DAY",
        "tag": "T0123456789ABCDEFGHI",
    }
    assert form == rest | terms


def test_a_modification_to_market_is_protected_too() -> None:
    form = wire.modify_form(Change(7, OrderType.MARKET, Validity.IOC))
    assert form == {"quantity": "7", "order_type": "MARKET", "validity": "IOC", "market_protection": "-1"}


def test_a_margin_question_prints_prices_as_they_are() -> None:
    ask = MarginAsk(kite.INFY, Side.SELL, 5, OrderType.LIMIT, Product.MIS, price=RUPEES("1500.05"))
    assert estimates.margin_item(ask, "INFY")["price"] == 1500.05


def test_every_word_of_ours_has_one_of_kites() -> None:
    assert set(wire.SIDE_WORDS) == set(Side)
    assert set(wire.TYPE_WORDS) == set(OrderType)
    assert set(wire.PRODUCT_WORDS) == set(Product)
    assert set(wire.VALIDITY_WORDS) == set(Validity)
    assert (len(wire.SIDES), len(wire.TYPES), len(wire.PRODUCTS)) == (len(Side), len(OrderType), len(Product))


@pytest.mark.parametrize(
    ("words", "status"),
    [
        ("PUT ORDER REQ RECEIVED", ReportStatus.PENDING),
        ("CANCEL PENDING", ReportStatus.PENDING),
        ("OPEN", ReportStatus.OPEN),
        ("UPDATE", ReportStatus.OPEN),
        ("TRIGGER PENDING", ReportStatus.TRIGGER_PENDING),
        ("COMPLETE", ReportStatus.COMPLETE),
        ("CANCELLED", ReportStatus.CANCELLED),
        ("REJECTED", ReportStatus.REJECTED),
        ("PARKED ON THE MOON", ReportStatus.UNRECOGNISED),
        ("complete", ReportStatus.UNRECOGNISED),
    ],
)
def test_a_status_word_not_listed_stays_unrecognised(words: str, status: ReportStatus) -> None:
    report = wire.order_report(parsed(kite.order_row(status=words)), SYMBOLS)
    assert (report.status, report.words) == (status, words)


def test_an_order_row_becomes_a_report() -> None:
    report = wire.order_report(parsed(kite.order_row()), SYMBOLS)
    assert report.broker_order_id == "1953341975595868160"
    assert report.at == datetime(2026, 11, 20, 9, 15, 3, tzinfo=IST)
    assert (report.quantity, report.filled_quantity, report.average_price) == (10, 4, RUPEES("1500.05"))
    assert (report.instrument, report.side, report.product) == (kite.INFY, Side.BUY, Product.CNC)
    assert (report.order_type, report.price, report.trigger_price) == (
        OrderType.LIMIT,
        RUPEES("1500.05"),
        None,
    )
    assert report.exchange_order_id == "1300000012345678"


def test_unknown_words_in_a_report_become_nothing_never_a_default() -> None:
    row = kite.order_row(product="CO", order_type="XX", transaction_type="HOLD", exchange="NCO")
    report = wire.order_report(parsed(row), SYMBOLS)
    assert (report.product, report.order_type, report.side, report.instrument) == (None, None, None, None)


def test_a_refused_order_has_no_exchange_id_and_says_why() -> None:
    row = kite.order_row(
        status="REJECTED",
        status_message="Insufficient funds. Required margin is 95417.84",
        exchange_order_id=None,
        exchange_timestamp=None,
        exchange_update_timestamp=None,
    )
    report = wire.order_report(parsed(row), SYMBOLS)
    assert report.exchange_order_id is None
    assert report.message.startswith("Insufficient funds.")


def test_our_tag_is_found_among_those_that_the_broker_adds() -> None:
    rows = [
        parsed(kite.order_row(order_id="1", tag="mktp", tags=["mktp", "mktp:2.00", "MINE"])),
        parsed(kite.order_row(order_id="2", tag="OTHER", tags=["OTHER"])),
        parsed(kite.order_row(order_id="3", tag="MINE", tags=None)),
        parsed(kite.order_row(order_id="4", tag=None)),
    ]
    assert [report.broker_order_id for report in book.tagged(rows, "MINE", SYMBOLS, seen_at=SEEN)] == [
        "1",
        "3",
    ]
    assert wire.order_report(rows[0], SYMBOLS).tag == "MINE"


def test_a_trade_is_keyed_by_its_id_and_timed_by_the_exchange() -> None:
    found = wire.broker_fill(parsed(kite.trade_row()))
    assert (found.broker_order_id, found.fill.trade_id) == ("1953341975595868160", "10000001")
    assert (found.fill.quantity, found.fill.price) == (4, RUPEES("1500.05"))
    assert found.fill.at == datetime(2026, 11, 20, 9, 15, 3, tzinfo=IST)


@pytest.mark.parametrize(
    ("changes", "owned", "sellable"),
    [
        ({}, 18, 18),
        ({"used_quantity": 5}, 13, 13),  # quantity still counts what was sold
        ({"used_quantity": 5, "quantity": 6}, 13, 13),  # quantity already went down
        ({"collateral_quantity": 10}, 18, 8),
        ({"used_quantity": 18}, 0, 0),
        ({"opening_quantity": None, "used_quantity": 1}, 17, 17),
    ],
)
def test_owned_is_settled_and_t1_less_what_was_sold_today(
    changes: dict[str, object], owned: int, sellable: int
) -> None:
    holding = portfolio.holding(parsed(kite.holding_row(**changes)), SYMBOLS)
    assert (holding.quantity, holding.sellable_quantity) == (owned, sellable)
    assert holding.average_price == RUPEES("1429.066667")
    assert holding.isin == "INE009A01021"


@pytest.mark.parametrize(
    ("released", "changes", "waiting"),
    [
        (0, {}, 18),  # settled shares go before the 7 T1 ones, so nothing goes without leave
        (5, {}, 13),
        (11, {}, 0),  # all 11 settled are released, and T1 needs no leave
        (20, {}, 0),
        (3, {"collateral_quantity": 4}, 11),
        (0, {"used_quantity": 11}, 0),
    ],
)
def test_what_waits_for_the_depositorys_leave_is_told_apart(
    released: int, changes: dict[str, object], waiting: int
) -> None:
    row = parsed(kite.holding_row(authorised_quantity=released, **changes))
    asked, free = portfolio.holding(row, SYMBOLS, by_leave=True), portfolio.holding(row, SYMBOLS)
    assert (asked.unauthorised_quantity, free.unauthorised_quantity) == (waiting, 0)
    assert asked.sellable_quantity == free.sellable_quantity


@pytest.mark.parametrize(
    ("meta", "needed"),
    [
        ({"demat_consent": "empty"}, True),
        ({"demat_consent": "consent"}, False),
        ({"demat_consent": "physical"}, False),
        ({"demat_consent": "new word"}, False),  # the broker then decides
        (None, False),
    ],
)
def test_leave_is_needed_where_no_consent_is_on_file(meta: object, needed: bool) -> None:
    assert portfolio.needs_leave({"meta": meta}) is needed


def test_shares_on_zerodhas_money_are_a_holding_of_their_own() -> None:
    part = {
        "quantity": 10,
        "used_quantity": 4,
        "average_price": 1500.5,
        "value": 15005,
        "initial_margin": 5005,
    }
    own, lent = portfolio.holdings([parsed(kite.holding_row(mtf=part))], SYMBOLS, by_leave=False)
    assert (own.product, own.quantity, own.loan) == (Product.CNC, 18, None)
    assert (lent.product, lent.quantity, lent.sellable_quantity) == (Product.MTF, 6, 6)
    assert (lent.average_price, lent.loan) == (RUPEES("1500.5"), Money.of(10_000))


def test_a_holding_without_a_funded_part_is_one_row() -> None:
    rows = [parsed(kite.holding_row()), parsed({**kite.holding_row(), "mtf": None})]
    assert [one.product for one in portfolio.holdings(rows, SYMBOLS, by_leave=False)] == [Product.CNC] * 2


def test_a_position_tells_the_days_part() -> None:
    position = portfolio.position(parsed(kite.position_row()), SYMBOLS)
    assert position.today == Traded(sell_quantity=5, sell_value=Money.of("7552.5"))


def test_a_position_keeps_its_sign_and_its_exact_values() -> None:
    position = portfolio.position(parsed(kite.position_row()), SYMBOLS)
    assert (position.quantity, position.product) == (-5, Product.MIS)
    assert (position.buy_value, position.sell_value) == (Money.of(0), Money.of("7552.5"))


def test_a_closed_position_has_no_average() -> None:
    row = kite.position_row(quantity=0, average_price=1.5)
    assert portfolio.position(parsed(row), SYMBOLS).average_price is None


def test_a_position_in_a_product_without_a_name_is_not_shown_as_another() -> None:
    with pytest.raises(ValueError, match="product CO"):
        portfolio.position(parsed(kite.position_row(product="CO")), SYMBOLS)


def test_what_is_owned_does_not_vanish_for_an_unlisted_symbol() -> None:
    holding = portfolio.holding(parsed(kite.holding_row(tradingsymbol="NEWCO", exchange="BSE")), SYMBOLS)
    assert str(holding.instrument) == "BSE:NEWCO"


def test_cash_is_told_from_net_because_the_cash_field_is_at_times_zero() -> None:
    margin = portfolio.margin(parsed(kite.MARGINS))
    assert (margin.available, margin.used) == (Money.of("99725.05"), Money.of("165706.55"))
    assert margin.cash == Money.of("245431.60")


def test_a_quote_leaves_the_empty_levels_out() -> None:
    quote = wire.quote(kite.INFY, parsed(kite.QUOTE), seen_at=SEEN)
    assert (quote.last_price, quote.prev_close) == (RUPEES("1508.20"), RUPEES("1522.40"))
    assert quote.at == datetime(2026, 11, 20, 15, 12, 26, tzinfo=IST)
    assert [level.quantity for level in quote.depth.bids] == [120]
    assert quote.depth.asks == ()


def test_a_quote_without_a_time_has_the_time_it_was_seen() -> None:
    assert wire.quote(kite.INFY, parsed(kite.QUOTE | {"timestamp": None}), seen_at=SEEN).at == SEEN


@pytest.mark.parametrize("text", ["2026-11-20", "2026-11-20T09:15:00+05:30", "20-11-2026 09:15:00", ""])
def test_a_time_in_another_form_is_not_guessed(text: str) -> None:
    with pytest.raises(ValueError):
        wire.moment(text)


def test_a_candle_is_in_indian_time() -> None:
    row = exact_json(b'["2026-11-20T09:15:00+0530", 1500.0, 1510.05, 1499.9, 1505, 1000]')
    candle = wire.candle(row)
    assert candle.time == datetime(2026, 11, 20, 9, 15, tzinfo=IST)
    assert (candle.high.amount, candle.volume) == (Decimal("1510.05"), 1000)


def test_the_master_names_shares_indices_and_contracts() -> None:
    rows = {str(one.instrument.id): one for one in master.listings(kite.MASTER)}
    assert set(rows) == {"NSE:INFY", "NSE:NIFTY 50", "NFO:NIFTY26DEC24500CE", "NFO:NIFTY26DECFUT"}
    infy, index = rows["NSE:INFY"], rows["NSE:NIFTY 50"].instrument
    option, future = rows["NFO:NIFTY26DEC24500CE"].instrument, rows["NFO:NIFTY26DECFUT"].instrument
    assert (infy.feed_key, infy.order_key, infy.instrument.kind) == ("408065", "INFY", Kind.EQUITY)
    assert (index.kind, index.tradable) == (Kind.INDEX, False)
    assert (option.strike, option.expiry, option.lot) == (RUPEES(24500), date(2026, 12, 29), 65)
    assert (option.underlying, future.strike, future.kind) == ("NIFTY", None, Kind.FUTURE)

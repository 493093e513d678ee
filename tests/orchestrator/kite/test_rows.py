"""What is written here in Kite's form is read back by our own reader of Zerodha's, as the same thing."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from decimal import Decimal
from typing import Any

from hypothesis import given
from hypothesis import strategies as st

from adapters.http import exact_json
from adapters.zerodha import portfolio, wire
from domain.account import AccountId, BrokerId, Margin, UserId
from domain.money import ZERO, Money, Price
from domain.order import (
    Accepted,
    ChildId,
    ChildOrder,
    End,
    Ended,
    Fact,
    Fill,
    Filled,
    Lost,
    Order,
    OrderEvent,
    OrderId,
    OrderIntent,
    OrderType,
    Product,
    Side,
    Status,
    Validity,
    Working,
    apply_all,
)
from domain.policy import Policy
from domain.portfolio import AccountSnapshot
from domain.position import Holding, Position, Traded
from domain.report import ReportStatus
from domain.routing import RoutingDecision
from orchestrator.ids import new_id
from orchestrator.kite.answers import encoded
from orchestrator.kite.holdings import Market, holding_rows, position_rows
from orchestrator.kite.rows import STATUS_WORDS, history_rows, order_row, trade_rows
from orchestrator.kite.updates import payload
from orchestrator.orders.rows import StoredOrder
from tests.adapters.zerodha import payloads as kite

SYMBOLS = kite.Symbols()
START = datetime(2026, 11, 23, 4, 0, tzinfo=UTC)
SENT = ChildOrder(
    id=ChildId("c0"),
    order_id=OrderId("o"),
    account_id=AccountId("a0"),
    broker=BrokerId.ZERODHA,
    slice=1,
    instrument=kite.INFY,
    side=Side.BUY,
    quantity=10,
    order_type=OrderType.LIMIT,
    product=Product.CNC,
    validity=Validity.DAY,
    price=Price.of("1500.05"),
    trigger_price=None,
    tag="t",
)
INTENT = OrderIntent(kite.INFY, Side.BUY, 10, OrderType.LIMIT, Product.CNC, price=Price.of("1500.05"))
# What a reader must make of each of our statuses.
MEANINGS = {
    Status.SUBMITTING: ReportStatus.PENDING,
    Status.UNKNOWN: ReportStatus.PENDING,
    Status.OPEN: ReportStatus.OPEN,
    Status.TRIGGER_PENDING: ReportStatus.TRIGGER_PENDING,
    Status.PARTIALLY_FILLED: ReportStatus.OPEN,
    Status.FILLED: ReportStatus.COMPLETE,
    Status.CANCELLED: ReportStatus.CANCELLED,
    Status.REJECTED: ReportStatus.REJECTED,
    Status.EXPIRED: ReportStatus.CANCELLED,
}


def at(second: int) -> datetime:
    return START + timedelta(seconds=second)


prices = st.integers(100_000, 200_000).map(Price.paise)
facts: st.SearchStrategy[Fact] = st.one_of(
    st.just(Accepted("n1", at(1))),
    st.builds(lambda stop: Working(at(2), stop, "OPEN", "n1"), st.booleans()),
    st.builds(
        lambda trade, units, price, second: Filled(Fill(f"t{trade}", units, price, at(second)), "n1"),
        st.integers(1, 4), st.integers(1, 6), prices, st.integers(3, 30),
    ),
    st.builds(lambda end: Ended(end, at(40), "words", "n1"), st.sampled_from(list(End))),
    st.just(Lost(at(5), "no answer")),
)  # fmt: skip


@st.composite
def orders(draw: st.DrawFn) -> StoredOrder:
    """One to three parts, of which anything may have been heard."""
    order_id = OrderId(new_id("ord"))
    children = []
    for number in range(draw(st.integers(1, 3))):
        told = apply_all(SENT, draw(st.lists(facts, max_size=6)))
        part = {"id": ChildId(f"c{number}"), "account_id": AccountId(f"a{number}"), "slice": number + 1}
        children.append(_changed(told, order_id=order_id, **part))
    intent = _changed(INTENT, quantity=10 * len(children))
    order = Order(order_id, UserId("usr_1"), intent, START, tuple(children))
    decision = RoutingDecision(intent, Policy(), (), (), (), "", "")
    timeline = (OrderEvent(START, "received", "x"), OrderEvent(at(50), "ended", "y"))
    return StoredOrder(order, decision, timeline, {})


def _changed(one: Any, **changes: Any) -> Any:
    return replace(one, **changes)


def parsed(row: Mapping[str, Any]) -> dict[str, Any]:
    """Through JSON as the network would."""
    data = exact_json(encoded(row))
    assert isinstance(data, dict)
    return data


def shown(stored: StoredOrder, tag: str | None = None) -> dict[str, Any]:
    return order_row(stored, tag, owner="TM1", token=lambda name: kite.TOKENS[name])


def test_every_status_has_a_word_that_promises_no_more() -> None:
    assert STATUS_WORDS.keys() == set(Status)
    assert {status: wire.STATUSES[word] for status, word in STATUS_WORDS.items()} == MEANINGS


@given(orders(), st.text("abc-1", min_size=1, max_size=20))
def test_an_order_is_read_back_as_the_same(stored: StoredOrder, tag: str) -> None:
    order = stored.order
    report = wire.order_report(parsed(shown(stored, tag)), SYMBOLS)
    assert report.status is MEANINGS[order.status]
    assert (report.quantity, report.filled_quantity) == (order.quantity_now, order.filled_quantity)
    assert (report.instrument, report.side, report.product) == (kite.INFY, Side.BUY, Product.CNC)
    assert (report.price, report.tag) == (order.leading.price_now, tag)
    if order.average_price is None:
        assert report.average_price is None
    else:
        assert report.average_price is not None
        assert abs(report.average_price.amount - order.average_price.amount) <= Decimal("0.00005")


@given(orders())
def test_no_unit_is_counted_twice_or_lost(stored: StoredOrder) -> None:
    row = shown(stored)
    parts = row["filled_quantity"] + row["pending_quantity"] + row["cancelled_quantity"]
    assert parts >= row["quantity"] or not stored.order.status.final
    if stored.order.status is Status.FILLED:
        assert row["pending_quantity"] == 0
    assert (
        sum(part["filled_quantity"] for part in row["meta"]["trademaster"]["parts"]) == row["filled_quantity"]
    )


@given(orders())
def test_a_history_ends_with_the_order_as_it_is_and_only_grows(stored: StoredOrder) -> None:
    rows = history_rows(stored, None, owner="TM1", token=lambda name: kite.TOKENS[name])
    now = shown(stored)
    for name in ("status", "filled_quantity", "pending_quantity", "average_price", "order_id"):
        assert rows[-1][name] == now[name]
    filled = [row["filled_quantity"] for row in rows]
    assert filled[:-1] == sorted(filled[:-1])
    assert rows[0]["filled_quantity"] == 0 or len(rows) == 1


@given(orders())
def test_trades_are_read_back_as_the_fills_they_are(stored: StoredOrder) -> None:
    rows = [parsed(row) for row in trade_rows(stored, token=lambda name: kite.TOKENS[name])]
    told = sorted(
        (one.fill.trade_id, one.fill.quantity, one.fill.price.amount) for one in map(wire.broker_fill, rows)
    )
    ours = sorted(
        (fill.trade_id, fill.quantity, fill.price.amount)
        for child in stored.order.children
        for fill in child.fills
    )
    assert told == ours


@given(orders())
def test_an_update_is_read_back_as_the_row_is(stored: StoredOrder) -> None:
    row = shown(stored)
    report = wire.order_report(parsed(payload(row, "secret")), SYMBOLS)
    assert report.filled_quantity == row["filled_quantity"]
    assert report.status is MEANINGS[stored.order.status]


# --- what is owned -----------------------------------------------------------------------------------------------


def snapshot(
    number: int, holdings: tuple[Holding, ...] = (), positions: tuple[Position, ...] = ()
) -> AccountSnapshot:
    account = AccountId(f"a{number}")
    return AccountSnapshot(
        account, BrokerId.ZERODHA, "x", Margin(ZERO, ZERO, ZERO), holdings, positions, START
    )


MARKET = Market(lambda name: kite.TOKENS[name], lambda name: None)


@st.composite
def positions(draw: st.DrawFn) -> Position:
    carried, bought, sold = (draw(st.integers(low, 50)) for low in (-50, 0, 0))
    buy, sell = (
        Money.paise(bought * draw(st.integers(1, 10**6))),
        Money.paise(sold * draw(st.integers(1, 10**6))),
    )
    net = carried + bought - sold
    return Position(
        instrument=kite.INFY,
        product=Product.MIS,
        quantity=net,
        overnight_quantity=carried,
        buy_quantity=bought + max(0, carried),
        buy_value=buy,
        sell_quantity=sold + max(0, -carried),
        sell_value=sell,
        average_price=draw(prices) if net else None,
        last_price=draw(prices),
        close_price=Price.of(1490),
        today=Traded(bought, buy, sold, sell),
    )


@given(positions())
def test_a_position_of_one_account_is_read_back_as_it_is(one: Position) -> None:
    told = position_rows([snapshot(0, positions=(one,))], MARKET)
    (net,) = told["net"]
    read = portfolio.position(parsed(net), SYMBOLS)
    assert (read.quantity, read.overnight_quantity, read.today) == (
        one.quantity,
        one.overnight_quantity,
        one.today,
    )
    assert (read.buy_value, read.sell_value, read.average_price) == (
        one.buy_value,
        one.sell_value,
        one.average_price,
    )
    assert len(told["day"]) == bool(one.today and (one.today.buy_quantity or one.today.sell_quantity))


@given(st.lists(positions(), min_size=1, max_size=4))
def test_positions_of_several_accounts_add_up(several: list[Position]) -> None:
    told = position_rows([snapshot(at, positions=(one,)) for at, one in enumerate(several)], MARKET)
    (net,) = told["net"]
    assert net["quantity"] == sum(one.quantity for one in several)
    assert net["value"] == sum(((one.sell_value - one.buy_value).amount for one in several), Decimal(0))
    assert net["pnl"] == net["value"] + net["quantity"] * net["last_price"]
    assert net["day_buy_quantity"] == sum(one.today.buy_quantity for one in several if one.today)


def holding(units: int, late: int, price: int, **more: Any) -> Holding:
    return Holding(
        instrument=kite.INFY,
        isin="INE009A01021",
        quantity=units,
        t1_quantity=late,
        sellable_quantity=units,
        average_price=Price.paise(price),
        last_price=Price.of(1500),
        close_price=Price.of(1490),
        **more,
    )


@given(
    st.lists(
        st.tuples(st.integers(1, 100), st.integers(0, 100), st.integers(1, 10**6)), min_size=1, max_size=4
    )
)
def test_holdings_of_several_accounts_are_one_row_of_their_sum(several: list[tuple[int, int, int]]) -> None:
    lots = [holding(units, min(late, units), price) for units, late, price in several]
    (row,) = holding_rows([snapshot(at, holdings=(one,)) for at, one in enumerate(lots)], MARKET)
    read = portfolio.holding(parsed(row), SYMBOLS)
    assert (read.quantity, read.t1_quantity) == (
        sum(one.quantity for one in lots), sum(one.t1_quantity for one in lots),
    )  # fmt: skip
    cost = sum(Decimal(price) / 100 * units for units, _, price in several)
    assert row["pnl"] == 1500 * read.quantity - cost


def test_funded_shares_are_apart_as_kite_has_them() -> None:
    lent = holding(4, 0, 100_000, product=Product.MTF, loan=Money.of(3000))
    (row,) = holding_rows([snapshot(0, holdings=(holding(6, 2, 120_000), lent))], MARKET)
    assert (row["quantity"], row["t1_quantity"], row["mtf"]["quantity"]) == (4, 2, 4)
    read = portfolio.funded(parsed(row), SYMBOLS)
    assert read is not None
    assert (read.quantity, read.loan, read.average_price) == (4, Money.of(3000), Price.of(1000))

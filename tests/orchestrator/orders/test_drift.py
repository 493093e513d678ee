"""Terms that somebody changed at the broker itself: adopted by two readings of its book, and by nothing less."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta
from types import SimpleNamespace
from typing import Any, cast

import pytest

from domain.money import Money, Price
from domain.order import ChangeAsked, ChildOrder, Modified, OrderType, Progress, Source, apply
from domain.report import OrderReport, ReportStatus
from orchestrator.orders import change_rows
from orchestrator.orders.drift import told_terms
from orchestrator.orders.learn import learn
from orchestrator.orders.rows import StoredOrder
from orchestrator.storage.db import Database
from tests.orchestrator.orders.test_duplicates import NOW, Desk, _placed
from tests.orchestrator.orders.test_repository import T0, book, child_of

__all__ = ["book"]  # a fixture
OPEN = ReportStatus.OPEN


@pytest.fixture
def desk(book: Database) -> Desk:
    made = Desk(book)
    cast(Any, made.connection).terms = SimpleNamespace(quiet_window=5.0)
    return made


async def shown(desk: Desk, child: ChildOrder, readings: int = 1, **more: Any) -> StoredOrder:
    """The order after so many readings of a book that has it so."""
    desk.broker.holds(child, "n1", **more)
    for _ in range(readings):
        await desk.read_book()
    return await desk.order(child.order_id)


async def test_a_change_at_the_broker_is_ours_once_two_readings_agree(desk: Desk) -> None:
    child, _ = await _placed(desk)
    more: dict[str, Any] = {"quantity": 25, "price": Price.of("1498.50"), "order_type": OrderType.LIMIT}
    before = (await shown(desk, child, **more)).order
    assert (before.quantity_now, before.leading.price_now) == (10, Price.of("1500.05"))
    after = await shown(desk, child, **more)
    leading = after.order.leading
    assert (after.order.quantity_now, leading.live_quantity, leading.price_now) == (
        25,
        25,
        Price.of("1498.50"),
    )
    assert [one.text for one in after.timeline][-2:] == [
        "Changed at Zerodha itself, not here.",
        "Now 25 at 1498.50.",
    ]
    again = await shown(desk, child, 3, **more)
    assert again.timeline == after.timeline


async def test_readings_that_disagree_prove_nothing(desk: Desk) -> None:
    child, _ = await _placed(desk)
    await shown(desk, child, quantity=25)
    await shown(desk, child, quantity=20)
    await shown(desk, child)
    assert (await shown(desk, child, quantity=25)).order.quantity_now == 10


async def test_what_filled_at_a_smaller_quantity_was_for_that(desk: Desk) -> None:
    child, _ = await _placed(desk)
    done = await shown(desk, child, filled=4, quantity=4, status=ReportStatus.COMPLETE)
    assert (done.order.quantity_now, done.order.filled_quantity) == (4, 4)


async def test_a_book_that_lags_behind_our_own_change_undoes_nothing(desk: Desk) -> None:
    child, _ = await _placed(desk)
    price = Price.of("1490.00")
    fact = ChangeAsked(
        1, 8, OrderType.LIMIT, price, None, 0, NOW - timedelta(seconds=4), broker_order_id="n1"
    )
    await desk.db.write(
        lambda conn: change_rows.ask_change(conn, child, fact, margin=Money.of("15000"), live=10)
    )
    assert (await shown(desk, child, 3)).order.quantity_now == 10, "on its way"
    at = NOW - timedelta(seconds=3)
    made = Modified(8, price, None, at, OrderType.LIMIT, 0, 1, "n1")
    await learn(desk.trading, child.id, [made], source=Source.RECONCILE, answered_at=at)
    assert (await shown(desk, child, 3)).order.quantity_now == 8
    cast(Any, desk.trading).clock = lambda: NOW + timedelta(seconds=5)
    back = await shown(desk, child, 2, price=child.price)
    assert (back.order.quantity_now, back.order.leading.price_now) == (10, child.price)


def report(child: ChildOrder, status: ReportStatus = OPEN, **more: Any) -> OrderReport:
    row = OrderReport("n1", status, status.value, T0, child.quantity, 0, tag=child.tag)
    return replace(row, **more)


LIMIT = child_of("ord_1", broker_order_ids=("n1",))
STOP = replace(LIMIT, order_type=OrderType.SL, trigger_price=Price.of(1499))
MARKET = replace(LIMIT, order_type=OrderType.MARKET, price=None)
WAITS = ReportStatus.TRIGGER_PENDING


@pytest.mark.parametrize(
    ("child", "row"),
    [
        (LIMIT, report(LIMIT)),
        (LIMIT, report(LIMIT, ReportStatus.PENDING, quantity=12)),
        (LIMIT, report(LIMIT, ReportStatus.UNRECOGNISED, quantity=12)),
        (LIMIT, report(LIMIT, ReportStatus.CANCELLED, quantity=4)),
        (LIMIT, report(LIMIT, quantity=3, filled_quantity=4)),
        (apply(LIMIT, Progress(4, None, T0, "n1")), report(LIMIT, quantity=3)),
        (MARKET, report(MARKET, order_type=OrderType.LIMIT, price=Price.of(1510))),
        (STOP, report(STOP, order_type=OrderType.LIMIT, price=STOP.price)),
        (STOP, report(STOP, order_type=OrderType.SL, price=STOP.price, trigger_price=Price.of(1))),
        (replace(LIMIT, iceberg_legs=2), report(LIMIT, quantity=5)),
        (replace(LIMIT, broker_order_ids=("n1", "n2")), report(LIMIT, quantity=5)),
    ],
)
def test_what_brokers_show_of_an_unchanged_order_is_no_change(child: ChildOrder, row: OrderReport) -> None:
    assert told_terms(child, row) is None


@pytest.mark.parametrize(
    ("child", "row", "terms"),
    [
        (LIMIT, report(LIMIT, quantity=3), (3, OrderType.LIMIT, LIMIT.price, None)),
        (LIMIT, report(LIMIT, order_type=OrderType.MARKET), (10, OrderType.MARKET, None, None)),
        (
            LIMIT,
            report(LIMIT, WAITS, order_type=OrderType.SL, price=Price.of(1501), trigger_price=Price.of(1500)),
            (10, OrderType.SL, Price.of(1501), Price.of(1500)),
        ),
        (
            STOP,
            report(STOP, WAITS, order_type=OrderType.SL, trigger_price=Price.of(1490)),
            (10, OrderType.SL, STOP.price, Price.of(1490)),
        ),
        (
            STOP,
            report(STOP, WAITS, order_type=OrderType.SL_M, trigger_price=Price.of(1490)),
            (10, OrderType.SL_M, None, Price.of(1490)),
        ),
    ],
)
def test_other_terms_are_told_as_they_are(
    child: ChildOrder, row: OrderReport, terms: tuple[int, OrderType, Price | None, Price | None]
) -> None:
    told = told_terms(child, row)
    assert told is not None
    assert (told.quantity, told.order_type, told.price, told.trigger_price) == terms

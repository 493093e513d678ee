"""A broker that made two orders of one request: both are found, both can be left, and what is too much is cancelled."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable
from dataclasses import replace
from datetime import timedelta
from types import SimpleNamespace
from typing import Any, cast

import pytest

from adapters.broker import BrokerFill, Change
from adapters.held import TooLate, nothing
from domain.account import BrokerId
from domain.errors import BrokerRejected, OutcomeUnknown
from domain.limits import KillDepth
from domain.money import Price
from domain.order import Accepted, ChangeAsked, ChildOrder, Fill, OrderId, OrderType, Source, Status
from domain.report import OrderReport, ReportStatus, facts_of
from orchestrator.accounts.connection import Connection
from orchestrator.errors import Problem
from orchestrator.killswitch import repository as switches
from orchestrator.orders import change_rows, finding, modify
from orchestrator.orders.cancel import cancel, cancel_if_asked
from orchestrator.orders.changes import carry_out
from orchestrator.orders.known import KnownChildren
from orchestrator.orders.learn import learn
from orchestrator.orders.rows import StoredOrder
from orchestrator.orders.trading import Trading
from orchestrator.orders.underway import LATEST, UnderWay
from orchestrator.orders.updates import OrderUpdates, Watch
from orchestrator.storage.db import Database
from tests.orchestrator.orders.test_repository import T0, USER, ZERODHA, book, child_of, record

__all__ = ["book"]  # a fixture
NOW = T0 + timedelta(seconds=9)


class Twice:
    """A broker's book as the test sets it; cancels come through unless `deaf` or refused."""

    def __init__(self) -> None:
        self.rows: dict[str, OrderReport] = {}
        self.asked: Counter[str] = Counter()  # cancels
        self.changed: Counter[str] = Counter()
        self.deaf = False
        self.refuses = ""

    def holds(self, child: ChildOrder, number: str, filled: int = 0, **more: Any) -> None:
        status = ReportStatus.OPEN if filled < child.quantity else ReportStatus.COMPLETE
        average = Price.of(1500) if filled else None
        row = OrderReport(number, status, status.value, T0, child.quantity, filled, average, child.tag)
        self.rows[number] = replace(row, **more)

    async def cancel(self, child: ChildOrder) -> None:
        assert child.broker_order_id is not None
        self.asked[child.broker_order_id] += 1
        if self.refuses:
            raise BrokerRejected(self.refuses)
        if self.deaf:
            raise OutcomeUnknown("timed out")
        row = self.rows[child.broker_order_id]
        self.rows[row.broker_order_id] = replace(
            row, status=ReportStatus.CANCELLED, words="CANCELLED", at=NOW
        )

    async def modify(
        self, child: ChildOrder, change: Change, *, against: Callable[[], str | None] = nothing
    ) -> None:
        assert child.broker_order_id is not None
        if (words := against()) is not None:
            raise TooLate(words)
        if self.refuses:
            raise BrokerRejected(self.refuses)
        self.changed[child.broker_order_id] += 1
        row = self.rows[child.broker_order_id]
        self.rows[child.broker_order_id] = replace(row, quantity=change.quantity, price=change.price, at=NOW)

    async def order(self, child: ChildOrder) -> OrderReport | None:
        return self.rows.get(child.broker_order_id or "")

    async def orders(self) -> list[OrderReport]:
        return list(self.rows.values())

    async def trades(self, child: ChildOrder) -> list[BrokerFill]:
        row = self.rows[child.broker_order_id or ""]
        fill = Fill(f"t{row.broker_order_id}", row.filled_quantity, Price.of(1500), T0)
        return [BrokerFill(row.broker_order_id, fill)] if row.filled_quantity else []


class Desk:
    """The order room over one account at that broker."""

    def __init__(self, db: Database) -> None:
        self.db, self.broker = db, Twice()
        account = SimpleNamespace(id=ZERODHA, user_id=USER, broker=BrokerId.ZERODHA)
        self.connection = cast(Connection, SimpleNamespace(broker=self.broker, account=account))
        self.trading = self._trading()
        self.updates = OrderUpdates(self.trading)
        self.watch = Watch(self.connection)

    def _trading(self) -> Trading:
        connections = SimpleNamespace(get=lambda account: self.connection, invalidate=lambda account: None)
        parts = SimpleNamespace(
            db=self.db,
            connections=connections,
            clock=lambda: NOW,
            known=KnownChildren(),
            stories={},
            changing=UnderWay(),
            announcer=SimpleNamespace(changed=lambda user, order: None),
            instruments=SimpleNamespace(isin=lambda instrument: None),
        )
        return cast(Trading, parts)

    def restarted(self) -> Desk:
        new = Desk(self.db)
        new.broker.rows = self.broker.rows
        return new

    async def read_book(self) -> None:
        live = await self.db.read(lambda conn: finding.live_children(conn, ZERODHA))
        assert await self.updates._read_book(self.watch, live)

    async def order(self, order_id: OrderId) -> StoredOrder:
        stored = await self.db.read(lambda conn: finding.load(conn, USER, order_id))
        assert stored is not None
        return stored


@pytest.fixture
def desk(book: Database) -> Desk:
    return Desk(book)


async def _placed(desk: Desk) -> tuple[ChildOrder, OrderId]:
    child = child_of("ord_1")
    await record(desk.db, child)
    await learn(desk.trading, child.id, [Accepted("n1", T0)], source=Source.ANSWER, answered_at=T0)
    desk.broker.holds(child, "n1")
    return child, child.order_id


async def test_a_second_order_is_cancelled_while_nothing_of_it_has_filled(desk: Desk) -> None:
    child, order_id = await _placed(desk)
    desk.broker.holds(child, "n2")
    await desk.read_book()
    await desk.read_book()
    stored = await desk.order(order_id)
    assert desk.broker.asked == {"n2": 1}
    assert stored.order.children[0].live_order_ids == ("n1",)
    assert stored.order.children[0].surplus_quantity == 0
    assert [one.kind for one in stored.timeline].count("surplus") == 1


async def test_nothing_is_cancelled_while_the_book_does_not_show_what_would_stay(desk: Desk) -> None:
    child, _ = await _placed(desk)
    desk.broker.holds(child, "n2")
    hidden = desk.broker.rows.pop("n1")
    await desk.read_book()
    assert not desk.broker.asked
    desk.broker.rows["n1"] = hidden
    await desk.read_book()
    assert desk.broker.asked == {"n2": 1}


async def test_a_second_order_that_has_filled_is_shown_and_not_touched(desk: Desk) -> None:
    child, order_id = await _placed(desk)
    desk.broker.holds(child, "n1", filled=10)
    desk.broker.holds(child, "n2", filled=10)
    await desk.read_book()
    after = (await desk.order(order_id)).order.children[0]
    assert (after.filled_quantity, after.surplus_quantity, after.status) == (20, 10, Status.FILLED)
    assert {fill.trade_id for fill in after.fills} == {"tn1", "tn2"}
    assert not desk.broker.asked


async def test_a_cancel_of_a_surplus_that_got_no_answer_is_asked_once_by_each_life(desk: Desk) -> None:
    child, order_id = await _placed(desk)
    desk.broker.holds(child, "n2")
    desk.broker.deaf = True
    for _ in range(3):
        await desk.read_book()
    assert desk.broker.asked == {"n2": 1}
    assert (await desk.order(order_id)).order.children[0].surplus_quantity == 10
    again = desk.restarted()
    await again.read_book()
    assert again.broker.asked == {"n2": 1}
    assert (await again.order(order_id)).order.children[0].surplus_quantity == 0


async def test_a_second_order_is_found_after_the_first_has_ended(desk: Desk) -> None:
    child, order_id = await _placed(desk)
    desk.broker.holds(child, "n1", status=ReportStatus.REJECTED, words="REJECTED")
    await desk.read_book()
    assert (await desk.order(order_id)).order.status is Status.REJECTED
    desk.broker.holds(child, "n2", filled=10)
    await desk.restarted().read_book()
    after = (await desk.order(order_id)).order
    assert (after.status, after.filled_quantity) == (Status.FILLED, 10)


async def test_a_second_order_is_nobody_elses(desk: Desk) -> None:
    child, _ = await _placed(desk)
    desk.broker.holds(child, "n1", filled=10)
    await desk.read_book()
    desk.broker.holds(child, "n2")
    rows = await desk.watch.book.sorted(desk.trading, await desk.broker.orders(), [])
    assert [report.broker_order_id for _, report in rows.ours] == ["n2"]
    assert rows.others == []


async def test_what_a_book_showed_before_is_not_looked_up_again(desk: Desk) -> None:
    child, _ = await _placed(desk)
    desk.broker.holds(child, "n1", filled=10)
    elsewhere = [
        replace(desk.broker.rows["n1"], broker_order_id="x1", tag=None),
        replace(desk.broker.rows["n1"], broker_order_id="x2", tag="app", status=ReportStatus.OPEN),
    ]
    desk.broker.rows |= {one.broker_order_id: one for one in elsewhere}
    await desk.read_book()
    later = [replace(one, at=NOW) for one in desk.broker.rows.values()]
    rows = await desk.watch.book.sorted(cast(Trading, None), later, [])
    assert rows.ours == []
    assert {one.broker_order_id for one in rows.others} == {"x1", "x2"}


async def test_an_id_that_comes_again_on_another_day_is_no_order_of_ours(desk: Desk) -> None:
    child, _ = await _placed(desk)
    desk.broker.holds(child, "n1", filled=10)
    await desk.read_book()
    tomorrow = replace(desk.broker.rows["n1"], at=T0 + timedelta(days=1), tag=None, filled_quantity=0)
    for life in (desk, desk.restarted()):
        rows = await life.watch.book.sorted(life.trading, [tomorrow], [])
        assert (rows.ours, rows.others) == ([], [tomorrow])


async def test_a_cancel_asks_for_every_order_that_lives_once_each(desk: Desk) -> None:
    child, order_id = await _placed(desk)
    desk.broker.holds(child, "n2", filled=4)
    for number in ("n1", "n2"):
        await learn(desk.trading, child.id, facts_of(desk.broker.rows[number]), source=Source.ANSWER)
    after = await cancel(desk.trading, user_id=USER, order_id=order_id)
    assert desk.broker.asked == {"n1": 1, "n2": 1}
    assert (after.order.status, after.order.filled_quantity) == (Status.CANCELLED, 4)


async def test_a_second_order_of_what_was_cancelled_is_cancelled_when_it_is_found(desk: Desk) -> None:
    child, order_id = await _placed(desk)
    await cancel(desk.trading, user_id=USER, order_id=order_id)
    desk.broker.holds(child, "n2")
    facts = facts_of(desk.broker.rows["n2"])
    await cancel_if_asked(desk.trading, await learn(desk.trading, child.id, facts, source=Source.ANSWER))
    assert desk.broker.asked == {"n1": 1, "n2": 1}
    assert (await desk.order(order_id)).order.status is Status.CANCELLED


async def test_a_second_order_does_not_outlive_the_kill_switch(desk: Desk) -> None:
    child, order_id = await _placed(desk)
    desk.broker.holds(child, "n1", filled=10)
    await desk.read_book()
    await desk.db.write(lambda conn: switches.engage(conn, USER, KillDepth.CANCEL_ALL, "enough", NOW))
    desk.broker.holds(child, "n2")
    desk.broker.deaf = True
    await desk.read_book()
    assert desk.broker.asked == {"n2": 1}
    told = [one.kind for one in (await desk.order(order_id)).timeline]
    assert "surplus" not in told, "it was cancelled because everything is"
    assert "cancel_asked" not in told, "the order itself had ended"


async def test_an_order_that_is_held_twice_is_not_changed(desk: Desk) -> None:
    child, order_id = await _placed(desk)
    await learn(desk.trading, child.id, [Accepted("n2", T0)], source=Source.ANSWER)
    order = (await desk.order(order_id)).order
    with pytest.raises(Problem, match="more than once") as refused:
        await desk.db.read(lambda conn: modify._changeable(conn, order))
    assert refused.value.code == "held_twice"


async def test_what_filled_before_a_refused_cancel_is_known_at_once(desk: Desk) -> None:
    child, order_id = await _placed(desk)
    desk.broker.holds(child, "n1", filled=10)
    desk.broker.refuses = "Order is already executed"
    after = await cancel(desk.trading, user_id=USER, order_id=order_id)
    assert after.order.status is Status.FILLED
    told = next(one for one in after.timeline if one.kind == "cancel_unconfirmed")
    assert told.words == "Order is already executed"
    assert "refused the cancel" in told.text


async def test_what_filled_before_a_refused_change_is_known_at_once(desk: Desk) -> None:
    child, order_id = await _placed(desk)
    desk.broker.holds(child, "n1", filled=10)
    desk.broker.refuses = "Order is already executed"
    fact = ChangeAsked(1, 5, OrderType.LIMIT, Price.of(1501), None, 0, NOW)
    await carry_out(desk.trading, await _asked(desk, child, fact))
    after = (await desk.order(order_id)).order.children[0]
    assert (after.status, after.changing, after.quantity_now) == (Status.FILLED, None, 10)


async def test_a_change_that_was_recorded_too_long_ago_is_not_sent(desk: Desk) -> None:
    """The process was stopped in between: others may have found meanwhile that it was never made."""
    child, order_id = await _placed(desk)
    slept = 0.0
    changing = UnderWay(lambda: slept)
    cast(Any, desk.trading).changing = changing
    fact = ChangeAsked(1, 5, OrderType.LIMIT, Price.of(1501), None, 0, NOW)
    changing.add(child.id)
    asked = await _asked(desk, child, fact)
    slept = LATEST + 1
    await carry_out(desk.trading, asked)
    after = (await desk.order(order_id)).order.children[0]
    assert (desk.broker.changed.total(), after.changing, after.quantity_now) == (0, None, 10)


async def _asked(desk: Desk, child: ChildOrder, fact: ChangeAsked) -> ChildOrder:
    margin = await desk.db.read(lambda conn: change_rows.margin_of_rest(conn, child))
    return await desk.db.write(
        lambda conn: change_rows.ask_change(conn, child, fact, margin=margin, live=fact.quantity)
    )


@pytest.mark.parametrize(("ours", "twin"), [("n1", "n2"), ("n2", "n1")])
@pytest.mark.parametrize("quantity", [4, 15])
async def test_a_change_stays_with_its_order_and_the_twin_that_shows_later_is_cancelled(
    desk: Desk, ours: str, twin: str, quantity: int
) -> None:
    child = child_of("ord_1")
    await record(desk.db, child)
    await learn(desk.trading, child.id, [Accepted(ours, T0)], source=Source.ANSWER, answered_at=T0)
    desk.broker.holds(child, ours)
    fact = ChangeAsked(1, quantity, OrderType.LIMIT, Price.of(1501), None, 0, NOW, broker_order_id=ours)
    await _asked(desk, child, fact)
    # The twin shows between the record of the change and its request.
    shown = (await learn(desk.trading, child.id, [Accepted(twin, T0)], source=Source.STREAM)).after
    desk.broker.holds(child, twin)
    await carry_out(desk.trading, shown)
    await desk.read_book()
    after = (await desk.order(child.order_id)).order.children[0]
    assert (desk.broker.changed, desk.broker.asked) == ({ours: 1}, {twin: 1})
    assert (after.live_order_ids, after.live_quantity, after.surplus_quantity) == ((ours,), quantity, 0)
    assert after.price_now == Price.of(1501)


async def test_an_order_of_which_another_one_has_filled_is_not_changed(desk: Desk) -> None:
    child, order_id = await _placed(desk)
    desk.broker.holds(child, "n2", filled=3, status=ReportStatus.CANCELLED, words="CANCELLED")
    await desk.read_book()
    order = (await desk.order(order_id)).order
    with pytest.raises(Problem) as refused:
        await desk.db.read(lambda conn: modify._changeable(conn, order))
    assert refused.value.code == "held_twice", "its total would say more than what is wanted of it"

"""The user's own rails in both databases: what today uses, what rests elsewhere, and how the switch is turned."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta

from sqlalchemy import Connection, insert, update

from domain.account import AccountId, UserId
from domain.limits import KillDepth, SelfTrade, Switch
from domain.money import Money, Price
from domain.order import Accepted, End, Ended, OrderId, OrderType, Progress, Side
from domain.report import OrderReport, ReportStatus
from orchestrator.guards import repository as guards
from orchestrator.guards.schemas import LimitsIn
from orchestrator.killswitch import repository as switches
from orchestrator.killswitch.repository import Step
from orchestrator.orders import finding, outside
from orchestrator.orders.rails import rails
from orchestrator.storage.db import Database
from orchestrator.tables.accounts import accounts
from orchestrator.tables.orders import order_children
from tests.orchestrator.orders.test_repository import (
    INFY,
    T0,
    USER,
    ZERODHA,
    book,
    child_of,
    learn,
    record,
)

__all__ = ["book"]  # a fixture
LATER = T0 + timedelta(seconds=5)


async def test_limits_come_back_as_they_were_set(book: Database) -> None:
    assert not (await book.read(lambda conn: rails(conn, USER))).bind
    limits = LimitsIn.model_validate(
        {
            "order_value": "100.50",
            "symbols": {"NSE:INFY": "7"},
            "brokers": {"upstox": "8"},
            "hours": {"start": "09:15", "end": "15:15"},
            "self_trade": "reprice",
        }
    )
    await book.write(lambda conn: guards.save(conn, USER, limits, T0))
    kept = (await book.read(lambda conn: rails(conn, USER))).limits
    assert kept == limits.limits() == await book.read(lambda conn: guards.load(conn, USER))
    assert kept.of_symbol(INFY) == Money.of(7)
    assert kept.self_trade is SelfTrade.REPRICE


async def test_a_day_counts_what_is_filled_or_may_still_be(book: Database) -> None:
    dead, part, waiting = child_of("ord_1"), child_of("ord_2"), child_of("ord_3")
    for child in (dead, part, waiting):
        await record(book, child)
    await book.write(lambda conn: conn.execute(update(order_children).values(value=1_500_050)))
    await learn(book, dead, Ended(End.REJECTED, T0, "no"), at=T0)
    await learn(
        book, part, Progress(4, Price.of(1500), T0, "1"), Ended(End.CANCELLED, T0, "by user", "1"), at=T0
    )
    used = await book.read(lambda conn: guards.usage(conn, USER, LATER))
    assert used.orders == 3, "orders count whatever became of them"
    assert used.value == Money.of("21000.70") == used.symbols[INFY]
    tomorrow = await book.read(lambda conn: guards.usage(conn, USER, T0 + timedelta(days=1)))
    assert (tomorrow.orders, tomorrow.value) == (0, Money.of(0))


async def test_a_day_of_very_large_orders_is_counted_to_the_paisa(book: Database) -> None:
    large = child_of("ord_1", quantity=9_000_001)
    await record(book, large)
    paise = 987_654_321_098_765  # times its units it would leave 64 bits
    await book.write(lambda conn: conn.execute(update(order_children).values(value=paise)))
    used = await book.read(lambda conn: guards.usage(conn, USER, LATER))
    assert used.value == Money.paise(paise)
    await learn(
        book, large, Progress(7, Price.of(1500), T0, "1"), Ended(End.CANCELLED, T0, "by user", "1"), at=T0
    )
    used = await book.read(lambda conn: guards.usage(conn, USER, LATER))
    assert used.value == Money.paise(paise * 7 // 9_000_001)


async def test_the_switch_deepens_and_is_released_by_its_number_only(book: Database) -> None:
    live, done = child_of("ord_1"), child_of("ord_2")
    await record(book, live)
    await record(book, done)
    await learn(book, done, Ended(End.REJECTED, T0, "no"), at=T0)

    async def engage(depth: KillDepth) -> Switch:
        return await book.write(lambda conn: switches.engage(conn, USER, depth, "enough", LATER))

    assert (await engage(KillDepth.FLATTEN)).number == 1
    again = await engage(KillDepth.NO_NEW_RISK)
    assert (again.depth, again.number) == (KillDepth.FLATTEN, 2), "only a release makes it less"
    assert (await book.read(lambda conn: rails(conn, USER))).switch == again
    assert await book.read(switches.at_work) == {USER: again}

    async def kinds(order_id: OrderId) -> list[str]:
        stored = await book.read(lambda conn: finding.load(conn, USER, order_id))
        return [step.kind for step in stored.timeline] if stored else []

    assert "cancel_asked" in await kinds(live.order_id)
    assert "cancel_asked" not in await kinds(done.order_id)
    assert not await book.write(lambda conn: switches.release(conn, USER, 1, LATER))
    assert await book.write(lambda conn: switches.release(conn, USER, 2, LATER))
    assert (await book.read(lambda conn: rails(conn, USER))).switch is None
    assert await book.read(switches.at_work) == {}


async def test_what_was_seen_at_an_account_replaces_what_was_seen_before(book: Database) -> None:
    first = Step(ZERODHA, 3, T0, 2, None, None, None, "two are open")
    proven = replace(first, tried_at=LATER, open_orders=0, cancelled_at=LATER, words="")
    for step in (first, proven):
        await book.write(lambda conn, s=step: switches.keep(conn, USER, s))  # type: ignore[misc]
    assert await book.read(lambda conn: switches.steps(conn, USER, 3)) == {ZERODHA: proven}
    assert await book.read(lambda conn: switches.steps(conn, USER, 4)) == {}


REPORT = OrderReport(
    "77",
    ReportStatus.TRIGGER_PENDING,
    "TRIGGER PENDING",
    T0,
    10,
    4,
    instrument=INFY,
    side=Side.SELL,
    order_type=OrderType.SL,
    price=Price.of(1440),
    trigger_price=Price.of(1450),
)


async def test_orders_placed_elsewhere_are_known_as_the_last_book_or_update_showed_them(
    book: Database,
) -> None:
    row = {"id": ZERODHA, "user_id": USER, "broker": "zerodha", "label": "Z", "state": "connected"}
    await book.write(lambda conn: conn.execute(insert(accounts), {**row, "created_at": T0}))

    async def resting(user: UserId = USER, account: AccountId = ZERODHA) -> list[tuple[str, int, bool]]:
        def look(conn: Connection) -> list[tuple[str, int, bool]]:
            found = outside.resting_in(conn, user, INFY, labels={account: "Z"}, since=T0)
            return [(one.order_id, one.quantity, one.waiting) for one in found]

        return await book.read(look)

    other = replace(REPORT, broker_order_id="78", status=ReportStatus.OPEN, order_type=OrderType.LIMIT)
    ended = replace(REPORT, broker_order_id="79", status=ReportStatus.CANCELLED)
    await book.write(lambda conn: outside.keep_book(conn, USER, ZERODHA, [REPORT, other, ended], LATER))
    assert sorted(await resting()) == [("77", 6, True), ("78", 6, False)]
    assert await resting(UserId("usr_2")) == []
    assert await resting(account=AccountId("acc_other")) == [], (
        "an account that was disconnected counts no more"
    )
    released = replace(REPORT, status=ReportStatus.OPEN, filled_quantity=5)
    await book.write(lambda conn: outside.keep_one(conn, USER, ZERODHA, released, LATER))
    assert ("77", 5, False) in await resting()
    new = replace(other, broker_order_id="80")
    await book.write(lambda conn: outside.keep_some(conn, USER, ZERODHA, [new], LATER))
    assert {number for number, _, _ in await resting()} == {"77", "78", "80"}, (
        "a part of a book takes none away"
    )
    await book.write(lambda conn: outside.keep_book(conn, USER, ZERODHA, [], LATER))
    assert await resting() == []


async def test_own_trades_of_today_are_found_by_their_book(book: Database) -> None:
    child = child_of("ord_1")
    await record(book, child)
    assert [one.id for one in await book.read(lambda conn: finding.live_in(conn, USER, INFY))] == [child.id]
    await learn(book, child, Accepted("1", T0), Progress(10, Price.of(1500), T0, "1"), at=T0)
    assert await book.read(lambda conn: finding.live_in(conn, USER, INFY)) == []
    ended = await book.read(lambda conn: finding.ended_in(conn, USER, INFY, T0))
    assert [one.id for one in ended] == [child.id]


async def test_an_order_of_ours_is_not_one_placed_elsewhere_however_early_its_stream_spoke(
    book: Database,
) -> None:
    row = {"id": ZERODHA, "user_id": USER, "broker": "zerodha", "label": "Z", "state": "connected"}
    await book.write(lambda conn: conn.execute(insert(accounts), {**row, "created_at": T0}))
    ours = child_of("ord_1")
    await record(book, ours)
    await book.write(lambda conn: outside.keep_one(conn, USER, ZERODHA, REPORT, LATER))
    await learn(book, ours, Accepted(REPORT.broker_order_id, T0), at=T0)
    assert not await book.read(
        lambda conn: outside.resting_in(conn, USER, INFY, labels={ZERODHA: "Z"}, since=T0)
    )

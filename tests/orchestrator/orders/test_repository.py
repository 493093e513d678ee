"""Orders in both databases: kept whole, read back exactly, and what they hold beyond a snapshot."""

from __future__ import annotations

import itertools
import json
from datetime import UTC, date, datetime, timedelta
from typing import Any

import pytest
from sqlalchemy import insert

from domain.account import AccountId, BrokerId, UserId
from domain.calendar import IST
from domain.instrument import Exchange, InstrumentId
from domain.money import Money, Price
from domain.order import (
    Absent,
    Accepted,
    ChangeAsked,
    ChangeOver,
    ChildId,
    ChildOrder,
    End,
    Ended,
    Fact,
    Fill,
    Filled,
    Lost,
    Modified,
    Order,
    OrderEvent,
    OrderId,
    OrderIntent,
    OrderType,
    Product,
    Progress,
    Side,
    Source,
    Status,
    Validity,
    Working,
    apply,
)
from domain.policy import Policy
from domain.routing import Charges, RoutingDecision
from orchestrator.errors import Problem
from orchestrator.orders import change_rows, codec, finding, holds, repository
from orchestrator.orders.repository import NewChild
from orchestrator.orders.sought import sought
from orchestrator.storage.db import Database
from orchestrator.tables.identity import users

T0 = datetime(2026, 11, 20, 4, 30, tzinfo=UTC)
USER = UserId("usr_1")
ZERODHA, UPSTOX = AccountId("acc_z"), AccountId("acc_u")
INFY = InstrumentId(Exchange.NSE, "INFY")
_numbers = itertools.count(1)


@pytest.fixture
async def book(db: Database) -> Database:
    row = {
        "id": USER,
        "email": "a@b.c",
        "name": "",
        "password_hash": "",
        "mode": "orchestrator",
        "created_at": T0,
    }
    await db.write(lambda conn: conn.execute(insert(users), row))
    return db


def child_of(order_id: str, account: AccountId = ZERODHA, **more: Any) -> ChildOrder:
    number = next(_numbers)
    sent: dict[str, Any] = {
        "id": ChildId(f"chd_{number:04d}"),
        "order_id": OrderId(order_id),
        "account_id": account,
        "broker": BrokerId.ZERODHA,
        "slice": 1,
        "instrument": INFY,
        "side": Side.BUY,
        "quantity": 10,
        "order_type": OrderType.LIMIT,
        "product": Product.CNC,
        "validity": Validity.DAY,
        "price": Price.of("1500.05"),
        "trigger_price": None,
        "tag": f"tag{number}",
    }
    return ChildOrder(**{**sent, **more})


async def record(
    db: Database, *children: ChildOrder, key: str | None = None, margin: str = "15000.50", user: UserId = USER
) -> Order:
    """An order of these children, one key each."""
    first = children[0]
    intent = OrderIntent(
        first.instrument, first.side, sum(one.quantity for one in children), first.order_type, first.product,
        price=first.price,
    )  # fmt: skip
    order = Order(first.order_id, user, intent, T0, children)
    charges = Charges(stt=Money.of("15.0005"))
    decision = RoutingDecision(intent, Policy(), (), (), (), "hash", "words")
    new = [NewChild(child, Money.of(margin), charges) for child in children]
    await db.write(
        lambda conn: repository.record(
            conn,
            order=order,
            children=new,
            decision=decision,
            events=[OrderEvent(T0, "received", "Order received.")],
            key=key or order.id,
            fingerprint="f",
        )
    )
    return order


async def learn(db: Database, child: ChildOrder, *facts: Fact, at: datetime | None = None) -> ChildOrder:
    changed = await db.write(lambda conn: repository.add_facts(conn, child.id, facts, at=T0, answered_at=at))
    return changed.after


EVERY_FACT: list[Fact] = [
    Accepted("111", T0),
    Accepted("222", T0 + timedelta(seconds=1)),
    Working(T0, True, "TRIGGER PENDING", "111"),
    Working(T0, False, "OPEN", "222"),
    Lost(T0, "timeout"),
    Absent(T0, "not there"),
    Ended(End.REJECTED, T0, "refused"),
    Ended(End.CANCELLED, T0, "by user", "111"),
    Progress(3, Price.of("1500.3333"), T0, "111"),
    Progress(5, None, T0, "222"),
    Modified(9, Price.of("1499.95"), None, T0, OrderType.LIMIT, 3, 2, "n1"),
    ChangeAsked(3, 12, OrderType.SL, Price.of(1500), Price.of(1499), 4, T0, True, "n1"),
    ChangeOver(1, T0, "no"),
    Filled(Fill("t1", 2, Price.of("1500.10"), T0), "222"),
]


def test_facts_survive_the_database_text() -> None:
    child = child_of("ord_x")
    for fact in EVERY_FACT:
        child = apply(child, fact)
        assert (
            codec.load_facts(child_of("ord_x", id=child.id, tag=child.tag), codec.dump_facts(child)) == child
        )


def test_facts_from_before_they_named_the_brokers_order_are_of_the_first_one() -> None:
    at = T0.isoformat()
    old = {
        "ids": ["111", "222"],
        "working": [at, False, "OPEN"],
        "ended": ["CANCELLED", at, "by user"],
        "progress": [3, "1500.5", at],
        "fills": [["t1", 2, "1500", at]],
    }
    child = codec.load_facts(child_of("ord_x"), json.dumps(old))
    assert child.working_at == (Working(T0, False, "OPEN", "111"),)
    assert child.ends == (Ended(End.CANCELLED, T0, "by user", "111"),)
    assert child.totals == (Progress(3, Price.of("1500.5"), T0, "111"),)
    assert child.fills == (Fill("t1", 2, Price.of(1500), T0, "111"),)
    refused = codec.load_facts(child_of("ord_x"), json.dumps({"ended": ["REJECTED", at, "no"]}))
    assert (refused.status, refused.ends) == (Status.REJECTED, (Ended(End.REJECTED, T0, "no"),))


async def test_an_order_is_read_back_as_it_was_recorded(book: Database) -> None:
    order = await record(book, child_of("ord_1"), child_of("ord_1", UPSTOX, quantity=5))
    stored = await book.read(lambda conn: finding.load(conn, USER, order.id))
    assert stored is not None
    assert stored.order == order
    assert stored.decision.hash == "hash"
    assert [event.kind for event in stored.timeline] == ["received"]
    assert all(charges.stt == Money.of("15.0005") for charges in stored.child_charges.values())
    assert await book.read(lambda conn: finding.load(conn, UserId("usr_2"), order.id)) is None


async def test_a_parent_is_done_when_its_last_child_is(book: Database) -> None:
    first, second = child_of("ord_1"), child_of("ord_1", UPSTOX)
    await record(book, first, second)

    async def open_orders() -> int:
        return len(
            await book.read(lambda conn: finding.page(conn, USER, status="open", before=None, limit=9))
        )

    await learn(book, first, Ended(End.REJECTED, T0, "no"), at=T0)
    assert await open_orders() == 1
    await learn(book, second, Filled(Fill("t", 10, Price.of(1500), T0), "1"), at=T0)
    assert await open_orders() == 0


async def test_pages_go_back_in_time_without_gaps(book: Database) -> None:
    for number in range(5):
        await record(book, child_of(f"ord_{number}"))
    seen: list[str] = []
    before: OrderId | None = None
    while page := await book.read(
        lambda conn, b=before: finding.page(conn, USER, status="all", before=b, limit=2)  # type: ignore[misc]
    ):
        seen += [one.order.id for one in page]
        before = page[-1].order.id
    assert seen == ["ord_4", "ord_3", "ord_2", "ord_1", "ord_0"]


async def test_a_list_is_narrowed_by_symbol_side_account_and_day(book: Database) -> None:
    await record(book, child_of("ord_1"))
    await record(book, child_of("ord_2"))

    async def found(**wanted: Any) -> int:
        asked = sought(
            **{"account": None, "symbol": None, "side": None, "first": None, "last": None, **wanted}
        )
        return len(
            await book.read(
                lambda conn: finding.page(conn, USER, status="all", before=None, limit=9, sought=asked)
            )
        )

    assert await found() == 2
    assert await found(symbol="inf") == await found(side=Side.BUY) == await found(account=ZERODHA) == 2
    assert await found(symbol="NFY") == await found(side=Side.SELL) == await found(account="acc_other") == 0
    day = T0.astimezone(IST).date()
    assert await found(first=day, last=day) == await found(first=date.min, last=date.max) == 2
    assert await found(first=day + timedelta(days=1)) == await found(last=day - timedelta(days=1)) == 0
    with pytest.raises(Problem):
        await found(first=day, last=day - timedelta(days=1))


async def test_one_key_makes_one_order(book: Database) -> None:
    order = await record(book, child_of("ord_1"), key="k")
    assert await book.read(lambda conn: finding.replayed(conn, USER, "k")) == (order.id, "f")
    assert await book.read(lambda conn: finding.replayed(conn, UserId("usr_2"), "k")) is None


async def held(db: Database, as_of: datetime) -> dict[AccountId, Money]:
    found = await db.read(lambda conn: holds.held(conn, USER, {ZERODHA: as_of, UPSTOX: as_of}))
    return {account: hold.margin for account, hold in found.items() if hold.margin}


async def test_an_unanswered_order_holds_its_margin(book: Database) -> None:
    await record(book, child_of("ord_1"))
    assert await held(book, T0 + timedelta(hours=1)) == {ZERODHA: Money.of("15000.50")}


async def test_an_answer_before_the_reading_is_in_the_brokers_own_figure(book: Database) -> None:
    child = child_of("ord_1")
    await record(book, child)
    await learn(book, child, Accepted("1", T0), at=T0)
    assert await held(book, T0) == {ZERODHA: Money.of("15000.50")}, "it may have come after the reading began"
    assert await held(book, T0 + timedelta(microseconds=1)) == {}


async def test_the_legs_to_come_of_an_iceberg_are_held_whatever_the_snapshot_says(book: Database) -> None:
    child = child_of("ord_1", quantity=31, iceberg_legs=3)  # 11, 10 and 10
    await record(book, child, margin="31000.01")
    read = T0 + timedelta(seconds=1)
    assert await held(book, read) == {ZERODHA: Money.of("31000.01")}
    await learn(book, child, Accepted("1", T0), at=T0)
    assert await held(book, read) == {ZERODHA: Money.of("20666.68")}, "two legs of three"
    for filled, rest in ((10, "20666.68"), (11, "10333.34"), (20, "10333.34"), (21, None)):
        await learn(book, child, Progress(filled, Price.of(1500), T0, "1"), at=T0)
        assert await held(book, read) == ({ZERODHA: Money.of(rest)} if rest else {})
    await learn(book, child, Ended(End.CANCELLED, T0, "by user", "1"), at=T0)
    assert await held(book, read) == {}


async def test_a_rejected_order_holds_nothing(book: Database) -> None:
    child = child_of("ord_1")
    await record(book, child)
    await learn(book, child, Ended(End.REJECTED, T0, "no"), at=T0)
    assert await held(book, T0 - timedelta(seconds=1)) == {}


async def test_a_partly_filled_and_cancelled_order_holds_what_was_bought(book: Database) -> None:
    child = child_of("ord_1")
    await record(book, child, margin="15000.50")
    await learn(
        book, child, Progress(4, Price.of(1500), T0, "1"), Ended(End.CANCELLED, T0, "by user", "1"), at=T0
    )
    assert await held(book, T0 - timedelta(seconds=1)) == {ZERODHA: Money.of("6000.20")}


async def test_shares_of_an_open_sell_are_held_whatever_the_snapshot_says(book: Database) -> None:
    child = child_of("ord_1", side=Side.SELL)
    await record(book, child, margin="0")
    await learn(book, child, Accepted("1", T0), Progress(4, Price.of(1500), T0, "1"), at=T0)

    async def sold(as_of: datetime) -> int:
        found = await book.read(lambda conn: holds.held(conn, USER, {ZERODHA: as_of}))
        return found[ZERODHA].sold([INFY]) if ZERODHA in found else 0

    assert await sold(T0 - timedelta(seconds=1)) == 10
    assert await sold(T0 + timedelta(seconds=1)) == 6, "the fills are in the snapshot, the open rest is not"
    await learn(book, child, Ended(End.CANCELLED, T0, "by user", "1"))
    assert await sold(T0 + timedelta(seconds=1)) == 0


async def test_a_fill_after_the_reading_is_held_until_the_next_one(book: Database) -> None:
    child = child_of("ord_1", side=Side.SELL)
    await record(book, child, margin="0")
    await learn(book, child, Accepted("1", T0), at=T0)
    read_at = T0 + timedelta(seconds=1)
    await learn(book, child, Progress(10, Price.of(1500), T0, "1"), at=T0 + timedelta(seconds=2))
    found = await book.read(lambda conn: holds.held(conn, USER, {ZERODHA: read_at}))
    assert found[ZERODHA].sold([INFY]) == 10, "the snapshot still shows these shares in demat"


async def test_a_cancel_asked_before_a_stop_is_found_again(book: Database) -> None:
    child = child_of("ord_1")
    await record(book, child)
    await book.write(lambda conn: repository.ask_cancel(conn, OrderId("ord_1"), T0))
    later = T0 + timedelta(seconds=1)

    async def unfinished(before: datetime) -> int:
        return len(await book.read(lambda conn: finding.unfinished_cancels(conn, ZERODHA, before=before)))

    assert await unfinished(later) == 0, "not numbered yet: reconciliation cancels it when it is found"
    await learn(book, child, Accepted("1", T0), at=T0)
    assert await unfinished(later) == 1
    assert await unfinished(T0) == 0, "asked while this process runs: the asking itself sends it"
    await learn(book, child, Ended(End.CANCELLED, T0, "by user", "1"))
    assert await unfinished(later) == 0


async def test_a_child_is_found_by_the_brokers_number_or_by_our_tag(book: Database) -> None:
    child = child_of("ord_1")
    await record(book, child)
    find = finding.find_child
    by_tag = await book.read(lambda conn: find(conn, ZERODHA, broker_order_id="9", tag=child.tag))
    assert by_tag is not None
    assert await book.read(lambda conn: find(conn, UPSTOX, broker_order_id="9", tag=child.tag)) is None
    await learn(book, child, Accepted("9", T0))
    by_number = await book.read(lambda conn: find(conn, ZERODHA, broker_order_id="9", tag=None))
    assert by_number is not None
    assert by_number[0].id == child.id


async def test_our_tag_goes_before_a_number_that_a_broker_used_twice(book: Database) -> None:
    old, new = child_of("ord_1"), child_of("ord_2")
    for child in (old, new):
        await record(book, child)
        await learn(book, child, Accepted("9", T0))
    await learn(book, old, Ended(End.CANCELLED, T0, "over", "1"))
    find = finding.find_child
    for tag, expected in ((old.tag, old.id), (new.tag, new.id), (None, new.id), ("another", new.id)):
        found = await book.read(lambda conn, t=tag: find(conn, ZERODHA, broker_order_id="9", tag=t))  # type: ignore[misc]
        assert found is not None
        assert found[0].id == expected


async def test_what_a_change_may_make_of_an_order_is_held_until_it_is_known(book: Database) -> None:
    child = child_of("ord_1")
    order = await record(book, child, margin="15000")
    await learn(book, child, Accepted("9", T0))
    fact = ChangeAsked(1, 20, OrderType.LIMIT, Price.of(1600), None, 0, T0)
    taken = await book.read(lambda conn: finding.load(conn, USER, order.id))
    assert taken is not None
    now = taken.order.children[0]
    margin = Money.of(32_000)
    await book.write(lambda conn: change_rows.ask_change(conn, now, fact, margin=margin, live=20))

    held = await book.read(lambda conn: holds.held(conn, USER, {ZERODHA: T0 + timedelta(hours=1)}))
    assert held[ZERODHA].margin == Money.of(32_000)
    (changing,) = await book.read(change_rows.changing_children)
    assert changing.child.changing == fact
    await learn(book, child, ChangeOver(1, T0, "no"))
    assert await book.read(change_rows.changing_children) == []


async def test_an_order_whose_part_moved_stays_open_while_the_new_part_lives(book: Database) -> None:
    dead, moved = child_of("ord_1"), child_of("ord_1", UPSTOX)
    order = await record(book, dead)
    await learn(book, dead, Ended(End.REJECTED, T0, "no"))
    later = T0 + timedelta(minutes=1)
    new = [NewChild(moved, Money.of(1), Charges())]
    await book.write(lambda conn: repository.add_children(conn, order, new, [], at=later))

    stored = await book.read(lambda conn: finding.page(conn, USER, status="open", before=None, limit=9))
    assert [one.order.id for one in stored] == [order.id]
    live = await book.read(lambda conn: change_rows.child_by_id(conn, moved.id))
    assert live is not None
    assert live.created_at == later


async def test_only_unanswered_children_are_unclear(book: Database) -> None:
    waiting, lost, taken = child_of("ord_1"), child_of("ord_2"), child_of("ord_3")
    for child in (waiting, lost, taken):
        await record(book, child)
    await learn(book, lost, Lost(T0, "timeout"))
    await learn(book, taken, Accepted("1", T0))
    unclear = await book.read(finding.unclear_children)
    assert [(live.child.id, live.child.status) for live in unclear] == [
        (waiting.id, Status.SUBMITTING),
        (lost.id, Status.UNKNOWN),
    ]


async def test_a_wish_to_cancel_is_remembered_with_live_children_only(book: Database) -> None:
    lost, dead = child_of("ord_1"), child_of("ord_1", UPSTOX)
    await record(book, lost, dead)
    await learn(book, lost, Lost(T0, "timeout"))
    await learn(book, dead, Ended(End.REJECTED, T0, "no"), at=T0)
    await book.write(lambda conn: repository.ask_cancel(conn, OrderId("ord_1"), T0))
    unclear = await book.read(finding.unclear_children)
    assert [live.cancel_asked for live in unclear] == [True]


async def test_the_timeline_keeps_its_order_and_the_brokers_words(book: Database) -> None:
    child = child_of("ord_1")
    order = await record(book, child)
    said = OrderEvent(T0, "rejected", "Rejected.", child.id, "RMS: no funds", 12, Source.ANSWER)
    await book.write(lambda conn: repository.add_events(conn, USER, order.id, [said]))
    stored = await book.read(lambda conn: finding.load(conn, USER, order.id))
    assert stored is not None
    assert stored.timeline[-1] == said

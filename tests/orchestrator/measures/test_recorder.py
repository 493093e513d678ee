"""Measurements are kept over windows in the database, where several processes add theirs up."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from decimal import Decimal

import pytest
import sqlalchemy as sa

from domain.account import AccountId
from domain.health import FILL, PLACE, CallEnd, Measured, Vitals
from orchestrator.measures import repository
from orchestrator.measures.recorder import Recorder
from orchestrator.measures.repository import Away, Outage
from orchestrator.measures.tally import Tally
from orchestrator.measures.windows import SPANS, Window
from orchestrator.scorecards.outages import minutes
from orchestrator.storage.db import Database
from orchestrator.tables.accounts import account_measures, accounts
from orchestrator.tables.identity import users
from tests.orchestrator.conftest import Watch

ONE = AccountId("acc_1")
START = datetime(2026, 11, 23, 5, 0, tzinfo=UTC)


@pytest.fixture(autouse=True)
async def account(db: Database) -> None:
    user = {"id": "u", "email": "a@b.c", "name": "", "password_hash": "", "mode": "orchestrator"}
    row = {"id": ONE, "user_id": "u", "broker": "mock", "label": "Mock", "state": "CONNECTED"}

    def work(conn: sa.Connection) -> None:
        conn.execute(sa.insert(users), {**user, "created_at": START})
        conn.execute(sa.insert(accounts), {**row, "postback_number": 1, "created_at": START})

    await db.write(work)


def measure(recorder: Recorder, *seconds: float, end: CallEnd = CallEnd.OK, call: str = PLACE) -> None:
    for one in seconds:
        recorder.book(ONE).measured(Measured(call, one, end, "" if end is CallEnd.OK else "words"))


async def calls(recorder: Recorder, window: Window) -> int:
    found = await recorder.measures([ONE], window)
    return found.get(ONE, {}).get(PLACE, Tally()).calls


async def test_two_processes_add_up_what_they_measured_in_the_same_hour(db: Database) -> None:
    watch = Watch()
    first, second = Recorder(db, watch), Recorder(db, watch)
    measure(first, 0.1, 0.1)
    measure(second, 0.3)
    await first.store()
    await second.store()
    assert await calls(first, Window.HOUR) == await calls(second, Window.MONTH) == 3


async def test_what_was_not_stored_yet_is_seen_once(db: Database) -> None:
    recorder = Recorder(db, Watch())
    measure(recorder, 0.1)
    assert await calls(recorder, Window.DAY) == 1
    await recorder.store()
    assert await calls(recorder, Window.DAY) == 1


@pytest.mark.parametrize(
    ("window", "inside", "outside"),
    [
        (Window.HOUR, timedelta(minutes=59), timedelta(minutes=71)),
        (Window.DAY, timedelta(hours=23), timedelta(hours=26)),
        (Window.WEEK, timedelta(days=6), timedelta(days=9)),
        (Window.MONTH, timedelta(days=29), timedelta(days=32)),
    ],
)
async def test_a_window_forgets_what_is_older(
    db: Database, window: Window, inside: timedelta, outside: timedelta
) -> None:
    watch = Watch()
    recorder = Recorder(db, watch)
    measure(recorder, 0.1)
    await recorder.store()
    watch.now = START + inside
    assert await calls(recorder, window) == 1
    watch.now = START + outside
    assert await calls(recorder, window) == 0


async def rows(db: Database) -> list[int]:
    """The span of every row."""
    asked = sa.select(account_measures.c.span).order_by(account_measures.c.span)
    return list(await db.read(lambda conn: conn.execute(asked).scalars().all()))


async def test_what_grows_old_is_added_up_over_longer_spans_and_counts_once(db: Database) -> None:
    watch = Watch()
    recorder = Recorder(db, watch)
    ten_minutes, hour, day = (span.seconds for span in SPANS)
    for _ in range(2):
        for _ in range(3):
            measure(recorder, 0.1, 0.2)
            await recorder.store()
            watch.pass_time(minutes=10)
        watch.pass_time(minutes=30)
    assert await rows(db) == [ten_minutes] * 6
    watch.pass_time(minutes=55)
    await recorder.store()
    assert await rows(db) == [ten_minutes] * 3 + [hour]
    assert await calls(recorder, Window.DAY) == await calls(recorder, Window.MONTH) == 12
    watch.pass_time(hours=2)
    measure(recorder, 0.3)
    await recorder.store()
    assert await rows(db) == [ten_minutes, hour, hour]
    watch.pass_time(days=3)
    await recorder.store()
    assert await rows(db) == [day]
    found = (await recorder.measures([ONE], Window.WEEK))[ONE][PLACE]
    assert found.calls == 13
    assert found.milliseconds(0.0) == pytest.approx(100, rel=0.01)
    assert found.milliseconds(1.0) == pytest.approx(300, rel=0.01)


async def test_what_no_window_looks_back_to_is_deleted(db: Database) -> None:
    watch = Watch()
    recorder = Recorder(db, watch)
    measure(recorder, 0.1)
    await recorder.store()
    assert len(await rows(db)) == 1
    watch.pass_time(days=40)
    await recorder.store()
    assert await rows(db) == []


async def test_the_router_is_told_of_the_last_hour_or_of_the_day_where_that_saw_little(db: Database) -> None:
    watch = Watch()
    recorder = Recorder(db, watch)
    assert recorder.book(ONE).vitals == Vitals()
    measure(recorder, *[0.2] * 8)
    measure(recorder, 8, 8, end=CallEnd.UNKNOWN)
    measure(recorder, 1.5, call=FILL)
    await recorder.store()
    vitals = recorder.book(ONE).vitals
    assert vitals.place_ms == pytest.approx(200, rel=0.01)
    assert vitals.fill_ms == pytest.approx(1500, rel=0.01)
    assert (vitals.failures, vitals.rejects) == (0.2, 0.0)
    watch.pass_time(hours=3)
    measure(recorder, *[0.05] * 4)
    await recorder.store()
    assert recorder.book(ONE).vitals.place_ms == pytest.approx(200, rel=0.01), "four orders are too few"
    measure(recorder, 0.05)
    await recorder.store()
    assert recorder.book(ONE).vitals.place_ms == pytest.approx(50, rel=0.02)


async def test_an_order_that_was_refused_for_what_it_asked_is_no_fault_of_the_broker(db: Database) -> None:
    recorder = Recorder(db, Watch())
    measure(recorder, *[0.1] * 10)
    measure(recorder, *[0.1] * 6, end=CallEnd.REJECTED)
    await recorder.store()
    assert recorder.book(ONE).vitals.lost == 0
    for end in (CallEnd.BARRED, CallEnd.SESSION, CallEnd.UNAVAILABLE, CallEnd.UNKNOWN):
        measure(recorder, 0.1, end=end)
    await recorder.store()
    vitals = recorder.book(ONE).vitals
    assert (vitals.failures, vitals.rejects, vitals.barred) == (0.1, 0.4, 0.1)
    assert vitals.lost == Decimal("0.2")


async def test_what_is_heard_of_an_account_that_is_gone_is_dropped(db: Database) -> None:
    recorder = Recorder(db, Watch())
    recorder.book(AccountId("acc_gone")).measured(Measured(PLACE, 0.1, CallEnd.OK))
    await recorder.store()
    assert await recorder.measures([AccountId("acc_gone")], Window.DAY) == {}


def away(begin: float, end: float, what: Outage = Outage.READS) -> Away:
    return Away(ONE, what, START + timedelta(minutes=begin), START + timedelta(minutes=end))


def test_minutes_that_two_processes_both_saw_count_once() -> None:
    seen = [away(0, 10), away(5, 15), away(20, 21), away(20.5, 20.7)]
    assert minutes(seen, START) == 16
    assert minutes(seen, START + timedelta(minutes=12)) == 4


async def test_an_outage_that_goes_on_stays_one(db: Database) -> None:
    await db.write(lambda conn: repository.see(conn, [away(0, 1)]))
    await db.write(lambda conn: repository.see(conn, [away(0, 3), away(0, 2, Outage.PRICES)]))
    found = await db.read(lambda conn: repository.outages(conn, [ONE], START))
    assert {(one.what, one.seen) for one in found} == {
        (Outage.READS, START + timedelta(minutes=3)),
        (Outage.PRICES, START + timedelta(minutes=2)),
    }
    assert await db.read(lambda conn: repository.outages(conn, [ONE], START + timedelta(hours=1))) == []

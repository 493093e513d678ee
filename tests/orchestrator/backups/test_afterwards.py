"""What a database still had to do is not done once it was put back: it may have been done since."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from typing import Any

import sqlalchemy as sa

from domain.limits import KillDepth
from domain.money import Money
from domain.order import Accepted, ChangeAsked, ChildOrder, OrderType
from orchestrator.backups.afterwards import Safe, make_safe
from orchestrator.killswitch import repository as switches
from orchestrator.orders import change_rows, waiting
from orchestrator.outbox import numbering, reading
from orchestrator.storage.db import Database
from orchestrator.tables.departure import departures
from orchestrator.tables.hooks import hook_deliveries, hooks
from orchestrator.tables.identity import users
from orchestrator.tables.market import notices
from orchestrator.tables.people import mail_links
from orchestrator.tables.tokens import personal_tokens
from orchestrator.tradingview import repository as alerts
from tests.orchestrator.orders.test_repository import T0, USER, book, child_of, learn, record
from tests.orchestrator.orders.test_waiting import ask
from tests.orchestrator.outbox.process import keep

__all__ = ["book"]  # a fixture
NOW = datetime(2026, 11, 23, 4, 0, tzinfo=UTC)


async def safe(db: Database, now: datetime = NOW) -> Safe:
    return await db.write(lambda conn: make_safe(conn, moment="the moment", grace=timedelta(days=7), now=now))


async def rows(db: Database, table: sa.Table) -> list[Any]:
    return list(await db.read(lambda conn: conn.execute(sa.select(table)).all()))


async def changing(db: Database, *, replace: bool) -> ChildOrder:
    child = child_of(f"ord_{replace}")
    await record(db, child)
    await learn(db, child, Accepted("9" if replace else "8", T0))
    fact = ChangeAsked(1, 20, OrderType.MARKET, None, None, 0, T0, replace)
    margin = Money.of(100)
    return await db.write(lambda conn: change_rows.ask_change(conn, child, fact, margin=margin, live=20))


async def test_the_second_half_of_a_replacement_is_not_placed(book: Database) -> None:
    replaced, in_place = await changing(book, replace=True), await changing(book, replace=False)
    done = await safe(book)
    assert done.dropped == 1
    left = await book.read(change_rows.changing_children)
    assert [live.child.id for live in left] == [in_place.id], "what is only read goes on"
    seen = await book.read(lambda conn: change_rows.child_by_id(conn, replaced.id))
    assert seen is not None
    assert seen.child.changing is None
    assert (await safe(book)).dropped == 0


async def test_an_alert_that_waited_to_be_placed_never_is(book: Database) -> None:
    token = {
        "id": "tok", "user_id": USER, "name": "", "hash": "", "scopes": "trade", "policy": "{}",
        "made_at": T0, "expires_at": NOW,
    }  # fmt: skip
    hook = {
        "id": "hok", "user_id": USER, "token_id": "tok", "name": "", "secret": "", "rules": "{}",
        "only_tradingview": False, "max_age": 10**6, "paused": False, "made_at": T0,
    }  # fmt: skip
    one = {
        "hook_id": "hok", "user_id": USER, "received_at": T0, "address": "", "alert": "{}", "code": "", "words": "",
    }  # fmt: skip
    came = [
        {**one, "id": "dlv_1", "fingerprint": "1", "outcome": "received"},
        {**one, "id": "dlv_2", "fingerprint": "2", "outcome": "placed"},
    ]
    await book.write(lambda conn: conn.execute(sa.insert(personal_tokens), token))
    await book.write(lambda conn: conn.execute(sa.insert(hooks), hook))
    await book.write(lambda conn: conn.execute(sa.insert(hook_deliveries), came))
    done = await safe(book)
    assert (done.dropped, done.tokens) == (1, 1)
    assert await book.read(lambda conn: alerts.waiting(conn, NOW, 10)) == []
    ends = {row.id: (row.outcome, row.code) for row in await rows(book, hook_deliveries)}
    assert ends == {"dlv_1": ("expired", "restored"), "dlv_2": ("placed", "")}


async def test_an_order_that_waited_for_a_yes_is_over(book: Database) -> None:
    """The yes may have been given since, and the order be at its broker."""
    asked = await ask(book)
    done = await safe(book, asked.asked_at)
    assert done.dropped == 1
    kept = await book.read(lambda conn: waiting.load(conn, USER, asked.id))
    assert kept.state is waiting.ApprovalState.EXPIRED


async def test_new_risk_waits_for_every_user_and_nothing_is_closed_unasked(book: Database) -> None:
    """A switch that closed positions may have been released since: it would close what was opened then."""
    row = (await rows(book, users))[0]._asdict()
    others = [{**row, "id": f"usr_{name}", "email": f"{name}@b.c"} for name in ("deep", "off")]
    await book.write(lambda conn: conn.execute(sa.insert(users), others))

    def turned(conn: sa.Connection) -> None:
        switches.engage(conn, others[0]["id"], KillDepth.FLATTEN, "enough", T0)
        switches.engage(conn, others[1]["id"], KillDepth.CANCEL_ALL, "", T0)
        assert switches.release(conn, others[1]["id"], 1, T0)

    await book.write(turned)
    done = await safe(book)
    assert (done.held, done.quieted) == (3, 1)
    assert await book.read(switches.at_work) == {}
    for user, number in ((USER, 1), ("usr_deep", 2), ("usr_off", 2)):
        on = await book.read(lambda conn, user=user: switches.engaged(conn, user))  # type: ignore[misc]
        assert on is not None
        assert (on.depth, on.number, on.since) == (KillDepth.NO_NEW_RISK, number, NOW)
        assert on.words.startswith("Put back to the moment.")
        assert ("Your switch was at flatten then" in on.words) == (user == "usr_deep")
    told = {row.user_id: row.text for row in await rows(book, notices)}
    assert set(told) == {USER, "usr_deep", "usr_off"}
    assert "turn it on again" in told["usr_deep"]


async def test_who_called_leaving_off_since_may_do_so_again_and_links_that_were_used_are_dead(
    book: Database,
) -> None:
    leaves = {"user_id": USER, "asked_at": T0, "due_at": NOW}
    link = {"token_hash": "x", "purpose": "reset", "user_id": USER, "email": "a@b.c", "expires_at": NOW}
    await book.write(lambda conn: conn.execute(sa.insert(departures), leaves))
    await book.write(lambda conn: conn.execute(sa.insert(mail_links), link))
    await safe(book)
    assert [row.due_at for row in await rows(book, departures)] == [NOW + timedelta(days=7)]
    assert await rows(book, mail_links) == []


async def test_no_number_of_an_event_is_given_twice(book: Database) -> None:
    await keep(book, USER, 1, 2)
    await book.write(numbering.number, lock=numbering.LOCK)
    await keep(book, USER, 3)
    await safe(book)
    (first, *_) = await book.write(numbering.number, lock=numbering.LOCK)
    least = int(NOW.timestamp() * 1000)
    assert (first.position, first.seq) == (least + 1, least + 1)
    for heard in (2, 3, 40):  # 3 and 40 were given after the moment, to what is not here
        assert await book.read(lambda conn, heard=heard: reading.missed(conn, USER, heard, 10)) is None  # type: ignore[misc]
    await safe(book, NOW + timedelta(seconds=1))
    assert await book.read(lambda conn: reading.head(conn, reading.ALL)) == least + 1000

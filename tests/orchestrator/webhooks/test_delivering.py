"""What happened reaches its user's server: at least once, of one order in its order, and through no crash twice as two
messages. Over a real server, on both databases."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from dataclasses import replace
from datetime import datetime, timedelta
from typing import Any

import pytest
import sqlalchemy as sa

from domain.account import UserId
from domain.order import OrderEvent, OrderId
from orchestrator.audit.actions import Action
from orchestrator.audit.keeper import Keeper
from orchestrator.audit.record import Actor, ActorKind, audited
from orchestrator.audit.seal import Seal
from orchestrator.identity.repository import add_notice
from orchestrator.orders import repository as orders
from orchestrator.storage.db import Database
from orchestrator.tables.identity import users
from orchestrator.tables.market import notices
from orchestrator.tables.orders import order_events
from orchestrator.tables.webhooks import webhook_messages
from orchestrator.vault import Vault
from orchestrator.webhooks import repository, signing
from orchestrator.webhooks.delivering import EACH, LEASE, MINUTES, Deliverer, sealed
from orchestrator.webhooks.events import WebhookEvent
from orchestrator.webhooks.following import SETTLED, Follower, begin_here
from orchestrator.webhooks.repository import Message, Webhook, WebhookDeliveryState
from orchestrator.webhooks.way import Sender
from tests.orchestrator.conftest import Watch
from tests.orchestrator.orders.test_repository import T0, USER, book, child_of, record
from tests.orchestrator.webhooks.receiver import Receiver, receiving

__all__ = ["book"]

VAULT = Vault(bytes(32))
SECRET = signing.new_secret()


@pytest.fixture
def watch() -> Watch:
    return Watch(now=T0)


@pytest.fixture
async def deliverer(book: Database, watch: Watch) -> AsyncIterator[Deliverer]:
    one = Deliverer(book, VAULT, watch, Sender(inside=True, deadline=0.5))
    yield one
    await one.close()


async def listen(db: Database, url: str, *events: WebhookEvent, **more: Any) -> Webhook:
    name = f"whk_{url}"
    hook = Webhook(
        id=name,
        user_id=USER,
        name="mine",
        url=url,
        events=events or tuple(WebhookEvent),
        secret=sealed(VAULT, name, SECRET),
        old_secret=None,
        old_until=None,
        enabled=True,
        off_why="",
        failing_since=None,
        made_at=T0,
    )
    hook = replace(hook, **more)

    def work(conn: sa.Connection) -> None:
        begin_here(conn, T0)
        repository.add(conn, hook)

    await db.write(work)
    return hook


async def told(db: Database, order_id: str, *kinds: str) -> None:
    lines = [OrderEvent(T0, kind, f"{kind} happened", None) for kind in kinds]
    await db.write(lambda conn: orders.add_events(conn, USER, OrderId(order_id), lines))


async def sent(follower: Follower, deliverer: Deliverer) -> None:
    """Until nothing more is due now."""
    while await follower.follow():
        pass
    while await deliverer.begin():
        await deliverer.settled()


async def log_of(db: Database, hook: Webhook) -> list[Message]:
    """The oldest first."""
    return (await db.read(lambda conn: repository.page(conn, hook.id, state=None, before=None, limit=99)))[
        ::-1
    ]


async def one_of(db: Database, hook: Webhook) -> Webhook:
    found = await db.read(lambda conn: repository.find(conn, hook.id))
    assert found is not None
    return found


def kinds(receiver: Receiver) -> list[str]:
    return [one.said["data"]["kind"] for one in receiver.came]


async def test_a_failure_is_tried_again_and_holds_up_its_own_order_only(
    book: Database, watch: Watch, deliverer: Deliverer
) -> None:
    async with receiving(500) as server:
        hook = await listen(book, server.url)
        await record(book, child_of("ord_a"))
        await sent(Follower(book, watch), deliverer)
        assert kinds(server) == ["received"]
        await told(book, "ord_a", "accepted", "fill")
        await record(book, child_of("ord_b"))
        await sent(Follower(book, watch), deliverer)
        assert [one.said["data"]["order"] for one in server.came] == ["ord_a", "ord_b"]

        watch.pass_time(minutes=MINUTES[0] * 1.3)
        await sent(Follower(book, watch), deliverer)
        of_a = [one for one in server.came if one.said["data"]["order"] == "ord_a"]
        assert [one.said["data"]["kind"] for one in of_a] == ["received", "received", "accepted", "fill"]
        assert of_a[0].id == of_a[1].id
        assert of_a[0].body == of_a[1].body
        assert of_a[3].said["type"] == "order.filled"
        assert len({one.id for one in server.came}) == 4

        log = await log_of(book, hook)
        assert {one.state for one in log} == {WebhookDeliveryState.DELIVERED}
        assert [one.attempts for one in log] == [2, 1, 1, 1]
        assert (log[0].status, log[0].answer) == (200, "thanks")
        assert (await one_of(book, hook)).failing_since is None


async def test_what_could_not_be_made_is_never_sent_empty(
    book: Database, watch: Watch, deliverer: Deliverer
) -> None:
    async with receiving() as server:
        hook = await listen(book, server.url)
        await record(book, child_of("ord_a"))
        await Follower(book, watch).follow()
        shut = sa.update(webhook_messages).values(
            body="", answer="not sent: sealed", state="dead", source="order:1:of a program"
        )
        await book.write(lambda conn: conn.execute(shut))
        (one,) = await log_of(book, hook)
        await book.write(lambda conn: repository.send_again(conn, one.id, T0))
        await sent(Follower(book, watch), deliverer)
        assert server.came == []
        (one,) = await log_of(book, hook)
        assert (one.state, one.answer) == (WebhookDeliveryState.DEAD, "not sent: sealed")
        assert (await one_of(book, hook)).failing_since is None


async def test_a_server_that_hangs_drops_or_redirects_has_not_taken_it(
    book: Database, watch: Watch, deliverer: Deliverer
) -> None:
    async with receiving("hang", "drop", 302, 204) as server:
        hook = await listen(book, server.url)
        await record(book, child_of("ord_a"))
        answers = []
        for pause in MINUTES[:4]:
            await sent(Follower(book, watch), deliverer)
            (one,) = await log_of(book, hook)
            answers.append((one.state.value, one.status))
            watch.pass_time(minutes=pause * 1.3)
        assert answers == [("waiting", None), ("waiting", None), ("waiting", 302), ("delivered", 204)]
        assert len(server.came) == 4, "the redirect was not followed"
        assert len({came.id for came in server.came}) == 1


async def test_who_dies_between_sending_and_writing_it_down_sends_the_same_message_again(
    book: Database, watch: Watch, deliverer: Deliverer
) -> None:
    async with receiving() as server:
        await listen(book, server.url)
        await record(book, child_of("ord_a"))
        await told(book, "ord_a", "accepted")
        await Follower(book, watch).follow()
        now = watch.now
        (taken,) = await book.write(
            lambda conn: repository.due(conn, now, LEASE, busy=[], each=EACH, limit=9), lock="webhooks"
        )
        hook = await one_of(book, (await book.read(repository.listening))[0])
        await deliverer._sent(hook, taken)  # and dies
        await sent(Follower(book, watch), deliverer)
        assert kinds(server) == ["received"], "nobody else sends what is taken, or what comes after it"
        watch.pass_time(seconds=LEASE.total_seconds() + 1)
        await sent(Follower(book, watch), deliverer)
        assert kinds(server) == ["received", "received", "accepted"]
        assert server.came[0].id == server.came[1].id


async def test_two_processes_send_each_message_once(book: Database, watch: Watch) -> None:
    async with receiving() as server:
        await listen(book, server.url)
        for number in range(8):
            await record(book, child_of(f"ord_{number}"))
        both = [Deliverer(book, VAULT, watch, Sender(inside=True)) for _ in range(2)]
        await asyncio.gather(*(Follower(book, watch).follow() for _ in both))
        for _ in range(8):
            await asyncio.gather(*(one.begin() for one in both))
            await asyncio.gather(*(one.settled() for one in both))
        assert sorted(one.said["data"]["order"] for one in server.came) == [
            f"ord_{number}" for number in range(8)
        ]
        for one in both:
            await one.close()


async def test_a_server_that_hangs_delays_nobody_else(
    book: Database, watch: Watch, deliverer: Deliverer
) -> None:
    async with receiving("hang", "hang", "hang") as slow, receiving() as quick:
        await listen(book, slow.url)
        await listen(book, quick.url)
        for number in range(EACH + 1):
            await record(book, child_of(f"ord_{number}"))
        await Follower(book, watch).follow()
        await deliverer.begin()
        while len(quick.came) <= EACH:
            await asyncio.sleep(0.01)
            await deliverer.begin()
        assert len(slow.came) == EACH, "and it gets no more at a time itself"
        await deliverer.settled()


async def test_after_a_day_a_message_is_given_up_and_can_be_sent_again(
    book: Database, watch: Watch, deliverer: Deliverer
) -> None:
    async with receiving(*[503] * (len(MINUTES) + 1)) as server:
        hook = await listen(book, server.url)
        await record(book, child_of("ord_a"))
        for pause in (*MINUTES, 0):
            await sent(Follower(book, watch), deliverer)
            watch.pass_time(minutes=pause * 1.3)
        (one,) = await log_of(book, hook)
        assert (one.state, one.attempts, one.status) == (WebhookDeliveryState.DEAD, len(MINUTES) + 1, 503)
        assert (await one_of(book, hook)).enabled

        await book.write(lambda conn: repository.send_again(conn, one.id, watch.now))
        await sent(Follower(book, watch), deliverer)
        assert (await log_of(book, hook))[0].state is WebhookDeliveryState.DELIVERED
        assert len({came.id for came in server.came}) == 1


@pytest.mark.parametrize("answer", [410, 500])
async def test_a_webhook_that_fails_for_days_or_is_gone_is_switched_off_and_its_user_told(
    book: Database, watch: Watch, deliverer: Deliverer, answer: int
) -> None:
    async with receiving(answer) as server:
        since = T0 - timedelta(days=3, minutes=1) if answer == 500 else None
        hook = await listen(book, server.url, failing_since=since)
        await record(book, child_of("ord_a"))
        await told(book, "ord_a", "accepted")
        await sent(Follower(book, watch), deliverer)
        hook = await one_of(book, hook)
        assert not hook.enabled
        assert hook.off_why
        assert {one.state for one in await log_of(book, hook)} == {WebhookDeliveryState.DEAD}
        notice = await book.read(lambda conn: conn.execute(sa.select(notices)).one())
        assert (notice.kind, notice.subject) == ("webhook_off", hook.id)
        await told(book, "ord_a", "fill")
        await sent(Follower(book, watch), deliverer)
        assert len(server.came) == 1


async def test_an_event_whose_transaction_ends_late_is_told_all_the_same(
    book: Database, watch: Watch
) -> None:
    """A lower number that becomes durable after a higher one, as on PostgreSQL."""
    hook = await listen(book, "http://127.0.0.1:9/")
    await record(book, child_of("ord_a"))
    follower = Follower(book, watch)
    await follower.follow()
    row = {"order_id": "ord_a", "at": T0, "kind": "x", "text": "", "child_id": None}
    add = sa.insert(order_events)
    await book.write(lambda conn: conn.execute(add.values({**row, "seq": 900, "kind": "higher"})))
    await follower.follow()
    await book.write(lambda conn: conn.execute(add.values({**row, "seq": 899, "kind": "late"})))
    assert await Follower(book, watch).follow(), "also by a process that has just begun"
    watch.pass_time(seconds=SETTLED.total_seconds() + 1)
    await follower.follow()
    assert not await follower.follow(), "what never comes is not waited for"
    bodies = [one.body for one in await log_of(book, hook)]
    assert sum('"kind":"late"' in body for body in bodies) == 1
    assert len(bodies) == 3


async def test_the_audit_log_and_alerts_are_told_of_too(
    book: Database, watch: Watch, deliverer: Deliverer
) -> None:
    async with receiving() as server:
        asked = (
            WebhookEvent.APPROVAL_WAITING,
            WebhookEvent.SESSION_ENDED,
            WebhookEvent.KILL_SWITCH_ON,
            WebhookEvent.ALERT_FIRED,
        )
        await listen(book, server.url, *asked)
        system, person = Actor.program("connections"), Actor(ActorKind.LOGIN, str(USER))

        def happen(conn: sa.Connection) -> None:
            for action, actor, subject in (
                (Action.APPROVAL_ASKED, person, "apr_1"),
                (Action.ACCOUNT_LOGOUT, system, "acc_1"),
                (Action.ACCOUNT_LOGOUT, person, "acc_2"),  # by hand: nobody need be told
                (Action.KILL_SWITCH_ON, person, "1"),
                (Action.KILL_SWITCH_RELEASED, person, "1"),  # not asked for
            ):
                audited(conn, user_id=USER, actor=actor, action=action, at=T0, subject=subject)
            audited(conn, user_id=UserId("usr_2"), actor=person, action=Action.KILL_SWITCH_ON, at=T0)
            add_notice(conn, USER, "price_alert", "alr_1", "INFY is above 1500", T0)

        await book.write(happen)
        await Keeper(book, Seal(bytes(32)), watch).link_all()
        for _ in range(2):
            await sent(Follower(book, watch), deliverer)
        came = sorted((one.said["type"], one.said["data"].get("subject")) for one in server.came)
        assert came == [
            ("account.session_ended", "acc_1"),
            ("alert.fired", None),
            ("approval.waiting", "apr_1"),
            ("kill_switch.on", "1"),
        ]


async def test_what_cannot_be_told_is_a_dead_letter_holds_up_nothing_and_can_be_sent_when_it_is_mended(
    book: Database, watch: Watch, deliverer: Deliverer
) -> None:
    async with receiving() as server:
        hook = await listen(book, server.url, WebhookEvent.ALERT_FIRED)
        await book.write(
            lambda conn: add_notice(conn, USER, "price_alert", "alr_1", "INFY is above 1500", T0)
        )
        broken = sa.update(notices).values(data='{"price": 15')
        await book.write(lambda conn: conn.execute(broken))
        await book.write(lambda conn: add_notice(conn, USER, "price_alert", "alr_2", "TCS is above 3000", T0))
        for _ in range(2):
            await sent(Follower(book, watch), deliverer)
        assert [one.said["data"]["alert"] for one in server.came] == ["alr_2"]
        dead = next(one for one in await log_of(book, hook) if one.subject == "alr_1")
        assert (dead.state, dead.body) == (WebhookDeliveryState.DEAD, "")
        assert "could not be told" in dead.answer

        await book.write(lambda conn: repository.send_again(conn, dead.id, T0))
        await sent(Follower(book, watch), deliverer)
        assert len(server.came) == 1, "it still cannot be told"

        await book.write(lambda conn: conn.execute(sa.update(notices).values(data='{"price": "1500"}')))
        await book.write(lambda conn: repository.send_again(conn, dead.id, T0))
        await sent(Follower(book, watch), deliverer)
        assert [one.said["data"]["alert"] for one in server.came] == ["alr_2", "alr_1"]
        assert server.came[1].id == dead.id
        assert server.came[1].said["data"]["price"] == "1500"


async def test_nothing_from_before_is_told_and_nothing_of_others(
    book: Database, watch: Watch, deliverer: Deliverer
) -> None:
    async with receiving() as server:
        await record(book, child_of("ord_a"))
        await listen(book, server.url, made_at=T0)
        await sent(Follower(book, watch), deliverer)
        assert server.came == []
        assert await book.read(lambda conn: conn.execute(sa.select(webhook_messages)).first()) is None


async def test_nothing_leaves_for_a_user_who_was_shut_out(
    book: Database, watch: Watch, deliverer: Deliverer
) -> None:
    """What waits goes out when the user is let in again."""

    async def shut_out(since: datetime | None) -> None:
        mine = sa.update(users).where(users.c.id == USER).values(disabled_at=since)
        await book.write(lambda conn: conn.execute(mine))

    async with receiving(500) as server:
        hook = await listen(book, server.url)
        await record(book, child_of("ord_a"))
        await sent(Follower(book, watch), deliverer)
        assert kinds(server) == ["received"]
        await shut_out(watch.now)
        watch.pass_time(minutes=MINUTES[0] * 1.3)
        await told(book, "ord_a", "accepted")
        await sent(Follower(book, watch), deliverer)
        waiting, _ = await log_of(book, hook)
        assert await deliverer.deliver(waiting) == waiting, "also one that was taken just before"
        assert kinds(server) == ["received"]

        await shut_out(None)
        await sent(Follower(book, watch), deliverer)
        assert kinds(server) == ["received", "received", "accepted"]
        assert server.came[0].id == server.came[1].id

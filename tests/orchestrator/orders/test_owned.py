"""What is decided without being asked is the owner's alone, and a process that slept sends nothing old."""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from dataclasses import dataclass
from types import SimpleNamespace
from typing import Any, cast

import pytest
from sqlalchemy import Connection as SqlConnection

from adapters.broker import Broker
from adapters.guard import Guarded
from domain.account import UserId
from domain.errors import BrokerUnavailable
from domain.limits import KillDepth, Switch
from domain.order import Accepted, ChildOrder, End, Ended, Lost, Status, apply
from orchestrator.config import Settings
from orchestrator.killswitch import repository as kills
from orchestrator.killswitch.worker import KillSwitch
from orchestrator.leases.lease import LeaseLost
from orchestrator.orders import finding
from orchestrator.orders.known import KnownChildren
from orchestrator.orders.reconcile import Reconciler
from orchestrator.orders.send import _ask, _send
from orchestrator.orders.trading import Trading
from orchestrator.orders.underway import LATEST, LEARNING, MOVED, UnderWay
from orchestrator.storage.db import Database
from tests.adapters.test_guard import Scripted
from tests.orchestrator.orders.test_repository import T0, USER, book, child_of, learn, record
from tests.orchestrator.orders.test_unread import Account, trading_at

__all__ = ["book"]  # a fixture


@pytest.fixture
def database_settings(sqlite_settings: Settings) -> Settings:
    """One database: nothing here depends on which."""
    return sqlite_settings


@dataclass
class Owner:
    """Owns by its own clock, and by the database, or not."""

    believes: bool = True
    really: bool = True

    def owns(self, user_id: UserId) -> bool:
        return self.believes

    def fence(self, conn: SqlConnection, user_id: UserId) -> None:
        if not self.really:
            raise LeaseLost("users/00")

    def number(self, user_id: UserId) -> int | None:
        return 1 if self.believes else None


def _trading(account: Account, db: Database, owner: Owner) -> Any:
    trading: Any = trading_at(account, db)
    trading.owning, trading.sending = owner, UnderWay()
    trading.connections.of_user = lambda user_id: [account]
    return trading


async def test_the_kill_switch_is_carried_out_by_the_owner_alone(book: Database) -> None:
    await book.write(lambda conn: kills.engage(conn, USER, KillDepth.CANCEL_ALL, "", T0))
    owner = Owner(believes=False)
    switch = KillSwitch(_trading(Account([]), book, owner))
    await switch.step()
    assert not switch._passes
    owner.believes = True
    await switch.step()
    assert len(switch._passes) == 1
    for task in switch._passes.values():
        await task


async def test_what_a_sleeper_saw_proves_nothing(book: Database) -> None:
    """It wakes up in the middle of a pass: another process goes on with it, and its reading is an old one."""
    switch = await book.write(lambda conn: kills.engage(conn, USER, KillDepth.CANCEL_ALL, "", T0))
    assert isinstance(switch, Switch)
    account = Account([])
    worker = KillSwitch(_trading(account, book, Owner(really=False)))
    await worker._pass(USER, switch, cast(Any, account))
    assert await book.read(lambda conn: kills.steps(conn, USER, switch.number)) == {}


async def test_unclear_orders_are_looked_for_by_the_owner_alone(book: Database) -> None:
    child = child_of("ord_1")
    await record(book, child)
    await learn(book, child, Lost(T0, "no answer"))
    owner = Owner(believes=False)
    reconciler = Reconciler(_trading(Account([]), book, owner), alone=True, answer_deadline=1, quiet_window=9)
    await reconciler.step()
    assert reconciler._searches == {}
    owner.believes = True
    await reconciler.step()
    assert list(reconciler._searches) == [child.id]


async def test_one_whose_recording_was_never_answered_is_looked_for_all_the_same(book: Database) -> None:
    """The database went away at the commit: the order is there, and whoever asked for it went on without sending."""
    child, uptime = child_of("ord_1"), Uptime()
    await record(book, child)
    trading = _trading(Account([]), book, Owner())
    trading.sending = UnderWay(uptime)
    trading.known, trading.stories = KnownChildren(), {}
    trading.announcer = SimpleNamespace(changed=lambda user, order: None)
    trading.sending.update([child.id])
    reconciler = Reconciler(trading, alone=True, answer_deadline=13, quiet_window=9)
    uptime.now += 13
    await reconciler.step()
    assert reconciler._searches == {}, "its answer may still come"
    uptime.now += LEARNING + 1
    await reconciler.step()
    assert list(reconciler._searches) == [child.id]


# --- the last moment before an order leaves --------------------------------------------------------------------------


class Uptime:
    def __init__(self) -> None:
        self.now = 100.0

    def __call__(self) -> float:
        return self.now


def _sender(broker: Scripted, owner: Owner, uptime: Callable[[], float]) -> Trading:
    account = SimpleNamespace(
        account=SimpleNamespace(user_id=USER),
        broker=Guarded(cast(Broker, broker)),
        exits=lambda child: False,
    )
    trading: Any = SimpleNamespace(
        connections=SimpleNamespace(get=lambda account_id: account),
        clock=lambda: T0,
        owning=owner,
        sending=UnderWay(uptime),
    )
    return cast(Trading, trading)


@pytest.mark.parametrize(("slept", "left"), [(LATEST - 0.1, 1), (LATEST + 0.1, 0)])
async def test_what_was_recorded_too_long_ago_is_not_sent_and_does_not_move(slept: float, left: int) -> None:
    uptime, broker, child = Uptime(), Scripted(), child_of("ord_1")
    trading = _sender(broker, Owner(), uptime)
    trading.sending.update([child.id])
    uptime.now += slept  # it was stopped: others may have given the order up meanwhile
    trading.sending.add(child.id)  # sending begins; that makes it no younger
    fact, note, unsent, clear = await _ask(trading, child)
    assert broker.calls == left
    assert not unsent, "nothing is placed elsewhere in its stead"
    if not left:
        assert isinstance(fact, Ended)
        assert (fact.end, clear) == (End.REJECTED, True)
        assert note == "It was not sent, and nothing is sent in its place."


@pytest.mark.parametrize(("slept", "moves"), [(MOVED - 1, True), (MOVED + 1, False)])
async def test_what_never_reached_its_broker_goes_to_no_other_after_a_sleep(
    book: Database, slept: float, moves: bool
) -> None:
    uptime, child = Uptime(), child_of("ord_1")

    class Asleep(Scripted):
        async def place(self, child: ChildOrder) -> Accepted:
            uptime.now += slept  # the lid was closed while the connection was made
            raise BrokerUnavailable("the network is away")

    await record(book, child)
    trading: Any = _sender(Asleep(), Owner(), uptime)
    trading.db, trading.known, trading.stories = book, KnownChildren(), {}
    trading.announcer = SimpleNamespace(changed=lambda user, order: None)
    trading.connections.invalidate = lambda account: None
    trading.sending.update([child.id])
    assert (await _send(trading, child)).unsent is moves
    stored = await book.read(lambda conn: finding.load(conn, USER, child.order_id))
    assert stored is not None
    assert stored.order.status is Status.REJECTED


async def test_what_an_owner_decided_is_not_sent_once_it_owns_nobody_any_more() -> None:
    broker, child = Scripted(), child_of("ord_1")
    fact, _, unsent, _ = await _ask(_sender(broker, Owner(believes=False), Uptime()), child)
    assert (broker.calls, unsent) == (0, False)
    assert isinstance(fact, Ended)
    assert fact.words == "another process works for this user now"


def test_an_order_that_others_found_absent_ends_without_a_fill_when_its_sender_wakes() -> None:
    lost = apply(child_of("ord_1"), Lost(T0, "the product stopped before the answer came"))
    late = apply(lost, Ended(End.REJECTED, T0, "it could not be sent in time: it was recorded too long ago"))
    assert (late.status, late.live_quantity) == (Status.REJECTED, 0)


def test_under_way_keeps_the_first_moment_and_forgets_what_was_answered() -> None:
    uptime = Uptime()
    under_way = UnderWay(uptime)
    under_way.update(["a"])
    uptime.now += LATEST + 1
    under_way.update(["a", "b"])
    assert (under_way.too_late("a"), under_way.too_late("b"), under_way.too_late("c")) == (True, False, False)
    under_way.discard("a")
    under_way.discard("c")
    assert ("a" in under_way, set(under_way), len(under_way)) == (False, {"b"}, 1)


@pytest.mark.parametrize("turns", range(5))
async def test_the_kill_switch_stops_however_shortly_before_it_was_woken(book: Database, turns: int) -> None:
    switch = KillSwitch(_trading(Account([]), book, Owner()))
    passed = 0

    async def step() -> None:
        nonlocal passed
        passed += 1

    switch.step = step  # type: ignore[method-assign]
    running = asyncio.create_task(switch.run())
    await asyncio.sleep(0.05)
    switch.wake()
    for _ in range(turns):
        await asyncio.sleep(0)
    running.cancel()
    ended, _ = await asyncio.wait({running}, timeout=60)
    running.cancel()
    assert ended
    assert passed <= 2

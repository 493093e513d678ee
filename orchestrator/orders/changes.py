"""A change that was recorded, carried out and followed until it is known what is in force.

In place: asked once; whether it is in force is read from the broker's own order, never taken from silence. By
replacement: cancelled, and only once the old order has provably ended is the rest placed: never two live.
"""

from __future__ import annotations

import asyncio
from dataclasses import dataclass, replace
from datetime import timedelta
from functools import partial

from sqlalchemy import Connection as SqlConnection

from adapters.broker import Change
from adapters.registry import broker_name
from domain.errors import BrokerError, BrokerRejected, BrokerUnavailable, OutcomeUnknown, SessionExpired
from domain.order import (
    ChangeAsked,
    ChangeOver,
    ChildId,
    ChildOrder,
    Fact,
    Modified,
    Order,
    OrderEvent,
    OrderType,
    Source,
)
from domain.report import OrderReport, ReportStatus, facts_of
from domain.routing import Denied
from orchestrator.errors import Problem
from orchestrator.leases.lease import LeaseLost
from orchestrator.orders import change_rows, finding, repository
from orchestrator.orders.cancel import cancel_child, was_asked
from orchestrator.orders.children import new_children
from orchestrator.orders.learn import learn
from orchestrator.orders.plan import Situation, decide_now, look
from orchestrator.orders.reading import read_order
from orchestrator.orders.repository import NewChild
from orchestrator.orders.rows import LiveChild
from orchestrator.orders.send import send_all
from orchestrator.orders.trading import Trading
from routing.rules import PRICED, TRIGGERED, legs_left

PAUSE = 0.5  # seconds between two looks at what is still changing
ENOUGH_LOOKS = 3
ENDED = frozenset(
    {ReportStatus.COMPLETE, ReportStatus.CANCELLED, ReportStatus.REJECTED, ReportStatus.EXPIRED}
)


async def carry_out(trading: Trading, child: ChildOrder) -> None:
    """Ask for the recorded change of one child, once. What is not clear afterwards is left to `Changes`."""
    asked = child.changing
    if asked is None:
        return
    trading.changing.add(child.id)
    try:
        if asked.replace:
            await cancel_child(trading, child)
            await _look_again(trading, child.id)
        else:
            await _ask(trading, child, asked)
    finally:
        trading.changing.discard(child.id)


async def _ask(trading: Trading, child: ChildOrder, asked: ChangeAsked) -> None:
    connection = trading.connections.get(child.account_id)
    if connection is None or connection.broker is None:
        await _over(trading, child, asked, "the account is not connected: the change was not sent")
        return
    change = Change(
        asked.quantity,
        asked.order_type,
        child.validity,
        asked.price,
        asked.trigger_price,
        asked.disclosed_quantity,
    )
    try:
        await connection.broker.modify(
            child.one_changing(), change, against=partial(_against, trading, child)
        )
    except BrokerUnavailable as error:
        await _over(trading, child, asked, error.words)
        return
    except BrokerRejected as error:
        await _over(trading, child, asked, error.words)
        # It may have been filled or cancelled meanwhile, which is why it could not be changed.
        await read_order(trading, connection.broker, child.one_changing())
        return
    except SessionExpired as error:
        await trading.connections.login_needed(child.account_id, error.words)
        await _over(trading, child, asked, error.words)
        return
    except OutcomeUnknown as error:
        text = "No clear answer to the change. The order is read until it is known; nothing is sent again."
        event = OrderEvent(trading.clock(), "change_unknown", text, child.id, error.words)
        await learn(trading, child.id, [], source=Source.ANSWER, events=[event])
        return
    await _settle(trading, child, taken=True)


def _against(trading: Trading, child: ChildOrder) -> str | None:
    """Why it must not leave any more; asked at the last moment."""
    if trading.changing.too_late(child.id):
        return "it could not be sent in time: it was recorded too long ago"
    return None


async def _over(trading: Trading, child: ChildOrder, asked: ChangeAsked, words: str) -> None:
    now = trading.clock()
    fact = ChangeOver(asked.number, now, words)
    await learn(trading, child.id, [fact], source=Source.ANSWER, answered_at=now)


async def _settle(trading: Trading, child: ChildOrder, *, taken: bool, give_up: bool = False) -> bool:
    """Read the order and learn whether the change is in force. `taken`: the broker said yes to it.

    `give_up`: it was seen at its old terms for long enough. Returns whether a clean reading was had.
    """
    asked, connection = child.changing, trading.connections.get(child.account_id)
    if asked is None or connection is None or connection.broker is None:
        return False
    try:
        report = await connection.broker.order(child.one_changing())
    except BrokerError as error:
        if isinstance(error, SessionExpired):
            await trading.connections.login_needed(child.account_id, error.words)
        return False
    if report is None:
        return False
    now = trading.clock()
    facts: list[Fact] = list(facts_of(report))
    if _in_force(report, asked) and (taken or not _in_force(report, _terms_now(child, asked))):
        facts.append(
            Modified(
                asked.quantity,
                asked.price,
                asked.trigger_price,
                now,
                asked.order_type,
                asked.disclosed_quantity,
                asked.number,
                report.broker_order_id,
            )
        )
    elif give_up or report.status in ENDED:
        facts.append(ChangeOver(asked.number, now, f"the broker's order kept its terms: {report.words}"))
    await learn(trading, child.id, facts, source=Source.RECONCILE, answered_at=now)
    return True


def _terms_now(child: ChildOrder, asked: ChangeAsked) -> ChangeAsked:
    """The terms that would be in force if the change was never made."""
    return replace(
        asked,
        quantity=child.quantity_now,
        order_type=child.order_type_now,
        price=child.price_now,
        trigger_price=child.trigger_price_now,
    )


def _in_force(report: OrderReport, asked: ChangeAsked) -> bool:
    """Whether the broker's order has these terms, as far as its report tells them."""
    if report.quantity != asked.quantity:
        return False
    kind = report.order_type
    # A market order goes with a protecting limit, and a stop that was released is a limit or market order.
    same_kind = kind is None or kind is asked.order_type or asked.order_type is not OrderType.LIMIT
    same_price = asked.order_type not in PRICED or report.price is None or report.price == asked.price
    same_trigger = (
        asked.order_type not in TRIGGERED
        or not report.trigger_price
        or report.trigger_price == asked.trigger_price
    )
    return same_kind and same_price and same_trigger


# --- replacement -------------------------------------------------------------------------------------------------


async def _look_again(trading: Trading, child_id: ChildId) -> None:
    live = await trading.db.read(lambda conn: change_rows.child_by_id(conn, child_id))
    if live is not None and live.child.changing and live.child.status.final:
        await _replace(trading, live)


async def _replace(trading: Trading, live: LiveChild) -> None:
    """Place what is left of a child that has provably ended, with its new terms, at the same account."""
    old, asked = live.child, live.child.changing
    order = await trading.db.read(lambda conn: finding.load(conn, live.user_id, old.order_id))
    if asked is None or order is None:
        return
    intent = replace(
        order.order.intent,
        quantity=max(1, asked.quantity - old.filled_quantity),
        order_type=asked.order_type,
        price=asked.price,
        trigger_price=asked.trigger_price,
        disclosed_quantity=asked.disclosed_quantity,
        account=old.account_id,
    )
    try:
        situation = await look(trading, user_id=live.user_id, intent=intent)
    except Problem as problem:
        await _over(trading, old, asked, problem.detail)
        return
    new = await trading.db.write(
        lambda conn: _record_replacement(conn, trading, situation, order.order, old.id),
        lock=f"orders:{live.user_id}",
    )
    trading.announcer.changed(live.user_id, old.order_id)
    for one in new:
        trading.known.remember(one.child)
    await send_all(trading, [one.child for one in new])


def _record_replacement(
    conn: SqlConnection, trading: Trading, situation: Situation, order: Order, old_id: ChildId
) -> list[NewChild]:
    """The new child and the end of the change in one transaction; none when the rest is not wanted any more."""
    trading.owning.fence(conn, order.user_id)
    live = change_rows.child_by_id(conn, old_id)
    if live is None or (asked := live.child.changing) is None or not live.child.status.final:
        return []
    old, rest = live.child, asked.quantity - live.child.filled_quantity
    legs = legs_left(situation.intent.iceberg_legs, rest, situation.market.lot)
    intent = replace(situation.intent, quantity=max(1, rest), iceberg_legs=legs)
    situation = replace(situation, intent=intent, now=trading.clock())
    words, children = "", list[NewChild]()
    if was_asked(conn, order.id):
        words = "its cancel was asked"
    elif rest <= 0:
        words = "it was filled before"
    else:
        decision = decide_now(conn, situation)
        if isinstance(decision, Denied):
            words = decision.reasons[0].message if decision.reasons else "the account cannot take it"
        else:
            after = len(order.children)
            children = new_children(situation, order.id, decision, after=after, token=order.token)
            words = f"replaced by {', '.join(new.child.id for new in children)}"
    facts = [ChangeOver(asked.number, situation.now, words)]
    repository.add_facts(conn, old.id, facts, at=situation.now, answered_at=situation.now)
    kind = "replaced" if children else "not_replaced"
    text = f"Ended with {old.filled_quantity} filled; "
    text += f"the other {rest} sent anew." if children else f"the rest is not sent anew: {words}."
    events = [OrderEvent(situation.now, kind, text, old.id)]
    if children:
        trading.sending.update(new.child.id for new in children)
        repository.add_children(conn, order, children, events, at=situation.now)
        change_rows.add_quantity(conn, order.id, asked.quantity - old.quantity_now)
    else:
        repository.add_events(conn, order.user_id, order.id, events)
    return children


# --- following ---------------------------------------------------------------------------------------------------


@dataclass(slots=True)
class Looks:
    number: int
    clean: int = 0


class Changes:
    """Follows changes without a clear answer, also those that a crash left behind. One runs where the sessions live."""

    def __init__(
        self, trading: Trading, *, alone: bool, answer_deadline: float, quiet_window: float | None
    ) -> None:
        """As `Reconciler`. A change whose order keeps its old terms over the quiet window was not made."""
        self._trading, self._answer_deadline = trading, answer_deadline
        self._grace = timedelta(0) if alone else timedelta(seconds=answer_deadline)
        self._quiet_window = quiet_window
        self._looks: dict[ChildId, Looks] = {}

    async def run(self) -> None:
        """Until cancelled."""
        while True:
            await self.step()
            await asyncio.sleep(PAUSE)

    async def step(self) -> None:
        """One look at every change that nobody here is asking for."""
        busy = self._being_asked()  # before the read: one that is answered meanwhile is not open
        stored = await self._trading.db.read(change_rows.changing_children)
        self._looks = {
            live.child.id: looks for live in stored if (looks := self._looks.get(live.child.id)) is not None
        }
        owns = self._trading.owning.owns
        mine = [live for live in stored if owns(live.user_id)]
        due = [live for live in mine if live.child.id not in busy and self._left_behind(live.child)]
        ends = await asyncio.gather(*(self._look(live) for live in due), return_exceptions=True)
        for end in ends:
            if isinstance(end, BaseException) and not isinstance(end, LeaseLost):
                raise end  # else: another process goes on with it

    def _left_behind(self, child: ChildOrder) -> bool:
        changing = child.changing
        if changing is None or child.id in self._being_asked():
            return False
        return changing.at + self._grace <= self._trading.clock()

    def _being_asked(self) -> set[str]:
        return self._trading.changing.awaited(self._answer_deadline)

    async def _look(self, live: LiveChild) -> None:
        child, asked = live.child, live.child.changing
        assert asked is not None
        looks = self._looks.get(child.id)
        if looks is None or looks.number != asked.number:
            looks = self._looks[child.id] = Looks(asked.number)
        if not asked.replace:
            long_enough = self._long_enough(child, asked) and looks.clean >= ENOUGH_LOOKS
            if await _settle(self._trading, child, taken=False, give_up=long_enough):
                looks.clean += 1
        elif child.status.final:
            await _replace(self._trading, live)
        elif self._long_enough(child, asked):
            await self._still_alive(child, asked)

    def _long_enough(self, child: ChildOrder, asked: ChangeAsked) -> bool:
        connection = self._trading.connections.get(child.account_id)
        own = connection.terms.quiet_window if connection else 0.0
        window = own if self._quiet_window is None else self._quiet_window
        return self._trading.clock() - asked.at >= timedelta(seconds=window)

    async def _still_alive(self, child: ChildOrder, asked: ChangeAsked) -> None:
        """The old order outlived its cancel: it stands, and nothing is placed beside it."""
        connection = self._trading.connections.get(child.account_id)
        if connection is None or connection.broker is None:
            return
        try:
            report = await connection.broker.order(child.one_changing())
        except BrokerError:
            return
        if report is None:
            return
        now = self._trading.clock()
        facts: list[Fact] = list(facts_of(report))
        if report.status not in ENDED:
            words = f"{broker_name(child.broker)} did not cancel it: the old order stands"
            facts.append(ChangeOver(asked.number, now, words))
        await learn(self._trading, child.id, facts, source=Source.RECONCILE, answered_at=now)

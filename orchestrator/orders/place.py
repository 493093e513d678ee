"""The whole story of an order: see, decide and record under the user's lock, send once, learn the answers."""

from __future__ import annotations

import asyncio
from dataclasses import dataclass, replace
from datetime import timedelta

from sqlalchemy import Connection as SqlConnection

from adapters.registry import broker_name
from domain.account import AccountId, UserId
from domain.order import ChildOrder, Order, OrderEvent, OrderId, OrderIntent
from domain.policy import Policy
from domain.routing import Denied, RoutingDecision
from orchestrator.errors import Problem
from orchestrator.identity.caller import Caller
from orchestrator.ids import new_id
from orchestrator.orders import entries, finding, repository, waiting
from orchestrator.orders.cancel import was_asked
from orchestrator.orders.children import new_children
from orchestrator.orders.leave import seen_anew
from orchestrator.orders.makeway import make_way
from orchestrator.orders.permit import Approved, OutsidePolicy, without_effect
from orchestrator.orders.plan import (
    Situation,
    decide_now,
    judged_now,
    look,
    questions,
    with_quantity,
    with_result,
)
from orchestrator.orders.rails import Blocked
from orchestrator.orders.repository import NewChild
from orchestrator.orders.rows import KeptChild, StoredOrder
from orchestrator.orders.send import Sent, send_all
from orchestrator.orders.story import Story
from orchestrator.orders.trading import Trading
from orchestrator.orders.waiting import Approval, Waiting
from orchestrator.storage.prepared import ask_ahead
from orchestrator.telemetry import tracing
from routing.selftrade import Verdict
from routing.words import rupees

MICROSECOND = timedelta(microseconds=1)
APPROVED = "Approved by its user: it is outside the policy of the token that asked for it."


@dataclass(frozen=True, slots=True)
class Recorded:
    story: Story
    kept: list[KeptChild]


@dataclass(frozen=True, slots=True)
class Replayed:
    order_id: OrderId


@dataclass(frozen=True, slots=True)
class DryRun(Denied):
    """Nothing was sent, because the token only tries things: what a preview would tell."""

    seen: tuple[Situation, RoutingDecision | Denied, Verdict | None] | None = None


async def preview(
    trading: Trading,
    *,
    user_id: UserId,
    intent: OrderIntent,
    policy: Policy | None = None,
    caller: Caller | None = None,
) -> tuple[Situation, RoutingDecision | Denied, Verdict | None]:
    """What `place` would decide now, once it had cancelled what is in the way. Nothing is recorded or sent."""
    situation = await look(trading, user_id=user_id, intent=intent, policy=policy, caller=caller)
    quoted = await trading.margins.ask(intent, situation.connections, situation.now)
    situation = await with_result(trading, replace(situation, quoted=quoted))
    decision, verdict = await trading.db.read(lambda conn: judged_now(conn, situation, cleared=True))
    if fresh := await seen_anew(trading, situation, decision):
        situation = await with_result(trading, fresh)
        decision, verdict = await trading.db.read(lambda conn: judged_now(conn, situation, cleared=True))
    return situation, decision, verdict


async def place(
    trading: Trading,
    *,
    user_id: UserId,
    intent: OrderIntent,
    key: str,
    fingerprint: str,
    policy: Policy | None = None,
    caller: Caller | None = None,
) -> tuple[StoredOrder, bool] | Denied:
    """The order and whether this key had already made it; or why not. Returns when every broker answered or is late.

    `policy` routes this order alone; None: by the user's own. `caller` is whoever asks; None: the product. The same
    `key` gives the same order; with another request (`fingerprint`) it is refused. Raises Problem.
    """
    if caller is not None:
        key = caller.own(key)
        if refused := without_effect(caller):
            made = await trading.db.read(lambda conn: replayed_order(conn, user_id, key, fingerprint))
            if made is not None:
                return await _made(trading, user_id, made)
            seen = await preview(trading, user_id=user_id, intent=intent, policy=policy, caller=caller)
            return DryRun(refused.reasons, seen=seen)
    try:
        with tracing.span("order.look"):
            situation = await look(trading, user_id=user_id, intent=intent, policy=policy, caller=caller)
    except Problem:
        # Whatever cannot be seen now, a key that made an order still stands for it.
        earlier = await trading.db.read(lambda conn: finding.replayed(conn, user_id, key))
        if earlier is None or earlier[1] != fingerprint:
            raise
        return await _made(trading, user_id, earlier[0])
    return await _carried_out(trading, situation, key, fingerprint)


async def place_approved(
    trading: Trading, approval: Approval, approved: Approved, caller: Caller
) -> tuple[StoredOrder, bool] | Denied:
    """The order that waited, by the key that asked for it, and whether it had been approved before; or why not, and it
    waits on. `caller` is the program's. Raises Problem 409 when the approval is over."""
    situation = await look(
        trading, user_id=approval.user_id, intent=approval.intent, policy=approval.policy, caller=caller
    )
    situation = replace(situation, permit=None, approved=approved)
    outcome = await _carried_out(trading, situation, approval.key, approval.fingerprint)
    trading.bus.nudge()
    return outcome


async def _carried_out(
    trading: Trading, situation: Situation, key: str, fingerprint: str
) -> tuple[StoredOrder, bool] | Denied:
    """In a task of its own: a caller that hangs up must leave neither an order that is recorded and never sent, nor a
    request cut short in mid-wire."""
    task = asyncio.create_task(_record_and_send(trading, situation, key, fingerprint))
    trading.running.add(task)
    task.add_done_callback(trading.running.discard)
    return await asyncio.shield(task)


async def _record_and_send(
    trading: Trading, situation: Situation, key: str, fingerprint: str
) -> tuple[StoredOrder, bool] | Denied:
    user_id = situation.user_id
    lock = f"orders:{user_id}"

    async def decided(*, asks: bool = True) -> Recorded | Replayed | Denied:
        def work(conn: SqlConnection) -> Recorded | Replayed | Denied:
            tracing.past("order.turn", asked, under=step)
            began = tracing.now()
            outcome = _decide_and_record(conn, trading, situation, key, fingerprint, asks=asks)
            tracing.past("order.decide", began, under=step)
            return outcome

        with tracing.span("order.record"):
            asked, step = tracing.now(), tracing.here()
            return await trading.db.write(work, lock=lock)

    outcome = await decided(asks=False)  # nobody is asked about what a newer reading lets pass
    fresh = await seen_anew(trading, situation, outcome)
    if fresh or (isinstance(outcome, OutsidePolicy) and waiting.asks(situation)):
        situation = fresh or situation
        outcome = await decided()
    if isinstance(outcome, Blocked):
        # A token that sees some accounts only cancels nothing at the others.
        narrow = situation.caller is not None and situation.caller.limited
        if narrow or not await make_way(trading, user_id, outcome.cancel_first):
            return outcome
        outcome = await decided()
    if isinstance(outcome, Waiting) and outcome.approval is not None:
        trading.bus.nudge()
        return outcome
    if isinstance(outcome, Denied):
        if (caller := situation.caller) is not None and caller.token is not None:
            intent, at, why = situation.intent, situation.now, outcome
            await trading.db.write(lambda conn: entries.refused(conn, user_id, intent, why, caller, at))
        return outcome
    if isinstance(outcome, Recorded):
        tracing.remember(outcome.story.order.id)
        # Own orders may have moved its price.
        situation = replace(situation, intent=outcome.story.order.intent)
        for kept in outcome.kept:
            trading.known.keep(kept)
        return await _sent(trading, situation, outcome.story), False
    return await _made(trading, user_id, outcome.order_id)


def _decide_and_record(
    conn: SqlConnection, trading: Trading, situation: Situation, key: str, fingerprint: str, *, asks: bool
) -> Recorded | Replayed | Denied:
    """One transaction: after it the order is known whatever happens to us. `asks`: or it waits for its user, where the
    token's policy says so."""
    trading.owning.fence(conn, situation.user_id)
    ask_ahead(conn, [finding.question_of_key(situation.user_id, key), *questions(situation)])
    given = situation.approved is not None
    earlier = replayed_order(conn, situation.user_id, key, fingerprint)
    if (made := waiting.already(conn, situation) if given else earlier) is not None:
        return Replayed(made)
    decision = decide_now(conn, situation)
    if isinstance(decision, OutsidePolicy):
        asked_for = waiting.ask(conn, situation, decision, key=key, fingerprint=fingerprint) if asks else None
        return asked_for or decision
    plan = decision.plan if isinstance(decision, Blocked) else decision
    if given and not isinstance(plan, Denied | None) and (changed := waiting.changed(conn, situation, plan)):
        return changed
    if isinstance(decision, Denied):
        return decision
    asked, situation = situation.intent, replace(situation, intent=decision.intent)
    order_id, token = OrderId(new_id("ord")), situation.caller.token if situation.caller else None
    children = new_children(situation, order_id, decision, token=token)
    order = Order(
        id=order_id,
        user_id=situation.user_id,
        intent=situation.intent,
        created_at=situation.now,
        children=tuple(new.child for new in children),
        token=token,
    )
    events = [
        OrderEvent(situation.now, "received", "Order received and checked."),
        *([OrderEvent(situation.now, "approved", APPROVED)] if given else []),
        *_repriced(situation, asked),
        OrderEvent(situation.now + MICROSECOND, "routed", decision.summary),
        *(_sending(situation, new.child) for new in children),
    ]
    # Before the commit: from then on the row exists, and whoever finds it must see that we are sending it.
    trading.sending.update(child.id for child in order.children)
    kept = repository.record(
        conn,
        order=order,
        children=children,
        decision=decision,
        events=events,
        key=None if given else key,
        fingerprint=fingerprint,
    )
    if given:
        waiting.placed(conn, situation, order_id, key)
    entries.placed(conn, order, situation.caller)
    return Recorded(Story.of(order, decision, children, events), kept)


def _repriced(situation: Situation, asked: OrderIntent) -> list[OrderEvent]:
    price = situation.intent.price
    if price is None or asked.price is None or price == asked.price:
        return []
    text = f"Priced at {rupees(price)} instead of {rupees(asked.price)}: one tick off an own order, as you have set."
    return [OrderEvent(situation.now, "repriced", text)]


async def _sent(trading: Trading, situation: Situation, story: Story) -> StoredOrder:
    """The order once every broker has answered or is late, with all that was heard of it until then."""
    order = story.order
    trading.stories[order.id] = story
    try:
        await _send_and_move(trading, situation, order)
    finally:
        del trading.stories[order.id]
    return story.stored()


async def _send_and_move(trading: Trading, situation: Situation, order: Order) -> None:
    """Send the children; what provably never reached its broker goes to the next best one."""
    trading.announcer.changed(order.user_id, order.id)
    failed: frozenset[AccountId] = frozenset()
    sending: tuple[ChildOrder, ...] = order.children
    while sending:
        ends = await send_all(trading, sending)
        dead = [end for end in ends if end.unsent]
        failed |= {end.child.account_id for end in dead}
        if not dead or situation.intent.account is not None:
            return
        sending = await _move(trading, situation, order, dead, failed)
        order = replace(order, children=(*order.children, *sending))


async def _move(
    trading: Trading, situation: Situation, order: Order, dead: list[Sent], failed: frozenset[AccountId]
) -> tuple[ChildOrder, ...]:
    """New children at other accounts for the dead quantity; none when nobody else can take it."""
    # What moves was allowed already, and counts once.
    situation = replace(situation, now=trading.clock(), permit=None)
    part = with_quantity(situation, sum(end.child.quantity for end in dead))

    def work(conn: SqlConnection) -> tuple[list[NewChild], list[OrderEvent]]:
        trading.owning.fence(conn, order.user_id)
        story = trading.stories.get(order.id)
        if (story is not None and story.cancel_asked) or was_asked(conn, order.id):
            stays = OrderEvent(situation.now, "not_moved", "Not sent elsewhere: its cancel was asked.")
            repository.add_events(conn, order.user_id, order.id, [stays])
            return [], [stays]
        decision = decide_now(conn, part, without=failed)
        if isinstance(decision, Denied):
            said = decision.reasons[0].message if decision.reasons else "no other account can take it"
            stays = OrderEvent(situation.now, "not_moved", f"No other account takes the rest: {said}")
            repository.add_events(conn, order.user_id, order.id, [stays])
            return [], [stays]
        after = len(order.children)
        children = new_children(situation, order.id, decision, after=after, token=order.token)
        trading.sending.update(new.child.id for new in children)
        moved = OrderEvent(situation.now, "moved", f"Sent elsewhere instead. {decision.summary}")
        events = [moved, *(_sending(situation, new.child) for new in children)]
        repository.add_move(conn, order, children, decision, events, at=situation.now)
        return children, events

    new, events = await trading.db.write(work, lock=f"orders:{order.user_id}")
    for one in new:
        trading.known.remember(one.child)
    if story := trading.stories.get(order.id):
        story.moved(new, events)
    return tuple(one.child for one in new)


def replayed_order(conn: SqlConnection, user_id: UserId, key: str, fingerprint: str) -> OrderId | None:
    """The order that this key already made or changed. Raises Problem 422 when it was for another request."""
    earlier = finding.replayed(conn, user_id, key)
    if earlier is None:
        return None
    order_id, was = earlier
    if was != fingerprint:
        raise Problem(
            422,
            "idempotency_key_reused",
            "this Idempotency-Key was used for a different order",
            field="Idempotency-Key",
            rule="one key stands for one order",
            fix="make a new key for a new order",
        )
    return order_id


def _sending(situation: Situation, child: ChildOrder) -> OrderEvent:
    how = f", in {child.iceberg_legs} legs" if child.iceberg_legs else ""
    text = f"Sending {child.quantity} to {broker_name(child.broker)} with tag {child.tag}{how}."
    return OrderEvent(situation.now + 2 * MICROSECOND, "sending", text, child.id)


async def _made(trading: Trading, user_id: UserId, thing: OrderId) -> tuple[StoredOrder, bool] | Waiting:
    """What a key has made: an order, or one that waits for its user or has waited in vain."""
    if not waiting.names_one(thing):
        return await _stored(trading, user_id, thing), True
    kept = await trading.db.read(lambda conn: waiting.load(conn, user_id, thing))
    return waiting.told(kept.at(trading.clock()))


async def _stored(trading: Trading, user_id: UserId, order_id: OrderId) -> StoredOrder:
    stored = await trading.db.read(lambda conn: finding.load(conn, user_id, order_id))
    if stored is None:
        raise LookupError(f"order {order_id} was recorded and is gone")
    return stored

"""New terms for an order that is under way: planned over its live parts, recorded, then asked for, each once."""

from __future__ import annotations

import asyncio
from collections import Counter
from collections.abc import Mapping
from dataclasses import replace
from datetime import datetime

from sqlalchemy import Connection as SqlConnection

from adapters.broker import Terms
from adapters.registry import broker_name
from domain.account import AccountId, UserId
from domain.money import Price
from domain.order import ChangeAsked, ChildId, ChildOrder, Order, OrderEvent, OrderId, OrderIntent, OrderType
from domain.routing import Denied, Reason, ReasonCode
from orchestrator.errors import Problem, not_found
from orchestrator.identity.caller import Caller
from orchestrator.orders import change_rows, entries, finding, repository
from orchestrator.orders.cancel import was_asked
from orchestrator.orders.changes import carry_out
from orchestrator.orders.new_terms import NewTerms
from orchestrator.orders.permit import visible, without_effect
from orchestrator.orders.place import replayed_order
from orchestrator.orders.plan import Situation, choices_now, look, refused_change, trading_day
from orchestrator.orders.rows import StoredOrder
from orchestrator.orders.trading import Trading
from routing.replan import NewPart, Part, replan
from routing.rules import disclosed, legs_left
from routing.token_policy import counted_price

_ONLY_THE_PRICE = Reason(
    ReasonCode.ICEBERG_LEGS,
    "Of an iceberg only the price can be changed: brokers take nothing else for the legs to come.",
    field="iceberg_legs",
    fix="Change the price alone, or cancel it and place what is left anew.",
)


async def modify(
    trading: Trading,
    *,
    user_id: UserId,
    order_id: OrderId,
    terms: NewTerms,
    key: str,
    fingerprint: str,
    caller: Caller | None = None,
) -> tuple[StoredOrder, bool] | Denied:
    """The order once every broker answered or is late, and whether this key had asked already; or why not.

    Raises Problem 404, 409 when nothing of it can be changed now, or 422 for a key of another request.
    """
    if refused := without_effect(caller):
        return refused
    key = key if caller is None else caller.own(key)
    stored = await trading.db.read(lambda conn: finding.load(conn, user_id, order_id))
    if stored is None or not visible(caller, stored.order):
        raise not_found("order")
    situation = await look(trading, user_id=user_id, intent=terms.applied(stored.order), caller=caller)
    # A task of its own: whoever hangs up must not leave a change recorded and never asked for.
    task = asyncio.create_task(_record_and_ask(trading, situation, order_id, terms, key, fingerprint))
    trading.running.add(task)
    task.add_done_callback(trading.running.discard)
    return await asyncio.shield(task)


async def _record_and_ask(
    trading: Trading,
    situation: Situation,
    order_id: OrderId,
    terms: NewTerms,
    key: str,
    fingerprint: str,
) -> tuple[StoredOrder, bool] | Denied:
    user_id = situation.user_id

    def work(conn: SqlConnection) -> list[ChildOrder] | Denied | None:
        if replayed_order(conn, user_id, key, fingerprint) is not None:
            return None
        outcome = _plan_and_record(conn, trading, situation, order_id, terms)
        if not isinstance(outcome, Denied):
            now = situation.now
            repository.add_key(conn, user_id, key=key, fingerprint=fingerprint, thing=order_id, at=now)
            entries.changed(conn, user_id, order_id, situation.intent, situation.caller, now)
        return outcome

    asked = await trading.db.write(work, lock=f"orders:{user_id}")
    if isinstance(asked, Denied):
        return asked
    for child in asked or ():
        trading.known.remember(child)
    trading.announcer.changed(user_id, order_id)
    await asyncio.gather(*(carry_out(trading, child) for child in asked or ()))
    after = await trading.db.read(lambda conn: finding.load(conn, user_id, order_id))
    if after is None:
        raise not_found("order")
    return after, asked is None


def _plan_and_record(
    conn: SqlConnection, trading: Trading, situation: Situation, order_id: OrderId, terms: NewTerms
) -> list[ChildOrder] | Denied:
    """One transaction: after it every change is known whatever happens to us."""
    stored = finding.load(conn, situation.user_id, order_id)
    if stored is None:
        raise not_found("order")
    order = stored.order
    live = _changeable(conn, order)
    if order.intent.iceberg_legs and not terms.fit_for_iceberg:
        return Denied((_ONLY_THE_PRICE,))
    intent = terms.applied(order)
    situation = replace(situation, intent=intent)  # it may have changed since the request came
    open_now = sum(child.live_quantity for child in live)
    wanted = open_now + intent.quantity - order.quantity_now
    if wanted <= 0:
        raise Problem(
            409,
            "below_filled",
            f"{order.quantity_now - open_now} of it cannot be taken back any more",
            field="quantity",
            rule="a new quantity is more than what is filled or ended",
            fix="cancel the rest instead",
        )
    same = _terms(intent) == _terms_of(order.leading)
    if same and wanted == open_now:
        raise Problem(409, "nothing_to_change", "the order has these terms already")
    after_market = intent.after_market and not situation.market.open
    legs = legs_left(intent.iceberg_legs, wanted, situation.market.lot)
    if broken := tuple(disclosed(intent, situation.market)):
        return Denied(broken)
    shown = replace(
        intent,
        quantity=wanted,
        after_market=after_market,
        iceberg_legs=legs,
        disclosed_quantity=min(intent.disclosed_quantity, wanted),
    )
    parts = [
        Part(
            child.id,
            child.account_id,
            child.filled_quantity,
            child.live_quantity,
            change_rows.margin_of_rest(conn, child),
        )
        for child in live
    ]
    choices = choices_now(conn, situation)
    plan = replan(shown, situation.market, choices, parts, on=trading_day(situation.now), same_terms=same)
    if isinstance(plan, Denied):
        return plan
    added: Counter[AccountId] = Counter()
    for child in live:
        added[child.account_id] += plan[child.id].live - child.live_quantity
    if refused := refused_change(conn, situation, order, shown, added):
        return refused
    return _record(conn, trading, situation, live, intent, plan, same)


def _changeable(conn: SqlConnection, order: Order) -> list[ChildOrder]:
    """The live parts. Raises Problem 409 when there are none, or when one of them is not clear."""
    live = [child for child in order.children if child.live_quantity]
    if not live and not any(child.changing for child in order.children):
        raise Problem(
            409,
            "order_not_live",
            f"the order is {order.status.value.lower()}: there is nothing left to change",
            rule="only an order that can still trade can be changed",
        )
    if was_asked(conn, order.id):
        raise Problem(409, "cancel_asked", "its cancel was asked", rule="a cancelled order is not changed")
    if any(child.changing for child in order.children):
        raise Problem(
            409,
            "change_under_way",
            "the change before this one is not answered yet",
            rule="one change at a time: two on the way could arrive in either order",
            fix="wait until it is known",
        )
    if any(child.broker_order_id is None for child in live):
        raise Problem(
            409,
            "order_unclear",
            "it is not known yet whether the broker has every part of the order",
            rule="what may not exist cannot be changed",
            fix="wait until it is known, or cancel it",
        )
    if twice := next((child for child in live if _held_twice(child)), None):
        raise Problem(
            409,
            "held_twice",
            f"{broker_name(twice.broker)} holds a part of it more than once: {', '.join(twice.broker_order_ids)}",
            rule="only one of them could be changed",
            fix="wait until what is too many is cancelled, or cancel the order and place what is left anew",
        )
    return live


def _held_twice(child: ChildOrder) -> bool:
    """Whether another of the broker's orders may still trade, or has: the changed one's total would say too much."""
    one = child.one_alive().broker_order_id
    others = [number for number in child.broker_order_ids if number != one]
    return len(child.live_order_ids) > 1 or any(child.filled_of(number) for number in others)


def _record(
    conn: SqlConnection,
    trading: Trading,
    situation: Situation,
    live: list[ChildOrder],
    intent: OrderIntent,
    plan: Mapping[ChildId, NewPart],
    same: bool,
) -> list[ChildOrder]:
    asked: list[ChildOrder] = []
    for child in live:
        new = plan[child.id]
        if same and new.live == child.live_quantity:
            continue
        fact = _ask(situation, child, intent, child.filled_quantity + new.live)
        trading.changing.discard(child.id)  # of one whose recording failed
        trading.changing.add(child.id)
        price = counted_price(intent, situation.market)
        asked.append(change_rows.ask_change(conn, child, fact, margin=new.margin, live=new.live, price=price))
        event = OrderEvent(situation.now, "change_asked", _words(child, fact), child.id)
        repository.add_events(conn, situation.user_id, child.order_id, [event])
    return asked


def _ask(situation: Situation, child: ChildOrder, intent: OrderIntent, quantity: int) -> ChangeAsked:
    number = (child.asked.number if child.asked else 0) + 1
    broker = next(one for one in situation.connections if one.account.id == child.account_id).terms
    return ChangeAsked(
        number=number,
        quantity=quantity,
        order_type=intent.order_type,
        price=intent.price,
        trigger_price=intent.trigger_price,
        disclosed_quantity=min(intent.disclosed_quantity, quantity),
        at=_after(child, situation.now),
        replace=_must_replace(broker, number),
        broker_order_id=child.one_alive().broker_order_id or "",
    )


def _after(child: ChildOrder, now: datetime) -> datetime:
    return max(now, child.asked.at) if child.asked else now


def _must_replace(terms: Terms, number: int) -> bool:
    """Where the broker cannot change an order, or has changed this one as often as it does."""
    return not terms.modifies or (terms.most_changes is not None and number > terms.most_changes)


def _terms(intent: OrderIntent) -> tuple[OrderType, Price | None, Price | None, int]:
    return (intent.order_type, intent.price, intent.trigger_price, intent.disclosed_quantity)


def _terms_of(child: ChildOrder) -> tuple[OrderType, Price | None, Price | None, int]:
    prices = (child.price_now, child.trigger_price_now)
    return (child.order_type_now, *prices, child.disclosed_quantity_now)


def _words(child: ChildOrder, fact: ChangeAsked) -> str:
    at = f" at {fact.price}" if fact.price else ""
    trigger = f", trigger {fact.trigger_price}" if fact.trigger_price else ""
    how = "Replacing it at" if fact.replace else "Asking"
    return f"{how} {broker_name(child.broker)}: {fact.quantity} {fact.order_type.value}{at}{trigger}."

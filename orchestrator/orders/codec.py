"""Children's facts, intents and decisions as JSON for the database: exact, and the same text for the same value."""

from __future__ import annotations

from dataclasses import replace
from datetime import datetime
from decimal import Decimal
from typing import Any

import orjson
from pydantic import TypeAdapter

from domain.money import Price, plain
from domain.order import (
    Absent,
    ChangeAsked,
    ChangeOver,
    ChildOrder,
    End,
    Ended,
    Fill,
    Lost,
    Modified,
    OrderIntent,
    OrderType,
    Progress,
    Working,
)
from domain.policy import Policy
from domain.routing import Charges, RoutingDecision

_DECISION = TypeAdapter(RoutingDecision)
_CHARGES = TypeAdapter(Charges)
_INTENT = TypeAdapter(OrderIntent)
_POLICY = TypeAdapter(Policy)


def _exact(value: object) -> str:
    """What orjson does not know by itself: all of a decimal's digits."""
    if isinstance(value, Decimal):
        return str(value)
    raise TypeError(f"no exact text for {type(value).__name__}")


def dump_decision(decision: RoutingDecision) -> str:
    """All but the text of its inputs, which is kept apart."""
    return orjson.dumps(replace(decision, inputs=""), default=_exact).decode()


def load_decision(text: str) -> RoutingDecision:
    return _DECISION.validate_json(text)


def dump_intent(intent: OrderIntent) -> str:
    return orjson.dumps(intent, default=_exact).decode()


def load_intent(text: str) -> OrderIntent:
    return _INTENT.validate_json(text)


def dump_policy(policy: Policy) -> str:
    return orjson.dumps(policy).decode()


def load_policy(text: str) -> Policy:
    return _POLICY.validate_json(text)


def dump_charges(charges: Charges) -> str:
    return orjson.dumps(charges, default=_exact).decode()


def load_charges(text: str) -> Charges:
    return _CHARGES.validate_json(text)


def _price(price: Price | None) -> str | None:
    return None if price is None else plain(price.amount, 0)


def _to_price(text: str | None) -> Price | None:
    return None if text is None else Price.of(text)


def dump_facts(child: ChildOrder) -> str:
    """The folded facts of a child (what `domain.order.apply` touches)."""
    facts: dict[str, Any] = {}
    if child.broker_order_ids:
        facts["ids"] = child.broker_order_ids
    if child.accepted_at:
        facts["accepted_at"] = child.accepted_at
    if lost := child.lost:
        facts["lost"] = [lost.at, lost.words]
    if absent := child.absent:
        facts["absent"] = [absent.at, absent.words]
    if seen := child.working_at:
        facts["seen"] = [[one.at, one.trigger_pending, one.words, one.broker_order_id] for one in seen]
    if ends := child.ends:
        facts["ends"] = [[one.end, one.at, one.words, one.broker_order_id] for one in ends]
    if totals := child.totals:
        facts["totals"] = [
            [one.filled_quantity, _price(one.average_price), one.at, one.broker_order_id] for one in totals
        ]
    facts |= _dump_changes(child)
    if fills := child.fills:
        facts["fills"] = [
            [one.trade_id, one.quantity, _price(one.price), one.at, one.broker_order_id] for one in fills
        ]
    return orjson.dumps(facts).decode()


def load_facts(child: ChildOrder, text: str) -> ChildOrder:
    """`child` with the facts that `dump_facts` wrote."""
    facts = orjson.loads(text)
    ids = tuple(facts.get("ids", ()))
    _name_owners(facts, ids[0] if ids else "")
    at = datetime.fromisoformat
    lost, absent = facts.get("lost"), facts.get("absent")
    return replace(
        child,
        broker_order_ids=ids,
        accepted_at=at(facts["accepted_at"]) if "accepted_at" in facts else None,
        working_at=tuple(
            Working(at(when), waits, words, number) for when, waits, words, number in facts.get("seen", ())
        ),
        lost=Lost(at(lost[0]), lost[1]) if lost else None,
        absent=Absent(at(absent[0]), absent[1]) if absent else None,
        ends=tuple(
            Ended(End(end), at(when), words, number) for end, when, words, number in facts.get("ends", ())
        ),
        totals=tuple(
            Progress(filled, _to_price(average), at(when), number)
            for filled, average, when, number in facts.get("totals", ())
        ),
        asked=_asked(facts.get("asked")),
        modified=_modified(facts.get("modified")),
        change_over=_change_over(facts.get("change_over")),
        fills=tuple(
            Fill(trade_id, quantity, Price.of(price), at(when), number)
            for trade_id, quantity, price, when, number in facts.get("fills", ())
        ),
    )


def _name_owners(facts: dict[str, Any], first: str) -> None:
    """Rows from before facts named the broker's order speak of the first one."""
    for old, new in (("working", "seen"), ("ended", "ends"), ("progress", "totals")):
        if old in facts:
            facts[new] = [[*facts.pop(old), first]]
    if (fills := facts.get("fills")) and len(fills[0]) == 4:
        facts["fills"] = [[*fill, first] for fill in fills]
    for name, named in (("asked", 9), ("modified", 8)):
        if name in facts and len(facts[name]) < named:
            facts[name].append(first)


def _dump_changes(child: ChildOrder) -> dict[str, Any]:
    facts: dict[str, Any] = {}
    if asked := child.asked:
        prices = [_price(asked.price), _price(asked.trigger_price)]
        terms = [asked.quantity, asked.order_type, *prices, asked.disclosed_quantity]
        facts["asked"] = [asked.number, *terms, asked.at, asked.replace, asked.broker_order_id]
    if change := child.modified:
        prices = [_price(change.price), _price(change.trigger_price)]
        more = [change.order_type, change.disclosed_quantity, change.number, change.broker_order_id]
        facts["modified"] = [change.quantity, *prices, change.at, *more]
    if over := child.change_over:
        facts["change_over"] = [over.number, over.at, over.words]
    return facts


def _asked(row: list[Any] | None) -> ChangeAsked | None:
    if row is None:
        return None
    number, quantity, kind, price, trigger, disclosed, at, replaces, of = row
    prices = (_to_price(price), _to_price(trigger))
    return ChangeAsked(
        number, quantity, OrderType(kind), *prices, disclosed, datetime.fromisoformat(at), replaces, of
    )


def _modified(row: list[Any] | None) -> Modified | None:
    if row is None:
        return None
    quantity, price, trigger, at, kind, disclosed, number, of = row
    prices = (_to_price(price), _to_price(trigger))
    known = OrderType(kind) if kind else None
    return Modified(quantity, *prices, datetime.fromisoformat(at), known, disclosed, number, of)


def _change_over(row: list[Any] | None) -> ChangeOver | None:
    return ChangeOver(row[0], datetime.fromisoformat(row[1]), row[2]) if row else None

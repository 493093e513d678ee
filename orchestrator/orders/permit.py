"""A personal token's policy around one order, in the transaction that records it: two requests at once never spend
the same rupee of what it may."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime

import sqlalchemy as sa
from sqlalchemy import Connection as SqlConnection
from sqlalchemy import bindparam

from domain.account import AccountId
from domain.limits import Usage
from domain.money import ZERO, Money
from domain.order import Order, OrderIntent
from domain.routing import Candidate, Charges, Denied, RoutingDecision, Slice
from domain.token_policy import Clause, OnBreach, TokenPolicy
from orchestrator.errors import Problem
from orchestrator.guards.repository import COUNTED, day_began
from orchestrator.identity.caller import Caller
from orchestrator.orders.rails import Setting, reduces
from orchestrator.storage.prepared import Prepared
from orchestrator.tables.orders import order_children, orders
from routing.margin import DELIVERED
from routing.token_policy import Asked, Breach, breaches, counted_price, misplaced

ORDER, CHILD = orders.c, order_children.c
USED = Prepared(
    sa.select(
        sa.func.count(sa.distinct(ORDER.id)).label("orders"),
        sa.func.coalesce(sa.func.sum(COUNTED), 0).label("paise"),
    )
    .select_from(orders.join(order_children, CHILD.order_id == ORDER.id))
    .where(ORDER.token == bindparam("one"), ORDER.created_at >= bindparam("began"))
)


@dataclass(frozen=True, slots=True)
class OutsidePolicy(Denied):
    """Refused by the policy of the token alone. `plan`: what would have been sent; None when that was not looked at."""

    breaches: tuple[Breach, ...] = ()
    plan: RoutingDecision | None = None

    @classmethod
    def of(cls, found: Sequence[Breach], plan: RoutingDecision | None = None) -> OutsidePolicy:
        reasons = tuple(one.reason for one in found)
        if plan is None:
            return cls(reasons, breaches=tuple(found))
        return cls(reasons, plan.alternatives, plan.hash, tuple(found), plan)


@dataclass(frozen=True, slots=True)
class Permit:
    """What a token's policy is held against beside the order itself. `trading_day`: today is one."""

    token: str
    policy: TokenPolicy
    underlying: str | None
    trading_day: bool


@dataclass(frozen=True, slots=True)
class Approved:
    """A person's yes to what waits under this id, as it was looked at."""

    id: str
    plan_hash: str
    by: Caller


def outside_policy(
    refused: OutsidePolicy, *, title: str = "The token's policy does not allow this"
) -> Problem:
    """403 with the clause, what was asked, what is allowed and what to do; all clauses in `breaches`."""
    first, words = refused.breaches[0], refused.reasons[0]
    return Problem(
        403,
        words.code,
        words.message,
        title=title,
        field=words.field,
        rule=words.message,
        fix=words.fix,
        clause=first.clause,
        breaches=[
            {"clause": one.clause, "asked": one.asked, "allowed": one.allowed, "field": one.field}
            for one in refused.breaches
        ],
    )


def visible(caller: Caller | None, order: Order) -> bool:
    """Whether an order of the user's is there for this caller: all of it is at accounts that it sees."""
    return caller is None or all(caller.sees(child.account_id) for child in order.children)


def without_effect(caller: Caller | None) -> OutsidePolicy | None:
    """Why a token that only tries things may not do this, which no answer could stand for."""
    if caller is None or caller.policy is None or not caller.policy.dry_run:
        return None
    return OutsidePolicy.of([Breach(Clause.DRY_RUN, "a change of what there is", "trying orders out")])


def within_some(caller: Caller) -> OutsidePolicy | None:
    """Why a token that is limited in what it trades may not close every position there is."""
    policy = caller.policy or TokenPolicy()
    limits = {
        Clause.SYMBOLS: policy.symbols,
        Clause.SEGMENTS: policy.segments,
        Clause.SIDES: policy.sides,
        Clause.PRODUCTS: policy.products,
    }
    found = [
        Breach(clause, "closing every position", "some of them", "depth")
        for clause, limit in limits.items()
        if limit is not None
    ]
    return OutsidePolicy.of(found) if found else None


def misplaced_now(permit: Permit | None, intent: OrderIntent) -> OutsidePolicy | None:
    """What the policy has against an order whatever its plan, where nobody is to be asked about it.

    Nobody is asked about an account that the token does not see: the plan would tell of it.
    """
    if permit is None:
        return None
    found = misplaced(intent, permit.policy, permit.underlying)
    if permit.policy.on_breach is OnBreach.ASK:
        found = tuple(one for one in found if one.clause is Clause.ACCOUNTS)
    return OutsidePolicy.of(found) if found else None


def outside(
    conn: SqlConnection,
    permit: Permit | None,
    setting: Setting,
    asked: OrderIntent,
    decision: RoutingDecision,
    choices: Sequence[Candidate],
) -> OutsidePolicy | None:
    """What the policy has against a planned order, with what the token has used today. `asked`: before own orders
    moved its price."""
    if permit is None:
        return None
    price = counted_price(decision.intent, setting.market)
    value = None if price is None else price * decision.intent.quantity
    found = breaches(
        Asked(
            intent=asked,
            value=value,
            more=value,
            closes=reduces(conn, setting, decision.intent, decision.slices, choices),
            now=setting.now,
            underlying=permit.underlying,
            trading_day=permit.trading_day,
            used=used(conn, permit, setting.now),
        ),
        permit.policy,
    )
    return OutsidePolicy.of(found, decision) if found else None


def outside_change(
    conn: SqlConnection,
    permit: Permit | None,
    setting: Setting,
    order: Order,
    intent: OrderIntent,
    added: Mapping[AccountId, int],
    choices: Sequence[Candidate],
) -> OutsidePolicy | None:
    """What the policy has against new terms of an order: `intent` with its new total, `added` units by account."""
    if permit is None:
        return None
    price = counted_price(intent, setting.market)
    value = None if price is None else price * intent.quantity
    more = None if value is None else max(value - _counted(conn, order), ZERO)
    known = {one.account_id: one for one in choices}
    slices = [
        Slice(account, known[account].broker, "", max(units, 0), Charges(), ZERO)
        for account, units in added.items()
        if account in known
    ]
    closes = len(slices) == len(added) and reduces(conn, setting, intent, slices, choices)
    if uncounted := _uncounted(
        permit, order, setting.now, more, free=closes and intent.product not in DELIVERED
    ):
        return OutsidePolicy.of([uncounted])
    found = breaches(
        Asked(
            intent=intent,
            value=value,
            more=more,
            closes=closes,
            now=setting.now,
            underlying=permit.underlying,
            trading_day=permit.trading_day,
            order=False,
            used=used(conn, permit, setting.now),
        ),
        permit.policy,
    )
    return OutsidePolicy.of(found) if found else None


def _uncounted(
    permit: Permit, order: Order, now: datetime, more: Money | None, *, free: bool
) -> Breach | None:
    """A change that the token's day would not count, and so could be made again and again. `free`: it need not be."""
    if permit.policy.day_value is None:
        return None
    if order.token != permit.token:
        what = "a change of an order that it did not place"
        return Breach(Clause.DAY_VALUE, what, "changes of its own orders")
    if order.created_at < day_began(now) and more != ZERO and not free:
        what = "more of an order of another day"
        return Breach(Clause.DAY_VALUE, what, "changes that make it no larger", "quantity")
    return None


def used(conn: SqlConnection, permit: Permit, now: datetime) -> Usage:
    """What the token's orders of today (IST) use: how many, and rupees of what is filled or may still be."""
    if permit.policy.day_value is None and permit.policy.day_orders is None:
        return Usage()
    row = USED.rows(conn, {"one": permit.token, "began": day_began(now)})[0]
    return Usage(row.orders, Money.paise(int(row.paise)))


def _counted(conn: SqlConnection, order: Order) -> Money:
    """Rupees that the order counts as it is."""
    paise = conn.execute(
        sa.select(sa.func.coalesce(sa.func.sum(COUNTED), 0)).where(CHILD.order_id == order.id)
    ).scalar_one()
    return Money.paise(int(paise))

"""The user's own rails around one order, in the transaction that records it: own orders in the way, limits, switch."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, replace
from datetime import datetime

import sqlalchemy as sa
from sqlalchemy import Connection as SqlConnection
from sqlalchemy import bindparam

from domain.account import AccountId, UserId
from domain.conditional import ConditionalIntent
from domain.limits import KillDepth, Resting, Switch, Usage, UserLimits
from domain.money import Money, Price
from domain.order import ChildOrder, OrderId, OrderIntent, Side
from domain.routing import Candidate, Denied, Market, Reason, ReasonCode, RoutingDecision, Slice
from orchestrator.guards import repository as guards
from orchestrator.identity.consent.documents import DocumentKind
from orchestrator.orders import finding, outside
from orchestrator.orders.leaving import Leaving, leaving
from orchestrator.storage.prepared import Prepared, Question
from orchestrator.tables.identity import kill_switches, user_limits, users
from orchestrator.tables.people import consents, documents
from routing.limits import Day, Planned, check
from routing.margin import DELIVERED, opposite_held, reference_price
from routing.selftrade import STOPS, Verdict, judge

SWITCH = kill_switches.c
AGREED = (
    sa.exists()
    .where(
        consents.c.user_id == users.c.id,
        consents.c.kind == documents.c.kind,
        consents.c.version == documents.c.version,
    )
    .correlate(users, documents)
)
# By the key of the one or two documents: nothing on an order's way walks over a table.
UNAGREED = (
    sa.select(sa.func.count())
    .select_from(documents)
    .where(documents.c.kind.in_([sa.literal_column(f"'{kind}'") for kind in DocumentKind]), ~AGREED)
    .correlate(users)
    .scalar_subquery()
)
RAILS = Prepared(
    sa.select(
        user_limits.c.limits,
        SWITCH.depth,
        SWITCH.number,
        SWITCH.since,
        SWITCH.words,
        UNAGREED.label("unagreed"),
    )
    .select_from(
        users.outerjoin(user_limits, user_limits.c.user_id == users.c.id).outerjoin(
            kill_switches, (SWITCH.user_id == users.c.id) & SWITCH.released_at.is_(None)
        )
    )
    .where(users.c.id == bindparam("user"))
)
NO_LIMITS = UserLimits()
TERMS = (
    "You have not agreed to the terms or the privacy notice in force: until then only positions are closed."
)
AGREE = "Sign in and agree: POST /v1/users/me/consents."


@dataclass(frozen=True, slots=True)
class Rails:
    """What the user has set; `switch` None: not on. `unagreed`: they have not agreed to the terms or the privacy notice
    in force."""

    limits: UserLimits = NO_LIMITS
    switch: Switch | None = None
    unagreed: bool = False

    @property
    def bind(self) -> bool:
        return self.switch is not None or self.limits is not NO_LIMITS or self.unagreed

    @property
    def exits_only(self) -> Reason | None:
        """Why nothing is sent now that opens or adds to a position, whatever it is."""
        could = "It could open or add to a position, and"
        if self.switch is not None:
            return Reason(ReasonCode.KILL_SWITCH, f"{could} the kill switch is on.", field="quantity")
        if self.limits.reduce_only:
            return Reason(ReasonCode.REDUCE_ONLY, f"{could} you have set reduce-only.", field="quantity")
        return Reason(ReasonCode.CONSENT_NEEDED, TERMS, fix=AGREE) if self.unagreed else None


@dataclass(frozen=True, slots=True)
class Setting:
    """What the rails look at beside the database. `labels` names accounts, `read_at` is when each was last read.

    `result` tells the day's profit in rupees, or None and why; it is asked only where a limit needs it.
    """

    user_id: UserId
    market: Market
    labels: dict[AccountId, str]
    read_at: dict[AccountId, datetime]
    result: Callable[[], tuple[Money | None, str]]
    now: datetime


@dataclass(frozen=True, slots=True)
class Blocked(Denied):
    """Refused as things stand: these orders of the user's own are to be cancelled first, as they asked. `plan`: what
    would be sent then."""

    cancel_first: tuple[OrderId, ...] = ()
    plan: RoutingDecision | None = None


def rails(conn: SqlConnection, user_id: UserId) -> Rails:
    """The user's limits and switch, as this transaction sees them."""
    row = RAILS.first(conn, {"user": user_id})
    if row is None:
        return Rails()
    switch = Switch(KillDepth(row.depth), row.number, row.since, row.words) if row.depth else None
    limits = guards.parsed(row.limits) if row.limits else NO_LIMITS
    return Rails(limits, switch, bool(row.unagreed))


def protects(intent: ConditionalIntent, held: int) -> bool:
    """Whether a conditional order only closes what is held: `held` net units of the position, or shares."""
    most = max(leg.quantity for leg in intent.legs)
    selling = intent.side is Side.SELL
    return selling if intent.product in DELIVERED else most <= (held if selling else -held)


def refused_at_broker(
    conn: SqlConnection, user_id: UserId, intent: ConditionalIntent, held: int
) -> Reason | None:
    """Why a conditional order may not be left at a broker now. `held`: net units of the position there, of its product.

    One that only protects what is held may: it sells shares, or closes the position.
    """
    reason = rails(conn, user_id).exits_only
    return None if reason is None or protects(intent, held) else reason


# --- own orders in the way ---------------------------------------------------------------------------------------


def own_orders(conn: SqlConnection, setting: Setting, intent: OrderIntent, limits: UserLimits) -> Verdict:
    """What the user's other live orders at all their accounts, ours and others, mean for this one."""
    resting = [
        one
        for child in finding.live_in(conn, setting.user_id, intent.instrument, intent.side.opposite)
        for one in resting_of(child, setting.labels.get(child.account_id, child.broker.value))
    ]
    day = guards.day_began(setting.now)
    resting += outside.resting_in(conn, setting.user_id, intent.instrument, labels=setting.labels, since=day)
    return judge(intent, setting.market, resting, limits.self_trade)


def questions(user_id: UserId, intent: OrderIntent, now: datetime) -> list[Question]:
    """What `rails` and `own_orders` ask."""
    since = guards.day_began(now)
    return [
        (RAILS, {"user": user_id}),
        finding.question_of_book(user_id, intent.instrument, intent.side.opposite),
        outside.question(user_id, intent.instrument, since),
    ]


def resting_of(child: ChildOrder, label: str) -> list[Resting]:
    """A live child as the book may have it: twice while it is not known which of two terms are in force."""
    waiting = not (child.working and not child.working.trigger_pending)
    seen = Resting(
        account_id=child.account_id,
        label=label,
        order_id=child.order_id,
        ours=True,
        instrument=child.instrument,
        side=child.side,
        quantity=child.live_quantity,
        order_type=child.order_type_now,
        price=child.price_now,
        trigger_price=child.trigger_price_now,
        waiting=child.order_type_now in STOPS and waiting,
    )
    change = child.changing
    if change is None:
        return [seen]
    asked = replace(
        seen,
        order_type=change.order_type,
        price=change.price,
        trigger_price=change.trigger_price,
        waiting=change.order_type in STOPS and waiting,
    )
    return [seen, asked]


# --- limits and the switch ---------------------------------------------------------------------------------------


def broken(
    conn: SqlConnection,
    setting: Setting,
    rails: Rails,
    intent: OrderIntent,
    slices: Sequence[Slice],
    choices: Sequence[Candidate],
    *,
    whole: int | None = None,
) -> tuple[Reason, ...]:
    """Every limit of the user's that the plan breaks. `whole`: units of the order that this is added to."""
    if not rails.bind:
        return ()
    limits = rails.limits
    price: Price | None = reference_price(intent, setting.market)
    if price is None:
        return ()  # refused already: nothing can be costed
    reducing = reduces(conn, setting, intent, slices, choices)
    counts = not reducing and limits.counts_the_day
    usage = guards.usage(conn, setting.user_id, setting.now) if counts else Usage()
    pnl, why = setting.result() if limits.day_loss is not None and not reducing else (None, "")
    planned = Planned(intent, slices, price, reducing, setting.now, whole)
    found = check(planned, limits, rails.switch, Day(usage, pnl, why))
    if rails.unagreed and not reducing:
        return (Reason(ReasonCode.CONSENT_NEEDED, TERMS, fix=AGREE), *found)
    return found


def reduces(
    conn: SqlConnection,
    setting: Setting,
    intent: OrderIntent,
    slices: Iterable[Slice],
    choices: Iterable[Candidate],
) -> bool:
    """Whether the plan only closes what its accounts hold, after all exits that are under way.

    A delivery sale does: routing lets it use only what may be sold. A delivery purchase never does.
    """
    if intent.product in DELIVERED:
        return intent.side is Side.SELL
    by_id = {one.account_id: one for one in choices}
    planned: dict[AccountId, int] = {}
    for part in slices:
        planned[part.account_id] = planned.get(part.account_id, 0) + part.quantity
    under_way = _under_way(conn, setting, intent)
    return all(
        quantity + under_way.get(account, Leaving()).units <= opposite_held(intent, by_id[account])
        for account, quantity in planned.items()
    )


def giving_back(
    conn: SqlConnection, setting: Setting, intent: OrderIntent, choices: tuple[Candidate, ...]
) -> tuple[Candidate, ...]:
    """The same, but an account that is held open has no more to give back than is not on its way out already: of two
    exits of all of it, the second would open a position."""
    if intent.product in DELIVERED or not any(one.held_open for one in choices):
        return choices
    under_way = _under_way(conn, setting, intent)

    def left(one: Candidate) -> int:
        going = min(under_way.get(one.account_id, Leaving()).units, opposite_held(intent, one))
        return one.held - going if intent.side is Side.SELL else one.held + going

    return tuple(replace(one, held=left(one)) if one.held_open else one for one in choices)


def grows_where_held_open(
    conn: SqlConnection,
    setting: Setting,
    intent: OrderIntent,
    slices: Iterable[Slice],
    choices: Iterable[Candidate],
) -> Reason | None:
    """Why an order under way may not grow by these slices: an account is held open, and they do more than give back
    what it holds."""
    shut = {one.account_id: one for one in choices if one.held_open}
    there = [part for part in slices if part.account_id in shut]
    if not there or reduces(conn, setting, intent, there, shut.values()):
        return None
    one = shut[there[0].account_id]
    text = f"{one.label} takes nothing new: {one.held_open}."
    return Reason(ReasonCode.BREAKER_HELD, text, one.account_id, "quantity")


def _under_way(conn: SqlConnection, setting: Setting, intent: OrderIntent) -> dict[AccountId, Leaving]:
    """What leaves the position on the order's side already."""
    return leaving(
        conn,
        setting.user_id,
        intent.instrument,
        side=intent.side,
        product=intent.product,
        read_at=setting.read_at,
        now=setting.now,
    )

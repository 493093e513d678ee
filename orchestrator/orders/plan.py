"""Gathers what a routing decision needs, and decides under the user's lock, so that no rupee is promised twice."""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field, replace
from datetime import date, datetime
from functools import partial

from sqlalchemy import Connection as SqlConnection

from adapters.values import Listing
from domain.account import AccountId, UserId
from domain.calendar import IST
from domain.fees import ware_of
from domain.instrument import Instrument, InstrumentId
from domain.limits import SelfTrade, UserLimits
from domain.money import ZERO, Money, Price
from domain.order import Order, OrderId, OrderIntent, Side
from domain.policy import Policy, PolicyKind
from domain.routing import Candidate, Charges, Denied, Market, QuotedMargin, RoutingDecision, Slice
from orchestrator.accounts.candidates import candidates
from orchestrator.accounts.connections import Connection
from orchestrator.errors import Problem, not_found
from orchestrator.guards import repository as guards
from orchestrator.identity.caller import Caller
from orchestrator.orders import holds
from orchestrator.orders.permit import Approved, Permit, misplaced_now, outside, outside_change
from orchestrator.orders.rails import (
    Blocked,
    Setting,
    broken,
    giving_back,
    grows_where_held_open,
    own_orders,
)
from orchestrator.orders.rails import questions as questions_of_rails
from orchestrator.orders.rails import rails as rails_of
from orchestrator.orders.takers import naming_takers
from orchestrator.orders.trading import Trading
from orchestrator.policies import repository as policies
from orchestrator.storage.prepared import Question
from routing.decide import decide
from routing.selftrade import Verdict, refusal


@dataclass(frozen=True, slots=True)
class Situation:
    """Everything outside the database that a decision depends on, as seen at `now`."""

    user_id: UserId
    intent: OrderIntent
    instrument: Instrument
    market: Market
    connections: tuple[Connection, ...]
    listed: Mapping[AccountId, Listing]  # as each account's broker lists the instrument; only those that do
    same_share: frozenset[InstrumentId]  # listings of the same ISIN: a sale of one uses up the other
    now: datetime
    # the day's profit in rupees, or None and why; asked in the event loop's thread
    result: Callable[[], tuple[Money | None, str]]
    policy: Policy | None = None  # of this order; None: the user's
    relatives: Mapping[InstrumentId, Instrument] = field(
        default_factory=dict
    )  # contracts that could hedge it
    quoted: Mapping[AccountId, QuotedMargin] = field(
        default_factory=dict
    )  # what brokers said lately that it needs
    stalled: frozenset[AccountId] = frozenset()  # accounts whose live prices are cut off or stand still
    caller: Caller | None = None  # None: the product itself
    permit: Permit | None = None  # of a personal token, until its user has approved the order
    approved: Approved | None = None


async def look(
    trading: Trading,
    *,
    user_id: UserId,
    intent: OrderIntent,
    policy: Policy | None = None,
    caller: Caller | None = None,
) -> Situation:
    """See the situation now, with the accounts that the caller sees, and the one that it names.

    Raises Problem 404 for an instrument that nobody lists or an account not the user's, 422 for such a one in `policy`.
    """
    mine = {one.account.id for one in trading.connections.of_user(user_id)}
    if intent.account is not None and intent.account not in mine:
        raise not_found("account")
    seen = {one for one in mine if caller is None or caller.sees(one) or one == intent.account}
    if policy is not None and (strangers := policy.names - seen):
        text = f"{min(strangers)} is none of your connected accounts"
        raise Problem(422, "account_unknown", text, field="policy", fix="name accounts of GET /v1/accounts")
    instrument = trading.instruments.get(intent.instrument)
    if instrument is None:
        raise Problem(
            404,
            "instrument_unknown",
            f"no connected broker lists {intent.instrument}",
            field="symbol",
            rule="an instrument is named by its exchange and trading symbol",
            fix="search it with GET /v1/stocks?q=",
        )
    ready, market = await asyncio.gather(trading.connections.ready(user_id), _market(trading, instrument))
    connections = [one for one in ready if one.account.id in seen]
    now = trading.clock()
    return Situation(
        user_id=user_id,
        intent=intent,
        instrument=instrument,
        market=market,
        connections=tuple(connections),
        listed={
            one.account.id: listing
            for one in connections
            if (listing := trading.instruments.symbols(one.account.broker).listing(instrument.id)) is not None
        },
        same_share=frozenset(trading.instruments.same_share(instrument)),
        now=now,
        result=partial(trading.day_result, user_id),
        policy=policy,
        relatives=_relatives(trading, instrument, connections),
        quoted=trading.margins.fresh(intent, connections, now),
        stalled=frozenset(one.account.id for one in connections if trading.hub.feed_lacking(one.account.id))
        if market.open
        else frozenset(),
        caller=caller,
        permit=_permit(trading, caller, instrument, now),
    )


def _permit(trading: Trading, caller: Caller | None, instrument: Instrument, now: datetime) -> Permit | None:
    if caller is None or caller.token is None or caller.policy is None:
        return None
    trades = trading.calendar.trades(trading_day(now), instrument.id.exchange)
    return Permit(caller.token, caller.policy, instrument.underlying, trades)


async def with_result(trading: Trading, situation: Situation) -> Situation:
    """The same for a decision that is made in a reader's thread: the day's profit is asked for now, where a limit needs
    it."""
    limits = await trading.db.read(lambda conn: guards.load(conn, situation.user_id))
    if limits.day_loss is None:
        return situation
    told = situation.result()
    return replace(situation, result=lambda: told)


def _relatives(
    trading: Trading, instrument: Instrument, connections: Iterable[Connection]
) -> dict[InstrumentId, Instrument]:
    """What the accounts hold in other contracts of the same underlying and expiry."""
    if not instrument.is_derivative:
        return {}
    held = {one.instrument for link in connections if link.snapshot for one in link.snapshot.positions}
    known = {name: other for name in held if (other := trading.instruments.get(name)) is not None}
    return {
        name: other
        for name, other in known.items()
        if name != instrument.id
        and name.exchange is instrument.id.exchange
        and (other.underlying, other.expiry) == (instrument.underlying, instrument.expiry)
    }


async def _market(trading: Trading, instrument: Instrument) -> Market:
    quote = await trading.hub.quote(instrument.id)
    last = trading.hub.last(instrument.id)
    now = trading.clock()
    phase = trading.calendar.phase(instrument.id.exchange, now)
    price: Price | None = last.price if last else quote.last_price if quote else None
    return Market(
        kind=instrument.kind,
        lot=instrument.lot,
        tick=instrument.tick,
        freeze=instrument.freeze,
        last_price=price,
        lower_band=quote.lower_circuit if quote else None,
        upper_band=quote.upper_circuit if quote else None,
        open=trading.calendar.is_open(instrument.id.exchange, now),
        closed_because=trading.calendar.holiday(trading_day(now), instrument.id.exchange)
        or phase.value.replace("_", " "),
        strike=instrument.strike,
        ware=ware_of(
            isin=instrument.isin,
            underlying=instrument.underlying,
            group=instrument.group,
            name=instrument.called,
        ),
    )


def decide_now(
    conn: SqlConnection, situation: Situation, *, without: frozenset[AccountId] = frozenset()
) -> RoutingDecision | Denied:
    """The decision on what is in the database at this moment. `without` names accounts that just failed.

    Within the user's own rails: the decision's intent may be priced off an own order, and a refusal may be `Blocked`.
    """
    return judged_now(conn, situation, without=without)[0]


def questions(situation: Situation) -> list[Question]:
    """What a decision asks of the database in any case."""
    intent, user_id = situation.intent, situation.user_id
    asked = questions_of_rails(user_id, intent, situation.now)
    read_at = {one.account.id: one.snapshot.known_until for one in situation.connections if one.snapshot}
    asked += holds.questions(user_id, read_at, units=intent.side is Side.SELL)
    if intent.account is None and situation.policy is None:
        asked.append(policies.question(user_id))
    return asked


def judged_now(
    conn: SqlConnection,
    situation: Situation,
    *,
    without: frozenset[AccountId] = frozenset(),
    cleared: bool = False,
) -> tuple[RoutingDecision | Denied, Verdict | None]:
    """The decision, and what own orders in the way had to do with it. `cleared`: as if they were cancelled already."""
    if refused := misplaced_now(situation.permit, situation.intent):
        return refused, None
    rails = rails_of(conn, situation.user_id)
    choices = choices_now(conn, situation, without=without)
    choices = within_limits(conn, situation.user_id, choices, rails.limits, now=situation.now)
    policy, day, setting = _policy(conn, situation), trading_day(situation.now), _setting(situation)
    able = giving_back(conn, setting, situation.intent, choices)
    decision = decide(situation.intent, situation.market, able, policy, on=day)
    if isinstance(decision, Denied):
        return naming_takers(decision, situation.intent), None
    verdict = own_orders(conn, setting, situation.intent, rails.limits)
    if verdict.refusal:
        return _in_the_way(decision, verdict, situation, rails.limits), verdict
    if verdict.repriced:
        decision = decide(verdict.intent, situation.market, able, policy, on=day)
        if isinstance(decision, Denied):
            return decision, verdict
    if reasons := broken(conn, setting, rails, decision.intent, decision.slices, choices):
        return Denied(reasons, decision.alternatives, decision.hash), verdict
    if refused := outside(conn, situation.permit, setting, situation.intent, decision, choices):
        return refused, verdict
    if verdict.cancel_first and not cleared:  # the last of all: what is refused anyway cancels nothing
        return _in_the_way(decision, verdict, situation, rails.limits), verdict
    return decision, verdict


def refused_change(
    conn: SqlConnection,
    situation: Situation,
    order: Order,
    shown: OrderIntent,
    added: Mapping[AccountId, int],
) -> Denied | None:
    """What the user's own rails, and the policy of a token, have against new terms of an order under way; `added`: more
    units by account."""
    choices = choices_now(conn, situation)
    if refused := outside_change(
        conn, situation.permit, _setting(situation), order, situation.intent, added, choices
    ):
        return refused
    setting, rails = _setting(situation), rails_of(conn, situation.user_id)
    # A change neither moves to another price nor cancels another order: that is asked for as an order of its own.
    verdict = own_orders(conn, setting, shown, replace(rails.limits, self_trade=SelfTrade.REFUSE))
    if verdict.refusal:
        return Denied(verdict.refusal)
    more = {account: units for account, units in added.items() if units > 0}
    if not more:
        return None
    slices = [
        Slice(one.account.id, one.account.broker, one.account.label, more[one.account.id], Charges(), ZERO)
        for one in situation.connections
        if one.account.id in more
    ]
    intent = replace(shown, quantity=sum(more.values()))
    if shut := grows_where_held_open(conn, setting, intent, slices, choices):
        return Denied((shut,))
    reasons = broken(conn, setting, rails, intent, slices, choices, whole=situation.intent.quantity)
    return Denied(reasons) if reasons else None


def _setting(situation: Situation) -> Setting:
    return Setting(
        user_id=situation.user_id,
        market=situation.market,
        labels={one.account.id: one.account.label for one in situation.connections},
        read_at={one.account.id: one.snapshot.as_of for one in situation.connections if one.snapshot},
        result=situation.result,
        now=situation.now,
    )


def _in_the_way(
    decision: RoutingDecision, verdict: Verdict, situation: Situation, limits: UserLimits
) -> Denied:
    """No, or not before own orders are cancelled."""
    if verdict.refusal:
        return Denied(verdict.refusal, decision.alternatives, decision.hash)
    first = verdict.cancel_first
    said = tuple(refusal(one, situation.intent, situation.market, limits.self_trade) for one in first)
    orders = tuple(sorted({OrderId(one.resting.order_id) for one in first}))
    return Blocked(said, decision.alternatives, decision.hash, cancel_first=orders, plan=decision)


def trading_day(now: datetime) -> date:
    """The IST date whose fee tables apply."""
    return now.astimezone(IST).date()


def choices_now(
    conn: SqlConnection, situation: Situation, *, without: frozenset[AccountId] = frozenset()
) -> tuple[Candidate, ...]:
    """The user's accounts as the router sees them at this moment."""
    usable = [one for one in situation.connections if one.account.id not in without]
    read_at = {one.account.id: one.snapshot.known_until for one in usable if one.snapshot}
    selling = situation.intent.side is Side.SELL  # only a sale asks what other sales have used up
    held = holds.held(conn, situation.user_id, read_at, units=selling)
    return candidates(
        usable,
        instrument=situation.instrument,
        same_share=situation.same_share,
        product=situation.intent.product,
        listed=situation.listed,
        margin_held={account: hold.margin for account, hold in held.items()},
        units_held={account: hold.sold(situation.same_share) for account, hold in held.items()},
        stalled=situation.stalled,
        relatives=situation.relatives,
        quoted=situation.quoted,
    )


def within_limits(
    conn: SqlConnection,
    user_id: UserId,
    choices: tuple[Candidate, ...],
    limits: UserLimits,
    *,
    now: datetime,
) -> tuple[Candidate, ...]:
    """The accounts with what is left today of the user's own limit at their brokers, so that a plan keeps to it."""
    if limits.broker_value is None and not limits.brokers:
        return choices
    used = guards.usage(conn, user_id, now).brokers
    return tuple(
        one
        if (limit := limits.of_broker(one.broker)) is None
        else replace(one, value_left=limit - used.get(one.broker, ZERO))
        for one in choices
    )


def _policy(conn: SqlConnection, situation: Situation) -> Policy:
    """A named account is pinned; else the order's own policy; else what the user's orders go by."""
    if situation.intent.account is not None:
        return Policy(PolicyKind.PINNED, situation.intent.account)
    return situation.policy or policies.in_force(conn, situation.user_id)[0]


def with_quantity(situation: Situation, quantity: int) -> Situation:
    """The same situation for a part of the order."""
    return replace(situation, intent=replace(situation.intent, quantity=quantity))


def notional(situation: Situation) -> Money | None:
    """Rupees that the order is worth at its own price, else at the last one."""
    price = situation.intent.price or situation.market.last_price
    return price * situation.intent.quantity if price else None

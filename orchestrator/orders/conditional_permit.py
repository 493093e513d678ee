"""A personal token's policy around an order that a broker is to keep: it trades on a day that nobody knows yet."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import replace

from domain.conditional import ConditionalIntent, ConditionalReport
from domain.money import Money
from domain.order import OrderIntent, OrderType, Side
from domain.token_policy import Clause, TokenPolicy
from orchestrator.accounts.connections import Connection
from orchestrator.identity.caller import Caller
from orchestrator.orders.permit import OutsidePolicy, outside_policy, without_effect
from orchestrator.orders.plan import trading_day
from orchestrator.orders.rails import protects
from orchestrator.orders.trading import Trading
from routing.margin import DELIVERED
from routing.token_policy import Asked, Breach, breaches


def within_policy(
    trading: Trading, caller: Caller, connection: Connection, intent: ConditionalIntent, held: int
) -> None:
    """`held`: net units of the position there, of its product. Raises Problem 403 `token_policy`."""
    if refused := without_effect(caller):
        raise outside_policy(refused)
    if caller.policy is None:
        return
    closes = protects(intent, held)
    found = [*_broken(trading, caller.policy, connection, intent, closes=closes)]
    if not closes or intent.product in DELIVERED:
        found += _of_the_day(caller.policy)
    if found:
        raise outside_policy(OutsidePolicy.of(found))


def unprotected(
    held: int, intent: ConditionalIntent, kept: Iterable[ConditionalReport], *, besides: str | None = None
) -> int:
    """What is left of a position once every other order that the broker keeps to close it has fired: each of several
    may be as large as all of it, and the second would turn it round. `besides`: the one that is being changed."""
    closing = intent.side is Side.SELL if held > 0 else intent.side is Side.BUY
    if not closing or intent.product in DELIVERED:
        return held
    waiting = sum(
        max(leg.quantity for leg in one.intent.legs)  # of a target and its stop only one fires
        for one in kept
        if one.intent is not None
        and one.conditional_id != besides
        and not one.status.final
        and (one.intent.instrument, one.intent.side, one.intent.product)
        == (intent.instrument, intent.side, intent.product)
    )
    return max(0, held - waiting) if held > 0 else min(0, held + waiting)


def _broken(
    trading: Trading,
    policy: TokenPolicy,
    connection: Connection,
    intent: ConditionalIntent,
    *,
    closes: bool,
) -> tuple[Breach, ...]:
    now, instrument = trading.clock(), trading.instruments.get(intent.instrument)
    worth = max(
        (leg.price or max(leg.trigger_price, intent.last_price)) * leg.quantity for leg in intent.legs
    )
    asked = Asked(
        intent=_as_order(connection, intent),
        value=max(worth, _at_last(intent)),
        more=Money.of(0),
        closes=closes,
        now=now,
        underlying=instrument.underlying if instrument else None,
        trading_day=trading.calendar.trades(trading_day(now), intent.instrument.exchange),
        order=False,
    )
    return breaches(asked, replace(policy, day_value=None, day_orders=None))


def _at_last(intent: ConditionalIntent) -> Money:
    return intent.last_price * max(leg.quantity for leg in intent.legs)


def _of_the_day(policy: TokenPolicy) -> Iterator[Breach]:
    what, allowed = "one that a broker keeps for another day", "orders that today counts"
    if policy.day_value is not None:
        yield Breach(Clause.DAY_VALUE, what, allowed)
    if policy.day_orders is not None:
        yield Breach(Clause.DAY_ORDERS, what, allowed)


def _as_order(connection: Connection, intent: ConditionalIntent) -> OrderIntent:
    return OrderIntent(
        instrument=intent.instrument,
        side=intent.side,
        quantity=max(leg.quantity for leg in intent.legs),
        order_type=OrderType.MARKET,
        product=intent.product,
        account=connection.account.id,
    )

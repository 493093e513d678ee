"""Which of the user's own resting orders an order could trade with: one PAN, all accounts, one order book.

Exchanges know a person by PAN and cancel one side of a would-be self trade, whichever brokers the orders came
through (NSE, since 8 April 2019). That may be the stop-loss somebody relies on, so it is seen before sending.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from decimal import Decimal
from enum import StrEnum

from domain.limits import Resting, SelfTrade
from domain.money import Price
from domain.order import OrderIntent, OrderType, Side, Validity
from domain.routing import Market, Reason, ReasonCode
from routing.margin import PROTECTION
from routing.words import rupees

STOPS = frozenset({OrderType.SL, OrderType.SL_M})


class When(StrEnum):
    AT_ONCE = "at_once"
    ON_TRIGGER = "on_trigger"  # once a stop of the two is released


@dataclass(frozen=True, slots=True)
class Conflict:
    """An own resting order that the new one could trade with. `stop_loss`: it is a stop, and would be at risk."""

    resting: Resting
    when: When

    @property
    def stop_loss(self) -> bool:
        return self.resting.order_type in STOPS


@dataclass(frozen=True, slots=True)
class _Leg:
    """One side as the book would see it. `limit` None: any price. `trigger` None: active already."""

    limit: Decimal | None
    trigger: Decimal | None
    rests: bool = True


def conflicts(intent: OrderIntent, market: Market, resting: Iterable[Resting]) -> tuple[Conflict, ...]:
    """The own orders on the other side of the same book that `intent` could meet, most urgent first."""
    new = _leg_of_intent(intent, market)
    found: list[Conflict] = []
    for one in resting:
        if one.instrument != intent.instrument or one.side is intent.side or one.quantity <= 0:
            continue
        old = _Leg(
            limit=one.price.amount if one.price else None,
            trigger=one.trigger_price.amount if one.waiting and one.trigger_price else None,
        )
        buy, sell = (new, old) if intent.side is Side.BUY else (old, new)
        if _could_meet(buy, sell):
            waits = new.trigger is not None or old.trigger is not None
            found.append(Conflict(one, When.ON_TRIGGER if waits else When.AT_ONCE))
    return tuple(sorted(found, key=lambda one: (one.when is When.ON_TRIGGER, one.resting.order_id)))


def _leg_of_intent(intent: OrderIntent, market: Market) -> _Leg:
    trigger = intent.trigger_price.amount if intent.trigger_price else None
    match intent.order_type:
        case OrderType.LIMIT | OrderType.SL:
            limit = intent.price.amount if intent.price else None
        case OrderType.MARKET:
            limit = _protected(intent.side, market.last_price.amount if market.last_price else None)
        case OrderType.SL_M:
            limit = _protected(intent.side, trigger)
    stop = intent.order_type in STOPS
    return _Leg(limit, trigger if stop else None, rests=intent.validity is not Validity.IOC)


def _protected(side: Side, reference: Decimal | None) -> Decimal | None:
    """How far a market order may reach: brokers send it as a limit a few percent away."""
    if reference is None:
        return None
    return reference * PROTECTION if side is Side.BUY else reference * (2 - PROTECTION)


def _could_meet(buy: _Leg, sell: _Leg) -> bool:
    """Whether there is a price at which both are in the book and willing.

    An active limit order is filled before the price trades beyond it. So a stop that is released beyond it never
    meets it, and one that is released at or before it does. Two stops meet only if one price releases both.
    """
    if buy.limit is not None and sell.limit is not None and buy.limit < sell.limit:
        return False
    if buy.trigger is None and sell.trigger is None:
        return True
    if buy.trigger is not None and sell.trigger is not None:
        return buy.trigger <= sell.trigger
    if sell.trigger is not None:  # released by a fall to its trigger
        return buy.rests and buy.limit is not None and buy.limit <= sell.trigger
    assert buy.trigger is not None  # released by a rise to its trigger
    return sell.rests and sell.limit is not None and sell.limit >= buy.trigger


# --- what is done about it ---------------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class Verdict:
    """`intent` may be sent once `cancel_first` are proven dead; with `refusal` it may not be sent at all."""

    intent: OrderIntent
    conflicts: tuple[Conflict, ...] = ()
    refusal: tuple[Reason, ...] = ()
    cancel_first: tuple[Conflict, ...] = ()

    @property
    def repriced(self) -> bool:
        return bool(self.conflicts) and not self.refusal and not self.cancel_first


def judge(intent: OrderIntent, market: Market, resting: Sequence[Resting], setting: SelfTrade) -> Verdict:
    """What the user's setting makes of own resting orders in the way.

    REPRICE moves limit orders only. CANCEL_THEN_SEND cancels the product's own plain orders only: never a stop-loss,
    which somebody relies on, and never what was placed elsewhere.
    """
    found = conflicts(intent, market, resting)
    if not found:
        return Verdict(intent)
    moved = _repriced(intent, market, found) if setting is SelfTrade.REPRICE else None
    if moved is not None and not conflicts(moved, market, resting):
        return Verdict(moved, found)
    if setting is SelfTrade.CANCEL_THEN_SEND and all(one.resting.ours and not one.stop_loss for one in found):
        return Verdict(intent, found, cancel_first=found)
    return Verdict(intent, found, refusal=tuple(refusal(one, intent, market, setting) for one in found))


def _repriced(intent: OrderIntent, market: Market, found: Sequence[Conflict]) -> OrderIntent | None:
    """One tick short of the nearest own order; None where no price would do."""
    limits = [one.resting.price for one in found]
    if intent.order_type is not OrderType.LIMIT or any(limit is None for limit in limits):
        return None
    known = [limit.amount for limit in limits if limit is not None]
    tick = market.tick.amount
    amount = min(known) - tick if intent.side is Side.BUY else max(known) + tick
    return replace(intent, price=Price(amount)) if amount > 0 else None


def refusal(conflict: Conflict, intent: OrderIntent, market: Market, setting: SelfTrade) -> Reason:
    """The reason in words, naming the order in the way, and a stop-loss as one."""
    one = conflict.resting
    what = "stop-loss" if conflict.stop_loss else "order"
    whose = f"your {what} {one.order_id} at {one.label}"
    at = f"{one.side} {one.quantity} at {rupees(one.price) if one.price else 'market'}"
    if one.waiting and one.trigger_price:
        at += f", trigger {rupees(one.trigger_price)}"
    could = "would trade" if conflict.when is When.AT_ONCE else "could trade, once the stop is released,"
    text = f"It {could} with {whose} ({at}): the exchange then cancels one of the two."
    if conflict.stop_loss:
        text += " That stop-loss is at risk."
    return Reason(
        ReasonCode.SELF_TRADE,
        text,
        account=one.account_id,
        field="price" if intent.price else "order_type",
        fix=_fix(conflict, intent, market, setting),
    )


def _fix(conflict: Conflict, intent: OrderIntent, market: Market, setting: SelfTrade) -> str:
    price = conflict.resting.price
    if setting is SelfTrade.CANCEL_THEN_SEND and conflict.stop_loss:
        return "A stop-loss is never cancelled by itself: cancel it yourself, or move your price."
    if setting is SelfTrade.CANCEL_THEN_SEND and not conflict.resting.ours:
        return "It was placed elsewhere: cancel it there, or move your price."
    if price is None:
        return "Cancel that order first."
    off = price.amount + market.tick.amount * (-1 if intent.side is Side.BUY else 1)
    return f"Use a limit of {rupees(Price(off))} or {'lower' if intent.side is Side.BUY else 'higher'}."

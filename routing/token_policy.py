"""The policy of a personal token against one order: every clause that it breaks, with what was asked, what is allowed
and how to change it."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import datetime

from domain.calendar import IST
from domain.limits import Usage
from domain.money import ZERO, Money, Price
from domain.order import OrderIntent, Side
from domain.routing import Market, Reason, ReasonCode
from domain.token_policy import Clause, TokenPolicy
from routing.margin import DELIVERED, reference_price
from routing.words import rupees, units

CHANGE = "Change the token, use another one, or place it on the screen."


@dataclass(frozen=True, slots=True)
class Breach:
    """One clause that an order breaks, in words for a person."""

    clause: Clause
    asked: str
    allowed: str
    field: str | None = None  # of the order

    @property
    def reason(self) -> Reason:
        text = f"This token's policy ({self.clause}) allows {self.allowed}; asked was {self.asked}."
        return Reason(ReasonCode.TOKEN_POLICY, text, field=self.field, fix=CHANGE)


@dataclass(frozen=True, slots=True)
class Asked:
    """An order, or new terms for one, as a token asks for it.

    `value`: rupees that all of it counts, None where no price is known; `more`: those that the day has not counted yet.
    `closes`: it only closes what its accounts hold. `order`: it is a new one. `trading_day`: today is one.
    """

    intent: OrderIntent
    value: Money | None
    more: Money | None
    closes: bool
    now: datetime
    underlying: str | None = None
    trading_day: bool = True
    order: bool = True
    used: Usage = field(default_factory=Usage)


def counted_price(intent: OrderIntent, market: Market) -> Price | None:
    """Rupees a unit that the order counts. A sale far below the market is worth what the market pays, not its limit."""
    price = reference_price(intent, market)
    if intent.side is Side.BUY or price is None:
        return price
    return None if market.last_price is None else max(price, market.last_price)


def misplaced(intent: OrderIntent, policy: TokenPolicy, underlying: str | None = None) -> tuple[Breach, ...]:
    """What is known of an order without its plan: where it goes and what it trades."""
    return tuple(_misplaced(intent, policy, underlying))


def breaches(asked: Asked, policy: TokenPolicy) -> tuple[Breach, ...]:
    """Every clause that the order breaks; empty when it breaks none.

    What only closes a position passes the clauses on value, number and hours: they limit risk, and must lock nobody in.
    A sale of shares closes nothing in this sense: what a key may sell of the owner's shares, its policy says.
    """
    found = [*misplaced(asked.intent, policy, asked.underlying)]
    if policy.reduce_only and not asked.closes:
        found.append(
            Breach(Clause.REDUCE_ONLY, "one that opens or adds to a position", "exits only", "quantity")
        )
    if asked.closes and asked.intent.product not in DELIVERED:
        return tuple(found)
    return (*found, *_hours(asked, policy), *_value(asked, policy), *_day(asked, policy))


def _misplaced(intent: OrderIntent, policy: TokenPolicy, underlying: str | None) -> Iterator[Breach]:
    if intent.account is not None and not policy.takes_account(intent.account):
        yield Breach(Clause.ACCOUNTS, intent.account, _list(policy.accounts or ()), "account")
    if policy.symbols is not None and not any(_names(one, intent, underlying) for one in policy.symbols):
        yield Breach(Clause.SYMBOLS, str(intent.instrument), _list(policy.symbols), "symbol")
    exchange = intent.instrument.exchange
    if policy.segments is not None and exchange not in policy.segments:
        yield Breach(Clause.SEGMENTS, exchange, _list(policy.segments), "exchange")
    if policy.sides is not None and intent.side not in policy.sides:
        yield Breach(Clause.SIDES, intent.side, _list(policy.sides), "side")
    if policy.products is not None and intent.product not in policy.products:
        yield Breach(Clause.PRODUCTS, intent.product, _list(policy.products), "product")


def _names(entry: str, intent: OrderIntent, underlying: str | None) -> bool:
    exchange, _, symbol = entry.partition(":")
    if exchange == "*":
        return symbol in (intent.instrument.symbol, underlying)
    return exchange == intent.instrument.exchange and symbol in ("*", intent.instrument.symbol)


def _hours(asked: Asked, policy: TokenPolicy) -> Iterator[Breach]:
    if policy.hours is None:
        return
    start, end = policy.hours
    clock = asked.now.astimezone(IST).time()
    if not asked.trading_day or not start <= clock < end:
        when = f"{clock:%H:%M} IST" if asked.trading_day else "a day without trading"
        yield Breach(Clause.HOURS, when, f"{start:%H:%M} to {end:%H:%M} IST on trading days")


def _value(asked: Asked, policy: TokenPolicy) -> Iterator[Breach]:
    most = policy.order_value
    if most is not None and (asked.value is None or asked.value > most):
        yield Breach(Clause.ORDER_VALUE, _worth(asked.value), f"{rupees(most)} an order", "quantity")


def _day(asked: Asked, policy: TokenPolicy) -> Iterator[Breach]:
    most, used = policy.day_value, asked.used
    if most is not None and (asked.more is None or used.value + asked.more > most):
        left = max(most - used.value, ZERO)
        allowed = f"{rupees(most)} a day, of which {rupees(left)} is left"
        yield Breach(Clause.DAY_VALUE, _worth(asked.more), allowed, "quantity")
    if policy.day_orders is not None and asked.order and used.orders >= policy.day_orders:
        yield Breach(
            Clause.DAY_ORDERS, f"order {units(used.orders + 1)}", f"{units(policy.day_orders)} a day"
        )


def _worth(value: Money | None) -> str:
    return "one whose price is not known now" if value is None else rupees(value)


def _list(entries: tuple[str, ...] | frozenset[str]) -> str:
    return ", ".join(sorted(str(one) for one in entries)) or "none"

"""What an order will block at an account: an estimate on the safe side; the broker's own check has the last word."""

from __future__ import annotations

import sys
from dataclasses import dataclass
from decimal import ROUND_UP, Decimal

from domain.instrument import Kind
from domain.money import PAISA, Money, Price
from domain.order import OrderIntent, OrderType, Product, Side
from domain.routing import Candidate, Market, QuotedMargin
from routing.hedges import NIL, Cover, covers, margin_of

# Brokers turn a market order into a limit order a few percent away ("market protection") and block that price.
PROTECTION = Decimal("1.03")
FULL = Decimal(1)
DELIVERED = frozenset({Product.CNC, Product.MTF})


def reference_price(intent: OrderIntent, market: Market) -> Price | None:
    """Rupees a unit at which the order is costed: its limit, its trigger, or the last price. None: not known."""
    match intent.order_type:
        case OrderType.LIMIT | OrderType.SL:
            return intent.price
        case OrderType.SL_M:
            return intent.trigger_price
        case OrderType.MARKET:
            return market.last_price


def blocked_price(intent: OrderIntent, market: Market, reference: Price) -> Price:
    """Rupees a unit that the broker may block: a market buy may trade above the last price, up to its protection."""
    if intent.side is Side.SELL or intent.order_type in (OrderType.LIMIT, OrderType.SL):
        return reference
    protected = Price(reference.amount * PROTECTION)
    return min(protected, market.upper_band) if market.upper_band else protected


def opposite_held(intent: OrderIntent, candidate: Candidate) -> int:
    """Units of the account's position that this order would close."""
    if intent.product in DELIVERED:
        return 0
    return max(0, candidate.held if intent.side is Side.SELL else -candidate.held)


@dataclass(frozen=True, slots=True)
class Blocking:
    """How an account blocks for an order: nothing for the first `exits` units, which close a position, and for the rest
    `quoted` in proportion, else `rate` of `value` rupees a unit, less where `found` covers them; `charged`: and the
    charges. It never falls when the quantity grows.
    """

    exits: int
    value: Decimal = NIL
    rate: Decimal = FULL
    charged: bool = False
    found: tuple[Cover, ...] = ()
    quoted: QuotedMargin | None = None

    def of(self, quantity: int, charges: Decimal) -> Decimal:
        """Rupees for `quantity` units whose charges are `charges` rupees."""
        opening = quantity - self.exits
        if opening <= 0:
            return NIL
        if self.quoted is not None:
            part = self.quoted.amount.amount * opening / self.quoted.quantity
            return part.quantize(PAISA, ROUND_UP)
        blocked = margin_of(opening, self.value, self.rate, self.found)
        return blocked + charges if self.charged else blocked


def blocking(intent: OrderIntent, market: Market, candidate: Candidate, price: Decimal) -> Blocking:
    """`price` is `blocked_price` in rupees.

    Delivery buys: the whole value and the charges. Sells of owned shares and exits of a position: nothing. Bought
    options: the premium and charges. Where the broker's own call was asked lately, its figure, in proportion. Written
    options: the product's rate of the contract value (strike, when known), futures: of their value; less where other
    legs in the account cover them. All else: the product's rate of the value. A product without a rate blocks it all.
    """
    if intent.product in DELIVERED and intent.side is Side.SELL:
        return Blocking(sys.maxsize)
    exits = opposite_held(intent, candidate)
    if candidate.margin_quoted is not None:
        return Blocking(exits, quoted=candidate.margin_quoted)
    rate = next((rate for product, rate in candidate.margin_rates if product is intent.product), FULL)
    if market.kind is Kind.EQUITY:
        return Blocking(exits, price, rate, charged=intent.product is Product.CNC)
    if market.kind is Kind.FUTURE or market.kind is Kind.INDEX:
        value = price
    elif intent.side is Side.BUY:
        return Blocking(exits, price, charged=True)
    else:
        value = max(price, market.strike.amount) if market.strike else price
    found = covers(intent, market, candidate.legs, price) if candidate.legs else ()
    return Blocking(exits, value, rate, found=tuple(found))


def required(
    intent: OrderIntent, market: Market, candidate: Candidate, quantity: int, *, price: Price, charges: Money
) -> Money:
    """Rupees that `quantity` units would block; `price` is `blocked_price`."""
    return Money(blocking(intent, market, candidate, price.amount).of(quantity, charges.amount))


def estimated(intent: OrderIntent, candidate: Candidate, quantity: int, whole: int) -> bool:
    """Whether `required` is an estimate for `quantity` of the order's `whole` units at this account."""
    if intent.product in DELIVERED and intent.side is Side.SELL:
        return False
    if opposite_held(intent, candidate) >= quantity:
        return False
    if candidate.margin_quoted is not None:
        return candidate.margin_quoted.quantity != quantity or quantity != whole
    return intent.product is not Product.CNC or intent.order_type not in (OrderType.LIMIT, OrderType.SL)

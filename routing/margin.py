"""What an order will block at an account: an estimate on the safe side; the broker's own check has the last word."""

from __future__ import annotations

from decimal import ROUND_UP, Decimal

from domain.instrument import Kind
from domain.money import PAISA, ZERO, Money, Price
from domain.order import OrderIntent, OrderType, Product, Side
from domain.routing import Candidate, Market
from routing.hedges import covers, margin_of

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


def required(
    intent: OrderIntent, market: Market, candidate: Candidate, quantity: int, *, price: Price, charges: Money
) -> Money:
    """Rupees that `quantity` units would block; `price` is `blocked_price`. Never falls when the quantity grows.

    Delivery buys: the whole value and the charges. Sells of owned shares and exits of a position: nothing. Bought
    options: the premium and charges. Where the broker's own call was asked lately, its figure, in proportion. Written
    options: the product's rate of the contract value (strike, when known), futures: of their value; less where other
    legs in the account cover them. All else: the product's rate of the value. A product without a rate blocks it all.
    """
    if intent.product in DELIVERED and intent.side is Side.SELL:
        return ZERO
    opening = quantity - min(quantity, opposite_held(intent, candidate))
    if not opening:
        return ZERO
    if candidate.margin_quoted is not None:
        quoted = candidate.margin_quoted
        return Money((quoted.amount.amount * opening / quoted.quantity).quantize(PAISA, ROUND_UP))
    rate = dict(candidate.margin_rates).get(intent.product, FULL)
    option = market.kind in (Kind.CALL, Kind.PUT)
    if option and intent.side is Side.BUY:
        return price * opening + charges
    if market.kind is not Kind.EQUITY:
        value = max(price, market.strike or price).amount if option else price.amount
        found = covers(intent, market, candidate.legs, price.amount) if candidate.legs else []
        return Money(margin_of(opening, value, rate, found))
    blocked = Money(price.amount * opening * rate)
    return blocked + charges if intent.product is Product.CNC else blocked


def estimated(intent: OrderIntent, candidate: Candidate, quantity: int, whole: int) -> bool:
    """Whether `required` is an estimate for `quantity` of the order's `whole` units at this account."""
    if intent.product in DELIVERED and intent.side is Side.SELL:
        return False
    if opposite_held(intent, candidate) >= quantity:
        return False
    if candidate.margin_quoted is not None:
        return candidate.margin_quoted.quantity != quantity or quantity != whole
    return intent.product is not Product.CNC or intent.order_type not in (OrderType.LIMIT, OrderType.SL)

"""What an order must satisfy before any account is looked at: each broken rule with its field, in words, with a fix."""

from __future__ import annotations

from collections.abc import Iterator
from decimal import ROUND_HALF_UP, Decimal

from domain.instrument import Exchange, Kind
from domain.money import Price
from domain.order import OrderIntent, OrderType, Product, Side, Validity
from domain.routing import Market, Reason, ReasonCode
from routing.split import iceberg_parts
from routing.words import rupees, units

PRICED = frozenset({OrderType.LIMIT, OrderType.SL})
TRIGGERED = frozenset({OrderType.SL, OrderType.SL_M})
LEAST_SHOWN = 10  # percent of an order that its disclosed quantity is at least (Upstox UDAPI1039)
FEWEST_LEGS = 2  # how many at most is for each broker to say
CASH_PRODUCTS = (Product.CNC, Product.MIS, Product.MTF)
CONTRACT_PRODUCTS = (Product.NRML, Product.MIS)
MOST_MINUTES = 375  # a trading day of a share; the brokers' own range is not documented
NO_IOC = frozenset({Exchange.MCX})  # for orders by API, from 1 April 2026


def check(intent: OrderIntent, market: Market) -> tuple[Reason, ...]:
    """Every rule that the order breaks, whatever the account; empty when it breaks none."""
    if market.kind is Kind.INDEX:
        text = f"{intent.instrument} is an index: it is followed, not traded."
        return (Reason(ReasonCode.NOT_TRADABLE, text, field="symbol", fix="Trade its futures or options."),)
    return (
        *_quantity(intent, market),
        *_price(intent, market),
        *_trigger(intent, market),
        *disclosed(intent, market),
        *_iceberg(intent, market),
        *_validity(intent),
        *_product(intent, market),
        *_session(intent, market),
    )


def _quantity(intent: OrderIntent, market: Market) -> Iterator[Reason]:
    quantity, lot = intent.quantity, market.lot
    if quantity <= 0:
        text = "The quantity must be more than zero."
        yield Reason(ReasonCode.QUANTITY_NOT_POSITIVE, text, field="quantity", fix=f"Try {lot}.")
    elif quantity % lot:
        below = quantity // lot * lot
        nearest = below if below and quantity - below <= lot - (quantity - below) else below + lot
        text = f"Lot is {lot}; {quantity} is not a whole number of lots."
        yield Reason(ReasonCode.LOT_MULTIPLE, text, field="quantity", fix=f"Lot is {lot}; try {nearest}.")


def _price(intent: OrderIntent, market: Market) -> Iterator[Reason]:
    price, kind = intent.price, intent.order_type
    if kind in PRICED:
        if price is None:
            yield Reason(
                ReasonCode.PRICE_REQUIRED,
                f"A {kind} order needs a limit price.",
                field="price",
                fix="Give a price.",
            )
        else:
            yield from _amount(price, market, "price")
    elif price is not None:
        text = f"A {kind} order takes no limit price."
        yield Reason(
            ReasonCode.PRICE_NOT_ALLOWED, text, field="price", fix="Leave the price out, or use LIMIT."
        )


def _trigger(intent: OrderIntent, market: Market) -> Iterator[Reason]:
    trigger, kind = intent.trigger_price, intent.order_type
    if kind not in TRIGGERED:
        if trigger is not None:
            text = f"A {kind} order takes no trigger price."
            yield Reason(
                ReasonCode.TRIGGER_NOT_ALLOWED, text, field="trigger_price", fix="Leave it out, or use SL."
            )
        return
    if trigger is None:
        text = f"A {kind} order needs a trigger price."
        yield Reason(ReasonCode.TRIGGER_REQUIRED, text, field="trigger_price", fix="Give a trigger price.")
        return
    yield from _amount(trigger, market, "trigger_price")
    if kind is OrderType.SL and intent.price is not None:
        yield from _trigger_against_limit(intent.side, trigger, intent.price)


def _trigger_against_limit(side: Side, trigger: Price, limit: Price) -> Iterator[Reason]:
    buys = side is Side.BUY
    if trigger > limit if buys else trigger < limit:
        text = (
            f"A {side} stop triggers at {rupees(trigger)} but its limit is {rupees(limit)}: "
            f"it could not trade at its own trigger."
        )
        fix = f"Set the trigger to {rupees(limit)} or {'lower' if buys else 'higher'}."
        yield Reason(ReasonCode.TRIGGER_BEYOND_LIMIT, text, field="trigger_price", fix=fix)


def _amount(price: Price, market: Market, field: str) -> Iterator[Reason]:
    """A price that the exchange would take: positive, on the tick, inside the day's band."""
    name = field.replace("_", " ")
    if not price.on_tick(market.tick) or price.amount <= 0:
        nearest = max(nearest_tick(price, market.tick), market.tick)
        text = f"The {name} must be a whole number of ticks of {rupees(market.tick)}, more than zero."
        yield Reason(ReasonCode.TICK_MULTIPLE, text, field=field, fix=f"Try {nearest}.")
        return
    low, high = market.lower_band, market.upper_band
    if (low is not None and price < low) or (high is not None and price > high):
        band = f"{rupees(low) if low else 'no floor'} to {rupees(high) if high else 'no ceiling'}"
        bound = low if low is not None and price < low else high
        text = f"The {name} is outside today's price band, {band}."
        yield Reason(ReasonCode.PRICE_OUT_OF_BAND, text, field=field, fix=f"Try {bound}.")


def nearest_tick(price: Price, tick: Price) -> Price:
    """The price rounded to a whole number of ticks, half up."""
    return Price((price.amount / tick.amount).quantize(Decimal(1), ROUND_HALF_UP) * tick.amount)


def disclosed(intent: OrderIntent, market: Market) -> Iterator[Reason]:
    """What stands against showing only a part of the order in the book."""
    shown = intent.disclosed_quantity
    if not shown:
        return
    text, fix = None, "Leave it at 0."
    if shown < 0 or shown > intent.quantity:
        text = f"The disclosed quantity must lie between 0 and the order's {units(max(intent.quantity, 0))}."
    elif market.kind is not Kind.EQUITY:
        text = "Only orders in shares can hide a part of their quantity."
    elif intent.validity is Validity.IOC:
        text = "An IOC order cannot hide a part of its quantity."
    elif shown % market.lot:
        text = f"The disclosed quantity must be a whole number of lots of {market.lot}."
    elif shown * 100 < intent.quantity * LEAST_SHOWN:
        least = -(-intent.quantity * LEAST_SHOWN // (100 * market.lot)) * market.lot
        text = f"At least {LEAST_SHOWN} % of an order must be shown."
        fix = f"Try {least}, or leave it at 0."
    if text:
        yield Reason(ReasonCode.DISCLOSED_QUANTITY, text, field="disclosed_quantity", fix=fix)


def _iceberg(intent: OrderIntent, market: Market) -> Iterator[Reason]:
    legs = intent.iceberg_legs
    if not legs:
        return
    text = None
    fix = "Leave it at 0."
    if legs < FEWEST_LEGS:
        text = f"An iceberg has at least {FEWEST_LEGS} legs."
    elif intent.order_type is not OrderType.LIMIT or intent.validity is not Validity.DAY:
        text = "An iceberg is a LIMIT order for the day: its later legs need a price that still stands."
    elif intent.disclosed_quantity or intent.after_market:
        text = "An iceberg hides its rest already, and needs an open market."
    elif intent.quantity // market.lot < legs:
        text = f"{units(max(intent.quantity, 0))} cannot be divided into {legs} legs of whole lots."
    elif market.freeze and (first := iceberg_parts(intent.quantity, legs, market.lot)[0]) > market.freeze:
        text = (
            f"A leg would be {units(first)}; the exchange takes at most {units(market.freeze)} in one order."
        )
        largest = max(1, market.freeze // market.lot)
        fix = f"Use at least {-(-(intent.quantity // market.lot) // largest)} legs."
    if text:
        yield Reason(ReasonCode.ICEBERG_LEGS, text, field="iceberg_legs", fix=fix)


def legs_left(legs: int, quantity: int, lot: int) -> int:
    """In how many legs what is left of an iceberg can still go: whole lots each; 0 when it fits in one order."""
    fit = min(legs, quantity // lot)
    return fit if fit >= FEWEST_LEGS else 0


def _validity(intent: OrderIntent) -> Iterator[Reason]:
    if intent.validity is Validity.IOC and intent.instrument.exchange in NO_IOC:
        text = f"{intent.instrument.exchange} takes no IOC orders by API."
        yield Reason(ReasonCode.IOC_FORBIDDEN, text, field="validity", fix="Use DAY.")
    minutes = intent.validity_minutes
    if intent.validity is Validity.TTL and not 1 <= minutes <= MOST_MINUTES:
        text = f"A TTL order lives 1 to {MOST_MINUTES} minutes."
        yield Reason(ReasonCode.VALIDITY_MINUTES, text, field="validity_minutes", fix="Try 15.")
    elif intent.validity is not Validity.TTL and minutes:
        text = f"A {intent.validity} order has no minutes to live."
        fix = "Leave it at 0, or use TTL."
        yield Reason(ReasonCode.VALIDITY_MINUTES, text, field="validity_minutes", fix=fix)


def _product(intent: OrderIntent, market: Market) -> Iterator[Reason]:
    contract = market.kind is not Kind.EQUITY
    allowed = CONTRACT_PRODUCTS if contract else CASH_PRODUCTS
    if intent.product not in allowed:
        what = "Futures and options trade" if contract else "Shares trade"
        text = f"{what} as {', '.join(allowed[:-1])} or {allowed[-1]}, not as {intent.product}."
        yield Reason(ReasonCode.PRODUCT_NOT_FOR_SEGMENT, text, field="product", fix=f"Try {allowed[0]}.")
    option = market.kind in (Kind.CALL, Kind.PUT)
    if option and intent.order_type is OrderType.SL_M and intent.instrument.exchange is Exchange.NFO:
        text = "NSE takes no SL-M orders in options."
        yield Reason(
            ReasonCode.ORDER_TYPE_UNSUPPORTED, text, field="order_type", fix="Use SL with a limit price."
        )


def _session(intent: OrderIntent, market: Market) -> Iterator[Reason]:
    if market.open and intent.after_market:
        text = f"{intent.instrument.exchange} is open: an after-market order waits for the next session."
        yield Reason(
            ReasonCode.AFTER_MARKET_WHILE_OPEN, text, field="after_market", fix="Place it as a normal order."
        )
    if not market.open and not intent.after_market:
        because = f" ({market.closed_because})" if market.closed_because else ""
        text = f"{intent.instrument.exchange} is closed{because}."
        yield Reason(
            ReasonCode.MARKET_CLOSED,
            text,
            field="exchange",
            fix="Place it when the market is open, or ask for an after-market order.",
        )

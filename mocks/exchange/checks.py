"""What an order may ask for: every reason for which the exchange refuses it before it touches the book."""

from __future__ import annotations

from mocks.exchange.model import Instrument, OrderType, Validity


def refusal(
    instrument: Instrument,
    buy: bool,
    type_: OrderType,
    validity: Validity,
    quantity: int,
    price: int,
    trigger: int,
    disclosed: int,
) -> str:
    """The first broken rule as a short code, or "". Fields that the order type does not use are ignored."""
    if quantity <= 0:
        return "quantity"
    if quantity % instrument.lot:
        return "lot"
    if instrument.freeze and quantity > instrument.freeze:
        return "freeze"
    if type_ is OrderType.LIMIT or type_ is OrderType.SL:
        code = price_refusal(instrument, price, "price")
        if code:
            return code
    if type_ is OrderType.SL or type_ is OrderType.SL_M:
        code = price_refusal(instrument, trigger, "trigger")
        if code:
            return code
        if type_ is OrderType.SL and (trigger > price if buy else trigger < price):
            return "trigger_price"  # R5: buy trigger <= limit, sell trigger >= limit
    if disclosed and disclosed_is_wrong(instrument, validity, quantity, disclosed):
        return "disclosed"
    return ""


def price_refusal(instrument: Instrument, price: int, missing: str) -> str:
    if price <= 0:
        return missing
    if price % instrument.tick:
        return "tick"
    band = instrument.band
    if band is not None and (price < band[0] or price > band[1]):
        return "band"
    return ""


def disclosed_is_wrong(instrument: Instrument, validity: Validity, quantity: int, disclosed: int) -> bool:
    """R4: at least a tenth of the order, at most all of it, whole lots, and never with IOC."""
    if disclosed < 0 or disclosed > quantity or disclosed % instrument.lot:
        return True
    return disclosed * 10 < quantity or validity is Validity.IOC

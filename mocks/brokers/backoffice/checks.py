"""The risk desk's look at an order before money or shares are touched. Pure: raises `Refusal` or returns."""

from __future__ import annotations

from dataclasses import dataclass

from mocks.brokers.backoffice.orders import OrderRequest, Product
from mocks.brokers.backoffice.refusal import Code, Refusal
from mocks.exchange.model import Instrument, Kind, OrderType, Side, Validity

DISCLOSED_PERCENT = 10
PRICED = frozenset({OrderType.LIMIT, OrderType.SL})
STOPS = frozenset({OrderType.SL, OrderType.SL_M})
DELIVERY = frozenset({Product.CNC, Product.MTF})


@dataclass(frozen=True, slots=True)
class Terms:
    """What an order would be: a new one, or an old one after a change. Paise and shares."""

    side: Side
    type: OrderType
    quantity: int
    price: int
    trigger: int
    disclosed: int
    validity: Validity


def terms(request: OrderRequest) -> Terms:
    return Terms(
        request.side,
        request.type,
        request.quantity,
        request.price,
        request.trigger,
        request.disclosed,
        request.validity,
    )


def check_product(instrument: Instrument, product: Product) -> None:
    if instrument.kind is Kind.INDEX:
        raise Refusal(
            Code.NOT_TRADABLE, f"{instrument.key} is an index and cannot be traded", key=instrument.key
        )
    share = instrument.kind is Kind.EQUITY
    if (product in DELIVERY and not share) or (product is Product.NRML and share):
        raise Refusal(
            Code.BAD_PRODUCT,
            f"Product {product} is not available for {instrument.key}",
            product=product.value,
            kind=instrument.kind.value,
        )


def check_terms(instrument: Instrument, asked: Terms) -> None:
    """Quantity, lot, freeze, disclosed quantity, tick, band and the trigger's side of the limit."""
    _check_quantity(instrument, asked)
    if asked.type in PRICED:
        _check_price(instrument, asked.price, "Price")
    if asked.type in STOPS:
        _check_price(instrument, asked.trigger, "Trigger price", code=Code.BAD_TRIGGER)
    if asked.type is OrderType.SL:
        wrong = asked.trigger > asked.price if asked.side is Side.BUY else asked.trigger < asked.price
        if wrong:
            raise Refusal(Code.BAD_TRIGGER, "The trigger price is on the wrong side of the limit price")


def check_trigger(asked: Terms, last_price: int) -> None:
    """A stop whose trigger is already reached is refused at entry (rule R5)."""
    if asked.type not in STOPS:
        return
    reached = asked.trigger <= last_price if asked.side is Side.BUY else asked.trigger >= last_price
    if reached:
        raise Refusal(
            Code.TRIGGER_REACHED,
            "The trigger price is already reached by the last traded price",
            last_price=last_price,
        )


def _check_quantity(instrument: Instrument, asked: Terms) -> None:
    quantity, disclosed = asked.quantity, asked.disclosed
    if quantity <= 0:
        raise Refusal(Code.BAD_QUANTITY, "Quantity must be above zero")
    if quantity % instrument.lot:
        raise Refusal(
            Code.LOT, f"Quantity must be a multiple of the lot size {instrument.lot}", lot=instrument.lot
        )
    if quantity > instrument.freeze:
        raise Refusal(
            Code.FREEZE,
            f"Quantity is above the freeze limit of {instrument.freeze}",
            freeze=instrument.freeze,
        )
    if not disclosed:
        return
    if instrument.kind is not Kind.EQUITY or asked.validity is Validity.IOC:
        raise Refusal(Code.BAD_DISCLOSED, "Disclosed quantity is not allowed for this order")
    if disclosed < 0 or disclosed > quantity or disclosed * 100 < quantity * DISCLOSED_PERCENT:
        raise Refusal(
            Code.BAD_DISCLOSED, "Disclosed quantity must be between 10% of the quantity and the quantity"
        )


def _check_price(instrument: Instrument, price: int, name: str, code: Code = Code.BAD_PRICE) -> None:
    if price <= 0:
        raise Refusal(code, f"{name} must be above zero")
    if price % instrument.tick:
        raise Refusal(
            Code.TICK,
            f"{name} must be a multiple of the tick size {instrument.tick / 100:.2f}",
            tick=instrument.tick,
            price=price,
        )
    if instrument.band and not instrument.band[0] <= price <= instrument.band[1]:
        low, high = instrument.band
        raise Refusal(
            Code.BAND,
            f"{name} is outside the day's range {low / 100:.2f} to {high / 100:.2f}",
            low=low,
            high=high,
            price=price,
        )

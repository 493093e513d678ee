"""Big orders in parts: the legs of an iceberg, and the slices of an order above the freeze quantity. Pure."""

from __future__ import annotations

from dataclasses import replace

from mocks.brokers.backoffice.orders import IcebergLeg, Order, OrderRequest
from mocks.brokers.backoffice.refusal import Code, Refusal
from mocks.exchange.model import Instrument, Validity

FEWEST, MOST = 2, 50


def legs(quantity: int, count: int, lot: int) -> list[int]:
    """Whole lots, as even as can be, odd lots in the first legs: 31 lots in 2 are 16 and 15."""
    each, odd = divmod(quantity // lot, count)
    return [(each + (1 if leg < odd else 0)) * lot for leg in range(count)]


def slices(quantity: int, instrument: Instrument) -> list[int]:
    """What a broker makes of an order above the freeze quantity: full slices, then the rest. A quantity that is
    no whole number of lots is left to the checks of each slice."""
    largest = instrument.freeze // instrument.lot * instrument.lot
    if largest <= 0 or quantity <= largest:
        return [quantity]
    full, rest = divmod(quantity, largest)
    return [largest] * full + ([rest] if rest else [])


def first_leg(request: OrderRequest, instrument: Instrument) -> tuple[OrderRequest, IcebergLeg | None]:
    """The order that goes out first; not an iceberg: the request itself. Raises Refusal(bad_iceberg)."""
    if not request.iceberg_legs:
        return request, None
    if not FEWEST <= request.iceberg_legs <= MOST:
        raise Refusal(Code.BAD_ICEBERG, f"An iceberg has {FEWEST} to {MOST} legs", legs=request.iceberg_legs)
    if request.validity is Validity.IOC:
        raise Refusal(Code.BAD_ICEBERG, "An iceberg cannot be immediate-or-cancel", legs=request.iceberg_legs)
    parts = legs(request.quantity, request.iceberg_legs, instrument.lot)
    if request.quantity % instrument.lot or not parts[-1]:
        raise Refusal(Code.BAD_ICEBERG, "Every leg needs whole lots", legs=request.iceberg_legs)
    if request.iceberg_quantity not in (0, parts[0]):
        raise Refusal(Code.BAD_ICEBERG, "Invalid iceberg quantity", quantity=parts[0])
    return _leg(request, parts, 1)


def next_leg(order: Order, instrument: Instrument) -> tuple[OrderRequest, IcebergLeg] | None:
    """What follows when a leg is complete; None after the last."""
    done = order.iceberg
    if done is None or done.leg >= done.legs:
        return None
    parts = legs(done.total_quantity, done.legs, instrument.lot)
    return _leg(order.request, parts, done.leg + 1)


def _leg(request: OrderRequest, parts: list[int], leg: int) -> tuple[OrderRequest, IcebergLeg]:
    quantity = parts[leg - 1]
    part = IcebergLeg(leg, len(parts), quantity, sum(parts), sum(parts[leg:]))
    return replace(request, quantity=quantity, disclosed=min(request.disclosed, quantity)), part

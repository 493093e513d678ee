"""Every reason for which the exchange refuses a command before it touches the book (R9), as short stable codes.

The phase of the day comes first, then what the order asks for, then what depends on the market (R4, R5).
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from mocks.exchange.amendment import STOPS, Amendment
from mocks.exchange.levels import Order
from mocks.exchange.matching import Matching
from mocks.exchange.model import Add, Instrument, Modify, OrderType, Phase, Validity

if TYPE_CHECKING:
    from mocks.exchange.book import Book


def refuse_add(book: Book, command: Add, buy: bool) -> str:
    """The first broken rule, or "". Fields that the order type does not use are ignored."""
    reason = refuse_in_phase(book, command.type, command.validity, command.disclosed, command.price)
    if reason:
        return reason
    if command.order in book.orders or command.order in book.finished:
        return "duplicate_order"
    reason = refuse_terms(
        book, buy, command.type, command.validity, command.quantity,
        command.price, command.trigger, command.disclosed,
    )  # fmt: skip
    if reason:
        return reason
    if command.validity is Validity.TTL and command.ttl_minutes <= 0:
        return "ttl"
    protection = command.protection_pct
    if protection is not None and not 0 < protection <= 100:
        return "protection"
    return _refuse_trigger(book, command.type, buy, command.trigger)


def refuse_modify(book: Book, order: Order, command: Modify, wanted: Amendment) -> str:
    if command.seen is not None and command.seen != order.activity:
        return "stale"
    if book.phase is Phase.LIMIT_ONLY and order.type is OrderType.MARKET:
        return "phase"
    reason = refuse_in_phase(book, wanted.type, wanted.validity, wanted.disclosed, wanted.price)
    if reason:
        return reason
    if wanted.trigger_given and wanted.type not in STOPS:
        return "not_a_stop"
    if wanted.quantity < order.filled:
        return "below_filled"
    reason = refuse_terms(
        book, order.buy, wanted.type, wanted.validity, wanted.quantity,
        wanted.price, wanted.trigger, wanted.disclosed,
    )  # fmt: skip
    if reason:
        return reason
    if wanted.validity is Validity.TTL and not order.deadline:
        return "ttl"
    return _refuse_trigger(book, wanted.type, order.buy, wanted.trigger)


def refuse_cancel(book: Book, order: Order) -> str:
    if book.phase is Phase.CLOSED:
        return "closed"
    if book.phase is Phase.MATCHING:
        return "phase"
    if book.phase is Phase.LIMIT_ONLY and order.type is OrderType.MARKET:
        return "phase"
    return ""


def refuse_in_phase(book: Book, type_: OrderType, validity: Validity, disclosed: int, price: int) -> str:
    """What the phase of the day does not take. An auction takes no stops, no IOC, no disclosed quantity (R4)."""
    match book.phase:
        case Phase.CONTINUOUS:
            return ""
        case Phase.CLOSED:
            return "closed"
        case Phase.HALTED:
            return "halted"
        case Phase.MATCHING:
            return "phase"
    if type_ in STOPS or validity is Validity.IOC or disclosed:
        return "phase"
    if book.phase is Phase.LIMIT_ONLY and type_ is OrderType.MARKET:
        return "phase"
    if book.phase is Phase.POST_CLOSE:
        known = book.closing_price  # 0 for what never had a price
        fits = known and (type_ is OrderType.MARKET or price == known)
        return "" if fits else "closing_price"
    return ""


def refuse_terms(
    book: Matching, buy: bool, type_: OrderType, validity: Validity, quantity: int, price: int, trigger: int,
    disclosed: int,
) -> str:  # fmt: skip
    instrument = book.instrument
    if quantity <= 0:
        return "quantity"
    if quantity % instrument.lot:
        return "lot"
    if instrument.freeze and quantity > instrument.freeze:
        return "freeze"
    if type_ is OrderType.LIMIT or type_ is OrderType.SL:
        reason = _refuse_price(instrument, price, "price")
        if reason:
            return reason
    if type_ is OrderType.SL or type_ is OrderType.SL_M:
        reason = _refuse_price(instrument, trigger, "trigger")
        if reason:
            return reason
        if type_ is OrderType.SL and (trigger > price if buy else trigger < price):
            return "trigger_price"  # R5: buy trigger <= limit, sell trigger >= limit
    if disclosed and _disclosed_is_wrong(instrument, validity, quantity, disclosed):
        return "disclosed"
    if type_ is OrderType.LIMIT and book.is_out_of_range(price):
        return "range"  # a stop's limit is looked at when it is released
    return ""


def _refuse_price(instrument: Instrument, price: int, missing: str) -> str:
    if price <= 0:
        return missing
    if price % instrument.tick:
        return "tick"
    band = instrument.band
    if band is not None and (price < band[0] or price > band[1]):
        return "band"
    return ""


def _disclosed_is_wrong(instrument: Instrument, validity: Validity, quantity: int, disclosed: int) -> bool:
    """R4: at least a tenth of the order, at most all of it, whole lots, and never with IOC."""
    if disclosed < 0 or disclosed > quantity or disclosed % instrument.lot:
        return True
    return disclosed * 10 < quantity or validity is Validity.IOC


def _refuse_trigger(book: Book, type_: OrderType, buy: bool, trigger: int) -> str:
    if type_ in STOPS and book.rules.sl_on_entry == "reject" and book.is_reached(buy, trigger):
        return "trigger_reached"
    return ""

"""The feed's messages in our words: prices in rupees, order updates in paise. Pure.

Unreadable input raises ValueError or protobuf's DecodeError.
"""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime, time, timedelta
from decimal import Decimal

from adapters.broker import Symbols
from adapters.groww import nats, wire
from adapters.groww.feed_pb2 import BookLevel, MarketMessage, OrderMessage
from domain.account import BrokerId
from domain.calendar import IST
from domain.instrument import Exchange, InstrumentId
from domain.market import Depth, DepthLevel, Tick
from domain.money import Price
from domain.order import OrderType, Product, Side
from domain.report import OrderReport

# The feed's enums by number. An unlisted number becomes None (or an unrecognised status), never a default.
_STATUS = (
    "NEW",
    "ACKED",
    "TRIGGER_PENDING",
    "APPROVED",
    "REJECTED",
    "FAILED",
    "EXECUTED",
    "DELIVERY_AWAITED",
    "CANCELLED",
    "CANCELLATION_REQUESTED",
    "MODIFICATION_REQUESTED",
    "COMPLETED",
)
_VENUE: Mapping[tuple[int, int], Exchange] = {
    (1, 0): Exchange.NSE,
    (0, 0): Exchange.BSE,
    (1, 1): Exchange.NFO,
    (0, 1): Exchange.BFO,
    (2, 3): Exchange.MCX,
}
_PRODUCT: Mapping[int, Product] = {0: Product.CNC, 1: Product.MIS, 4: Product.NRML, 6: Product.MTF}
_ORDER_TYPE: Mapping[int, OrderType] = {
    0: OrderType.MARKET,
    1: OrderType.LIMIT,
    2: OrderType.SL,
    3: OrderType.SL_M,
}
_SIDE: Mapping[int, Side] = {0: Side.BUY, 1: Side.SELL}


def tick_of(message: nats.Message, symbols: Symbols, *, seen_at: datetime) -> Tick | None:
    """A price or index value; None for a subject we cannot name or a message without a price."""
    instrument = symbols.by_feed_key(message.subject)
    parsed = MarketMessage.FromString(message.payload)
    match parsed.WhichOneof("live_point"):
        case "live_price":
            value, millis = parsed.live_price.ltp, parsed.live_price.ts_in_millis
        case "live_index":
            value, millis = parsed.live_index.value, parsed.live_index.ts_in_millis
        case _:
            return None
    if instrument is None or value <= 0:
        return None
    return Tick(instrument, _rupees(value), _at(millis, seen_at), source=BrokerId.GROWW)


def book_subject(price_subject: str) -> str | None:
    """Where the depth of an instrument is told; None for an index, which has none."""
    return None if "/indices/" in price_subject else price_subject.replace("/price.", "/book.")


def depth_of(message: nats.Message, *, seen_at: datetime) -> tuple[str, Depth, datetime] | None:
    """The subject of the price, the depth and its time; None for a message that is no depth."""
    head, book, token = message.subject.partition("/book.")
    parsed = MarketMessage.FromString(message.payload) if book else None
    if parsed is None or parsed.WhichOneof("live_point") != "book":
        return None
    depth = Depth(bids=_levels(parsed.book.buy), asks=_levels(parsed.book.sell))
    return f"{head}/price.{token}", depth, _at(parsed.book.ts_in_millis, seen_at)


def _levels(told: Mapping[int, BookLevel]) -> tuple[DepthLevel, ...]:
    """Numbered from 1, the best; those without a quantity are empty."""
    rows = (told[number] for number in sorted(told))
    return tuple(DepthLevel(_rupees(one.price), int(one.quantity)) for one in rows if one.quantity)


def _at(millis: float, seen_at: datetime) -> datetime:
    return wire.epoch(Decimal(int(millis))) if millis > 0 else seen_at


def _rupees(value: float) -> Price:
    # The wire carries doubles; their shortest text is the price that was meant.
    return Price(Decimal(repr(value)))


def report_of(payload: bytes, symbols: Symbols, *, seen_at: datetime) -> OrderReport:
    """One order update. It carries no reference of ours: it is joined by the order id."""
    parsed = OrderMessage.FromString(payload)
    update = parsed.update
    if not update.groww_order_id:
        raise ValueError("an order update without an order id")
    known = 0 <= update.order_status < len(_STATUS)
    word = _STATUS[update.order_status] if known else f"status {update.order_status}"
    return OrderReport(
        broker_order_id=update.groww_order_id,
        status=wire.status_of(word),
        words=word,
        at=_moment(parsed, seen_at),
        quantity=update.qty,
        filled_quantity=update.filled_qty,
        average_price=_paise(update.avg_fill_price) if update.filled_qty else None,
        instrument=_instrument(update.exchange, update.segment, update.contract_id, symbols),
        side=_SIDE.get(update.buy_sell),
        product=_PRODUCT.get(update.product),
        order_type=_ORDER_TYPE.get(update.order_type),
        price=_paise(update.price),
        trigger_price=_paise(update.trigger_price),
        exchange_order_id=update.exchange_order_id or None,
        message=update.remark,
    )


def _paise(value: int) -> Price | None:
    return Price.paise(value) if value else None


def _moment(message: OrderMessage, seen_at: datetime) -> datetime:
    """The last stage's time since midnight IST. Its unit is not documented: past a day of seconds, it is millis."""
    if not message.stages:
        return seen_at
    since = max(stage.since_midnight for stage in message.stages)
    seconds = since / 1000 if since > 86_400 else since
    midnight = datetime.combine(seen_at.astimezone(IST).date(), time(0), IST)
    at = midnight + timedelta(seconds=seconds)
    return min(at, seen_at) if since > 0 else seen_at


def _instrument(exchange: int, segment: int, contract: str, symbols: Symbols) -> InstrumentId | None:
    """`contract` is the ISIN of a share and the symbol of a contract."""
    venue = _VENUE.get((exchange, segment))
    if venue is None or not contract:
        return None
    if venue not in (Exchange.NSE, Exchange.BSE):
        return symbols.by_order_key(venue, contract)
    share = symbols.by_isin(contract)
    if share is None or share.exchange is venue:
        return share
    elsewhere = symbols.listing(InstrumentId(venue, share.symbol))  # the same share on the other exchange
    same = elsewhere is not None and elsewhere.instrument.isin == contract
    return InstrumentId(venue, share.symbol) if same else None

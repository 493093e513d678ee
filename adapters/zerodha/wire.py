"""Kite Connect v3 on the wire: our nouns <-> its forms, JSON and CSV. Pure, with total tables both ways.

Money arrives as JSON numbers parsed to Decimal; times as naive text in IST.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from datetime import datetime
from decimal import Decimal
from typing import Any

from adapters.broker import BrokerFill, Change, Symbols
from adapters.http import exact_json
from adapters.rows import interest, text_id
from domain.calendar import IST
from domain.errors import (
    AccountRefused,
    AddressRefused,
    BrokerError,
    BrokerRejected,
    BrokerUnavailable,
    OutcomeUnknown,
    SessionExpired,
)
from domain.instrument import Exchange, InstrumentId
from domain.market import Candle, Depth, DepthLevel, Quote
from domain.money import Price
from domain.order import ChildOrder, Fill, OrderType, Product, Side, Validity
from domain.report import OrderReport, ReportStatus

VERSION = {"X-Kite-Version": "3"}
REGULAR, AFTER_MARKET, ICEBERG = "regular", "amo", "iceberg"

# --- enums: Kite's words are ours, yet each is listed, so that a word new on either side is noticed ---------------

SIDE_WORDS = {Side.BUY: "BUY", Side.SELL: "SELL"}
TYPE_WORDS = {
    OrderType.MARKET: "MARKET",
    OrderType.LIMIT: "LIMIT",
    OrderType.SL: "SL",
    OrderType.SL_M: "SL-M",
}
PRODUCT_WORDS = {Product.CNC: "CNC", Product.MIS: "MIS", Product.NRML: "NRML", Product.MTF: "MTF"}
VALIDITY_WORDS = {Validity.DAY: "DAY", Validity.IOC: "IOC", Validity.TTL: "TTL"}
SIDES = {word: side for side, word in SIDE_WORDS.items()}
TYPES = {word: kind for kind, word in TYPE_WORDS.items()}
PRODUCTS = {word: product for product, word in PRODUCT_WORDS.items()}
EXCHANGES = {exchange.value: exchange for exchange in Exchange}

STATUSES = {
    "PUT ORDER REQ RECEIVED": ReportStatus.PENDING,
    "AMO REQ RECEIVED": ReportStatus.PENDING,
    "MODIFY AMO REQ RECEIVED": ReportStatus.PENDING,
    "VALIDATION PENDING": ReportStatus.PENDING,
    "OPEN PENDING": ReportStatus.PENDING,
    "MODIFY VALIDATION PENDING": ReportStatus.PENDING,
    "MODIFY PENDING": ReportStatus.PENDING,
    "MODIFIED": ReportStatus.PENDING,
    "NOT MODIFIED": ReportStatus.PENDING,
    "CANCEL PENDING": ReportStatus.PENDING,
    "NOT CANCELLED": ReportStatus.PENDING,
    "OPEN": ReportStatus.OPEN,
    "UPDATE": ReportStatus.OPEN,  # postback and stream: a partial fill or a change of terms
    "TRIGGER PENDING": ReportStatus.TRIGGER_PENDING,
    "COMPLETE": ReportStatus.COMPLETE,
    "CANCELLED": ReportStatus.CANCELLED,
    "CANCEL": ReportStatus.CANCELLED,  # the postback page's spelling
    "REJECTED": ReportStatus.REJECTED,
}

# --- outcomes: (HTTP status, error_type) -> what it means; None stands for any type --------------------------------

Outcome = type[BrokerError]

SURELY_NOT_PLACED: Mapping[tuple[int, str | None], Outcome] = {
    (400, "InputException"): BrokerRejected,
    (400, "MarginException"): BrokerRejected,
    (400, "HoldingException"): BrokerRejected,
    (403, "TokenException"): SessionExpired,
    (403, "PermissionException"): AccountRefused,  # plan or static IP, not the session
    (404, None): BrokerRejected,
    (405, None): BrokerRejected,
    (428, None): BrokerRejected,  # needs authorisation at the depository
    (429, None): BrokerUnavailable,
}

READS: Mapping[tuple[int, str | None], Outcome] = {
    **SURELY_NOT_PLACED,
    (403, "UserException"): BrokerRejected,
    (403, "TwoFAException"): SessionExpired,
    (410, None): BrokerRejected,
}


# A change or cancel of an order that has ended, or is on its way, is refused with 400 OrderException. The type alone
# proves nothing: it also stands for an order desk that failed half way.
# How Kite words the refusal of an address is only known from its users; neither status nor type are documented.
WRONG_ADDRESS = re.compile(r"\bIP address is not allowed|\bNo IPs configured", re.IGNORECASE)
TOO_LATE = re.compile(
    r"cannot be (modified|cancel)|being processed|already (been )?(closed|cancel|complete|execut|reject)",
    re.IGNORECASE,
)
MOST_CHANGES = "maximum allowed order modifications exceeded"  # with 429 or 503, and final for this order


def write_answer(status: int, content: bytes) -> Any:
    """`data` of a write's answer. Raises the error that the table lists, OutcomeUnknown for all it does not."""
    return _answer(status, content, SURELY_NOT_PLACED, OutcomeUnknown)


def change_answer(status: int, content: bytes) -> Any:
    """As `write_answer`, of a modification or cancel: what comes too late and one change too many are definite too."""
    try:
        return write_answer(status, content)
    except (OutcomeUnknown, BrokerUnavailable) as error:
        told = (status, error.code) == (400, "OrderException") and "timed out" not in error.words.lower()
        late = told and TOO_LATE.search(error.words)
        if late or MOST_CHANGES in error.words.lower():
            raise BrokerRejected(error.words, code=error.code) from error
        raise


def read_answer(status: int, content: bytes) -> Any:
    """`data` of a read's answer. Raises the error that the table lists, BrokerUnavailable for all it does not."""
    return _answer(status, content, READS, BrokerUnavailable)


def _answer(
    status: int, content: bytes, table: Mapping[tuple[int, str | None], Outcome], otherwise: Outcome
) -> Any:
    try:
        body = exact_json(content)
    except ValueError:
        body = None
    fields = body if isinstance(body, dict) else {}
    if status == 200 and fields.get("status") == "success" and "data" in fields:
        return fields["data"]
    kind = str(fields.get("error_type") or "") or None
    words = str(fields.get("message") or "") or f"Zerodha answered HTTP {status} without words"
    outcome = table.get((status, kind)) or table.get((status, None)) or otherwise
    if status == 400 and "timed out" in words.lower():
        # "Order request timed out. Please check the order book ..." came with 400 while the orders were placed 8 s
        # later (kite.trade/forum 35732).
        outcome = otherwise
    if outcome is AccountRefused and WRONG_ADDRESS.search(words):
        outcome = AddressRefused
    raise outcome(words, code=kind or str(status))


# --- orders out --------------------------------------------------------------------------------------------------


def variety(child: ChildOrder) -> str:
    """What the path of an order's calls names. Raises BrokerRejected for what Kite does not combine."""
    if child.after_market and child.iceberg_legs > 1:
        raise BrokerRejected("Zerodha takes no iceberg after the market", code="no_such_variety")
    if child.after_market:
        return AFTER_MARKET
    return ICEBERG if child.iceberg_legs > 1 else REGULAR


def place_form(child: ChildOrder, order_key: str, *, lot: int = 1, algorithm: str = "") -> dict[str, str]:
    """The form of POST /orders/{variety}. `lot`: units that a leg of an iceberg must be a multiple of.

    `algorithm` is its id at the exchange; without one the broker enters a generic id.
    """
    form = {
        "exchange": child.instrument.exchange.value,
        "tradingsymbol": order_key,
        "transaction_type": SIDE_WORDS[child.side],
        "quantity": str(child.quantity),
        "product": PRODUCT_WORDS[child.product],
        **_terms_form(child.order_type, child.validity, child.price, child.trigger_price),
        "tag": child.tag,
    }
    if algorithm:
        form["algo_id"] = algorithm
    if child.disclosed_quantity:
        form["disclosed_quantity"] = str(child.disclosed_quantity)
    if child.validity is Validity.TTL:
        form["validity_ttl"] = str(child.validity_minutes)
    if child.iceberg_legs > 1:
        # Equal legs of whole lots, rounded up; another number is refused (kite.trade/forum 51625).
        form["iceberg_legs"] = str(child.iceberg_legs)
        form["iceberg_quantity"] = str(-(-child.quantity // (child.iceberg_legs * lot)) * lot)
    return form


def modify_form(change: Change) -> dict[str, str]:
    """The form of PUT /orders/{variety}/{id}; `quantity` is the new total, filled part included.

    The minutes of a TTL order have no field here: its validity is left as it is.
    """
    terms = _terms_form(change.order_type, change.validity, change.price, change.trigger_price)
    if change.validity is Validity.TTL:
        del terms["validity"]
    disclosed = {"disclosed_quantity": str(change.disclosed_quantity)} if change.disclosed_quantity else {}
    return {"quantity": str(change.quantity), **terms, **disclosed}


def _terms_form(
    order_type: OrderType, validity: Validity, price: Price | None, trigger_price: Price | None
) -> dict[str, str]:
    form = {"order_type": TYPE_WORDS[order_type], "validity": VALIDITY_WORDS[validity]}
    if price is not None and order_type in (OrderType.LIMIT, OrderType.SL):
        form["price"] = str(price)
    if trigger_price is not None and order_type in (OrderType.SL, OrderType.SL_M):
        form["trigger_price"] = str(trigger_price)
    if order_type in (OrderType.MARKET, OrderType.SL_M):
        # Unprotected market orders are refused since 1 April 2026; -1 takes the exchange's own band.
        form["market_protection"] = "-1"
    return form


# --- orders in ---------------------------------------------------------------------------------------------------


def moment(text: str) -> datetime:
    """`2026-11-20 09:15:02`, which Kite means in IST. Raises ValueError for another form."""
    if len(text) != 19:
        raise ValueError(f"not a time of Kite's: {text!r}")
    return datetime.fromisoformat(text).replace(
        tzinfo=IST
    )  # strptime would be half the cost of reading a book


def order_id(data: Any) -> str:
    """The id in a write's answer. A "success" without one proves nothing: OutcomeUnknown."""
    found = data.get("order_id") if isinstance(data, dict) else None
    if not found:
        raise OutcomeUnknown("Zerodha answered the order without an id")
    return str(found)


def tags(row: Mapping[str, Any]) -> list[str]:
    """An order's tags without those that the broker adds itself (`mktp:2.00`, `autoslice`). Raises ValueError."""
    every = [tag for tag in (row.get("tag"), *(row.get("tags") or ())) if tag]
    if not all(isinstance(tag, str) for tag in every):
        raise ValueError(f"no tags: {every!r:.60}")
    return [tag for tag in every if tag.partition(":")[0] not in ("mktp", "autoslice")]


def order_report(row: Mapping[str, Any], symbols: Symbols) -> OrderReport:
    """One order row of the book, or the payload of a stream update or postback."""
    words = str(row["status"])
    times = (row.get("order_timestamp"), row.get("exchange_update_timestamp"), row.get("exchange_timestamp"))
    mine = tags(row)
    return OrderReport(
        broker_order_id=text_id(row["order_id"]),
        status=STATUSES.get(words, ReportStatus.UNRECOGNISED),
        words=words,
        at=max(moment(text) for text in times if text),
        quantity=int(row["quantity"]),
        filled_quantity=int(row.get("filled_quantity") or 0),
        average_price=price(row.get("average_price")),
        tag=mine[0] if mine else None,
        instrument=instrument_id(row, symbols),
        side=SIDES.get(str(row.get("transaction_type"))),
        product=PRODUCTS.get(str(row.get("product"))),
        order_type=TYPES.get(str(row.get("order_type"))),
        price=price(row.get("price")),
        trigger_price=price(row.get("trigger_price")),
        exchange_order_id=str(row["exchange_order_id"]) if row.get("exchange_order_id") else None,
        message=str(row.get("status_message") or ""),
    )


def broker_fill(row: Mapping[str, Any]) -> BrokerFill:
    """One trade row; `order_timestamp` there is only a time of day, so the fill's own time counts."""
    fill = Fill(
        trade_id=text_id(row["trade_id"]),
        quantity=int(row["quantity"]),
        price=Price.of(row["average_price"]),
        at=moment(row.get("exchange_timestamp") or row["fill_timestamp"]),
    )
    return BrokerFill(broker_order_id=text_id(row["order_id"]), fill=fill)


def instrument_id(row: Mapping[str, Any], symbols: Symbols) -> InstrumentId | None:
    """The row's instrument; None for an exchange we do not know or a symbol that is not listed."""
    exchange = EXCHANGES.get(str(row.get("exchange")))
    return symbols.by_order_key(exchange, str(row.get("tradingsymbol"))) if exchange else None


def price(value: Decimal | int | None) -> Price | None:
    """Kite writes "none" as 0."""
    return Price.of(value) if value else None


# --- market ------------------------------------------------------------------------------------------------------


def quote(instrument: InstrumentId, row: Mapping[str, Any], *, seen_at: datetime) -> Quote:
    """One value of GET /quote; `ohlc.close` is the previous close. `seen_at` stands in for a missing time."""
    ohlc, depth = row["ohlc"], row.get("depth") or {}
    return Quote(
        instrument=instrument,
        last_price=Price.of(row["last_price"]),
        at=moment(row["timestamp"]) if row.get("timestamp") else seen_at,
        open=price(ohlc["open"]),
        high=price(ohlc["high"]),
        low=price(ohlc["low"]),
        prev_close=price(ohlc["close"]),
        volume=row.get("volume"),
        average_price=price(row.get("average_price")),
        lower_circuit=price(row.get("lower_circuit_limit")),
        upper_circuit=price(row.get("upper_circuit_limit")),
        depth=Depth(bids=_levels(depth.get("buy") or ()), asks=_levels(depth.get("sell") or ())),
        open_interest=interest(instrument, row.get("oi")),
    )


def _levels(rows: Iterable[Mapping[str, Any]]) -> tuple[DepthLevel, ...]:
    """Kite fills the five rows up with zeros."""
    return tuple(
        DepthLevel(Price.of(row["price"]), int(row["quantity"]), int(row["orders"]))
        for row in rows
        if row["quantity"]
    )


def candle(row: list[Any]) -> Candle:
    """`[2026-11-20T09:15:00+0530, open, high, low, close, volume]`."""
    opened = datetime.fromisoformat(row[0])
    if opened.tzinfo is None:
        raise ValueError(f"a candle without time zone: {row[0]!r}")
    return Candle(
        opened.astimezone(IST),
        Price.of(row[1]),
        Price.of(row[2]),
        Price.of(row[3]),
        Price.of(row[4]),
        int(row[5]),
    )

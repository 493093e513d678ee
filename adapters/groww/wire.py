"""Groww's REST words and ours: enum tables both ways, orders and trades, and what each answer proves.

Prices on this wire are rupees. Everything here is pure; unreadable input raises ValueError, KeyError or TypeError.
"""

from __future__ import annotations

import json
from collections.abc import Iterable, Mapping
from datetime import datetime
from decimal import Decimal
from typing import Any

from adapters.broker import BrokerFill, Change, MarginAsk, Symbols
from adapters.http import exact_json, json_number
from adapters.rows import text_id
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
from domain.money import Price
from domain.order import Accepted, ChildOrder, Fill, OrderType, Product, Side, Validity
from domain.report import OrderReport, ReportStatus

Json = Mapping[str, Any]

# --- words -------------------------------------------------------------------------------------------------------

VENUE: Mapping[Exchange, tuple[str, str]] = {  # our segment -> Groww's (exchange, segment)
    Exchange.NSE: ("NSE", "CASH"),
    Exchange.BSE: ("BSE", "CASH"),
    Exchange.NFO: ("NSE", "FNO"),
    Exchange.BFO: ("BSE", "FNO"),
    Exchange.MCX: ("MCX", "COMMODITY"),
    Exchange.CDS: ("NSE", "CURRENCY"),
    Exchange.BCD: ("BSE", "CURRENCY"),
}
EXCHANGE: Mapping[tuple[str, str], Exchange] = {venue: exchange for exchange, venue in VENUE.items()}

ORDER_TYPE_WORD: Mapping[OrderType, str] = {
    OrderType.MARKET: "MARKET",
    OrderType.LIMIT: "LIMIT",
    OrderType.SL: "SL",
    OrderType.SL_M: "SL_M",
}
ORDER_TYPE: Mapping[str, OrderType] = {word: order_type for order_type, word in ORDER_TYPE_WORD.items()}

PRODUCT_WORD: Mapping[Product, str] = {product: product.value for product in Product}
PRODUCT: Mapping[str, Product] = {word: product for product, word in PRODUCT_WORD.items()}

SIDE: Mapping[str, Side] = {side.value: side for side in Side}
VALIDITY_WORD: Mapping[Validity, str] = {Validity.DAY: "DAY", Validity.IOC: "IOC"}

STATUS: Mapping[str, ReportStatus] = {
    "NEW": ReportStatus.PENDING,
    "ACKED": ReportStatus.PENDING,
    "APPROVED": ReportStatus.OPEN,
    "OPEN": ReportStatus.OPEN,  # in every example of the docs, in no list of them
    "TRIGGER_PENDING": ReportStatus.TRIGGER_PENDING,
    "MODIFICATION_REQUESTED": ReportStatus.PENDING,
    "CANCELLATION_REQUESTED": ReportStatus.PENDING,
    "EXECUTED": ReportStatus.COMPLETE,
    "DELIVERY_AWAITED": ReportStatus.COMPLETE,
    "COMPLETED": ReportStatus.COMPLETE,
    "CANCELLED": ReportStatus.CANCELLED,
    "REJECTED": ReportStatus.REJECTED,
    "FAILED": ReportStatus.REJECTED,
}
NO_AMO = "NA"


def status_of(word: str) -> ReportStatus:
    return STATUS.get(word, ReportStatus.UNRECOGNISED)


# --- answers -----------------------------------------------------------------------------------------------------

# The gateway's own answers: nothing behind it saw the request.
GATEWAY: Mapping[int, type[BrokerError]] = {401: SessionExpired, 429: BrokerUnavailable}

# An order may exist after these, whatever the HTTP status says. GA007 (reference used before) even proves that an
# earlier attempt arrived: it must be looked up, not sent under another reference.
AMBIGUOUS_CODES = frozenset({"GA000", "GA003", "GA006", "GA007"})

# (HTTP status, code) -> outcome of a write; None matches any. Whatever is not here is OutcomeUnknown.
WRITE_OUTCOME: Mapping[tuple[int | None, str | None], type[BrokerError]] = {
    (400, "GA001"): BrokerRejected,
    (403, None): AccountRefused,
    (404, None): BrokerRejected,
    (400, "GA005"): AccountRefused,  # not authorised
    (200, "GA005"): AccountRefused,
}

# A read may be repeated, so anything unclear is BrokerUnavailable.
READ_OUTCOME: Mapping[tuple[int | None, str | None], type[BrokerError]] = {
    (403, None): BrokerRejected,
    (None, "GA001"): BrokerRejected,
    (None, "GA004"): BrokerRejected,
    (None, "GA005"): BrokerRejected,
}
NOT_AUTHORISED = "GA005"
NOT_FOUND = "GA004"  # a bare 404 may come from a gateway and does not prove that an order is absent


def payload_of(status: int, content: bytes, *, write: bool) -> Json:
    """The payload of a success. Raises one of the four errors for every other answer."""
    body = _object(content)
    if 200 <= status < 300 and body.get("status") == "SUCCESS" and isinstance(body.get("payload"), dict):
        payload: Json = body["payload"]
        return payload
    raise _error(status, body, write=write)


def _object(content: bytes) -> Json:
    try:
        body = exact_json(content)
    except ValueError:  # an HTML page, an empty or a cut body
        return {}
    return body if isinstance(body, dict) else {}


def _error(status: int, body: Json, *, write: bool) -> BrokerError:
    said = body.get("error")
    error: Json = said if isinstance(said, dict) else {}
    code = str(error["code"]) if error.get("code") else None
    words = str(error.get("message") or error.get("displayMessage") or f"Groww answered HTTP {status}")
    table = WRITE_OUTCOME if write else READ_OUTCOME
    fallback: type[BrokerError] = OutcomeUnknown if write else BrokerUnavailable
    if status in GATEWAY:
        return GATEWAY[status](words, code=code)
    if status >= 500 or code in AMBIGUOUS_CODES:
        return fallback(words, code=code)
    if write and status == 403 and "ip address" in words.lower():  # the code for it is not documented
        return AddressRefused(words, code=code)
    kind = table.get((status, code)) or table.get((status, None)) or table.get((None, code)) or fallback
    return kind(words, code=code)


# --- orders ------------------------------------------------------------------------------------------------------


def number(price: Price | None) -> float | None:
    """A price as Groww demands it, null for none."""
    return json_number(price) if price is not None else None


def place_body(child: ChildOrder, order_key: str) -> bytes:
    """Raises BrokerRejected for what Groww has no field for: the order would stand there as another one."""
    if child.iceberg_legs or child.disclosed_quantity:
        raise BrokerRejected("Groww takes no iceberg orders and no disclosed quantity")
    exchange, segment = VENUE[child.instrument.exchange]
    return json.dumps(
        {
            "trading_symbol": order_key,
            "quantity": child.quantity,
            "price": number(child.price) or 0.0,  # what the SDK sends where a price has no meaning
            "trigger_price": number(child.trigger_price),
            "validity": VALIDITY_WORD[child.validity],
            "exchange": exchange,
            "segment": segment,
            "product": PRODUCT_WORD[child.product],
            "order_type": ORDER_TYPE_WORD[child.order_type],
            "transaction_type": child.side.value,
            "order_reference_id": child.tag,
        }
    ).encode()


def modify_body(child: ChildOrder, change: Change, broker_order_id: str) -> bytes:
    """Validity and product cannot be modified at Groww."""
    return json.dumps(
        {
            "groww_order_id": broker_order_id,
            "segment": VENUE[child.instrument.exchange][1],
            "order_type": ORDER_TYPE_WORD[change.order_type],
            "quantity": change.quantity,
            "price": number(change.price),
            "trigger_price": number(change.trigger_price),
        }
    ).encode()


def cancel_body(child: ChildOrder, broker_order_id: str) -> bytes:
    segment = VENUE[child.instrument.exchange][1]
    return json.dumps({"groww_order_id": broker_order_id, "segment": segment}).encode()


def margin_body(asks: Iterable[tuple[MarginAsk, str]]) -> bytes:
    """Orders and what Groww names their instruments, in the order in which they would be placed."""
    return json.dumps(
        [
            {
                "trading_symbol": order_key,
                "transaction_type": ask.side.value,
                "quantity": ask.quantity,
                "price": number(ask.price) or 0.0,
                "order_type": ORDER_TYPE_WORD[ask.order_type],
                "product": PRODUCT_WORD[ask.product],
                "exchange": VENUE[ask.instrument.exchange][0],
            }
            for ask, order_key in asks
        ]
    ).encode()


def accepted(payload: Json, at: datetime) -> Accepted:
    """The answer to a create. Raises OutcomeUnknown without an id, BrokerRejected when the order died at once."""
    broker_order_id = payload.get("groww_order_id")
    if not isinstance(broker_order_id, str) or not broker_order_id:
        raise OutcomeUnknown("Groww took the order without giving its id")
    word = str(payload.get("order_status") or "")
    if status_of(word) is ReportStatus.REJECTED:
        raise BrokerRejected(str(payload.get("remark") or word), code=word)
    return Accepted(broker_order_id, at)


def confirmed(payload: Json) -> None:
    """The answer to a modify or a cancel. Raises OutcomeUnknown when it names no order."""
    if not payload.get("groww_order_id"):
        raise OutcomeUnknown("Groww answered without naming the order")


def order_report(row: Json, symbols: Symbols, *, seen_at: datetime) -> OrderReport:
    """One row of the order list or the detail call. `seen_at` stands in where the row has no time."""
    word = str(row["order_status"])
    filled = units(row.get("filled_quantity") or 0)
    return OrderReport(
        broker_order_id=text_id(row["groww_order_id"]),
        status=status_of(word),
        words=word,
        at=_latest(row, "exchange_time", "created_at") or seen_at,
        quantity=units(row["quantity"]),
        filled_quantity=filled,
        average_price=price(row.get("average_fill_price")) if filled else None,
        tag=text_id(row["order_reference_id"]) if row.get("order_reference_id") else None,
        instrument=instrument_of(row, symbols),
        side=SIDE.get(str(row.get("transaction_type"))),
        product=PRODUCT.get(str(row.get("product"))),
        order_type=ORDER_TYPE.get(str(row.get("order_type"))),
        price=price(row.get("price")),
        trigger_price=price(row.get("trigger_price")),
        message=_message(row),
    )


def _message(row: Json) -> str:
    """The remark, and how far an order for the next session has come: its status word does not tell."""
    stage = str(row.get("amo_status") or NO_AMO)
    waiting = f"after market: {stage}" if stage != NO_AMO else ""
    return "; ".join(filter(None, (str(row.get("remark") or ""), waiting)))


def status_report(row: Json, child: ChildOrder, *, seen_at: datetime) -> OrderReport:
    """The thin row of a status call: it knows neither quantity nor average price."""
    word = str(row["order_status"])
    return OrderReport(
        broker_order_id=str(row["groww_order_id"]),
        status=status_of(word),
        words=word,
        at=seen_at,
        quantity=child.quantity_now,
        filled_quantity=units(row.get("filled_quantity") or 0),
        tag=str(row["order_reference_id"]) if row.get("order_reference_id") else None,
        instrument=child.instrument,
        message=str(row.get("remark") or ""),
    )


def broker_fill(row: Json) -> BrokerFill:
    """One row of a trade list, keyed by Groww's own trade id."""
    at = _latest(row, "trade_date_time", "created_at")
    traded_at = price(row["price"])
    if at is None or traded_at is None:
        raise ValueError("a trade without time or price")
    trade_id = str(row.get("groww_trade_id") or row["exchange_trade_id"])
    return BrokerFill(str(row["groww_order_id"]), Fill(trade_id, units(row["quantity"]), traded_at, at))


def instrument_of(row: Json, symbols: Symbols) -> InstrumentId | None:
    """What a row speaks of; the broker's own name where our master does not list it."""
    exchange = EXCHANGE.get((str(row.get("exchange")), str(row.get("segment"))))
    key = row.get("trading_symbol")
    if exchange is None or not key:
        return None
    return symbols.by_order_key(exchange, str(key)) or InstrumentId(exchange, str(key))


# --- numbers and times -------------------------------------------------------------------------------------------


def decimal(value: object) -> Decimal:
    """A JSON number or its text. Raises ValueError or TypeError for anything else."""
    if isinstance(value, bool) or not isinstance(value, int | str | Decimal):
        raise TypeError(f"not a number: {value!r}")
    try:
        return Decimal(value)
    except ArithmeticError as error:
        raise ValueError(f"not a number: {value!r}") from error


def units(value: object) -> int:
    """A whole number of units; Groww may write it as 10.0."""
    exact = decimal(value)
    if exact != exact.to_integral_value():
        raise ValueError(f"not a whole number of units: {value!r}")
    return int(exact)


def price(value: object) -> Price | None:
    """A price in rupees; null and 0 both mean that there is none."""
    if value is None or value == "":
        return None
    exact = decimal(value)
    return Price(exact) if exact else None


def moment(value: object) -> datetime | None:
    """ISO text (naive means IST) or an epoch in seconds or milliseconds; None for nothing."""
    if value is None or value == "" or value == 0:
        return None
    if isinstance(value, int | Decimal) and not isinstance(value, bool):
        return epoch(Decimal(value))
    at = datetime.fromisoformat(str(value))
    return at if at.tzinfo else at.replace(tzinfo=IST)


def epoch(value: Decimal) -> datetime:
    """Seconds or milliseconds since 1970: a second count of this century has ten digits."""
    seconds = value / 1000 if value >= 10**11 else value
    return datetime.fromtimestamp(int(seconds * 1000) / 1000, IST)


def _latest(row: Json, *fields: str) -> datetime | None:
    known = [at for at in (moment(row.get(field)) for field in fields) if at is not None]
    return max(known) if known else None

"""Upstox's words and ours: total tables both ways, and what each answer proves. Pure; numbers are exact.

An unlisted status stays UNRECOGNISED, an unlisted product, side or type stays None, and an answer to a write that
is not a listed one is OutcomeUnknown.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from datetime import datetime
from decimal import Decimal
from typing import Any

from adapters.broker import BrokerFill, Listing, Symbols
from adapters.http import exact_json
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
from domain.order import Fill, OrderType, Product, Side, Validity
from domain.report import OrderReport, ReportStatus

Row = Mapping[str, Any]

# --- tables ------------------------------------------------------------------------------------------------------

SEGMENTS = {
    "NSE_EQ": Exchange.NSE,
    "NSE_INDEX": Exchange.NSE,
    "BSE_EQ": Exchange.BSE,
    "BSE_INDEX": Exchange.BSE,
    "NSE_FO": Exchange.NFO,
    "BSE_FO": Exchange.BFO,
    "NCD_FO": Exchange.CDS,
    "BCD_FO": Exchange.BCD,
    "MCX_FO": Exchange.MCX,
}
PRODUCTS_OUT = {Product.CNC: "D", Product.NRML: "D", Product.MIS: "I", Product.MTF: "MTF"}
SIDES = {"BUY": Side.BUY, "SELL": Side.SELL}
ORDER_TYPES = {
    "MARKET": OrderType.MARKET,
    "LIMIT": OrderType.LIMIT,
    "SL": OrderType.SL,
    "SL-M": OrderType.SL_M,
}
ORDER_TYPES_OUT = {ours: theirs for theirs, ours in ORDER_TYPES.items()}
VALIDITIES_OUT = {Validity.DAY: "DAY", Validity.IOC: "IOC"}

# The 17 documented words. After "modified", "not modified" and "not cancelled" the order lives on, open or waiting
# for its trigger: the next report tells which.
STATUSES = {
    "put order req received": ReportStatus.PENDING,
    "validation pending": ReportStatus.PENDING,
    "open pending": ReportStatus.PENDING,
    "open": ReportStatus.OPEN,
    "trigger pending": ReportStatus.TRIGGER_PENDING,
    "modify validation pending": ReportStatus.PENDING,
    "modify pending": ReportStatus.PENDING,
    "modified": ReportStatus.PENDING,
    "not modified": ReportStatus.PENDING,
    "cancel pending": ReportStatus.PENDING,
    "not cancelled": ReportStatus.PENDING,
    "complete": ReportStatus.COMPLETE,
    "cancelled": ReportStatus.CANCELLED,
    "rejected": ReportStatus.REJECTED,
    "after market order req received": ReportStatus.PENDING,
    "modify after market order req received": ReportStatus.PENDING,
    "cancelled after market order": ReportStatus.CANCELLED,
}


def segment(order_key: str) -> Exchange | None:
    """The exchange an instrument key like `NSE_EQ|INE009A01021` belongs to; None for one not known here."""
    return SEGMENTS.get(order_key.partition("|")[0])


def product_in(word: object, exchange: Exchange | None) -> Product | None:
    """D is delivery for shares and carried for contracts. CO, OCO and anything else: None."""
    match word:
        case "I":
            return Product.MIS
        case "MTF":
            return Product.MTF
        case "D" if exchange in (Exchange.NSE, Exchange.BSE):
            return Product.CNC
        case "D" if exchange is not None:
            return Product.NRML
        case _:
            return None


# --- what an answer proves ---------------------------------------------------------------------------------------

_CODE = re.compile(r"^UDAPI\d+$")
_INTERNAL = "UDAPI100500"  # said in any status, it proves nothing
_CLOSED = {"UDAPI100072", "UDAPI100074"}  # 00:00-05:30 IST: the service is shut
_RATE = "UDAPI10005"
WRONG_ADDRESS = "UDAPI1154"
# What these are about is not the login, whatever the status: a token that only reads, the address, the algorithm's
# name, the kind of account, a segment or an app that is switched off.
_NOT_THE_LOGIN = {"UDAPI100067", WRONG_ADDRESS, "UDAPI1156", "UDAPI100049", "UDAPI100058", "UDAPI100073"}
_ADDRESS_HINT = (
    "orders of this account leave from an address that is not registered at Upstox: see its egress"
)


def _refusal(status: int, content: bytes) -> BrokerError | None:
    """The definite no in an answer, or None when it is not one."""
    if not 400 <= status < 500:
        return None
    try:
        errors = exact_json(content)["errors"]
        codes = [error.get("errorCode") or error.get("error_code") for error in errors]
        words = "; ".join(str(error.get("message") or "").strip() for error in errors)
    except (ValueError, KeyError, TypeError, AttributeError):
        return None
    if (
        not codes
        or _INTERNAL in codes
        or not all(isinstance(code, str) and _CODE.match(code) for code in codes)
    ):
        return None
    code = codes[0]
    if code == WRONG_ADDRESS:
        return AddressRefused(f"{words or code} ({_ADDRESS_HINT})", code=code)
    if status == 401 and code not in _NOT_THE_LOGIN:
        return SessionExpired(words or code, code=code)
    if status in (423, 429) or code == _RATE or code in _CLOSED:
        return BrokerUnavailable(words or code, code=code)
    kind = AccountRefused if code in _NOT_THE_LOGIN else BrokerRejected
    return kind(words or code, code=code)


def written(status: int, content: bytes) -> Row:
    """The `data` of a write's answer. Raises BrokerRejected, SessionExpired, BrokerUnavailable for a listed no,
    OutcomeUnknown for everything else, partial successes too."""
    data = _done(status, content)
    if isinstance(data, dict):
        return data
    raise OutcomeUnknown(f"Upstox gave an unclear answer (HTTP {status})")


def logged_out(status: int, content: bytes) -> None:
    """Raises as `written`: its answer is `true` alone."""
    if _done(status, content) is not True:
        raise OutcomeUnknown(f"Upstox gave an unclear answer (HTTP {status})")


def _done(status: int, content: bytes) -> Any:
    """The `data` of a write's answer, None for an answer that is not clear. Raises what a listed no means."""
    refusal = _refusal(status, content)
    if refusal is not None:
        raise refusal
    try:
        answer = exact_json(content)
        return answer["data"] if status == 200 and answer["status"] == "success" else None
    except (ValueError, KeyError, TypeError):
        return None


def read(status: int, content: bytes) -> Any:
    """The `data` of a read's answer. Raises BrokerRejected, SessionExpired, BrokerUnavailable."""
    refusal = _refusal(status, content)
    if refusal is not None:
        raise refusal
    try:
        answer = exact_json(content)
        if status == 200 and answer["status"] == "success":
            return answer["data"]
    except (ValueError, KeyError, TypeError):
        pass
    raise BrokerUnavailable(f"Upstox gave an unclear answer (HTTP {status})")


@contextmanager
def understood(what: str) -> Iterator[None]:
    """A read whose rows are not what the documentation says is no answer: BrokerUnavailable."""
    try:
        yield
    except (KeyError, ValueError, TypeError, AttributeError, IndexError, ArithmeticError) as error:
        raise BrokerUnavailable(f"Upstox sent {what} that cannot be read: {error}") from error


def token(status: int, content: bytes) -> tuple[str, str]:
    """(access token, client id) of the flat token answer. A refused code or key is BrokerRejected, whatever the
    status: there is no session yet that could have expired."""
    refusal = _refusal(status, content)
    if isinstance(refusal, SessionExpired):
        raise BrokerRejected(refusal.words, code=refusal.code)
    if refusal is not None:
        raise refusal
    try:
        answer = exact_json(content)
        if status == 200 and answer["access_token"] and answer["user_id"]:
            return str(answer["access_token"]), str(answer["user_id"])
    except (ValueError, KeyError, TypeError):
        pass
    raise OutcomeUnknown(f"Upstox gave an unclear answer to the login (HTTP {status})")


# --- numbers and times -------------------------------------------------------------------------------------------


def number(value: object) -> Decimal:
    """Rupees as sent. Raises ValueError for what is no number."""
    if isinstance(value, bool) or not isinstance(value, int | str | Decimal):
        raise ValueError(f"not a number: {value!r}")
    try:
        return Decimal(value)
    except ArithmeticError as error:
        raise ValueError(f"not a number: {value!r}") from error


def price_or_none(value: object) -> Price | None:
    """A price, or None where Upstox says null or 0 (which means: none)."""
    if value is None:
        return None
    amount = number(value)
    return Price(amount) if amount else None


def units(value: object) -> int:
    """A whole quantity; null is none. Raises ValueError for a fraction."""
    if value is None:
        return 0
    amount = number(value)
    if amount != amount.to_integral_value():
        raise ValueError(f"not a whole quantity: {value!r}")
    return int(amount)


_TIME_FORMATS = ("%Y-%m-%d %H:%M:%S", "%d-%b-%Y %H:%M:%S")  # orders, trades


def moment(value: object) -> datetime | None:
    """An aware time from one of Upstox's naive IST forms; None for null or empty. Raises ValueError otherwise."""
    if not value:
        return None
    for form in _TIME_FORMATS:
        try:
            return datetime.strptime(str(value), form).replace(tzinfo=IST)
        except ValueError:
            continue
    parsed = datetime.fromisoformat(str(value))
    return parsed.astimezone(IST) if parsed.tzinfo else parsed.replace(tzinfo=IST)


# --- orders ------------------------------------------------------------------------------------------------------


def converted(status: int, content: bytes) -> None:
    """The answer to a conversion."""
    if written(status, content).get("status") != "complete":
        raise OutcomeUnknown("Upstox did not say that the conversion is complete")


def placed(status: int, content: bytes) -> str:
    """The order id of a place answer: exactly one, else the outcome is unknown."""
    match written(status, content):
        case {"order_ids": [str(order_id)]} if order_id:
            return order_id
        case _:
            raise OutcomeUnknown("Upstox accepted the order without naming exactly one order id")


def acknowledged(status: int, content: bytes) -> None:
    """A modify or cancel answer."""
    match written(status, content):
        case {"order_id": str(order_id)} if order_id:
            return
        case _:
            raise OutcomeUnknown("Upstox answered without an order id")


def listed(symbols: Symbols, instrument: InstrumentId) -> Listing:
    """What Upstox calls it. Raises BrokerRejected for what it does not list."""
    listing = symbols.listing(instrument)
    if listing is None:
        raise BrokerRejected(f"{instrument} is not listed at Upstox")
    return listing


def named(row: Row, symbols: Symbols) -> InstrumentId | None:
    """Our name of the row's instrument, None when it is not in the master."""
    order_key = str(row.get("instrument_token") or row.get("instrument_key") or "")
    exchange = segment(order_key)
    return symbols.by_order_key(exchange, order_key) if exchange else None


def report(row: Row, symbols: Symbols, *, seen_at: datetime) -> OrderReport:
    """One order row of the book, its history or the order stream. `seen_at` serves a row without times."""
    words = str(row["status"])
    times = [
        time for time in (moment(row.get("order_timestamp")), moment(row.get("exchange_timestamp"))) if time
    ]
    order_key = str(row.get("instrument_token") or row.get("instrument_key") or "")
    filled = units(row.get("filled_quantity"))
    return OrderReport(
        broker_order_id=text_id(row["order_id"]),
        status=STATUSES.get(words, ReportStatus.UNRECOGNISED),
        words=words,
        at=max(times, default=seen_at),
        quantity=units(row["quantity"]),
        filled_quantity=filled,
        average_price=price_or_none(row.get("average_price")) if filled else None,
        tag=text_id(row["tag"]) if row.get("tag") else None,
        instrument=named(row, symbols),
        side=SIDES.get(str(row.get("transaction_type"))),
        product=product_in(row.get("product"), segment(order_key)),
        order_type=ORDER_TYPES.get(str(row.get("order_type"))),
        price=price_or_none(row.get("price")),
        trigger_price=price_or_none(row.get("trigger_price")),
        exchange_order_id=row.get("exchange_order_id") or None,
        message=str(row.get("status_message") or row.get("status_message_raw") or ""),
    )


def trade(row: Row) -> BrokerFill:
    """One row of /order/trades. Raises ValueError when it lacks its id, time or price."""
    at = moment(row.get("exchange_timestamp")) or moment(row.get("order_timestamp"))
    price = price_or_none(row["average_price"])
    if at is None or price is None:
        raise ValueError("a trade without a time or a price")
    fill = Fill(trade_id=text_id(row["trade_id"]), quantity=units(row["quantity"]), price=price, at=at)
    return BrokerFill(broker_order_id=text_id(row["order_id"]), fill=fill)

"""Upstox's envelopes, error codes and status words, and its rows of orders and trades."""

from __future__ import annotations

from datetime import datetime
from typing import Any
from uuid import NAMESPACE_OID, uuid5

import orjson
from starlette.responses import Response

from mocks.brokers.backoffice.orders import Fill, Order, Product, Row, Stage
from mocks.brokers.backoffice.profile import IST
from mocks.brokers.backoffice.refusal import Code, Refusal
from mocks.brokers.server import rupees
from mocks.brokers.upstox.names import Names
from mocks.exchange.model import OrderType, Side, Validity

SIDES = {"BUY": Side.BUY, "SELL": Side.SELL}
SIDE_WORDS = {side: word for word, side in SIDES.items()}
TYPES = {word.value: word for word in OrderType}
VALIDITIES = {"DAY": Validity.DAY, "IOC": Validity.IOC}
PRODUCT_WORDS = {Product.CNC: "D", Product.NRML: "D", Product.MIS: "I", Product.MTF: "MTF"}

STATUS_WORDS = {
    Stage.RECEIVED: "put order req received",
    Stage.VALIDATING: "validation pending",
    Stage.SENT: "open pending",
    Stage.OPEN: "open",
    Stage.TRIGGER_PENDING: "trigger pending",
    Stage.TRIGGERED: "open",
    Stage.PARTIAL: "open",
    Stage.MODIFY_VALIDATING: "modify validation pending",
    Stage.MODIFY_SENT: "modify pending",
    Stage.MODIFIED: "modified",
    Stage.NOT_MODIFIED: "not modified",
    Stage.CANCEL_SENT: "cancel pending",
    Stage.COMPLETE: "complete",
    Stage.CANCELLED: "cancelled",
    Stage.REJECTED: "rejected",
    Stage.AMO_RECEIVED: "after market order req received",
    Stage.AMO_MODIFIED: "modify after market order req received",
    Stage.NOT_CANCELLED: "not cancelled",
}

# What the sandbox trades, by Upstox's segments and the exchange's own words.
HERE = {"NSE_EQ": "NSE", "BSE_EQ": "BSE", "NSE_FO": "NFO", "BSE_FO": "BFO"}

# Refused by the risk desk after the order has its id: the caller reads of it in the book.
LATE_REFUSALS = frozenset(
    {
        Code.INSUFFICIENT_FUNDS,
        Code.INSUFFICIENT_HOLDINGS,
        Code.NEEDS_AUTHORISATION,
        Code.LOT,
        Code.FREEZE,
        Code.TICK,
        Code.BAND,
        Code.TRIGGER_REACHED,
        Code.NOT_TRADABLE,
        Code.INTRADAY_OVER,
        Code.CLOSED,
        Code.EXCHANGE,
    }
)
BAD_INPUT = "UDAPI100036"
# Every reason has its code. Which of the documented price codes (1029-1036, 1043) says what is not published: the
# nearest is taken; so for the kill switch, of 1184 to 1188. What Upstox has no code for is invalid input.
REFUSALS = {
    Code.BAD_LOGIN: "UDAPI100016",
    Code.UNKNOWN_USER: "UDAPI100016",
    Code.UNKNOWN_APP: "UDAPI100069",
    Code.BAD_REDIRECT: "UDAPI100070",
    Code.BAD_CODE: "UDAPI100057",
    Code.NO_SESSION: "UDAPI100050",
    Code.SESSION_EXPIRED: "UDAPI100050",
    Code.UNKNOWN_INSTRUMENT: "UDAPI100011",
    Code.NOT_TRADABLE: "UDAPI100011",
    Code.BAD_QUANTITY: "UDAPI1052",
    Code.LOT: "UDAPI1052",
    Code.FREEZE: "UDAPI1052",
    Code.TICK: "UDAPI1032",
    Code.BAND: "UDAPI1036",
    Code.BAD_PRICE: "UDAPI1029",
    Code.BAD_TRIGGER: "UDAPI1030",
    Code.TRIGGER_REACHED: "UDAPI1031",
    Code.BAD_DISCLOSED: "UDAPI1039",
    Code.BAD_VALIDITY: "UDAPI1055",
    Code.BAD_PRODUCT: "UDAPI1054",
    Code.INSUFFICIENT_FUNDS: BAD_INPUT,
    Code.INSUFFICIENT_HOLDINGS: BAD_INPUT,
    Code.NEEDS_AUTHORISATION: BAD_INPUT,
    Code.UNKNOWN_ORDER: "UDAPI100010",
    Code.NOT_OPEN: "UDAPI100041",
    Code.BELOW_FILLED: "UDAPI1052",
    Code.TOO_MANY_CHANGES: "UDAPI100041",
    Code.BEING_PROCESSED: BAD_INPUT,
    Code.BLOCKED: "UDAPI1187",
    Code.AMO_HOURS: "UDAPI100039",
    Code.BAD_ICEBERG: BAD_INPUT,
    Code.BAD_CONDITION: "UDAPI1130",
    Code.UNKNOWN_CONDITION: "UDAPI100010",
    Code.TOO_MANY_CONDITIONS: BAD_INPUT,
    Code.NO_POSITION: "UDAPI1035",
    Code.INTRADAY_OVER: BAD_INPUT,
    Code.UNKNOWN_AUTHORISATION: BAD_INPUT,
    Code.NO_CONTRACT_NOTE: BAD_INPUT,
    Code.CLOSED: "UDAPI1113",
    Code.EXCHANGE: BAD_INPUT,
}
HTTP_STATUS = {
    "UDAPI100050": 401,
    "UDAPI100016": 401,
    "UDAPI100069": 401,
    "UDAPI100060": 404,
    "UDAPI100067": 403,
    "UDAPI1154": 403,
    "UDAPI100072": 423,
    "UDAPI100074": 423,
    "UDAPI10005": 429,
}


class Problem(Exception):
    """An error answer. `field` is the offending input, if one is to blame."""

    def __init__(self, code: str, message: str, field: str | None = None, value: Any = None) -> None:
        super().__init__(message)
        self.code, self.message, self.field, self.value = code, message, field, value


KILLED = Problem(REFUSALS[Code.BLOCKED], "The kill switch is on for this segment", "segment")


def refused(no: Refusal) -> Problem:
    return KILLED if no.code is Code.BLOCKED else Problem(REFUSALS[no.code], no.message)


def error_line(problem: Problem) -> dict[str, Any]:
    """Both spellings of every field, as the live API sends them."""
    return {
        "errorCode": problem.code,
        "message": problem.message,
        "propertyPath": problem.field,
        "invalidValue": problem.value,
        "error_code": problem.code,
        "property_path": problem.field,
        "invalid_value": problem.value,
    }


def error_body(problem: Problem) -> bytes:
    return orjson.dumps({"status": "error", "errors": [error_line(problem)]})


def error_reply(problem: Problem) -> Response:
    status = HTTP_STATUS.get(problem.code, 400)
    return Response(error_body(problem), status, media_type="application/json")


def reply(data: Any, **more: Any) -> Response:
    return Response(orjson.dumps({"status": "success", "data": data, **more}), media_type="application/json")


def clock(at: datetime | None) -> str | None:
    """Naive IST, as order rows have it."""
    return at.astimezone(IST).strftime("%Y-%m-%d %H:%M:%S") if at else None


def trade_clock(at: datetime) -> str:
    """The other format, of trades."""
    return at.astimezone(IST).strftime("%d-%b-%Y %H:%M:%S")


def exchange_word(names: Names, key: str) -> str:
    """NSE, BSE, NFO, BFO: what order rows call the segment."""
    return key.partition(":")[0]


def order_row(order: Order, names: Names) -> dict[str, Any]:
    """A row of the order book and of /order/details."""
    ended = order.ended
    return {
        **_row(order, names, order.row()),
        "guid": guid(order),
        "pending_quantity": 0 if ended else order.pending,
        "status_message_raw": order.message or None,
        "order_ref_id": order.order_id[2:],
    }


def history_row(order: Order, row: Row, names: Names) -> dict[str, Any]:
    """One stage: fewer fields than the book, as documented."""
    return _row(order, names, row)


def _row(order: Order, names: Names, row: Row) -> dict[str, Any]:
    request = order.request
    symbol = names.symbol(order.key)
    return {
        "exchange": exchange_word(names, order.key),
        "product": PRODUCT_WORDS[order.product],
        "price": rupees(row.price),
        "quantity": row.quantity,
        "status": _status(order, row),
        "tag": request.tag or None,
        "instrument_token": names.key(order.key),
        "placed_by": order.user_id,
        "tradingsymbol": symbol,
        "trading_symbol": symbol,
        "order_type": row.type.value,
        "validity": order.validity.value,
        "trigger_price": rupees(row.trigger),
        "disclosed_quantity": order.disclosed,
        "transaction_type": SIDE_WORDS[order.side],
        "average_price": rupees(row.average),
        "filled_quantity": row.filled,
        "status_message": row.message or None,
        "exchange_order_id": row.exchange_order_id or None,
        "parent_order_id": order.parent_id or None,
        "order_id": order.order_id,
        "variety": "AMO" if order.request.amo else "SIMPLE",
        "order_timestamp": clock(row.at),
        "exchange_timestamp": clock(row.exchange_at),
        "is_amo": order.request.amo,
        "order_request_id": str(1 + order.modifications),
    }


def _status(order: Order, row: Row) -> str:
    if row.stage is Stage.CANCELLED and order.request.amo and not order.exchange_number:
        return "cancelled after market order"
    return STATUS_WORDS[row.stage]


def guid(order: Order) -> str:
    """Upstox's own mark of an order, the same at every reading."""
    return str(uuid5(NAMESPACE_OID, f"{order.user_id}:{order.order_id}"))


def trade_row(fill: Fill, order: Order, names: Names) -> dict[str, Any]:
    symbol = names.symbol(fill.key)
    at = trade_clock(fill.at)
    return {
        "exchange": exchange_word(names, fill.key),
        "product": PRODUCT_WORDS[fill.product],
        "tradingsymbol": symbol,
        "trading_symbol": symbol,
        "instrument_token": names.key(fill.key),
        "order_type": order.type.value,
        "transaction_type": SIDE_WORDS[fill.side],
        "quantity": fill.quantity,
        "exchange_order_id": order.exchange_order_id,
        "order_id": fill.order_id,
        "exchange_timestamp": at,
        "average_price": rupees(fill.price),
        "trade_id": fill.trade_id,
        "order_ref_id": fill.order_id[2:],
        "order_timestamp": at,
    }


def update_message(order: Order, row: Row, names: Names) -> dict[str, Any]:
    """An `order` message of the portfolio stream."""
    line = _row(order, names, row)
    return {
        "update_type": "order",
        "user_id": order.user_id,
        "userId": order.user_id,
        **line,
        "instrument_key": line["instrument_token"],
        "exchange_order_id": row.exchange_order_id,
        "status_message": row.message,
        "pending_quantity": 0 if order.ended else row.quantity - row.filled - row.cancelled,
        "order_ref_id": order.order_id[2:],
        "status_message_raw": row.message or None,
        "guid": guid(order),
    }

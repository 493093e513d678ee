"""The Mock broker's words, pure: domain to JSON and back, and what every answer to a write proves.

Prices and amounts travel as decimal strings in rupees, times as RFC 3339.
"""

from __future__ import annotations

from collections.abc import Collection, Mapping
from datetime import datetime
from typing import Any

from adapters import iceberg
from adapters.broker import BrokerFill, Change, Conversion, MarginAsk, Profile
from adapters.http import exact_json
from adapters.iceberg import Part
from adapters.rows import Rows, read, text_id, together, unread_order
from domain.account import Margin
from domain.errors import (
    AddressRefused,
    BrokerError,
    BrokerRejected,
    BrokerUnavailable,
    OutcomeUnknown,
    SessionExpired,
)
from domain.instrument import InstrumentId
from domain.money import Money, Price
from domain.order import Accepted, ChildOrder, Fill, OrderType, Product, Side, Validity
from domain.position import Holding, Position, Traded
from domain.report import OrderReport, ReportStatus

# --- words: total tables ------------------------------------------------------------------------------------------

SIDE_WORDS = {Side.BUY: "BUY", Side.SELL: "SELL"}
TYPE_WORDS = {
    OrderType.MARKET: "MARKET",
    OrderType.LIMIT: "LIMIT",
    OrderType.SL: "SL",
    OrderType.SL_M: "SL-M",
}
PRODUCT_WORDS = {Product.CNC: "CNC", Product.MIS: "MIS", Product.NRML: "NRML", Product.MTF: "MTF"}
VALIDITY_WORDS = {Validity.DAY: "DAY", Validity.IOC: "IOC"}
SIDES = {word: side for side, word in SIDE_WORDS.items()}
TYPES = {word: kind for kind, word in TYPE_WORDS.items()}
PRODUCTS = {word: product for product, word in PRODUCT_WORDS.items()}
STATUSES = {
    "pending": ReportStatus.PENDING,
    "modify_pending": ReportStatus.PENDING,
    "modified": ReportStatus.PENDING,
    "not_modified": ReportStatus.PENDING,
    "cancel_pending": ReportStatus.PENDING,
    "not_cancelled": ReportStatus.PENDING,
    "after_market": ReportStatus.PENDING,
    "triggered": ReportStatus.PENDING,
    "open": ReportStatus.OPEN,
    "trigger_pending": ReportStatus.TRIGGER_PENDING,
    "complete": ReportStatus.COMPLETE,
    "cancelled": ReportStatus.CANCELLED,
    "rejected": ReportStatus.REJECTED,
}

# --- outcomes: (HTTP status, error code); None stands for any code -------------------------------------------------

Outcome = type[BrokerError]

OUTCOMES: Mapping[tuple[int, str | None], Outcome] = {
    (400, "bad_code"): BrokerRejected,
    (400, "bad_redirect"): BrokerRejected,
    (401, "no_session"): SessionExpired,
    (401, "session_expired"): SessionExpired,
    (401, "unknown_app"): BrokerRejected,
    (403, "ip_not_allowed"): AddressRefused,
    (422, "ip_not_allowed"): AddressRefused,
    (403, "kill_switch"): BrokerRejected,
    (423, "service_hours"): BrokerUnavailable,
    (404, "unknown_order"): BrokerRejected,
    (409, "not_open"): BrokerRejected,
    (409, "below_filled"): BrokerRejected,
    (409, "closed"): BrokerRejected,
    (409, "being_processed"): BrokerRejected,
    (409, "blocked"): BrokerRejected,
    (409, "amo_hours"): BrokerRejected,
    (409, "intraday_over"): BrokerRejected,
    (409, "insufficient_funds"): BrokerRejected,
    (409, "insufficient_holdings"): BrokerRejected,
    (409, "needs_authorisation"): BrokerRejected,
    (409, "no_position"): BrokerRejected,
    (409, "too_many_changes"): BrokerRejected,
    (404, "unknown_condition"): BrokerRejected,
    (409, "too_many_conditions"): BrokerRejected,
    (422, None): BrokerRejected,
    (429, None): BrokerUnavailable,
}
DEAD_SESSION = frozenset({"no_session", "session_expired"})


def write_answer(status: int, content: bytes) -> Mapping[str, Any]:
    """The body of a write's answer. What the table does not list is OutcomeUnknown."""
    return _answer(status, content, OutcomeUnknown)


def read_answer(status: int, content: bytes) -> Mapping[str, Any]:
    """The body of a read's answer. What the table does not list is BrokerUnavailable."""
    return _answer(status, content, BrokerUnavailable)


def _answer(status: int, content: bytes, otherwise: Outcome) -> Mapping[str, Any]:
    try:
        body = exact_json(content)
    except ValueError:
        body = None
    if status in (200, 201) and isinstance(body, dict):
        return body
    error = body.get("error") if isinstance(body, dict) else None
    told = error if isinstance(error, dict) else {}
    code = str(told.get("code") or "") or None
    words = str(told.get("message") or "") or f"Mock Broker answered HTTP {status} without words"
    outcome = (
        otherwise
        if code is None
        else OUTCOMES.get((status, code)) or OUTCOMES.get((status, None)) or otherwise
    )
    raise outcome(words, code=code or str(status))


# --- orders out ---------------------------------------------------------------------------------------------------


def place_body(child: ChildOrder, symbol: str) -> dict[str, Any]:
    body: dict[str, Any] = {
        "symbol": symbol,
        "side": SIDE_WORDS[child.side],
        "product": PRODUCT_WORDS[child.product],
        "quantity": child.quantity,
        **terms(child.order_type, child.validity, child.price, child.trigger_price),
        "tag": child.tag,
    }
    if child.disclosed_quantity:
        body["disclosed_quantity"] = child.disclosed_quantity
    if child.after_market:
        body["after_market"] = True
    if child.iceberg_legs > 1:
        body["iceberg_legs"] = child.iceberg_legs
    return body


def conversion_body(conversion: Conversion, symbol: str) -> dict[str, Any]:
    return {
        "symbol": symbol,
        "side": SIDE_WORDS[conversion.side],
        "quantity": conversion.quantity,
        "old_product": PRODUCT_WORDS[conversion.old],
        "new_product": PRODUCT_WORDS[conversion.new],
        "overnight": conversion.overnight,
    }


def change_body(change: Change) -> dict[str, Any]:
    """`quantity` is the new total, filled part included."""
    found = terms(change.order_type, change.validity, change.price, change.trigger_price)
    disclosed = {"disclosed_quantity": change.disclosed_quantity} if change.disclosed_quantity else {}
    return {"quantity": change.quantity, **found, **disclosed}


def margin_body(ask: MarginAsk, symbol: str) -> dict[str, Any]:
    return {
        "symbol": symbol,
        "side": SIDE_WORDS[ask.side],
        "product": PRODUCT_WORDS[ask.product],
        "quantity": ask.quantity,
        **terms(ask.order_type, Validity.DAY, ask.price, ask.trigger_price),
    }


def charges_body(ask: MarginAsk, symbol: str, price: Price) -> dict[str, Any]:
    """One order as if it had traded at `price`."""
    return {
        "symbol": symbol,
        "side": SIDE_WORDS[ask.side],
        "product": PRODUCT_WORDS[ask.product],
        "quantity": ask.quantity,
        "price": str(price),
    }


def terms(
    order_type: OrderType, validity: Validity, price: Price | None, trigger_price: Price | None
) -> dict[str, str]:
    found = {"type": TYPE_WORDS[order_type], "validity": VALIDITY_WORDS[validity]}
    if price is not None and order_type in (OrderType.LIMIT, OrderType.SL):
        found["price"] = str(price)
    if trigger_price is not None and order_type in (OrderType.SL, OrderType.SL_M):
        found["trigger_price"] = str(trigger_price)
    return found


# --- orders in ----------------------------------------------------------------------------------------------------


def accepted(body: Mapping[str, Any]) -> Accepted:
    """The answer to a placement. A "created" without an id proves nothing: OutcomeUnknown."""
    try:
        return Accepted(str(body["order_id"]), moment(body["received_at"]))
    except (KeyError, TypeError, ValueError, ArithmeticError) as error:
        raise OutcomeUnknown(f"Mock Broker answered the order without an id: {error!r}") from error


def order_report(row: Mapping[str, Any]) -> OrderReport:
    words = str(row["status"])
    times = (row.get("received_at"), row.get("exchange_at"), row.get("updated_at"))
    return OrderReport(
        broker_order_id=text_id(row["order_id"]),
        status=STATUSES.get(words, ReportStatus.UNRECOGNISED),
        words=words,
        at=max(moment(text) for text in times if text),
        quantity=int(row["quantity"]),
        filled_quantity=int(row["filled_quantity"]),
        average_price=price(row.get("average_price")),
        tag=text_id(row["tag"]) if row.get("tag") else None,
        instrument=_instrument_id(row.get("symbol")),
        side=SIDES.get(str(row.get("side"))),
        product=PRODUCTS.get(str(row.get("product"))),
        order_type=TYPES.get(str(row.get("type"))),
        price=price(row.get("price")),
        trigger_price=price(row.get("trigger_price")),
        exchange_order_id=str(row["exchange_order_id"]) if row.get("exchange_order_id") else None,
        message=str(row.get("message") or ""),
    )


def reports(book: object, *, seen_at: datetime) -> Rows[OrderReport]:
    """One report for each order; the legs of an iceberg, each a row with the tag of the whole, are one."""

    def told(row: Mapping[str, Any]) -> iceberg.Told:
        report = order_report(row)
        return report, part(row, report) if report.tag else None

    def stand_in(row: Mapping[str, Any], words: str) -> iceberg.Told | None:
        if row.get("iceberg"):  # a leg alone would pass for another order
            return None
        report = unread_order(row["order_id"], row.get("tag"), words, seen_at=seen_at)
        return (report, None) if report else None

    return iceberg.orders(read(book, told, "an order at Mock Broker", stand_in=stand_in))


def part(row: Mapping[str, Any], report: OrderReport) -> Part | None:
    """Which leg of an iceberg the row is; None for every other order."""
    told = row.get("iceberg")
    return Part(int(told["leg"]), int(told["legs"]), int(told["total_quantity"]), report) if told else None


def legs(rows: Collection[Mapping[str, Any]]) -> list[str]:
    """The ids of an iceberg's legs, in their order; the last is the one at work."""
    mine = [row for row in rows if row.get("iceberg")]
    return [str(row["order_id"]) for row in sorted(mine, key=lambda row: int(row["iceberg"]["leg"]))]


def broker_fill(row: Mapping[str, Any]) -> BrokerFill:
    fill = Fill(
        trade_id=str(row["trade_id"]),
        quantity=int(row["quantity"]),
        price=Price.of(row["price"]),
        at=moment(row["at"]),
    )
    return BrokerFill(broker_order_id=str(row["order_id"]), fill=fill)


def moment(text: Any) -> datetime:
    """RFC 3339 with an offset. Raises ValueError for anything else."""
    at = datetime.fromisoformat(str(text))
    if at.tzinfo is None:
        raise ValueError(f"a time without an offset: {text!r}")
    return at


def price(value: Any) -> Price | None:
    """Raises TypeError for a JSON float: prices are strings here."""
    return None if value is None else Price.of(value)


def _open_price(value: Any) -> Price | None:
    """As `_price`; the average of nothing is written 0.00."""
    return price(value) or None


def _instrument_id(symbol: Any) -> InstrumentId | None:
    """Mock Broker's symbols are ours. None for an exchange we do not know."""
    try:
        return InstrumentId.parse(str(symbol))
    except ValueError:
        return None


# --- the account --------------------------------------------------------------------------------------------------


def profile(body: Mapping[str, Any]) -> Profile:
    return Profile(str(body["user_id"]), str(body["name"]), str(body["email"]))


def margin(body: Mapping[str, Any]) -> Margin:
    return Margin(
        cash=Money.of(body["cash"]), used=Money.of(body["used"]), available=Money.of(body["available"])
    )


def holdings(rows: object) -> Rows[Holding]:
    """Own shares, and apart from them those bought on the broker's money."""
    own, lent = read(rows, holding, "a holding"), read(rows, funded, "a funded part of a holding")
    return together(own, Rows((one for one in lent if one is not None), lent.unread))


def funded(row: Mapping[str, Any]) -> Holding | None:
    """The part of a holding that the broker lent money for; None: there is none."""
    part = row["mtf"]
    carried, left = int(part["quantity"]), int(part["quantity"]) - int(part["used_quantity"])
    if not carried:
        return None
    return Holding(
        instrument=InstrumentId.parse(str(row["symbol"])),
        isin=str(row["isin"]),
        quantity=left,
        t1_quantity=0,
        sellable_quantity=left,
        average_price=_open_price(part["average_price"]),
        last_price=price(row["last_price"]),
        close_price=price(row["prev_close"]),
        product=Product.MTF,
        loan=Money.of(part["loan"]),
    )


def holding(row: Mapping[str, Any]) -> Holding:
    t1 = int(row["t1_quantity"])
    owned = int(row["quantity"]) + t1 - int(row["used_quantity"])
    return Holding(
        instrument=InstrumentId.parse(str(row["symbol"])),
        isin=str(row["isin"]),
        quantity=owned,
        t1_quantity=min(t1, owned),
        sellable_quantity=int(row["sellable_quantity"]),
        average_price=_open_price(row["average_price"]),
        last_price=price(row["last_price"]),
        close_price=price(row["prev_close"]),
        pledged_quantity=int(row["pledged_quantity"]),
    )


def position(row: Mapping[str, Any]) -> Position:
    quantity = int(row["quantity"])
    return Position(
        instrument=InstrumentId.parse(str(row["symbol"])),
        product=PRODUCTS[str(row["product"])],
        quantity=quantity,
        overnight_quantity=int(row["overnight_quantity"]),
        buy_quantity=int(row["buy_quantity"]),
        buy_value=Money.of(row["buy_value"]),
        sell_quantity=int(row["sell_quantity"]),
        sell_value=Money.of(row["sell_value"]),
        average_price=_open_price(row["average_price"]) if quantity else None,
        last_price=price(row["last_price"]),
        close_price=price(row["prev_close"]),
        today=Traded(
            buy_quantity=int(row["day_buy_quantity"]),
            buy_value=Money.of(row["day_buy_value"]),
            sell_quantity=int(row["day_sell_quantity"]),
            sell_value=Money.of(row["day_sell_value"]),
        ),
    )

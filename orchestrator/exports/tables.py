"""The columns and rows of every table that can be exported. A missing account is a row that says so, never silence."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence

from aggregation.profit import Bill, Row, ware_of
from aggregation.valuation import worth
from domain.lots import Closing, OpenLot
from domain.money import Money
from domain.order import ChildOrder, Order
from domain.portfolio import Gap, Portfolio
from domain.trade import AccountTrade
from orchestrator.exports.lines import Value
from orchestrator.profits.service import History

Cells = Sequence[Value]

HOLDINGS = (
    "isin", "exchange", "symbol", "account", "broker", "label", "product", "quantity", "t1_quantity",
    "pledged_quantity", "sellable_quantity", "sold_quantity", "average_price", "invested", "last_price", "price_as_of",
    "value", "pnl", "day_pnl", "as_of", "stale", "note",
)  # fmt: skip
POSITIONS = (
    "exchange", "symbol", "product", "account", "broker", "label", "quantity", "overnight_quantity", "average_price",
    "last_price", "price_as_of", "realised", "unrealised", "pnl", "day_pnl", "as_of", "stale", "note",
)  # fmt: skip
FUNDS = (
    "account", "broker", "label", "cash", "margin_used", "margin_available", "unsettled", "loan", "as_of", "stale",
    "note",
)  # fmt: skip
ORDERS = (
    "order", "created_at", "part", "account", "broker", "exchange", "symbol", "side", "quantity", "filled_quantity",
    "order_type", "product", "validity", "price", "trigger_price", "average_price", "status", "broker_order_ids",
    "reason",
)  # fmt: skip
TRADES = (
    "at", "account", "exchange", "symbol", "isin", "side", "quantity", "price", "value", "product", "trade_id",
    "order_id", "source",
)  # fmt: skip
PNL = (
    "account", "exchange", "symbol", "isin", "day", "realised", "realised_known", "unrealised", "gross", "charges",
    "charges_estimated", "net", "closed_quantity", "unseen_quantity", "open_quantity",
)  # fmt: skip
LOTS = (
    "account", "exchange", "symbol", "isin", "quantity", "price", "cost", "last_price", "unrealised", "opened_at",
    "trade_id", "product",
)  # fmt: skip
CLOSINGS = (
    "account", "exchange", "symbol", "isin", "side", "quantity", "opened_at", "opened_for", "opened_by", "closed_at",
    "closed_for", "closed_by", "realised", "intraday",
)  # fmt: skip
CHARGES = ("day", "account", "exchange", "symbol", "isin", "charges", "estimated")


def holdings(view: Portfolio) -> Iterator[Cells]:
    """A row for each lot."""
    for line in view.holdings:
        last = line.last
        for lot in line.lots:
            yield (
                line.isin, lot.instrument.exchange, lot.instrument.symbol, lot.account_id, lot.broker, lot.label,
                lot.product, lot.quantity, lot.t1_quantity, lot.pledged_quantity, lot.sellable_quantity,
                lot.sold_quantity, lot.average_price, worth(lot.quantity, lot.average_price),
                last.price if last else None, last.at if last else None,
                worth(lot.quantity, last.price if last else None), lot.pnl, lot.day_pnl, lot.as_of, lot.stale, "",
            )  # fmt: skip
    yield from _gaps(view.gaps, HOLDINGS)


def positions(view: Portfolio) -> Iterator[Cells]:
    """A row for each lot."""
    for line in view.positions:
        last = line.last
        for lot in line.lots:
            yield (
                lot.instrument.exchange, lot.instrument.symbol, line.product, lot.account_id, lot.broker, lot.label,
                lot.quantity, lot.overnight_quantity, lot.average_price if lot.quantity else "",
                last.price if last else None, last.at if last else None, lot.realised, lot.unrealised, lot.pnl,
                lot.day_pnl, lot.as_of, lot.stale, "",
            )  # fmt: skip
    yield from _gaps(view.gaps, POSITIONS)


def funds(view: Portfolio) -> Iterator[Cells]:
    for one in view.funds:
        margin = one.margin
        yield (
            one.account_id, one.broker, one.label, margin.cash, margin.used, margin.available, one.unsettled, one.loan,
            one.as_of, one.stale, "",
        )  # fmt: skip
    yield from _gaps(view.gaps, FUNDS)


def _gaps(gaps: Iterable[Gap], columns: Sequence[str]) -> Iterator[Cells]:
    """An account whose numbers are old or missing."""
    for gap in gaps:
        known: dict[str, Value] = {
            "account": gap.account_id,
            "broker": gap.broker,
            "label": gap.label,
            "as_of": gap.since,
            "note": gap.reason,
        }
        yield [known.get(column, "") for column in columns]


def order(one: Order) -> Iterator[Cells]:
    """A row for each part."""
    for child in one.children:
        yield (
            one.id, one.created_at, child.slice, child.account_id, child.broker, child.instrument.exchange,
            child.instrument.symbol, child.side, child.quantity_now, child.filled_quantity, child.order_type_now,
            child.product, child.validity, _given(child.price_now), _given(child.trigger_price_now),
            child.average_price if child.filled_quantity else "", child.status, " ".join(child.broker_order_ids),
            _why(child),
        )  # fmt: skip


def _given(price: Value) -> Value:
    """A market order has no price: that is no gap in what is known."""
    return "" if price is None else price


def _why(child: ChildOrder) -> str:
    return child.reason or ""


def trade(one: AccountTrade) -> Cells:
    return (
        one.at, one.account_id, one.instrument.exchange, one.instrument.symbol, one.isin or "", one.side, one.quantity,
        one.price, one.value, one.product, one.trade_id, one.order_id, one.source,
    )  # fmt: skip


def profit(row: Row) -> Cells:
    name = row.instrument
    return (
        row.account_id or "", name.exchange if name else "", name.symbol if name else "", row.isin or "", row.day or "",
        row.realised, row.realised_known, row.unrealised, row.gross, row.charges, row.charges_estimated, row.net,
        row.closed_quantity, row.unseen_quantity, row.open_quantity,
    )  # fmt: skip


def lots(found: History) -> Iterator[Cells]:
    for lot in found.ledger.lots:
        yield _lot(lot, found)


def _lot(lot: OpenLot, found: History) -> Cells:
    last = found.prices.get(ware_of(lot.instrument, lot.isin))
    price = last.price if last else None
    return (
        lot.account_id, lot.instrument.exchange, lot.instrument.symbol, lot.isin or "", lot.quantity, lot.price,
        lot.cost, price, lot.unrealised(price), lot.opened_at, lot.trade_id, lot.product,
    )  # fmt: skip


def closing(one: Closing) -> Cells:
    opened: Money | None = one.opened_for
    return (
        one.account_id, one.instrument.exchange, one.instrument.symbol, one.isin or "", one.side, one.quantity,
        one.opened_at, opened, one.opened_by, one.closed_at, one.closed_for, one.closed_by, one.realised, one.intraday,
    )  # fmt: skip


def bill(one: Bill) -> Cells:
    return (
        one.day, one.account_id, one.instrument.exchange, one.instrument.symbol, one.isin or "", one.amount,
        one.estimated,
    )  # fmt: skip

"""The same account through our own adapter, in the words that the SDKs' readings use."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence

from adapters.broker import Broker, Symbols
from domain.account import AccountId
from domain.instrument import InstrumentId
from domain.market import DepthLevel, Quote
from domain.order import Product
from domain.position import Holding, Position
from domain.report import OrderReport, as_child
from orchestrator.parity.compare import Fields, Reading, Row, row, shown

Naming = Callable[[InstrumentId | None], str]


async def read(broker: Broker, naming: Naming, watched: Sequence[InstrumentId]) -> Reading:
    """Everything that `Oracle.read` gives. Raises the errors of `domain.errors`."""
    person, funds = await broker.profile(), await broker.margin()
    orders = await broker.orders()
    found: dict[Row, Fields] = {
        ("profile", ""): row(user_id=person.broker_user_id, name=person.name, email=person.email),
        ("funds", ""): row(cash=funds.cash, used=funds.used, available=funds.available),
    }
    # The SDKs' rows are of one's own shares: those on the broker's money are no part of their numbers.
    held = [one for one in await broker.holdings() if one.product is Product.CNC]
    found |= {("holdings", one.isin): _holding(one) for one in held}
    for position in await broker.positions():
        found["positions", f"{naming(position.instrument)} {position.product}"] = _position(position)
    found |= {("orders", one.broker_order_id): _order(one, naming) for one in orders}
    for report in orders:
        found |= await _trades(broker, report)
    if watched:
        found |= {
            ("quotes", naming(one.instrument)): _quote(one) for one in await broker.quotes(list(watched))
        }
    return found


def seen(
    orders: Iterable[OrderReport],
    holdings: Iterable[Holding],
    positions: Iterable[Position],
    symbols: Symbols,
) -> list[InstrumentId]:
    """The listed instruments of an account, each once."""
    every = [
        *(one.instrument for one in orders if one.instrument),
        *(one.instrument for one in holdings),
        *(one.instrument for one in positions),
    ]
    return [one for one in dict.fromkeys(every) if symbols.listing(one)]


async def _trades(broker: Broker, report: OrderReport) -> dict[Row, Fields]:
    child = as_child(report, AccountId(""), broker.terms.broker)
    if child is None or not report.filled_quantity:
        return {}
    return {
        ("trades", f"{one.broker_order_id}/{one.fill.trade_id}"): row(
            quantity=one.fill.quantity, price=one.fill.price
        )
        for one in await broker.trades(child)
    }


def _holding(one: Holding) -> Fields:
    return row(
        quantity=one.quantity,
        t1_quantity=one.t1_quantity,
        sellable_quantity=one.sellable_quantity,
        pledged_quantity=one.pledged_quantity,
        average_price=one.average_price,
        last_price=one.last_price,
        close_price=one.close_price,
    )


def _position(one: Position) -> Fields:
    return row(
        quantity=one.quantity,
        overnight_quantity=one.overnight_quantity,
        buy_quantity=one.buy_quantity,
        buy_value=one.buy_value,
        sell_quantity=one.sell_quantity,
        sell_value=one.sell_value,
        average_price=one.average_price,
        last_price=one.last_price,
        close_price=one.close_price,
        multiplier=one.multiplier,
    )


def _order(one: OrderReport, naming: Naming) -> Fields:
    return row(
        instrument=naming(one.instrument),
        status=one.words,
        side=one.side,
        product=one.product,
        order_type=one.order_type,
        quantity=one.quantity,
        filled_quantity=one.filled_quantity,
        price=one.price,
        trigger_price=one.trigger_price,
        average_price=one.average_price,
        exchange_order_id=one.exchange_order_id,
        tag=one.tag,
    )


def _quote(one: Quote) -> Fields:
    return row(
        last_price=one.last_price,
        open=one.open,
        high=one.high,
        low=one.low,
        prev_close=one.prev_close,
        lower_circuit=one.lower_circuit,
        upper_circuit=one.upper_circuit,
        volume=one.volume,
        best_bid=_best(one.depth.bids),
        best_ask=_best(one.depth.asks),
    )


def _best(levels: Sequence[DepthLevel]) -> str | None:
    return f"{shown(levels[0].price)} x {levels[0].quantity}" if levels else None

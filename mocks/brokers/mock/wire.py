"""The Mock broker's JSON, on its way out. Money and prices are decimal strings in rupees, quantities integers, times
RFC 3339 with +05:30."""

from __future__ import annotations

from dataclasses import asdict
from datetime import datetime
from decimal import Decimal
from typing import Any

from mocks.brokers.backoffice.contract_note import ContractNote
from mocks.brokers.backoffice.entries import Entry
from mocks.brokers.backoffice.orders import Fill, Order, Row, Stage
from mocks.brokers.backoffice.portfolio import Funds, Holding, Position
from mocks.brokers.backoffice.refusal import Code, Refusal
from mocks.exchange.history import Candle
from mocks.exchange.model import DepthLevel, Instrument, Quote, Side

STATUS: dict[Stage, str] = {
    Stage.AMO_RECEIVED: "after_market",
    Stage.AMO_MODIFIED: "after_market",
    Stage.RECEIVED: "pending",
    Stage.VALIDATING: "pending",
    Stage.SENT: "pending",
    Stage.OPEN: "open",
    Stage.TRIGGER_PENDING: "trigger_pending",
    Stage.TRIGGERED: "triggered",
    Stage.PARTIAL: "open",
    Stage.MODIFY_VALIDATING: "modify_pending",
    Stage.MODIFY_SENT: "modify_pending",
    Stage.MODIFIED: "modified",
    Stage.NOT_MODIFIED: "not_modified",
    Stage.CANCEL_SENT: "cancel_pending",
    Stage.NOT_CANCELLED: "not_cancelled",
    Stage.COMPLETE: "complete",
    Stage.CANCELLED: "cancelled",
    Stage.REJECTED: "rejected",
}
SIDES = {"BUY": Side.BUY, "SELL": Side.SELL}
SIDE_WORDS = {side: word for word, side in SIDES.items()}
Rupees = Decimal
MONEY_CODES = frozenset({Code.INSUFFICIENT_FUNDS})


def money(amount: int) -> str:
    """Paise to rupees: 150005 -> "1500.05"."""
    sign, whole = ("-", -amount) if amount < 0 else ("", amount)
    return f"{sign}{whole // 100}.{whole % 100:02d}"


def average(amount: float) -> str:
    """Paise, maybe broken, to rupees with four decimals at most and two at least."""
    text = f"{amount / 100:.4f}"
    return text[:-2] if text.endswith("00") else text


def price(amount: int) -> str | None:
    return money(amount) if amount else None


def when(at: datetime | None) -> str | None:
    return at.isoformat(timespec="milliseconds") if at else None


def order_json(order: Order) -> dict[str, Any]:
    return {
        "order_id": order.order_id,
        "exchange_order_id": order.exchange_order_id or None,
        "symbol": order.key,
        "side": SIDE_WORDS[order.side],
        "type": order.type.value,
        "product": order.product.value,
        "validity": order.validity.value,
        "quantity": order.quantity,
        "filled_quantity": order.filled,
        "pending_quantity": order.pending,
        "cancelled_quantity": order.cancelled,
        "disclosed_quantity": order.disclosed,
        "price": price(order.price),
        "trigger_price": price(order.trigger),
        "average_price": average(order.average) if order.filled else None,
        "status": STATUS[order.stage],
        "message": order.message or None,
        "code": order.code or None,
        "tag": order.tag or None,
        "received_at": when(order.received_at),
        "exchange_at": when(order.exchange_at),
        "updated_at": when(order.updated_at),
        "sequence": len(order.history),
        "iceberg": asdict(order.iceberg) if order.iceberg else None,
    }


def row_json(row: Row) -> dict[str, Any]:
    return {
        "status": STATUS[row.stage],
        "at": when(row.at),
        "message": row.message or None,
        "quantity": row.quantity,
        "filled_quantity": row.filled,
        "cancelled_quantity": row.cancelled,
        "price": price(row.price),
        "trigger_price": price(row.trigger),
        "average_price": average(row.average) if row.filled else None,
        "type": row.type.value,
    }


def fill_json(fill: Fill) -> dict[str, Any]:
    return {
        "trade_id": fill.trade_id,
        "exchange_trade_id": str(fill.exchange_trade),
        "order_id": fill.order_id,
        "symbol": fill.key,
        "side": SIDE_WORDS[fill.side],
        "product": fill.product.value,
        "quantity": fill.quantity,
        "price": money(fill.price),
        "at": when(fill.at),
    }


def refusal_json(no: Refusal) -> dict[str, Any]:
    """Amounts in rupees, like everywhere."""
    fields = {
        name: money(value) if no.code in MONEY_CODES and isinstance(value, int) else value
        for name, value in no.fields.items()
    }
    return {"code": no.code.value, "message": no.message, **fields}


def note_json(note: ContractNote) -> dict[str, Any]:
    return {
        "number": note.number,
        "user_id": note.user_id,
        "day": note.day.isoformat(),
        "issued_at": when(note.issued_at),
        "trades": [fill_json(fill) for fill in note.trades],
        "charges": {line: money(amount) for line, amount in note.charges.items()},
        "total_charges": money(note.total_charges),
        "obligation": money(note.obligation),
        "net": money(note.net),
    }


def entry_json(entry: Entry) -> dict[str, Any]:
    return {
        "number": entry.number,
        "at": when(entry.at),
        "day": entry.day.isoformat(),
        "occasion": entry.occasion.value,
        "debit": entry.debit.value,
        "credit": entry.credit.value,
        "amount": money(entry.amount),
        "symbol": entry.key or None,
    }


def funds_json(funds: Funds) -> dict[str, Any]:
    return {
        "cash": money(funds.cash),
        "opening_cash": money(funds.opening_cash),
        "payin": money(funds.payin),
        "blocked": money(funds.blocked),
        "position_margin": money(funds.position_margin),
        "delivery_debit": money(funds.delivery_debit),
        "sale_credit": money(funds.sale_credit),
        "realised": money(funds.realised),
        "unrealised": money(funds.unrealised),
        "used": money(funds.used),
        "available": money(funds.available),
    }


def holding_json(held: Holding, quote: Quote, waiting: int) -> dict[str, Any]:
    """`waiting`: shares in open delivery sales. Shares bought on the broker's money are apart, in `mtf`."""
    return {
        "symbol": held.key,
        "isin": held.isin,
        "quantity": held.quantity,
        "t1_quantity": held.t1,
        "used_quantity": held.used,
        "pledged_quantity": held.pledged,
        "sellable_quantity": max(0, held.free - waiting),
        "average_price": average(held.average),
        "last_price": money(quote.last_price),
        "prev_close": money(quote.prev_close),
        "mtf": {
            "quantity": held.mtf_quantity,
            "used_quantity": held.mtf_used,
            "average_price": average(held.mtf_average),
            "loan": money(held.mtf_loan),
        },
    }


def position_json(position: Position, quote: Quote) -> dict[str, Any]:
    return {
        "symbol": position.key,
        "product": position.product.value,
        "quantity": position.quantity,
        "average_price": average(position.average),
        "buy_quantity": position.buy_quantity,
        "buy_value": money(position.buy_value),
        "sell_quantity": position.sell_quantity,
        "sell_value": money(position.sell_value),
        "overnight_quantity": position.overnight_quantity,
        "overnight_price": money(position.overnight_price),
        "day_buy_quantity": position.day_buy_quantity,
        "day_buy_value": money(position.day_buy_value),
        "day_sell_quantity": position.day_sell_quantity,
        "day_sell_value": money(position.day_sell_value),
        "last_price": money(quote.last_price),
        "prev_close": money(quote.prev_close),
        "realised": money(position.realised),
        "unrealised": money(position.pnl(quote.last_price) - position.realised),
    }


def instrument_json(instrument: Instrument) -> dict[str, Any]:
    return {
        "symbol": instrument.key,
        "exchange": instrument.exchange,
        "trading_symbol": instrument.symbol,
        "name": instrument.name,
        "kind": instrument.kind.value,
        "token": instrument.token,
        "isin": instrument.isin or None,
        "lot": instrument.lot,
        "tick": money(instrument.tick),
        "freeze_quantity": instrument.freeze or None,
        "sector": instrument.sector or None,
        "underlying": instrument.underlying or None,
        "expiry": instrument.expiry or None,
        "strike": price(instrument.strike),
    }


def candle_json(candle: Candle) -> dict[str, Any]:
    return {
        "time": when(candle.start),
        "open": money(candle.open),
        "high": money(candle.high),
        "low": money(candle.low),
        "close": money(candle.close),
        "volume": candle.volume,
        "open_interest": candle.open_interest,
    }


def quote_json(quote: Quote) -> dict[str, Any]:
    return tick_json(quote) | {
        "last_quantity": quote.last_quantity,
        "last_trade_at": quote.last_time // 1_000_000 if quote.last_time else None,
        "average_price": price(quote.average_price),
        "buy_quantity": quote.buy_quantity,
        "sell_quantity": quote.sell_quantity,
        "open_interest": quote.open_interest,
        "lower_band": price(quote.lower_band),
        "upper_band": price(quote.upper_band),
        "bids": [level_json(level) for level in quote.bids],
        "asks": [level_json(level) for level in quote.asks],
    }


def tick_json(quote: Quote) -> dict[str, Any]:
    """`time`: epoch milliseconds of the snapshot."""
    return {
        "symbol": quote.key,
        "time": quote.time // 1_000_000,
        "last_price": money(quote.last_price),
        "open": price(quote.open),
        "high": price(quote.high),
        "low": price(quote.low),
        "prev_close": money(quote.prev_close),
        "volume": quote.volume,
        "bid": money(quote.bids[0].price) if quote.bids else None,
        "ask": money(quote.asks[0].price) if quote.asks else None,
    }


def level_json(level: DepthLevel) -> dict[str, Any]:
    return {"price": money(level.price), "quantity": level.quantity, "orders": level.orders}

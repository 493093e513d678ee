"""Upstox's numbers in our words: funds, holdings, positions, quotes, candles. Pure; rupees and units."""

from __future__ import annotations

from datetime import UTC, datetime
from decimal import Decimal
from typing import Any

from adapters.broker import Symbols
from adapters.rows import Rows, interest, read
from adapters.upstox.wire import (
    Row,
    moment,
    named,
    number,
    price_or_none,
    product_in,
    segment,
    units,
)
from domain.account import Margin
from domain.instrument import InstrumentId
from domain.market import Candle, Depth, DepthLevel, Quote
from domain.money import Money, Price, average_price
from domain.position import Holding, Position, Traded


def margin(data: Row) -> Margin:
    """Funds v3, one sum over all segments. `cash` is the ledger's: the opening balance and what was paid in and out
    today; today's trades are not in it. Pledged margin counts in `used` and in `available`, Upstox's own total."""
    available = data["available_to_trade"]
    cash = available["cash_available_to_trade"]
    ledger = cash["cash"]
    pledge = available.get("pledge_available_to_trade") or {}
    cash_used = number(cash["margin_used"]["total"])
    pledge_used = number((pledge.get("margin_used") or {}).get("total") or 0)
    return Margin(
        cash=Money(
            number(ledger["opening_balance"])
            + _amount(ledger.get("added_today"))
            - _amount(ledger.get("withdrawn_today"))
        ),
        used=Money(cash_used + pledge_used),
        available=Money(number(available["total"])),
    )


def holdings(held: object, positions: object, symbols: Symbols) -> Rows[Holding]:
    """Demat lines. Upstox leaves shares sold today in `quantity` until they settle, and its `cnc_used_quantity`
    mixes sold with merely blocked by an open order: what was sold is told by the day's delivery position."""
    sold: dict[str, int] = {}
    sales = read(positions, _sold, "what was sold today of a holding")
    for isin, quantity in sales:
        sold[isin] = sold.get(isin, 0) + quantity
    lines = read(held, lambda row: _holding(row, sold.get(row["isin"], 0), symbols), "a holding")
    return Rows(lines, (*lines.unread, *sales.unread))


def _sold(row: Row) -> tuple[str, int]:
    """ISIN and units sold today of what was held; no units for every other position.

    The day's own units tell: a purchase of yesterday may still be listed as a position beside its holding.
    """
    exchange = segment(str(row["instrument_token"]))
    net = units(row.get("day_buy_quantity")) - units(row.get("day_sell_quantity"))
    delivered = row["product"] == "D" and exchange is not None and "_EQ|" in row["instrument_token"]
    return row["instrument_token"].partition("|")[2], max(0, -net) if delivered else 0


def _holding(row: Row, sold: int, symbols: Symbols) -> Holding:
    total, pledged = units(row["quantity"]), units(row.get("collateral_quantity"))
    instrument = named(row, symbols) or symbols.by_isin(row["isin"]) or _as_written(row)
    owned = max(0, total - sold)
    return Holding(
        instrument=instrument,
        isin=row["isin"],
        quantity=owned,
        t1_quantity=min(owned, units(row.get("t1_quantity"))),  # settled shares are sold first
        sellable_quantity=max(0, total - units(row.get("cnc_used_quantity")) - pledged),
        average_price=price_or_none(row.get("average_price")),
        last_price=price_or_none(row.get("last_price")),
        close_price=price_or_none(row.get("close_price")),
        pledged_quantity=pledged,
    )


def position(row: Row, symbols: Symbols) -> Position:
    """One position. Raises ValueError for a product that is not known here."""
    exchange = segment(str(row["instrument_token"]))
    product = product_in(row["product"], exchange)
    if product is None:
        raise ValueError(f"product {row['product']!r} of {row['instrument_token']}")
    quantity = units(row["quantity"])
    # The parts, because `buy_value` and `sell_value` leave the carried part out for some products.
    today = Traded(
        buy_quantity=units(row.get("day_buy_quantity")),
        buy_value=Money(_amount(row.get("day_buy_value"))),
        sell_quantity=units(row.get("day_sell_quantity")),
        sell_value=Money(_amount(row.get("day_sell_value"))),
    )
    bought = today.buy_quantity + units(row.get("overnight_buy_quantity"))
    sold = today.sell_quantity + units(row.get("overnight_sell_quantity"))
    buy_value = today.buy_value + Money(_amount(row.get("overnight_buy_amount")))
    sell_value = today.sell_value + Money(_amount(row.get("overnight_sell_amount")))
    # Upstox says null or 0 for what was opened today, so the trades speak first, where they explain the quantity.
    average = average_price(buy_value, bought) if quantity > 0 else average_price(sell_value, sold)
    if not average or bought - sold != quantity:
        average = price_or_none(row.get("average_price"))
    return Position(
        instrument=named(row, symbols) or _as_written(row),
        product=product,
        quantity=quantity,
        overnight_quantity=units(row.get("overnight_quantity")),
        buy_quantity=bought,
        buy_value=buy_value,
        sell_quantity=sold,
        sell_value=sell_value,
        average_price=average if quantity else None,
        last_price=price_or_none(row.get("last_price")),
        close_price=price_or_none(row.get("close_price")),
        multiplier=units(row.get("multiplier")) or 1,
        today=today,
    )


def _amount(value: object) -> Decimal:
    return Decimal(0) if value is None else number(value)


def _as_written(row: Row) -> InstrumentId:
    """The row's own exchange and symbol, for what the master does not list (suspended, delisted)."""
    symbol = str(row.get("trading_symbol") or row.get("tradingsymbol") or "")
    exchange = segment(str(row["instrument_token"]))
    if exchange is None or not symbol:
        raise ValueError(f"an instrument without a name: {row['instrument_token']}")
    return InstrumentId(exchange, symbol.upper())


# --- market ------------------------------------------------------------------------------------------------------


def quote(row: Row, instrument: InstrumentId) -> Quote:
    """One value of /v3/market-quote/quotes. `at` is the quote's own time, else the last trade's."""
    ohlc, depth = row.get("ohlc") or {}, row.get("depth") or {}
    traded = row.get("last_trade_time")
    at = moment(row.get("timestamp")) or (epoch_ms(traded) if traded else None)
    last = price_or_none(row["last_price"])
    if at is None or last is None:
        raise ValueError(f"a quote of {instrument} without a time or a price")
    return Quote(
        instrument=instrument,
        last_price=last,
        at=at,
        open=price_or_none(ohlc.get("open")),
        high=price_or_none(ohlc.get("high")),
        low=price_or_none(ohlc.get("low")),
        prev_close=price_or_none(row.get("prev_close_price")),
        volume=None if row.get("volume") is None else units(row["volume"]),
        average_price=price_or_none(row.get("average_price")),
        lower_circuit=price_or_none(row.get("lower_circuit_limit")),
        upper_circuit=price_or_none(row.get("upper_circuit_limit")),
        depth=Depth(bids=_levels(depth.get("buy")), asks=_levels(depth.get("sell"))),
        open_interest=interest(instrument, row.get("oi")),
    )


def _levels(rows: Any) -> tuple[DepthLevel, ...]:
    """Five levels padded with zeros: only the real ones are kept."""
    return tuple(
        DepthLevel(Price(number(row["price"])), units(row["quantity"]), units(row.get("orders")))
        for row in rows or ()
        if row["price"]
    )


def epoch_ms(value: object) -> datetime:
    """Milliseconds since 1970 UTC, as a number or as digits."""
    return datetime.fromtimestamp(units(value) / 1000, UTC)


def candle(row: Any) -> Candle:
    """`[time, open, high, low, close, volume, open interest]`."""
    start = moment(row[0])
    if start is None:
        raise ValueError("a candle without a time")
    high, low = Price(number(row[2])), Price(number(row[3]))
    return Candle(start, Price(number(row[1])), high, low, Price(number(row[4])), units(row[5]))

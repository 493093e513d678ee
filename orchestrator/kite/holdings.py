"""Holdings and positions of several accounts as those of one, in Kite's rows. Pure.

A row adds up what the accounts have of one share, or of one contract and product; the sums obey Kite's own formulas:
value = sell_value - buy_value, pnl = value + quantity x last_price x multiplier, for holdings
pnl = (last_price - average_price) x (quantity + t1_quantity).
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from decimal import Decimal
from typing import Any

from adapters.zerodha.wire import PRODUCT_WORDS
from domain.instrument import Exchange, InstrumentId
from domain.money import Money, Price, average_price
from domain.portfolio import AccountSnapshot, LastPrice
from domain.position import Holding, Position, Traded
from domain.words import Product
from orchestrator.kite.answers import FINEST, NIL, average, rupees
from orchestrator.kite.rows import Token

HUNDRED = Decimal(100)
Last = Callable[[InstrumentId], LastPrice | None]


@dataclass(frozen=True, slots=True)
class Market:
    """What rows need beside the accounts: numbers of instruments, and the newest prices."""

    token: Token
    last: Last

    def price(self, name: InstrumentId, told: Price | None) -> Decimal:
        """The newest, else what the broker told with the row."""
        seen = self.last(name)
        return rupees(seen.price if seen is not None else told)

    def close(self, name: InstrumentId, told: Price | None) -> Decimal:
        seen = self.last(name)
        return rupees(seen.prev_close if seen is not None and seen.prev_close is not None else told)


# --- holdings ----------------------------------------------------------------------------------------------------


def holding_rows(snapshots: Sequence[AccountSnapshot], market: Market) -> list[dict[str, Any]]:
    """One row for each ISIN, under the name of its NSE listing where some account has that."""
    shares: dict[str, list[Holding]] = {}
    for snapshot in snapshots:
        for one in snapshot.holdings:
            shares.setdefault(one.isin or str(one.instrument), []).append(one)
    return [_holding(lots, market) for lots in shares.values()]


def _holding(lots: Sequence[Holding], market: Market) -> dict[str, Any]:
    own = [one for one in lots if one.product is not Product.MTF]
    lent = [one for one in lots if one.product is Product.MTF]
    first = min(lots, key=lambda one: one.instrument.exchange is not Exchange.NSE)
    name = first.instrument
    last, close = market.price(name, first.last_price), market.close(name, first.close_price)
    units, late = sum(one.quantity for one in own), sum(one.t1_quantity for one in own)
    cost = _cost(own)
    return {
        "tradingsymbol": name.symbol,
        "exchange": name.exchange.value,
        "instrument_token": market.token(name),
        "isin": first.isin,
        "product": PRODUCT_WORDS[Product.CNC],
        "price": NIL,
        "quantity": units - late,
        "used_quantity": 0,
        "t1_quantity": late,
        "realised_quantity": units - late,
        "authorised_quantity": sum(one.authorised_quantity or 0 for one in own),
        "authorised_date": None,
        "authorisation": {},
        "opening_quantity": units,
        "short_quantity": 0,
        "collateral_quantity": sum(one.pledged_quantity for one in own),
        "collateral_type": "",
        "discrepancy": any(one.quantity and one.average_price is None for one in own),
        "average_price": average(average_price(cost, units)),
        "last_price": last,
        "close_price": close,
        "pnl": _paise(last * units - cost.amount),
        "day_change": last - close,
        "day_change_percentage": _percent(last - close, close),
        "mtf": _funded(lent),
    }


def _cost(lots: Iterable[Holding]) -> Money:
    """Of the lots whose average the broker tells."""
    return Money.sum(one.average_price * one.quantity for one in lots if one.average_price is not None)


def _funded(lent: Sequence[Holding]) -> dict[str, Any]:
    units, cost = sum(one.quantity for one in lent), _cost(lent)
    owed = Money.sum(one.loan for one in lent if one.loan is not None)
    return {
        "quantity": units,
        "used_quantity": 0,
        "average_price": average(average_price(cost, units)),
        "value": rupees(cost),
        "initial_margin": rupees(cost - owed),
    }


# --- positions ---------------------------------------------------------------------------------------------------


def position_rows(snapshots: Sequence[AccountSnapshot], market: Market) -> dict[str, list[dict[str, Any]]]:
    """`net` is what is held, carried and traded; `day` is what was traded today alone."""
    held: dict[tuple[InstrumentId, Product], list[Position]] = {}
    for snapshot in snapshots:
        for one in snapshot.positions:
            held.setdefault((one.instrument, one.product), []).append(one)
    net = [_position(lots, market) for lots in held.values()]
    today = (tuple(part for one in lots if (part := _day_alone(one)) is not None) for lots in held.values())
    return {"net": net, "day": [_position(lots, market) for lots in today if lots]}


def _day_alone(one: Position) -> Position | None:
    """The day's part by itself; None where nothing was traded, or the broker does not tell it apart."""
    day = one.day
    if day is None or not (day.buy_quantity or day.sell_quantity):
        return None
    worth = day.buy_value - day.sell_value
    return Position(
        instrument=one.instrument,
        product=one.product,
        quantity=day.net,
        overnight_quantity=0,
        buy_quantity=day.buy_quantity,
        buy_value=day.buy_value,
        sell_quantity=day.sell_quantity,
        sell_value=day.sell_value,
        average_price=average_price(worth, day.net * one.multiplier) if day.net else None,
        last_price=one.last_price,
        close_price=one.close_price,
        multiplier=one.multiplier,
        today=day,
    )


def _position(lots: Sequence[Position], market: Market) -> dict[str, Any]:
    first = lots[0]
    name, multiplier = first.instrument, first.multiplier
    last, close = market.price(name, first.last_price), market.close(name, first.close_price)
    units = sum(one.quantity for one in lots)
    bought, sold = Money.sum(one.buy_value for one in lots), Money.sum(one.sell_value for one in lots)
    days = [one.day or Traded() for one in lots]
    long = sum(one.overnight_quantity for one in lots if one.overnight_quantity > 0)
    short = -sum(one.overnight_quantity for one in lots if one.overnight_quantity < 0)
    day_bought = rupees(Money.sum(day.buy_value for day in days))
    day_sold = rupees(Money.sum(day.sell_value for day in days))
    buy_m2m = day_bought + close * long * multiplier
    sell_m2m = day_sold + close * short * multiplier
    worth = last * units * multiplier
    profit = _paise(rupees(sold - bought) + worth)
    paid = Money.sum(one.average_price * one.quantity for one in lots if one.average_price is not None)
    return {
        "tradingsymbol": name.symbol,
        "exchange": name.exchange.value,
        "instrument_token": market.token(name),
        "product": PRODUCT_WORDS[first.product],
        "quantity": units,
        "overnight_quantity": long - short,
        "multiplier": multiplier,
        "average_price": average(average_price(paid, units)),
        "close_price": close if long or short else NIL,
        "last_price": last,
        "value": rupees(sold - bought),
        "pnl": profit,
        "m2m": _paise(sell_m2m - buy_m2m + worth),
        "unrealised": profit,
        "realised": NIL,
        **_side("buy", sum(one.buy_quantity for one in lots), bought.amount, multiplier, buy_m2m),
        **_side("sell", sum(one.sell_quantity for one in lots), sold.amount, multiplier, sell_m2m),
        **_side("day_buy", sum(day.buy_quantity for day in days), day_bought, multiplier),
        **_side("day_sell", sum(day.sell_quantity for day in days), day_sold, multiplier),
    }


def _side(
    name: str, units: int, value: Decimal, multiplier: int, m2m: Decimal | None = None
) -> dict[str, Any]:
    price = (value / (units * multiplier)).quantize(FINEST) if units else NIL
    row = {f"{name}_quantity": units, f"{name}_price": price, f"{name}_value": value}
    return row if m2m is None else {**row, f"{name}_m2m": m2m}


def _percent(moved: Decimal, close: Decimal) -> Decimal:
    return (moved * HUNDRED / close).quantize(FINEST) if close else NIL


def _paise(amount: Decimal) -> Decimal:
    """To four decimals, where an average made more of it."""
    return amount.quantize(FINEST) if -int(amount.as_tuple().exponent) > 4 else amount

"""How much money an order or a position ties up. Pure, integer paise.

The percentages are the sandbox's own round figures: delivery 100, intraday 20, futures 12 SPAN-like + 3 exposure,
options bought the premium, options sold 15 + 3 of the strike's notional, margin-funded delivery 40.
"""

from __future__ import annotations

from dataclasses import dataclass

from mocks.brokers.backoffice.orders import Product
from mocks.exchange.model import Instrument, Kind, Side

INTRADAY_PERCENT = 20
FUNDED_PERCENT = 40
FUTURE_SPAN_PERCENT = 12
OPTION_SPAN_PERCENT = 15
EXPOSURE_PERCENT = 3


@dataclass(frozen=True, slots=True)
class Need:
    """Money needed, split as brokers show it; paise."""

    cash: int = 0  # delivery: the full (or funded) amount
    var: int = 0  # intraday shares
    span: int = 0
    exposure: int = 0
    premium: int = 0

    @property
    def total(self) -> int:
        return self.cash + self.var + self.span + self.exposure + self.premium


def need(instrument: Instrument, product: Product, side: Side, quantity: int, price: int) -> Need:
    """Margin to open `quantity` at `price`. CNC sales need shares, not money: zero."""
    value = quantity * price
    if instrument.kind in (Kind.CALL, Kind.PUT):
        if side is Side.BUY:
            return Need(premium=value)
        notional = quantity * instrument.strike
        return Need(span=percent(notional, OPTION_SPAN_PERCENT), exposure=percent(notional, EXPOSURE_PERCENT))
    if instrument.kind is Kind.FUTURE:
        return Need(span=percent(value, FUTURE_SPAN_PERCENT), exposure=percent(value, EXPOSURE_PERCENT))
    if product is Product.MIS:
        return Need(var=percent(value, INTRADAY_PERCENT))
    if side is Side.SELL:
        return Need()
    return Need(cash=percent(value, FUNDED_PERCENT) if product is Product.MTF else value)


def percent(amount: int, rate: int) -> int:
    """Rounded up to the paisa, as a margin is."""
    return -(-amount * rate // 100)


def automatic_protection(price: int, kind: Kind) -> float:
    """The broker's own market protection, percent of the last price (paise)."""
    if kind in (Kind.CALL, Kind.PUT):
        return 5.0 if price < 1_000 else 3.0 if price < 10_000 else 2.0
    return 2.0 if price < 10_000 else 1.0 if price < 50_000 else 0.5


def protected_price(instrument: Instrument, side: Side, last_price: int, protection: float | None) -> int:
    """The worst price a market order is reckoned at, paise, inside the day's band and on the tick.

    Without a percentage of its own (None, -1) the automatic one counts.
    """
    share = protection if protection and protection > 0 else automatic_protection(last_price, instrument.kind)
    gap = round(last_price * share / 100)
    tick = instrument.tick
    if side is Side.BUY:
        price = (last_price + gap) // tick * tick
        return max(tick, min(price, instrument.band[1]) if instrument.band else price)
    price = -(-(last_price - gap) // tick) * tick
    return max(tick, max(price, instrument.band[0]) if instrument.band else price)

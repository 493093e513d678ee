"""How much money an order ties up. Pure, integer paise.

Shares here, by listing: delivery in full, intraday and funded purchases by how wide a share may move in a day. The
percentages are the sandbox's own round figures. Contracts are in `span.py`.
"""

from __future__ import annotations

from dataclasses import dataclass

from mocks.brokers.backoffice.orders import Product
from mocks.brokers.backoffice.span import Requirement
from mocks.exchange.model import Instrument, Kind, Side

# Percent of the value for intraday shares by the width of the daily band; shares with contracts have a fifth.
INTRADAY_PERCENT = 20
INTRADAY_BY_BAND = ((5, 100), (10, 40), (20, 25))
FUNDED_PERCENT, FUNDED_OTHERS = 25, 50  # own part of a purchase on the broker's money
HAIRCUT, HAIRCUT_OTHERS = 15, 30  # percent of a pledged share's value that does not count


@dataclass(frozen=True, slots=True)
class Need:
    """Money needed, split as brokers show it; paise."""

    cash: int = 0  # delivery: the full (or funded) amount
    var: int = 0  # intraday shares
    span: int = 0
    exposure: int = 0
    premium: int = 0
    delivery: int = 0  # share contracts about to expire

    @property
    def total(self) -> int:
        return self.cash + self.var + self.span + self.exposure + self.premium + self.delivery

    @property
    def in_cash(self) -> bool:
        """Collateral does not pay for it."""
        return bool(self.cash or self.premium)

    def __add__(self, other: Need) -> Need:
        return Need(
            self.cash + other.cash,
            self.var + other.var,
            self.span + other.span,
            self.exposure + other.exposure,
            self.premium + other.premium,
            self.delivery + other.delivery,
        )


@dataclass(frozen=True, slots=True)
class BasketNeed:
    """What orders need together. `orders`: each on its own. `initial`: blocked while they are placed in their order,
    each helped by those before it. `final`: once all are filled, every hedge counted."""

    initial: Need
    final: Need
    orders: tuple[Need, ...]


def is_option(instrument: Instrument) -> bool:
    return instrument.kind in (Kind.CALL, Kind.PUT)


def is_contract(instrument: Instrument) -> bool:
    return is_option(instrument) or instrument.kind is Kind.FUTURE


def need(instrument: Instrument, product: Product, side: Side, quantity: int, price: int) -> Need:
    """Margin to open `quantity` shares at `price`. CNC and MTF sales need shares, not money: zero."""
    value = quantity * price
    if product is Product.MIS:
        return Need(var=percent(value, intraday_percent(instrument)))
    if side is Side.SELL:
        return Need()
    return Need(cash=percent(value, funded_percent(instrument)) if product is Product.MTF else value)


def contract_need(side: Side, premium: int, before: Requirement, after: Requirement) -> Need:
    """What an order adds to the requirement of everything held with it. `premium` is its value, 0 for a future:
    a buyer pays it besides, a seller's margin is less by what he will receive. A hedge never has a negative need."""
    span = after.span - before.span
    exposure, delivery = after.exposure - before.exposure, after.delivery - before.delivery
    if side is Side.SELL:
        span -= premium
    total = span + exposure + delivery
    paid = premium if side is Side.BUY else 0
    if total <= 0:
        return Need(premium=paid)
    # One part may shrink while another grows: what is asked is the sum, shown where it grows.
    delivery = min(max(0, delivery), total)
    exposure = min(max(0, exposure), total - delivery)
    return Need(span=total - exposure - delivery, exposure=exposure, delivery=delivery, premium=paid)


def intraday_percent(instrument: Instrument) -> int:
    if instrument.derivatives or not instrument.band_percent:
        return INTRADAY_PERCENT
    return next(
        (rate for width, rate in INTRADAY_BY_BAND if instrument.band_percent <= width), INTRADAY_PERCENT
    )


def funded_percent(instrument: Instrument) -> int:
    return FUNDED_PERCENT if instrument.derivatives else FUNDED_OTHERS


def collateral_value(instrument: Instrument, quantity: int, price: int) -> int:
    """Paise that pledged shares count as."""
    return quantity * price * (100 - (HAIRCUT if instrument.derivatives else HAIRCUT_OTHERS)) // 100


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

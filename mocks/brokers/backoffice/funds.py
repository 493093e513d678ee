"""What a client's money comes to while a day is open: cash, what positions made and tie up, what may be spent.

Integer paise.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from mocks.brokers.backoffice.checks import DELIVERY
from mocks.brokers.backoffice.margins import (
    collateral_value,
    funded_percent,
    is_contract,
    is_option,
    need,
    percent,
)
from mocks.brokers.backoffice.orders import Product
from mocks.brokers.backoffice.portfolio import Funds
from mocks.brokers.backoffice.span import requirement
from mocks.exchange.model import Side

if TYPE_CHECKING:
    from mocks.brokers.backoffice.ledger import Ledger


@dataclass(slots=True)
class _Sums:
    """What positions of one sort come to, paise."""

    realised: int = 0
    unrealised: int = 0
    margin: int = 0
    span: int = 0
    exposure: int = 0
    delivery: int = 0
    premium: int = 0
    debit: int = 0
    credit: int = 0
    funded: int = 0


def reckon(ledger: Ledger) -> Funds:
    """The account as it stands."""
    shares, contracts, delivery = _intraday(ledger), _contracts(ledger), _delivery(ledger)
    collateral = _collateral(ledger)
    margin = shares.margin + contracts.span + contracts.exposure + contracts.delivery
    secured = margin + _blocked_margin(ledger) if collateral else 0
    realised = shares.realised + contracts.realised
    return Funds(
        opening_cash=ledger.opening_cash,
        payin=ledger.payin,
        blocked=ledger.blocked,
        position_margin=margin + contracts.premium,
        span=contracts.span,
        premium=contracts.premium,
        delivery_debit=delivery.debit,
        sale_credit=delivery.credit,
        realised=realised,
        unrealised=shares.unrealised + contracts.unrealised,
        available=ledger.daybook.balance
        + collateral
        + realised
        + delivery.credit
        - delivery.debit
        - margin
        - contracts.premium
        - ledger.blocked
        - ledger.charges,
        exposure=contracts.exposure,
        delivery_margin=contracts.delivery,
        charges=ledger.charges,
        collateral=collateral,
        collateral_used=min(collateral, secured),
        mtf_margin=delivery.funded,
        mtf_loan=ledger.daybook.loan,
        realised_shares=shares.realised,
    )


def _blocked_margin(ledger: Ledger) -> int:
    """What open orders hold that collateral may pay for."""
    return sum(
        order.blocked
        for order in ledger.live.values()
        if order.product not in DELIVERY
        and not (order.side is Side.BUY and is_option(ledger.market.instrument(order.key)))
    )


def _collateral(ledger: Ledger) -> int:
    return sum(
        collateral_value(ledger.market.instrument(held.key), held.pledged, ledger.market.last(held.key))
        for held in ledger.holdings.values()
        if held.pledged
    )


def _intraday(ledger: Ledger) -> _Sums:
    sums = _Sums()
    for (key, product), position in ledger.positions.items():
        instrument = ledger.market.instrument(key)
        if product in DELIVERY or is_contract(instrument):
            continue
        sums.realised += position.realised
        if position.quantity:
            side = Side.BUY if position.quantity > 0 else Side.SELL
            held = need(instrument, product, side, abs(position.quantity), round(position.average))
            sums.margin += held.total
            sums.unrealised += position.pnl(ledger.market.last(key)) - position.realised
    return sums


def _contracts(ledger: Ledger) -> _Sums:
    sums = _Sums()
    for (key, product), position in ledger.positions.items():
        if product in DELIVERY or not is_contract(instrument := ledger.market.instrument(key)):
            continue
        booked, open_value = position.settled_part
        sums.realised += booked
        if is_option(instrument):
            sums.premium += open_value
        if position.quantity:
            sums.unrealised += position.pnl(ledger.market.last(key)) - position.realised
    held = requirement(ledger.stakes())
    sums.span, sums.exposure, sums.delivery = held.span, held.exposure, held.delivery
    return sums


def _delivery(ledger: Ledger) -> _Sums:
    sums = _Sums()
    for (key, product), position in ledger.positions.items():
        if product not in DELIVERY:
            continue
        paid = position.buy_value - position.sell_value
        instrument = ledger.market.instrument(key)
        if product is Product.MTF and paid > 0:
            paid = percent(paid, funded_percent(instrument))
            sums.funded += paid
        elif product is Product.MTF and paid < 0:
            paid += min(-paid, ledger.repayment(instrument))
        sums.debit += max(0, paid)
        sums.credit += max(0, -paid)
    return sums

"""What the portfolio is made of: its value, cost and profit by broker, account, instrument or kind of holding.

The parts add up to the totals of the portfolio, whatever they are by.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from enum import StrEnum

from aggregation.valuation import cost, total, worth
from domain.money import ZERO, Money
from domain.order import Product
from domain.portfolio import HoldingLot, Lot, Portfolio


class By(StrEnum):
    BROKER = "broker"
    ACCOUNT = "account"
    INSTRUMENT = "instrument"
    KIND = "kind"


class HoldingKind(StrEnum):
    SHARES = "shares"
    FUNDED = "funded_shares"  # on the broker's money
    TRADES = "trades"  # positions: they have a profit and no value of their own


@dataclass(frozen=True, slots=True)
class Part:
    """Rupees; None is not known. `name` is for people. `cash` is None where cash belongs to no such part."""

    key: str
    name: str
    value: Money | None
    invested: Money | None
    pnl: Money | None
    day_pnl: Money | None
    cash: Money | None = None


@dataclass(slots=True)
class _Heap:
    name: str
    values: list[Money | None] = field(default_factory=list)
    costs: list[Money | None] = field(default_factory=list)
    pnls: list[Money | None] = field(default_factory=list)
    days: list[Money | None] = field(default_factory=list)
    cash: list[Money] = field(default_factory=list)


def allocation(portfolio: Portfolio, by: By) -> tuple[Part, ...]:
    """The parts, the most valuable first; those whose value is not known before all."""
    heaps: dict[str, _Heap] = {}
    for key, name, lot, value, invested in _lots(portfolio, by):
        heap = heaps.setdefault(key, _Heap(name))
        heap.values.append(value)
        heap.costs.append(invested)
        heap.pnls.append(lot.pnl)
        heap.days.append(lot.day_pnl)
    if by in (By.BROKER, By.ACCOUNT):
        for funds in portfolio.funds:
            key, name = (funds.broker.value,) * 2 if by is By.BROKER else (funds.account_id, funds.label)
            heaps.setdefault(key, _Heap(name)).cash.append(funds.margin.cash)
    parts = [_part(key, heap) for key, heap in heaps.items()]
    return tuple(sorted(parts, key=lambda one: (one.value is not None, -(one.value or ZERO).amount, one.key)))


def _lots(portfolio: Portfolio, by: By) -> Iterator[tuple[str, str, Lot, Money | None, Money | None]]:
    """Every lot with its part, and what it is worth and had cost: nothing for trades."""
    for line in portfolio.holdings:
        price = line.last.price if line.last else None
        for lot in line.lots:
            kind = HoldingKind.FUNDED if lot.product is Product.MTF else HoldingKind.SHARES
            key, name = _of(lot, by, line.isin, line.instrument.symbol, kind)
            yield key, name, lot, worth(lot.quantity, price), _invested(lot)
    for trade in portfolio.positions:
        for stake in trade.lots:
            contract = str(trade.instrument)
            key, name = _of(stake, by, contract, contract, HoldingKind.TRADES)
            yield key, name, stake, ZERO, ZERO


def _of(lot: Lot, by: By, thing: str, name: str, kind: HoldingKind) -> tuple[str, str]:
    match by:
        case By.BROKER:
            return lot.broker.value, lot.broker.value
        case By.ACCOUNT:
            return lot.account_id, lot.label
        case By.INSTRUMENT:
            return thing, name
        case By.KIND:
            return kind.value, kind.value


def _invested(lot: HoldingLot) -> Money | None:
    return cost(lot.quantity, lot.average_price)


def _part(key: str, heap: _Heap) -> Part:
    return Part(
        key=key,
        name=heap.name,
        value=total(heap.values),
        invested=total(heap.costs),
        pnl=total(heap.pnls),
        day_pnl=total(heap.days),
        cash=_sum(heap.cash),
    )


def _sum(cash: Iterable[Money]) -> Money | None:
    found = list(cash)
    return Money.sum(found) if found else None

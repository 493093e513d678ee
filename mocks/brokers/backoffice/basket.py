"""What orders need together: each alone, while they are placed one after another, and once all are filled. Pure."""

from __future__ import annotations

from collections.abc import Sequence

from mocks.brokers.backoffice.checks import DELIVERY
from mocks.brokers.backoffice.ledger import Ledger
from mocks.brokers.backoffice.margins import (
    BasketNeed,
    Need,
    contract_need,
    is_contract,
    is_option,
    need,
)
from mocks.brokers.backoffice.orders import OrderRequest, Product
from mocks.brokers.backoffice.span import Stake, requirement
from mocks.exchange.model import Side


def basket_need(
    ledger: Ledger, asked: Sequence[tuple[OrderRequest, int]], *, consider_positions: bool
) -> BasketNeed:
    """`asked`: orders and the price each is reckoned at, paise. Without `consider_positions` the account counts as
    empty: nothing closes and nothing hedges but the orders themselves."""
    basket = _Basket(ledger, consider_positions=consider_positions)
    start = requirement(basket.stakes)
    initial = Need()
    for request, price in asked:
        initial += basket.add(request, price)
    change = requirement(basket.stakes) - start
    received = min(0, basket.premium)
    final = Need(
        cash=initial.cash,
        var=initial.var,
        span=max(0, change.span + received),
        exposure=max(0, change.exposure),
        premium=max(0, basket.premium),
        delivery=max(0, change.delivery),
    )
    alone = tuple(_Basket(ledger, consider_positions=False).add(request, price) for request, price in asked)
    return BasketNeed(initial, final, alone)


class _Basket:
    """An account to which orders are added as if each were filled at once. `premium`: paid less received, paise."""

    def __init__(self, ledger: Ledger, *, consider_positions: bool) -> None:
        self._ledger = ledger
        self.stakes: list[Stake] = list(ledger.stakes()) if consider_positions else []
        self.premium = 0
        self._open: dict[tuple[str, Product], int] = {}
        if consider_positions:
            self._open = {where: one.quantity for where, one in ledger.positions.items()}

    def add(self, request: OrderRequest, price: int) -> Need:
        instrument = self._ledger.market.instrument(request.key)
        buys = request.side is Side.BUY
        sign = 1 if buys else -1
        where = request.key, request.product
        held = self._open.get(where, 0)
        closing = 0
        if request.product not in DELIVERY:
            closing = max(0, min(request.quantity, -sign * held))
        self._open[where] = held + sign * request.quantity
        opening = request.quantity - closing
        if not is_contract(instrument):
            return need(instrument, request.product, request.side, opening, price)
        if closing:
            self.stakes.append(self._ledger.stake(instrument, sign * closing))
        before = requirement(self.stakes)
        if opening:
            self.stakes.append(self._ledger.stake(instrument, sign * opening))
        premium = opening * price if is_option(instrument) else 0
        self.premium += sign * premium
        return contract_need(request.side, premium, before, requirement(self.stakes))

"""Clearing the table: cancel every open order, leave every position."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from mocks.brokers.backoffice.checks import DELIVERY
from mocks.brokers.backoffice.iceberg import slices
from mocks.brokers.backoffice.orders import Order, OrderRequest
from mocks.brokers.backoffice.portfolio import Position
from mocks.brokers.backoffice.refusal import Refusal
from mocks.exchange.model import OrderType, Side

if TYPE_CHECKING:
    from mocks.brokers.backoffice.office import BackOffice


@dataclass(frozen=True, slots=True)
class Swept:
    """`done`: the orders cancelled or placed; `refused`: what was not, by order id (cancel) or key (exit)."""

    done: list[Order] = field(default_factory=list)
    refused: list[tuple[str, Refusal]] = field(default_factory=list)


def cancel_all(office: BackOffice, user_id: str, keep: Callable[[Order], bool]) -> Swept:
    swept = Swept()
    for order in list(office.ledger(user_id).live.values()):
        if order.ended or keep(order):
            continue
        try:
            swept.done.append(office.cancel(user_id, order.order_id))
        except Refusal as no:
            swept.refused.append((order.order_id, no))
    return swept


def exitable(office: BackOffice, user_id: str) -> list[Position]:
    """Open positions but delivery shares, those to buy back first."""
    found = [
        position
        for position in office.positions(user_id)
        if position.quantity and position.product not in DELIVERY
    ]
    return sorted(found, key=lambda position: position.quantity > 0)


def exit_all(
    office: BackOffice, user_id: str, keep: Callable[[Position], bool], tag: str, extra: dict[str, str]
) -> Swept:
    swept = Swept()
    for position in exitable(office, user_id):
        if keep(position):
            continue
        side = Side.SELL if position.quantity > 0 else Side.BUY
        for quantity in slices(abs(position.quantity), office.instrument(position.key)):
            request = OrderRequest(
                key=position.key,
                side=side,
                type=OrderType.MARKET,
                product=position.product,
                quantity=quantity,
                protection=-1,
                tag=tag,
                extra=dict(extra),
            )
            try:
                swept.done.append(office.place(user_id, request))
            except Refusal as no:
                swept.refused.append((position.key, no))
    return swept

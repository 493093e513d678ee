"""The brokers' books against the exchange: fills are prints, and money and shares go nowhere else."""

from __future__ import annotations

from collections import Counter

from mocks.brokers.backoffice.orders import Product
from mocks.exchange.model import Side
from tests.mocks.backoffice.books import check_open_day
from tests.simulation.records import Client
from tests.simulation.verdict import insist
from tests.simulation.world import World


def check(world: World, client: Client) -> None:
    """Raises Broken."""
    office = world.offices[client.broker]
    net: Counter[tuple[str, Product]] = Counter()
    for order in office.ledger(client.user_id).orders.values():
        printed = world.traded.get(order.exchange_number, 0)
        insist(
            order.filled == printed,
            f"{order.order_id}: {order.filled} filled, {printed} printed at the exchange",
        )
        insist(
            order.filled_value == world.worth.get(order.exchange_number, 0), f"{order.order_id}: other prices"
        )
        insist(order.filled <= order.quantity, f"{order.order_id} is overfilled")
        sign = 1 if order.side is Side.BUY else -1
        net[(order.key, order.product)] += sign * order.filled
    for moved in world.records.converted:
        if moved.client == client:
            sign = 1 if moved.side is Side.BUY else -1
            net[(moved.key, moved.old)] -= sign * moved.quantity
            net[(moved.key, moved.new)] += sign * moved.quantity
    held = {(one.key, one.product): one.quantity for one in office.positions(client.user_id) if one.quantity}
    insist(
        held == {name: units for name, units in net.items() if units}, f"{client}: {held} is not {dict(net)}"
    )
    check_open_day(office, client.user_id)

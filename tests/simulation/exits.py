"""Ways out: no exit turns a position round, and the kill switch says "cancelled" and "flat" only when it is so."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Container, Iterator
from dataclasses import dataclass
from datetime import datetime, timedelta

from domain.order import OrderId
from mocks.brokers.backoffice.orders import Fill, Order, Product
from mocks.exchange.model import Side
from orchestrator.killswitch.schemas import KillOut
from orchestrator.orders.rows import StoredOrder
from tests.simulation.person import Person
from tests.simulation.records import Client
from tests.simulation.verdict import insist
from tests.simulation.world import World

Book = tuple[str, Product]
CLOSE = timedelta(seconds=1)  # orders on their way at once are not known to each other


@dataclass(frozen=True)
class Moved:
    """One change of a position. `order` None: a conversion, which nobody's order made."""

    units: int  # signed
    order: Order | None


def check(world: World, person: Person, stored: list[StoredOrder], asked_for: Container[OrderId]) -> None:
    """Raises Broken when an exit bought or sold more than there was to leave. `asked_for`: what is no exit."""
    decided = {
        child.tag: one.order.created_at
        for one in stored
        if one.order.id not in asked_for
        for child in one.order.children
    }
    tags = {child.tag for one in stored for child in one.order.children}
    for client in person.clients.values():
        for book, moves in _moves(world, client).items():
            position = 0
            for number, move in enumerate(moves):
                before, position = position, position + move.units
                order = move.order
                if order is None or order.tag not in decided:
                    continue
                beyond = min(abs(move.units), max(0, position * _sign(move.units)))
                if beyond:
                    excuse = sum(_unforeseen(moves[:number], order, decided, tags))
                    insist(
                        beyond <= excuse,
                        f"{client} {book}: the exit {order.order_id} ({order.tag}) made {position} of {before}",
                    )


def _sign(units: int) -> int:
    return 1 if units > 0 else -1


def _unforeseen(moves: list[Moved], exit: Order, exits: dict[str, datetime], tags: set[str]) -> Iterator[int]:
    """Units that others took out of the position, or moved elsewhere, without the exit being able to know."""
    for move in moves:
        order = move.order
        if order is None:
            yield abs(move.units)
        elif order.tag == exit.tag and order.order_id != exit.order_id:
            yield abs(move.units)  # the broker made it twice; that we sent it once is checked elsewhere
        elif order.side is exit.side and order.tag not in exits:
            late = order.history[0].at >= exits[exit.tag] - CLOSE
            past_us = order.tag not in tags
            if late or past_us or order.modifications:
                yield abs(move.units)


def _moves(world: World, client: Client) -> dict[Book, list[Moved]]:
    """Every position's changes, in the exchange's order."""
    found: dict[Book, list[tuple[int, Moved]]] = defaultdict(list)
    for order in world.offices[client.broker].ledger(client.user_id).orders.values():
        for fill in order.fills:
            found[(order.key, order.product)].append((fill.exchange_trade, Moved(_signed(fill), order)))
    for one in world.records.converted:
        if one.client == client:
            units = one.quantity if one.side is Side.BUY else -one.quantity
            found[(one.key, one.old)].append((one.after, Moved(-units, None)))
            found[(one.key, one.new)].append((one.after, Moved(units, None)))
    return {
        book: [move for _, move in sorted(moves, key=lambda one: (one[0], one[1].order is None))]
        for book, moves in found.items()
    }


def _signed(fill: Fill) -> int:
    return fill.quantity if fill.side is Side.BUY else -fill.quantity


def check_switch(world: World, person: Person, shown: KillOut) -> None:
    """Raises Broken when the kill switch calls proven what is not so."""
    for one in shown.accounts:
        client = next(client for account, client in person.clients.items() if account == one.account)
        office = world.offices[client.broker]
        told = f"{one.account} has {one.open_orders} orders and {one.open_positions} positions, and is called"
        insist(one.cancelled_at is None or one.open_orders == 0, f"{told} cancelled")
        insist(one.flat_at is None or one.open_positions == 0, f"{told} flat")
        if one.cancelled_at is not None and shown.since is not None:
            alive = [
                order.order_id
                for order in office.ledger(client.user_id).live.values()
                if order.history and order.history[0].at < shown.since
            ]
            insist(not alive, f"{one.account} is called cancelled, and {alive} live since before")
        if one.flat_at is not None and one.tried_at is not None:
            insist(
                world.records.was_flat(client, one.tried_at - CLOSE),
                f"{one.account} is called flat since {one.flat_at} and was not when it was looked at",
            )

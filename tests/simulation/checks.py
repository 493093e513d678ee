"""What must be true after every run, however bad it was."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator
from decimal import Decimal

from domain.money import Money
from domain.order import ChildOrder, Order, Status
from mocks.brokers.backoffice.entries import Occasion
from mocks.brokers.backoffice.office import BackOffice
from mocks.brokers.backoffice.orders import Order as BrokerOrder
from mocks.brokers.backoffice.orders import Product
from mocks.exchange.model import Side
from orchestrator.orders import holds, repository
from orchestrator.orders.rows import StoredOrder
from tests.simulation.people import Person
from tests.simulation.product import Process
from tests.simulation.world import Client, World


class Broken(AssertionError):
    """An invariant does not hold."""


def insist(true: bool, words: str) -> None:
    if not true:
        raise Broken(words)


async def check(process: Process, world: World, people: list[Person]) -> None:
    """Raises Broken with what does not hold."""
    for person in people:
        stored = await process.call(
            process.parts.db.read(
                lambda conn, user=person.user_id: repository.page(
                    conn, user, status="all", before=None, limit=10_000
                )
            )
        )
        _check_keys(person, stored)
        for one in stored:
            _check_order(world, person, one.order)
        _check_strangers(world, person, stored)
        await _check_reservations(process, person, stored)
        await _check_snapshots(process, world, person)
    for broker in world.offices:
        for client in {client for person in people for client in person.clients.values()}:
            if client.broker is broker:
                _check_books(world, client)
    _check_idle(process)


def _check_keys(person: Person, stored: list[StoredOrder]) -> None:
    """One key is one order, whoever was killed in between."""
    for key, made in person.made.items():
        insist(len(made) == 1, f"the key {key} made {sorted(made)}")
    insist(
        len(stored) <= len(person.asked), f"{len(stored)} orders from {len(person.asked)} different requests"
    )
    known = {one.order.id for one in stored}
    missing = {order for orders in person.made.values() for order in orders} - known
    insist(not missing, f"answered and then forgotten: {sorted(missing)}")


def _check_order(world: World, person: Person, order: Order) -> None:
    at_brokers = {child.id: list(_orders_of(world, person, child)) for child in order.children}
    spoken_for = 0
    for child in order.children:
        theirs = at_brokers[child.id]
        _check_child(child, theirs)
        own = [one for one in theirs if not _is_repeat(theirs, one)]
        insist(len(own) <= 1, f"{child.tag} was taken {len(own)} times")
        # What came to an end with nothing done may be asked for again elsewhere; nothing else may.
        spoken_for += sum(one.quantity for one in own if one.filled or not one.ended)
    insist(
        spoken_for <= order.intent.quantity,
        f"{order.id}: {spoken_for} at the brokers, {order.intent.quantity} asked",
    )


def _check_child(child: ChildOrder, theirs: list[BrokerOrder]) -> None:
    status = child.status
    insist(
        status not in (Status.UNKNOWN, Status.SUBMITTING),
        f"{child.id} is still {status.value} ({child.reason}) with {len(theirs)} at the broker",
    )
    if not theirs:
        insist(status is Status.REJECTED, f"{child.id} is {status.value} and not at its broker")
        insist(bool(child.reason), f"{child.id} is rejected for no reason")
        return
    names = {one.order_id for one in theirs}
    insist(
        set(child.broker_order_ids) <= names,
        f"{child.id}: {child.broker_order_ids} is not at the broker: {names}",
    )
    filled = sum(one.filled for one in theirs)
    insist(
        child.filled_quantity == filled,
        f"{child.id} ({status.value}) has {child.filled_quantity} filled, its broker {filled} in {sorted(names)}",
    )
    live = [one.order_id for one in theirs if not one.ended]
    insist(
        not status.final or not live,
        f"{child.id} is {status.value} and lives at the broker as {live}",
    )
    insist(
        status.final or bool(live),
        f"{child.id} is {status.value} and has ended at the broker ({[one.stage.value for one in theirs]})",
    )
    if filled:
        _check_price(child, theirs, filled)


def _check_price(child: ChildOrder, theirs: list[BrokerOrder], filled: int) -> None:
    trades = {fill.trade_id: (fill.quantity, fill.price) for one in theirs for fill in one.fills}
    ours = {fill.trade_id: (fill.quantity, int(fill.price.amount * 100)) for fill in child.fills}
    insist(ours == trades, f"{child.id}: our fills {ours} are not the broker's {trades}")
    worth = sum(quantity * price for quantity, price in trades.values())
    average = child.average_price
    exact = Decimal(worth) / filled / 100
    insist(
        average is not None and abs(average.amount - exact) < Decimal("0.01"),
        f"{child.id}: an average of {average}, at the broker {exact}",
    )


def _orders_of(world: World, person: Person, child: ChildOrder) -> Iterator[BrokerOrder]:
    client = person.clients[child.account_id]
    office = world.offices[client.broker]
    return (one for one in office.ledger(client.user_id).orders.values() if one.tag == child.tag)


def _is_repeat(theirs: list[BrokerOrder], one: BrokerOrder) -> bool:
    """A broker's own second copy: the world knows what it did itself."""
    return one.request is theirs[0].request and one is not theirs[0]


def _check_strangers(world: World, person: Person, stored: list[StoredOrder]) -> None:
    """Every order at a broker is known here."""
    tags = {child.tag for one in stored for child in one.order.children}
    for client in person.clients.values():
        for order in world.offices[client.broker].ledger(client.user_id).orders.values():
            insist(order.tag in tags, f"{order.order_id} at {client.user_id} is unknown to us")


async def _check_reservations(process: Process, person: Person, stored: list[StoredOrder]) -> None:
    """Once everything has ended and every account was read, nothing is held back."""
    connections = process.parts.connections
    read_at = {one: connections.get(one).snapshot.as_of for one in person.clients}
    held = await process.call(process.parts.db.read(lambda conn: holds.held(conn, person.user_id, read_at)))
    if all(child.status.final for one in stored for child in one.order.children):
        for account, hold in held.items():
            insist(not hold.margin.amount, f"{account} still holds {hold.margin}")
            insist(not sum(units for _, units in hold.units), f"{account} still holds {hold.units}")


async def _check_snapshots(process: Process, world: World, person: Person) -> None:
    """What the product shows is what the broker has: cash and shares."""
    for account_id, client in person.clients.items():
        snapshot = process.parts.connections.get(account_id).snapshot
        office = world.offices[client.broker]
        funds = office.funds(client.user_id)
        insist(
            snapshot.margin.available == Money.paise(funds.available),
            f"{account_id}: {snapshot.margin.available} available, at the broker {funds.available} paise",
        )
        ours = {
            (str(one.instrument), one.product.value): one.quantity
            for one in snapshot.positions
            if one.quantity
        }
        theirs = {
            (one.key, one.product.value): one.quantity
            for one in office.positions(client.user_id)
            if one.quantity
        }
        insist(ours == theirs, f"{account_id}: positions {ours}, at the broker {theirs}")


def _check_books(world: World, client: Client) -> None:
    """The broker against the exchange: fills are prints, and money and shares go nowhere else."""
    office = world.offices[client.broker]
    ledger = office.ledger(client.user_id)
    net: Counter[tuple[str, Product]] = Counter()
    spent = 0
    for order in ledger.orders.values():
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
        spent += sign * order.filled_value
    held = {(one.key, one.product): one.quantity for one in office.positions(client.user_id) if one.quantity}
    insist(
        held == {name: units for name, units in net.items() if units}, f"{client}: {held} is not {dict(net)}"
    )
    _check_money(office, client, spent)


def _check_money(office: BackOffice, client: Client, spent: int) -> None:
    """What came in, less what shares cost, less charges, is what is there."""
    ledger = office.ledger(client.user_id)
    entries = ledger.daybook.entries
    insist(
        ledger.daybook.balance == sum(one.to_client for one in entries), f"{client}: the books do not add up"
    )
    if not ledger.live:
        insist(ledger.blocked == 0, f"{client}: {ledger.blocked} paise are blocked for no order")
    opening = sum(one.to_client for one in entries if one.occasion is Occasion.OPENING)
    insist(opening == ledger.opening_cash, f"{client}: the opening cash changed")


def _check_idle(process: Process) -> None:
    trading = process.trading
    insist(not trading.sending, f"still sending {sorted(trading.sending)}")
    insist(not trading.stories, f"still telling {sorted(trading.stories)}")
    insist(not trading.running, f"still running {len(trading.running)} requests")

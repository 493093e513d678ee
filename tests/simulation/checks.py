"""What must be true after every run, however bad it was."""

from __future__ import annotations

from collections.abc import Container, Iterator
from datetime import datetime
from decimal import Decimal

from domain.money import Money
from domain.order import ChildOrder, Order, OrderId, OrderType, Status
from domain.surplus import to_cancel
from mocks.brokers.backoffice.orders import ENDED
from mocks.brokers.backoffice.orders import Order as BrokerOrder
from orchestrator.orders import finding, holds
from orchestrator.orders.rows import StoredOrder
from routing.selftrade import STOPS
from tests.simulation import books, exits, requests
from tests.simulation.person import Person
from tests.simulation.product import Process
from tests.simulation.verdict import insist, orders_of_keys
from tests.simulation.world import World


async def check(process: Process, world: World, people: list[Person], killed: datetime | None) -> None:
    """Raises Broken with what does not hold. `killed`: when the product was killed last."""
    for person in people:
        stored = await process.call(
            process.parts.db.read(
                lambda conn, user=person.user_id: finding.page(
                    conn, user, status="all", before=None, limit=10_000
                )
            )
        )
        asked_for = await orders_of_keys(process, person)
        _check_keys(person, stored, asked_for)
        for one in stored:
            _check_order(world, person, one.order, asked_for.get(one.order.id, one.order.intent.quantity))
            _check_words(one)
        _check_strangers(world, person, stored)
        _check_self_trades(world, person, stored)
        exits.check(world, person, stored, asked_for)
        await requests.check(process, world, person, killed)
        await _check_reservations(process, person, stored)
        await _check_snapshots(process, world, person)
        for client in person.clients.values():
            books.check(world, client)
    _check_idle(process)


def check_surplus(stored: list[StoredOrder]) -> None:
    """Once it is quiet nothing is too much at a broker that was not asked to go. Raises Broken."""
    for one in stored:
        if any(event.kind == "cancel_asked" for event in one.timeline):
            continue  # all of it was asked to go
        told = [event.text for event in one.timeline if event.kind == "surplus"]
        for child_id, number in to_cancel(one.order, frozenset()):
            asked = any(f" {number}," in text for text in told)
            insist(asked, f"{number} of {child_id} is too much, and nobody asked it to go")


def drifting(world: World, person: Person, stored: list[StoredOrder]) -> list[str]:
    """Live orders that somebody changed at the broker itself, and whose terms there are not yet ours."""
    found = []
    for child in (child for one in stored for child in one.order.children):
        broker, theirs = child.broker, list(_orders_of(world, person, child))
        if len(theirs) == 1 and (broker, theirs[0].order_id) in world.raised and not theirs[0].ended:
            found.append(_other_terms(child, theirs[0]))
    return [words for words in found if words]


def check_changed(world: World, person: Person, stored: list[StoredOrder]) -> None:
    """What was changed at a broker itself is known here once it is quiet. Raises Broken."""
    found = drifting(world, person, stored)
    insist(not found, f"changed at the broker, and not here: {found}")


def _check_keys(person: Person, stored: list[StoredOrder], asked_for: Container[OrderId]) -> None:
    """One key is one order, whoever was killed in between; what no key of a person's asked for is an exit."""
    for key, made in [*person.made.items(), *person.exits.items()]:
        insist(len(made) == 1, f"the key {key} made {sorted(made)}")
    known = {one.order.id for one in stored}
    told = [order for made in (person.made, person.exits) for orders in made.values() for order in orders]
    missing = set(told) - known
    insist(not missing, f"answered and then forgotten: {sorted(missing)}")
    for one in stored:
        intent = one.order.intent
        if one.order.id not in asked_for:
            out = intent.order_type is OrderType.MARKET and intent.account is not None
            insist(out, f"nobody asked for {one.order.id}: {intent}")


def _check_order(world: World, person: Person, order: Order, asked: int) -> None:
    at_brokers = {child.id: list(_orders_of(world, person, child)) for child in order.children}
    spoken_for, own = 0, list[BrokerOrder]()
    for child in order.children:
        theirs = at_brokers[child.id]
        changed = any((child.broker, one.order_id) in world.raised for one in theirs)
        _check_child(child, theirs, changed=changed)
        mine = [one for one in theirs if not _is_repeat(theirs, one)]
        insist(len(mine) <= 1, f"{child.tag} was taken {len(mine)} times")
        own += mine
        # What came to an end with nothing done may be asked for again elsewhere; nothing else may.
        spoken_for += sum(one.quantity for one in mine if one.filled or not one.ended)
    most = max({asked, *person.totals.get(order.id, ())})
    most += sum(
        world.raised[child.broker, one.order_id] for child in order.children for one in at_brokers[child.id]
    )
    if not any(child.asked for child in order.children):
        insist(spoken_for <= most, f"{order.id}: {spoken_for} at the brokers, {most} asked")
    peak = _most_at_once(own)
    insist(peak <= most, f"{order.id}: {peak} at the brokers at one moment, {most} asked at most")


def _check_words(stored: StoredOrder) -> None:
    """A person who is told that nothing was done may order again: it must stay so. (The end of one of a broker's two
    orders is told in the same words, so those are left out.)"""
    for child in stored.order.children:
        told = [event.kind for event in stored.timeline if event.child_id == child.id]
        if "rejected" in told and len(child.broker_order_ids) < 2:
            insist(
                child.status is Status.REJECTED,
                f"{child.id} was called rejected and is {child.status.value}",
            )


def _most_at_once(theirs: list[BrokerOrder]) -> int:
    """The most units that were ever filled or could still be, over the whole history of an order's parts."""
    steps: list[tuple[datetime, int]] = []
    for one in theirs:
        before = 0
        for row in one.history:
            now = one.filled if row.stage in ENDED else row.quantity
            steps.append((row.at, now - before))
            before = now
    units = peak = 0
    for _, more in sorted(steps):  # what goes down at a moment goes down before what goes up
        units += more
        peak = max(peak, units)
    return peak


def _check_child(child: ChildOrder, theirs: list[BrokerOrder], *, changed: bool) -> None:
    """`changed`: somebody gave it other terms at the broker itself, and may have ended it before we saw them."""
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
    insist(child.changing is None, f"{child.id}: nobody knows whether {child.changing} is in force")
    if len(theirs) == 1 and not (changed and theirs[0].ended):
        words = _other_terms(child, theirs[0])
        insist(not words, words)
    if filled:
        _check_price(child, theirs, filled)


def _other_terms(child: ChildOrder, theirs: BrokerOrder) -> str:
    """What we call in force and is not; "" when all is."""
    if child.quantity_now != theirs.quantity:
        return f"{child.id} is for {child.quantity_now}, at the broker {theirs.quantity}"
    ours = child.price_now
    if child.order_type_now is not OrderType.LIMIT or theirs.ended:
        return ""
    if ours is None or ours.amount * 100 != theirs.price:
        return f"{child.id} is at {ours}, at the broker at {theirs.price} paise"
    return ""


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
    """Every order at a broker is known here, or was placed past us; and those are left alone."""
    tags = {child.tag for one in stored for child in one.order.children}
    for client in person.clients.values():
        for order in world.offices[client.broker].ledger(client.user_id).orders.values():
            strange = world.strange(client.broker, order)
            insist(
                strange is not (order.tag in tags), f"{order.order_id} at {client.user_id} is unknown to us"
            )
            meddled = strange and order.cancelled_by == "client" and not person.kills
            meddled = meddled and (client.broker, order.order_id) not in world.cleared
            insist(not meddled, f"{order.order_id} is not ours to cancel")


def _check_self_trades(world: World, person: Person, stored: list[StoredOrder]) -> None:
    """The exchange never had to part two plain orders of ours: what rests is known before the next is sent."""
    tags = {child.tag: child for one in stored for child in one.order.children}
    mine = [
        (tags.get(order.tag), order)
        for client in person.clients.values()
        for order in world.offices[client.broker].ledger(client.user_id).orders.values()
    ]
    for child, order in mine:
        if child is None or order.code != "self_trade":
            continue
        met = [
            (other, theirs)
            for other, theirs in mine
            if theirs.key == order.key and theirs.side is not order.side and theirs.exchange_number
        ]
        # A stop's release is told late, a broker's own second order later, and what it took long after it was
        # given up for later still.
        told = [one for one, _ in (*met, (child, order)) if one is not None]
        late = any(one.absent or one.order_type in STOPS or len(one.broker_order_ids) > 1 for one in told)
        plain = len(told) > len(met) and not late
        insist(not plain, f"{child.id} met an own order at the exchange: {[o.order_id for _, o in met]}")


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


def _check_idle(process: Process) -> None:
    trading = process.trading
    insist(not trading.sending, f"still sending {sorted(trading.sending)}")
    insist(not trading.stories, f"still telling {sorted(trading.stories)}")
    insist(not trading.running, f"still running {len(trading.running)} requests")

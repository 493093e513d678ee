"""Out of many orders, one position or all of them; what is proven is told apart from what was only asked."""

from __future__ import annotations

import asyncio
import hashlib
from collections.abc import Callable
from dataclasses import dataclass

from domain.account import AccountId, UserId
from domain.instrument import InstrumentId
from domain.order import Order, OrderIntent, OrderType, Product, Side
from domain.portfolio import AccountSnapshot
from domain.position import Position
from domain.routing import Denied
from orchestrator.accounts.connections import Connection
from orchestrator.errors import Problem
from orchestrator.identity.caller import Caller
from orchestrator.orders import finding
from orchestrator.orders.cancel import cancel
from orchestrator.orders.leaving import SKEW, Leaving, leaving
from orchestrator.orders.permit import outside_policy, visible, without_effect
from orchestrator.orders.place import place
from orchestrator.orders.rows import StoredOrder
from orchestrator.orders.trading import Trading

MOST_ORDERS = 1000
LOOKS, PAUSE = 10, 0.5  # of a proof that everything is flat, seconds apart

Wanted = Callable[[Order], bool]


async def cancel_many(
    trading: Trading, *, user_id: UserId, wanted: Wanted, caller: Caller | None = None
) -> list[StoredOrder]:
    """Ask for the cancel of every open order that is wanted; as they are afterwards. One that ended meanwhile is left
    as it is. Raises Problem 403 for a token that only tries things."""
    if refused := without_effect(caller):
        raise outside_policy(refused)
    stored = await trading.db.read(
        lambda conn: finding.page(conn, user_id, status="open", before=None, limit=MOST_ORDERS)
    )
    mine = [one for one in stored if wanted(one.order) and visible(caller, one.order)]
    return list(await asyncio.gather(*(_out(trading, one, caller) for one in mine)))


async def _out(trading: Trading, stored: StoredOrder, caller: Caller | None) -> StoredOrder:
    try:
        return await cancel(trading, user_id=stored.order.user_id, order_id=stored.order.id, caller=caller)
    except Problem:  # it ended by itself
        user_id, order_id = stored.order.user_id, stored.order.id
        return await trading.db.read(lambda conn: finding.load(conn, user_id, order_id)) or stored


@dataclass(frozen=True, slots=True)
class Exit:
    """One position to be left: `quantity` of it in units, None for all."""

    account_id: AccountId
    instrument: InstrumentId
    product: Product
    quantity: int | None = None


async def exit_position(
    trading: Trading, connection: Connection, exit: Exit, *, key: str, caller: Caller | None = None
) -> tuple[StoredOrder, bool] | Denied:
    """A market order for what is held, less what is on its way out already. Raises Problem 409 when nothing is left.

    The account is read first; its exits are decided one after the other, so that two never turn the position round.
    """
    user_id = connection.account.user_id
    fingerprint = hashlib.sha256(f"exit {exit!r}".encode()).hexdigest()
    async with trading.exiting.setdefault(connection.account.id, asyncio.Lock()):
        kept = key if caller is None else caller.own(key)
        earlier = await trading.db.read(lambda conn: finding.replayed(conn, user_id, kept))
        if earlier is not None and earlier[1] == fingerprint:
            stored = await trading.db.read(lambda conn: finding.load(conn, user_id, earlier[0]))
            if stored is not None:
                return stored, True
        held, under_way = await _look(trading, connection, exit)
        if under_way.settling and (exit.quantity or abs(held)) > abs(held) - under_way.units:
            await asyncio.sleep(
                SKEW.total_seconds()
            )  # what traded a moment ago is surely in the next reading
            held, under_way = await _look(trading, connection, exit)
        intent = _closing(exit, held, under_way)
        return await place(
            trading, user_id=user_id, intent=intent, key=key, fingerprint=fingerprint, caller=caller
        )


async def _read_anew(trading: Trading, connection: Connection, exit: Exit) -> AccountSnapshot:
    """A reading begun after now. Raises Problem 503 when there is none, or the position may be what it lacks."""
    began = trading.clock()
    await trading.connections.refresh(connection.account.id)
    snapshot = connection.snapshot
    if snapshot is None or snapshot.stale_since is not None or snapshot.as_of < began:
        await trading.connections.refresh(connection.account.id)
        snapshot = connection.snapshot
    label = connection.account.label
    if snapshot is None or snapshot.stale_since is not None or snapshot.as_of < began:
        raise Problem(503, "position_unknown", f"the positions of {label} cannot be read now")
    if snapshot.unread and not _held(exit, snapshot.positions):
        raise Problem(503, "position_unknown", f"{label}: {snapshot.unread[0]}")
    return snapshot


async def _look(trading: Trading, connection: Connection, exit: Exit) -> tuple[int, Leaving]:
    """Net units by a reading begun now, and what of them is on its way out already."""
    snapshot = await _read_anew(trading, connection, exit)
    held = _held(exit, snapshot.positions)
    if not held:
        raise Problem(409, "no_position", f"no open position in {exit.instrument} as {exit.product.value}")
    found = await trading.db.read(
        lambda conn: leaving(
            conn,
            connection.account.user_id,
            exit.instrument,
            side=_side(held),
            product=exit.product,
            read_at={exit.account_id: snapshot.as_of},
            now=trading.clock(),
        )
    )
    return held, found.get(exit.account_id, Leaving())


def _side(held: int) -> Side:
    """The side that leaves a position."""
    return Side.SELL if held > 0 else Side.BUY


def _closing(exit: Exit, held: int, under_way: Leaving) -> OrderIntent:
    """The order that leaves what is left. Raises Problem 409 when that is nothing."""
    left = abs(held) - under_way.units
    if left <= 0:
        raise Problem(
            409,
            "exit_under_way",
            f"orders for all {abs(held)} are on their way",
            rule="a position is not left twice",
            fix="cancel those orders first, or wait for them",
        )
    return OrderIntent(
        instrument=exit.instrument,
        side=_side(held),
        quantity=min(left, exit.quantity or left),
        order_type=OrderType.MARKET,
        product=exit.product,
        account=exit.account_id,
    )


def _held(exit: Exit, positions: tuple[Position, ...]) -> int:
    """Net units."""
    mine = (one for one in positions if one.instrument == exit.instrument and one.product is exit.product)
    return sum(one.quantity for one in mine)


@dataclass(frozen=True, slots=True)
class Flat:
    """What became of one account. `flat` True or False is proven by a reading after the exits; None is not known."""

    connection: Connection
    flat: bool | None
    left: tuple[Position, ...]
    refused: tuple[str, ...]


async def exit_all(
    trading: Trading, *, user_id: UserId, key: str, caller: Caller | None = None
) -> tuple[list[StoredOrder], list[Flat]]:
    """Cancel every open order, leave every position, then read every account until it is flat or time is up."""
    orders = await cancel_many(trading, user_id=user_id, wanted=lambda order: True, caller=caller)
    mine = [
        one for one in trading.connections.of_user(user_id) if caller is None or caller.sees(one.account.id)
    ]
    parts = await asyncio.gather(*(_leave(trading, one, key, caller) for one in mine))
    return [*orders, *(stored for part, _ in parts for stored in part)], [flat for _, flat in parts]


async def _leave(
    trading: Trading, connection: Connection, key: str, caller: Caller | None
) -> tuple[list[StoredOrder], Flat]:
    placed: list[StoredOrder] = []
    refused: list[str] = []
    if not connection.ready:
        return placed, Flat(connection, None, (), ("it is not connected",))
    await trading.connections.refresh(connection.account.id)
    for position in _open(connection):
        exit = Exit(connection.account.id, position.instrument, position.product)
        name = f"{position.instrument} {position.product.value}"
        try:
            # One key for each position: asked again, the same request finds the orders it made.
            own_key = hashlib.sha256(f"{key} {exit!r}".encode()).hexdigest()
            outcome = await exit_position(trading, connection, exit, key=own_key, caller=caller)
        except Problem as problem:
            refused.append(f"{name}: {problem.detail}")
            continue
        if isinstance(outcome, Denied):
            refused.append(f"{name}: {outcome.reasons[0].message if outcome.reasons else 'refused'}")
        else:
            placed.append(outcome[0])
    return placed, await _proven(trading, connection, refused)


async def _proven(trading: Trading, connection: Connection, refused: list[str]) -> Flat:
    left: tuple[Position, ...] = ()
    for look in range(LOOKS):
        began = trading.clock()
        await trading.connections.refresh(connection.account.id)
        snapshot = connection.snapshot
        if snapshot is None or snapshot.stale_since is not None:
            return Flat(connection, None, left, (*refused, "its positions cannot be read now"))
        left = _open(connection)
        if not left and snapshot.unread:
            return Flat(connection, None, left, (*refused, *snapshot.unread))
        if not left and snapshot.as_of >= began:
            return Flat(connection, True, (), tuple(refused))
        if look + 1 < LOOKS:
            await asyncio.sleep(PAUSE)
    return Flat(connection, False if left else None, left, tuple(refused))


def _open(connection: Connection) -> tuple[Position, ...]:
    positions = connection.snapshot.positions if connection.snapshot else ()
    return tuple(one for one in positions if one.quantity)

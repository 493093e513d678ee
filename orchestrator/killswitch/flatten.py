"""Closes an account's positions with ordinary orders of ours, each recorded before it is sent, and never twice."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime, timedelta

from sqlalchemy import Connection as SqlConnection

from domain.account import UserId
from domain.calendar import IST
from domain.limits import Switch
from domain.order import ChildOrder, OrderIntent, OrderType, Product, Side
from domain.position import Position
from domain.routing import Denied
from orchestrator.accounts.connections import Connection
from orchestrator.errors import Problem
from orchestrator.guards.repository import day_began
from orchestrator.ids import new_id
from orchestrator.orders import finding
from orchestrator.orders import place as placing
from orchestrator.orders.trading import Trading

# Shares bought for delivery are owned, not a position to be closed.
CLOSED = frozenset({Product.MIS, Product.NRML})
# A broker's positions may lag behind its trades; an exit that was just filled must be seen in them first.
SETTLED = timedelta(seconds=4)
MOST_SLICES = 10  # orders of the freeze quantity in one go; the rest follows in the next pass


async def flatten(
    trading: Trading, user_id: UserId, switch: Switch, connection: Connection, began: datetime
) -> tuple[int | None, str]:
    """How many positions a reading begun after `began` shows open (None: there was none), with their exits sent."""
    await trading.connections.refresh(connection.account.id)
    seen = connection.snapshot
    if seen is None or seen.stale_since is not None or seen.as_of < began:
        return None, "Positions could not be read; it is tried again."
    words = ""
    positions = [one for one in seen.positions if one.quantity and one.product in CLOSED]
    for position in positions:
        words = await _exit(trading, user_id, switch, connection, position, seen.as_of) or words
    if seen.unread and not positions:
        return None, f"{seen.unread[0]}: close it in {connection.terms.name}'s app."
    return len(positions), words


async def _exit(
    trading: Trading,
    user_id: UserId,
    switch: Switch,
    connection: Connection,
    position: Position,
    read_at: datetime,
) -> str:
    """Send one exit, unless an earlier one may still be under way or not be in the reading yet."""
    side = Side.SELL if position.quantity > 0 else Side.BUY

    def earlier(conn: SqlConnection) -> list[ChildOrder]:
        since = day_began(trading.clock())
        live = finding.live_in(conn, user_id, position.instrument)
        ended = finding.ended_in(conn, user_id, position.instrument, since)
        mine = [one for one in (*live, *ended) if one.account_id == connection.account.id]
        return [one for one in mine if one.product is position.product and _unsettled(one, read_at)]

    if before := await trading.db.read(earlier):
        return _waits(before, position)
    instrument = trading.instruments.get(position.instrument)
    freeze = instrument.freeze if instrument else None
    quantity = abs(position.quantity)
    intent = OrderIntent(
        instrument=position.instrument,
        side=side,
        quantity=min(quantity, freeze * MOST_SLICES) if freeze else quantity,
        order_type=OrderType.MARKET,
        product=position.product,
        account=connection.account.id,
    )
    key = f"{new_id('kill')}-{switch.number}"
    try:
        outcome = await placing.place(trading, user_id=user_id, intent=intent, key=key, fingerprint=key)
    except Problem as problem:
        return f"{position.instrument} cannot be closed: {problem.detail}."
    if isinstance(outcome, Denied):
        said = outcome.reasons[0].message if outcome.reasons else "no account takes it"
        at = trading.clock().astimezone(IST)
        return f"{position.instrument} is not closed ({at:%H:%M:%S} IST): {said}"
    return f"An exit of {quantity} {position.instrument} was sent."


def _unsettled(child: ChildOrder, read_at: datetime) -> bool:
    if child.live_quantity:
        return True
    news = child.progressed_at
    return news is not None and news >= read_at - SETTLED


def _waits(before: Sequence[ChildOrder], position: Position) -> str:
    """What is waited for: at a price limit nobody takes the other side, and an exit may rest for hours."""
    resting = [one.accepted_at for one in before if one.live_quantity and one.accepted_at is not None]
    if not resting:
        return f"An order in {position.instrument} is under way, or just filled: the next reading tells."
    first = min(resting).astimezone(IST)
    return (
        f"An order in {position.instrument} is at the exchange since {first:%H:%M:%S} IST and not filled yet."
    )

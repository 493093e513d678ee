"""Conversions and conditional orders: each was made once at most, and the record of it says what is true."""

from __future__ import annotations

import json
from collections import defaultdict
from datetime import datetime
from typing import Any

import sqlalchemy as sa

from orchestrator.orders.conditionals import CANCEL, PLACE
from orchestrator.orders.requests import Outcome
from orchestrator.tables.orders import broker_requests
from tests.simulation.person import Person
from tests.simulation.product import Process
from tests.simulation.verdict import insist
from tests.simulation.world import World

CONVERT = "convert"
OPEN_ENDED = (Outcome.ASKED, Outcome.UNKNOWN)


async def check(process: Process, world: World, person: Person, killed: datetime | None) -> None:
    """Raises Broken. `killed`: when the product was killed last; what it was asking then, nobody knows."""
    query = sa.select(broker_requests).where(broker_requests.c.user_id == person.user_id)
    rows = await process.call(process.parts.db.read(lambda conn: conn.execute(query).all()))
    by_account: dict[str, list[Any]] = defaultdict(list)
    for row in rows:
        by_account[row.account_id].append(row)
        left = row.outcome == Outcome.ASKED and (killed is None or row.asked_at > killed)
        insist(not left, f"{row.id} ({row.kind}) was left half done with no crash after it")
        insist(row.outcome != Outcome.REJECTED or bool(row.words), f"{row.id} is refused for no reason")
    for account, client in person.clients.items():
        _check_conditionals(world, client, by_account[account])
        _check_conversions(world, client, by_account[account])


def _check_conditionals(world: World, client: Any, rows: list[Any]) -> None:
    kept = {one.conditional_id: one for one in world.offices[client.broker].conditionals.list(client.user_id)}
    asked = [row for row in rows if row.kind == PLACE]
    done = {row.result for row in asked if row.outcome == Outcome.DONE}
    insist(done <= set(kept), f"{client}: {sorted(done - set(kept))} is not at the broker")
    perhaps = sum(row.outcome in OPEN_ENDED for row in asked)
    insist(
        len(set(kept) - done) <= perhaps,
        f"{client}: {len(set(kept) - done)} conditional orders of {perhaps} unclear requests",
    )
    ended = {row.result for row in rows if row.kind == CANCEL and row.outcome == Outcome.DONE}
    alive = [one for one in sorted(ended & set(kept)) if kept[one].status.value == "active"]
    insist(not alive, f"{client}: {alive} were cancelled and still wait")


def _check_conversions(world: World, client: Any, rows: list[Any]) -> None:
    """What the broker moved are the requests it confirmed, and perhaps some whose answer was lost."""
    moved = [
        (one.key, one.side.name, one.quantity, one.old.value, one.new.value)
        for one in world.records.converted
        if one.client == client
    ]
    asked = [row for row in rows if row.kind == CONVERT]
    # First those that were confirmed: one of which nobody knows must not take the move of its twin.
    for row in sorted(asked, key=lambda row: row.outcome != Outcome.DONE):
        body = json.loads(row.body)
        one = (
            f"{body['exchange']}:{body['symbol']}",
            body["side"],
            body["quantity"],
            body["old"],
            body["new"],
        )
        if one in moved and row.outcome != Outcome.REJECTED:
            moved.remove(one)
        elif row.outcome == Outcome.DONE:
            insist(False, f"{client}: the conversion {one} was confirmed and not made")
    insist(not moved, f"{client}: {moved} were converted and nobody asked, or they were refused")

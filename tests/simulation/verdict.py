"""What all checks of a run share: how one fails, and which orders people asked for."""

from __future__ import annotations

from sqlalchemy import Connection

from domain.order import OrderId
from orchestrator.orders import finding
from tests.simulation.person import Person
from tests.simulation.product import Process


class Broken(AssertionError):
    """An invariant does not hold."""


def insist(true: bool, words: str) -> None:
    if not true:
        raise Broken(words)


async def orders_of_keys(process: Process, person: Person) -> dict[OrderId, int]:
    """What the keys of a person's own orders made, answered or not, with the units asked. Any other is an exit."""

    def work(conn: Connection) -> dict[OrderId, int]:
        found = [
            (finding.replayed(conn, person.user_id, key), wanted) for key, wanted in person.asked.items()
        ]
        return {one[0]: wanted.quantity for one, wanted in found if one is not None}

    found: dict[OrderId, int] = await process.call(process.parts.db.read(work))
    return found

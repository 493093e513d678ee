"""What is told of kept events: what an order or an approval is like is read now, where someone watches."""

from __future__ import annotations

from collections.abc import Sequence

from domain.order import OrderId
from orchestrator.bus import PASSED, Event, Kept, user_topic
from orchestrator.orders import finding, repository, waiting
from orchestrator.orders.approval_schemas import ApprovalOut
from orchestrator.orders.schemas import OrderOut
from orchestrator.storage.db import Database

ORDER, APPROVAL = repository.ORDER_CHANGED["type"], waiting.APPROVAL_CHANGED["type"]
FEW = 10  # orders read and rendered in one go


class Shown:
    """Makes of kept events what their users are told."""

    def __init__(self, db: Database) -> None:
        self._db = db

    async def __call__(self, kept: Sequence[Kept]) -> list[Event]:
        """One for each, in order: an order or an approval as it is now, anything else as it was kept."""
        named = dict.fromkeys((one.type, one.thing) for one in kept if one.data is None)
        shown = await self._orders([OrderId(thing) for kind, thing in named if kind == ORDER])
        shown |= await self._approvals([thing for kind, thing in named if kind == APPROVAL])
        return [_event(one, shown.get(one.thing)) for one in kept]

    async def _approvals(self, ids: Sequence[str]) -> dict[str, dict[str, object]]:
        found = await self._db.read(lambda conn: waiting.load_many(conn, ids)) if ids else []
        return {one.id: ApprovalOut.of(one).model_dump(mode="json") for one in found}

    async def _orders(self, ids: Sequence[OrderId]) -> dict[str, dict[str, object]]:
        orders: dict[str, dict[str, object]] = {}
        for start in range(0, len(ids), FEW):
            some = ids[start : start + FEW]
            for stored in await self._db.read(lambda conn, some=some: finding.load_many(conn, some)):  # type: ignore[misc]
                orders[stored.order.id] = OrderOut.of(stored).model_dump(mode="json")
        return orders


def _event(one: Kept, thing: dict[str, object] | None) -> Event:
    """Of what is gone, as its user is, nothing is told but that there was something."""
    data = one.data if one.data is not None else thing
    kind = one.type if data is not None else PASSED
    return Event(user_topic(one.user_id), one.seq, one.at, kind, data or {}, kept=True)

"""What a program's user will hold of an instrument: by a reading made now, and with what orders under way will change.

A fill is at the broker a moment before we hear of it, and may be in our book a moment before it is in the broker's
positions. A position that is read while its orders move would count a fill twice, or not at all; so it is looked again
until nothing has moved around the reading.
"""

from __future__ import annotations

import asyncio
from dataclasses import dataclass
from datetime import datetime, timedelta

from domain.calendar import IST
from domain.instrument import Instrument
from domain.order import Side
from orchestrator.openalgo.desk import Desk, Json, Refused

WORKING = ("SUBMITTING", "UNKNOWN", "OPEN", "PARTIALLY_FILLED")
SETTLING = timedelta(seconds=2)  # in which a fill is surely known to both
LOOKS = 4


@dataclass(frozen=True, slots=True)
class Moves:
    """The orders of one position: what each has traded and may still, and when one of them traded last."""

    orders: tuple[tuple[str, str, int, int], ...]  # id, status, filled, what it may still add
    traded_at: datetime | None

    @property
    def coming(self) -> int:
        return sum(one[3] for one in self.orders)

    @property
    def working(self) -> bool:
        return any(one[3] for one in self.orders)


async def will_hold(desk: Desk, one: Instrument, product: str) -> int:
    """Units over all accounts. Raises Refused when an account cannot be read, since its position would be taken for
    none, and when its orders do not come to rest."""
    wanted: Json = {"exchange": one.id.exchange, "symbol": one.id.symbol, "product": product}
    for _ in range(LOOKS):
        before = await _moves(desk, wanted)
        book = await desk.read("/v1/portfolio/refresh", body={})
        if book["gaps"]:
            gap = book["gaps"][0]
            raise Refused(
                503, f"the positions of {gap['label']} are not known now ({gap['reason']}); nothing was sent"
            )
        fresh = _settled(before, book)
        if before.working or not fresh:
            await asyncio.sleep(SETTLING.total_seconds())
        if fresh and await _moves(desk, wanted) == before:
            held = sum(row["quantity"] for row in book["positions"] if fits(row, wanted))
            return int(held) + before.coming
    raise Refused(
        503, f"orders of {one.id} are trading just now: what is held is not clear; nothing was sent"
    )


def fits(row: Json, wanted: Json) -> bool:
    return all(row[name] == value for name, value in wanted.items())


def _settled(moves: Moves, book: Json) -> bool:
    """Whether the reading surely has what was traded before it."""
    read_at = book["totals"]["as_of"]
    if moves.traded_at is None or read_at is None:
        return True
    return moves.traded_at < datetime.fromisoformat(read_at) - SETTLING


async def _moves(desk: Desk, wanted: Json) -> Moves:
    today = f"{desk.now.astimezone(IST).date()}"
    found = {
        order["id"]: order
        for query in ({"status": "all", "from": today}, {"status": "open"})
        for order in await desk.pages("/v1/orders", {**query, "symbol": wanted["symbol"]})
        if fits(order, wanted)
    }
    traded = [
        datetime.fromisoformat(event["at"])
        for order in found.values()
        if order["filled_quantity"]
        for event in order["timeline"]
    ]
    rows = ((one["id"], one["status"], one["filled_quantity"], _coming(one)) for one in found.values())
    return Moves(tuple(sorted(rows)), max(traded, default=None))


def _coming(order: Json) -> int:
    if order["status"] not in WORKING:
        return 0
    units: int = order["pending_quantity"]
    return units if order["side"] == Side.BUY else -units

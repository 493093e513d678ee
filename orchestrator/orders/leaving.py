"""What of a position is on its way out already: by orders that may still trade, and by fills no reading shows yet."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta

from sqlalchemy import Connection

from domain.account import AccountId, UserId
from domain.instrument import InstrumentId
from domain.order import ChildOrder, Product, Side
from orchestrator.guards.repository import day_began
from orchestrator.orders import finding

SKEW = timedelta(seconds=2)  # between the exchanges' clocks and ours; Groww tells fills in whole seconds


@dataclass(frozen=True, slots=True)
class Leaving:
    """Units of one account: `live` may still trade, `settling` traded so lately that a reading may not show it."""

    live: int = 0
    settling: int = 0

    @property
    def units(self) -> int:
        return self.live + self.settling


def newer(child: ChildOrder, read_at: datetime | None) -> bool:
    """Whether a fill of it may be missing in positions whose reading began at `read_at`; None: never read."""
    news = child.progressed_at
    return news is not None and (read_at is None or news >= read_at - SKEW)


def leaving(
    conn: Connection,
    user_id: UserId,
    instrument: InstrumentId,
    *,
    side: Side,
    product: Product,
    read_at: Mapping[AccountId, datetime],
    now: datetime,
) -> dict[AccountId, Leaving]:
    """By account, what today's orders of one side and product may still trade, or have since its last reading.

    Rather too much than too little: an order that filled in parts before and after the reading counts whole.
    """
    found: dict[AccountId, Leaving] = {}
    live = finding.live_in(conn, user_id, instrument, side)
    ended = finding.ended_in(conn, user_id, instrument, day_began(now))
    for child in (*live, *ended):
        if child.side is not side or child.product is not product:
            continue
        so_far = found.get(child.account_id, Leaving())
        settling = child.filled_quantity if newer(child, read_at.get(child.account_id)) else 0
        found[child.account_id] = Leaving(so_far.live + child.live_quantity, so_far.settling + settling)
    return found

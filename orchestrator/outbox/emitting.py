"""Keeps an event in the transaction of what it tells of: both are durable, or neither."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from typing import Any

import orjson
import sqlalchemy as sa
from sqlalchemy import Connection

from domain.account import UserId
from orchestrator.storage.prepared import Prepared
from orchestrator.tables.outbox import outbox

ADD = sa.insert(outbox)
KEEP = Prepared(ADD)


def emit(
    conn: Connection, user_id: UserId, event: Mapping[str, Any], *, at: datetime, thing: str = ""
) -> None:
    """`event` is {"type": ..., "data": {...}}, plain JSON values; without `data` it is read when it is told.

    `thing` names what the event is the newest state of: one that was not told yet is replaced by a newer one. Nobody
    hears of it before the transaction is durable; then whoever has the bus says `nudge`, or it is told a moment later.
    """
    KEEP.run(conn, kept_row(user_id, event, at=at, thing=thing))


def kept_row(user_id: UserId, event: Mapping[str, Any], *, at: datetime, thing: str = "") -> dict[str, Any]:
    """The row of an event that a statement of the caller's writes (see `emit`)."""
    data = event.get("data")
    return {
        "user_id": user_id,
        "type": event["type"],
        "thing": thing,
        "data": None if data is None else orjson.dumps(data).decode(),
        "at": at,
        "position": None,
        "seq": None,
    }

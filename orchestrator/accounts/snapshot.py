"""One reading of one account: funds, holdings and positions, each part or nothing; a row that is missing is named."""

from __future__ import annotations

import asyncio
from dataclasses import replace

from adapters.guard import Guarded
from adapters.rows import unread
from domain.errors import SessionExpired
from domain.portfolio import AccountSnapshot
from orchestrator.accounts.connection import Connection
from orchestrator.state import Clock


async def read_snapshot(connection: Connection, broker: Guarded, clock: Clock) -> AccountSnapshot:
    """Everything in one pass. Raises the first BrokerError once all parts have ended; a dead session first."""
    as_of = clock()
    parts = await asyncio.gather(
        broker.margin(), broker.holdings(), broker.positions(), return_exceptions=True
    )
    failures = [part for part in parts if isinstance(part, BaseException)]
    if failures:
        raise next((one for one in failures if isinstance(one, SessionExpired)), failures[0])
    margin, holdings, positions = parts
    return AccountSnapshot(
        account_id=connection.account.id,
        broker=connection.account.broker,
        label=connection.account.label,
        margin=margin,  # type: ignore[arg-type]
        holdings=tuple(holdings),  # type: ignore[arg-type]
        positions=tuple(positions),  # type: ignore[arg-type]
        as_of=as_of,
        unread=(*unread(holdings), *unread(positions)),  # type: ignore[arg-type]
    )


def numbers(snapshot: AccountSnapshot) -> tuple[object, ...]:
    """What a person would call a change: prices alone are none."""
    return (
        snapshot.margin,
        snapshot.unread,
        tuple(replace(one, last_price=None, close_price=None) for one in snapshot.holdings),
        tuple(replace(one, last_price=None, close_price=None) for one in snapshot.positions),
    )

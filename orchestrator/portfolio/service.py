"""The user's portfolio out of the last readings of all accounts and the newest prices. From memory, no database."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import replace
from datetime import datetime

from aggregation.portfolio import build
from domain.account import AccountState, UserId
from domain.calendar import IST
from domain.instrument import InstrumentId
from domain.portfolio import AccountSnapshot, Gap, Portfolio
from domain.position import Holding, Position
from orchestrator.accounts.connections import Connection, Connections
from orchestrator.instruments.service import Instruments
from orchestrator.market.hub import Hub

PRICE_WAIT = 1.0  # seconds that a first look waits for prices nobody has told yet


async def portfolio(
    user_id: UserId, *, connections: Connections, instruments: Instruments, hub: Hub, now: datetime
) -> Portfolio:
    """Consolidated over all the user's accounts. What it shows is streamed from now on for a while."""
    mine = await connections.ready(user_id)
    snapshots = [one.snapshot for one in mine if one.snapshot is not None]
    names = _named(snapshots, instruments)
    hub.glance(names)
    unpriced = _unpriced(snapshots) & names
    if unpriced:
        await hub.prime(unpriced, patience=PRICE_WAIT)
    whole = build(
        snapshots,
        hub.prices.of(names),
        isins=instruments.isins(names),
        missing=[_missing(one, now) for one in mine if one.snapshot is None and _was_connected(one)],
        as_of=now,
    )
    by_id = {one.account.id: one for one in mine}
    return replace(whole, gaps=tuple(_explained(gap, by_id[gap.account_id]) for gap in whole.gaps))


def _named(snapshots: Sequence[AccountSnapshot], instruments: Instruments) -> set[InstrumentId]:
    """Everything held, by the listing that prices it: a share held on BSE is also followed on NSE."""
    held = {part.instrument for part in _parts(snapshots)}
    shares = [instruments.get(name) for name in held]
    return held | {instruments.same_share(share)[0] for share in shares if share is not None}


def _parts(snapshots: Iterable[AccountSnapshot]) -> list[Holding | Position]:
    parts: list[Holding | Position] = []
    for one in snapshots:
        parts += [*one.holdings, *one.positions]
    return parts


def _unpriced(snapshots: Iterable[AccountSnapshot]) -> set[InstrumentId]:
    """What no account gave a price for."""
    parts = _parts(snapshots)
    priced = {part.instrument for part in parts if part.last_price is not None}
    return {part.instrument for part in parts} - priced


def _was_connected(connection: Connection) -> bool:
    """An account whose first login was never finished owns nothing that could be missing."""
    return connection.account.state in (AccountState.CONNECTED, AccountState.LOGIN_NEEDED)


def _missing(connection: Connection, now: datetime) -> Gap:
    account = connection.account
    since = connection.failing_since or connection.connected_at or now
    return Gap(account.id, account.broker, account.label, since, f"{account.label} was not read yet")


def _explained(gap: Gap, connection: Connection) -> Gap:
    """With the state of the account as the reason, where that says more than silence."""
    if connection.account.state is not AccountState.LOGIN_NEEDED:
        return gap
    seen = connection.snapshot
    numbers = f"; its numbers are from {seen.as_of.astimezone(IST):%H:%M:%S}" if seen else ""
    return replace(gap, reason=f"{gap.label} needs a login{numbers}")

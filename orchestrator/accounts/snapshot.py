"""One reading of one account: funds, holdings and positions; what is missing is named, and never makes it smaller."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable, Iterator, Sequence
from dataclasses import dataclass, replace
from typing import TypeVar

from adapters.guard import Guarded
from adapters.rows import unread
from domain.errors import BrokerError, SessionExpired
from domain.money import ZERO
from domain.portfolio import AccountSnapshot
from domain.position import Holding
from orchestrator.accounts.connection import Connection
from orchestrator.state import Clock

T = TypeVar("T")
SHARES = 2  # in `numbers`: from here on it is what is owned and traded


@dataclass(frozen=True, slots=True)
class Reading:
    """What one pass over an account gave. `snapshot`: the account as it is known now; None when nothing new was told.

    `failures` are empty when everything was read. What could be read beside a failure is in the snapshot.
    """

    snapshot: AccountSnapshot | None
    failures: tuple[BrokerError, ...] = ()

    @property
    def refusal(self) -> SessionExpired | None:
        """The broker's word that the session is dead."""
        return next((one for one in self.failures if isinstance(one, SessionExpired)), None)


async def read_snapshot(connection: Connection, broker: Guarded, clock: Clock) -> Reading:
    """Everything in one pass, the parts at the same time.

    Holdings and positions are taken together or not at all: shares move from one to the other over night, and a new
    list beside an old one would count them twice or lose them. Funds stand alone.
    """
    as_of = clock()
    margin, holdings, positions = await asyncio.gather(
        _told(broker.margin), _told(broker.holdings), _told(broker.positions)
    )
    parts = {"funds": margin, "holdings": holdings, "positions": positions}
    failures = tuple(part for part in parts.values() if isinstance(part, BrokerError))
    before = connection.snapshot
    if isinstance(holdings, BrokerError) or isinstance(positions, BrokerError):
        if before is None or isinstance(margin, BrokerError):
            return Reading(None, failures)
        lacking = [name for name in ("holdings", "positions") if isinstance(parts[name], BrokerError)]
        old = replace(before.aged(clock()), lacking=" and ".join(lacking))
        return Reading(replace(old, margin=margin, margin_as_of=as_of, margin_stale_since=None), failures)
    if isinstance(margin, BrokerError):
        if before is None:
            return Reading(None, failures)
        funds, funds_as_of = before.margin, before.funds_as_of
    else:
        funds, funds_as_of = margin, as_of
    whole = AccountSnapshot(
        account_id=connection.account.id,
        broker=connection.account.broker,
        label=connection.account.label,
        margin=funds,
        holdings=(*holdings, *_sold_out(before, holdings)),
        positions=tuple(positions),
        as_of=as_of,
        unread=(*unread(holdings), *unread(positions)),
        margin_as_of=funds_as_of,
    )
    if before is not None and failures:
        whole = replace(whole, margin_stale_since=before.margin_stale_since or clock(), lacking="funds")
    return Reading(whole, failures)


def _sold_out(before: AccountSnapshot | None, holdings: Sequence[Holding]) -> Iterator[Holding]:
    """Holdings that a broker lists no more once all of it is sold: nothing is left of them but what they had cost."""
    listed = {(one.isin, one.product) for one in holdings}
    for one in before.holdings if before is not None else ():
        if (one.isin, one.product) not in listed:
            yield Holding(
                instrument=one.instrument,
                isin=one.isin,
                quantity=0,
                t1_quantity=0,
                sellable_quantity=0,
                average_price=one.average_price,
                product=one.product,
                loan=ZERO,
            )


async def _told(call: Callable[[], Awaitable[T]]) -> T | BrokerError:
    """A failure as a value, so that the other parts are waited for."""
    try:
        return await call()
    except BrokerError as error:
        return error


def numbers(snapshot: AccountSnapshot) -> tuple[object, ...]:
    """What a person would call a change: prices alone are none."""
    return (
        snapshot.margin,
        snapshot.unread,
        tuple(replace(one, last_price=None, close_price=None) for one in snapshot.holdings),
        tuple(replace(one, last_price=None, close_price=None) for one in snapshot.positions),
    )

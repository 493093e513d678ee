"""One portfolio out of many accounts. Totals are exactly the sums of the lines; what is old or missing is named."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import datetime

from aggregation import holdings, positions
from aggregation.holdings import Isins
from aggregation.valuation import total
from domain.calendar import IST
from domain.instrument import InstrumentId
from domain.portfolio import (
    AccountSnapshot,
    Funds,
    Gap,
    HoldingLine,
    LastPrice,
    Portfolio,
    PositionLine,
    Totals,
)


def build(
    snapshots: Sequence[AccountSnapshot],
    prices: Mapping[InstrumentId, LastPrice],
    *,
    isins: Isins,
    missing: Sequence[Gap] = (),
    as_of: datetime,
) -> Portfolio:
    """The consolidated view at `as_of` (aware).

    `isins` names the share behind each listing of `prices` and of the delivery positions. `missing` are accounts
    that have no snapshot at all: their money is in no total, and they are among the gaps. A stale snapshot counts
    with its last known numbers and is a gap as well, and so is one of which rows could not be read. A total is None
    when a number inside it is not known.
    """
    ordered = sorted(snapshots, key=lambda one: one.account_id)
    held = holdings.lines(ordered, prices, isins)
    traded = positions.lines(ordered, prices, isins)
    funds = tuple(
        Funds(one.account_id, one.broker, one.label, one.margin, one.as_of, one.stale_since is not None)
        for one in ordered
    )
    gaps = [
        *missing,
        *(_stale(one, one.stale_since) for one in ordered if one.stale_since is not None),
        *(_incomplete(one) for one in ordered if one.unread),
    ]
    return Portfolio(
        as_of=as_of,
        totals=_totals(held, traded, funds),
        holdings=held,
        positions=traded,
        funds=funds,
        gaps=tuple(sorted(gaps, key=lambda gap: (gap.since, gap.account_id))),
    )


def _totals(held: Sequence[HoldingLine], traded: Sequence[PositionLine], funds: Sequence[Funds]) -> Totals:
    return Totals(
        value=total(line.value for line in held),
        invested=total(line.invested for line in held),
        pnl=total((*(line.pnl for line in held), *(line.pnl for line in traded))),
        day_pnl=total((*(line.day_pnl for line in held), *(line.day_pnl for line in traded))),
        # With no account read at all there is nothing to add up: not known, not zero.
        cash=total(one.margin.cash for one in funds) if funds else None,
        margin_available=total(one.margin.available for one in funds) if funds else None,
    )


def _stale(snapshot: AccountSnapshot, since: datetime) -> Gap:
    read = snapshot.as_of.astimezone(IST)
    reason = f"{snapshot.label} does not answer; its numbers are from {read:%H:%M:%S}"
    return Gap(snapshot.account_id, snapshot.broker, snapshot.label, since, reason)


def _incomplete(snapshot: AccountSnapshot) -> Gap:
    more = f" (and {len(snapshot.unread) - 1} more)" if len(snapshot.unread) > 1 else ""
    reason = f"{snapshot.label} told something that is not shown here: {snapshot.unread[0]}{more}"
    return Gap(snapshot.account_id, snapshot.broker, snapshot.label, snapshot.as_of, reason)

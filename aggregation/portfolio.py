"""One portfolio out of many accounts. Totals are exactly the sums of the lines; what is old or missing is named."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from datetime import datetime

from aggregation import holdings, positions
from aggregation.deliveries import loan, unsettled
from aggregation.holdings import Isins
from aggregation.valuation import total
from domain.account import AccountId
from domain.calendar import IST
from domain.instrument import InstrumentId
from domain.money import Money
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

Line = HoldingLine | PositionLine
# What is added up over which lines.
OVER_HOLDINGS = ("value", "invested", "pnl", "day_pnl")
OVER_POSITIONS = ("pnl", "day_pnl")


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
    sums: dict[str, Money | None] = {}
    for name in OVER_HOLDINGS:
        parts = [getattr(line, name) for line in held]
        if name in OVER_POSITIONS:
            parts += [getattr(line, name) for line in traded]
        sums[name] = total(parts)
    return assembled(ordered, held, traded, sums, missing=missing, as_of=as_of)


def assembled(
    ordered: Sequence[AccountSnapshot],
    held: tuple[HoldingLine, ...],
    traded: tuple[PositionLine, ...],
    sums: Mapping[str, Money | None],
    *,
    missing: Sequence[Gap],
    as_of: datetime,
) -> Portfolio:
    """The whole out of its lines and their `sums`; `ordered` are the snapshots by account."""
    funds = tuple(funds_of(one) for one in ordered)
    return Portfolio(
        as_of=as_of,
        totals=totals(ordered, funds, sums, missing=missing, priced_as_of=oldest_price((*held, *traded))),
        holdings=held,
        positions=traded,
        funds=funds,
        gaps=gaps(ordered, missing),
    )


def funds_of(snapshot: AccountSnapshot) -> Funds:
    return Funds(
        snapshot.account_id,
        snapshot.broker,
        snapshot.label,
        snapshot.margin,
        snapshot.funds_as_of,
        snapshot.margin_stale_since is not None,
        unsettled=unsettled(snapshot),
        loan=loan(snapshot),
    )


def totals(
    ordered: Sequence[AccountSnapshot],
    funds: Sequence[Funds],
    sums: Mapping[str, Money | None],
    *,
    missing: Sequence[Gap],
    priced_as_of: datetime | None,
) -> Totals:
    """Out of the `sums` over the lines. With no account read at all there is no cash to add up: not known, not zero."""
    incomplete: dict[AccountId, None] = dict.fromkeys(gap.account_id for gap in missing)
    incomplete |= dict.fromkeys(one.account_id for one in ordered if one.unread)
    return Totals(
        value=sums["value"],
        invested=sums["invested"],
        pnl=sums["pnl"],
        day_pnl=sums["day_pnl"],
        cash=total(one.margin.cash for one in funds) if funds else None,
        margin_available=total(one.margin.available for one in funds) if funds else None,
        as_of=min((at for one in ordered for at in (one.as_of, one.funds_as_of)), default=None),
        priced_as_of=priced_as_of,
        incomplete=tuple(sorted(incomplete)),
        unsettled=total(one.unsettled for one in funds) if funds else None,
        loan=total(one.loan for one in funds) if funds else None,
    )


def oldest_price(lines: Iterable[Line]) -> datetime | None:
    """Of those that the value of something open rests on."""
    open_ones = (line for line in lines if any(lot.quantity for lot in line.lots))
    return min((line.last.at for line in open_ones if line.last is not None), default=None)


def gaps(ordered: Sequence[AccountSnapshot], missing: Sequence[Gap]) -> tuple[Gap, ...]:
    """What is old or missing, the oldest first."""
    found = [*missing]
    for one in ordered:
        if one.stale_since is not None:
            found.append(_gap(one, one.stale_since, _stale_words(one)))
        elif one.margin_stale_since is not None:
            words = f"{one.label} does not tell its funds; they are from {_clock(one.funds_as_of)}"
            found.append(_gap(one, one.margin_stale_since, words))
        if one.unread:
            more = f" (and {len(one.unread) - 1} more)" if len(one.unread) > 1 else ""
            words = f"{one.label} told something that is not shown here: {one.unread[0]}{more}"
            found.append(_gap(one, one.as_of, words))
    return tuple(sorted(found, key=lambda gap: (gap.since, gap.account_id)))


def _stale_words(one: AccountSnapshot) -> str:
    if one.margin_stale_since is None and one.lacking:
        return (
            f"{one.label} does not tell its {one.lacking}; "
            f"its holdings and positions are from {_clock(one.as_of)}"
        )
    return f"{one.label} does not answer; its numbers are from {_clock(one.as_of)}"


def _gap(snapshot: AccountSnapshot, since: datetime, reason: str) -> Gap:
    return Gap(snapshot.account_id, snapshot.broker, snapshot.label, since, reason)


def _clock(at: datetime) -> str:
    return f"{at.astimezone(IST):%H:%M:%S}"

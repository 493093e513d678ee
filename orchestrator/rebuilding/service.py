"""Evenings that nobody read, rebuilt from the accounts' own trades and the closing prices that brokers tell.

Only shares: what cash there was nobody knows afterwards. Doing it again gives the same, or more, where prices could not
be asked for in time.
"""

from __future__ import annotations

import asyncio
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from functools import partial

from aggregation.rebuilt import Held, held, unexplained, worth
from domain.account import AccountId, UserId
from domain.calendar import IST, Calendar
from domain.instrument import InstrumentId
from domain.money import ZERO, Price
from domain.portfolio import Portfolio
from orchestrator.market.history import History
from orchestrator.market.intervals import Interval, midnight_of
from orchestrator.performance import rebuilt_rows, repository
from orchestrator.performance.rebuilt_rows import Rebuilt, Why
from orchestrator.profits import events
from orchestrator.profits.events import Events
from orchestrator.profits.service import Sources, trades_of
from orchestrator.trades.repository import Wanted

LONGEST = 370  # days in one request
BEFORE = timedelta(days=10)  # how far back the last close of a share is looked for
PATIENCE = 20.0  # seconds for all closing prices
AT_ONCE = 4  # shares asked about
ROWS = 500  # in one transaction

Closes = Mapping[date, Price]


@dataclass(frozen=True, slots=True)
class Asked:
    """Whose evenings, and which: both ends included."""

    user_id: UserId
    accounts: Sequence[AccountId]
    first: date
    last: date
    now: datetime


async def rebuild(
    sources: Sources, history: History, calendar: Calendar, asked: Asked, portfolio: Portfolio
) -> list[Rebuilt]:
    """Every evening of a trading day in the range that was not read, from the account's first trade on; kept."""
    today = asked.now.astimezone(IST).date()
    told = Events.of(await sources.db.read(partial(events.load, user_id=asked.user_id)))
    trades = await trades_of(sources, asked.user_id, Wanted(accounts=asked.accounts))
    evenings = [day for day in _days(asked) if day < today and calendar.trades(day)]
    if not trades or not evenings:
        return []
    now, names = _held_now(portfolio, asked.accounts)
    found = await asyncio.to_thread(
        partial(held, trades, evenings, now=now, today=today, actions=told.actions)
    )
    closes = await _all_closes(sources, history, found, evenings)
    unseen = [(account, names[ware]) for account, ware in unexplained(now, found)]
    begun: dict[AccountId, date] = {}
    for trade in trades:
        begun.setdefault(trade.account_id, trade.day)
    read = await _read(sources, asked)
    made = await asyncio.to_thread(  # a year of many shares takes a second
        lambda: [
            _evening(account, day, at, found, unseen, closes, asked.now)
            for at, day in enumerate(evenings)
            for account in sorted(begun)
            if begun[account] <= day and (account, day) not in read
        ]
    )
    for start in range(0, len(made), ROWS):
        some = made[start : start + ROWS]
        await sources.db.write(
            lambda conn, some=some: rebuilt_rows.keep(conn, asked.user_id, some),  # type: ignore[misc]
            lock=f"performance:{asked.user_id}",
        )
    return made


async def _read(sources: Sources, asked: Asked) -> set[tuple[AccountId, date]]:
    """The evenings that need not be rebuilt."""
    known = await sources.db.read(
        lambda conn: repository.evenings(
            conn, asked.user_id, accounts=asked.accounts, first=asked.first, last=asked.last
        )
    )
    return {(one.account_id, one.day) for one in known}


def _days(asked: Asked) -> Iterable[date]:
    return (asked.first + timedelta(days=at) for at in range((asked.last - asked.first).days + 1))


def _held_now(
    portfolio: Portfolio, accounts: Sequence[AccountId]
) -> tuple[dict[tuple[AccountId, str], int], dict[str, str]]:
    """Units by account and ISIN, and what each ISIN is called."""
    found: dict[tuple[AccountId, str], int] = {}
    names: dict[str, str] = {}
    for line in portfolio.holdings:
        for lot in line.lots:
            if lot.account_id in accounts:
                key = (lot.account_id, line.isin)
                found[key] = found.get(key, 0) + lot.quantity
                names[line.isin] = str(lot.instrument)
    return found, names


async def _all_closes(
    sources: Sources, history: History, found: Sequence[Held], evenings: Sequence[date]
) -> dict[str, Closes | Why]:
    """By share, for those that were held on any of the evenings."""
    listings: dict[str, InstrumentId | None] = {}
    for one in found:
        if one.units is not None and any(one.units) and not listings.get(one.ware):
            listed = sources.instruments.get(one.instrument)
            listings[one.ware] = sources.instruments.same_share(listed)[0] if listed else None
    told: dict[str, Closes | Why] = {
        ware: Why.LATER if listing else Why.UNLISTED for ware, listing in listings.items()
    }
    room = asyncio.Semaphore(AT_ONCE)

    async def ask(ware: str, listing: InstrumentId) -> None:
        async with room:
            told[ware] = await _closes(history, listing, evenings[0], evenings[-1])

    asking = [ask(ware, listing) for ware, listing in listings.items() if listing]
    try:
        async with asyncio.timeout(PATIENCE):
            await asyncio.gather(*asking)
    except TimeoutError:
        pass  # the rest say so
    return told


async def _closes(history: History, name: InstrumentId, first: date, last: date) -> Closes:
    """Of every day that is known: of one without a trade, the close before it."""
    start = midnight_of(first - BEFORE)
    end = datetime.combine(last, time.max, IST)
    series = await history.read(name, interval=Interval.D1, start=start, end=end)
    traded = {one.time.astimezone(IST).date(): one.close for one in series.candles}
    unknown = [(gap.start.astimezone(IST).date(), gap.end.astimezone(IST).date()) for gap in series.gaps]
    closes: dict[date, Price] = {}
    newest: Price | None = None
    day = start.date()
    while day <= last:
        if day in traded:
            newest = traded[day]
        elif any(begin <= day <= until for begin, until in unknown):
            newest = None
        if newest is not None:
            closes[day] = newest
        day += timedelta(days=1)
    return closes


def _evening(
    account: AccountId,
    day: date,
    at: int,
    found: Iterable[Held],
    unseen: Iterable[tuple[AccountId, str]],
    closes: Mapping[str, Closes | Why],
    now: datetime,
) -> Rebuilt:
    shares, lacking = ZERO, [(share, Why.TRADES) for owner, share in unseen if owner == account]
    for one in found:
        if one.account_id != account:
            continue
        if one.units is None:
            lacking.append((str(one.instrument), Why.TRADES))
        elif one.units[at]:
            told = closes[one.ware]
            close = told if isinstance(told, Why) else told.get(day, Why.CLOSE)
            if isinstance(close, Why):
                lacking.append((str(one.instrument), close))
            else:
                shares += worth(one.units[at], close)
    return Rebuilt(account, day, shares, tuple(lacking), now)

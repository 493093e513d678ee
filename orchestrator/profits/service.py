"""A user's whole history of trades, read and reckoned: lots, earnings, charges, and brokers' figures beside them."""

from __future__ import annotations

import asyncio
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date, datetime
from functools import partial

from aggregation.fifo import ledger, successor
from aggregation.profit import ware_of
from domain.account import AccountId, UserId
from domain.calendar import IST
from domain.instrument import InstrumentId
from domain.lots import Ledger, OpenLot
from domain.portfolio import AccountSnapshot, LastPrice, Portfolio
from domain.trade import CASH, AccountTrade
from orchestrator.accounts import repository as accounts
from orchestrator.accounts.connections import Connections
from orchestrator.accounts.fees import plan_from
from orchestrator.instruments.service import Instruments
from orchestrator.market.hub import Hub
from orchestrator.profits import events
from orchestrator.profits.beside import Beside, Sides
from orchestrator.profits.bills import Billed, Desk, Payer
from orchestrator.profits.events import Events
from orchestrator.storage.db import Database
from orchestrator.trades import repository
from orchestrator.trades.repository import Wanted

AT_ONCE = 2_000  # trades in one reading: it holds up the event loop
PRICE_WAIT = 1.0  # seconds for prices that nobody has told yet


@dataclass(frozen=True, slots=True)
class Sources:
    """Where a history and its prices are from."""

    db: Database
    connections: Connections
    instruments: Instruments
    hub: Hub


@dataclass(frozen=True, slots=True)
class History:
    """The trades asked for, reckoned through. `prices` by ware, of what is open."""

    trades: Sequence[AccountTrade]
    ledger: Ledger
    billed: Billed
    desk: Desk
    prices: Mapping[str, LastPrice]
    today: date
    events: Events


async def trades_of(sources: Sources, user_id: UserId, wanted: Wanted) -> list[AccountTrade]:
    """Oldest first, in pieces; shares with their ISIN as far as anybody lists them."""
    found: list[AccountTrade] = []
    after: tuple[datetime, int] | None = None
    while True:
        page = partial(repository.older_first, user_id=user_id, wanted=wanted, after=after, limit=AT_ONCE)
        some = await sources.db.read(page)
        found += [_with_isin(one.trade, sources.instruments) for one in some]
        if len(some) < AT_ONCE:
            return found
        after = (some[-1].trade.at, some[-1].id)


async def history(
    sources: Sources, user_id: UserId, wanted: Wanted, *, portfolio: Portfolio, now: datetime
) -> History:
    """Reckon what `wanted` names, over all days: lots have a past. The days asked for are chosen afterwards."""
    told = Events.of(await sources.db.read(partial(events.load, user_id=user_id)))
    trades = [
        _renamed(one, told)
        for one in await trades_of(sources, user_id, replace(wanted, first=None, last=None))
    ]
    today = now.astimezone(IST).date()
    desk = Desk(
        await _payers(sources, user_id, {one.account_id for one in trades}),
        sources.instruments.get,
        multipliers(snapshots_of(sources, user_id)),
    )

    def reckon() -> tuple[Ledger, Billed]:
        book = ledger(
            trades,
            today=today,
            actions=told.actions,
            settlements=told.settlements,
            multipliers=desk.multipliers,
        )
        return book, desk.bills(trades)

    book, billed = await asyncio.to_thread(reckon)
    prices = await _prices(sources, portfolio, book.lots)
    return History(trades, book, billed, desk, prices, today, told)


async def beside(
    sources: Sources, user_id: UserId, found: History, *, portfolio: Portfolio, wanted: Wanted
) -> list[Beside]:
    """Both sides of everything that is open or was closed today, at the accounts and instruments asked for."""
    mine = [
        one
        for one in snapshots_of(sources, user_id)
        if not wanted.accounts or one.account_id in wanted.accounts
    ]
    sides = Sides(
        found.trades,
        found.ledger,
        portfolio,
        mine,
        found.prices,
        found.desk,
        found.today,
        sources.instruments.isin,
        found.events,
    )
    all_of_them = await asyncio.to_thread(sides.all)
    read = {one.account_id for one in mine}
    return [one for one in all_of_them if one.account_id in read and _asked(one, wanted)]


def snapshots_of(sources: Sources, user_id: UserId) -> list[AccountSnapshot]:
    """The last reading of each of the user's accounts that was read."""
    return [one.snapshot for one in sources.connections.of_user(user_id) if one.snapshot is not None]


def multipliers(snapshots: Sequence[AccountSnapshot]) -> dict[InstrumentId, int]:
    """Of the contracts that some account holds: brokers tell them with positions alone."""
    return {part.instrument: part.multiplier for one in snapshots for part in one.positions}


def ended_contracts(sources: Sources, found: History) -> list[InstrumentId]:
    """Contracts that are still open by their trades though nobody lists them any more, or they expired."""
    names = {lot.instrument for lot in found.ledger.lots if lot.instrument.exchange not in CASH}
    if not len(sources.instruments):
        return []
    listed = {name: sources.instruments.get(name) for name in sorted(names)}
    return [
        name
        for name, known in listed.items()
        if known is None or (known.expiry and known.expiry < found.today)
    ]


def unvalued(found: History) -> list[InstrumentId]:
    """What is open and cannot be valued: no price is known, or not the number of goods that a contract is for."""
    return sorted(
        {
            lot.instrument
            for lot in found.ledger.lots
            if lot.multiplier is None or ware_of(lot.instrument, lot.isin) not in found.prices
        }
    )


def _renamed(trade: AccountTrade, told: Events) -> AccountTrade:
    """Under the ISIN that the share has now."""
    if trade.isin is None or not told.actions:
        return trade
    return replace(trade, isin=successor(trade.isin, told.actions))


def _asked(one: Beside, wanted: Wanted) -> bool:
    if not wanted.instruments and wanted.isin is None:
        return True
    return one.instrument in wanted.instruments or (one.isin is not None and one.isin == wanted.isin)


def _with_isin(trade: AccountTrade, instruments: Instruments) -> AccountTrade:
    if trade.isin is not None or not trade.is_share:
        return trade
    return replace(trade, isin=instruments.isin(trade.instrument))


async def _payers(sources: Sources, user_id: UserId, ids: set[AccountId]) -> dict[AccountId, Payer]:
    """Also of accounts that are disconnected by now."""
    found: dict[AccountId, Payer] = {}
    for account in sorted(ids):
        connection = sources.connections.get(account)
        if connection is not None:
            found[account] = Payer(connection.account.broker, connection.fees)
            continue
        stored = await sources.db.read(partial(accounts.by_id, account_id=account))
        if stored is not None:
            found[account] = Payer(stored.account.broker, plan_from(stored.fees))
    return found


async def _prices(sources: Sources, portfolio: Portfolio, lots: Sequence[OpenLot]) -> dict[str, LastPrice]:
    """By ware: as the portfolio prices it, else what the market tells."""
    prices = {line.isin: line.last for line in portfolio.holdings if line.last is not None}
    for line in portfolio.positions:
        if line.last is not None:
            isin = sources.instruments.isin(line.instrument)
            prices.setdefault(ware_of(line.instrument, isin), line.last)
    lacking: dict[str, InstrumentId] = {}
    for lot in lots:
        ware = ware_of(lot.instrument, lot.isin)
        listed = sources.instruments.get(lot.instrument)
        if ware not in prices and listed is not None:
            lacking[ware] = sources.instruments.same_share(listed)[0]
    if lacking:
        names = set(lacking.values())
        await sources.hub.prime(names, patience=PRICE_WAIT)
        told = {ware: sources.hub.last(name) for ware, name in lacking.items()}
        prices |= {ware: last for ware, last in told.items() if last is not None}
    return prices

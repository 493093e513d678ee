"""Past trades out of a file: looked at first, then all of them or none."""

from __future__ import annotations

import asyncio
from dataclasses import dataclass
from datetime import date

from sqlalchemy import Connection as SqlConnection

from domain.account import AccountId, BrokerId
from domain.instrument import Exchange, InstrumentId
from domain.trade import AccountTrade
from orchestrator.audit.actions import Action
from orchestrator.identity.doing import Doer
from orchestrator.instruments.service import Instruments
from orchestrator.storage.db import Database
from orchestrator.trades import repository
from orchestrator.trades.overlap import sort_out
from orchestrator.trades.repository import Wanted
from orchestrator.trades.tradebook import MOST_REFUSED, Names, Refused, Tradebook, read

TRIES = 3  # that trades may become known meanwhile


@dataclass(frozen=True, slots=True)
class Report:
    """What a file has, by rows. `committed`: the new ones are in the history. `known` ones change nothing; `untraded`
    are orders that did not trade. `refused` are the first of `refused_count`. Days are the exchange's."""

    format: str
    verified: bool
    new: int
    known: int
    untraded: int
    refused_count: int
    refused: tuple[Refused, ...]
    first: date | None
    last: date | None
    committed: bool


class Meanwhile(Exception):
    """Trades of these days became known while the file was looked at."""


async def bring_in(
    db: Database,
    instruments: Instruments,
    *,
    doer: Doer,
    account: AccountId,
    data: bytes,
    commit: bool,
) -> Report:
    """Read the file and say what is new; with `commit`, and no row refused, keep it. Raises Unusable."""
    names = names_of(instruments)
    book = await asyncio.to_thread(read, data, account, names=names, now=doer.clock())
    days = [row.trade.day for row in book.rows]
    wanted = Wanted(accounts=[account], first=min(days, default=None), last=max(days, default=None))
    for _ in range(TRIES):
        try:
            return await _try(db, doer, book, wanted, commit=commit)
        except Meanwhile:
            continue
    return await _try(db, doer, book, wanted, commit=False)


async def _try(db: Database, doer: Doer, book: Tradebook, wanted: Wanted, *, commit: bool) -> Report:
    user_id = doer.user_id
    (account,) = wanted.accounts

    def look(conn: SqlConnection) -> tuple[list[AccountTrade], tuple[int, int]]:
        return repository.load(conn, user_id, wanted), repository.edition(conn, user_id, wanted)

    known, edition = await db.read(look) if book.rows else ([], (0, 0))
    found = await asyncio.to_thread(sort_out, book.rows, known)
    unclear = [Refused(row.line, "trade", rule, row.trade.trade_id[:60]) for row, rule in found.unclear]
    refused = sorted([*book.refused, *unclear], key=lambda one: one.line)
    count = book.refused_count + len(unclear)
    new = [row.trade for row in found.new]
    keeping = commit and not count and bool(new)

    def keep(conn: SqlConnection) -> None:
        if repository.edition(conn, user_id, wanted) != edition:
            raise Meanwhile
        repository.keep(conn, user_id, new)
        doer.did(conn, Action.TRADES_IMPORTED, account, format=book.format, new=str(len(new)))

    if keeping:
        await db.write(keep, lock=f"trades:{user_id}")
    return Report(
        format=book.format,
        verified=book.verified,
        new=len(new),
        known=len(found.known),
        untraded=book.untraded,
        refused_count=count,
        refused=tuple(refused[:MOST_REFUSED]),
        first=wanted.first,
        last=wanted.last,
        committed=keeping or (commit and not count),
    )


def names_of(instruments: Instruments) -> Names:
    """What the directory says of names and ISINs."""

    def by_isin(isin: str, exchange: Exchange) -> InstrumentId | None:
        for broker in BrokerId:
            name = instruments.symbols(broker).by_isin(isin)
            listed = instruments.get(name) if name is not None else None
            if listed is not None:
                return next((one for one in instruments.same_share(listed) if one.exchange is exchange), None)
        return None

    return Names(lambda name: instruments.get(name) is not None, by_isin, instruments.isin)

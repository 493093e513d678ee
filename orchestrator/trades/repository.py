"""The trades of users' accounts: plain SQL over one connection. Keeping a trade twice changes nothing."""

from __future__ import annotations

from collections.abc import Collection, Iterable
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

import sqlalchemy as sa
from sqlalchemy.dialects import postgresql, sqlite

from domain.account import AccountId, UserId
from domain.instrument import Exchange, InstrumentId
from domain.money import Price
from domain.order import ChildOrder, Product, Side
from domain.trade import AccountTrade, TradeSource
from orchestrator.storage.prepared import Prepared
from orchestrator.tables.portfolio import trades

TRADE = trades.c
KEY = ("account_id", "day", "exchange", "symbol", "side", "trade_id")
LEARNT = ("isin", "quantity", "price", "traded_at", "product", "order_id", "source")


def _insert(make: Any, *, better: bool) -> Any:
    """`better`: what is kept of the same trade gives way."""
    statement = make(trades)
    if not better:
        return statement.on_conflict_do_nothing(index_elements=KEY)
    return statement.on_conflict_do_update(
        index_elements=KEY, set_={name: statement.excluded[name] for name in LEARNT}
    )


KEEP_MANY = {better: _insert(sqlite.insert, better=better) for better in (False, True)}
KEEP = {better: Prepared(statement) for better, statement in KEEP_MANY.items()}
KEEP_PG = {better: _insert(postgresql.insert, better=better) for better in (False, True)}
MANY = 20  # rows that the driver takes faster all at once


@dataclass(frozen=True, slots=True)
class Kept:
    """A trade and its place in the user's history."""

    trade: AccountTrade
    id: int


@dataclass(frozen=True, slots=True)
class Wanted:
    """Which of a user's trades; None or empty: all. Days are the exchange's, both ends included."""

    accounts: Collection[AccountId] = ()
    instruments: Collection[InstrumentId] = ()
    isin: str | None = None
    first: date | None = None
    last: date | None = None


def keep(conn: sa.Connection, user_id: UserId, found: Iterable[AccountTrade]) -> None:
    """Add what is not known yet. Own fills are the best knowledge and replace what another source told of the trade."""
    rows: dict[bool, list[dict[str, Any]]] = {}
    for trade in found:
        rows.setdefault(trade.source is TradeSource.OWN, []).append(_row(user_id, trade))
    for better, some in rows.items():
        if conn.dialect.name != "sqlite":
            conn.execute(KEEP_PG[better], some)
        elif len(some) < MANY:
            KEEP[better].run(conn, some)
        else:
            conn.execute(KEEP_MANY[better], some)


def own_trades(before: ChildOrder, after: ChildOrder, isin: str | None) -> list[AccountTrade]:
    """What a child's facts newly tell of its trades."""
    known = set(before.fills)
    return [
        AccountTrade(
            account_id=after.account_id,
            instrument=after.instrument,
            side=after.side,
            quantity=fill.quantity,
            price=fill.price,
            at=fill.at,
            trade_id=fill.trade_id,
            source=TradeSource.OWN,
            product=after.product,
            order_id=fill.broker_order_id,
            isin=isin,
        )
        for fill in after.fills
        if fill not in known
    ]


def older_first(
    conn: sa.Connection,
    user_id: UserId,
    wanted: Wanted,
    *,
    after: tuple[datetime, int] | None = None,
    limit: int | None = None,
) -> list[Kept]:
    """Oldest first, from beyond the place of the last one seen."""
    query = _chosen(user_id, wanted)
    if after is not None:
        at, number = after
        query = query.where(sa.or_(TRADE.traded_at > at, sa.and_(TRADE.traded_at == at, TRADE.id > number)))
    query = query.order_by(TRADE.traded_at, TRADE.id).limit(limit)
    return [Kept(_trade(row), row.id) for row in conn.execute(query)]


def load(conn: sa.Connection, user_id: UserId, wanted: Wanted) -> list[AccountTrade]:
    """Oldest first."""
    return [kept.trade for kept in older_first(conn, user_id, wanted)]


def edition(conn: sa.Connection, user_id: UserId, wanted: Wanted) -> tuple[int, int]:
    """Another one means that more of these trades are known by now."""
    chosen = _chosen(user_id, wanted).subquery()
    row = conn.execute(sa.select(sa.func.count(), sa.func.coalesce(sa.func.max(chosen.c.id), 0))).one()
    return (row[0], row[1])


def page(
    conn: sa.Connection,
    user_id: UserId,
    wanted: Wanted,
    *,
    before: tuple[datetime, int] | None,
    limit: int,
) -> list[Kept]:
    """Newest first, from beyond the place of the last one seen."""
    query = _chosen(user_id, wanted)
    if before is not None:
        at, number = before
        query = query.where(sa.or_(TRADE.traded_at < at, sa.and_(TRADE.traded_at == at, TRADE.id < number)))
    query = query.order_by(TRADE.traded_at.desc(), TRADE.id.desc()).limit(limit)
    return [Kept(_trade(row), row.id) for row in conn.execute(query)]


def _chosen(user_id: UserId, wanted: Wanted) -> sa.Select[Any]:
    query = sa.select(trades).where(TRADE.user_id == user_id)
    if wanted.accounts:
        query = query.where(TRADE.account_id.in_(wanted.accounts))
    if wanted.instruments or wanted.isin:
        named = [
            sa.and_(TRADE.exchange == one.exchange, TRADE.symbol == one.symbol) for one in wanted.instruments
        ]
        query = query.where(sa.or_(*named, *([TRADE.isin == wanted.isin] if wanted.isin else [])))
    if wanted.first:
        query = query.where(TRADE.day >= wanted.first.isoformat())
    if wanted.last:
        query = query.where(TRADE.day <= wanted.last.isoformat())
    return query


def _row(user_id: UserId, trade: AccountTrade) -> dict[str, Any]:
    return {
        "user_id": user_id,
        "account_id": trade.account_id,
        "day": trade.day.isoformat(),
        "exchange": trade.instrument.exchange,
        "symbol": trade.instrument.symbol,
        "side": trade.side,
        "trade_id": trade.trade_id,
        "isin": trade.isin,
        "quantity": trade.quantity,
        "price": trade.price.amount,
        "traded_at": trade.at,
        "product": trade.product,
        "order_id": trade.order_id,
        "source": trade.source,
    }


def _trade(row: Any) -> AccountTrade:
    return AccountTrade(
        account_id=AccountId(row.account_id),
        instrument=InstrumentId(Exchange(row.exchange), row.symbol),
        side=Side(row.side),
        quantity=row.quantity,
        price=Price(row.price),
        at=row.traded_at,
        trade_id=row.trade_id,
        source=TradeSource(row.source),
        product=Product(row.product) if row.product else None,
        order_id=row.order_id,
        isin=row.isin,
    )

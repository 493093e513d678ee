"""What a model gets to see: few fields, amounts as exact text in rupees, times in IST, null for what is not known."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import datetime, timedelta, timezone
from decimal import Decimal
from typing import Self

from pydantic import BaseModel

from trademaster.mcp.words import fenced, plain
from trademaster.models import (
    AccountOut,
    EstimateOut,
    FundsOut,
    GapOut,
    HoldingOut,
    PositionOut,
    QuoteOfOut,
    StockOut,
    TotalsOut,
)

IST = timezone(timedelta(hours=5, minutes=30))


def amount(value: Decimal | None) -> str | None:
    return None if value is None else format(value, "f")


def moment(value: datetime | None) -> str | None:
    return None if value is None else value.astimezone(IST).isoformat(timespec="seconds")


class Account(BaseModel):
    """A broker account. `state` other than `connected`: its person must log in before it trades."""

    id: str
    broker: str
    label: str
    state: str
    read_at: str | None
    stale: bool
    trouble: str | None

    @classmethod
    def of(cls, one: AccountOut) -> Self:
        return cls(
            id=one.id,
            broker=one.broker,
            label=plain(one.label),
            state=one.state,
            read_at=moment(one.as_of),
            stale=one.stale_since is not None,
            trouble=fenced(one.last_error),
        )


class Gap(BaseModel):
    """An account whose numbers are old or missing."""

    account: str
    since: str | None
    reason: str | None

    @classmethod
    def all(cls, gaps: Iterable[GapOut]) -> list[Self]:
        return [
            cls(account=plain(one.label), since=moment(one.since), reason=fenced(one.reason)) for one in gaps
        ]


class Holding(BaseModel):
    symbol: str
    isin: str
    quantity: int
    average_price: str | None
    last_price: str | None
    value: str | None
    pnl: str | None
    day_pnl: str | None
    accounts: dict[str, int]

    @classmethod
    def of(cls, one: HoldingOut) -> Self:
        return cls(
            symbol=f"{one.exchange}:{one.symbol}",
            isin=one.isin,
            quantity=one.quantity,
            average_price=amount(one.average_price),
            last_price=amount(one.last_price),
            value=amount(one.value),
            pnl=amount(one.pnl),
            day_pnl=amount(one.day_pnl),
            accounts=_shares((lot.account, lot.quantity) for lot in one.lots),
        )


class Position(BaseModel):
    """`quantity` below zero is short."""

    symbol: str
    product: str
    quantity: int
    average_price: str | None
    last_price: str | None
    pnl: str | None
    day_pnl: str | None
    accounts: dict[str, int]

    @classmethod
    def of(cls, one: PositionOut) -> Self:
        return cls(
            symbol=f"{one.exchange}:{one.symbol}",
            product=one.product,
            quantity=one.quantity,
            average_price=amount(one.average_price),
            last_price=amount(one.last_price),
            pnl=amount(one.pnl),
            day_pnl=amount(one.day_pnl),
            accounts=_shares((lot.account, lot.quantity) for lot in one.lots),
        )


def _shares(lots: Iterable[tuple[str, int]]) -> dict[str, int]:
    found: dict[str, int] = {}
    for account, quantity in lots:
        found[account] = found.get(account, 0) + quantity
    return found


class Funds(BaseModel):
    account: str
    cash: str | None
    margin_used: str | None
    margin_available: str | None
    read_at: str | None
    stale: bool

    @classmethod
    def of(cls, one: FundsOut) -> Self:
        return cls(
            account=one.account,
            cash=amount(one.cash),
            margin_used=amount(one.margin_used),
            margin_available=amount(one.margin_available),
            read_at=moment(one.as_of),
            stale=one.stale,
        )


class Totals(BaseModel):
    """Over all accounts; null while a part is not known."""

    value: str | None
    invested: str | None
    pnl: str | None
    day_pnl: str | None
    cash: str | None
    margin_available: str | None

    @classmethod
    def of(cls, one: TotalsOut) -> Self:
        names = ("value", "invested", "pnl", "day_pnl", "cash", "margin_available")
        return cls(**{name: amount(getattr(one, name)) for name in names})


class Quote(BaseModel):
    symbol: str
    last_price: str
    bid: str | None
    ask: str | None
    open: str | None
    high: str | None
    low: str | None
    previous_close: str | None
    change_percent: str | None
    volume: int | None
    as_of: str | None

    @classmethod
    def of(cls, one: QuoteOfOut) -> Self:
        bid, ask = (next(iter(side), None) for side in (one.depth.bids, one.depth.asks))
        return cls(
            symbol=one.symbol,
            last_price=format(one.last_price, "f"),
            bid=amount(bid.price) if bid else None,
            ask=amount(ask.price) if ask else None,
            open=amount(one.open),
            high=amount(one.high),
            low=amount(one.low),
            previous_close=amount(one.prev_close),
            change_percent=one.change_percent,
            volume=one.volume,
            as_of=moment(one.as_of),
        )


class Instrument(BaseModel):
    """`lot`: quantities are multiples of it, in units."""

    symbol: str
    name: str
    kind: str
    lot: int
    expiry: str | None
    strike: str | None

    @classmethod
    def of(cls, one: StockOut) -> Self:
        return cls(
            symbol=one.symbol,
            name=plain(one.name),
            kind=one.kind,
            lot=one.lot,
            expiry=one.expiry.isoformat() if one.expiry else None,
            strike=amount(one.strike),
        )


class Cost(BaseModel):
    """What one executed order costs at a broker, all charges in. `unknown` says why there is no figure."""

    broker: str
    account: str | None
    total: str | None
    unknown: str | None

    @classmethod
    def of(cls, one: EstimateOut) -> Self:
        total = amount(one.charges.total) if one.charges else None
        return cls(broker=one.broker, account=one.account, total=total, unknown=fenced(one.unknown))

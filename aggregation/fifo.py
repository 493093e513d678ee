"""Lots out of trades: first in, first out for each account and share (by ISIN, over exchanges) or contract.

Bought and sold on one day in one listing is intraday and never touches older lots, as exchanges net and tax law counts
it; what is left goes through the demat account. The order in which trades come in does not matter.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import replace
from datetime import date
from decimal import ROUND_HALF_EVEN

from aggregation.pool import FINEST, Pool, when
from domain.account import AccountId
from domain.instrument import Exchange, InstrumentId
from domain.lots import Closing, CorporateAction, Ledger, OpenLot, Settlement
from domain.money import ZERO, Money
from domain.order import Side
from domain.trade import AccountTrade

Key = tuple[AccountId, str]


def ledger(
    trades: Iterable[AccountTrade],
    *,
    today: date,
    actions: Iterable[CorporateAction] = (),
    settlements: Iterable[Settlement] = (),
    multipliers: Mapping[InstrumentId, int] | None = None,
    netting: bool = True,
) -> Ledger:
    """All that these trades come to, of any number of accounts.

    `today`: the exchange's day (IST), on which intraday positions are still open. `multipliers`: units of goods for
    commodity contracts; one that is missing leaves its rupees unknown. `netting` False: intraday trades of shares go
    through the lots as all others, the way some brokers count.
    """
    acts = sorted(actions, key=lambda one: (one.on, one.kind, one.new, one.old))
    ends = {one.instrument: one for one in settlements}
    pools: dict[Key, list[AccountTrade]] = {}
    for trade in sorted(trades, key=when):
        pools.setdefault((trade.account_id, _ware(trade, acts)), []).append(trade)
    lots: list[OpenLot] = []
    closings: list[Closing] = []
    for (_, ware), some in sorted(pools.items()):
        first = some[0].instrument
        pool = Pool(multiplier=_multiplier(first, multipliers or {}), today=today)
        happened = [one for one in acts if successor(one.isin, acts) == ware]
        _go_through(pool, some, happened, netting=netting)
        if first in ends and not some[0].is_share:
            pool.settle(ends[first])
        if happened:  # under whatever ISIN they were told
            pool.lots = [replace(one, isin=ware) for one in pool.lots]
            pool.closings = [replace(one, isin=ware) for one in pool.closings]
        lots += pool.lots
        closings += pool.closings
    closings.sort(key=lambda one: (one.closed_at, one.account_id, one.closed_by, str(one.opened_at)))
    return Ledger(tuple(lots), tuple(closings))


def average_cost(trades: Iterable[AccountTrade]) -> tuple[int, Money | None]:
    """Units left and their cost in rupees if every sale leaves at the average of what was held, as some brokers count.

    None when more was sold than bought before. Of one account's trades in one share.
    """
    units, cost = 0, ZERO
    for trade in sorted(trades, key=when):
        if trade.side is Side.BUY:
            units, cost = units + trade.quantity, cost + trade.value
        elif trade.quantity > units:
            return 0, None
        else:
            left = units - trade.quantity
            cost = Money((cost.amount * left / units).quantize(FINEST, ROUND_HALF_EVEN))
            units = left
    return units, cost


def _go_through(
    pool: Pool, trades: Sequence[AccountTrade], actions: Sequence[CorporateAction], *, netting: bool
) -> None:
    days: dict[date, list[AccountTrade]] = {}
    for trade in trades:
        days.setdefault(trade.day, []).append(trade)
    waiting = list(actions)
    for day, some in sorted(days.items()):
        while waiting and waiting[0].on <= day:
            pool.act(waiting.pop(0))
        pool.day(some, netting=netting)
    for action in waiting:
        if action.on <= pool.today:
            pool.act(action)


def _ware(trade: AccountTrade, actions: Sequence[CorporateAction]) -> str:
    """A share by its newest ISIN, or else by its listing; a contract by its name."""
    if trade.is_share and trade.isin is not None:
        return successor(trade.isin, actions)
    return str(trade.instrument)


def successor(isin: str, actions: Sequence[CorporateAction]) -> str:
    """What a share is called now. `actions` in any order: an ISIN becomes one other, and none comes back."""
    names = {one.isin: one.becomes for one in actions if one.becomes}
    for _ in names:
        isin = names.get(isin, isin)
    return isin


def _multiplier(instrument: InstrumentId, multipliers: Mapping[InstrumentId, int]) -> int | None:
    """Only commodities are traded by the lot: one unit of the contract is for many of the goods."""
    return multipliers.get(instrument) if instrument.exchange is Exchange.MCX else 1

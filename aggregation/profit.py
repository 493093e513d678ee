"""What trading earned between two days, before and after charges, by instrument, account or day, and in all.

A sum with a part that is not known is None; what is known of it stands beside.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from datetime import date
from enum import StrEnum
from typing import assert_never

from aggregation.valuation import less, total
from domain.account import AccountId
from domain.instrument import InstrumentId
from domain.lots import Closing, Ledger, OpenLot
from domain.money import ZERO, Money
from domain.portfolio import LastPrice


class Group(StrEnum):
    INSTRUMENT = "instrument"
    ACCOUNT = "account"
    DAY = "day"


@dataclass(frozen=True, slots=True)
class Bill:
    """What a day's trades of one account in one share or contract cost; `amount` None: no rates are on file.

    `estimated`: the source of the trades does not tell their product, so that the cheaper reading of the day counts.
    """

    account_id: AccountId
    instrument: InstrumentId
    isin: str | None
    day: date
    amount: Money | None
    estimated: bool = False


@dataclass(frozen=True, slots=True)
class Row:
    """One instrument, account or day, or all of it. Rupees; None is not known.

    `realised` of what was closed in the days asked for; `realised_known` without the `unseen_quantity` units that
    nobody saw being opened. `unrealised` of what is open now; `charges` of the days asked for.
    """

    account_id: AccountId | None
    instrument: InstrumentId | None
    isin: str | None
    day: date | None
    realised: Money | None
    realised_known: Money
    unrealised: Money | None
    charges: Money | None
    charges_estimated: bool
    closed_quantity: int
    unseen_quantity: int
    open_quantity: int

    @property
    def gross(self) -> Money | None:
        """Realised and unrealised, before charges."""
        return total((self.realised, self.unrealised))

    @property
    def net(self) -> Money | None:
        return less(self.gross, self.charges)


@dataclass(frozen=True, slots=True)
class Profits:
    rows: tuple[Row, ...]
    total: Row


Key = tuple[str, ...]
Thing = Closing | OpenLot | Bill


def ware_of(instrument: InstrumentId, isin: str | None) -> str:
    """A share by its ISIN, else anything by its name."""
    return isin or str(instrument)


def profits(
    ledger: Ledger,
    bills: Iterable[Bill],
    prices: Mapping[str, LastPrice],
    *,
    first: date,
    last: date,
    group: Group,
    valued: bool = True,
) -> Profits:
    """Between two exchange days, both included. `prices` by `ware_of`. `valued` False: the open lots are of another day
    than `last`, so that nothing is said of them."""
    closings = [one for one in ledger.closings if first <= one.day <= last]
    lots = list(ledger.lots) if valued else []
    charged = [one for one in bills if first <= one.day <= last]
    # An open lot is of no day: by days, it counts in the total alone.
    placed = [] if group is Group.DAY else lots
    grouped: dict[Key, tuple[list[Closing], list[OpenLot], list[Bill]]] = {}
    place = _places(group)
    for closing in closings:
        grouped.setdefault(place(closing), ([], [], []))[0].append(closing)
    for lot in placed:
        grouped.setdefault(place(lot), ([], [], []))[1].append(lot)
    for bill in charged:
        grouped.setdefault(place(bill), ([], [], []))[2].append(bill)
    rows = tuple(_row(group, *grouped[key], prices) for key in sorted(grouped))
    return Profits(rows, _row(None, closings, lots, charged, prices))


def _places(group: Group) -> Callable[[Thing], Key]:
    match group:
        case Group.INSTRUMENT:
            return lambda one: (ware_of(one.instrument, one.isin),)
        case Group.ACCOUNT:
            return lambda one: (one.account_id,)
        case Group.DAY:
            return lambda one: ("" if isinstance(one, OpenLot) else one.day.isoformat(),)
        case _:
            assert_never(group)


def _row(
    group: Group | None,
    closings: list[Closing],
    lots: list[OpenLot],
    bills: list[Bill],
    prices: Mapping[str, LastPrice],
) -> Row:
    things: list[Thing] = [*lots, *closings, *bills]
    by_name = sorted(things, key=lambda one: (one.instrument.exchange != "NSE", one.instrument))
    first = by_name[0] if by_name else None
    named = first if group is Group.INSTRUMENT else None
    days = [*(one.day for one in closings), *(one.day for one in bills)] if group is Group.DAY else []
    return Row(
        account_id=first.account_id if first and group is Group.ACCOUNT else None,
        instrument=named.instrument if named else None,
        isin=named.isin if named else None,
        day=days[0] if days else None,
        realised=total(one.realised for one in closings),
        realised_known=Money.sum(one.realised or ZERO for one in closings),
        unrealised=total(
            one.unrealised(price.price if (price := prices.get(ware_of(one.instrument, one.isin))) else None)
            for one in lots
        ),
        charges=total(one.amount for one in bills),
        charges_estimated=any(one.estimated for one in bills),
        closed_quantity=sum(one.quantity for one in closings),
        unseen_quantity=sum(one.quantity for one in closings if not one.known),
        open_quantity=sum(one.quantity for one in lots),
    )

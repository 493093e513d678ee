"""What accounts held in shares on evenings that nobody read, out of their trades alone.

Units are told as they are today, after splits and bonuses, as brokers tell the prices of the past. A share counts only
if its trades come to just what the broker holds now: else it is not known on which evening how much was there.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from fractions import Fraction

from aggregation.fifo import successor
from domain.account import AccountId
from domain.instrument import InstrumentId
from domain.lots import ActionKind, CorporateAction
from domain.money import Money, Price
from domain.order import Side
from domain.trade import AccountTrade
from domain.words import Product


@dataclass(frozen=True, slots=True)
class Held:
    """One share in one account. `units` on the evenings asked for, in units of today; None: trades do not add up to
    what is there now. `instrument`: the listing traded last."""

    account_id: AccountId
    ware: str
    instrument: InstrumentId
    units: tuple[Fraction, ...] | None


def held(
    trades: Iterable[AccountTrade],
    evenings: Sequence[date],
    *,
    now: Mapping[tuple[AccountId, str], int],
    today: date,
    actions: Sequence[CorporateAction] = (),
) -> list[Held]:
    """Of every share traded or held. `evenings` in their order, before `today`; `now`: what brokers hold, by account
    and newest ISIN (or listing, where a share has none), today's deliveries in it."""
    acts = sorted(actions, key=lambda one: (one.on, one.kind, one.new, one.old))
    traded: dict[tuple[AccountId, str], list[AccountTrade]] = {}
    for one in sorted(trades, key=lambda one: one.at):
        passing = one.product is Product.MIS and one.day >= today  # it may still be closed
        if one.is_share and not passing:
            name = successor(one.isin, acts) if one.isin is not None else str(one.instrument)
            traded.setdefault((one.account_id, name), []).append(one)
    over = [one for one in acts if one.on <= today]
    return [
        Held(
            account,
            ware,
            some[-1].instrument,
            _units(
                some,
                evenings,
                [one for one in over if successor(one.isin, acts) == ware],
                now.get((account, ware), 0),
            ),
        )
        for (account, ware), some in sorted(traded.items())
    ]


def unexplained(
    now: Mapping[tuple[AccountId, str], int], found: Iterable[Held]
) -> list[tuple[AccountId, str]]:
    """Shares that brokers hold and no trade tells of."""
    told = {(one.account_id, one.ware) for one in found}
    return sorted(key for key, units in now.items() if units and key not in told)


def worth(units: Fraction, close: Price) -> Money:
    """Rupees, to the paisa."""
    amount = close.amount * units.numerator / units.denominator
    return Money(amount).rounded()


def _units(
    trades: Sequence[AccountTrade], evenings: Sequence[date], actions: Sequence[CorporateAction], now: int
) -> tuple[Fraction, ...] | None:
    changes: list[tuple[date, int, CorporateAction | int]] = [(one.on, 0, one) for one in actions]
    days: dict[date, int] = {}
    for one in trades:
        days[one.day] = days.get(one.day, 0) + (one.quantity if one.side is Side.BUY else -one.quantity)
    changes += [(day, 1, moved) for day, moved in days.items()]
    changes.sort(key=lambda one: one[:2])
    units, at, seen = 0, 0, list[int]()
    for evening in [*evenings, date.max]:
        while at < len(changes) and changes[at][0] <= evening:
            what = changes[at][2]
            units = units + what if isinstance(what, int) else _after(units, what)
            if units < 0:
                return None
            at += 1
        seen.append(units)
    if seen[-1] != now:
        return None
    return tuple(count * _later(evening, actions) for count, evening in zip(seen[:-1], evenings, strict=True))


def _after(units: int, action: CorporateAction) -> int:
    """No fraction of a unit is given."""
    gained = units * action.new // action.old
    return units + gained if action.kind is ActionKind.BONUS else gained


def _later(evening: date, actions: Sequence[CorporateAction]) -> Fraction:
    """What one unit of that evening is today."""
    factor = Fraction(1)
    for one in actions:
        if one.on > evening:
            factor *= Fraction(one.new, one.old) + (1 if one.kind is ActionKind.BONUS else 0)
    return factor

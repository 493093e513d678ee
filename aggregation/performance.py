"""How an account, or all of them, did: what was earned, told apart from what was paid in and taken out.

Rupees are exact. Returns are ratios (0.05 is five percent), rounded to a millionth. What cannot be known is None; a day
without complete numbers is bridged and named, never guessed.
"""

from __future__ import annotations

import itertools
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from statistics import stdev

from pyxirr import InvalidPaymentsError, xirr

from domain.money import ZERO, Money

TRADING_DAYS = 252  # a year's, by which daily volatility is annualised
YEAR = 365  # days of a year in XIRR (Excel's rule) and where a return is annualised
SENSELESS = 1e6  # a yearly rate beyond this tells of a few days only
FINE = Decimal("0.000001")
ONE = Decimal(1)


@dataclass(frozen=True, slots=True)
class DayValue:
    """The end of one day. `value` in rupees: shares, cash and the profit of what is open; None: not known that day.

    `flow` is what came in from outside that day less what left (rupees). It counts as there from the day's beginning.
    """

    day: date
    value: Money | None
    flow: Money = ZERO


@dataclass(frozen=True, slots=True)
class Point:
    """One day of the equity curve. `index` is what 1 at the range's beginning has become, whatever was paid in;
    `drawdown` how far that is below its highest so far (0 or negative)."""

    day: date
    value: Money
    flow: Money
    gain: Money
    index: Decimal | None
    drawdown: Decimal | None


@dataclass(frozen=True, slots=True)
class Best:
    """The best or the worst day: its return and the rupees."""

    day: date
    twr: Decimal
    gain: Money


@dataclass(frozen=True, slots=True)
class Drawdown:
    """The deepest fall: from the end of `peak` to the end of `trough`; `recovered` None: not yet."""

    depth: Decimal
    peak: date
    trough: date
    recovered: date | None


@dataclass(frozen=True, slots=True)
class Performance:
    """Of the days after `start`, whose evening is the base, to `end`.

    `gain` is value_end - value_start - net_flow, to the paisa. `bridged` are days in between that are not known: they
    count in the next known day's return, with their flows weighted by the days they were there (modified Dietz).
    """

    start: date
    end: date
    value_start: Money
    value_end: Money
    net_flow: Money
    gain: Money
    twr: Decimal | None
    twr_annual: Decimal | None
    xirr: Decimal | None
    volatility: Decimal | None
    drawdown: Drawdown | None
    drawdown_now: Decimal | None
    best: Best | None
    worst: Best | None
    curve: tuple[Point, ...]
    bridged: tuple[date, ...]


@dataclass(frozen=True, slots=True)
class _Span:
    """From one known evening to the next: usually one day. `twr` None: there was nothing to earn on."""

    day: DayValue
    value: Money
    flow: Money
    gain: Money
    twr: Decimal | None
    whole: bool


def performance(days: Sequence[DayValue]) -> Performance | None:
    """Of days in their order, of which the first known one is the base. None when fewer than two are known."""
    if any(later.day <= earlier.day for earlier, later in itertools.pairwise(days)):
        raise ValueError("days come in their order, each once")
    known = [number for number, one in enumerate(days) if one.value is not None]
    if len(known) < 2:
        return None
    days = days[known[0] : known[-1] + 1]
    spans = list(_spans(days))
    first, last = days[0], spans[-1].day
    base = first.value or ZERO
    curve = tuple(_curve(first.day, base, spans))
    net = Money.sum(one.flow for one in spans)
    twr = curve[-1].index - ONE if curve[-1].index is not None else None
    returned = [one for one in spans if one.twr is not None and one.whole]
    return Performance(
        start=first.day,
        end=last.day,
        value_start=base,
        value_end=spans[-1].value,
        net_flow=net,
        gain=spans[-1].value - base - net,
        twr=_fine(twr),
        twr_annual=_annual(twr, (last.day - first.day).days),
        xirr=money_weighted(days),
        volatility=_volatility([one.twr for one in returned if one.twr is not None]),
        drawdown=_deepest(curve),
        drawdown_now=curve[-1].drawdown,
        best=_best(returned, sign=1),
        worst=_best(returned, sign=-1),
        curve=curve,
        bridged=tuple(one.day for one in days if one.value is None),
    )


def money_weighted(days: Sequence[DayValue]) -> Decimal | None:
    """XIRR a year: the rate at which what was there and paid in has become what is there now (Excel's rule, days by
    365, a flow on its own date). None where no one rate does so, for less than a day, and beyond a millionfold."""
    first, last = days[0], days[-1]
    if first.value is None or last.value is None or first.day == last.day:
        return None
    payments = [(first.day, -first.value.amount)]
    payments += [(one.day, -one.flow.amount) for one in days[1:] if one.flow]
    payments.append((last.day, last.value.amount))
    try:
        rate = xirr([day for day, _ in payments], [amount for _, amount in payments])
    except InvalidPaymentsError:
        return None  # all on one side: nothing was put in, or nothing is left and nothing came out
    return _fine(Decimal(str(rate))) if rate is not None and abs(rate) < SENSELESS else None


def _spans(days: Sequence[DayValue]) -> Iterator[_Span]:
    before = days[0]
    waiting: list[DayValue] = []
    for one in days[1:]:
        waiting.append(one)
        if one.value is None or before.value is None:
            continue
        length = (one.day - before.day).days
        flow = Money.sum(part.flow for part in waiting)
        gain = one.value - before.value - flow
        base = before.value.amount + sum(
            (part.flow.amount * _there(part.day, one.day, waiting[0].day, length) for part in waiting),
            Decimal(0),
        )
        yield _Span(one, one.value, flow, gain, gain.amount / base if base > 0 else None, len(waiting) == 1)
        before, waiting = one, []


def _there(day: date, end: date, first: date, length: int) -> Decimal:
    """The part of a span that a flow of `day` was there; of a flow on its first day all of it."""
    return ONE if day == first else Decimal((end - day).days + 1) / length


def _curve(start: date, base: Money, spans: Iterable[_Span]) -> Iterator[Point]:
    index: Decimal | None = ONE
    highest = ONE
    yield Point(start, base, ZERO, ZERO, ONE, Decimal(0))
    for one in spans:
        if one.twr is None and not one.gain and not one.value:
            pass  # nothing was there and nothing came of it: the index stands
        elif index is not None:
            index = index * (ONE + one.twr) if one.twr is not None else None
        if index is not None:
            highest = max(highest, index)
        fall = index / highest - ONE if index is not None else None
        yield Point(one.day.day, one.value, one.flow, one.gain, _fine(index), _fine(fall))


def _deepest(curve: Sequence[Point]) -> Drawdown | None:
    """None when it never fell, or where the index is not known throughout."""
    peak, best = curve[0], None
    for point in curve:
        if point.index is None or peak.index is None or point.drawdown is None:
            return None
        if point.drawdown == 0:
            peak = point
        elif best is None or point.drawdown < best[0]:
            best = (point.drawdown, peak, point)
    if best is None:
        return None
    depth, top, trough = best
    recovered = next((one.day for one in curve if one.day > trough.day and one.drawdown == 0), None)
    return Drawdown(depth, top.day, trough.day, recovered)


def _volatility(returns: Sequence[Decimal]) -> Decimal | None:
    """Of daily returns, a year: their sample deviation times the root of 252. None for fewer than two."""
    return _fine(stdev(returns) * Decimal(TRADING_DAYS).sqrt()) if len(returns) > 1 else None


def _best(spans: Sequence[_Span], *, sign: int) -> Best | None:
    found = max(spans, key=lambda one: (sign * (one.twr or Decimal(0)), one.day.day), default=None)
    return Best(found.day.day, _fine(found.twr) or Decimal(0), found.gain) if found else None


def _annual(twr: Decimal | None, days: int) -> Decimal | None:
    """A year's worth of a return over more than a year; of a shorter one it would be a guess."""
    if twr is None or days <= YEAR or twr <= -1:
        return None
    return _fine((ONE + twr) ** (Decimal(YEAR) / days) - ONE)


def _fine(ratio: Decimal | None) -> Decimal | None:
    return ratio.quantize(FINE) if ratio is not None else None

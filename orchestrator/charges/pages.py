"""Every row of the fee tables in words: who takes it, on what, from which day, how much, and where that is said."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from decimal import Decimal
from typing import TypeVar

from adapters.registry import broker_name
from domain.fees import Taxed
from domain.money import plain
from routing.fees import SCHEDULES, words
from routing.schedules import statutory
from routing.schedules.table import UNVERIFIED, Brokerage, BrokerSchedule, Dated, Depository, Funding, Levy
from routing.schedules.venues import BSE_GROUPS, VENUES, Venue

HEAD = ("who", "on what", "from", "how much", "source")
T = TypeVar("T")


@dataclass(frozen=True, slots=True)
class Row:
    """Terms of one kind: who takes them, on what, and both ends of the days on which they count (`until` None: on)."""

    who: str
    what: str
    since: date
    until: date | None
    terms: str
    source: str

    @property
    def unverified(self) -> bool:
        """No page of who takes it confirms it."""
        return self.source.startswith(UNVERIFIED)


def rows() -> list[tuple[str, ...]]:
    """As a page shows them."""
    return [(one.who, one.what, f"{one.since:%d %b %Y}", one.terms, one.source) for one in every()]


def every() -> list[Row]:
    """In the order: state and regulator, exchanges, brokers."""
    return [
        *_state(),
        *_exchanges(),
        *(row for name, schedule in _brokers() for row in _broker(name, schedule)),
    ]


def in_force(day: date, who: str = "") -> list[Row]:
    """What counts on that day. `who`: of this broker, exchange or tax alone, in any case."""
    named = who.strip().lower()
    return [
        row
        for row in every()
        if row.since <= day and (row.until is None or day <= row.until)
        if not named or row.who.lower() == named
    ]


def _state() -> Iterator[Row]:
    for segment, dated in statutory.STT.items():
        yield from _each("STT or CTT", words(segment), dated, _levy)
    for segment, dated in statutory.FUND_STT.items():
        yield from _each("STT", f"{words(segment)} of equity fund units", dated, _levy)
    yield from _each("STT", "units of other funds", statutory.NO_STT, _levy)
    yield from _each("CTT", "futures on crops", statutory.CROP_CTT, _levy)
    yield from _each("STT", "exercised options, holder", statutory.EXERCISE_STT, _percent)
    yield from _each("CTT", "exercised commodity options, holder", statutory.EXERCISE_CTT, _percent)
    for segment, dated in statutory.STAMP.items():
        yield from _each("stamp duty", words(segment), dated, _levy)
    yield from _each("SEBI", "every trade", statutory.SEBI, _levy)
    yield from _each("SEBI", "contracts on crops", statutory.CROP_SEBI, _levy)
    yield from _each("GST", "fees", statutory.GST, _percent)


def _exchanges() -> Iterator[Row]:
    for (exchange, segment), dated in VENUES.items():
        yield from _each(exchange.value, words(segment), dated, _venue)
    for group, dated in BSE_GROUPS.items():
        yield from _each("BSE", f"shares of group {group}", dated, _venue)


def _brokers() -> list[tuple[str, BrokerSchedule]]:
    return [(broker_name(broker), schedule) for broker, schedule in SCHEDULES.items()]


def _broker(name: str, schedule: BrokerSchedule) -> Iterator[Row]:
    for segment, dated in schedule.brokerage.items():
        yield from _each(name, f"brokerage, {words(segment)}", dated, _brokerage)
    for plan, brokerage in schedule.plans.items():
        for segment, dated in brokerage.items():
            yield from _each(name, f"brokerage, {words(segment)}, plan {plan}", dated, _brokerage)
    for segment, dated in schedule.in_debit.items():
        yield from _each(name, f"brokerage, {words(segment)}, in debit", dated, _brokerage)
    yield from _each(name, "brokerage on shares that a contract ends in", schedule.delivered, _brokerage)
    yield from _each(name, "exercise and assignment", schedule.expiry, _expiry)
    yield from _each(name, "DP, per ISIN and day", schedule.depository, _depository)
    yield from _each(name, "an order of the desk", schedule.desk, lambda fee: f"Rs {plain(fee, 0)} + GST")
    yield from _each(name, "margin funding", schedule.funding, _funding)
    yield from _each(name, "lines that GST is on", schedule.taxed, _taxed)


def _each(who: str, what: str, dated: Sequence[Dated[T]], tell: Callable[[T], str]) -> Iterator[Row]:
    starts = sorted(row.start for row in dated)
    for row in dated:
        later = next((start for start in starts if start > row.start), None)
        until = later - timedelta(days=1) if later else None
        yield Row(who, what, row.start, until, tell(row.terms), row.source)


def _percent(part: Decimal) -> str:
    return f"{plain((part * 100).normalize(), 0)} %"


def _levy(levy: Levy) -> str:
    if levy.buy == levy.sell:
        return f"{_percent(levy.buy)} of each side" if levy.buy else "nothing"
    sides = [
        f"{_percent(part)} of the {side}" for part, side in ((levy.buy, "buy"), (levy.sell, "sale")) if part
    ]
    return ", ".join(sides)


def _venue(venue: Venue) -> str:
    fund = f", IPFT {_percent(venue.ipft.buy)}" if venue.ipft.buy else ""
    return f"{_levy(venue.charge)}{fund}"


def _brokerage(fee: Brokerage) -> str:
    if not fee.rate and not fee.floor:
        return "nothing"
    said = _percent(fee.rate) if fee.rate else f"Rs {plain(fee.floor, 0)}"
    if fee.cap is not None:
        said += f", at most Rs {plain(fee.cap, 0)}"
    if fee.rate and fee.floor:
        said += f", at least Rs {plain(fee.floor, 0)}"
    return said + (f", never above {_percent(fee.ceiling)} of the value" if fee.ceiling is not None else "")


def _depository(fee: Depository) -> str:
    said = f"Rs {plain(fee.fee)} + GST"
    if fee.small is not None:
        said += f", Rs {plain(fee.small)} for less than Rs {plain(fee.below, 0)}"
    return said + (f"; a woman pays Rs {plain(fee.woman_less)} less" if fee.woman_less else "")


def _funding(terms: Funding) -> str:
    daily = f"{_percent(round(terms.daily, 8))} of the loan a day"
    said = (
        f"Rs {plain(terms.fee, 0)} a day for every Rs {plain(terms.slab, 0)} begun" if terms.slab else daily
    )
    fees = ((terms.pledge, "pledge"), (terms.release, "release"))
    return "; ".join([said, *(f"{what} Rs {plain(fee, 0)} + GST" for fee, what in fees if fee)])


def _expiry(charged: bool) -> str:
    return "the segment's brokerage" if charged else "nothing"


def _taxed(lines: frozenset[Taxed]) -> str:
    return ", ".join(line.value for line in Taxed if line in lines)

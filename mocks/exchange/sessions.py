"""The sessions of a trading day by date and by group of instruments, as data; nothing here looks at a clock.

Sources: SEBI circular of 16 January 2026, NSE/CMTR/74466 and NSE/FAOP/74467 (closing auction and longer
derivatives day from 3 August 2026), NSE's notes of 1 July 2026 (pre-open from 7 September 2026), NSE on the
futures' pre-open (8 December 2025). BSE follows the same hours.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from enum import StrEnum
from typing import Literal

from mocks.exchange.model import Instrument, Kind, Phase

SHARE_KINDS = frozenset([Kind.EQUITY, Kind.INDEX])
NEXT_MONTH_JOINS_DAYS = 5  # before expiry, the next month's futures have a pre-open too


class Group(StrEnum):
    """Instruments that keep the same hours."""

    SHARES = "shares"
    AUCTION_SHARES = "auction_shares"  # with contracts on them: their price closes by an auction
    NEAR_FUTURES = "near_futures"  # futures that open by an auction
    CONTRACTS = "contracts"  # options and the later futures


@dataclass(frozen=True, slots=True)
class Session:
    """One phase of a trading day, [start, end) in minutes since midnight, India.

    With `random_from` its end is drawn anew every day, at some second between that minute and `end`.
    """

    start: int
    end: int
    phase: Phase
    name: str = ""
    random_from: int = 0


@dataclass(frozen=True, slots=True)
class DayRules:
    """The hours in force from a date on."""

    since: date
    sessions: dict[Group, tuple[Session, ...]]
    pre_open_priority: Literal["limit_first", "market_first"]  # the closing auction: market orders first


def at(text: str) -> int:
    """Minutes since midnight of `HH:MM`; raises ValueError for anything else."""
    hours, colon, minutes = text.partition(":")
    if not (
        colon and len(hours) == len(minutes) == 2 and (hours + minutes).isdecimal() and int(minutes) < 60
    ):
        raise ValueError(f"{text!r} is not a time of day (HH:MM)")
    found = int(hours) * 60 + int(minutes)
    if found > 24 * 60:
        raise ValueError(f"{text!r} is after midnight")
    return found


def _session(start: str, end: str, phase: Phase, name: str, random_from: str = "") -> Session:
    return Session(at(start), at(end), phase, name, at(random_from) if random_from else 0)


CLOSED = Session(0, 0, Phase.CLOSED, "closed")

_OLD_PRE_OPEN = (
    _session("09:00", "09:08", Phase.PREOPEN, "pre_open", "09:07"),
    _session("09:08", "09:12", Phase.MATCHING, "pre_open_matching"),
    _session("09:12", "09:15", Phase.MATCHING, "buffer"),
)
_PRE_OPEN = (
    _session("09:00", "09:05", Phase.PREOPEN, "pre_open"),
    _session("09:05", "09:10", Phase.LIMIT_ONLY, "pre_open_limit", "09:08"),
    _session("09:10", "09:12", Phase.MATCHING, "pre_open_matching"),
    _session("09:12", "09:15", Phase.MATCHING, "buffer"),
)
_CLOSING_AUCTION = (
    _session("15:15", "15:20", Phase.MATCHING, "closing_reference"),
    _session("15:20", "15:25", Phase.PREOPEN, "closing_auction"),
    _session("15:25", "15:30", Phase.LIMIT_ONLY, "closing_auction_limit", "15:28"),
    _session("15:30", "15:35", Phase.MATCHING, "closing_matching"),
)
_OLD_POST_CLOSE = (_session("15:40", "16:00", Phase.POST_CLOSE, "post_close"),)
_POST_CLOSE = (_session("15:50", "16:00", Phase.POST_CLOSE, "post_close"),)


def _continuous(end: str) -> tuple[Session, ...]:
    return (_session("09:15", end, Phase.CONTINUOUS, "continuous"),)


_OLD_SHARES = _OLD_PRE_OPEN + _continuous("15:30") + _OLD_POST_CLOSE

DAY_RULES = (
    DayRules(
        date.min,
        {
            Group.SHARES: _OLD_SHARES,
            Group.AUCTION_SHARES: _OLD_SHARES,
            Group.NEAR_FUTURES: _continuous("15:30"),
            Group.CONTRACTS: _continuous("15:30"),
        },
        "limit_first",
    ),
    DayRules(
        date(2025, 12, 8),
        {
            Group.SHARES: _OLD_SHARES,
            Group.AUCTION_SHARES: _OLD_SHARES,
            Group.NEAR_FUTURES: _OLD_PRE_OPEN + _continuous("15:30"),
            Group.CONTRACTS: _continuous("15:30"),
        },
        "limit_first",
    ),
    DayRules(
        date(2026, 8, 3),
        {
            Group.SHARES: _OLD_PRE_OPEN + _continuous("15:30") + _POST_CLOSE,
            Group.AUCTION_SHARES: _OLD_PRE_OPEN + _continuous("15:15") + _CLOSING_AUCTION + _POST_CLOSE,
            Group.NEAR_FUTURES: _OLD_PRE_OPEN + _continuous("15:40"),
            Group.CONTRACTS: _continuous("15:40"),
        },
        "limit_first",
    ),
    DayRules(
        date(2026, 9, 7),
        {
            Group.SHARES: _PRE_OPEN + _continuous("15:30") + _POST_CLOSE,
            Group.AUCTION_SHARES: _PRE_OPEN + _continuous("15:15") + _CLOSING_AUCTION + _POST_CLOSE,
            Group.NEAR_FUTURES: _PRE_OPEN + _continuous("15:40"),
            Group.CONTRACTS: _continuous("15:40"),
        },
        "market_first",
    ),
)


def rules_on(day: date) -> DayRules:
    """The rule set of a date."""
    return next(rules for rules in reversed(DAY_RULES) if rules.since <= day)


def group_of(instrument: Instrument, day: date) -> Group:
    """The hours an instrument keeps on `day`. An index follows the shares without a closing auction."""
    if instrument.kind in SHARE_KINDS:
        return Group.AUCTION_SHARES if instrument.cas_eligible or instrument.derivatives else Group.SHARES
    if instrument.kind is Kind.FUTURE and _opens_by_auction(date.fromisoformat(instrument.expiry), day):
        return Group.NEAR_FUTURES
    return Group.CONTRACTS


def _opens_by_auction(expiry: date, day: date) -> bool:
    """The current month's futures; in the last days before an expiry the next month's as well."""
    months = (expiry.year - day.year) * 12 + expiry.month - day.month
    if months <= 0:
        return True
    month_ends = date(day.year + day.month // 12, day.month % 12 + 1, 1)
    return months == 1 and (month_ends - day).days <= NEXT_MONTH_JOINS_DAYS + 2

"""When the exchanges are open: sessions and holidays as data, questions as pure functions. Times are IST.

Sources: NSE/CMTR/74466 and NSE/FAOP/74467 (29 May 2026, effective 3 Aug 2026); the 2026 holiday list.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from datetime import date, datetime, time, timedelta
from enum import StrEnum
from zoneinfo import ZoneInfo

from domain.instrument import Exchange

IST = ZoneInfo("Asia/Kolkata")
DAY_BEGINS = time(9, 0)  # pre-open: by now every broker's books and prices are of the new day
CAS_START = date(2026, 8, 3)  # closing auction begins; equity derivatives trade to 15:40


class Phase(StrEnum):
    CLOSED = "closed"
    PRE_OPEN = "pre_open"
    OPEN = "open"
    CLOSING_AUCTION = "closing_auction"
    POST_CLOSE = "post_close"


HOLIDAYS_2026 = {
    date(2026, 1, 15): "Municipal elections (ad hoc)",
    date(2026, 1, 26): "Republic Day",
    date(2026, 3, 3): "Holi",
    date(2026, 3, 26): "Ram Navami",
    date(2026, 3, 31): "Mahavir Jayanti",
    date(2026, 4, 3): "Good Friday",
    date(2026, 4, 14): "Ambedkar Jayanti",
    date(2026, 5, 1): "Maharashtra Day",
    date(2026, 5, 28): "Bakri Id",
    date(2026, 6, 26): "Muharram",
    date(2026, 9, 14): "Ganesh Chaturthi",
    date(2026, 10, 2): "Gandhi Jayanti",
    date(2026, 10, 20): "Dussehra",
    date(2026, 11, 10): "Diwali Balipratipada",
    date(2026, 11, 24): "Guru Nanak Jayanti",
    date(2026, 12, 25): "Christmas",
}


@dataclass(frozen=True, slots=True)
class Calendar:
    """`always_open` is for the sandbox, whose exchange never sleeps."""

    always_open: bool = False
    holidays: Mapping[date, str] = field(default_factory=lambda: HOLIDAYS_2026)

    def holiday(self, day: date) -> str | None:
        """Why the exchanges are closed all day, or None."""
        if day in self.holidays:
            return self.holidays[day]
        return "Weekend" if day.weekday() >= 5 else None

    def trades(self, day: date) -> bool:
        """Whether the exchanges are open at all on this IST day."""
        return self.always_open or self.holiday(day) is None

    def trading_day(self, at: datetime) -> date:
        """The day whose trading began last at an aware moment: the day before until nine, Friday on a Sunday."""
        local = at.astimezone(IST)
        if self.always_open:
            return local.date()
        day = local.date() if local.time() >= DAY_BEGINS else local.date() - timedelta(days=1)
        while self.holiday(day):
            day -= timedelta(days=1)
        return day

    def phase(self, exchange: Exchange, at: datetime, *, closing_auction: bool = False) -> Phase:
        """The session at an aware moment. `closing_auction`: the share has derivatives, so it closes by auction."""
        if self.always_open:
            return Phase.OPEN
        local = at.astimezone(IST)
        if self.holiday(local.date()):
            return Phase.CLOSED
        for start, end, phase in sessions(exchange, local.date(), closing_auction=closing_auction):
            if start <= local.time() < end:
                return phase
        return Phase.CLOSED

    def phase_ends(
        self, exchange: Exchange, at: datetime, *, closing_auction: bool = False
    ) -> datetime | None:
        """When the session at this moment gives way to another one (aware, IST); None when it never does."""
        if self.always_open:
            return None
        now = self.phase(exchange, at, closing_auction=closing_auction)
        return next(
            moment
            for moment in self._edges(exchange, at, closing_auction=closing_auction)
            if self.phase(exchange, moment, closing_auction=closing_auction) is not now
        )

    def next_opening(self, exchange: Exchange, at: datetime) -> datetime | None:
        """When continuous trading begins next, after this moment (aware, IST); None when it never ends."""
        if self.always_open:
            return None
        return next(
            start
            for day in _days(at)
            if not self.holiday(day)
            for begin, _, phase in sessions(exchange, day, closing_auction=False)
            if phase is Phase.OPEN and (start := datetime.combine(day, begin, IST)) > at
        )

    def _edges(self, exchange: Exchange, at: datetime, *, closing_auction: bool) -> Iterator[datetime]:
        """Every beginning and end of a session after this moment."""
        for day in _days(at):
            if self.holiday(day):
                continue
            for begin, end, _ in sessions(exchange, day, closing_auction=closing_auction):
                for edge in (begin, end):
                    if (moment := datetime.combine(day, edge, IST)) > at:
                        yield moment

    def is_open(self, exchange: Exchange, at: datetime, *, closing_auction: bool = False) -> bool:
        """Whether continuous trading is on."""
        return self.phase(exchange, at, closing_auction=closing_auction) is Phase.OPEN


def _days(at: datetime) -> Iterator[date]:
    """Today (IST) and every day after it."""
    day = at.astimezone(IST).date()
    while True:
        yield day
        day += timedelta(days=1)


def sessions(exchange: Exchange, day: date, *, closing_auction: bool) -> tuple[tuple[time, time, Phase], ...]:
    """The day's sessions (start, end, phase) of an exchange segment, by the rules in force on `day`."""
    new_rules = day >= CAS_START
    match exchange:
        case Exchange.NSE | Exchange.BSE:
            auction = closing_auction and new_rules
            return (
                (time(9, 0), time(9, 15), Phase.PRE_OPEN),
                (time(9, 15), time(15, 15) if auction else time(15, 30), Phase.OPEN),
                *(((time(15, 15), time(15, 35), Phase.CLOSING_AUCTION),) if auction else ()),
                (time(15, 50) if new_rules else time(15, 40), time(16, 0), Phase.POST_CLOSE),
            )
        case Exchange.NFO | Exchange.BFO:
            return ((time(9, 15), time(15, 40) if new_rules else time(15, 30), Phase.OPEN),)
        case Exchange.CDS | Exchange.BCD:
            return ((time(9, 0), time(17, 0), Phase.OPEN),)
        case Exchange.MCX:
            return ((time(9, 0), time(23, 30), Phase.OPEN),)

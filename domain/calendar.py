"""When the exchanges are open: sessions and holidays as data, questions as pure functions. Times are IST.

What an exchange announces for one day (a holiday, a Muhurat session, a Saturday of trading) is a `SpecialDay`; it
stands before the list and the regular hours.

Sources: NSE/CMTR/74466 and NSE/FAOP/74467 (29 May 2026, effective 3 Aug 2026); the 2026 holiday list.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from datetime import date, datetime, time, timedelta
from enum import StrEnum
from itertools import pairwise
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


Session = tuple[time, time, Phase]  # from, until, what it is
ANNOUNCED = (Phase.PRE_OPEN, Phase.OPEN, Phase.POST_CLOSE)  # what a special day can be made of


class BadDay(ValueError):
    """Sessions that no day can have; its words are for a person."""


@dataclass(frozen=True, slots=True)
class SpecialDay:
    """What one exchange does on one day instead of the usual; without sessions it is closed all day.

    `words` say why. Sessions are kept in their order. Raises BadDay where two overlap, one does not end after it
    begins, is of another phase than `ANNOUNCED`, or where nothing but auctions takes place.
    """

    words: str
    sessions: tuple[Session, ...] = ()

    def __post_init__(self) -> None:
        ordered = tuple(sorted(self.sessions, key=lambda one: (one[0], one[1])))
        for begins, ends, phase in ordered:
            if phase not in ANNOUNCED:
                raise BadDay(f"a session of a special day is {', '.join(ANNOUNCED)}, not {phase}")
            if begins >= ends:
                raise BadDay(
                    f"a session ends after it begins, on the same day: {begins:%H:%M} to {ends:%H:%M}"
                )
        for before, after in pairwise(ordered):
            if after[0] < before[1]:
                raise BadDay(f"the sessions from {before[0]:%H:%M} and from {after[0]:%H:%M} overlap")
        if ordered and _opens(ordered) is None:
            raise BadDay("one session at least is open; without any session the exchange is closed all day")
        object.__setattr__(self, "sessions", ordered)

    @property
    def opens(self) -> time | None:
        """When continuous trading begins; None on a day without."""
        return _opens(self.sessions)

    @property
    def ends(self) -> time | None:
        """When nothing trades any more."""
        return self.sessions[-1][1] if self.sessions else None


def _opens(ordered: tuple[Session, ...]) -> time | None:
    return next((begins for begins, _, phase in ordered if phase is Phase.OPEN), None)


SpecialDays = Mapping[tuple[Exchange, date], SpecialDay]


@dataclass(frozen=True, slots=True)
class Calendar:
    """`always_open` is for the sandbox, whose exchange sleeps on special days alone.

    `special` may be a mapping whose content changes: whoever holds the calendar sees that at the next question.
    """

    always_open: bool = False
    holidays: Mapping[date, str] = field(default_factory=lambda: HOLIDAYS_2026)
    special: SpecialDays = field(default_factory=dict)

    def holiday(self, day: date, exchange: Exchange | None = None) -> str | None:
        """Why the exchange is closed all day, or None; without an exchange: why all of them are."""
        if exchange is not None:
            special = self.special.get((exchange, day))
            if special is not None:
                return None if special.sessions else special.words
            return self._listed(day)
        announced = self._announced(day)
        if any(one.sessions for one in announced):
            return None
        if len(announced) == len(Exchange):
            return announced[0].words
        return self._listed(day)

    def trades(self, day: date, exchange: Exchange | None = None) -> bool:
        """Whether the exchange is open at all on this IST day; without an exchange: any of them."""
        return self.holiday(day, exchange) is None

    def trading_day(self, at: datetime, exchange: Exchange | None = None) -> date:
        """The day whose trading began last at an aware moment: the day before until nine, Friday on a Sunday."""
        local = at.astimezone(IST)
        day = local.date()
        if local.time() < self._day_begins(day, exchange):
            day -= timedelta(days=1)
        while not self.trades(day, exchange):
            day -= timedelta(days=1)
        return day

    def hours(self, exchange: Exchange, day: date, *, closing_auction: bool = False) -> tuple[Session, ...]:
        """The day's sessions; none on a day without. Of an exchange that never sleeps: one that ends at midnight."""
        special = self.special.get((exchange, day))
        if special is not None:
            return special.sessions
        if self.always_open:
            return ((time.min, time.max, Phase.OPEN),)
        return () if self._listed(day) else sessions(exchange, day, closing_auction=closing_auction)

    def phase(self, exchange: Exchange, at: datetime, *, closing_auction: bool = False) -> Phase:
        """The session at an aware moment. `closing_auction`: the share has derivatives, so it closes by auction."""
        local = at.astimezone(IST)
        day, moment = local.date(), local.time()
        if self.always_open and (exchange, day) not in self.special:
            return Phase.OPEN
        for start, end, phase in self.hours(exchange, day, closing_auction=closing_auction):
            if start <= moment < end:
                return phase
        return Phase.CLOSED

    def phase_ends(
        self, exchange: Exchange, at: datetime, *, closing_auction: bool = False
    ) -> datetime | None:
        """When the session at this moment gives way to another one (aware, IST); None when it never does."""
        now = self.phase(exchange, at, closing_auction=closing_auction)
        return next(
            (
                moment
                for moment in self._edges(exchange, at, closing_auction=closing_auction)
                if self.phase(exchange, moment, closing_auction=closing_auction) is not now
            ),
            None,
        )

    def next_opening(self, exchange: Exchange, at: datetime) -> datetime | None:
        """When continuous trading begins next, after this moment (aware, IST); None when it never ends."""
        return next(
            (
                moment
                for moment in self._edges(exchange, at, closing_auction=False)
                if self.is_open(exchange, moment)
                and not self.is_open(exchange, moment - timedelta(microseconds=1))
            ),
            None,
        )

    def is_open(self, exchange: Exchange, at: datetime, *, closing_auction: bool = False) -> bool:
        """Whether continuous trading is on."""
        return self.phase(exchange, at, closing_auction=closing_auction) is Phase.OPEN

    def _listed(self, day: date) -> str | None:
        """Why the exchanges are closed by the list, whatever was announced."""
        if self.always_open:
            return None
        if day in self.holidays:
            return self.holidays[day]
        return "Weekend" if day.weekday() >= 5 else None

    def _announced(self, day: date, exchange: Exchange | None = None) -> list[SpecialDay]:
        """Of the exchange, or of each, that has one."""
        if not self.special:
            return []
        found = (self.special.get((one, day)) for one in ([exchange] if exchange else Exchange))
        return [one for one in found if one is not None]

    def _day_begins(self, day: date, exchange: Exchange | None) -> time:
        """Nine, or with the first session of a special day that begins earlier."""
        if self.always_open:
            return time.min
        announced = self._announced(day, exchange)
        return min([DAY_BEGINS, *(one.sessions[0][0] for one in announced if one.sessions)])

    def _edges(self, exchange: Exchange, at: datetime, *, closing_auction: bool) -> Iterator[datetime]:
        """Every moment after this one at which a session may begin or end, the earliest first."""
        for day in self._days(exchange, at.astimezone(IST).date()):
            begun = datetime.combine(day, time.min, IST)
            hours = self.hours(exchange, day, closing_auction=closing_auction)
            edges = [datetime.combine(day, edge, IST) for begins, ends, _ in hours for edge in (begins, ends)]
            if self.always_open:  # between special days it is open from midnight to midnight
                edges = [begun, *edges, begun + timedelta(days=1)]
            yield from (edge for edge in edges if edge > at)

    def _days(self, exchange: Exchange, today: date) -> Iterator[date]:
        """Today (IST) and every day after it; of an exchange that never sleeps its special days alone."""
        if self.always_open:
            yield from sorted(day for one, day in list(self.special) if one is exchange and day >= today)
            return
        while True:
            yield today
            today += timedelta(days=1)


def sessions(exchange: Exchange, day: date, *, closing_auction: bool) -> tuple[Session, ...]:
    """The regular sessions of an exchange segment, by the rules in force on `day`, whether it trades or not."""
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

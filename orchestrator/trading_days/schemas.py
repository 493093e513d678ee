"""Sessions of days as callers give and get them: times of day are IST, "HH:MM"."""

from __future__ import annotations

from datetime import date, datetime, time
from enum import StrEnum
from typing import Annotated, Literal

from pydantic import Field

from domain.calendar import IST, Calendar, Phase, Session, SpecialDay
from domain.instrument import Exchange
from orchestrator.schemas import In, Out, Time
from orchestrator.trading_days.rows import Override

CLOCK = r"^([01][0-9]|2[0-3]):[0-5][0-9]$"
MIDNIGHT = "24:00"

Clock = Annotated[str, Field(pattern=CLOCK, description="IST, HH:MM.", examples=["18:15"])]


class TradingSessionOut(Out):
    """`ends` may be 24:00, of an exchange that never sleeps."""

    begins: str
    ends: str
    phase: Phase

    @staticmethod
    def of(session: Session) -> TradingSessionOut:
        begins, ends, phase = session
        over = MIDNIGHT if ends == time.max else f"{ends:%H:%M}"
        return TradingSessionOut(begins=f"{begins:%H:%M}", ends=over, phase=phase)


class TradingSessionIn(In):
    begins: Clock
    ends: Clock
    phase: Literal[Phase.PRE_OPEN, Phase.OPEN, Phase.POST_CLOSE] = Phase.OPEN

    def parsed(self) -> Session:
        return time.fromisoformat(self.begins), time.fromisoformat(self.ends), self.phase


class OverrideIn(In):
    """Without `sessions` the exchanges are closed all day. `words` are shown to users; `source`: the circular's number
    or address."""

    exchanges: Annotated[list[Exchange], Field(min_length=1, max_length=len(Exchange))]
    day: date
    sessions: list[TradingSessionIn] = Field(default_factory=list, max_length=12)
    words: Annotated[str, Field(min_length=1, max_length=200, examples=["Muhurat trading"])]
    source: Annotated[str, Field(min_length=1, max_length=300, examples=["NSE/CMTR/70000"])]


class OverrideState(StrEnum):
    COMING = "coming"
    TODAY = "today"
    PAST = "past"
    WITHDRAWN = "withdrawn"


class OverrideOut(Out):
    """What one exchange does on one day, as an operator told. `added_by` and `withdrawn_by` are users' ids; "" is the
    machine's command line."""

    id: str
    exchange: Exchange
    day: date
    closed: bool
    sessions: list[TradingSessionOut]
    words: str
    source: str
    added_at: Time
    added_by: str
    withdrawn_at: Time | None
    withdrawn_by: str | None
    state: OverrideState

    @staticmethod
    def of(one: Override, now: datetime) -> OverrideOut:
        return OverrideOut(
            id=one.id,
            exchange=one.exchange,
            day=one.day,
            closed=not one.special.sessions,
            sessions=[TradingSessionOut.of(session) for session in one.special.sessions],
            words=one.special.words,
            source=one.source,
            added_at=one.added_at,
            added_by=one.added_by,
            withdrawn_at=one.withdrawn_at,
            withdrawn_by=one.withdrawn_by,
            state=state_of(one, now.astimezone(IST).date()),
        )


class OverridesOut(Out):
    """The earliest day first."""

    items: list[OverrideOut]


class AnnouncedOut(Out):
    """Why the day is not like others, and where the exchange says so."""

    id: str
    words: str
    source: str


class ExchangeDayOut(Out):
    """`sessions`: of a share that does not close by auction. `override`: the day was announced; null: as listed."""

    exchange: Exchange
    open: bool
    closed_because: str | None
    override: AnnouncedOut | None
    sessions: list[TradingSessionOut]

    @staticmethod
    def of(calendar: Calendar, exchange: Exchange, day: date, override: Override | None) -> ExchangeDayOut:
        why = calendar.holiday(day, exchange)
        return ExchangeDayOut(
            exchange=exchange,
            open=why is None,
            closed_because=why,
            override=override
            and AnnouncedOut(id=override.id, words=override.special.words, source=override.source),
            sessions=[TradingSessionOut.of(session) for session in calendar.hours(exchange, day)],
        )


class CalendarDayOut(Out):
    day: date
    exchanges: list[ExchangeDayOut]


class MarketCalendarOut(Out):
    """`always_open`: the exchanges are simulated and never sleep, but on days that were announced."""

    always_open: bool
    items: list[CalendarDayOut]


def state_of(one: Override, today: date) -> OverrideState:
    if one.withdrawn_at is not None:
        return OverrideState.WITHDRAWN
    if one.day < today:
        return OverrideState.PAST
    return OverrideState.TODAY if one.day == today else OverrideState.COMING


def special_of(body: OverrideIn) -> SpecialDay:
    """Raises BadDay."""
    return SpecialDay(body.words, tuple(session.parsed() for session in body.sessions))

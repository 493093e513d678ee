"""When something is due: times of Indian days, of all of them or of those on which exchanges trade. Pure."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta

from domain.calendar import IST, Calendar

LOOK_BACK = 30  # days; what was missed longer ago is not caught up
LOOK_AHEAD = 30


@dataclass(frozen=True, slots=True)
class Schedule:
    """`first` is an IST time; `every` so long after it again, until midnight. `trading`: on trading days alone."""

    first: time
    every: timedelta | None = None
    trading: bool = False

    def of_day(self, day: date, calendar: Calendar) -> Iterator[datetime]:
        """The day's times, aware (IST), the earliest first."""
        if self.trading and not calendar.trades(day):
            return
        moment = datetime.combine(day, self.first, IST)
        while moment.date() == day:
            yield moment
            if self.every is None:
                return
            moment += self.every

    def newest(self, now: datetime, calendar: Calendar) -> datetime | None:
        """The latest time that has come."""
        return next(self._backwards(now, calendar), None)

    def missed(self, since: datetime, now: datetime, calendar: Calendar) -> list[datetime]:
        """Every time after `since` that has come, the earliest first, of the last thirty days."""
        found: list[datetime] = []
        for moment in self._backwards(now, calendar):
            if moment <= since:
                break
            found.append(moment)
        return found[::-1]

    def next(self, now: datetime, calendar: Calendar) -> datetime | None:
        """The first time that has not come yet."""
        today = now.astimezone(IST).date()
        days = (today + timedelta(days=ahead) for ahead in range(LOOK_AHEAD))
        return next((at for day in days for at in self.of_day(day, calendar) if at > now), None)

    def _backwards(self, now: datetime, calendar: Calendar) -> Iterator[datetime]:
        today = now.astimezone(IST).date()
        for back in range(LOOK_BACK):
            day = list(self.of_day(today - timedelta(days=back), calendar))
            yield from (moment for moment in reversed(day) if moment <= now)

    @property
    def words(self) -> str:
        """For people: `every day at 08:30`."""
        days = "trading day" if self.trading else "day"
        if self.every is None:
            return f"every {days} at {self.first:%H:%M}"
        minutes = self.every // timedelta(minutes=1)
        pause = "every hour" if minutes == 60 else f"every {minutes} minutes"
        return f"{pause} of every {days} from {self.first:%H:%M}"

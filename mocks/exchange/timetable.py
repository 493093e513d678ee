"""A day's changes in the order of their times: sessions of every group, the windows of their closes, the day's end.

Random closes are drawn here, one for all groups of a session's name, and noted in the journal.
"""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date
from typing import NamedTuple

from mocks.exchange.calendar import SECOND_NS, india_ns
from mocks.exchange.chance import stream
from mocks.exchange.floor import Floor
from mocks.exchange.model import Phase
from mocks.exchange.sessions import CLOSED, Group, Session

CLOSING_REFERENCE = "closing_reference"
CLOSE_WINDOW, REFERENCE_WINDOW = 30, 15  # minutes before the end that make a close, or an auction's reference


class Change(NamedTuple):
    """One entry of the timetable. Without a session: the close's window opens, or (no group) the day changes."""

    time: int
    number: int
    group: Group | None
    session: Session | None
    word: str = "session"  # session | window | ends | begins


def timetable(floor: Floor, day: date) -> list[Change]:
    """Everything up to the end of the last session; empty on a day without trading."""
    ends: dict[str, int] = {}
    found: list[tuple[int, Group, Session | None]] = []
    for group in Group:
        found += _of_group(floor, day, group, ends)
    found.sort(key=lambda entry: entry[0])
    changes = [
        Change(time, number, group, session, "session" if session else "window")
        for number, (time, group, session) in enumerate(found)
    ]
    if changes:
        changes.append(Change(changes[-1].time, len(changes), None, None, "ends"))
    return changes


def _of_group(
    floor: Floor, day: date, group: Group, ends: dict[str, int]
) -> list[tuple[int, Group, Session | None]]:
    found: list[tuple[int, Group, Session | None]] = []
    sessions = floor.calendar.sessions_on(day, group)
    begins = 0
    for place, session in enumerate(sessions):
        following = sessions[place + 1 : place + 2]
        begins = begins or india_ns(day, session.start)
        if session.name not in ends:
            ends[session.name] = _end(floor, day, session)
        end = ends[session.name] if session.random_from else india_ns(day, session.end)
        found.append((begins, group, session))
        if session.phase is Phase.CONTINUOUS:
            found.append((max(india_ns(day, session.end - _window(following)), begins), group, None))
        joined = bool(following) and following[0].start == session.end
        if not joined:
            found.append((end, group, CLOSED))
        begins = end if joined else 0
    return found


def _window(following: Sequence[Session]) -> int:
    is_auction = bool(following) and following[0].name == CLOSING_REFERENCE
    return REFERENCE_WINDOW if is_auction else CLOSE_WINDOW


def _end(floor: Floor, day: date, session: Session) -> int:
    end = india_ns(day, session.end)
    if session.random_from:
        luck = stream(floor.seed, day.isoformat(), session.name)
        end -= int(luck.random() * (session.end - session.random_from) * 60) * SECOND_NS
        floor.decided("random_close", day=day.isoformat(), session=session.name, until=end)
    return end

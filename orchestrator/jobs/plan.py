"""Everything that is done on a schedule: what it is called, when it is due, and what is done about missed times.

What does the work is bound in parts.py; commands and screens know all of it from here.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import time, timedelta
from enum import StrEnum

from orchestrator.jobs.schedule import Schedule

RETRIES = (30, 120, 600, 1800)  # seconds after a failure, and after each further one


class Missed(StrEnum):
    """What is done about times at which nothing ran."""

    ONCE = "once"  # the latest one stands for all
    EACH = "each"  # one after the other, the earliest first


@dataclass(frozen=True, slots=True)
class Plan:
    """`tells` is for people. `retries`: seconds until it is tried again after each failure."""

    name: str
    tells: str
    schedule: Schedule
    missed: Missed = Missed.ONCE
    retries: tuple[float, ...] = RETRIES


INSTRUMENTS = Plan(
    "instruments",
    "Loads what each broker lists.",
    Schedule(time(8, 30)),
    retries=(15, 30, 60, 120, 300, 600, *(1800,) * 16),  # until the close
)
EVENINGS = Plan(
    "evenings",
    "Keeps what every account is worth in the evening of a trading day.",
    Schedule(time(16, 0), every=timedelta(minutes=15), trading=True),
)
CANDLES = Plan(
    "candles",
    "Puts what a broker tells in the place of minutes that formed here.",
    Schedule(time(0, 30), every=timedelta(hours=1)),
)
OLD_CANDLES = Plan("old candles", "Forgets minutes older than they are kept.", Schedule(time(1, 10)))
CHARGES = Plan(
    "charges",
    "Asks brokers what they charged for fills of the last days that they were not asked about.",
    Schedule(time(18, 0), trading=True),
)
BOOKS = Plan(
    "books",
    "Compares every account's fills of the day with its broker's books.",
    Schedule(time(16, 15), trading=True),
)
HISTORY = Plan("history of jobs", "Forgets runs of jobs older than 90 days.", Schedule(time(1, 20)))
OLD_EVENTS = Plan(
    "old events",
    "Forgets events that were told and notices, older than they are kept.",
    Schedule(time(0, 10), every=timedelta(hours=1)),
)

BACKUP = Plan(  # `orchestrator backup` is written down beside it
    "backup", "Makes an encrypted backup, where a folder for them is named.", Schedule(time(2, 0))
)

PLANS = {
    plan.name: plan
    for plan in (INSTRUMENTS, EVENINGS, CANDLES, OLD_CANDLES, CHARGES, BOOKS, HISTORY, OLD_EVENTS, BACKUP)
}

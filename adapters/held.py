"""What the guard goes by, how its calls stand, and what it says of a call that it held back."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from adapters.governor import ORDERS_A_SECOND
from domain.errors import BrokerUnavailable


@dataclass(frozen=True, slots=True)
class GuardSettings:
    """Seconds. `read_attempts` counts the first one."""

    read_deadline: float = 5.0
    list_deadline: float = 15.0  # of a list that takes many calls
    write_deadline: float = 8.0
    read_attempts: int = 3
    write_patience: float = 2.0  # longest wait for room in the rate budget before a write is held back
    cancel_patience: float = 20.0  # the same for a cancel: late is better than not at all
    orders_a_second: int = ORDERS_A_SECOND  # order calls to one exchange, below the legal 10
    breaker_failures: int = 3
    breaker_reset: float = 10.0


@dataclass(frozen=True, slots=True)
class Health:
    """How calls to one account stand now. Breakers are closed | open | half_open; `opened_at`: since when one is open,
    `tries_at`: when each that is lets a call try."""

    reads: str
    writes: str
    last_ok_at: datetime | None
    last_error: str | None
    opened_at: datetime | None = None
    tries_at: datetime | None = None

    @property
    def tripped(self) -> bool:
        """Whether an order should rather go elsewhere."""
        return "open" in (self.reads, self.writes)


class NotSent(BrokerUnavailable):
    """Held back by ourselves: the breaker is open or the budget is spent. Nothing left, and waiting may help."""


class TooLate(BrokerUnavailable):
    """Held back by the caller at the last moment: nothing left, and nothing is to leave in its place."""


def nothing() -> str | None:
    """What stands against sending, for those whom nothing does."""
    return None

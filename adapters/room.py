"""Room in an account's limits that several programs share: who asks, and what holds while nobody can be asked."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Protocol


@dataclass(frozen=True, slots=True)
class Share:
    """Of one limit: `calls` in any `seconds`, all programs together. `rule` says what it is, for a person."""

    name: str
    seconds: float
    calls: int
    rule: str


class Unshared(Exception):
    """Nobody can be asked now. `among`: how many programs there may be, each of which keeps to its part."""

    def __init__(self, among: int) -> None:
        super().__init__(f"one of {among}")
        self.among = among


class Room(Protocol):
    async def take(self, shares: Sequence[Share]) -> float:
        """Count one call in all and give 0.0, or count nothing and give the seconds to wait. Raises Unshared."""
        ...

"""What happens to an order one step after the other, with waits between, on the exchange's clock."""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from mocks.exchange.venue import Exchange

Steps = Iterator[int]  # yields how long to wait before the next step, nanoseconds
SECOND = 1_000_000_000


def walk(exchange: Exchange, steps: Steps) -> None:
    """Go on until the next wait; a wait of 0 is none. What follows a wait happens inside `Exchange.advance`."""
    for pause in steps:
        if pause > 0:
            exchange.schedule(exchange.now + pause, lambda: walk(exchange, steps))
            return


def seconds(value: float) -> int:
    """As nanoseconds."""
    return int(value * SECOND)

"""Price steps and daily bands by price, as the exchanges' tables have them. Everything in paise."""

from __future__ import annotations

# Tick by the month-end close, in force since 15 April 2025: (below this price, tick).
EQUITY_TICKS = ((250_00, 1), (1_000_00, 5), (5_000_00, 10), (10_000_00, 50), (20_000_00, 100))
LAST_TICK = 500
INDEX_FUTURE_TICKS = ((15_000_00, 5), (30_000_00, 10))
LAST_INDEX_TICK = 20
OPTION_TICK = 5


def tick_for(price: int, table: tuple[tuple[int, int], ...] = EQUITY_TICKS, last: int = LAST_TICK) -> int:
    """Tick for a month-end close."""
    for below, tick in table:
        if price < below:
            return tick
    return last


def percent_band(price: int, percent: int, tick: int) -> tuple[int, int]:
    """Lowest and highest allowed price, on the tick, inside `percent` of `price`."""
    low = -(-price * (100 - percent) // 100)
    return max(-(-low // tick) * tick, tick), price * (100 + percent) // 100 // tick * tick

"""How liquid a listing is: what stands at a price, how wide the spread is, what trades in a day, who is awake.

All invented, but of one piece: the past's volumes are what the background flow would have traded.
"""

from __future__ import annotations

from mocks.exchange.chance import number
from mocks.exchange.model import Instrument, Kind

LEVEL_VALUE = 80_000_000  # paise of shares that stand at a level near the top of a liquid book
BSE_PART = 5  # the same share has this times less of everything at BSE
FUTURE_LOTS, OPTION_LOTS = 12, 16  # standing at a level of a contract
SESSION_S = 22_500
OPTION_TURNS_S = 2.0  # an option at the money takes a turn this often, the others more seldom
NEVER = 0.0


def level_size(instrument: Instrument) -> int:
    """Shares near the best price of one side, in whole lots."""
    lot = instrument.lot
    if not instrument.expiry:
        part = BSE_PART if instrument.exchange == "BSE" else 1
        return max(LEVEL_VALUE // max(instrument.prev_close, 1) // part, 1)
    return lot * (OPTION_LOTS if instrument.strike else FUTURE_LOTS)


def half_spread(instrument: Instrument) -> float:
    """Half of what the makers keep between bid and ask, in paise at the previous close."""
    if instrument.strike:
        part = 0.004
    elif instrument.expiry:
        part = 0.00004 if instrument.sector == "Index" else 0.00012
    else:
        part = 0.0004 if instrument.exchange == "BSE" else 0.0001
    return max(instrument.prev_close * part, instrument.tick * 0.5)


def turn_seconds(instrument: Instrument, spot: int, days: int) -> float:
    """Seconds between turns of the crowd at the usual pace; NEVER (0) for what only wakes when a client comes.

    `spot` is the underlying's price in paise (0: unknown), `days` how long a contract still lives.
    """
    if not instrument.expiry:
        return 1.8 if instrument.exchange == "BSE" else 0.9
    index = instrument.sector == "Index"
    far = max(days - 35, 0) / 35.0  # in months beyond the first
    if not instrument.strike:
        return (0.9 if index else 3.0) * (1.0 + 3.0 * far)
    if not spot:
        return OPTION_TURNS_S
    away = abs(instrument.strike - spot) / spot
    if away > (0.04 if index else 0.025) or days > 35:
        return NEVER
    return (OPTION_TURNS_S if index else 15.0) * (1.0 + days / 10.0) * (1.0 + away * 150.0)


def usual_volume(instrument: Instrument) -> int:
    """Shares of an ordinary day; 0 for an index."""
    if instrument.kind is Kind.INDEX:
        return 0
    size = level_size(instrument)
    if not instrument.expiry:
        return size * 3_000
    return size * (1_500 if instrument.sector == "Index" else 400)


def usual_interest(instrument: Instrument) -> int:
    """Units outstanding in a contract at yesterday's close, in whole lots; 0 for anything else."""
    if not instrument.expiry:
        return 0
    lot = instrument.lot
    held = 500 + number(f"{instrument.symbol}/interest", 1_500)
    return level_size(instrument) * held // 10 // lot * lot

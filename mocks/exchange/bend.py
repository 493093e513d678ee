"""How a scenario bends a crowd: where its price goes, how wild, wide and thin its market is."""

from __future__ import annotations

from typing import NamedTuple


class Bend(NamedTuple):
    """The defaults are an ordinary market. `goal` in paise (0: wherever it likes), reached within `seconds`."""

    goal: int = 0
    seconds: int = 0
    calm: float = 1.0  # times the usual volatility
    wide: float = 1.0  # times the usual spread
    thin: float = 1.0  # times the usual quantities
    locked: int = 0  # +1 at the upper end of the band with buyers only, -1 at the lower with sellers only

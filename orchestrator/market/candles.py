"""Longer candles made of shorter ones, and ours laid over a broker's history. Pure."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import replace

from domain.instrument import Exchange
from domain.market import Candle
from orchestrator.market.intervals import Grid, Interval


def gathered(
    candles: Iterable[Candle], interval: Interval, *, grid: Grid, exchange: Exchange
) -> list[Candle]:
    """Candles, oldest first, as those of a longer (or the same) interval, oldest first."""
    made: list[Candle] = []
    for one in candles:
        start = grid.start(exchange, one.time, interval)
        if made and made[-1].time == start:
            made[-1] = joined(made[-1], one)
        else:
            made.append(replace(one, time=start))
    return made


def joined(first: Candle, then: Candle) -> Candle:
    """Two that follow each other, as one. What one of them does not know of the volume, the whole does not know."""
    known = first.volume is not None and then.volume is not None
    return Candle(
        time=first.time,
        open=first.open,
        high=max(first.high, then.high),
        low=min(first.low, then.low),
        close=then.close,
        volume=(first.volume or 0) + (then.volume or 0) if known else None,
        open_interest=then.open_interest if then.open_interest is not None else first.open_interest,
    )


def laid_over(told: Sequence[Candle], formed: Sequence[Candle]) -> list[Candle]:
    """A broker's candles with ours of the same interval on top: its last one goes on forming, ours follow."""
    if not told:
        return list(formed)
    newest = told[-1]
    whole = list(told)
    for one in formed:
        if one.time == newest.time:
            whole[-1] = seen_twice(newest, one)
        elif one.time > newest.time:
            whole.append(one)
    return whole


def seen_twice(told: Candle, formed: Candle) -> Candle:
    """One candle as a broker told it a moment ago and as it formed here: neither has seen all of it."""
    volumes = [volume for volume in (told.volume, formed.volume) if volume is not None]
    return Candle(
        time=told.time,
        open=told.open,
        high=max(told.high, formed.high),
        low=min(told.low, formed.low),
        close=formed.close,
        volume=max(volumes, default=None),
        open_interest=formed.open_interest if formed.open_interest is not None else told.open_interest,
    )

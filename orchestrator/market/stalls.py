"""Finds feeds that are up and yet behind the market: silent, or telling prices that are old, while it is open."""

from __future__ import annotations

import asyncio
import random
from datetime import timedelta

from domain.calendar import Calendar
from domain.instrument import InstrumentId
from domain.market import Quote
from orchestrator.market.feeds import Feeds
from orchestrator.market.line import Line
from orchestrator.market.quotes import Quotes
from orchestrator.state import Clock

SAMPLE = 5  # instruments compared
SHUT_AMONG = 4  # times as many are drawn, because some may be of an exchange that is closed
LAG = timedelta(seconds=10)  # how much older than a quote a feed's price may be
GRACE = 1.0  # seconds in which a price on its way may still arrive
FRESH = 10.0  # seconds that a quote may be old to be compared with
BUSY = 2  # a feed that talks is looked at this many times less often than a silent one


class Stalls:
    """`silence`: seconds after which a feed that says nothing is compared with quotes read over REST.

    A quiet feed is fine in a quiet market; it has stalled when a quote tells of a price that it does not tell.
    """

    def __init__(
        self, feeds: Feeds, quotes: Quotes, calendar: Calendar, clock: Clock, *, silence: float
    ) -> None:
        self._feeds, self._quotes, self._calendar, self._clock = feeds, quotes, calendar, clock
        self._silence = silence

    async def run(self) -> None:
        while True:
            await asyncio.sleep(self._silence / 3)
            now = asyncio.get_running_loop().time()
            due = [line for line in self._feeds.up() if now - line.looked_at > self._pause(line, now)]
            for line, behind in zip(due, await asyncio.gather(*map(self._behind, due)), strict=True):
                if behind:
                    self._feeds.suspect(line)

    def _pause(self, line: Line, now: float) -> float:
        return self._silence if self._quiet(line, now) else BUSY * self._silence

    def _quiet(self, line: Line, now: float) -> bool:
        return now - line.heard_at > self._silence

    async def _behind(self, line: Line) -> bool:
        loop, now = asyncio.get_running_loop(), self._clock()
        quiet = self._quiet(line, loop.time())
        line.looked_at = loop.time()  # asked once per silence
        known = [name for name in line.subscribed if quiet or name in line.said]
        drawn = random.sample(known, min(SHUT_AMONG * SAMPLE, len(known)))
        sample = [name for name in drawn if self._calendar.is_open(name.exchange, now)][:SAMPLE]
        if not sample:
            return False
        await self._quotes.renew(sample)
        quotes = [await self._quotes.one(name, max_age=FRESH) for name in sample]
        late = [quote for quote in quotes if quote is not None and _missed(line, quote)]
        if not late:
            return False
        await asyncio.sleep(min(GRACE, self._silence))
        return any(_missed(line, quote) for quote in late)


def _missed(line: Line, quote: Quote) -> bool:
    """Whether the feed has not told this price, nor any since."""
    name: InstrumentId = quote.instrument
    said = line.said.get(name)
    if name not in line.subscribed:
        return False
    return said is None or (said.last_price != quote.last_price and said.at < quote.at - LAG)

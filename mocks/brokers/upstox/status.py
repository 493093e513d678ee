"""Which session each Upstox segment is in, in Upstox's words, and since when."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from mocks.brokers.upstox.names import Names
from mocks.exchange.model import Instrument, Kind

if TYPE_CHECKING:
    from mocks.exchange.venue import Exchange

# By the exchange's session names. What is halted is closed to orders like what is shut.
WORDS = {
    "pre_open": "PRE_OPEN_START",
    "pre_open_limit": "PRE_OPEN_START",
    "reopening_auction": "PRE_OPEN_START",
    "pre_open_matching": "PRE_OPEN_END",
    "buffer": "PRE_OPEN_END",
    "continuous": "NORMAL_OPEN",
    "closing_reference": "CTS_CLOSE",
    "closing_auction": "CTS_CLOSE",
    "closing_auction_limit": "CTS_CLOSE",
    "closing_matching": "CTS_CLOSE",
    "post_close": "CLOSING_START",
    "closed": "NORMAL_CLOSE",
    "halted": "NORMAL_CLOSE",
}
SEGMENT_OF = {"NSE": "NSE_EQ", "NFO": "NSE_FO", "BSE": "BSE_EQ", "BFO": "BSE_FO"}
INDEX_OF = {"NSE_INDEX": "NSE_EQ", "BSE_INDEX": "BSE_EQ"}
SHUT = ("NSE_COM", "NCD_FO", "BCD_FO", "MCX_FO", "MCX_INDEX")  # not simulated: always closed


@dataclass(frozen=True, slots=True)
class Status:
    """`since` is when this was first seen, milliseconds since the epoch."""

    word: str
    since: int


class Statuses:
    """One instrument speaks for each segment: a share without a closing auction, one with it, a contract."""

    def __init__(self, names: Names, exchange: Exchange) -> None:
        self._names, self._exchange = names, exchange
        self._seen: dict[str, Status] = {}
        self._speakers: dict[tuple[str, bool], Instrument] = {}

    def segment(self, segment: str) -> Status:
        """Of `NSE_EQ`, `NSE_FO`, `NSE_INDEX`..."""
        segment = INDEX_OF.get(segment, segment)
        return self._status(segment, self._speaker(segment, auctioned=False))

    def auctioned(self, segment: str) -> Status:
        """Of the segment's shares whose price closes by an auction."""
        return self._status(f"{segment} auctioned", self._speaker(segment, auctioned=True))

    def _speaker(self, segment: str, *, auctioned: bool) -> Instrument | None:
        if segment in SHUT:
            return None
        known = self._speakers.get((segment, auctioned))
        if known is None or known.key not in self._exchange.instruments:  # its contract ended
            known = self._choose(segment, auctioned=auctioned)
            if known is not None:
                self._speakers[segment, auctioned] = known
        return known

    def _choose(self, segment: str, *, auctioned: bool) -> Instrument | None:
        mine = [one for one in self._names if self._names.segment(one.key) == segment]
        matching = (one for one in mine if one.kind is not Kind.EQUITY or one.cas_eligible is auctioned)
        return next(matching, mine[0] if mine else None)

    def _status(self, mark: str, speaker: Instrument | None) -> Status:
        word = "NORMAL_CLOSE"
        if speaker is not None:
            word = WORDS[self._exchange.session_name(speaker.key)]
        old = self._seen.get(mark)
        if old is None or old.word != word:
            old = self._seen[mark] = Status(word, self._exchange.now // 1_000_000)
        return old

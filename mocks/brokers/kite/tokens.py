"""Kite's numbers for instruments: exchange token and segment in one integer."""

from __future__ import annotations

from collections.abc import Mapping

from mocks.brokers.server import natural
from mocks.exchange.model import Instrument, Kind

SEGMENTS = {"NSE": 1, "NFO": 2, "CDS": 3, "BSE": 4, "BFO": 5, "BCD": 6, "MCX": 7}
INDICES = 9


def instrument_token(instrument: Instrument) -> int:
    segment = INDICES if instrument.kind is Kind.INDEX else SEGMENTS[instrument.exchange]
    return instrument.token << 8 | segment


class Tokens:
    """Both ways over what is listed. A key keeps its token after it expired: yesterday's rows still show it."""

    def __init__(self, instruments: Mapping[str, Instrument]) -> None:
        self.by_key: dict[str, int] = {}
        self.by_token: dict[int, str] = {}
        self.relist(instruments)

    def relist(self, instruments: Mapping[str, Instrument]) -> None:
        """A new day's instruments: only these can be found by number."""
        listed = {key: instrument_token(instrument) for key, instrument in instruments.items()}
        self.by_key.update(listed)
        self.by_token = {token: key for key, token in listed.items()}

    def named(self, name: str) -> str | None:
        """The key of EXCHANGE:SYMBOL or of a number; None when nothing by that name is listed."""
        number = natural(name)
        if number is not None:
            return self.by_token.get(number)
        token = self.by_key.get(name)
        return name if token is not None and self.by_token.get(token) == name else None

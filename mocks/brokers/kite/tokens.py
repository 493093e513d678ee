"""Kite's numbers for instruments: exchange token and segment in one integer."""

from __future__ import annotations

from mocks.exchange.model import Instrument, Kind

SEGMENTS = {"NSE": 1, "NFO": 2, "CDS": 3, "BSE": 4, "BFO": 5, "BCD": 6, "MCX": 7}
INDICES = 9


def instrument_token(instrument: Instrument) -> int:
    segment = INDICES if instrument.kind is Kind.INDEX else SEGMENTS[instrument.exchange]
    return instrument.token << 8 | segment


class Tokens:
    """Both ways over one day's instruments."""

    def __init__(self, instruments: dict[str, Instrument]) -> None:
        self.by_key = {key: instrument_token(instrument) for key, instrument in instruments.items()}
        self.by_token = {token: key for key, token in self.by_key.items()}

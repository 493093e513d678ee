"""Instruments by Kite's names and numbers.

What Zerodha lists has Zerodha's own number, from its public master; what only other brokers list has one of ours, above
every number that an exchange gives, made of its name. The lowest byte says the segment, as programs expect.
"""

from __future__ import annotations

import asyncio
import csv
import gzip
import hashlib
import io
from collections.abc import Iterable, Mapping

from adapters.zerodha.packets import BCD, CDS, INDICES
from domain.account import BrokerId
from domain.instrument import Exchange, Instrument, InstrumentId, Kind
from orchestrator.instruments.service import Instruments

SEGMENTS: Mapping[Exchange, int] = {
    Exchange.NSE: 1,
    Exchange.NFO: 2,
    Exchange.CDS: CDS,
    Exchange.BSE: 4,
    Exchange.BFO: 5,
    Exchange.BCD: BCD,
    Exchange.MCX: 7,
}
OWN = 0x80_0000  # 24 bits of exchange token: exchanges' own stay far below
HEADER = (
    "instrument_token", "exchange_token", "tradingsymbol", "name", "last_price", "expiry", "strike", "tick_size",
    "lot_size", "instrument_type", "segment", "exchange",
)  # fmt: skip
ALL = ""


class Listings:
    """Reading is from memory. What it keeps is made anew when the masters change."""

    def __init__(self, instruments: Instruments) -> None:
        self._instruments, self._zerodha = instruments, instruments.symbols(BrokerId.ZERODHA)
        self._edition, self._making = -1, asyncio.Lock()
        self._own: dict[int, InstrumentId] = {}
        self._dumps: dict[str, bytes] = {}

    def get(self, name: InstrumentId) -> Instrument | None:
        return self._instruments.get(name)

    def named(self, exchange: str, symbol: str) -> Instrument | None:
        """By Kite's words, as they are: no other spelling is guessed at."""
        try:
            return self._instruments.get(InstrumentId(Exchange(exchange), symbol))
        except ValueError:
            return None

    def asked(self, text: str) -> Instrument | None:
        """By `NSE:INFY`, or by number."""
        if text.isascii() and text.isdigit() and len(text) <= 10:
            name = self.of_token(int(text))
            return None if name is None else self._instruments.get(name)
        exchange, _, symbol = text.partition(":")
        return self.named(exchange, symbol)

    def token(self, name: InstrumentId) -> int:
        """Its number; 0 for what nobody lists, and for two of our own that happen to come to the same one."""
        listing = self._zerodha.listing(name)
        if listing is not None and listing.feed_key.isdigit():
            return int(listing.feed_key)
        one = self._instruments.get(name)
        number = 0 if one is None else own_token(one)
        return number if self._own.get(number) == name else 0

    def of_token(self, token: int) -> InstrumentId | None:
        found = self._zerodha.by_feed_key(str(token))
        return self._own.get(token) if found is None else found

    async def dump(self, exchange: str) -> bytes:
        """The list of instruments as gzipped CSV, of one exchange or of all ("")."""
        async with self._making:
            made = self._dumps.get(exchange)
            if made is None:
                made = self._dumps[exchange] = await asyncio.to_thread(self._dump, exchange)
            return made

    def _dump(self, exchange: str) -> bytes:
        text = io.StringIO()
        writer = csv.writer(text, lineterminator="\n")
        writer.writerow(HEADER)
        for name in self._instruments.every():
            if exchange not in (ALL, name.exchange.value):
                continue
            one, token = self._instruments.get(name), self.token(name)
            if one is not None and token:
                writer.writerow(_row(one, token))
        return gzip.compress(text.getvalue().encode(), 6, mtime=0)

    async def ready(self) -> Listings:
        """Itself, up to date with the masters."""
        async with self._making:
            if self._edition != (edition := self._instruments.edition):
                self._own = await asyncio.to_thread(self._numbered)
                self._edition, self._dumps = edition, {}
        return self

    def _numbered(self) -> dict[int, InstrumentId]:
        known = self._instruments
        lacking = (name for name in known.every() if BrokerId.ZERODHA not in known.brokers(name))
        return _numbered(one for name in lacking if (one := known.get(name)) is not None)


def own_token(one: Instrument) -> int:
    """Of our own range."""
    segment = INDICES if one.kind is Kind.INDEX else SEGMENTS[one.id.exchange]
    told = int.from_bytes(hashlib.sha256(str(one.id).encode()).digest()[:3]) & (OWN - 1)
    return (OWN | told) << 8 | segment


def _numbered(lacking: Iterable[Instrument]) -> dict[int, InstrumentId]:
    """Those whose number no other one has: which of two is meant is not guessed."""
    found: dict[int, InstrumentId] = {}
    twice: set[int] = set()
    for one in lacking:
        number = own_token(one)
        if number in found:
            twice.add(number)
        found[number] = one.id
    return {number: name for number, name in found.items() if number not in twice}


def _row(one: Instrument, token: int) -> tuple[object, ...]:
    index, contract = one.kind is Kind.INDEX, one.is_derivative
    segment = "INDICES" if index else one.id.exchange.value
    if contract:
        segment += "-FUT" if one.kind is Kind.FUTURE else "-OPT"
    return (
        token,
        token >> 8,
        one.id.symbol,
        (one.underlying or one.name) if contract else one.name,
        0,
        one.expiry.isoformat() if one.expiry else "",
        f"{one.strike.amount.normalize():f}" if one.strike else 0,
        0 if index else f"{one.tick.amount.normalize():f}",
        0 if index else one.lot,
        "EQ" if index else one.kind.value,
        segment,
        one.id.exchange.value,
    )

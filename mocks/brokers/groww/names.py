"""How Groww names what is traded: (exchange, segment, trading_symbol) in orders, exchange_token on the feed."""

from __future__ import annotations

import csv
import io
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date

from mocks.brokers.groww.envelope import bad_request
from mocks.exchange.model import Instrument, Kind

_VENUE: Mapping[str, tuple[str, str]] = {
    "NSE": ("NSE", "CASH"),
    "BSE": ("BSE", "CASH"),
    "NFO": ("NSE", "FNO"),
    "BFO": ("BSE", "FNO"),
}
_INDEX: Mapping[str, str] = {
    "NIFTY 50": "NIFTY",
    "NIFTY BANK": "BANKNIFTY",
    "NIFTY FIN SERVICE": "FINNIFTY",
    "NIFTY MID SELECT": "MIDCPNIFTY",
    "NIFTY IT": "NIFTYIT",
    "NIFTY NEXT 50": "NIFTYJR",
    "INDIA VIX": "INDIAVIX",
}
COLUMNS = (
    "exchange",
    "exchange_token",
    "trading_symbol",
    "groww_symbol",
    "name",
    "instrument_type",
    "segment",
    "series",
    "isin",
    "underlying_symbol",
    "underlying_exchange_token",
    "expiry_date",
    "strike_price",
    "lot_size",
    "tick_size",
    "freeze_quantity",
    "is_reserved",
    "buy_allowed",
    "sell_allowed",
)


@dataclass(frozen=True, slots=True)
class Name:
    """`token` is the feed's name of it; `groww_symbol` the candle call's."""

    key: str
    exchange: str
    segment: str
    symbol: str
    token: str
    groww_symbol: str
    instrument: Instrument


class Names:
    """All names of all instruments, both ways."""

    def __init__(
        self, instruments: Mapping[str, Instrument], ended: Mapping[str, Name] | None = None
    ) -> None:
        """`ended`: what is listed no more; only `known` tells of it."""
        self._ended = ended or {}
        self._master = b""
        self.by_key: dict[str, Name] = {}
        self._by_symbol: dict[tuple[str, str, str], Name] = {}
        self._by_groww: dict[tuple[str, str], Name] = {}
        self._by_topic: dict[tuple[str, str, str], Name] = {}
        self._by_underlying: dict[tuple[str, str], list[Name]] = {}
        for key, instrument in instruments.items():
            name = _name(key, instrument, instruments)
            self.by_key[key] = name
            self._by_symbol[name.exchange, name.segment, name.symbol] = name
            self._by_groww[name.segment, name.groww_symbol] = name
            self._by_topic[topic(name), name.exchange.lower(), name.token] = name
            if instrument.expiry:
                self._by_underlying.setdefault((name.exchange, instrument.name), []).append(name)

    def of(self, exchange: object, segment: object, symbol: object) -> Name:
        """Raises Failure GA001 for what does not exist."""
        if exchange not in ("NSE", "BSE", "MCX"):
            raise bad_request(f"Invalid exchange: {exchange}")
        if segment not in ("CASH", "FNO", "COMMODITY"):
            raise bad_request(f"Invalid segment: {segment}")
        found = self._by_symbol.get((str(exchange), str(segment), str(symbol)))
        if found is None:
            raise bad_request(f"Invalid trading symbol: {symbol}")
        return found

    def known(self, key: str) -> Name:
        """Of today or of a day before."""
        return self.by_key.get(key) or self._ended[key]

    def renewed(self, instruments: Mapping[str, Instrument]) -> Names:
        """Of another day."""
        return Names(instruments, {**self._ended, **self.by_key})

    def of_groww(self, segment: str, groww_symbol: str) -> Name:
        found = self._by_groww.get((segment, groww_symbol))
        if found is None:
            raise bad_request(f"Invalid groww symbol: {groww_symbol}")
        return found

    def contracts(self, exchange: str, underlying: str) -> list[Name]:
        """Futures and options on an underlying (its own symbol, e.g. NIFTY), by expiry."""
        found = self._by_underlying.get((exchange, underlying), [])
        return sorted(found, key=lambda name: name.instrument.expiry)

    def of_topic(self, kind: str, exchange: str, token: str) -> Name | None:
        """From the parts of a feed subject: eq | fo | indices, nse | bse, exchange token."""
        return self._by_topic.get((kind, exchange, token))

    def master(self) -> bytes:
        """The instrument CSV, made once. Prices in rupees; the freeze quantity is the first that is refused."""
        if self._master:
            return self._master
        out = io.StringIO()
        rows = csv.writer(out, lineterminator="\n")
        rows.writerow(COLUMNS)
        for name in self.by_key.values():
            rows.writerow(_row(name))
        self._master = out.getvalue().encode()
        return self._master


def topic(name: Name) -> str:
    if name.instrument.kind is Kind.INDEX:
        return "indices"
    return "eq" if name.segment == "CASH" else "fo"


def _name(key: str, instrument: Instrument, instruments: Mapping[str, Instrument]) -> Name:
    exchange, segment = _VENUE[instrument.exchange]
    symbol, token = instrument.symbol, str(instrument.token)
    if instrument.kind is Kind.INDEX:
        symbol = _INDEX.get(instrument.symbol, instrument.symbol)
        token = symbol if exchange == "NSE" else token
    return Name(
        key, exchange, segment, symbol, token, _groww_symbol(exchange, symbol, instrument), instrument
    )


def _groww_symbol(exchange: str, symbol: str, instrument: Instrument) -> str:
    if not instrument.expiry:
        return f"{exchange}-{symbol}"
    parts = [exchange, instrument.name, date.fromisoformat(instrument.expiry).strftime("%d%b%y")]
    if instrument.strike:
        parts.append(f"{instrument.strike / 100:g}")
    return "-".join([*parts, instrument.kind.value])


def _row(name: Name) -> list[str | int]:
    it = name.instrument
    contract = bool(it.expiry)
    tradable = 0 if it.kind is Kind.INDEX else 1
    return [
        name.exchange,
        name.token,
        name.symbol,
        name.groww_symbol,
        it.name,
        it.kind.value,
        name.segment,
        "EQ" if it.kind is Kind.EQUITY and name.exchange == "NSE" else "A" if it.kind is Kind.EQUITY else "",
        it.isin,
        it.name if contract else "",
        "",
        it.expiry,
        f"{it.strike / 100:g}" if contract else "",
        it.lot,
        f"{it.tick / 100:g}",
        it.freeze + 1 if it.freeze else 0,
        0,
        tradable,
        tradable,
    ]

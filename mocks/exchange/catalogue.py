"""Every listing and contract of one trading day: shares at NSE and BSE, indices, futures and options.

Identities are those of the exchanges' own lists; the first closes are invented. BSE lists the same shares under its
own scrip codes, and two companies that are listed at NSE only stay so. Currencies and commodities are not simulated.
"""

from __future__ import annotations

import csv
from collections.abc import Mapping
from dataclasses import dataclass, replace
from datetime import date
from functools import cache, lru_cache
from importlib.resources import files

from mocks.exchange.calendar import Calendar
from mocks.exchange.contracts import (
    INDEX_FAMILIES,
    contracts,
    index_families,
    monthly_expiries,
    share_family,
    weekly_expiries,
)
from mocks.exchange.model import Instrument, Kind
from mocks.exchange.ticks import EQUITY_TICKS, percent_band, tick_for

__all__ = [
    "EQUITY_TICKS", "INDICES", "IndexListing", "Share", "instruments", "monthly_expiries", "percent_band", "shares",
    "tick_for", "weekly_expiries",
]  # fmt: skip

FREEZE_VALUE = 25_000_000_000  # paise of one order in a share, at most
LARGEST_FREEZE = 5_000_000
SLIDING_PERCENT, FIXED_PERCENT = 10, 20


@dataclass(frozen=True, slots=True)
class Share:
    """A row of `data/instruments.csv`: prices in paise, market capitalisation in thousand crore rupees."""

    symbol: str
    isin: str
    nse_token: int
    bse_token: int  # 0: not listed there
    prev_close: int
    market_cap: int
    derivatives: bool
    industry: str
    company: str


@dataclass(frozen=True, slots=True)
class IndexListing:
    symbol: str
    token: int
    prev_close: int
    exchange: str = "NSE"


INDICES = (
    IndexListing("NIFTY 50", 1001, 26_068_15),
    IndexListing("NIFTY BANK", 1016, 58_867_70),
    IndexListing("NIFTY FIN SERVICE", 1007, 27_541_35),
    IndexListing("NIFTY IT", 1015, 36_912_60),
    IndexListing("NIFTY MID SELECT", 1125, 13_874_25),
    IndexListing("NIFTY NEXT 50", 1058, 69_214_80),
    IndexListing("INDIA VIX", 1035, 13_22),
    IndexListing("SENSEX", 1, 85_231_92, "BSE"),
    IndexListing("BANKEX", 12, 66_418_35, "BSE"),
)


@cache
def shares() -> tuple[Share, ...]:
    """All companies, the NIFTY 50 first, in the order of the data file."""
    text = (files("mocks.exchange") / "data" / "instruments.csv").read_text(encoding="utf-8")
    return tuple(
        Share(
            symbol=row["symbol"], isin=row["isin"], nse_token=int(row["nse_token"]),
            bse_token=int(row["bse_token"] or 0), prev_close=int(row["prev_close"]),
            market_cap=int(row["market_cap"]), derivatives=row["derivatives"] == "1",
            industry=row["industry"], company=row["company"],
        )
        for row in csv.DictReader(text.splitlines())
    )  # fmt: skip


def instruments(
    day: date, closes: Mapping[str, int] | None = None, calendar: Calendar | None = None
) -> list[Instrument]:
    """Everything that can be quoted on `day`, with that day's contracts.

    `closes` are the previous closes in paise by key, as far as known; the others are invented, and contracts
    follow their underlying.
    """
    if closes is None and calendar is None:
        return list(_first_listing(day))
    return _listing(day, closes or {}, calendar or Calendar())


@lru_cache(maxsize=4)
def _first_listing(day: date) -> tuple[Instrument, ...]:
    return tuple(_listing(day, {}, Calendar()))


def _listing(day: date, closes: Mapping[str, int], calendar: Calendar) -> list[Instrument]:
    found = [_equity(share, "NSE", closes) for share in shares()]
    found += [_equity(share, "BSE", closes) for share in shares() if share.bse_token]
    found += [_index(listing, closes) for listing in INDICES]
    first = {f"{listing.exchange}:{listing.symbol}": listing.prev_close for listing in INDICES}
    families = index_families(first)
    for number, share in enumerate(shares(), INDEX_FAMILIES):
        if share.derivatives:
            families.append(share_family(share.symbol, share.prev_close, share.industry, number))
    for family in families:
        for contract in contracts(family, day, closes.get(family.underlying, family.base), calendar):
            known = closes.get(contract.key)
            found.append(contract if known is None else _closed_at(contract, known))
    return found


def _closed_at(contract: Instrument, close: int) -> Instrument:
    """A contract that has traded stands on its own close."""
    band = percent_band(close, 10, contract.tick)
    if contract.strike and contract.band is not None:
        band = (contract.tick, contract.band[1] - contract.prev_close + close)
    return replace(contract, prev_close=close, band=band)


def _equity(share: Share, exchange: str, closes: Mapping[str, int]) -> Instrument:
    key = f"{exchange}:{share.symbol}"
    close = closes.get(key, share.prev_close)
    tick = tick_for(share.prev_close)
    percent = SLIDING_PERCENT if share.derivatives else FIXED_PERCENT
    return Instrument(
        key=key, exchange=exchange, symbol=share.symbol, name=share.company, kind=Kind.EQUITY,
        token=share.nse_token if exchange == "NSE" else share.bse_token, isin=share.isin, lot=1, tick=tick,
        freeze=min(FREEZE_VALUE // share.prev_close // 100 * 100, LARGEST_FREEZE) or 100, prev_close=close,
        band=percent_band(close, percent, tick), sector=share.industry, derivatives=share.derivatives,
        cas_eligible=share.derivatives, series="EQ" if exchange == "NSE" else "A", band_percent=percent,
    )  # fmt: skip


def _index(listing: IndexListing, closes: Mapping[str, int]) -> Instrument:
    key = f"{listing.exchange}:{listing.symbol}"
    return Instrument(
        key=key, exchange=listing.exchange, symbol=listing.symbol, name=listing.symbol, kind=Kind.INDEX,
        token=listing.token, isin="", lot=1, tick=1, freeze=0, prev_close=closes.get(key, listing.prev_close),
        band=None, sector="Index",
    )  # fmt: skip

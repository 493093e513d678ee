"""Invented shares in any number, seeded, for load: what a whole exchange lists, not only the names one knows.

Their ISINs carry ZZ, a country code that belongs to nobody, and a right check digit.
"""

from __future__ import annotations

from datetime import date

from mocks.exchange.catalogue import instruments as real
from mocks.exchange.chance import stream
from mocks.exchange.model import Instrument, Kind
from mocks.exchange.ticks import percent_band, tick_for

FIRST_TOKEN = 200_000
PERCENTS = (5, 10, 20, 20)
SECTORS = (
    "Capital Goods",
    "Chemicals",
    "Financial Services",
    "Healthcare",
    "Information Technology",
    "Textiles",
)


def instruments(day: date, count: int, seed: int = 1) -> list[Instrument]:
    """`count` shares at NSE. Their prices do not depend on `day`, which only makes the call look like the others."""
    return [_share(number, seed) for number in range(1, count + 1)]


def market(day: date, count: int, seed: int = 1) -> list[Instrument]:
    """`count` books of shares at NSE, the real ones first, and the indices of the real ones."""
    known = [one for one in real(day) if one.exchange == "NSE" and one.kind in (Kind.EQUITY, Kind.INDEX)]
    shares = sum(one.kind is Kind.EQUITY for one in known)
    return known + instruments(day, max(count - shares, 0), seed)


def _share(number: int, seed: int) -> Instrument:
    symbol = f"SYN{number:05d}"
    luck = stream(seed, symbol, "listing")
    digits = 3 + int(luck.random() * 3.5)  # 10 to 10,000 rupees, each power of ten as likely
    price = int((1.0 + 9.0 * luck.random()) * 10**digits)
    tick = tick_for(price)
    close = max(price // tick, 1) * tick
    percent = PERCENTS[int(luck.random() * len(PERCENTS))]
    return Instrument(
        key=f"NSE:{symbol}", exchange="NSE", symbol=symbol, name=f"Synthetic Company {number}", kind=Kind.EQUITY,
        token=FIRST_TOKEN + number, isin=_isin(number), lot=1, tick=tick,
        freeze=max(25_000_000_000 // close // 100 * 100, 100), prev_close=close,
        band=percent_band(close, percent, tick), sector=SECTORS[int(luck.random() * len(SECTORS))],
        series="EQ", band_percent=percent,
    )  # fmt: skip


def _isin(number: int) -> str:
    body = f"ZZSYN{number:06d}"
    digits = "".join(str(int(letter, 36)) for letter in body)
    total = 0
    for place, digit in enumerate(reversed(digits)):
        value = int(digit) * (2 if place % 2 == 0 else 1)
        total += value // 10 + value % 10
    return f"{body}{-total % 10}"

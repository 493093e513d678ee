"""Every listing and contract of one trading day: shares at NSE and BSE, indices, index futures and options.

Identities are those of the exchanges' own lists; previous closes are invented. BSE lists the same shares
under its own scrip codes, and two companies that are listed at NSE only stay so.
"""

from __future__ import annotations

import csv
import hashlib
from dataclasses import dataclass
from datetime import date, timedelta
from functools import cache
from importlib.resources import files

from mocks.exchange.calendar import Calendar
from mocks.exchange.model import Instrument, Kind
from mocks.exchange.pricing import VOLATILITY, future_value, option_value

EQUITY_FREEZE = 100_000
# Tick by the month-end close, in force since 15 April 2025: (below this price, tick), paise.
EQUITY_TICKS = ((250_00, 1), (1_000_00, 5), (5_000_00, 10), (10_000_00, 50), (20_000_00, 100))
INDEX_FUTURE_TICKS = ((15_000_00, 5), (30_000_00, 10))
OPTION_TICK = 5
STRIKES_EACH_SIDE = 10
TUESDAY = 1
MONTHS = ("JAN", "FEB", "MAR", "APR", "MAY", "JUN", "JUL", "AUG", "SEP", "OCT", "NOV", "DEC")
WEEKLY_MONTH_CODES = "123456789OND"


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
)


@dataclass(frozen=True, slots=True)
class ContractFamily:
    """The contracts on one index. `weekly` tells whether options expire every week."""

    name: str
    index: str
    lot: int
    freeze: int
    strike_step: int  # paise
    weekly: bool


FAMILIES = (
    ContractFamily("NIFTY", "NIFTY 50", 65, 1800, 50_00, True),
    ContractFamily("BANKNIFTY", "NIFTY BANK", 30, 600, 100_00, False),
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


def instruments(day: date) -> list[Instrument]:
    """Everything that can be quoted on `day`, with that day's contract expiries."""
    found = [_equity(share, "NSE") for share in shares()]
    found += [_equity(share, "BSE") for share in shares() if share.bse_token]
    found += [_index(listing) for listing in INDICES]
    calendar = Calendar()
    tokens: set[int] = set()
    for family in FAMILIES:
        months = monthly_expiries(day, calendar)
        found += [_future(family, expiry, day, tokens) for expiry in months]
        option_days = [months[0]]
        if family.weekly:
            option_days = sorted({*weekly_expiries(day, calendar), months[0]})
        for expiry in option_days:
            found += _options(family, expiry, expiry in months, day, tokens)
    return found


def tick_for(price: int, table: tuple[tuple[int, int], ...] = EQUITY_TICKS, last: int = 500) -> int:
    """Tick in paise for a month-end close in paise."""
    for below, tick in table:
        if price < below:
            return tick
    return last


def monthly_expiries(day: date, calendar: Calendar) -> list[date]:
    """The next three monthly expiries: last Tuesday, or the trading day before it when that is a holiday."""
    found: list[date] = []
    year, month = day.year, day.month
    while len(found) < 3:
        following = date(year + month // 12, month % 12 + 1, 1)
        last = following - timedelta(days=1)
        expiry = calendar.trading_day_on_or_before(last - timedelta(days=(last.weekday() - TUESDAY) % 7))
        if expiry >= day:
            found.append(expiry)
        year, month = following.year, following.month
    return found


def weekly_expiries(day: date, calendar: Calendar) -> list[date]:
    """The next two Tuesdays, moved to the trading day before when a holiday."""
    tuesday = day + timedelta(days=(TUESDAY - day.weekday()) % 7)
    found: list[date] = []
    while len(found) < 2:
        expiry = calendar.trading_day_on_or_before(tuesday)
        if expiry >= day:
            found.append(expiry)
        tuesday += timedelta(days=7)
    return found


def percent_band(price: int, percent: int, tick: int) -> tuple[int, int]:
    """Lowest and highest allowed price, on the tick, inside `percent` of `price`."""
    low = -(-price * (100 - percent) // 100)
    return max(-(-low // tick) * tick, tick), price * (100 + percent) // 100 // tick * tick


def _equity(share: Share, exchange: str) -> Instrument:
    tick = tick_for(share.prev_close)
    return Instrument(
        key=f"{exchange}:{share.symbol}", exchange=exchange, symbol=share.symbol, name=share.company,
        kind=Kind.EQUITY, token=share.nse_token if exchange == "NSE" else share.bse_token, isin=share.isin,
        lot=1, tick=tick, freeze=EQUITY_FREEZE, prev_close=share.prev_close,
        band=percent_band(share.prev_close, 10 if share.derivatives else 20, tick),
        sector=share.industry, derivatives=share.derivatives,
    )  # fmt: skip


def _index(listing: IndexListing) -> Instrument:
    return Instrument(
        key=f"{listing.exchange}:{listing.symbol}", exchange=listing.exchange, symbol=listing.symbol,
        name=listing.symbol, kind=Kind.INDEX, token=listing.token, isin="", lot=1, tick=1, freeze=0,
        prev_close=listing.prev_close, band=None, sector="Index",
    )  # fmt: skip


def _index_close(family: ContractFamily) -> int:
    return next(listing.prev_close for listing in INDICES if listing.symbol == family.index)


def _future(family: ContractFamily, expiry: date, day: date, tokens: set[int]) -> Instrument:
    spot = _index_close(family)
    tick = tick_for(spot, INDEX_FUTURE_TICKS, 20)
    close = round(future_value(spot, (expiry - day).days) / tick) * tick
    symbol = f"{family.name}{expiry:%y}{MONTHS[expiry.month - 1]}FUT"
    return Instrument(
        key=f"NFO:{symbol}", exchange="NFO", symbol=symbol, name=family.name, kind=Kind.FUTURE,
        token=_contract_token(symbol, tokens), isin="", lot=family.lot, tick=tick, freeze=family.freeze,
        prev_close=close, band=percent_band(close, 10, tick), sector="Index",
        underlying=f"NSE:{family.index}", expiry=expiry.isoformat(),
    )  # fmt: skip


def _options(
    family: ContractFamily, expiry: date, monthly: bool, day: date, tokens: set[int]
) -> list[Instrument]:
    spot = _index_close(family)
    step = family.strike_step
    centre = round(spot / step) * step
    underlying = f"NSE:{family.index}"
    code = f"{expiry:%y}{MONTHS[expiry.month - 1]}" if monthly else _weekly_code(expiry)
    found = []
    for offset in range(-STRIKES_EACH_SIDE, STRIKES_EACH_SIDE + 1):
        strike = centre + offset * step
        for kind in (Kind.CALL, Kind.PUT):
            value = option_value(
                spot, strike, (expiry - day).days, VOLATILITY[underlying], call=kind is Kind.CALL
            )
            close = max(round(value / OPTION_TICK), 1) * OPTION_TICK
            symbol = f"{family.name}{code}{strike // 100}{kind.value}"
            found.append(
                Instrument(
                    key=f"NFO:{symbol}", exchange="NFO", symbol=symbol, name=family.name, kind=kind,
                    token=_contract_token(symbol, tokens), isin="", lot=family.lot, tick=OPTION_TICK,
                    freeze=family.freeze, prev_close=close,
                    # No fixed band on options: what a 10 % move of the index could do to them, both ways.
                    band=(OPTION_TICK, (close + spot // 10) // OPTION_TICK * OPTION_TICK),
                    sector="Index", underlying=underlying, expiry=expiry.isoformat(), strike=strike,
                )
            )  # fmt: skip
    return found


def _weekly_code(expiry: date) -> str:
    return f"{expiry:%y}{WEEKLY_MONTH_CODES[expiry.month - 1]}{expiry:%d}"


def _contract_token(symbol: str, taken: set[int]) -> int:
    """A stable invented exchange token of five digits, the same for a contract on every day it lives."""
    token = 35_000 + int.from_bytes(hashlib.sha256(symbol.encode()).digest()[:4], "big") % 60_000
    while token in taken:
        token += 1
    taken.add(token)
    return token

"""Futures and options: which families there are, when their contracts end, at which strikes, and what they are called.

Lots, freeze quantities and expiry days of index contracts are those of the exchanges' circulars (NSE/FAOP/75521 of
3 August 2026; NSE of 3 October 2025; Tuesday at NSE and Thursday at BSE since 1 September 2025, weekly options on
NIFTY and SENSEX only). Those of shares, and BSE's freeze, are made from the price.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, timedelta

from mocks.exchange.calendar import Calendar
from mocks.exchange.model import Instrument, Kind
from mocks.exchange.pricing import future_value, option_value, volatility
from mocks.exchange.ticks import INDEX_FUTURE_TICKS, LAST_INDEX_TICK, OPTION_TICK, percent_band, tick_for

TUESDAY, THURSDAY = 1, 3
MONTHLY, WEEKLY = 3, 4  # contracts that live at the same time
FINE_EXPIRIES, SHARE_FINE_EXPIRIES = 2, 1  # the nearest have every strike, later ones every other
LADDER_PERCENT = 10  # strikes reach so far from the underlying, at least
MONTHS = ("JAN", "FEB", "MAR", "APR", "MAY", "JUN", "JUL", "AUG", "SEP", "OCT", "NOV", "DEC")
WEEKLY_MONTH_CODES = "123456789OND"
# Distance between a share's strikes: (below this price, step), paise.
SHARE_STEPS = (
    (100_00, 1_00), (250_00, 2_50), (500_00, 5_00), (1_000_00, 10_00), (2_500_00, 20_00), (5_000_00, 50_00),
    (10_000_00, 100_00), (20_000_00, 200_00), (50_000_00, 500_00),
)  # fmt: skip
LAST_STEP = 1_000_00
LOT_VALUE = 600_000_00  # paise of one lot of a share, about
SHARE_FREEZE_VALUE = 100_000_000_00  # paise of one order in a share's contracts, at most
FIRST_TOKEN = 35_000
WEEKS_KEPT = 32  # longer than any contract lives
INDEX_STRIKES, SHARE_STRIKES = 1_024, 256  # numbers set aside for the strikes of one expiry
INDEX_FAMILIES = 7


@dataclass(frozen=True, slots=True)
class Family:
    """All contracts on one underlying. `number` makes its tokens, `base` is the price that its ladder stands on."""

    name: str
    underlying: str
    exchange: str  # NFO | BFO
    lot: int
    freeze: int
    step: int  # paise
    number: int
    base: int
    weekly: bool = False
    weekday: int = TUESDAY
    sector: str = "Index"

    @property
    def is_index(self) -> bool:
        return self.sector == "Index"


def index_families(closes: Mapping[str, int]) -> list[Family]:
    """`closes` in paise by key."""
    rows = (
        ("NIFTY", "NSE:NIFTY 50", "NFO", 65, 1_800, 50_00, True),
        ("BANKNIFTY", "NSE:NIFTY BANK", "NFO", 30, 600, 100_00, False),
        ("FINNIFTY", "NSE:NIFTY FIN SERVICE", "NFO", 60, 1_800, 50_00, False),
        ("MIDCPNIFTY", "NSE:NIFTY MID SELECT", "NFO", 120, 2_800, 25_00, False),
        ("NIFTYNXT50", "NSE:NIFTY NEXT 50", "NFO", 25, 600, 100_00, False),
        ("SENSEX", "BSE:SENSEX", "BFO", 20, 1_000, 100_00, True),
        ("BANKEX", "BSE:BANKEX", "BFO", 30, 900, 100_00, False),
    )
    return [
        Family(
            name, key, exchange, lot, freeze, step, number, closes[key], weekly,
            THURSDAY if exchange == "BFO" else TUESDAY,
        )
        for number, (name, key, exchange, lot, freeze, step, weekly) in enumerate(rows)
    ]  # fmt: skip


def share_family(symbol: str, close: int, industry: str, number: int) -> Family:
    """`close` in paise decides lot, freeze and strike step once and for all; `number` follows the indices'."""
    lots = LOT_VALUE // close
    multiple = 25 if lots >= 25 else 5
    lot = max(round(lots / multiple), 1) * multiple
    freeze = max(SHARE_FREEZE_VALUE // (close * lot), 2) * lot
    step = tick_for(close, SHARE_STEPS, LAST_STEP)
    return Family(symbol, f"NSE:{symbol}", "NFO", lot, freeze, step, number, close, sector=industry)


def contracts(family: Family, day: date, spot: int, calendar: Calendar) -> list[Instrument]:
    """Everything of one family that can trade on `day`, given the underlying's previous close (paise)."""
    months = monthly_expiries(day, calendar, family.weekday)
    weeks = weekly_expiries(day, calendar, family.weekday) if family.weekly else []
    before = calendar.trading_day_on_or_before(day - timedelta(days=1))
    found = [_future(family, expiry, before, spot, calendar) for expiry in months]
    fine = FINE_EXPIRIES if family.is_index else SHARE_FINE_EXPIRIES
    for place, expiry in enumerate(sorted({*months, *weeks})):
        step = family.step if place < fine else 2 * family.step
        found += _options(
            family, expiry, before, spot, _strikes(family, spot, step), expiry not in months, calendar
        )
    return found


def monthly_expiries(day: date, calendar: Calendar, weekday: int = TUESDAY) -> list[date]:
    """The next three monthly expiries: the last such weekday, or the trading day before it when a holiday."""
    found: list[date] = []
    year, month = day.year, day.month
    while len(found) < MONTHLY:
        expiry = month_end(year, month, calendar, weekday)
        if expiry >= day:
            found.append(expiry)
        year, month = year + month // 12, month % 12 + 1
    return found


def month_end(year: int, month: int, calendar: Calendar, weekday: int = TUESDAY) -> date:
    """The monthly expiry of a month."""
    last = date(year + month // 12, month % 12 + 1, 1) - timedelta(days=1)
    return calendar.trading_day_on_or_before(last - timedelta(days=(last.weekday() - weekday) % 7))


def weekly_expiries(day: date, calendar: Calendar, weekday: int = TUESDAY, count: int = WEEKLY) -> list[date]:
    """The next weekly expiries, each moved to the trading day before when it is a holiday."""
    nominal = day + timedelta(days=(weekday - day.weekday()) % 7)
    found: list[date] = []
    while len(found) < count:
        expiry = calendar.trading_day_on_or_before(nominal)
        if expiry >= day:
            found.append(expiry)
        nominal += timedelta(days=7)
    return found


def _strikes(family: Family, spot: int, step: int) -> range:
    """Around the underlying and around where the ladder first stood: no strike goes because the price moved."""
    low, high = min(spot, family.base), max(spot, family.base)
    first = low * (100 - LADDER_PERCENT) // 100 // step
    last = -(-high * (100 + LADDER_PERCENT) // 100 // step)
    return range(max(first, 1) * step, (last + 1) * step, step)


def _future(family: Family, expiry: date, before: date, spot: int, calendar: Calendar) -> Instrument:
    ticks = (INDEX_FUTURE_TICKS, LAST_INDEX_TICK) if family.is_index else ()
    tick = tick_for(spot, *ticks)
    close = max(round(future_value(spot, (expiry - before).days) / tick), 1) * tick
    symbol = f"{family.name}{expiry:%y}{MONTHS[expiry.month - 1]}FUT"
    return Instrument(
        key=f"{family.exchange}:{symbol}", exchange=family.exchange, symbol=symbol, name=family.name,
        kind=Kind.FUTURE, token=_token(family, expiry, 0, 0), isin="", lot=family.lot, tick=tick,
        freeze=family.freeze, prev_close=close, band=percent_band(close, 10, tick), sector=family.sector,
        underlying=family.underlying, expiry=expiry.isoformat(), listed=_listed(family, expiry, False, calendar),
    )  # fmt: skip


def _options(
    family: Family, expiry: date, before: date, spot: int, strikes: Sequence[int], weekly: bool, calendar: Calendar
) -> list[Instrument]:  # fmt: skip
    days = float((expiry - before).days)
    month = f"{expiry:%y}{MONTHS[expiry.month - 1]}"
    root = family.name + (
        f"{expiry:%y}{WEEKLY_MONTH_CODES[expiry.month - 1]}{expiry:%d}" if weekly else month
    )
    ends, listed = expiry.isoformat(), _listed(family, expiry, weekly, calendar)
    forward = future_value(spot, days)
    found = []
    for strike in strikes:
        sigma = volatility(family.underlying, spot, strike, days)
        call = option_value(spot, strike, days, sigma, call=True)
        written = f"{root}{strike / 100:.10g}"
        for place, kind, value in ((1, Kind.CALL, call), (2, Kind.PUT, call + strike - forward)):
            close = max(round(value / OPTION_TICK), 1) * OPTION_TICK
            symbol = written + kind.value
            found.append(
                Instrument(
                    key=f"{family.exchange}:{symbol}", exchange=family.exchange, symbol=symbol, name=family.name,
                    kind=kind, token=_token(family, expiry, strike // family.step, place), isin="",
                    lot=family.lot, tick=OPTION_TICK, freeze=family.freeze, prev_close=close,
                    # No fixed band on options: what a 10 % move of the underlying could do to them, both ways.
                    band=(OPTION_TICK, (close + spot // 10) // OPTION_TICK * OPTION_TICK),
                    sector=family.sector, underlying=family.underlying, expiry=ends, strike=strike,
                    weekly=weekly, listed=listed,
                )
            )  # fmt: skip
    return found


def _listed(family: Family, expiry: date, weekly: bool, calendar: Calendar) -> str:
    """The day after the expiry that made room for this contract."""
    if weekly:
        return (expiry - timedelta(days=7 * WEEKLY - 1)).isoformat()
    months = expiry.year * 12 + expiry.month - 1 - MONTHLY
    last = month_end(months // 12, months % 12 + 1, calendar, family.weekday)
    return (last + timedelta(days=1)).isoformat()


def _token(family: Family, expiry: date, strike: int, kind: int) -> int:
    """An invented exchange token, the same on every day a contract lives, and of no other living contract."""
    week = (expiry - date(2020, 1, 1)).days // 7 % WEEKS_KEPT
    first, width, place = FIRST_TOKEN, INDEX_STRIKES, family.number
    if not family.is_index:
        first += INDEX_FAMILIES * WEEKS_KEPT * INDEX_STRIKES * 3
        width, place = SHARE_STRIKES, family.number - INDEX_FAMILIES
    return first + ((place * WEEKS_KEPT + week) * width + strike % width) * 3 + kind

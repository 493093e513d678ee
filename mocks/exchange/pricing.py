"""Believable prices of contracts from the price of their underlying, the same on every machine.

Only + - * / and sqrt are used: the C library's exp and log differ in the last bit between systems, and a
replay must not.
"""

from __future__ import annotations

from math import sqrt

from mocks.exchange.chance import number

YEAR_DAYS = 365.0
CARRY = 0.065  # interest built into futures, per year
VOLATILITY = {
    "NSE:NIFTY 50": 0.125, "NSE:NIFTY BANK": 0.145, "NSE:NIFTY FIN SERVICE": 0.14, "NSE:NIFTY MID SELECT": 0.175,
    "NSE:NIFTY NEXT 50": 0.18, "BSE:SENSEX": 0.12, "BSE:BANKEX": 0.145,
}  # fmt: skip
SKEW, SMILE = 0.9, 6.0  # downside options are dearer, and both wings are


def future_value(spot: float, days: float) -> float:
    """Fair price of a future, in the unit of `spot`."""
    return spot * (1.0 + CARRY * max(days, 0.0) / YEAR_DAYS)


def volatility(underlying: str, spot: float, strike: float, days: float) -> float:
    """What options at this strike price in, a year: the underlying's own level, a skew and a smile.

    The same for a call and its put, so that parity holds. Wings are steeper the nearer the expiry is.
    """
    level = VOLATILITY.get(underlying) or 0.19 + number(f"{underlying}/volatility", 150) / 1000.0
    away = (strike - spot) / spot
    nearness = 1.0 / (1.0 + max(days, 0.0) / 30.0)
    shape = 1.0 - SKEW * away * nearness + SMILE * away * away * nearness * 2.0
    return level * min(max(shape, 0.6), 2.0)


def option_value(spot: float, strike: float, days: float, volatility: float, *, call: bool) -> float:
    """Black's price on the future of the same expiry, undiscounted, in the unit of `spot`."""
    forward = future_value(spot, days)
    deviation = volatility * sqrt(max(days, 0.02) / YEAR_DAYS)
    d1 = _log_ratio(forward, strike) / deviation + deviation / 2.0
    d2 = d1 - deviation
    value = forward * _normal_below(d1) - strike * _normal_below(d2)
    if not call:
        value += strike - forward
    return max(value, 0.0)


def _log_ratio(above: float, below: float) -> float:
    """log(above / below) by the series of the inverse hyperbolic tangent; fine for ratios of 0.5 to 2."""
    y = (above - below) / (above + below)
    square = y * y
    return 2.0 * y * (1.0 + square / 3.0 + square * square / 5.0 + square * square * square / 7.0)


def _exp(x: float) -> float:
    """e**x for x <= 0 by repeated squaring."""
    part = x / 1024.0
    value = 1.0 + part + part * part / 2.0 + part * part * part / 6.0
    for _ in range(10):
        value *= value
    return value


def _normal_below(x: float) -> float:
    """Standard normal distribution function, error below 1e-7 (Abramowitz and Stegun 26.2.17)."""
    if x < 0.0:
        return 1.0 - _normal_below(-x)
    if x > 8.0:
        return 1.0
    t = 1.0 / (1.0 + 0.2316419 * x)
    series = t * (0.319381530 + t * (-0.356563782 + t * (1.781477937 + t * (-1.821255978 + t * 1.330274429))))
    return 1.0 - 0.3989422804014327 * _exp(-x * x / 2.0) * series

"""What an option is worth on its future, the volatility its price implies, and how it answers to the market.

Black's formula of 1976, undiscounted, for the European options that the Indian exchanges list. Figures of a model, not
money: plain numbers. Rupees a unit; `years` of 365 days; volatility as a fraction a year (0.14 is 14 %).
"""

from __future__ import annotations

import math
from dataclasses import dataclass
from statistics import NormalDist

STEPS = 60  # halvings: from the widest spread down to the last digit of a float
WIDEST = 16.0  # standard deviations of the logarithm until expiry; beyond, every price is at its bound
YEAR_DAYS = 365.0

_normal = NormalDist()


@dataclass(frozen=True, slots=True)
class Greeks:
    """Of one unit. `delta` rupees for a rupee of the future, `gamma` the change of delta for a rupee, `theta` rupees a
    calendar day, `vega` rupees a percentage point of volatility."""

    volatility: float
    delta: float
    gamma: float
    theta: float
    vega: float


def value(forward: float, strike: float, years: float, volatility: float, *, call: bool) -> float:
    """Rupees a unit; what it pays at once when no time or no volatility is left."""
    return _value(forward, strike, volatility * math.sqrt(max(years, 0.0)), call=call)


def implied_volatility(
    forward: float, strike: float, years: float, price: float, *, call: bool
) -> float | None:
    """None where no volatility explains the price: it is worth no more than what the option pays at once, or as much
    as the most that it can ever pay."""
    if years <= 0 or not _explained(forward, strike, price, call=call):
        return None
    # The side that is out of the money has the same volatility and nothing but time value, so no digits are lost.
    outside = strike >= forward
    worth = price - _intrinsic(forward, strike, call=call)
    low, high = 0.0, WIDEST
    for _ in range(STEPS):
        middle = (low + high) / 2
        if _value(forward, strike, middle, call=outside) < worth:
            low = middle
        else:
            high = middle
    return (low + high) / 2 / math.sqrt(years)


def greeks(forward: float, strike: float, years: float, volatility: float, *, call: bool) -> Greeks:
    """For a volatility and a time above zero."""
    spread = volatility * math.sqrt(years)
    d1 = math.log(forward / strike) / spread + spread / 2
    density = _normal.pdf(d1)
    return Greeks(
        volatility=volatility,
        delta=_normal.cdf(d1) if call else -_normal.cdf(-d1),
        gamma=density / (forward * spread),
        theta=-forward * density * volatility / (2 * math.sqrt(years)) / YEAR_DAYS,
        vega=forward * density * math.sqrt(years) / 100,
    )


def _value(forward: float, strike: float, spread: float, *, call: bool) -> float:
    """`spread`: the standard deviation of the logarithm of the price at expiry."""
    if spread <= 0:
        return _intrinsic(forward, strike, call=call)
    d1 = math.log(forward / strike) / spread + spread / 2
    d2 = d1 - spread
    if call:
        return forward * _normal.cdf(d1) - strike * _normal.cdf(d2)
    return strike * _normal.cdf(-d2) - forward * _normal.cdf(-d1)


def _intrinsic(forward: float, strike: float, *, call: bool) -> float:
    return max(forward - strike, 0.0) if call else max(strike - forward, 0.0)


def _explained(forward: float, strike: float, price: float, *, call: bool) -> bool:
    if forward <= 0 or strike <= 0:
        return False
    return _intrinsic(forward, strike, call=call) < price < (forward if call else strike)

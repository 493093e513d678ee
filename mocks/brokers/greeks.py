"""Sensitivities of an option and the volatility its price implies, for option chains.

The model is the exchange's own (`mocks.exchange.pricing`): Black's formula on the future, undiscounted. Rupees in,
any time unit named; `delta` per rupee, `gamma` per rupee squared, `theta` rupees a day, `vega` and `rho` rupees a
percentage point, `iv` a fraction (0.14 is 14 %).
"""

from __future__ import annotations

import math
from dataclasses import dataclass

from mocks.exchange.pricing import CARRY

YEAR_DAYS = 365.0
SHORTEST_DAYS = 1 / 24  # the last hour counts as an hour: sensitivities have no limit at zero
IV_FLOOR, IV_CAP, STEPS = 0.01, 3.0, 40


@dataclass(frozen=True, slots=True)
class Greeks:
    delta: float
    gamma: float
    theta: float
    vega: float
    rho: float
    iv: float


def greeks(spot: float, strike: float, days: float, price: float, *, call: bool) -> Greeks:
    """Of an option that trades at `price` and expires in `days`."""
    years = max(days, SHORTEST_DAYS) / YEAR_DAYS
    growth = 1 + CARRY * years
    forward = spot * growth
    iv = implied_volatility(forward, strike, years, price, call=call)
    root = math.sqrt(years)
    d1 = _d1(forward, strike, years, iv)
    density = math.exp(-d1 * d1 / 2) / math.sqrt(2 * math.pi)
    sign = 1 if call else -1
    return Greeks(
        delta=sign * growth * _below(sign * d1),
        gamma=growth * growth * density / (forward * iv * root),
        theta=-forward * density * iv / (2 * root) / YEAR_DAYS,
        vega=forward * density * root / 100,
        rho=sign * spot * years * _below(sign * d1) / 100,
        iv=iv,
    )


def implied_volatility(forward: float, strike: float, years: float, price: float, *, call: bool) -> float:
    """By bisection; a price at or below what the option is worth without any volatility gives the floor."""
    low, high = IV_FLOOR, IV_CAP
    for _ in range(STEPS):
        middle = (low + high) / 2
        if _value(forward, strike, years, middle, call=call) < price:
            low = middle
        else:
            high = middle
    return (low + high) / 2


def _value(forward: float, strike: float, years: float, volatility: float, *, call: bool) -> float:
    d1 = _d1(forward, strike, years, volatility)
    d2 = d1 - volatility * math.sqrt(years)
    if call:
        return forward * _below(d1) - strike * _below(d2)
    return strike * _below(-d2) - forward * _below(-d1)


def _d1(forward: float, strike: float, years: float, volatility: float) -> float:
    spread = volatility * math.sqrt(years)
    return math.log(forward / strike) / spread + spread / 2


def _below(x: float) -> float:
    """Standard normal distribution function."""
    return (1 + math.erf(x / math.sqrt(2))) / 2

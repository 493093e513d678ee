"""Option values, implied volatility and sensitivities, held to the laws that any model of them keeps."""

from __future__ import annotations

import math

import pytest
from hypothesis import assume, given
from hypothesis import strategies as st

from domain.black76 import greeks, implied_volatility, value

forwards = st.floats(50, 90_000)
moneyness = st.floats(0.6, 1.6)
years = st.floats(1 / 365, 1.0)
volatilities = st.floats(0.05, 1.5)


@given(forwards, moneyness, years, volatilities)
def test_a_call_less_a_put_is_the_forward_less_the_strike(
    forward: float, ratio: float, time: float, volatility: float
) -> None:
    strike = forward * ratio
    call = value(forward, strike, time, volatility, call=True)
    put = value(forward, strike, time, volatility, call=False)
    assert call - put == pytest.approx(forward - strike, abs=forward * 1e-9)


@given(forwards, moneyness, years, volatilities, st.booleans())
def test_the_volatility_of_a_price_gives_that_price_again(
    forward: float, ratio: float, time: float, volatility: float, call: bool
) -> None:
    strike = forward * ratio
    price = value(forward, strike, time, volatility, call=call)
    over = price - max((forward - strike) if call else (strike - forward), 0.0)
    assume(over > forward * 1e-7)  # less time value than digits
    found = implied_volatility(forward, strike, time, price, call=call)
    assert found is not None
    assert value(forward, strike, time, found, call=call) == pytest.approx(price, abs=forward * 1e-9)
    assert found == pytest.approx(volatility, rel=1e-3)


@given(forwards, moneyness, years, st.booleans())
def test_no_volatility_explains_a_price_outside_its_bounds(
    forward: float, ratio: float, time: float, call: bool
) -> None:
    strike = forward * ratio
    at_once = max((forward - strike) if call else (strike - forward), 0.0)
    most = forward if call else strike
    for price in (at_once, at_once - 1.0, most, most + 1.0):
        assert implied_volatility(forward, strike, time, price, call=call) is None
    assert implied_volatility(forward, strike, 0.0, at_once + 1, call=call) is None


@given(forwards, st.floats(0.8, 1.25), st.floats(7 / 365, 1.0), st.floats(0.08, 0.8), st.booleans())
def test_sensitivities_are_the_slopes_of_the_value(
    forward: float, ratio: float, time: float, volatility: float, call: bool
) -> None:
    strike = forward * ratio
    shown = greeks(forward, strike, time, volatility, call=call)

    def worth(at: float = forward, left: float = time, rough: float = volatility) -> float:
        return value(at, strike, left, rough, call=call)

    step = forward * 1e-4
    assert shown.delta == pytest.approx(
        (worth(forward + step) - worth(forward - step)) / (2 * step), abs=1e-5
    )
    bent = (worth(forward + step) - 2 * worth() + worth(forward - step)) / step**2
    assert shown.gamma * forward == pytest.approx(bent * forward, abs=1e-2)
    assert shown.vega == pytest.approx(
        (worth(rough=volatility + 1e-4) - worth(rough=volatility - 1e-4)) / 0.02, abs=forward * 1e-6
    )
    slope = (worth(left=time - 1e-5) - worth(left=time + 1e-5)) / 2e-5
    assert shown.theta == pytest.approx(slope / 365, abs=forward * 1e-5)
    assert (0 <= shown.delta <= 1) if call else (-1 <= shown.delta <= 0)


@pytest.mark.parametrize(
    ("forward", "strike", "days", "volatility", "call", "worth"),
    [
        # Hull, Options, Futures and Other Derivatives: European put on crude oil futures, undiscounted (1.12 / 0.9704).
        (20.0, 20.0, 365 / 3, 0.25, False, 1.1513),
        (100.0, 100.0, 365.0, 0.2, True, 7.9656),
    ],
)
def test_known_values(
    forward: float, strike: float, days: float, volatility: float, call: bool, worth: float
) -> None:
    assert value(forward, strike, days / 365, volatility, call=call) == pytest.approx(worth, abs=1e-3)
    assert math.isclose(
        implied_volatility(forward, strike, days / 365, worth, call=call) or 0, volatility, rel_tol=1e-3
    )

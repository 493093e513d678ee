"""Option sensitivities against the exchange's own model price, by small differences."""

from __future__ import annotations

import pytest

from mocks.brokers.greeks import greeks
from mocks.exchange.pricing import option_value

SPOT, DAYS, VOLATILITY = 26_000.0, 9.0, 0.13


@pytest.mark.parametrize("strike", [25_000.0, 25_950.0, 26_000.0, 27_200.0])
@pytest.mark.parametrize("call", [True, False], ids=["call", "put"])
def test_the_volatility_behind_a_model_price_is_found_again(strike: float, call: bool) -> None:
    price = option_value(SPOT, strike, DAYS, VOLATILITY, call=call)
    assert greeks(SPOT, strike, DAYS, price, call=call).iv == pytest.approx(VOLATILITY, rel=1e-3)


@pytest.mark.parametrize("call", [True, False], ids=["call", "put"])
def test_sensitivities_are_the_slopes_of_the_price(call: bool) -> None:
    def price(spot: float = SPOT, days: float = DAYS, volatility: float = VOLATILITY) -> float:
        return option_value(spot, 26_100.0, days, volatility, call=call)

    found = greeks(SPOT, 26_100.0, DAYS, price(), call=call)
    step = 5.0
    assert found.delta == pytest.approx((price(SPOT + step) - price(SPOT - step)) / (2 * step), rel=1e-3)
    bend = (price(SPOT + step) - 2 * price() + price(SPOT - step)) / step**2
    assert found.gamma == pytest.approx(bend, rel=2e-2)
    assert found.vega == pytest.approx((price(volatility=0.135) - price(volatility=0.125)), rel=1e-2)
    assert found.theta < 0 < found.vega


def test_call_and_put_deltas_differ_by_one_future() -> None:
    prices = [option_value(SPOT, 26_100.0, DAYS, VOLATILITY, call=call) for call in (True, False)]
    call, put = (
        greeks(SPOT, 26_100.0, DAYS, price, call=call)
        for price, call in zip(prices, (True, False), strict=True)
    )
    assert call.delta - put.delta == pytest.approx(1.0, abs=2e-3)
    assert call.gamma == pytest.approx(put.gamma, rel=1e-3)


def test_an_option_worth_nothing_has_the_lowest_volatility() -> None:
    assert greeks(SPOT, 30_000.0, 1.0, 0.0, call=True).iv == pytest.approx(0.01, abs=1e-3)

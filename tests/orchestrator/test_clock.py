"""The time of a simulated market: carried on between readings, never back, and not mistaken for the real one."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import httpx
import pytest
from pydantic import ValidationError

from orchestrator.clock import ClockUnreachable, FollowedClock
from orchestrator.config import Settings

EVENING = datetime(2026, 11, 19, 12, 30, tzinfo=UTC)
SECOND_NS = 1_000_000_000


class Market:
    """A control API with a clock, and the steady seconds of the machine that follows it."""

    def __init__(self) -> None:
        self.now, self.mode, self.speed, self.steady = EVENING, "real", 1.0, 0.0
        self.answer: httpx.Response | None = None

    def __call__(self, request: httpx.Request) -> httpx.Response:
        assert request.url.path == "/clock"
        time_ns = int(self.now.timestamp()) * SECOND_NS
        told = {"time": time_ns, "mode": self.mode, "speed": self.speed}
        return self.answer or httpx.Response(200, json=told)


@pytest.fixture
def market() -> Market:
    return Market()


@pytest.fixture
def clock(market: Market) -> FollowedClock:
    transport = httpx.MockTransport(market)
    return FollowedClock("http://control", steady=lambda: market.steady, transport=transport)


async def test_between_two_readings_the_time_goes_on_at_the_markets_speed(
    market: Market, clock: FollowedClock
) -> None:
    market.speed = 60.0
    await clock.read()
    assert clock() == EVENING
    market.steady += 2
    assert clock() == EVENING + timedelta(minutes=2)


async def test_a_market_that_is_stepped_stands_still(market: Market, clock: FollowedClock) -> None:
    market.mode = "step"
    await clock.read()
    market.steady += 100
    assert clock() == EVENING
    market.now += timedelta(hours=12)
    await clock.read()
    assert clock() == EVENING + timedelta(hours=12)


async def test_the_time_never_goes_back(market: Market, clock: FollowedClock) -> None:
    await clock.read()
    market.steady += 3
    ahead = clock()
    await clock.read()  # the market is where it was
    assert clock() == ahead


@pytest.mark.parametrize(
    "answer", [httpx.Response(502), httpx.Response(200, text="?"), httpx.Response(200, json={"mode": "real"})]
)
async def test_what_gives_no_time_is_no_clock(
    answer: httpx.Response, market: Market, clock: FollowedClock
) -> None:
    with pytest.raises(ClockUnreachable):
        clock()
    market.answer = answer
    with pytest.raises(ClockUnreachable):
        await clock.read()


def test_a_simulated_time_is_for_simulated_money() -> None:
    with pytest.raises(ValidationError, match="TRADEMASTER_PAPER"):
        Settings(clock_url="http://control", _env_file=None)
    assert Settings(clock_url="http://control/", paper=True, _env_file=None).clock_url == "http://control"

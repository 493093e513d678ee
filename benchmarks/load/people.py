"""Users with a connected account each, who signed up and logged in at their brokers; and brokers on a bad day."""

from __future__ import annotations

import asyncio
from dataclasses import dataclass
from typing import Any

import httpx

from benchmarks.load.stack import Stack
from tests.stories.product import Trader, eventually

BROKERS = ("mock", "kite", "upstox", "groww")
AT_ONCE = 4  # people who sign up at the same time
READ_WITHIN = 120.0  # seconds until all accounts were read
DELAYS = tuple(milliseconds / 1000 for milliseconds in range(20, 81, 10))
# Every 500th call each, so 1 % of all: some were done all the same, some were not.
FAULTS: tuple[dict[str, Any], ...] = (
    {"fault": "error_5xx_before"},
    {"fault": "error_5xx_after_accept"},
    {"fault": "drop_request"},
    {"fault": "drop_answer"},
    {"fault": "timeout_after_accept", "seconds": 3},
)


@dataclass(frozen=True)
class Person:
    """What the generators of load need to be this user."""

    number: int
    url: str
    token: str
    account: str
    broker: str
    user_id: str

    def headers(self) -> dict[str, str]:
        return {"Authorization": f"Bearer {self.token}"}


async def people(stack: Stack, count: int) -> list[Person]:
    """So many, shared out evenly over brokers and over the processes that answer HTTP."""
    turn = asyncio.Semaphore(AT_ONCE)

    async def one(number: int) -> Person:
        async with turn:
            return await _person(stack, number)

    return list(await asyncio.gather(*map(one, range(count))))


async def _person(stack: Stack, number: int) -> Person:
    broker, url = BROKERS[number % len(BROKERS)], stack.urls[number % len(stack.urls)]
    user = await asyncio.to_thread(stack.sandbox.post, "/users", {"broker": broker, "cash": "100000000"})
    async with httpx.AsyncClient(base_url=url, trust_env=False, timeout=60) as http:
        trader = Trader(http)
        await trader.sign_up()
        account = await trader.connect({**user, "broker": broker})
        await eventually(
            lambda: trader.call("GET", "/v1/accounts"),
            lambda accounts: all(one["health"]["last_seen"] for one in accounts),
            READ_WITHIN,
        )
        token = str(http.headers["Authorization"]).removeprefix("Bearer ")
    return Person(number, url, token, account, broker, user["user_id"])


def bad_day() -> dict[str, Any]:
    """A plan of faults: 1 % of calls go wrong, the others are answered after 20 to 80 ms, evenly spread.

    The first rule that strikes is the one, so each delay takes its share of what the ones before it left.
    """
    rules: list[dict[str, Any]] = []
    for broker in BROKERS:
        rules += [{"broker": broker, **fault, "probability": 0.01 / len(FAULTS)} for fault in FAULTS]
        rules += [
            {
                "broker": broker,
                "fault": "delay",
                "seconds": seconds,
                "probability": 1 / (len(DELAYS) - number),
            }
            for number, seconds in enumerate(DELAYS)
        ]
    # A seed of its own for each, or the same calls would be drawn by all.
    return {"rules": [{**rule, "seed": number + 1} for number, rule in enumerate(rules)], "replace": True}

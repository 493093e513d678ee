"""People who trade all the time, and what each of them must find at the exchange afterwards."""

from __future__ import annotations

import asyncio
import itertools
import json
import random
from contextlib import suppress
from dataclasses import dataclass, field
from typing import Any

import httpx
from websockets.asyncio.client import connect
from websockets.exceptions import WebSocketException

from mocks.launch import Sandbox
from tests.many.fleet import Fleet
from tests.stories.product import Trader, eventually, order

OVER = frozenset({"FILLED", "CANCELLED", "REJECTED", "EXPIRED"})
KEPT = frozenset({"order", "approval", "passed"})  # events with numbers
PAUSE = 0.2  # seconds between one person's orders, and between two askings of one order
ANSWER = 8.0  # seconds until an answer is not waited for any more
SETTLED = 90.0  # seconds, on a busy machine


@dataclass
class Person:
    """Every order has a key of its own: what was not answered is asked again, of any process, with the same key."""

    trader: Trader
    user: dict[str, Any]
    account: str
    fleet: Fleet
    made: dict[str, str] = field(default_factory=dict)  # our order ids, by the keys that made them
    refused: list[str] = field(default_factory=list)

    async def trade(self, stop: asyncio.Event, dice: random.Random) -> None:
        for number in itertools.count(len(self.made) + len(self.refused)):
            if stop.is_set():
                return
            text = f"BUY {dice.randint(1, 3)} NSE:INFY MIS MARKET"
            await self._placed(f"{self.user['user_id']}-{number}", text, dice)
            await asyncio.sleep(PAUSE)

    async def _placed(self, key: str, text: str, dice: random.Random) -> None:
        body, headers = order(text, account=self.account), {"Idempotency-Key": key}
        while True:
            url = f"{dice.choice(self.fleet.apis).url}/v1/orders"
            with suppress(httpx.HTTPError):
                answer = await self.trader.http.post(url, json=body, headers=headers, timeout=ANSWER)
                if answer.is_success:
                    self.made[key] = answer.json()["id"]
                    return
                if answer.status_code < 500:
                    self.refused.append(f"{key}: {answer.text[:300]}")
                    return
            await asyncio.sleep(PAUSE)

    async def ask(self, method: str, path: str, **request: Any) -> Any:
        """The JSON of whichever process answers; None when none does."""
        for one in self.fleet.apis:
            with suppress(httpx.HTTPError):
                answer = await self.trader.http.request(method, f"{one.url}{path}", timeout=ANSWER, **request)
                if answer.is_success:
                    return answer.json()
        return None

    async def orders(self) -> list[dict[str, Any]]:
        """All there are, whoever placed them; [] when they cannot be read now."""
        found: list[dict[str, Any]] = []
        cursor = ""
        while (page := await self.ask("GET", f"/v1/orders?limit=200{cursor}")) is not None:
            found += page["items"]
            if page["next_cursor"] is None:
                return found
            cursor = f"&cursor={page['next_cursor']}"
        return []

    async def settled(self) -> list[dict[str, Any]]:
        """All orders, once nothing of them is open any more."""
        made = len(self.made)
        return list(
            await eventually(
                self.orders,
                lambda seen: len(seen) >= made and all(one["status"] in OVER for one in seen),
                SETTLED,
            )
        )


class Screen:
    """A page that is open all the time: it comes back wherever it can, with the last number that it heard."""

    def __init__(self, person: Person) -> None:
        self._person, self.heard = person, list[int]()

    async def follow(self, dice: random.Random) -> None:
        """Until cancelled."""
        token = self._person.trader.http.headers["Authorization"]
        while True:
            url = dice.choice(self._person.fleet.apis).url.replace("http", "ws", 1)
            since = f"?since={self.heard[-1] if self.heard else 0}"
            with suppress(OSError, TimeoutError, WebSocketException):
                async with connect(
                    f"{url}/v1/stream{since}", additional_headers={"Authorization": token}, proxy=None
                ) as socket:
                    async for text in socket:
                        event = json.loads(text)
                        if event["type"] in KEPT:
                            self.heard.append(event["seq"])
            await asyncio.sleep(PAUSE)

    def skipped(self) -> list[int]:
        """Numbers between those that were heard; twice is no harm, and never is."""
        return sorted(set(range(1, max(self.heard, default=0) + 1)) - set(self.heard))


async def books_agree(sandbox: Sandbox, person: Person) -> int:
    """Nothing doubled, lost or invented: order by order and share by share. How many orders the person has."""
    ours = await person.settled()
    truth = sandbox.get(f"/users/{person.user['broker']}/{person.user['user_id']}")
    theirs = {str(one["order_id"]): one for one in truth["orders"]}
    assert len(set(person.made.values())) == len(person.made), "two keys gave one order"
    assert set(person.made.values()) <= {one["id"] for one in ours}, "an order that was answered is gone"
    for one in ours:
        numbers = [
            number
            for child in one["children"]
            for number in (child["broker_order_id"], *child["duplicate_broker_order_ids"])
            if number
        ]
        there = [theirs.pop(number) for number in numbers]
        asked = sum(int(row["quantity"]) for row in there)
        assert asked in (0, one["quantity"]), f"{one['id']}: {asked} there, {one['quantity']} asked"
        filled = sum(int(row["filled_quantity"]) for row in there)
        assert filled == one["filled_quantity"], (
            f"{one['id']}: {filled} filled there, not {one['filled_quantity']}"
        )
    assert not theirs, f"the exchange has orders that are not ours: {list(theirs)}"
    held = sum(int(row["quantity"]) for row in truth["positions"])
    await eventually(lambda: _position(person), lambda seen: seen == held, SETTLED)
    return len(ours)


async def _position(person: Person) -> int | None:
    """Net units that the portfolio shows."""
    seen = await person.ask("GET", "/v1/portfolio")
    return None if seen is None else sum(int(line["quantity"]) for line in seen["positions"])


def at_exchange(sandbox: Sandbox, person: Person) -> int:
    """Net units that are really there."""
    truth = sandbox.get(f"/users/{person.user['broker']}/{person.user['user_id']}")
    return sum(int(row["quantity"]) for row in truth["positions"])

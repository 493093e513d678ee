"""Every order at the exchange against ours: nothing lost, nothing doubled, nothing invented, no share apart."""

from __future__ import annotations

import asyncio
import time
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

import httpx

from benchmarks.load.people import Person
from benchmarks.load.stack import Stack

OVER = frozenset({"FILLED", "CANCELLED", "REJECTED", "EXPIRED"})
PATIENCE = 180.0  # seconds until nothing is under way any more


@dataclass
class Books:
    """Of all people."""

    orders: int = 0
    rejected: int = 0
    differences: list[str] = field(default_factory=list)


async def compared(stack: Stack, people: Sequence[Person], done: Mapping[str, Any]) -> Books:
    """After the load, when orders have ended and portfolios are read. `done`: what the users wrote."""
    books = Books()
    deadline = time.monotonic() + PATIENCE
    for person in people:
        headers = person.headers()
        async with httpx.AsyncClient(
            base_url=person.url, headers=headers, trust_env=False, timeout=60
        ) as http:
            ours = await _settled(http, deadline)
            truth = await asyncio.to_thread(stack.sandbox.get, f"/users/{person.broker}/{person.user_id}")
            held = await _held(http, sum(int(row["quantity"]) for row in truth["positions"]), deadline)
        books.orders += len(ours)
        books.rejected += sum(one["status"] == "REJECTED" for one in ours)
        made = done["made"].get(person.account, {})
        unsure = sum(len(done[kind].get(person.account, [])) for kind in ("unanswered", "refused"))
        books.differences += [
            f"{person.account}: {told}" for told in differences(ours, truth, made, unsure, held)
        ]
    return books


def differences(
    ours: Sequence[Mapping[str, Any]],
    truth: Mapping[str, Any],
    made: Mapping[str, str],
    unsure: int,
    held: int,
) -> list[str]:
    """What does not agree, in words. `made`: order ids as they were answered, by their keys; `unsure`: keys that were
    not answered or refused, whose order may be written down or not; `held`: net units that our portfolio shows."""
    found = [f"{one['id']} is still {one['status']}" for one in ours if one["status"] not in OVER]
    known = {str(one["id"]) for one in ours}
    found += [f"{order} was answered and is gone" for order in made.values() if order not in known]
    if len(set(made.values())) < len(made):
        found.append("two keys gave one order")
    if len(known) > len(set(made.values())) + unsure:
        found.append(f"{len(known)} orders from {len(made)} answered and {unsure} other requests")
    theirs = {str(one["order_id"]): one for one in truth["orders"]}
    for one in ours:
        there = [theirs.pop(number) for number in _numbers(one) if number in theirs]
        asked = sum(int(row["quantity"]) for row in there)
        if asked not in (0, one["quantity"]):
            found.append(f"{one['id']}: {one['quantity']} asked, {asked} at the exchange")
        filled = sum(int(row["filled_quantity"]) for row in there)
        if filled != one["filled_quantity"]:
            found.append(f"{one['id']}: {one['filled_quantity']} filled, {filled} at the exchange")
    found += [f"the exchange has {number}, which is not ours" for number in theirs]
    shares = sum(int(row["quantity"]) for row in truth["positions"])
    if held != shares:
        found.append(f"the portfolio shows {held} units, the exchange {shares}")
    return found


def _numbers(order: Mapping[str, Any]) -> list[str]:
    return [
        number
        for child in order["children"]
        for number in (child["broker_order_id"], *child["duplicate_broker_order_ids"])
        if number
    ]


async def _settled(http: httpx.AsyncClient, deadline: float) -> list[dict[str, Any]]:
    """All orders, once none is under way; as they are when that takes too long."""
    while True:
        seen = await _orders(http)
        if all(one["status"] in OVER for one in seen) or time.monotonic() > deadline:
            return seen
        await asyncio.sleep(1)


async def _orders(http: httpx.AsyncClient) -> list[dict[str, Any]]:
    found: list[dict[str, Any]] = []
    query: dict[str, str | int] = {"limit": 200}
    while True:
        page = (await http.get("/v1/orders", params=query)).raise_for_status().json()
        found += page["items"]
        if page["next_cursor"] is None:
            return found
        query["cursor"] = page["next_cursor"]


async def _held(http: httpx.AsyncClient, wanted: int, deadline: float) -> int:
    """Net units that the portfolio shows, once they are as many; as they are when that takes too long."""
    while True:
        seen = (await http.get("/v1/portfolio")).raise_for_status().json()
        units = sum(int(line["quantity"]) for line in seen["positions"])
        if units == wanted or time.monotonic() > deadline:
            return units
        await asyncio.sleep(1)

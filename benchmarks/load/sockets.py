"""Sockets of live prices, many of them in a process of its own: `python -m benchmarks.load.sockets PEOPLE RESULT ...`.

Prints a line when all are open (one that is refused ends it), reads until a line comes in, then writes what it
measured. Two times of each price that is news: how long after the product sent it it was read here (the line, the
system, and the wait for a processor), and how old it was by then since the exchange's time, which has the broker's own
pause between two messages in it.
"""

from __future__ import annotations

import argparse
import asyncio
import json
import os
import sys
import time
from array import array
from collections.abc import Sequence
from datetime import datetime
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

import uvloop

from benchmarks.measure import memory_mib
from benchmarks.watchers import Client, connect

RESOLUTION = 1000  # parts of a second that are counted
MOST = 30  # seconds; longer ones count as this long
OPEN_AT_ONCE = 50


class Ages:
    """Counts of times, by the millisecond."""

    def __init__(self) -> None:
        self._counts = array("q", [0]) * (RESOLUTION * MOST + 1)

    def add(self, seconds: float) -> None:
        self._counts[min(max(int(seconds * RESOLUTION), 0), RESOLUTION * MOST)] += 1

    def at(self, percentile: float) -> int | None:
        """Milliseconds; None when nothing was counted."""
        total = sum(self._counts)
        wanted, seen = total * percentile / 100, 0
        for milliseconds, count in enumerate(self._counts):
            seen += count
            if total and seen >= wanted:
                return milliseconds
        return None


class Reading:
    """What all sockets hear. `last` of a socket: the sequence number of each instrument's last price."""

    def __init__(self, symbols: Sequence[str]) -> None:
        self._number = {symbol: number for number, symbol in enumerate(symbols)}
        self.octets = self.closed = self.prices = self.messages = self.backwards = 0
        self.counting = False
        self.on_the_way, self.age = Ages(), Ages()

    def heard(self, last: dict[int, int], prices: Sequence[dict[str, Any]], now: float) -> None:
        del now  # of a clock that no other process shares
        at = time.time()
        self.messages += self.counting
        for price in prices:
            number = self._number[price["symbol"]]
            before, last[number] = last.get(number, 0), price["seq"]
            self.backwards += price["seq"] < before
            if not before or not self.counting:
                continue  # what was known when it subscribed is no news
            age = at - datetime.fromisoformat(price["timestamp"]).timestamp()
            self.prices += 1
            self.age.add(age)
            self.on_the_way.add(age - price["age_ms"] / 1000)

    def told(self, seconds: float) -> dict[str, Any]:
        shares = (50, 95, 99)
        return {
            "seconds": seconds,
            "prices": self.prices,
            "messages": self.messages,
            "mib": self.octets / 2**20,
            "closed": self.closed,
            "backwards": self.backwards,
            "on_the_way": {f"p{share}": self.on_the_way.at(share) for share in shares},
            "age": {f"p{share}": self.age.at(share) for share in shares},
        }


async def _follow(given: argparse.Namespace, people: Sequence[dict[str, Any]]) -> dict[str, Any]:
    """What was measured until a line came in."""
    reading, clients = Reading(given.symbols), list[Client]()
    for first in range(0, given.sockets, OPEN_AT_ONCE):
        numbers = range(first, min(first + OPEN_AT_ONCE, given.sockets))
        opened = await asyncio.gather(*(_opened(reading, given, people, number) for number in numbers))
        clients += [client for few in opened for client in few]
    print("open", flush=True)
    reading.counting, reading.octets = True, 0
    began, used = time.perf_counter(), time.process_time()
    await asyncio.to_thread(sys.stdin.readline)
    reading.counting = False
    told = reading.told(time.perf_counter() - began)
    told |= {"sockets": len(clients), "each": given.each, "processor_s": time.process_time() - used}
    for client in clients:
        if client.transport is not None:
            client.transport.abort()
    return told | {"memory": memory_mib(os.getpid())}


async def _opened(
    reading: Reading, given: argparse.Namespace, people: Sequence[dict[str, Any]], number: int
) -> list[Client]:
    """One socket, of the next person, with the next instruments."""
    person, at = people[number % len(people)], number * given.each
    mine = [given.symbols[(at + n) % len(given.symbols)] for n in range(given.each)]
    return await connect(
        reading, port=urlsplit(person["url"]).port or 0, token=person["token"], sockets=1,
        each=given.each, symbols=mine, options="batch=true",
    )  # fmt: skip


def main() -> None:
    parser = argparse.ArgumentParser(prog="python -m benchmarks.load.sockets")
    parser.add_argument("people")
    parser.add_argument("result")
    parser.add_argument("--sockets", type=int, required=True)
    parser.add_argument("--each", type=int, required=True)
    parser.add_argument("--symbols", nargs="+", required=True)
    given = parser.parse_args()
    people = json.loads(Path(given.people).read_text())
    Path(given.result).write_text(json.dumps(uvloop.run(_follow(given, people))))


if __name__ == "__main__":
    main()

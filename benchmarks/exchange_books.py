"""Ten thousand live books on one core: what a simulated second of trading costs, and what they weigh.

    python -m benchmarks.exchange_books [--books 10000] [--seconds 5]

The real shares and seeded synthetic ones, every book with makers, takers, bursts and real matching. Two loads: one
trade a second in every book with all the orders and cancels around it, and one event (an order or a trade) a second
in every book with its five-level depth read once a second. Processor time; the warmed-up heap is frozen and
collections are rare.
"""

from __future__ import annotations

import argparse
import gc
import resource
import time
from datetime import date

from benchmarks.measure import pace
from mocks.exchange.calendar import SECOND_NS, india_ns
from mocks.exchange.synthetic import market
from mocks.exchange.venue import Exchange

DAY = date(2026, 11, 20)
BUSY_MINUTE = 10 * 60 + 10  # when the U of the day makes a share trade once a second
CALM_PACE = 0.2  # of that, for one event a second
STEP_NS = SECOND_NS // 4


def live(books: int) -> Exchange:
    """An exchange with so many books, all of them quoted and traded."""
    exchange = Exchange(market(DAY, books), seed=1, start_ns=india_ns(DAY, BUSY_MINUTE))
    run(exchange, 3)
    return exchange


def run(exchange: Exchange, seconds: int) -> int:
    """Let simulated time pass in quarter seconds; returns how many trades there were."""
    return sum(len(exchange.advance(exchange.now + STEP_NS)) for _ in range(4 * seconds))


def report(exchange: Exchange, name: str, seconds: int, *, depth: bool) -> None:
    books = list(exchange._books.values())
    orders = exchange._tape.stamp
    begun = time.process_time()
    trades = 0
    for _ in range(seconds):
        trades += run(exchange, 1)
        if depth:
            for book in books:
                book.depth(5)
    spent = (time.process_time() - begun) / seconds
    entered = (exchange._tape.stamp - orders) / seconds
    print(
        f"{name:34} {trades / seconds:8,.0f} trades/s {entered:8,.0f} orders/s"
        f" {spent:6.2f} s of processor time per second"
    )


def main() -> None:
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("--books", type=int, default=10_000)
    parser.add_argument("--seconds", type=int, default=5)
    chosen = parser.parse_args()
    measure(chosen.books, chosen.seconds)


def measure(books: int = 10_000, seconds: int = 5) -> None:
    begun = time.process_time()
    exchange = live(books)
    built = time.process_time() - begun
    gc.collect()
    gc.freeze()
    gc.set_threshold(200_000, 20, 100)
    report(exchange, f"{books:,} books, a trade a second", seconds, depth=False)
    exchange._flow.pace = CALM_PACE
    run(exchange, 5)
    report(exchange, f"{books:,} books, an event a second, depth", seconds, depth=True)
    memory = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024
    print(
        f"built in {built:.1f} s, {memory:.0f} MB with everything, machine's pace {pace():.0f} ms a million additions"
    )
    gc.unfreeze()


if __name__ == "__main__":
    main()

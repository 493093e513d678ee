"""Events per second of the simulated exchange: half passive adds, 40 % cancels, 10 % crossing orders, one thread.

    python -m benchmarks.exchange_events [--events 200000] [--books 1] [--seed 1]

Prints the rate per second of processor time for the whole exchange (command in, events out) and for a bare book,
with garbage collection as it comes and with the warmed-up heap frozen.
"""

from __future__ import annotations

import argparse
import gc
import time
from collections.abc import Callable
from random import Random

from mocks.exchange.book import Book
from mocks.exchange.model import Add, Cancel, Command, Instrument, Kind, OrderType, Rules, Side
from mocks.exchange.tape import Tape
from mocks.exchange.venue import Exchange

MIDDLE, SPREAD = 150_000, 60


def instrument(number: int) -> Instrument:
    return Instrument(
        key=f"NSE:S{number}", exchange="NSE", symbol=f"S{number}", name="", kind=Kind.EQUITY, token=number, isin="",
        lot=1, tick=5, freeze=0, prev_close=MIDDLE, band=(MIDDLE // 2, MIDDLE * 2),
    )  # fmt: skip


def script(seed: int, events: int, books: int) -> list[Command]:
    """The same mix for every run with the same seed. Cancels go to live-looking orders; a few are already filled."""
    draw = Random(seed)
    commands: list[Command] = []
    live: list[tuple[str, int]] = []
    for number in range(1, events + 1):
        key = f"NSE:S{draw.randrange(books)}"
        lot = draw.random()
        side = Side.BUY if draw.random() < 0.5 else Side.SELL
        sign = -1 if side is Side.BUY else 1
        if lot < 0.4 and live:
            at = draw.randrange(len(live))
            live[at], live[-1] = live[-1], live[at]
            commands.append(Cancel(*live.pop()))
            continue
        crossing = lot >= 0.9
        away = -SPREAD if crossing else 5 * draw.randint(1, SPREAD)
        size = draw.randint(1, 100)
        price = MIDDLE + sign * away
        commands.append(Add(key, number, side, OrderType.LIMIT, size, price, client=f"C{number % 50}"))
        if not crossing:
            live.append((key, number))
    return commands


def rate(run: Callable[[], None], events: int, *, frozen: bool) -> float:
    gc.collect()
    if frozen:
        gc.freeze()
        gc.disable()
    begun = time.process_time()
    run()
    spent = time.process_time() - begun
    gc.enable()
    gc.unfreeze()
    return events / spent


def through_exchange(commands: list[Command], books: int) -> Callable[[], None]:
    exchange = Exchange([instrument(n) for n in range(books)], seed=1, start_ns=0, flow=False)

    def run() -> None:
        for command in commands:
            exchange.submit(command)

    return run


def through_book(commands: list[Command], books: int) -> Callable[[], None]:
    tape = Tape()
    found = {f"NSE:S{n}": Book(instrument(n), tape, rules=Rules()) for n in range(books)}

    def run() -> None:
        for command in commands:
            tape.out = []
            if isinstance(command, Add):
                found[command.key].add(command)
            elif isinstance(command, Cancel):
                found[command.key].cancel(command)

    return run


def main() -> None:
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("--events", type=int, default=200_000)
    parser.add_argument("--books", type=int, default=1)
    parser.add_argument("--seed", type=int, default=1)
    chosen = parser.parse_args()
    commands = script(chosen.seed, chosen.events, chosen.books)
    for name, build in (("exchange", through_exchange), ("book", through_book)):
        for frozen in (False, True):
            best = max(rate(build(commands, chosen.books), chosen.events, frozen=frozen) for _ in range(3))
            heap = "frozen" if frozen else "as it comes"
            print(f"{name:9} gc {heap:12} {best:10,.0f} events/s of processor time")


if __name__ == "__main__":
    main()

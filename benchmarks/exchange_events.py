"""Events per second of the simulated exchange, beside two other order books, in the same run.

    python -m benchmarks.exchange_events [--events 200000] [--books 1] [--seed 1]

The flow is half passive adds, 40 % cancels, 10 % crossing orders, one thread; what counts is processor time.
`exchange` is commands into the whole exchange and events out of it, `book` one book with all of its rules; `plain
book` is a price-time book with no rules at all (`plain_book.py`), `lightmatchingengine` a library from PyPI.
Every row is measured with garbage collection as it comes, and with what stood before frozen (`gc.freeze()`, as a
server does when it is warm; collection goes on). The best of several runs, all rows taking turns.
"""

from __future__ import annotations

import argparse
import gc
import time
from collections.abc import Callable, Sequence
from random import Random

from lightmatchingengine.lightmatchingengine import LightMatchingEngine

from benchmarks.plain_book import PlainBook
from mocks.exchange.book import Book
from mocks.exchange.model import Add, Cancel, Instrument, Kind, OrderType, Rules, Side
from mocks.exchange.tape import Tape
from mocks.exchange.venue import Exchange

MIDDLE, SPREAD = 150_000, 60
ROUNDS = 5
Commands = Sequence[Add | Cancel]
Run = Callable[[], None]


def instrument(number: int) -> Instrument:
    return Instrument(
        key=f"NSE:S{number}", exchange="NSE", symbol=f"S{number}", name="", kind=Kind.EQUITY, token=number, isin="",
        lot=1, tick=5, freeze=0, prev_close=MIDDLE, band=(MIDDLE // 2, MIDDLE * 2),
    )  # fmt: skip


def script(seed: int, events: int, books: int) -> list[Add | Cancel]:
    """The same mix for every run with the same seed. Cancels go to live-looking orders; a few are already filled."""
    draw = Random(seed)
    commands: list[Add | Cancel] = []
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


def rate(run: Run, events: int, *, frozen: bool) -> float:
    """Events per second of processor time."""
    gc.collect()
    if frozen:
        gc.freeze()
    begun = time.process_time()
    run()
    spent = time.process_time() - begun
    gc.unfreeze()
    return events / spent


def through_exchange(commands: Commands, books: int) -> Run:
    exchange = Exchange([instrument(n) for n in range(books)], seed=1, start_ns=0, flow=False)

    def run() -> None:
        for command in commands:
            exchange.submit(command)

    return run


def through_book(commands: Commands, books: int) -> Run:
    tape = Tape()
    found = {f"NSE:S{n}": Book(instrument(n), tape, rules=Rules()) for n in range(books)}

    def run() -> None:
        for command in commands:
            tape.out = []
            if type(command) is Add:
                found[command.key].add(command)
            elif type(command) is Cancel:
                found[command.key].cancel(command)

    return run


def through_plain_book(commands: Commands, books: int) -> Run:
    found = {f"NSE:S{n}": PlainBook() for n in range(books)}

    def run() -> None:
        for command in commands:
            if type(command) is Add:
                found[command.key].add(
                    command.order, command.side is Side.BUY, command.quantity, command.price
                )
            else:
                found[command.key].cancel(command.order)

    return run


def through_lightmatchingengine(commands: Commands, books: int) -> Run:
    engine = LightMatchingEngine()
    numbers: dict[int, int] = {}

    def run() -> None:
        for command in commands:
            if type(command) is Add:
                side = 1 if command.side is Side.BUY else 2
                order, _ = engine.add_order(command.key, command.price, command.quantity, side)
                numbers[command.order] = order.order_id
                continue
            try:
                engine.cancel_order(numbers[command.order], command.key)
            except AssertionError:  # its answer when the order is filled and its level is gone
                continue

    return run


ROWS: dict[str, Callable[[Commands, int], Run]] = {
    "exchange": through_exchange,
    "book": through_book,
    "plain book": through_plain_book,
    "lightmatchingengine": through_lightmatchingengine,
}


def measured(commands: Commands, books: int) -> dict[tuple[str, bool], float]:
    """The best rate of each row, by (name, frozen). Taking turns gives every row the same noise."""
    best: dict[tuple[str, bool], float] = {}
    for _ in range(ROUNDS):
        for name, build in ROWS.items():
            for frozen in (False, True):
                found = rate(build(commands, books), len(commands), frozen=frozen)
                best[name, frozen] = max(best.get((name, frozen), 0.0), found)
    return best


def report(best: dict[tuple[str, bool], float]) -> list[str]:
    lines = [
        f"{'events/s of processor time':28}{'gc as it comes':>16}{'frozen start':>16}{'x lightmatching':>18}"
    ]
    for name in ROWS:
        as_it_comes, frozen = best[name, False], best[name, True]
        ratio = as_it_comes / best["lightmatchingengine", False]
        lines.append(f"{name:28}{as_it_comes:16,.0f}{frozen:16,.0f}{ratio:18.2f}")
    return lines


def main(arguments: Sequence[str] | None = None) -> None:
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("--events", type=int, default=200_000)
    parser.add_argument("--books", type=int, default=1)
    parser.add_argument("--seed", type=int, default=1)
    chosen = parser.parse_args(arguments)
    for line in report(measured(script(chosen.seed, chosen.events, chosen.books), chosen.books)):
        print(line)


if __name__ == "__main__":
    main()

"""`python -m tests.simulation --seeds 1000`: run many seeds, and say how to replay those that fail."""

from __future__ import annotations

import argparse
import multiprocessing
import sys
import time
from collections import Counter
from collections.abc import Iterable
from concurrent.futures import ProcessPoolExecutor
from functools import partial

from mocks.brokers.backoffice.mishap import Kind
from tests.simulation.aim import Aim, aimed
from tests.simulation.deeds import FOCUS
from tests.simulation.plan import Result

SHOWN = 20  # kinds of trouble


def main() -> int:
    asked = argparse.ArgumentParser(prog="python -m tests.simulation", description=__doc__)
    asked.add_argument("--seeds", type=int, default=200, help="how many")
    asked.add_argument("--first", type=int, default=1, help="the first one")
    asked.add_argument("--seed", type=int, help="this one alone, with its whole story")
    asked.add_argument("--workers", type=int, default=2)
    asked.add_argument("--until-failure", action="store_true", help="stop at the first seed that fails")
    asked.add_argument("--focus", choices=sorted(filter(None, FOCUS)), help="what people do beside trading")
    asked.add_argument("--bad", type=float, help="the part of all requests that goes wrong, 0 to 1")
    asked.add_argument("--replaces", action="store_true", help="no broker changes an order")
    asked.add_argument("--mishap", type=Kind, help="what alone goes wrong inside brokers, every second time")
    options = asked.parse_args()
    aim = Aim(options.focus, options.bad, options.replaces, options.mishap)
    if options.seed is not None:
        return _replay(options.seed, aim)
    began = time.monotonic()
    seeds = range(options.first, options.first + options.seeds)
    if options.until_failure:
        return int(any(_told([aimed(aim, seed)], aim, quiet=True) for seed in seeds))
    with ProcessPoolExecutor(options.workers, multiprocessing.get_context("spawn")) as pool:
        failed = _told(pool.map(partial(aimed, aim), seeds, chunksize=4), aim)
    print(f"{len(seeds)} seeds in {time.monotonic() - began:.0f} s, {failed} failed")
    return 1 if failed else 0


def _told(results: Iterable[Result], aim: Aim, *, quiet: bool = False) -> int:
    """Print failures as they come and, unless `quiet`, the sums at the end; how many failed."""
    failed, seen, sums = 0, Counter[str](), Counter[str]()
    for one in results:
        seen.update({str(kind): times for kind, times in one.seen.items()})
        sums.update(orders=one.orders, kills=one.kills, requests=one.requests, steps=one.steps)
        if one.failure is not None:
            failed += 1
            print(f"seed {one.seed}: {one.failure}\n  again: {command(one.seed, aim)}", flush=True)
    if quiet:
        return failed
    print(", ".join(f"{count} {name}" for name, count in sums.items()))
    print(", ".join(f"{kind} {times}" for kind, times in seen.most_common(SHOWN)))
    return failed


def _replay(seed: int, aim: Aim) -> int:
    one = aimed(aim, seed)
    print("\n".join(one.story))
    print(f"seed {seed}, digest {one.digest}: {one.failure or 'everything holds'}")
    return 1 if one.failure else 0


def command(seed: int, aim: Aim) -> str:
    """What replays it, exactly."""
    return " ".join(["python -m tests.simulation --seed", str(seed), *aim.options])


if __name__ == "__main__":
    sys.exit(main())

"""`python -m tests.accuracy --seeds 100`: simulated months, compared with the exchange's own ledger to the paisa."""

from __future__ import annotations

import argparse
import multiprocessing
import sys
import time
from collections import Counter
from concurrent.futures import ProcessPoolExecutor

from tests.accuracy.check import KNOWN_GAPS
from tests.accuracy.run import prove

SHOWN = 5  # differences of one seed


def main() -> int:
    asked = argparse.ArgumentParser(prog="python -m tests.accuracy", description=__doc__)
    asked.add_argument("--seeds", type=int, default=20, help="how many months")
    asked.add_argument("--first", type=int, default=1, help="the first seed")
    asked.add_argument("--seed", type=int, help="this one alone, with every difference")
    asked.add_argument("--workers", type=int, default=2)
    options = asked.parse_args()
    if options.seed is not None:
        verdict = prove(options.seed, most=10_000)
        print("\n".join(verdict.troubles) or "no difference")
        print(verdict.seen, verdict.refused, sep="\n")
        return 1 if verdict.troubles else 0
    began, failed = time.monotonic(), 0
    gaps, seen = Counter[str](), Counter[str]()
    with ProcessPoolExecutor(options.workers, multiprocessing.get_context("spawn")) as pool:
        for one in pool.map(prove, range(options.first, options.first + options.seeds)):
            gaps.update(one.gaps)
            seen.update(one.seen)
            if one.troubles:
                failed += 1
                print(f"seed {one.seed}: {len(one.troubles)} differences", *one.troubles[:SHOWN], sep="\n  ")
                print(f"  again: python -m tests.accuracy --seed {one.seed}", flush=True)
    print(", ".join(f"{times} {what}" for what, times in seen.most_common()))
    for name, words in KNOWN_GAPS.items():
        print(f"{gaps[name]} times: {words}")
    print(f"{options.seeds} months in {time.monotonic() - began:.0f} s, {failed} with differences")
    return 1 if failed else 0


if __name__ == "__main__":
    sys.exit(main())

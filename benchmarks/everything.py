"""`make measure`: every measurement that the documents keep, one after the other, with nobody at the keyboard.

Each is a process of its own that ends and cleans up by itself. What it prints goes to build/measure/NAME.txt too; one
that fails does not keep the others from being made. Nothing else should run on the machine.
"""

from __future__ import annotations

import argparse
import subprocess
import sys
import time
from collections.abc import Sequence
from pathlib import Path

from tests.stories.product import ROOT

RUNS = ("one", "many", "orders", "capacity-one", "capacity-many", "soak")


def command(name: str, minutes: float, soak: float) -> list[str]:
    """What one of `RUNS` runs. `minutes` of each load, `soak` of the long one."""
    words = {
        "one": ["benchmarks.load", "--shape", "one", "--minutes", f"{minutes:g}"],
        "many": ["benchmarks.load", "--shape", "many", "--minutes", f"{minutes:g}"],
        "soak": ["benchmarks.load", "--shape", "one", "--minutes", f"{soak:g}"],
        "orders": ["benchmarks", "orders"],
        "capacity-one": ["benchmarks", "capacity", "--shape", "one"],
        "capacity-many": ["benchmarks", "capacity", "--shape", "many"],
    }
    return [sys.executable, "-m", *words[name]]


def main(words: Sequence[str] = ()) -> int:
    parser = argparse.ArgumentParser(prog="python -m benchmarks everything", description=__doc__)
    parser.add_argument("--minutes", type=float, default=10)
    parser.add_argument("--soak", type=float, default=60)
    parser.add_argument("--only", nargs="+", choices=RUNS, default=RUNS)
    given = parser.parse_args(words)
    kept = ROOT / "build" / "measure"
    kept.mkdir(parents=True, exist_ok=True)
    ended = [
        (name, *_run(command(name, given.minutes, given.soak), kept / f"{name}.txt")) for name in given.only
    ]
    print("\n" + "\n".join(f"{name}: {'well' if code == 0 else f'ended with {code}'}, {minutes:.0f} min"
                           for name, code, minutes in ended))  # fmt: skip
    return 1 if any(code for _, code, _ in ended) else 0


def _run(command: Sequence[str], kept: Path) -> tuple[int, float]:
    """Exit code and minutes."""
    print(f"\n$ {' '.join(command[1:])}", flush=True)
    began = time.monotonic()
    with (
        kept.open("w") as file,
        subprocess.Popen(
            command, cwd=ROOT, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True
        ) as process,
    ):
        assert process.stdout is not None
        for line in process.stdout:
            file.write(line)
            print(line, end="", flush=True)
    return process.returncode, (time.monotonic() - began) / 60

"""`python -m mocks.exchange replay FILE`: play cases of the neutral format, print one JSON result a line."""

from __future__ import annotations

import argparse
import json
import sys
from collections.abc import Sequence
from pathlib import Path

from mocks.exchange.replay import cases, run


def main(arguments: Sequence[str] | None = None) -> int:
    parser = argparse.ArgumentParser(prog="python -m mocks.exchange", description="The simulated exchange.")
    commands = parser.add_subparsers(dest="command", required=True)
    replay = commands.add_parser("replay", help="play a case (JSON) or cases (one JSON document a line)")
    replay.add_argument("file", help="path of the case file, - for standard input")
    chosen = parser.parse_args(arguments)
    try:
        text = sys.stdin.read() if chosen.file == "-" else Path(chosen.file).read_text(encoding="utf-8")
        for case in cases(text):
            print(json.dumps(run(case), separators=(",", ":")))
    except OSError as problem:
        print(f"{chosen.file}: {problem.strerror}", file=sys.stderr)
        return 2
    except (ValueError, KeyError, TypeError) as problem:
        print(f"{chosen.file}: not a case: {problem}", file=sys.stderr)
        return 2
    return 0


if __name__ == "__main__":
    sys.exit(main())

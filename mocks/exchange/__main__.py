"""`python -m mocks.exchange replay FILE`: play cases of the neutral format, print one JSON result a line."""

from __future__ import annotations

import argparse
import json
import sys
from collections.abc import Sequence
from pathlib import Path

from mocks.exchange.cases import BadCase, cases
from mocks.exchange.replay import run


def main(arguments: Sequence[str] | None = None) -> int:
    parser = argparse.ArgumentParser(prog="python -m mocks.exchange", description="The simulated exchange.")
    commands = parser.add_subparsers(dest="command", required=True)
    replay = commands.add_parser("replay", help="play a case (JSON) or cases (one JSON document a line)")
    replay.add_argument("file", help="path of the case file, - for standard input")
    chosen = parser.parse_args(arguments)
    try:
        text = sys.stdin.read() if chosen.file == "-" else Path(chosen.file).read_text(encoding="utf-8-sig")
        _replay(text)
    except OSError as problem:
        return _fail(f"{chosen.file}: {problem.strerror}")
    except UnicodeDecodeError:
        return _fail(f"{chosen.file}: not a case: not UTF-8 text")
    except BadCase as problem:
        return _fail(f"{chosen.file}: not a case: {problem}")
    return 0


def _replay(text: str) -> None:
    for place, case in cases(text):
        try:
            result = run(case)
        except BadCase as problem:
            raise BadCase(f"{place}: {problem}") from problem
        print(json.dumps(result, separators=(",", ":")))


def _fail(message: str) -> int:
    print(message, file=sys.stderr)
    return 2


if __name__ == "__main__":
    sys.exit(main())

"""`python -m mocks.exchange`: play cases of the neutral format, or live an exchange's journal through again."""

from __future__ import annotations

import argparse
import json
import sys
from collections.abc import Sequence
from pathlib import Path

from mocks.exchange.cases import BadCase, cases
from mocks.exchange.recovery import told_rows
from mocks.exchange.replay import run


def main(arguments: Sequence[str] | None = None) -> int:
    parser = argparse.ArgumentParser(prog="python -m mocks.exchange", description="The simulated exchange.")
    commands = parser.add_subparsers(dest="command", required=True)
    replay = commands.add_parser("replay", help="play a case (JSON) or cases (one JSON document a line)")
    replay.add_argument("file", help="path of the case file, - for standard input")
    journal = commands.add_parser(
        "journal", help="live a journal through again, print its events (one a line)"
    )
    journal.add_argument("file", help="path of the journal, - for standard input")
    chosen = parser.parse_args(arguments)
    try:
        text = sys.stdin.read() if chosen.file == "-" else Path(chosen.file).read_text(encoding="utf-8-sig")
        if chosen.command == "journal":
            return _journal(chosen.file, text)
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


def _journal(name: str, text: str) -> int:
    try:
        rows = told_rows(text.splitlines())
    except (ValueError, KeyError, TypeError) as problem:
        return _fail(f"{name}: not a journal: {problem}")
    for row in rows:
        print(json.dumps(row, separators=(",", ":")))
    return 0


def _fail(message: str) -> int:
    print(message, file=sys.stderr)
    return 2


if __name__ == "__main__":
    sys.exit(main())

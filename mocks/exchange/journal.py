"""The command log as JSON lines: written before a command is applied, enough to build the state again."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Iterable, Sequence
from dataclasses import asdict
from typing import IO, Any

from mocks.exchange.model import Add, Cancel, Command, Instrument, Modify, OrderType, Side, Validity

FORMAT = 1


class Journal:
    """Numbers every input and writes it down at once."""

    def __init__(self, sink: IO[str]) -> None:
        self._sink = sink
        self._number = 0

    def write(self, time: int, op: str, **fields: Any) -> None:
        self._number += 1
        line = {"n": self._number, "t": time, "op": op, **fields}
        self._sink.write(json.dumps(line, separators=(",", ":")) + "\n")

    def command(self, time: int, command: Command) -> None:
        fields = {name: value for name, value in asdict(command).items() if value is not None}
        self.write(time, type(command).__name__.lower(), **fields)


def command_from(line: dict[str, Any]) -> Command:
    """The command of a line whose `op` is add, modify or cancel."""
    fields = {name: value for name, value in line.items() if name not in ("n", "t", "op")}
    for name, words in (("side", Side), ("type", OrderType), ("validity", Validity)):
        if name in fields:
            fields[name] = words(fields[name])
    match line["op"]:
        case "add":
            return Add(**fields)
        case "modify":
            return Modify(**fields)
        case "cancel":
            return Cancel(**fields)
    raise ValueError(f"not a command: {line['op']}")


def fingerprint(instruments: Sequence[Instrument]) -> str:
    """Tells whether a log was written for these instruments."""
    text = json.dumps([asdict(instrument) for instrument in instruments], sort_keys=True)
    return hashlib.sha256(text.encode()).hexdigest()[:16]


def lines(source: Iterable[str]) -> Iterable[dict[str, Any]]:
    for text in source:
        if text.strip():
            yield json.loads(text)

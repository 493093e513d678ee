"""The command log as JSON lines: written before a command is applied, enough to build the state again."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import asdict, fields
from typing import IO, Any

from mocks.exchange.calendar import Calendar
from mocks.exchange.model import Add, Cancel, Command, Instrument, Modify, OrderType, Rules, Side, Validity

FORMAT = 2
FRAME = ("n", "t", "op", "at")  # number, time (ns), operation, place inside an advance
NAMES = {type_: tuple(field.name for field in fields(type_)) for type_ in (Add, Modify, Cancel)}


class Journal:
    """Numbers every input and writes it down at once."""

    def __init__(self, sink: IO[str], written: int = 0) -> None:
        """`written` lines are there already: a journal that is gone on with."""
        self._sink = sink
        self.number = written

    def write(self, time: int, op: str, **facts: Any) -> int:
        """Returns the line's number."""
        self.number += 1
        line = {"n": self.number, "t": time, "op": op, **facts}
        self._sink.write(json.dumps(line, separators=(",", ":")) + "\n")
        return self.number

    def command(self, time: int, command: Command, at: int | None) -> int:
        """`at` is the step of the advance that is on, None between advances."""
        facts = {name: getattr(command, name) for name in NAMES[type(command)]}
        facts = {name: value for name, value in facts.items() if value is not None}
        if at is not None:
            facts["at"] = at
        return self.write(time, type(command).__name__.lower(), **facts)


def opening_line(
    instruments: Sequence[Instrument], calendar: Calendar, rules: Rules, **options: Any
) -> Mapping[str, Any]:
    """Everything that an exchange was made with; the listings only by their closes and their fingerprint."""
    return {
        "format": FORMAT, "instruments": fingerprint(instruments), "calendar": calendar.to_json(),
        "rules": asdict(rules), "closes": {one.key: one.prev_close for one in instruments}, **options,
    }  # fmt: skip


def command_from(line: dict[str, Any]) -> Command:
    """The command of a line whose `op` is add, modify or cancel."""
    facts = {name: value for name, value in line.items() if name not in FRAME}
    for name, words in (("side", Side), ("type", OrderType), ("validity", Validity)):
        if name in facts:
            facts[name] = words(facts[name])
    match line["op"]:
        case "add":
            return Add(**facts)
        case "modify":
            return Modify(**facts)
        case "cancel":
            return Cancel(**facts)
    raise ValueError(f"not a command: {line['op']}")


def fingerprint(instruments: Sequence[Instrument]) -> str:
    """Tells whether a log was written for these instruments."""
    text = json.dumps([asdict(instrument) for instrument in instruments], sort_keys=True)
    return hashlib.sha256(text.encode()).hexdigest()[:16]


def lines(source: Iterable[str]) -> Iterable[dict[str, Any]]:
    for text in source:
        if text.strip():
            yield json.loads(text)

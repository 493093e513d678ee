"""An exported log: one entry a line as JSON, and at the end the signed head. It can be verified without the product."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import asdict, dataclass, field
from typing import Any

import orjson

from orchestrator.audit.chain import Entry
from orchestrator.audit.seal import Head

FORMAT = "trademaster audit log 1"
NAMES = tuple(Entry.__dataclass_fields__)


class Unreadable(Exception):
    """No exported log, or a damaged one; the words name the line."""


def lines(entries: Iterable[Entry], head: Head | None, *, begins: str, position: int) -> Iterator[bytes]:
    """The file. `begins` is the hash of the entry at `position`, behind which it begins."""
    yield _line({"format": FORMAT, "after": position, "after_hash": begins})
    for one in entries:
        yield _line(told(one))
    yield _line({"head": None if head is None else asdict(head)})


def told(one: Entry) -> dict[str, Any]:
    """An entry as it is exported: its detail is an object again."""
    said: dict[str, Any] = {name: getattr(one, name) for name in NAMES}
    said["detail"] = None if one.detail is None else orjson.Fragment(one.detail)
    return said


def _line(value: Any) -> bytes:
    return orjson.dumps(value) + b"\n"


@dataclass(slots=True)
class Exported:
    """A file that is being read: `head` is known once all `entries` were read."""

    position: int
    begins: str
    entries: Iterator[Entry]
    heads: list[Head | None] = field(default_factory=list)

    @property
    def head(self) -> Head | None:
        return self.heads[0] if self.heads else None


def read(file: Iterable[bytes]) -> Exported:
    """Raises Unreadable, also while the entries are read."""
    numbered = enumerate(file, start=1)
    _, first = next(numbered, (0, b""))
    opening = _parsed(1, first)
    try:
        if opening["format"] != FORMAT:
            raise Unreadable(f"line 1: not the format {FORMAT!r}")
        exported = Exported(int(opening["after"]), str(opening["after_hash"]), iter(()))
    except (KeyError, ValueError, TypeError) as error:
        raise Unreadable("line 1: not an exported audit log") from error
    exported.entries = _entries(numbered, exported.heads)
    return exported


def _entries(numbered: Iterable[tuple[int, bytes]], heads: list[Head | None]) -> Iterator[Entry]:
    for number, line in numbered:
        value = _parsed(number, line)
        if heads:
            raise Unreadable(f"line {number}: comes after the head")
        try:
            if "head" in value:
                heads.append(None if value["head"] is None else Head(**value["head"]))
            else:
                yield _entry(value)
        except (TypeError, KeyError) as error:
            raise Unreadable(f"line {number}: {error}") from error


def _parsed(number: int, line: bytes) -> dict[str, Any]:
    try:
        value = orjson.loads(line)
    except orjson.JSONDecodeError as error:
        raise Unreadable(f"line {number}: {error}") from error
    if not isinstance(value, dict):
        raise Unreadable(f"line {number}: not an object")
    return value


def _entry(value: dict[str, Any]) -> Entry:
    detail = value["detail"]
    canonical = None if detail is None else orjson.dumps(detail, option=orjson.OPT_SORT_KEYS).decode()
    entry = Entry(**{**value, "detail": canonical})
    if not isinstance(entry.position, int) or not isinstance(entry.hash, str):
        raise TypeError("position or hash is missing")
    return entry

"""Every code that a refusal of the API can have: where, what it means and what to do. The one list of them.

`docs/reference/errors.md` and the codes of each operation in the description of the API are made from it; a test holds
it against the source. The reasons why an order is denied are a list of their own (`domain.routing.ReasonCode`).
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass

from domain.routing import ReasonCode
from orchestrator.description import code_rows

DENYING = frozenset({"orders"})  # rooms whose 409 may be any reason
OTHERS_WORDS = frozenset({"sandbox"})  # rooms that pass on codes of another program


@dataclass(frozen=True, slots=True)
class Code:
    """`rooms` are the folders of `orchestrator` whose operations answer with it; None: all of them. A code that means
    something else with another status has a row for each."""

    code: str
    statuses: tuple[int, ...]
    rooms: frozenset[str] | None
    meaning: str
    fix: str

    def at(self, room: str, status: int) -> bool:
        return status in self.statuses and (self.rooms is None or room in self.rooms)


def _read(rows: Iterable[tuple[str, str, str, str, str]]) -> Iterator[Code]:
    for code, statuses, rooms, meaning, fix in rows:
        numbers = tuple(int(status) for status in statuses.split())
        yield Code(code, numbers, None if rooms == "*" else frozenset(rooms.split()), meaning, fix)


CODES: tuple[Code, ...] = tuple(_read(code_rows.ROWS))


def codes_at(room: str, status: int) -> list[str]:
    """What a refusal with this status may say at an operation of this room, sorted; empty where it may say anything."""
    if room in OTHERS_WORDS and status in (400, 404, 409, 422):
        return []
    found = {one.code for one in CODES if one.at(room, status)}
    if status == 409 and room in DENYING:
        found |= {reason.value for reason in ReasonCode}
    return sorted(found)

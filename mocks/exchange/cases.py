"""Reading the neutral case format: every field checked, every mistake named with its line and place.

Prices and quantities are plain integers, ids any JSON string or integer (`7` and `"7"` are the same id). What is
wrong with an order as the exchange sees it (a price off the tick, no quantity) is no mistake here: the case says so.
"""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping
from math import isfinite
from typing import Any

from mocks.exchange.model import OrderType, Phase, Rules, Side, Validity

Json = dict[str, Any]
PHASES = (Phase.CONTINUOUS.value, Phase.PREOPEN.value)
WORDS: Mapping[str, tuple[str, ...]] = {
    "stp": ("none", "cancel_passive", "cancel_active"),
    "dq_replenish": ("lose", "keep"),
    "market_residual": ("ltp", "cancel"),
    "sl_on_entry": ("reject", "trigger"),
    "auction_priority": ("limit_first", "market_first"),
}
CONFIG = (*WORDS, "halt_purges", "tick", "lot", "band", "freeze", "prev_close", "ltp", "phase")
FIELDS: Mapping[str, tuple[str, ...]] = {
    "add": (
        "id", "side", "type", "qty", "price", "trigger", "disclosed", "validity", "ttl", "protection_pct", "client",
    ),
    "modify": ("id", "qty", "price", "trigger", "disclosed"),
    "cancel": ("id",),
    "ltp": ("price",),
    "advance": ("minutes",),
    "auction": (),
    "halt": (),
    "resume": ("phase",),
    "close": (),
}  # fmt: skip


class BadCase(ValueError):
    """Not a case; the words say where and why."""


def cases(text: str) -> Iterator[tuple[str, Json]]:
    """(place, case) of the one JSON document, or of every line. Raises BadCase where a case is no JSON object."""
    lines = [(number, line) for number, line in enumerate(text.splitlines(), 1) if line.strip()]
    try:
        yield "case", _mapping(json.loads(text), "case")
        return
    except json.JSONDecodeError as problem:
        if len(lines) < 2 or not _is_json(lines[0][1]):
            raise BadCase(f"line {problem.lineno}, column {problem.colno}: {problem.msg}") from problem
    for number, line in lines:
        try:
            yield f"line {number}", _mapping(json.loads(line), f"line {number}")
        except json.JSONDecodeError as problem:
            raise BadCase(f"line {number}, column {problem.colno}: {problem.msg}") from problem


def _is_json(line: str) -> bool:
    try:
        json.loads(line)
    except json.JSONDecodeError:
        return False
    return True


def commands(case: Json) -> list[Json]:
    """The case's commands, each a JSON object with a known `op` and no unknown field."""
    found = case.get("commands")
    if not isinstance(found, list):
        raise BadCase("commands: a list is wanted")
    for index, command in enumerate(found):
        place = f"commands[{index}]"
        op = word(_mapping(command, place), "op", tuple(FIELDS), place)
        _refuse_unknown(command, ("op", *FIELDS[op]), place)
    return found


def config(case: Json) -> Json:
    """The case's config; what it leaves out is for the reader of each field to say."""
    found = {} if case.get("config") is None else _mapping(case["config"], "config")
    _refuse_unknown(found, CONFIG, "config")
    return found


def rules(found: Json) -> Rules:
    chosen: Json = {
        name: word(found, name, words, "config") for name, words in WORDS.items() if name in found
    }
    purges = found.get("halt_purges", True)
    if not isinstance(purges, bool):
        raise BadCase(f"config.halt_purges: true or false is wanted, not {json.dumps(purges)}")
    return Rules(**chosen, halt_purges=purges)


def band(found: Json) -> tuple[int, int] | None:
    value = found.get("band")
    if value is None:
        return None
    if not isinstance(value, list) or len(value) != 2 or not all(_is_whole(bound) for bound in value):
        raise BadCase("config.band: null or two integers are wanted")
    if not 0 <= value[0] <= value[1]:
        raise BadCase("config.band: the low price comes first")
    return value[0], value[1]


def phase(found: Json, place: str) -> Phase:
    return Phase(word(found, "phase", PHASES, place)) if found.get("phase") is not None else Phase.CONTINUOUS


def side(found: Json, place: str) -> Side:
    return Side(word(found, "side", tuple(Side), place))


def order_type(found: Json, place: str) -> OrderType:
    return OrderType(word(found, "type", tuple(OrderType), place))


def validity(found: Json, place: str) -> Validity:
    if found.get("validity") is None:
        return Validity.DAY
    return Validity(word(found, "validity", tuple(Validity), place))


def word(found: Json, name: str, words: tuple[str, ...], place: str) -> str:
    value = found.get(name)
    if not isinstance(value, str) or value not in words:
        raise BadCase(f"{place}.{name}: one of {', '.join(words)} is wanted, not {json.dumps(value)}")
    return value


def whole(found: Json, name: str, place: str, *, least: int | None = None) -> int:
    value = found.get(name)
    if not _is_whole(value):
        raise BadCase(f"{place}.{name}: an integer is wanted, not {json.dumps(value)}")
    assert isinstance(value, int)
    if least is not None and value < least:
        raise BadCase(f"{place}.{name}: at least {least} is wanted, not {value}")
    return value


def optional(found: Json, name: str, place: str, *, least: int | None = None) -> int | None:
    """None when the field is left out or null."""
    return None if found.get(name) is None else whole(found, name, place, least=least)


def percent(found: Json, name: str, place: str) -> float | None:
    value = found.get(name)
    if value is None:
        return None
    if isinstance(value, bool) or not isinstance(value, int | float) or not isfinite(value):
        raise BadCase(f"{place}.{name}: a number is wanted, not {json.dumps(value)}")
    return float(value)


def identity(found: Json, name: str, place: str) -> str | int:
    value = found.get(name)
    if not isinstance(value, str) and not _is_whole(value):
        raise BadCase(f"{place}.{name}: a string or an integer is wanted, not {json.dumps(value)}")
    assert isinstance(value, str | int)
    return value


def _is_whole(value: object) -> bool:
    return isinstance(value, int) and not isinstance(value, bool)


def _mapping(value: Any, place: str) -> Json:
    if not isinstance(value, dict):
        raise BadCase(f"{place}: a JSON object is wanted")
    return value


def _refuse_unknown(found: Json, known: tuple[str, ...], place: str) -> None:
    unknown = sorted(set(found) - set(known))
    if unknown:
        raise BadCase(f"{place}.{unknown[0]}: no such field")

"""What may leave the installation in a report. Pure.

What is known to be harmless is let through, and nothing else: of settings, numbers, switches and choices; of log lines,
names that the code has; of words for people, what is left once all that could name somebody is taken out.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from datetime import time
from enum import Enum
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

import orjson
from pydantic import SecretStr
from pydantic_settings import BaseSettings

GONE = "***"
PATTERNS = (
    re.compile(r"[\w.+-]+@[\w-]+(?:\.[\w-]+)*"),  # addresses of people
    re.compile(r"\b\w+://\S+"),
    re.compile(r"\b\d{1,3}(?:\.\d{1,3}){3}\b"),
    re.compile(r"(?i)(?<![\w:])(?:[0-9a-f]{0,4}:){2,7}[0-9a-f]{1,4}(?![\w:])"),
    re.compile(r"\b[a-z]{2,4}_[0-9A-Za-z]{8,}\b"),  # ids of ours, tokens
    re.compile(r"\b[A-Z]{1,6}\d{3,}\w*\b"),  # what brokers call their clients
    re.compile(r"\b(?=\w*\d)\w{12,}\b"),  # tags, hashes, keys
    re.compile(r"\b\d{7,}\b"),
    re.compile(r"(?<![\w.])(?:/[\w.@+-]+){2,}/?"),  # paths
)
MOMENT = re.compile(r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(?:\.\d{1,6})?(?:Z|[+-]\d\d:\d\d)")
CODE = re.compile(r"[a-z][a-z0-9_. ]{0,60}")  # an event's name in our own lines
CLASS = re.compile(r"[A-Za-z_][\w.]{0,80}")
ROUTE = re.compile(r"/[a-z0-9_/{}.-]{0,80}")
NAMES = ("job", "loop", "broker", "call", "outcome", "role", "method", "part", "queue", "code", "kind")
NUMBERS = ("status", "attempt", "seconds", "milliseconds", "count", "ms", "after")
FRAME = re.compile(r'File "([^"]+)", line (\d+), in ([\w<>.]+)')
RAISED = re.compile(
    r"^([A-Za-z_][\w.]*(?:Error|Exception|Exit|Interrupt|Warning|Lost|Timeout))\b", re.MULTILINE
)


def settings_shown(settings: BaseSettings) -> dict[str, Any]:
    """Each by its name: its value where it names nobody, else whether it is set."""
    fields = type(settings).model_fields
    return {name: _setting(getattr(settings, name), field.default) for name, field in fields.items()}


def _setting(value: object, default: object) -> Any:
    if isinstance(value, SecretStr):
        return "set" if value.get_secret_value() else ""
    if value is None or isinstance(value, bool | int | float | Enum | time):
        return str(value) if isinstance(value, Enum | time) else value
    return "as by default" if str(value) == str(default) else "set"


def values_of(settings: BaseSettings) -> set[str]:
    """What settings say that must not be read in other words: texts that are not the defaults, and their parts."""
    found: set[str] = set()
    for name, field in type(settings).model_fields.items():
        value = getattr(settings, name)
        if isinstance(value, SecretStr):
            found |= set(value.get_secret_value().split(","))
        elif isinstance(value, Path):
            found |= {str(value), str(value.absolute())}
        elif isinstance(value, str) and not isinstance(value, Enum) and value != field.default:
            at = urlsplit(value)
            found |= {value, at.hostname or "", at.username or "", at.password or ""}
    return {one for one in found if len(one) > 3}


def scrubbed(text: str, known: Iterable[str] = ()) -> str:
    """Words for people without what could name somebody, or a place."""
    for one in sorted(known, key=len, reverse=True):
        text = text.replace(one, GONE)
    for pattern in PATTERNS:
        text = pattern.sub(GONE, text)
    return text


def log_line(line: str) -> dict[str, Any] | None:
    """Of a line in JSON what our code names; None for any other."""
    try:
        said = orjson.loads(line)
    except orjson.JSONDecodeError:
        return None
    if not isinstance(said, dict):
        return None
    shown: dict[str, Any] = {}
    if isinstance(at := said.get("timestamp"), str) and MOMENT.fullmatch(at):
        shown["timestamp"] = at
    _keep(shown, said, "level", CODE)
    _keep(shown, said, "logger", CLASS)
    if "logger" not in said:  # what a library says is any text
        _keep(shown, said, "event", CODE)
    shown.setdefault("event", GONE)
    for name in NAMES:
        _keep(shown, said, name, CODE)
    _keep(shown, said, "error", CLASS)
    _keep(shown, said, "route", ROUTE)
    shown |= {name: said[name] for name in NUMBERS if isinstance(said.get(name), int | float)}
    if isinstance(trace := said.get("exception"), str):
        shown["exception"] = stack(trace)
    return shown


def _keep(shown: dict[str, Any], said: Mapping[str, Any], name: str, fits: re.Pattern[str]) -> None:
    value = said.get(name)
    if isinstance(value, str) and fits.fullmatch(value) and scrubbed(value) == value:
        shown[name] = value


def stack(trace: str) -> list[str]:
    """Where it went wrong and what was raised, without what was said: that may tell of a user."""
    frames = [f"{'/'.join(Path(file).parts[-3:])}:{line} {name}" for file, line, name in FRAME.findall(trace)]
    return [*frames, *RAISED.findall(trace)]

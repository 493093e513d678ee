"""One thing that was looked at: how it stands, what that means and how it is mended."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum


class Level(StrEnum):
    OK = "ok"
    WARN = "warn"  # it runs, and something needs a person before long
    FAIL = "fail"  # orders, logins or what was kept are at risk now


@dataclass(frozen=True, slots=True)
class Finding:
    """`mend` is empty where nothing has to be. No words have a secret in them."""

    what: str
    level: Level
    words: str
    mend: str = ""


def ok(what: str, words: str) -> Finding:
    return Finding(what, Level.OK, words)


def warn(what: str, words: str, mend: str) -> Finding:
    return Finding(what, Level.WARN, words, mend)


def fail(what: str, words: str, mend: str) -> Finding:
    return Finding(what, Level.FAIL, words, mend)

"""Words of others, made safe to show to a model: they are data, whatever they say.

A broker's message, or a name that somebody gave, may have been written by anyone. It is cut, cleaned of what cannot be
seen, and stands in marks that it cannot close.
"""

from __future__ import annotations

import unicodedata

LONGEST = 300
OPEN, CLOSE = "[untrusted text: ", "]"


def plain(text: str, longest: int = 80) -> str:
    """One line without anything invisible."""
    kept = (one if _visible(one) else " " for one in text[: longest * 4])
    return " ".join("".join(kept).split())[:longest]


def _visible(one: str) -> bool:
    return unicodedata.category(one)[0] != "C" and unicodedata.category(one) not in ("Zl", "Zp")


def fenced(text: str | None) -> str | None:
    """What a broker said, marked as such; None stays None."""
    if not text:
        return None
    inside = plain(text, LONGEST).replace("[", "(").replace("]", ")")
    return f"{OPEN}{inside}{CLOSE}" if inside else None

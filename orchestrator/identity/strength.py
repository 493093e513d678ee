"""How good a password is: long enough, and not one that is guessed first. No rule about kinds of characters."""

from __future__ import annotations

import asyncio
from collections.abc import Collection
from dataclasses import dataclass

from orchestrator.errors import Problem
from orchestrator.identity.schemas import PASSWORD_LENGTH, Strength

LOOKED_AT = 72  # characters: looking at more takes long and changes nothing
PRODUCT = ("trademaster", "orchestrator", "zerodha", "upstox", "groww")


STRENGTHS = (
    Strength.TOO_WEAK,
    Strength.TOO_WEAK,
    Strength.WEAK,
    Strength.FAIR,
    Strength.STRONG,
)  # zxcvbn's scores


@dataclass(frozen=True, slots=True)
class Judged:
    """`words`: why it is guessed soon; `fix`: what would help. Both may be empty."""

    strength: Strength
    words: str = ""
    fix: str = ""


async def judged(password: str, *, about: Collection[str] = ()) -> Judged:
    """`about`: words that somebody who knows the person would try first: e-mail, name."""
    if len(password) < PASSWORD_LENGTH:
        return Judged(Strength.TOO_WEAK, f"the password has {len(password)} characters")
    return await asyncio.to_thread(_judged, password[:LOOKED_AT], _parts(about))


async def accept(password: str, *, field: str, about: Collection[str]) -> None:
    """Raises Problem 422 `password_too_short` or `password_guessable`."""
    if len(password) < PASSWORD_LENGTH:
        raise Problem(
            422,
            "password_too_short",
            f"the password has {len(password)} characters",
            field=field,
            rule=f"at least {PASSWORD_LENGTH} characters",
            fix="use a longer one, for example four words",
        )
    found = await judged(password, about=about)
    if found.strength is Strength.TOO_WEAK:
        raise Problem(
            422,
            "password_guessable",
            found.words or "this password is guessed soon",
            field=field,
            rule="not among the passwords that are tried first",
            fix=found.fix or "use another one, for example four words",
        )


def _judged(password: str, about: list[str]) -> Judged:
    # Reading its lists of words takes a sixth of a second, the first time.
    from zxcvbn import zxcvbn  # type: ignore[import-untyped]

    found = zxcvbn(password, user_inputs=list(about))
    feedback = found["feedback"] or {}
    fix = " ".join(feedback.get("suggestions") or ())
    return Judged(STRENGTHS[found["score"]], feedback.get("warning") or "", fix)


def _parts(about: Collection[str]) -> list[str]:
    whole = [text.lower() for text in about if text]
    parts = [part for text in whole for part in text.replace("@", " ").replace(".", " ").split()]
    return [*whole, *parts, *PRODUCT]

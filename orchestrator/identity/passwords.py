"""Passwords as argon2id, always in a thread: one costs some 30 ms of CPU."""

from __future__ import annotations

import asyncio

from argon2 import PasswordHasher
from argon2.exceptions import InvalidHashError, VerificationError

_hasher = PasswordHasher(time_cost=2, memory_cost=19 * 1024, parallelism=1)
# Verified when the e-mail is unknown, so that both answers take equally long.
_nobody = _hasher.hash("nobody has this password")


async def hashed(password: str) -> str:
    return await asyncio.to_thread(_hasher.hash, password)


async def matches(password: str, stored: str | None) -> bool:
    """Whether the password fits; `None` (no such user) takes as long and never fits."""
    return await asyncio.to_thread(_matches, password, stored)


def _matches(password: str, stored: str | None) -> bool:
    try:
        fits = _hasher.verify(stored or _nobody, password)
    except (VerificationError, InvalidHashError):
        return False
    return fits and stored is not None

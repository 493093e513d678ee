"""Chains made by hand, without a database."""

from __future__ import annotations

from dataclasses import replace

from orchestrator.audit.chain import BEGINNING, Entry, hash_of, personal_hash
from orchestrator.audit.seal import Head, Seal

SEAL = Seal(b"m" * 32)
AT = "2026-11-23T05:00:00.000000Z"


def chain(count: int) -> list[Entry]:
    """So many entries, each linked to the one before it."""
    made: list[Entry] = []
    previous = BEGINNING
    for position in range(1, count + 1):
        salt, address, detail = (
            f"{position:032x}",
            f"203.0.113.{position % 250}",
            f'{{"quantity":"{position}"}}',
        )
        one = Entry(
            position=position,
            at=AT,
            user_id=f"usr_{position % 3}",
            action="order.placed",
            actor_kind="login",
            actor=f"usr_{position % 3}",
            through="ses_1",
            subject=f"ord_{position}",
            salt=salt,
            address=address,
            detail=detail,
            personal_hash=personal_hash(salt, address, detail),
            hash="",
        )
        previous = hash_of(one, previous=previous, position=position)
        made.append(replace(one, hash=previous))
    return made


def sealed(entries: list[Entry]) -> Head:
    return SEAL.sign(entries[-1].position, entries[-1].hash, AT)


def erased(one: Entry) -> Entry:
    return replace(one, salt=None, address=None, detail=None)

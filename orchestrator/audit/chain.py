"""How entries of the audit log are linked, byte for byte as docs/reference/audit.md says. Needs no database.

Every entry has the hash of itself and of the hash before it. What is personal in it counts through a salted hash of
its own, so that it may be erased and the chain stays whole.
"""

from __future__ import annotations

import hashlib
from dataclasses import dataclass
from datetime import UTC, datetime

import orjson

BEGINNING = "0" * 64  # what stands for the hash before the first entry


@dataclass(frozen=True, slots=True)
class Entry:
    """One linked entry. `salt`, `address` and `detail` (canonical JSON) are None once they are erased."""

    position: int
    at: str  # UTC, as `moment` writes it
    user_id: str | None
    action: str
    actor_kind: str
    actor: str
    through: str
    subject: str
    salt: str | None
    address: str | None
    detail: str | None
    personal_hash: str
    hash: str

    @property
    def erased(self) -> bool:
        return self.salt is None and self.address is None and self.detail is None


def moment(at: datetime) -> str:
    """For example `2026-11-23T05:00:00.000000Z`: always UTC, always with microseconds."""
    return at.astimezone(UTC).replace(tzinfo=None).isoformat(timespec="microseconds") + "Z"


def personal_hash(salt: str, address: str | None, detail: str | None) -> str:
    """Of what may be erased."""
    body = orjson.dumps([salt, address, orjson.Fragment(detail or "null")])
    return hashlib.sha256(body).hexdigest()


def entry_hash(
    previous: str,
    position: int,
    at: str,
    user_id: str | None,
    action: str,
    actor_kind: str,
    actor: str,
    through: str,
    subject: str,
    personal: str,
) -> str:
    """Of one entry at its place in the chain; `previous` is the hash of the entry before it."""
    body = [previous, position, at, user_id, action, actor_kind, actor, through, subject, personal]
    return hashlib.sha256(orjson.dumps(body)).hexdigest()


def hash_of(one: Entry, *, previous: str, position: int) -> str:
    """What the hash of this entry would be at that place."""
    return entry_hash(
        previous,
        position,
        one.at,
        one.user_id,
        one.action,
        one.actor_kind,
        one.actor,
        one.through,
        one.subject,
        one.personal_hash,
    )

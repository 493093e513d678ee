"""What is asked of a passkey: a challenge is answered once, within five minutes, in the browser or login that asked for
it. What one browser signed logs no other one in."""

from __future__ import annotations

import hashlib
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import Connection

from domain.account import UserId
from orchestrator.errors import Problem
from orchestrator.identity.passkeys import ceremony, repository
from orchestrator.identity.passkeys.ceremony import Known
from orchestrator.identity.passkeys.repository import Challenge, Purpose
from orchestrator.ids import new_id
from orchestrator.storage.db import Database

LIFE = timedelta(seconds=ceremony.SECONDS)
ASKED = 5  # challenges of one purpose that one browser or login may have open


@dataclass(frozen=True, slots=True)
class Ceremony:
    """`options`: for the browser's own call, as JSON writes them."""

    id: str
    options: dict[str, Any]


@dataclass(frozen=True, slots=True)
class Answer:
    """What a browser brought back, as it came."""

    ceremony: str
    credential: Mapping[str, Any]


def bound(browser: str) -> str:
    """How a browser's secret is kept."""
    return hashlib.sha256(browser.encode()).hexdigest()


def challenge(purpose: Purpose, bound_to: str, user_id: UserId | None, now: datetime) -> Challenge:
    return Challenge(new_id("cer"), purpose, ceremony.new_challenge(), bound_to, user_id, now + LIFE)


def known_of(conn: Connection, user_id: UserId) -> list[Known]:
    return [Known(one.credential, one.transports.split()) for one in repository.of_user(conn, user_id)]


async def take(db: Database, answer: Answer, purpose: Purpose, bound_to: str, now: datetime) -> Challenge:
    """Whatever becomes of the answer, there is no second one."""
    asked = await db.write(
        lambda conn: repository.take(conn, answer.ceremony, purpose=purpose, bound_to=bound_to, now=now)
    )
    if asked is None:
        raise Problem(
            409,
            "ceremony_over",
            "this was answered before, took longer than five minutes, or was begun in another browser",
            fix="begin again",
        )
    return asked

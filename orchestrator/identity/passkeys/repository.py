"""Passkeys and the challenges that they are to sign: plain SQL over one connection."""

from __future__ import annotations

from dataclasses import dataclass, fields
from datetime import datetime
from enum import StrEnum

from sqlalchemy import Connection, delete, func, insert, select, update

from domain.account import UserId
from orchestrator.tables.signin import passkey_challenges, passkeys

KEY = passkeys.c
ASKED = passkey_challenges.c


class Purpose(StrEnum):
    REGISTER = "register"
    LOGIN = "login"
    PROOF = "proof"


@dataclass(frozen=True, slots=True)
class Passkey:
    """A row. `copied_at`: when its count last went backwards."""

    id: str
    user_id: UserId
    credential: str
    public_key: str
    sign_count: int
    transports: str
    backed_up: bool
    aaguid: str
    name: str
    created_at: datetime
    used_at: datetime | None
    copied_at: datetime | None


@dataclass(frozen=True, slots=True)
class Challenge:
    """A row. `bound_to`: who alone may answer it."""

    id: str
    purpose: Purpose
    challenge: str
    bound_to: str
    user_id: UserId | None
    expires_at: datetime


COLUMNS = [KEY[field.name] for field in fields(Passkey)]


def add(conn: Connection, one: Passkey) -> None:
    conn.execute(insert(passkeys).values({field.name: getattr(one, field.name) for field in fields(Passkey)}))


def of_user(conn: Connection, user_id: UserId) -> list[Passkey]:
    """The newest first."""
    rows = conn.execute(select(*COLUMNS).where(KEY.user_id == user_id).order_by(KEY.id.desc())).mappings()
    return [Passkey(**row) for row in rows]


def number(conn: Connection, user_id: UserId) -> int:
    return conn.execute(select(func.count()).where(KEY.user_id == user_id)).scalar_one()


def by_credential(conn: Connection, credential: str) -> Passkey | None:
    row = conn.execute(select(*COLUMNS).where(KEY.credential == credential)).mappings().one_or_none()
    return Passkey(**row) if row else None


def by_id(conn: Connection, user_id: UserId, passkey_id: str) -> Passkey | None:
    query = select(*COLUMNS).where(KEY.id == passkey_id, KEY.user_id == user_id)
    row = conn.execute(query).mappings().one_or_none()
    return Passkey(**row) if row else None


def use(conn: Connection, passkey_id: str, *, sign_count: int, backed_up: bool, now: datetime) -> bool:
    """False when the count did not go forward: those that do not count say 0 for ever."""
    forward = KEY.sign_count < sign_count if sign_count else KEY.sign_count == 0
    query = update(passkeys).where(KEY.id == passkey_id, forward)
    return conn.execute(query.values(sign_count=sign_count, backed_up=backed_up, used_at=now)).rowcount > 0


def mark_copied(conn: Connection, passkey_id: str, now: datetime) -> bool:
    """False when it is gone."""
    return conn.execute(update(passkeys).where(KEY.id == passkey_id).values(copied_at=now)).rowcount > 0


def rename(conn: Connection, user_id: UserId, passkey_id: str, name: str) -> bool:
    query = update(passkeys).where(KEY.id == passkey_id, KEY.user_id == user_id)
    return conn.execute(query.values(name=name)).rowcount > 0


def remove(conn: Connection, user_id: UserId, passkey_id: str) -> bool:
    query = delete(passkeys).where(KEY.id == passkey_id, KEY.user_id == user_id)
    return conn.execute(query).rowcount > 0


# --- challenges --------------------------------------------------------------------------------------------------


def ask(conn: Connection, one: Challenge, *, now: datetime, most: int) -> None:
    """Keep it, with those of this purpose that its browser or login was given last; forget what is over."""
    conn.execute(delete(passkey_challenges).where(ASKED.expires_at <= now))
    mine = (ASKED.bound_to == one.bound_to, ASKED.purpose == one.purpose)
    kept = select(ASKED.id).where(*mine).order_by(ASKED.id.desc()).limit(most - 1)
    conn.execute(delete(passkey_challenges).where(*mine, ASKED.id.not_in(kept)))
    values = {field.name: getattr(one, field.name) for field in fields(Challenge)}
    conn.execute(insert(passkey_challenges).values(values))


def take(
    conn: Connection, challenge_id: str, *, purpose: Purpose, bound_to: str, now: datetime
) -> Challenge | None:
    """It can be answered once, by whom it was given to, in its time."""
    query = delete(passkey_challenges).where(
        ASKED.id == challenge_id, ASKED.purpose == purpose, ASKED.bound_to == bound_to
    )
    row = (
        conn.execute(query.returning(*[ASKED[field.name] for field in fields(Challenge)])).mappings().first()
    )
    found = Challenge(**{**row, "purpose": Purpose(row["purpose"])}) if row else None
    return found if found and found.expires_at > now else None

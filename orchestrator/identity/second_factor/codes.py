"""Codes of an authenticator app (TOTP), and recovery codes for when it is lost. A code is taken once."""

from __future__ import annotations

import asyncio
import hmac
import re
import secrets
from dataclasses import dataclass
from datetime import datetime
from functools import partial
from typing import Any

import pyotp
from sqlalchemy import Connection, Update, delete, func, insert, select, update

from domain.account import UserId
from orchestrator.errors import Problem
from orchestrator.identity import passwords
from orchestrator.identity.claims import Way
from orchestrator.identity.repository import User
from orchestrator.storage.db import Database
from orchestrator.tables.people import recovery_codes, second_factors
from orchestrator.vault import Vault

ISSUER = "TradeMaster"
STEP = 30  # seconds that a code is shown
WINDOW = (0, -1, 1)  # steps that a clock may be off
CODES, CODE_LENGTH = 10, 10
ALPHABET = "0123456789abcdefghjkmnpqrstvwxyz"  # Crockford's base 32: nothing that looks like something else
FACTOR, CODE = second_factors.c, recovery_codes.c


@dataclass(frozen=True, slots=True)
class Begun:
    """What an authenticator app is given: `uri` as a QR code, or `secret` typed by hand."""

    secret: str
    uri: str


@dataclass(frozen=True, slots=True)
class Factor:
    """`since` None: it is off. `left`: recovery codes that were not used."""

    since: datetime | None
    left: int


def is_on(conn: Connection, user_id: UserId) -> bool:
    return of(conn, user_id).since is not None


def of(conn: Connection, user_id: UserId) -> Factor:
    since = conn.execute(select(FACTOR.confirmed_at).where(FACTOR.user_id == user_id)).scalar()
    query = select(func.count()).where(CODE.user_id == user_id, CODE.used_at.is_(None))
    return Factor(since, conn.execute(query).scalar_one() if since is not None else 0)


async def begin(db: Database, vault: Vault, user: User, *, now: datetime) -> Begun:
    """A new secret, not asked for before a code of it came. Raises Problem 409 `second_factor_on`."""
    secret = pyotp.random_base32()
    sealed = vault.seal(secret, table="second_factors", column="secret", row=user.id)

    def work(conn: Connection) -> None:
        if is_on(conn, user.id):
            raise Problem(409, "second_factor_on", "your second factor is on", fix="turn it off first")
        conn.execute(delete(second_factors).where(FACTOR.user_id == user.id))
        row = {"user_id": user.id, "secret": sealed, "step": 0, "made_at": now, "confirmed_at": None}
        conn.execute(insert(second_factors).values(row))

    await db.write(work, lock=_lock(user.id))
    return Begun(secret, pyotp.TOTP(secret).provisioning_uri(name=user.email, issuer_name=ISSUER))


async def fits(db: Database, vault: Vault, user_id: UserId, code: str, *, now: datetime) -> bool:
    """Whether this is a code of the app of now; if so it is none any more."""
    found = await db.read(
        lambda conn: conn.execute(
            select(FACTOR.secret, FACTOR.step).where(FACTOR.user_id == user_id)
        ).one_or_none()
    )
    if found is None:
        return False
    app = pyotp.TOTP(vault.open(found.secret, table="second_factors", column="secret", row=user_id))
    current = int(now.timestamp()) // STEP
    steps = [current + off for off in WINDOW]
    step = next((one for one in steps if hmac.compare_digest(app.at(one * STEP), code)), None)
    if step is None:
        return False
    # Of two with one code, one finds the step that it is to advance.
    taken = update(second_factors).where(FACTOR.user_id == user_id, FACTOR.step < step).values(step=step)
    return await db.write(partial(_rows, taken)) == 1


async def way_of(db: Database, vault: Vault, user_id: UserId, given: str, *, now: datetime) -> Way | None:
    """The way that this code proves: of the app, or a recovery code, which is used up by that. None for neither."""
    code = re.sub(r"[\s-]", "", given).lower()
    if re.fullmatch(r"[0-9]{6}", code):
        return Way.TOTP if await fits(db, vault, user_id, code, now=now) else None
    if len(code) != CODE_LENGTH:
        return None
    unused = select(CODE.code_hash).where(CODE.user_id == user_id, CODE.used_at.is_(None))
    for hashed in await db.read(lambda conn: list(conn.execute(unused).scalars())):
        if await passwords.matches(code, hashed):
            here = update(recovery_codes).where(
                CODE.user_id == user_id, CODE.code_hash == hashed, CODE.used_at.is_(None)
            )
            used = partial(_rows, here.values(used_at=now))
            return Way.RECOVERY if await db.write(used) == 1 else None
    return None


async def new_codes() -> tuple[list[str], list[str]]:
    """Recovery codes as they are shown, and as they are kept."""
    codes = ["".join(secrets.choice(ALPHABET) for _ in range(CODE_LENGTH)) for _ in range(CODES)]
    hashed = await asyncio.gather(*(passwords.hashed(code) for code in codes))
    return [f"{code[:5]}-{code[5:]}" for code in codes], list(hashed)


def turn_on(conn: Connection, user_id: UserId, hashed: list[str], now: datetime) -> bool:
    """From now on it is asked for. False when there is none that was begun and is off."""
    begun = update(second_factors).where(FACTOR.user_id == user_id, FACTOR.confirmed_at.is_(None))
    if conn.execute(begun.values(confirmed_at=now)).rowcount != 1:
        return False
    keep_codes(conn, user_id, hashed)
    return True


def keep_codes(conn: Connection, user_id: UserId, hashed: list[str]) -> None:
    """In place of all earlier ones."""
    conn.execute(delete(recovery_codes).where(CODE.user_id == user_id))
    rows: list[dict[str, Any]] = [{"user_id": user_id, "code_hash": one, "used_at": None} for one in hashed]
    conn.execute(insert(recovery_codes), rows)


def turn_off(conn: Connection, user_id: UserId) -> bool:
    """False when it was off."""
    was_on = is_on(conn, user_id)
    conn.execute(delete(recovery_codes).where(CODE.user_id == user_id))
    conn.execute(delete(second_factors).where(FACTOR.user_id == user_id))
    return was_on


def _rows(change: Update, conn: Connection) -> int:
    return conn.execute(change).rowcount


def _lock(user_id: UserId) -> str:
    return f"second factor:{user_id}"

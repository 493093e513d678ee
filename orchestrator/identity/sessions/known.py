"""The browsers in which a user has logged in: each is known again by a cookie of its own, kept here as a hash."""

from __future__ import annotations

import secrets
from datetime import datetime, timedelta

from sqlalchemy import Connection, delete, func, insert, select, update

from domain.account import UserId
from orchestrator.identity.tokens import hash_of
from orchestrator.tables.people import known_devices

LIFE = timedelta(days=400)  # what browsers keep a cookie for, at most
MOST = 50  # of one user
ROW = known_devices.c


def is_known(conn: Connection, user_id: UserId, device: str) -> bool:
    query = select(ROW.user_id).where(ROW.user_id == user_id, ROW.token_hash == hash_of(device))
    return bool(device) and conn.execute(query).one_or_none() is not None


def has_any(conn: Connection, user_id: UserId) -> bool:
    return conn.execute(select(func.count()).where(ROW.user_id == user_id)).scalar_one() > 0


def remember(conn: Connection, user_id: UserId, device: str, now: datetime) -> str:
    """The cookie that this browser is to have from now on: its own if it came from us, for whichever user."""
    query = select(ROW.user_id).where(ROW.token_hash == hash_of(device)).limit(1)
    if not device or conn.execute(query).first() is None:
        device = secrets.token_urlsafe(32)
    if is_known(conn, user_id, device):
        here = (ROW.user_id == user_id) & (ROW.token_hash == hash_of(device))
        conn.execute(update(known_devices).where(here).values(used_at=now))
        return device
    row = {"user_id": user_id, "token_hash": hash_of(device), "made_at": now, "used_at": now}
    conn.execute(insert(known_devices).values(row))
    _forget(conn, user_id, now)
    return device


def forget_others(conn: Connection, user_id: UserId, device: str) -> None:
    """All but this one."""
    conn.execute(delete(known_devices).where(ROW.user_id == user_id, ROW.token_hash != hash_of(device)))


def forget_all(conn: Connection, user_id: UserId) -> None:
    """Whoever had the password may have been in one of them."""
    conn.execute(delete(known_devices).where(ROW.user_id == user_id))


def _forget(conn: Connection, user_id: UserId, now: datetime) -> None:
    conn.execute(delete(known_devices).where(ROW.user_id == user_id, ROW.used_at < now - LIFE))
    old = select(ROW.token_hash).where(ROW.user_id == user_id).order_by(ROW.used_at.desc()).offset(MOST)
    conn.execute(delete(known_devices).where(ROW.user_id == user_id, ROW.token_hash.in_(old)))

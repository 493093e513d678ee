"""Links of letters: each holds a token that proves, once and for a while, that somebody reads an e-mail.

The token is behind the # of the address, which no browser sends to a server; here only its hash is kept.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum

from sqlalchemy import Connection, delete, insert, select

from domain.account import UserId
from orchestrator.identity.tokens import hash_of, new_refresh_token
from orchestrator.tables.people import mail_links, sign_ups

ROW, WAITS = mail_links.c, sign_ups.c


class Purpose(StrEnum):
    EMAIL = "email"  # the user's e-mail is this one
    RESET = "reset"  # a new password


LIVES = {Purpose.EMAIL: timedelta(hours=24), Purpose.RESET: timedelta(minutes=30)}


@dataclass(frozen=True, slots=True)
class Link:
    user_id: UserId
    email: str


@dataclass(frozen=True, slots=True)
class SignUp:
    """Somebody who is to be this user once they have shown that they read the e-mail."""

    user_id: UserId
    email: str
    name: str
    password_hash: str


def new(conn: Connection, purpose: Purpose, user_id: UserId, email: str, now: datetime) -> str:
    """A token, in place of those of before for the same purpose."""
    conn.execute(delete(mail_links).where(ROW.expires_at <= now))
    conn.execute(delete(mail_links).where(ROW.user_id == user_id, ROW.purpose == purpose.value))
    token = new_refresh_token()
    row = {
        "token_hash": hash_of(token),
        "purpose": purpose.value,
        "user_id": user_id,
        "email": email,
        "expires_at": now + LIVES[purpose],
    }
    conn.execute(insert(mail_links).values(row))
    return token


def known(conn: Connection, purpose: Purpose, token: str, now: datetime) -> Link | None:
    query = select(ROW.user_id, ROW.email).where(
        ROW.token_hash == hash_of(token), ROW.purpose == purpose.value, ROW.expires_at > now
    )
    row = conn.execute(query).mappings().one_or_none()
    return Link(**row) if row else None


def take(conn: Connection, purpose: Purpose, token: str, now: datetime) -> Link | None:
    """What it proves, and from now on nothing any more."""
    found = known(conn, purpose, token, now)
    if found is None:
        return None
    gone = conn.execute(delete(mail_links).where(ROW.token_hash == hash_of(token)))
    return found if gone.rowcount == 1 else None


def forget(conn: Connection, user_id: UserId) -> None:
    """Every link of this user is void."""
    conn.execute(delete(mail_links).where(ROW.user_id == user_id))


def wait_for(conn: Connection, one: SignUp, now: datetime) -> str:
    """A token that makes this user."""
    conn.execute(delete(sign_ups).where(WAITS.expires_at <= now))
    token = new_refresh_token()
    row = {
        "token_hash": hash_of(token),
        "user_id": one.user_id,
        "email": one.email,
        "name": one.name,
        "password_hash": one.password_hash,
        "expires_at": now + LIVES[Purpose.EMAIL],
    }
    conn.execute(insert(sign_ups).values(row))
    return token


def waiting(conn: Connection, token: str, now: datetime) -> SignUp | None:
    query = select(WAITS.user_id, WAITS.email, WAITS.name, WAITS.password_hash).where(
        WAITS.token_hash == hash_of(token), WAITS.expires_at > now
    )
    row = conn.execute(query).mappings().one_or_none()
    return SignUp(**row) if row else None


def came(conn: Connection, email: str) -> None:
    """Nobody else becomes a user with this e-mail by a sign-up of before."""
    conn.execute(delete(sign_ups).where(WAITS.email == email))

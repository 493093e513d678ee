"""What a login holds in its hands: a short access token, and a refresh token, of which we keep a hash."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta

from sqlalchemy import Connection

from domain.account import UserId
from orchestrator.config import Settings
from orchestrator.identity import repository
from orchestrator.identity.repository import Session, User
from orchestrator.identity.tokens import access_token, hash_of, new_refresh_token
from orchestrator.keys import Keys


@dataclass(frozen=True, slots=True)
class Access:
    """`expires_in`: seconds."""

    token: str
    expires_in: int


@dataclass(frozen=True, slots=True)
class Tokens:
    """`refresh_for`: seconds that the cookie lives. `device`: what the browser is known by from now on, "" when that
    stays as it is."""

    access: Access
    refresh: str
    refresh_for: int
    device: str = ""


@dataclass(frozen=True, slots=True)
class From:
    """Where a request comes from, as far as we know, and what it calls itself. `device`: its browser's own cookie."""

    address: str
    user_agent: str
    device: str = ""


def issue(
    connection: Connection, user_id: UserId, family: str, *, turn: int, settings: Settings, now: datetime
) -> str:
    """A refresh token, in the caller's transaction. `turn`: how many came before it in this login."""
    token = new_refresh_token()
    repository.add_refresh_token(
        connection,
        token_hash=hash_of(token),
        family=family,
        turn=turn,
        user_id=user_id,
        now=now,
        expires_at=now + timedelta(days=settings.refresh_days),
    )
    return token


def tokens(
    user: User, session: Session, refresh_token: str, *, keys: Keys, settings: Settings, now: datetime
) -> Tokens:
    return Tokens(
        access=access(user, session, keys=keys, settings=settings, now=now),
        refresh=refresh_token,
        refresh_for=settings.refresh_days * 86400,
    )


def access(user: User, session: Session, *, keys: Keys, settings: Settings, now: datetime) -> Access:
    token = access_token(
        user.id,
        key=keys.jwt,
        now=now,
        minutes=settings.access_minutes,
        session=session.id,
        proven_at=session.proven_at,
        ways=session.ways,
        role=user.role,
    )
    return Access(token, settings.access_minutes * 60)

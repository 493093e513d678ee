"""Users and refresh tokens in the database: plain SQL over one connection."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass, fields
from datetime import datetime
from typing import Any

from sqlalchemy import Connection, RowMapping, insert, select, update

from domain.account import AccountState, UserId
from orchestrator.identity import claims
from orchestrator.identity.claims import Role, Way, Ways
from orchestrator.ids import new_id
from orchestrator.tables.accounts import accounts
from orchestrator.tables.identity import refresh_tokens, user_sessions, users
from orchestrator.tables.market import notices


@dataclass(frozen=True, slots=True)
class User:
    id: UserId
    email: str
    name: str
    password_hash: str | None  # None: signs in otherwise
    mode: str
    primary_account: str | None
    created_at: datetime
    role: Role = Role.USER
    email_verified_at: datetime | None = None
    disabled_at: datetime | None = None


@dataclass(frozen=True, slots=True)
class RefreshToken:
    """`turn`: how many came before it in its login. `used_at`: it was traded for the next one, or one given beside it
    was."""

    token_hash: str
    family: str
    turn: int
    user_id: UserId
    expires_at: datetime
    used_at: datetime | None
    revoked_at: datetime | None


@dataclass(frozen=True, slots=True)
class Session:
    """A login; its id is the family of its refresh tokens. In `ways` its person proved who they are, last at
    `proven_at`."""

    id: str
    user_id: UserId
    user_agent: str
    address: str
    ways: Ways
    proven_at: datetime
    created_at: datetime
    used_at: datetime
    expires_at: datetime


def add_user(connection: Connection, user: User) -> bool:
    """False when the e-mail is taken."""
    if by_email(connection, user.email) is not None:
        return False
    connection.execute(
        insert(users).values({field.name: getattr(user, field.name) for field in fields(User)})
    )
    return True


USER_COLUMNS = [users.c[field.name] for field in fields(User)]


def by_email(connection: Connection, email: str) -> User | None:
    row = connection.execute(select(*USER_COLUMNS).where(users.c.email == email)).mappings().one_or_none()
    return _user(row) if row else None


def by_id(connection: Connection, user_id: UserId) -> User | None:
    row = connection.execute(select(*USER_COLUMNS).where(users.c.id == user_id)).mappings().one_or_none()
    return _user(row) if row else None


def _user(row: RowMapping) -> User:
    return User(**{**row, "role": Role(row["role"])})


def held(connection: Connection, user_id: UserId) -> User | None:
    """Does not change before this transaction ends."""
    query = select(*USER_COLUMNS).where(users.c.id == user_id).with_for_update()
    row = connection.execute(query).mappings().one_or_none()
    return _user(row) if row else None


def change_user(connection: Connection, user_id: UserId, changes: Mapping[str, Any]) -> None:
    if changes:
        connection.execute(update(users).where(users.c.id == user_id).values(**changes))


def owns_account(connection: Connection, user_id: UserId, account_id: str) -> bool:
    query = select(accounts.c.id).where(
        accounts.c.id == account_id,
        accounts.c.user_id == user_id,
        accounts.c.state != AccountState.DISCONNECTED,
    )
    return connection.execute(query).one_or_none() is not None


def add_refresh_token(
    connection: Connection,
    *,
    token_hash: str,
    family: str,
    turn: int,
    user_id: UserId,
    now: datetime,
    expires_at: datetime,
) -> None:
    connection.execute(
        insert(refresh_tokens).values(
            token_hash=token_hash,
            family=family,
            turn=turn,
            user_id=user_id,
            created_at=now,
            expires_at=expires_at,
        )
    )


def refresh_token(connection: Connection, token_hash: str) -> RefreshToken | None:
    wanted = [refresh_tokens.c[field.name] for field in fields(RefreshToken)]
    query = select(*wanted).where(refresh_tokens.c.token_hash == token_hash)
    row = connection.execute(query).mappings().one_or_none()
    return RefreshToken(**row) if row else None


def mark_used(connection: Connection, family: str, turn: int, now: datetime) -> None:
    """Every token of this login up to this turn: of two that were given for the same one, one goes on."""
    unused = update(refresh_tokens).where(
        refresh_tokens.c.family == family,
        refresh_tokens.c.turn <= turn,
        refresh_tokens.c.used_at.is_(None),
    )
    connection.execute(unused.values(used_at=now))


def forget_ended(connection: Connection, now: datetime) -> None:
    """Tokens past their end prove nothing any more."""
    connection.execute(refresh_tokens.delete().where(refresh_tokens.c.expires_at < now))
    connection.execute(user_sessions.delete().where(user_sessions.c.expires_at < now))


# --- sessions ----------------------------------------------------------------------------------------------------

SESSION = user_sessions.c


def add_session(connection: Connection, one: Session) -> None:
    values = {field.name: getattr(one, field.name) for field in fields(Session)}
    connection.execute(insert(user_sessions).values(values | {"ways": claims.written(one.ways)}))


def use_session(
    connection: Connection,
    session: str,
    *,
    address: str,
    user_agent: str,
    now: datetime,
    expires_at: datetime,
) -> bool:
    """False when it was ended."""
    query = update(user_sessions).where(SESSION.id == session, SESSION.ended_at.is_(None))
    values = {"address": address, "user_agent": user_agent, "used_at": now, "expires_at": expires_at}
    return connection.execute(query.values(values)).rowcount > 0


def sessions_of(connection: Connection, user_id: UserId, now: datetime) -> list[Session]:
    """Those that go on, the last used first."""
    wanted = [SESSION[field.name] for field in fields(Session)]
    query = select(*wanted).where(
        SESSION.user_id == user_id, SESSION.ended_at.is_(None), SESSION.expires_at > now
    )
    rows = connection.execute(query.order_by(SESSION.used_at.desc(), SESSION.id)).mappings()
    return [_session(row) for row in rows]


def session(connection: Connection, user_id: UserId, session_id: str) -> Session | None:
    """One of the user's that goes on."""
    wanted = [SESSION[field.name] for field in fields(Session)]
    query = select(*wanted).where(
        SESSION.id == session_id, SESSION.user_id == user_id, SESSION.ended_at.is_(None)
    )
    row = connection.execute(query).mappings().one_or_none()
    return _session(row) if row else None


def prove_session(connection: Connection, session_id: str, ways: Iterable[Way], now: datetime) -> None:
    query = update(user_sessions).where(SESSION.id == session_id)
    connection.execute(query.values(ways=claims.written(ways), proven_at=now))


def _session(row: RowMapping) -> Session:
    return Session(**{**row, "ways": claims.read(row["ways"])})


def end_sessions(connection: Connection, ids: Collection[str], why: str, now: datetime) -> None:
    """With all their tokens."""
    tokens = update(refresh_tokens).where(
        refresh_tokens.c.family.in_(ids), refresh_tokens.c.revoked_at.is_(None)
    )
    connection.execute(tokens.values(revoked_at=now))
    over = update(user_sessions).where(SESSION.id.in_(ids), SESSION.ended_at.is_(None))
    connection.execute(over.values(ended_at=now, ended_why=why))


def ended_why(connection: Connection, session: str) -> str | None:
    return connection.execute(select(SESSION.ended_why).where(SESSION.id == session)).scalar()


def ended_since(connection: Connection, since: datetime) -> list[tuple[str, str]]:
    """Everybody's, with why."""
    query = select(SESSION.id, SESSION.ended_why).where(SESSION.ended_at >= since)
    return [(row.id, row.ended_why) for row in connection.execute(query)]


def add_notice(
    connection: Connection, user_id: UserId, kind: str, subject: str, text: str, now: datetime
) -> None:
    """Told to the user's screens soon."""
    values = {
        "id": new_id("ntc"),
        "user_id": user_id,
        "at": now,
        "kind": kind,
        "subject": subject,
        "text": text,
        "data": "{}",
    }
    connection.execute(insert(notices).values(values))

"""Programs that log their user in by the browser, as Kite's do: each is a personal token with a registered address.

Kite proves a program by SHA-256 over the api_key, the request token and the secret, and signs postbacks with the secret
in the same way: the server must have it in clear text. So it is a secret of its own, sealed and never the token. Alone
it opens nothing: a person must have agreed first.
"""

from __future__ import annotations

import hashlib
import secrets
from dataclasses import dataclass, fields
from datetime import datetime, timedelta
from typing import Any

import sqlalchemy as sa
from sqlalchemy import Connection

from domain.account import UserId
from domain.calendar import IST
from orchestrator.tables.kite import kite_apps, kite_logins
from orchestrator.vault import Vault

APP, LOGIN = kite_apps.c, kite_logins.c
GOOD = timedelta(minutes=5)  # in which a request token is exchanged, as at Kite
DAY_ENDS = 6  # o'clock IST, when Kite's access tokens end


@dataclass(frozen=True, slots=True)
class App:
    """`secret` is sealed."""

    token_id: str
    user_id: UserId
    redirect_url: str
    secret: str
    made_at: datetime


@dataclass(frozen=True, slots=True)
class Login:
    """What an access token stands for. `asked_at`: when the person agreed; good before `until`."""

    token_id: str
    asked_at: datetime
    until: datetime


def new_secret() -> str:
    return f"tms_{secrets.token_hex(20)}"


def hash_of(text: str) -> str:
    """Of a request or access token: random, so that no slow hash is needed."""
    return hashlib.sha256(text.encode()).hexdigest()


def sealed(vault: Vault, token_id: str, secret: str) -> str:
    return vault.seal(secret, table="kite_apps", column="secret", row=token_id)


def secret_of(vault: Vault, app: App) -> str:
    """Raises SealBroken."""
    return vault.open(app.secret, table="kite_apps", column="secret", row=app.token_id)


def day_ends(now: datetime) -> datetime:
    """The next six in the morning, IST."""
    local = now.astimezone(IST)
    today = local.replace(hour=DAY_ENDS, minute=0, second=0, microsecond=0)
    return today if local < today else today + timedelta(days=1)


# --- apps ----------------------------------------------------------------------------------------------------------


def find(conn: Connection, token_id: str, user_id: UserId | None = None) -> App | None:
    """Of this user, where one is named."""
    query = sa.select(kite_apps).where(APP.token_id == token_id)
    row = conn.execute(query if user_id is None else query.where(APP.user_id == user_id)).one_or_none()
    return None if row is None else App(**{field.name: getattr(row, field.name) for field in fields(App)})


def add(conn: Connection, app: App) -> None:
    conn.execute(sa.insert(kite_apps).values({field.name: getattr(app, field.name) for field in fields(App)}))


def change(conn: Connection, token_id: str, **values: Any) -> None:
    conn.execute(sa.update(kite_apps).where(APP.token_id == token_id).values(values))


def remove(conn: Connection, token_id: str) -> None:
    conn.execute(sa.delete(kite_apps).where(APP.token_id == token_id))


# --- logins --------------------------------------------------------------------------------------------------------


def agree(conn: Connection, app: App, now: datetime) -> str:
    """A request token: the person agreed. What is over of the same program is forgotten."""
    text = secrets.token_urlsafe(24)
    over = sa.or_(
        sa.and_(LOGIN.access_hash.is_(None), LOGIN.expires_at <= now),
        sa.and_(LOGIN.access_hash.is_not(None), LOGIN.until <= now),
    )
    conn.execute(sa.delete(kite_logins).where(LOGIN.token_id == app.token_id, over))
    row = {
        "request_hash": hash_of(text),
        "token_id": app.token_id,
        "user_id": app.user_id,
        "asked_at": now,
        "expires_at": now + GOOD,
    }
    conn.execute(sa.insert(kite_logins).values(row))
    return text


def exchange(
    conn: Connection, token_id: str, request_token: str, now: datetime
) -> tuple[str, datetime] | None:
    """The access token for a request token, and until when it is good: once. None for one that is not good."""
    text, until = f"tmk_{secrets.token_urlsafe(32)}", day_ends(now)
    good = (
        LOGIN.request_hash == hash_of(request_token),
        LOGIN.token_id == token_id,
        LOGIN.access_hash.is_(None),
        LOGIN.expires_at > now,
    )
    changed = conn.execute(sa.update(kite_logins).where(*good).values(access_hash=hash_of(text), until=until))
    return (text, until) if changed.rowcount == 1 else None


def login_of(conn: Connection, access_hash: str) -> Login | None:
    row = conn.execute(sa.select(kite_logins).where(LOGIN.access_hash == access_hash)).one_or_none()
    return None if row is None else Login(row.token_id, row.asked_at, row.until)


def live(conn: Connection, token_id: str, now: datetime) -> int:
    """How many access tokens of this program are good now."""
    query = sa.select(sa.func.count()).select_from(kite_logins)
    return int(conn.execute(query.where(LOGIN.token_id == token_id, LOGIN.until > now)).scalar_one())


def end(conn: Connection, access_hash: str) -> bool:
    """False for one that is not there."""
    return conn.execute(sa.delete(kite_logins).where(LOGIN.access_hash == access_hash)).rowcount == 1


def end_all(conn: Connection, token_id: str) -> None:
    conn.execute(sa.delete(kite_logins).where(LOGIN.token_id == token_id))

"""Broker accounts and started logins in the database: plain SQL over one connection. Secrets are sealed texts here."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import Connection, RowMapping, case, delete, func, insert, select, update

from domain.account import AccountId, AccountState, BrokerAccount, BrokerId, UserId
from orchestrator.audit.actions import Action
from orchestrator.audit.record import Actor, audited
from orchestrator.tables.accounts import accounts, login_states
from orchestrator.tables.identity import users
from orchestrator.tables.orders import order_children

BY_ITSELF = Actor.program("connections")


@dataclass(frozen=True, slots=True)
class StoredAccount:
    """A row. `credentials` and `session` are sealed to it."""

    account: BrokerAccount
    credentials: str | None
    session: str | None
    connected_at: datetime | None
    last_error: str | None
    proxy: str | None = None  # sealed
    addresses: str | None = None
    fees: str | None = None
    postback_number: int = 1  # of the address that its broker may post to


@dataclass(frozen=True, slots=True)
class LoginState:
    """A login someone began: `credentials` is sealed to this row, None when the account's own are meant."""

    state_hash: str
    user_id: UserId
    account_id: AccountId
    browser_hash: str
    credentials: str | None
    expires_at: datetime
    used_at: datetime | None


def add(connection: Connection, account: BrokerAccount, now: datetime) -> None:
    connection.execute(
        insert(accounts).values(
            id=account.id,
            user_id=account.user_id,
            broker=account.broker,
            label=account.label,
            state=account.state,
            broker_user_id=account.broker_user_id,
            created_at=now,
        )
    )


def change(connection: Connection, account_id: AccountId, values: Mapping[str, Any]) -> None:
    connection.execute(update(accounts).where(accounts.c.id == account_id).values(**values))


def remove(connection: Connection, account_id: AccountId) -> None:
    """Only for an account that never connected: others stay, their orders name them."""
    connection.execute(delete(accounts).where(accounts.c.id == account_id))


def by_id(connection: Connection, account_id: AccountId) -> StoredAccount | None:
    row = connection.execute(select(accounts).where(accounts.c.id == account_id)).mappings().one_or_none()
    return _stored(row) if row else None


def live(connection: Connection) -> list[StoredAccount]:
    """Every account that was not disconnected, oldest first."""
    query = select(accounts).where(accounts.c.state != AccountState.DISCONNECTED).order_by(accounts.c.id)
    return [_stored(row) for row in connection.execute(query).mappings()]


def live_states(connection: Connection) -> dict[AccountId, tuple[AccountState, datetime | None]]:
    """Of every account that was not disconnected: its state, and since when it is connected."""
    columns = accounts.c
    query = select(columns.id, columns.state, columns.connected_at)
    found = connection.execute(query.where(columns.state != AccountState.DISCONNECTED))
    return {AccountId(row.id): (AccountState(row.state), row.connected_at) for row in found}


def of_user(connection: Connection, user_id: UserId) -> list[StoredAccount]:
    """Disconnected ones too, oldest first."""
    query = select(accounts).where(accounts.c.user_id == user_id).order_by(accounts.c.id)
    return [_stored(row) for row in connection.execute(query).mappings()]


def orders_since(connection: Connection, account_id: AccountId, since: datetime) -> int:
    """New orders that we sent there; each leg of an iceberg is one."""
    legs = order_children.c.iceberg_legs
    query = select(func.sum(case((legs > 0, legs), else_=1))).where(
        order_children.c.account_id == account_id, order_children.c.created_at >= since
    )
    return int(connection.execute(query).scalar_one() or 0)


def clear_primary(connection: Connection, account_id: AccountId) -> None:
    connection.execute(
        update(users).where(users.c.primary_account == account_id).values(primary_account=None)
    )


def end_session(
    connection: Connection,
    account: BrokerAccount,
    sealed: str | None,
    words: str,
    at: datetime,
    *,
    by: Actor = BY_ITSELF,
) -> bool:
    """CONNECTED to LOGIN_NEEDED, unless another session has begun meanwhile. Says whether it was."""
    query = update(accounts).where(
        accounts.c.id == account.id,
        accounts.c.state == AccountState.CONNECTED,
        accounts.c.session == sealed,
    )
    values = {"state": AccountState.LOGIN_NEEDED, "session": None, "last_error": words}
    if not connection.execute(query.values(**values)).rowcount:
        return False
    audited(
        connection,
        user_id=account.user_id,
        actor=by,
        action=Action.ACCOUNT_LOGOUT,
        at=at,
        subject=account.id,
        detail={"words": words},
    )
    return True


def add_login(connection: Connection, login: LoginState, now: datetime) -> None:
    connection.execute(delete(login_states).where(login_states.c.expires_at < now))
    connection.execute(
        insert(login_states).values(
            state_hash=login.state_hash,
            user_id=login.user_id,
            account_id=login.account_id,
            browser_hash=login.browser_hash,
            credentials=login.credentials,
            expires_at=login.expires_at,
        )
    )


def login(connection: Connection, state_hash: str) -> LoginState | None:
    query = select(login_states).where(login_states.c.state_hash == state_hash)
    row = connection.execute(query).mappings().one_or_none()
    return LoginState(**row) if row else None


def use_login(connection: Connection, state_hash: str, now: datetime) -> bool:
    """Once: False for every later caller."""
    query = update(login_states).where(
        login_states.c.state_hash == state_hash, login_states.c.used_at.is_(None)
    )
    return bool(connection.execute(query.values(used_at=now)).rowcount)


def forget_logins(connection: Connection, account_id: AccountId) -> None:
    """Begun ones too: their credentials go with the account's."""
    connection.execute(delete(login_states).where(login_states.c.account_id == account_id))


def _stored(row: RowMapping) -> StoredAccount:
    return StoredAccount(
        account=BrokerAccount(
            id=AccountId(row["id"]),
            user_id=UserId(row["user_id"]),
            broker=BrokerId(row["broker"]),
            label=row["label"],
            state=AccountState(row["state"]),
            broker_user_id=row["broker_user_id"],
            session_expires_at=row["session_expires_at"],
        ),
        credentials=row["credentials"],
        session=row["session"],
        connected_at=row["connected_at"],
        last_error=row["last_error"],
        proxy=row["proxy"],
        addresses=row["addresses"],
        fees=row["fees"],
        postback_number=row["postback_number"],
    )

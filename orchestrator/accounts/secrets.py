"""Credentials and sessions as sealed text, each bound to its own row."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime

import orjson

from adapters.broker import Session
from domain.account import AccountId
from orchestrator.vault import Vault


def seal_credentials(vault: Vault, account_id: AccountId, credentials: Mapping[str, str]) -> str:
    return vault.seal(
        orjson.dumps(dict(credentials)).decode(), table="accounts", column="credentials", row=account_id
    )


def open_credentials(vault: Vault, account_id: AccountId, sealed: str | None) -> dict[str, str]:
    """Empty for none. Raises SealBroken."""
    if sealed is None:
        return {}
    return _mapping(vault.open(sealed, table="accounts", column="credentials", row=account_id))


def seal_for_login(vault: Vault, state_hash: str, credentials: Mapping[str, str]) -> str:
    return vault.seal(
        orjson.dumps(dict(credentials)).decode(), table="login_states", column="credentials", row=state_hash
    )


def open_for_login(vault: Vault, state_hash: str, sealed: str | None) -> dict[str, str] | None:
    """None for none. Raises SealBroken."""
    if sealed is None:
        return None
    return _mapping(vault.open(sealed, table="login_states", column="credentials", row=state_hash))


def seal_proxy(vault: Vault, account_id: AccountId, proxy: str) -> str | None:
    """None for none."""
    return vault.seal(proxy, table="accounts", column="proxy", row=account_id) if proxy else None


def open_proxy(vault: Vault, account_id: AccountId, sealed: str | None) -> str:
    """ "" for none. Raises SealBroken."""
    return vault.open(sealed, table="accounts", column="proxy", row=account_id) if sealed else ""


def seal_session(vault: Vault, account_id: AccountId, session: Session) -> str:
    body = {
        "access_token": session.access_token,
        "broker_user_id": session.broker_user_id,
        "expires_at": session.expires_at.isoformat(),
        "api_key": session.api_key,
        "algo_name": session.algo_name,
    }
    return vault.seal(orjson.dumps(body).decode(), table="accounts", column="session", row=account_id)


def open_session(vault: Vault, account_id: AccountId, sealed: str) -> Session:
    """Raises SealBroken."""
    body = _mapping(vault.open(sealed, table="accounts", column="session", row=account_id))
    return Session(
        access_token=body["access_token"],
        broker_user_id=body["broker_user_id"],
        expires_at=datetime.fromisoformat(body["expires_at"]),
        api_key=body["api_key"],
        algo_name=body.get("algo_name", ""),  # sessions of an older version have none
    )


def _mapping(text: str) -> dict[str, str]:
    return {str(name): str(value) for name, value in orjson.loads(text).items()}

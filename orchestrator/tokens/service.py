"""Making, changing, rotating and revoking personal tokens: each written into the audit log with what it does."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import Connection

from domain.account import UserId
from domain.token_policy import tightens
from orchestrator.audit.actions import Action
from orchestrator.errors import Problem, not_found
from orchestrator.identity.caller import Scope
from orchestrator.identity.doing import Doer
from orchestrator.identity.repository import owns_account
from orchestrator.storage.db import Database
from orchestrator.tokens import repository, text
from orchestrator.tokens.policy_schemas import PolicyIn
from orchestrator.tokens.repository import Token
from orchestrator.tokens.schemas import TokenIn, TokenPatch

MOST = 50  # live tokens of one user


async def make(db: Database, doer: Doer, asked: TokenIn, now: datetime) -> tuple[Token, str]:
    """The token, and its text. Raises Problem 409 `too_many_tokens`, 422 `account_unknown`."""
    whole, token_id, hashed = text.make()
    token = Token(
        id=token_id,
        user_id=doer.user_id,
        name=asked.name,
        hash=hashed,
        old_hash=None,
        old_until=None,
        scopes=_scopes(asked.scopes),
        policy=asked.policy.model_dump_json(),
        made_at=now,
        expires_at=now + timedelta(days=asked.days),
    )

    def work(conn: Connection) -> None:
        live = [one for one in repository.of_user(conn, doer.user_id) if one.live(now)]
        if len(live) >= MOST:
            rule = f"at most {MOST} personal tokens at a time"
            raise Problem(409, "too_many_tokens", f"there are {len(live)}", rule=rule, fix="revoke one")
        _own_accounts(conn, doer.user_id, asked.policy)
        repository.add(conn, token)
        doer.did(conn, Action.TOKEN_MADE, token.id, name=token.name, **_detail(token))

    await db.write(work, lock=f"tokens:{doer.user_id}")
    return token, whole


async def find(db: Database, user_id: UserId, token_id: str) -> Token:
    """Raises Problem 404."""
    return _found(await db.read(lambda conn: repository.find(conn, token_id, user_id)))


def loosens(token: Token, change: TokenPatch) -> bool:
    """Whether it may do more afterwards."""
    more = change.scopes is not None and not set(change.scopes) <= token.may
    return more or (change.policy is not None and not tightens(token.limits, change.policy.policy()))


async def change(db: Database, doer: Doer, token: Token, asked: TokenPatch) -> Token:
    """As it is now. Raises Problem 404, 409 when it was changed at the same moment, 422 `account_unknown`."""
    values: dict[str, Any] = {}
    if asked.name is not None:
        values["name"] = asked.name
    if asked.scopes is not None:
        values["scopes"] = _scopes(asked.scopes)
    if asked.policy is not None:
        values["policy"] = asked.policy.model_dump_json()

    def work(conn: Connection) -> Token:
        kept = _found(repository.find(conn, token.id, doer.user_id))
        if (kept.policy, kept.scopes) != (token.policy, token.scopes):
            # Whether this loosens was judged by what it was before.
            raise Problem(409, "token_changed", "this token was changed at the same moment", fix="look again")
        if asked.policy is not None:
            _own_accounts(conn, doer.user_id, asked.policy)
        after = replace(kept, **values)
        if values:
            repository.change(conn, token.id, values)
            doer.did(conn, Action.TOKEN_CHANGED, token.id, name=after.name, **_detail(after))
        return after

    return await db.write(work, lock=f"tokens:{doer.user_id}")


async def rotate(
    db: Database, doer: Doer, token_id: str, *, overlap: int, now: datetime
) -> tuple[Token, str]:
    """The token with a new text. Raises Problem 404, 409 `token_expired`."""
    whole, _, hashed = text.make(token_id)

    def work(conn: Connection) -> Token:
        kept = _found(repository.find(conn, token_id, doer.user_id))
        if not kept.live(now):
            raise Problem(409, "token_expired", "this token has expired", fix="make a new one")
        values: Mapping[str, Any] = {
            "hash": hashed,
            "old_hash": kept.hash if overlap else None,
            "old_until": now + timedelta(seconds=overlap) if overlap else None,
            "rotated_at": now,
        }
        repository.change(conn, token_id, values)
        doer.did(conn, Action.TOKEN_ROTATED, token_id, name=kept.name, overlap=str(overlap))
        return replace(kept, **values)

    return await db.write(work, lock=f"tokens:{doer.user_id}"), whole


async def revoke(db: Database, doer: Doer, token_id: str, now: datetime) -> None:
    """Raises Problem 404."""

    def work(conn: Connection) -> None:
        kept = _found(repository.find(conn, token_id, doer.user_id))
        repository.change(conn, token_id, {"revoked_at": now})
        doer.did(conn, Action.TOKEN_REVOKED, token_id, name=kept.name)

    await db.write(work, lock=f"tokens:{doer.user_id}")


def _found(token: Token | None) -> Token:
    if token is None or token.revoked_at is not None:
        raise not_found("token")
    return token


def _own_accounts(conn: Connection, user_id: UserId, policy: PolicyIn) -> None:
    strangers = [one for one in policy.accounts or () if not owns_account(conn, user_id, one)]
    if strangers:
        raise Problem(
            422,
            "account_unknown",
            f"{strangers[0]} is none of your connected accounts",
            field="policy.accounts",
            fix="name accounts of GET /v1/accounts",
        )


def _scopes(scopes: list[Scope]) -> str:
    return " ".join(sorted(set(scopes)))


def _detail(token: Token) -> dict[str, str]:
    set_clauses = PolicyIn.model_validate_json(token.policy).model_dump(
        mode="json", exclude_none=True, exclude_defaults=True
    )
    return {"scopes": token.scopes, **{name: str(value) for name, value in set_clauses.items()}}

"""Personal tokens laid into the database of a running application."""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from datetime import timedelta
from typing import TYPE_CHECKING

import httpx
import pytest
from fastapi import FastAPI

from domain.account import UserId
from orchestrator.identity.caller import Scope
from orchestrator.tokens import repository, text
from orchestrator.tokens.policy_schemas import PolicyIn
from orchestrator.tokens.repository import Token

if TYPE_CHECKING:
    from tests.orchestrator.conftest import Watch


@dataclass(frozen=True)
class Key:
    """A token as its holder has it."""

    id: str
    text: str
    user_id: UserId

    @property
    def headers(self) -> dict[str, str]:
        return {"authorization": f"Bearer {self.text}"}


MakeKey = Callable[..., Awaitable[Key]]


@pytest.fixture
def make_key(app: FastAPI, watch: Watch) -> MakeKey:
    """`await make_key(asha, scopes="read trade", accounts=[...])`: a token of the user logged in there."""

    async def make(
        client: httpx.AsyncClient, *, scopes: str = "read trade", days: float = 90, **policy: object
    ) -> Key:
        user_id = UserId((await client.get("/v1/users/me")).json()["id"])
        written, token_id, hashed = text.make()
        token = Token(
            id=token_id,
            user_id=user_id,
            name="a program",
            hash=hashed,
            old_hash=None,
            old_until=None,
            scopes=" ".join(Scope(one) for one in scopes.split()),
            policy=PolicyIn.model_validate(policy).model_dump_json(),
            made_at=watch.now,
            expires_at=watch.now + timedelta(days=days),
        )
        await app.state.db.write(lambda conn: repository.add(conn, token))
        return Key(token_id, written, user_id)

    return make

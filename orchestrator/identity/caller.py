"""Who is calling, whether a person at a login or a program with a personal token, and what it may do."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from typing import Protocol

from domain.account import UserId
from domain.token_policy import TokenPolicy
from orchestrator.audit.record import Actor, ActorKind
from orchestrator.identity.claims import Role


class Scope(StrEnum):
    """What a personal token is for. A login has all."""

    READ = "read"
    TRADE = "trade"
    FUNDS = "funds"


EVERY_SCOPE = frozenset(Scope)


@dataclass(frozen=True, slots=True)
class Caller:
    """`session` is the login that it calls by, `token` the id of the personal token: one of the two is None.

    `policy` None: nothing beyond the scopes. `proven_at`: when the person last proved in this login who they are.
    `role` is of a login: a personal token is always a user's. `address` is the client's, "" where it is not known.
    """

    user_id: UserId
    session: str | None = None
    token: str | None = None
    scopes: frozenset[Scope] = EVERY_SCOPE
    policy: TokenPolicy | None = None
    role: Role = Role.USER
    proven_at: datetime | None = None
    address: str = ""

    @property
    def actor(self) -> Actor:
        """As the audit log names it."""
        if self.token is not None:
            return Actor(ActorKind.TOKEN, self.user_id, self.token, self.address)
        return Actor(ActorKind.LOGIN, self.user_id, self.session or "", self.address)

    def own(self, key: str) -> str:
        """A request's key as it is kept: a token's are its own, so that it finds nothing that others made."""
        return key if self.token is None else f"{self.token} {key}"

    @property
    def limited(self) -> bool:
        """Whether it may see only some of the user's accounts."""
        return self.policy is not None and self.policy.accounts is not None

    def sees(self, account: str) -> bool:
        """Whether this account of the user's is there for it at all."""
        return self.policy is None or self.policy.takes_account(account)


class TokenEnd(StrEnum):
    """Why a personal token that was good is good no more, or not as it was."""

    REVOKED = "token_revoked"
    EXPIRED = "token_expired"
    CHANGED = "token_changed"


TOKEN_WORDS = {
    TokenEnd.REVOKED: "This personal token was revoked.",
    TokenEnd.EXPIRED: "This personal token has expired.",
    TokenEnd.CHANGED: "This personal token was changed: come back with it.",
}


class Programs(Protocol):
    """Knows personal tokens: tokens/personal.py."""

    def remembers(self, given: str) -> bool:
        """Whether the token that this names was good lately: asks the database nothing."""
        ...

    async def caller(self, text: str, address: str) -> Caller:
        """Who holds this token. Raises Problem 401, or 403 for a request from an address that it is not good for."""
        ...

    async def wait(self, token_id: str, seconds: float) -> TokenEnd | None:
        """Until the token ends or changes, and which; None when the time is over before."""
        ...

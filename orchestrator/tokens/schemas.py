"""Personal tokens on the wire."""

from __future__ import annotations

from typing import Annotated, Self

from pydantic import Field

from domain.instrument import Exchange
from domain.order import Product, Side
from domain.token_policy import OnBreach
from orchestrator.guards.schemas import HoursOut
from orchestrator.identity.caller import Scope
from orchestrator.schemas import In, MoneyText, Out, Time
from orchestrator.tokens.policy_schemas import PolicyIn
from orchestrator.tokens.repository import Token

MOST_DAYS = 365
LONGEST_OVERLAP = 7 * 86_400

Name = Annotated[str, Field(min_length=1, max_length=80, examples=["rebalancing script"])]
Scopes = Annotated[list[Scope], Field(min_length=1, description="read, trade, funds.")]


class TokenIn(In):
    """A key for one program. `days` until it expires, a year at most."""

    name: Name
    scopes: Scopes
    policy: PolicyIn = PolicyIn()
    days: Annotated[int, Field(ge=1, le=MOST_DAYS, strict=True)] = 90


class TokenPatch(In):
    """Only what is given changes; a policy is given whole. What allows more needs a login that was proven lately."""

    name: Name | None = None
    scopes: Scopes | None = None
    policy: PolicyIn | None = None


class RotateIn(In):
    """For how many seconds the text of before stays good, a week at most."""

    overlap: Annotated[int, Field(ge=0, le=LONGEST_OVERLAP, strict=True)] = 0


class TokenPolicyOut(Out):
    """What it may do beyond its scopes; null is no such limit."""

    accounts: list[str] | None
    symbols: list[str] | None
    segments: list[Exchange] | None
    sides: list[Side] | None
    products: list[Product] | None
    order_value: MoneyText | None
    day_value: MoneyText | None
    day_orders: int | None
    reduce_only: bool
    hours: HoursOut | None
    addresses: list[str] | None
    dry_run: bool
    on_breach: OnBreach
    ask_seconds: int
    ask_proof: bool


class PersonalTokenOut(Out):
    """`used_at` is to the minute; `old_until`: until then the text of before the last rotation is good, too."""

    id: str
    name: str
    scopes: list[Scope]
    policy: TokenPolicyOut
    made_at: Time
    expires_at: Time
    expired: bool
    rotated_at: Time | None
    old_until: Time | None
    used_at: Time | None
    used_from: str | None

    @classmethod
    def of(cls, token: Token, *, live: bool) -> Self:
        return cls(
            id=token.id,
            name=token.name,
            scopes=sorted(token.may),
            policy=TokenPolicyOut.model_validate(PolicyIn.model_validate_json(token.policy)),
            made_at=token.made_at,
            expires_at=token.expires_at,
            expired=not live,
            rotated_at=token.rotated_at,
            old_until=token.old_until,
            used_at=token.used_at,
            used_from=token.used_from,
        )


class NewTokenOut(PersonalTokenOut):
    """`token` is shown this once: only a hash of it is kept."""

    token: str


class PersonalTokensOut(Out):
    """The newest first; revoked ones are gone."""

    items: list[PersonalTokenOut]

"""A routing policy on the wire, which is also how it is kept."""

from __future__ import annotations

from typing import Annotated, Self

from pydantic import Field, model_validator

from domain.account import AccountId
from domain.policy import MOST_WEIGHT, Policy, PolicyKind, Splitting, Weights
from orchestrator.schemas import In, Out
from routing.explain import policy_words

Weight = Annotated[int, Field(ge=0, le=MOST_WEIGHT, strict=True)]
Name = Annotated[str, Field(min_length=1, max_length=64)]


class WeightsIn(In):
    """Of `balanced`: how much a rupee of charges, of delay and of refusals counts. Not all 0."""

    cost: Weight = 1
    speed: Weight = 1
    reliability: Weight = 1


class PolicyIn(In):
    """How to choose among the accounts. `account` belongs to `pinned`; `accounts` to `fallback`, first choice first,
    and to `spread`, where none means all; `weights` to `balanced`."""

    kind: PolicyKind
    account: Name | None = None
    accounts: Annotated[list[Name], Field(max_length=50)] = Field(default_factory=list)
    weights: WeightsIn = WeightsIn()
    splitting: Annotated[Splitting, Field(description="when one order may go to several accounts")] = (
        Splitting.WHEN_FORCED
    )

    @model_validator(mode="after")
    def _whole(self) -> Self:
        self.policy()  # ValueError for a policy that contradicts itself
        return self

    def policy(self) -> Policy:
        weights = Weights(self.weights.cost, self.weights.speed, self.weights.reliability)
        return Policy(
            kind=self.kind,
            account=None if self.account is None else AccountId(self.account),
            accounts=tuple(AccountId(one) for one in self.accounts),
            weights=weights if self.kind is PolicyKind.BALANCED else Weights(),
            splitting=self.splitting,
        )

    @property
    def named(self) -> tuple[AccountId, ...]:
        """Every account that it names."""
        return tuple(sorted(self.policy().names))


class WeightsOut(Out):
    cost: int
    speed: int
    reliability: int


class PolicyOut(Out):
    """The policy in force for orders that name neither an account nor a policy; `words` explain it.

    `standard_mode`: orders go to the primary account, and the user's own policy waits.
    """

    kind: PolicyKind
    account: str | None
    accounts: list[str]
    weights: WeightsOut
    splitting: Splitting
    words: str
    standard_mode: bool

    @classmethod
    def of(cls, policy: Policy, *, standard_mode: bool) -> PolicyOut:
        weights = policy.weights
        return cls(
            kind=policy.kind,
            account=policy.account,
            accounts=list(policy.accounts),
            weights=WeightsOut(cost=weights.cost, speed=weights.speed, reliability=weights.reliability),
            splitting=policy.splitting,
            words=policy_words(policy),
            standard_mode=standard_mode,
        )

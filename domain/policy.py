"""How a user wants orders to be routed, as data; what each policy makes small is in routing/aims.py."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum

from domain.account import AccountId


class PolicyKind(StrEnum):
    CHEAPEST = "cheapest"  # the lowest charges
    FASTEST = "fastest"  # the shortest measured time to place, then the lowest charges
    MOST_RELIABLE = (
        "most_reliable"  # the fewest orders lost by the broker or the line, then the lowest charges
    )
    BALANCED = "balanced"  # charges, delay and losses in rupees, by weight
    PINNED = "pinned"  # one account, never another
    SPREAD = "spread"  # over accounts in equal parts
    FALLBACK = "fallback"  # the first of a list that can


class Splitting(StrEnum):
    """When one order may go to several accounts."""

    WHEN_FORCED = "when_forced"  # only when no single account can take it
    WHEN_CHEAPER = "when_cheaper"  # also when that is better by what the policy goes by


MOST_WEIGHT = 100


@dataclass(frozen=True, slots=True)
class Weights:
    """Of BALANCED: how much a rupee of charges, of delay and of refusals counts, each 0 to 100, not all 0."""

    cost: int = 1
    speed: int = 1
    reliability: int = 1

    def __post_init__(self) -> None:
        parts = (self.cost, self.speed, self.reliability)
        if not any(parts) or not all(0 <= part <= MOST_WEIGHT for part in parts):
            raise ValueError(f"weights are 0 to {MOST_WEIGHT}, and not all 0")


@dataclass(frozen=True, slots=True)
class Policy:
    """How to choose. PINNED needs `account`, FALLBACK needs `accounts` in their order.

    `accounts` of SPREAD are those to spread over; empty: all.
    """

    kind: PolicyKind = PolicyKind.CHEAPEST
    account: AccountId | None = None
    accounts: tuple[AccountId, ...] = ()
    weights: Weights = Weights()
    splitting: Splitting = Splitting.WHEN_FORCED

    @property
    def names(self) -> frozenset[AccountId]:
        """Every account that it names."""
        return frozenset(self.accounts if self.account is None else (self.account,))

    def __post_init__(self) -> None:
        if (self.kind is PolicyKind.PINNED) != (self.account is not None):
            raise ValueError("a pinned policy names its account, and no other does")
        if self.kind is PolicyKind.FALLBACK and not self.accounts:
            raise ValueError("a fallback policy names its accounts, the first choice first")
        if self.accounts and self.kind not in (PolicyKind.FALLBACK, PolicyKind.SPREAD):
            raise ValueError("only fallback and spread name several accounts")
        if len(set(self.accounts)) != len(self.accounts):
            raise ValueError("each account is named once")

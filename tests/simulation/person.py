"""One user of the product, and what they remember of what they asked."""

from __future__ import annotations

from dataclasses import dataclass, field

from domain.account import AccountId, UserId
from domain.order import OrderId, OrderIntent
from tests.simulation.records import Client


@dataclass
class Person:
    """`asked` is every order wanted, by its key; `made` the orders each key gave, `exits` those that exits gave.

    `totals` are quantities asked for later. `kills`: a kill switch that cancels was asked for at some time.
    """

    number: int
    clients: dict[AccountId, Client]
    asked: dict[str, OrderIntent] = field(default_factory=dict)
    made: dict[str, set[OrderId]] = field(default_factory=dict)
    exits: dict[str, set[OrderId]] = field(default_factory=dict)
    totals: dict[OrderId, set[int]] = field(default_factory=dict)
    kills: bool = False
    seen: dict[str, int] = field(default_factory=dict)

    @property
    def user_id(self) -> UserId:
        return UserId(f"usr_{self.number}")

    @property
    def pan(self) -> str:
        return f"ABCPD{self.number:04d}E"

    def orders(self) -> list[OrderId]:
        return sorted({order for orders in self.made.values() for order in orders})

    def count(self, what: str) -> None:
        self.seen[what] = self.seen.get(what, 0) + 1

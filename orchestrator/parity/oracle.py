"""What an official SDK is asked for, and the words both sides use for it."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any, Protocol

from domain.instrument import Exchange
from orchestrator.parity.compare import Reading, shown


class Oracle(Protocol):
    """One account through its broker's SDK. Calls block."""

    errors: tuple[type[Exception], ...]  # what the SDK raises for an account that cannot be read

    def name(self, exchange: Exchange, order_key: str) -> str:
        """How the broker's rows name a listing."""
        ...

    def read(self, names: Sequence[str]) -> Reading:
        """Profile, funds, holdings, positions, orders and trades, and the quotes of `names`."""
        ...


def some(value: Any) -> Any:
    """Brokers write "no price" as 0."""
    return value or None


def best(levels: Sequence[Mapping[str, Any]] | None) -> str:
    """The first level of a book's side, `1450.5 x 20`; levels of nothing fill it up."""
    for level in levels or ():
        if level["price"] and level["quantity"]:
            return f"{shown(level['price'])} x {level['quantity']}"
    return shown(None)

"""What a personal token may do, on the wire, which is also how it is kept."""

from __future__ import annotations

import re
from functools import lru_cache
from ipaddress import ip_network
from typing import Annotated, Self

from pydantic import AfterValidator, Field, model_validator

from domain.account import AccountId
from domain.instrument import Exchange
from domain.money import ZERO
from domain.order import Product, Side
from domain.token_policy import Network, OnBreach, TokenPolicy
from orchestrator.guards.schemas import HoursIn, Units
from orchestrator.schemas import In, MoneyText

MOST_ENTRIES = 200  # of one list
SYMBOL = re.compile(r"(?P<exchange>[A-Z]{2,4}|\*):(?P<symbol>\*|[^\s*:]{1,40})")


def _symbol(text: str) -> str:
    """Raises ValueError for what names nothing: a limit to it would forbid everything, unnoticed."""
    name = text.upper()
    found = SYMBOL.fullmatch(name)
    if found is None or not name.isascii() or name == "*:*":
        raise ValueError(
            f"{text!r} is none of NSE:INFY (one listing), NSE:* (an exchange), *:NIFTY (all on NIFTY)"
        )
    if found["exchange"] != "*":
        Exchange(found["exchange"])
    return name


def _network(text: str) -> str:
    """As everybody writes it. Raises ValueError."""
    return str(_networked(text))


def _networked(text: str) -> Network:
    return ip_network(text, strict=False)


Symbol = Annotated[str, Field(max_length=50, examples=["NSE:INFY"]), AfterValidator(_symbol)]
Address = Annotated[str, Field(max_length=49, examples=["203.0.113.0/24"]), AfterValidator(_network)]
Account = Annotated[str, Field(min_length=1, max_length=64)]


class PolicyIn(In):
    """Everything that is left out (or null) is no limit. Rupees, IST days.

    `symbols`: `NSE:INFY`, `NSE:*`, or `*:NIFTY` for everything on NIFTY. `hours` are IST, on trading days. `addresses`
    are IP ranges (CIDR). `dry_run`: orders are answered as previews. `on_breach: ask`: an order outside waits
    `ask_seconds` for its user; `ask_proof`: who approves proves first who they are.
    """

    accounts: Annotated[list[Account], Field(min_length=1, max_length=MOST_ENTRIES)] | None = None
    symbols: Annotated[list[Symbol], Field(min_length=1, max_length=MOST_ENTRIES)] | None = None
    segments: Annotated[list[Exchange], Field(min_length=1)] | None = None
    sides: Annotated[list[Side], Field(min_length=1)] | None = None
    products: Annotated[list[Product], Field(min_length=1)] | None = None
    order_value: MoneyText | None = None
    day_value: MoneyText | None = None
    day_orders: Units | None = None
    reduce_only: bool = False
    hours: HoursIn | None = None
    addresses: Annotated[list[Address], Field(min_length=1, max_length=MOST_ENTRIES)] | None = None
    dry_run: bool = False
    on_breach: OnBreach = OnBreach.REFUSE
    ask_seconds: Annotated[int, Field(ge=30, le=3600)] = 300
    ask_proof: bool = False

    @model_validator(mode="after")
    def _positive(self) -> Self:
        if any(one is not None and one <= ZERO for one in (self.order_value, self.day_value)):
            raise ValueError("a limit is more than zero; leave it out for none")
        return self

    def policy(self) -> TokenPolicy:
        return TokenPolicy(
            accounts=None if self.accounts is None else frozenset(AccountId(one) for one in self.accounts),
            symbols=None if self.symbols is None else tuple(self.symbols),
            segments=None if self.segments is None else frozenset(self.segments),
            sides=None if self.sides is None else frozenset(self.sides),
            products=None if self.products is None else frozenset(self.products),
            order_value=self.order_value,
            day_value=self.day_value,
            day_orders=self.day_orders,
            reduce_only=self.reduce_only,
            hours=(self.hours.start, self.hours.end) if self.hours else None,
            addresses=None if self.addresses is None else tuple(map(_networked, self.addresses)),
            dry_run=self.dry_run,
            on_breach=self.on_breach,
            ask_seconds=self.ask_seconds,
            ask_proof=self.ask_proof,
        )


@lru_cache(maxsize=1024)
def parsed(text: str) -> TokenPolicy:
    """A policy as it is kept."""
    return PolicyIn.model_validate_json(text).policy()

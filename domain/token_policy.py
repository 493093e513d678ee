"""What a personal token may do beyond its scopes, as data."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import time
from enum import StrEnum
from ipaddress import IPv4Network, IPv6Address, IPv6Network, ip_address

from domain.account import AccountId
from domain.instrument import Exchange
from domain.money import Money
from domain.words import Product, Side

Network = IPv4Network | IPv6Network


class Clause(StrEnum):
    """The parts of a policy, by the names that a refusal gives."""

    ACCOUNTS = "accounts"
    SYMBOLS = "symbols"
    SEGMENTS = "segments"
    SIDES = "sides"
    PRODUCTS = "products"
    ORDER_VALUE = "order_value"
    DAY_VALUE = "day_value"
    DAY_ORDERS = "day_orders"
    REDUCE_ONLY = "reduce_only"
    HOURS = "hours"
    ADDRESSES = "addresses"
    DRY_RUN = "dry_run"


class OnBreach(StrEnum):
    """What becomes of an order outside the policy."""

    REFUSE = "refuse"
    ASK = "ask"  # it waits until its user approves it


@dataclass(frozen=True, slots=True)
class TokenPolicy:
    """None (or empty) is no such limit. Values are rupees, a day is an IST date, `hours` are IST, from the first up to
    but not at the second, on trading days only.

    `symbols` are `NSE:INFY`, `NSE:*`, or `*:NIFTY`: the contracts on an underlying and its own listings.
    `dry_run`: every order is answered as a preview. `ask_seconds` an approval waits; `ask_proof`: approving needs a
    login that was proven a moment ago.
    """

    accounts: frozenset[AccountId] | None = None
    symbols: tuple[str, ...] | None = None
    segments: frozenset[Exchange] | None = None
    sides: frozenset[Side] | None = None
    products: frozenset[Product] | None = None
    order_value: Money | None = None
    day_value: Money | None = None
    day_orders: int | None = None
    reduce_only: bool = False
    hours: tuple[time, time] | None = None
    addresses: tuple[Network, ...] | None = None
    dry_run: bool = False
    on_breach: OnBreach = OnBreach.REFUSE
    ask_seconds: int = 300
    ask_proof: bool = False

    def takes_account(self, account: str) -> bool:
        """Whether the token may see and use this account."""
        return self.accounts is None or account in self.accounts

    def takes_address(self, address: str) -> bool:
        """Whether a request may come from there. What is no address comes from nowhere that is allowed."""
        if self.addresses is None:
            return True
        try:
            told = ip_address(address.partition("%")[0])
        except ValueError:
            return False
        if isinstance(told, IPv6Address) and told.ipv4_mapped is not None:
            told = told.ipv4_mapped
        return any(told in network for network in self.addresses)

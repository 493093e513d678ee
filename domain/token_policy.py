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


def tightens(old: TokenPolicy, new: TokenPolicy) -> bool:
    """Whether everything that `new` allows was allowed by `old`."""
    lists = (
        (old.accounts, new.accounts),
        (old.segments, new.segments),
        (old.sides, new.sides),
        (old.products, new.products),
        (_entries(old.symbols), _entries(new.symbols)),
    )
    amounts = (
        (old.order_value, new.order_value),
        (old.day_value, new.day_value),
    )
    return (
        all(was is None or (now is not None and now <= was) for was, now in lists)
        and all(was is None or (now is not None and now <= was) for was, now in amounts)
        and (old.day_orders is None or (new.day_orders is not None and new.day_orders <= old.day_orders))
        and (new.reduce_only or not old.reduce_only)
        and (new.dry_run or not old.dry_run)
        and (new.ask_proof or not old.ask_proof)
        and (old.on_breach is OnBreach.ASK or new.on_breach is OnBreach.REFUSE)
        and new.ask_seconds <= old.ask_seconds
        and _within_hours(old.hours, new.hours)
        and _within_networks(old.addresses, new.addresses)
    )


def _entries(symbols: tuple[str, ...] | None) -> frozenset[str] | None:
    return None if symbols is None else frozenset(symbols)


def _within_hours(old: tuple[time, time] | None, new: tuple[time, time] | None) -> bool:
    return old is None or (new is not None and old[0] <= new[0] and new[1] <= old[1])


def _within_networks(old: tuple[Network, ...] | None, new: tuple[Network, ...] | None) -> bool:
    if old is None:
        return True
    return new is not None and all(any(_inside(one, other) for other in old) for one in new)


def _inside(one: Network, other: Network) -> bool:
    if isinstance(one, IPv4Network):
        return isinstance(other, IPv4Network) and one.subnet_of(other)
    return isinstance(other, IPv6Network) and one.subnet_of(other)

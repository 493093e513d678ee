"""Which change of a policy only takes away: a login may do that, and anything else asks who is there."""

from __future__ import annotations

from dataclasses import replace
from datetime import time
from ipaddress import ip_network

import pytest

from domain.account import AccountId
from domain.instrument import Exchange
from domain.money import Money
from domain.order import Product, Side
from domain.token_policy import OnBreach, TokenPolicy, tightens

A, B = AccountId("a"), AccountId("b")
OLD = TokenPolicy(
    accounts=frozenset({A}),
    symbols=("NSE:INFY",),
    segments=frozenset({Exchange.NSE}),
    sides=frozenset({Side.BUY}),
    products=frozenset({Product.CNC}),
    order_value=Money.of(100),
    day_value=Money.of(1000),
    day_orders=5,
    reduce_only=True,
    hours=(time(9, 15), time(15, 30)),
    addresses=(ip_network("10.0.0.0/8"),),
    dry_run=True,
    ask_proof=True,
)
TIGHTER: dict[str, object] = {
    "order_value": Money.of(99),
    "day_value": Money.of(1),
    "day_orders": 4,
    "hours": (time(10), time(11)),
    "addresses": (ip_network("10.1.0.0/16"),),
    "ask_seconds": 60,
}
LOOSER: list[dict[str, object]] = [
    {"accounts": None},
    {"accounts": frozenset({A, B})},
    {"symbols": None},
    {"symbols": ("NSE:INFY", "NSE:TCS")},
    {"segments": None},
    {"sides": frozenset(Side)},
    {"products": None},
    {"order_value": None},
    {"order_value": Money.of("100.01")},
    {"day_value": None},
    {"day_orders": 6},
    {"reduce_only": False},
    {"hours": None},
    {"hours": (time(9), time(15, 30))},
    {"addresses": None},
    {"addresses": (ip_network("10.0.0.0/7"),)},
    {"addresses": (ip_network("::/0"),)},
    {"dry_run": False},
    {"on_breach": OnBreach.ASK},
    {"ask_seconds": 301},
    {"ask_proof": False},
]


def test_a_policy_is_within_itself_and_within_no_policy() -> None:
    assert tightens(OLD, OLD)
    assert tightens(TokenPolicy(on_breach=OnBreach.ASK), OLD)
    assert not tightens(OLD, TokenPolicy())


@pytest.mark.parametrize("name", TIGHTER)
def test_what_takes_away_tightens(name: str) -> None:
    assert tightens(OLD, replace(OLD, **{name: TIGHTER[name]}))  # type: ignore[arg-type]


@pytest.mark.parametrize("change", LOOSER, ids=lambda change: next(iter(change)))
def test_one_looser_clause_loosens_whatever_else_is_tighter(change: dict[str, object]) -> None:
    assert not tightens(OLD, replace(OLD, **{**TIGHTER, **change}))  # type: ignore[arg-type]

"""Orders against policies, as a table: which clauses each breaks."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime, time

import pytest
from hypothesis import given
from hypothesis import strategies as st

from domain.account import AccountId
from domain.instrument import Exchange, Kind
from domain.limits import Usage
from domain.money import ZERO, Money, Price
from domain.order import OrderIntent, Product, Side
from domain.routing import Market, ReasonCode
from domain.token_policy import Clause, TokenPolicy
from routing.token_policy import Asked, breaches, counted_price
from tests.routing.cases import order

NOW = datetime(2026, 11, 23, 5, 0, tzinfo=UTC)  # a Monday, 10:30 IST
BUY = order("BUY 100 NSE:INFY CNC LIMIT 1500")
SELL = order("SELL 100 NSE:INFY CNC LIMIT 1500")
PUT = order("BUY 75 NFO:NIFTY26NOV24000PE NRML LIMIT 100")
SHORT = order("SELL 75 NFO:NIFTY26NOV24000PE NRML LIMIT 100")
LAKH = Money.of("150000")


def asked(intent: OrderIntent = BUY, *, closes: bool = False, **more: object) -> Asked:
    price = intent.price
    assert price is not None
    value = price * intent.quantity
    under = "NIFTY" if intent.instrument.exchange is Exchange.NFO else None
    return replace(Asked(intent, value, value, closes, NOW, under), **more)  # type: ignore[arg-type]


def clauses(given_order: Asked, **policy: object) -> list[str]:
    found = breaches(given_order, TokenPolicy(**policy))  # type: ignore[arg-type]
    return [one.clause.value for one in found]


CASES: list[tuple[str, Asked, dict[str, object], list[str]]] = [
    ("no policy", asked(), {}, []),
    ("its account", asked(replace(BUY, account=AccountId("a"))), {"accounts": frozenset("a")}, []),
    ("another account", asked(replace(BUY, account=AccountId("b"))), {"accounts": frozenset("a")}, ["accounts"]),
    ("auto goes to its accounts only", asked(), {"accounts": frozenset("a")}, []),
    ("its symbol", asked(), {"symbols": ("NSE:INFY",)}, []),
    ("another symbol", asked(), {"symbols": ("NSE:TCS", "NSE:INF")}, ["symbols"]),
    ("the same symbol elsewhere", asked(), {"symbols": ("BSE:INFY",)}, ["symbols"]),
    ("an exchange", asked(), {"symbols": ("NSE:*",)}, []),
    ("another exchange", asked(), {"symbols": ("NFO:*",)}, ["symbols"]),
    ("an underlying", asked(PUT), {"symbols": ("*:NIFTY",)}, []),
    ("a symbol that begins as the underlying", asked(PUT), {"symbols": ("*:NIFT",)}, ["symbols"]),
    ("a share by its own name", asked(), {"symbols": ("*:INFY",)}, []),
    ("a segment", asked(PUT), {"segments": frozenset({Exchange.NSE})}, ["segments"]),
    ("a side", asked(SELL), {"sides": frozenset({Side.BUY})}, ["sides"]),
    ("an exit on another side", asked(SHORT, closes=True), {"sides": frozenset({Side.BUY})}, ["sides"]),
    ("a product", asked(), {"products": frozenset({Product.MIS})}, ["products"]),
    ("as much as an order may be", asked(), {"order_value": LAKH}, []),
    ("a paisa more", asked(), {"order_value": Money.of("149999.99")}, ["order_value"]),
    ("no price", asked(value=None, more=None), {"order_value": LAKH}, ["order_value"]),
    ("no price in a day", asked(value=None, more=None), {"day_value": LAKH}, ["day_value"]),
    ("the rest of a day", asked(used=Usage(1, LAKH)), {"day_value": Money.of("300000")}, []),
    ("a paisa too much in a day", asked(used=Usage(1, LAKH)), {"day_value": Money.of("299999.99")}, ["day_value"]),
    ("the last order of a day", asked(used=Usage(4)), {"day_orders": 5}, []),
    ("one order too many", asked(used=Usage(5)), {"day_orders": 5}, ["day_orders"]),
    ("new terms are no order", asked(used=Usage(5), order=False), {"day_orders": 5}, []),
    ("an opening", asked(PUT), {"reduce_only": True}, ["reduce_only"]),
    ("an exit", asked(SHORT, closes=True), {"reduce_only": True}, []),
    ("a sale of shares", asked(SELL, closes=True), {"reduce_only": True}, []),
    ("within hours", asked(), {"hours": (time(10, 30), time(10, 31))}, []),
    ("at the end of hours", asked(), {"hours": (time(9, 15), time(10, 30))}, ["hours"]),
    ("a holiday", asked(trading_day=False), {"hours": (time(9, 15), time(15, 30))}, ["hours"]),
    (
        "an exit passes value, number and hours",
        asked(SHORT, closes=True, used=Usage(9, LAKH)),
        {
            "order_value": Money.of("1"),
            "day_value": Money.of("1"),
            "day_orders": 1,
            "hours": (time(9), time(10)),
        },
        [],
    ),
    (
        "a sale of shares passes none of them",
        asked(SELL, closes=True, used=Usage(9, LAKH)),
        {"order_value": Money.of("1"), "day_value": Money.of("1"), "day_orders": 1},
        ["order_value", "day_value", "day_orders"],
    ),
    (
        "all that is broken is told",
        asked(SELL),
        {"symbols": ("NSE:TCS",), "sides": frozenset({Side.BUY}), "order_value": Money.of("1")},
        ["symbols", "sides", "order_value"],
    ),
]  # fmt: skip


@pytest.mark.parametrize(
    ("order", "policy", "broken"), [case[1:] for case in CASES], ids=[c[0] for c in CASES]
)
def test_the_clauses_that_an_order_breaks(order: Asked, policy: dict[str, object], broken: list[str]) -> None:
    assert clauses(order, **policy) == broken


def test_a_refusal_names_the_clause_what_was_asked_what_is_allowed_and_what_to_do() -> None:
    (one,) = breaches(asked(used=Usage(1, LAKH)), TokenPolicy(day_value=Money.of("200000")))
    assert (one.clause, one.field) == (Clause.DAY_VALUE, "quantity")
    assert one.reason.code is ReasonCode.TOKEN_POLICY
    assert one.reason.message == (
        "This token's policy (day_value) allows ₹2,00,000.00 a day, of which ₹50,000.00 is left; "
        "asked was ₹1,50,000.00."
    )
    assert one.reason.fix


def _market(last: str | None) -> Market:
    price = Price.of(last) if last else None
    return Market(
        kind=Kind.EQUITY, lot=1, tick=Price.of("0.05"), freeze=None, last_price=price,
        lower_band=None, upper_band=None, open=True, closed_because="",
    )  # fmt: skip


def test_a_sale_far_below_the_market_counts_what_the_market_pays() -> None:
    cheap = replace(SELL, price=Price.of("1"))
    assert counted_price(cheap, _market("1500")) == Price.of("1500")
    assert counted_price(SELL, _market("1400")) == Price.of("1500")
    assert counted_price(cheap, _market(None)) is None
    assert counted_price(BUY, _market("1400")) == Price.of("1500")
    assert counted_price(replace(BUY, price=Price.of("1")), _market("1400")) == Price.of("1")


@given(
    st.lists(st.tuples(st.integers(1, 500), st.booleans()), max_size=30),
    st.integers(1, 2000),
    st.integers(1, 20),
)
def test_no_order_of_orders_spends_more_than_a_day_allows(
    wanted: list[tuple[int, bool]], most: int, orders: int
) -> None:
    policy = TokenPolicy(day_value=Money.of(most), day_orders=orders)
    used = Usage()
    for value, sells in wanted:
        worth = Money.of(value)
        one = asked(SELL if sells else BUY, value=worth, more=worth, closes=sells, used=used)
        if not breaches(one, policy):
            used = Usage(used.orders + 1, used.value + worth)
    assert ZERO <= used.value <= Money.of(most)
    assert used.orders <= orders

"""The plan is the cheapest feasible one: every plan of small random cases is tried against it."""

from itertools import product
from typing import Any

from hypothesis import given, settings
from hypothesis import strategies as st

from domain.account import BrokerId
from domain.money import Money
from domain.order import OrderIntent
from domain.routing import Candidate, Denied, Policy
from routing.decide import decide
from routing.offers import Terms, survey
from tests.routing.cases import SHARE, TODAY, account, order

BROKERS = list(BrokerId)


@st.composite
def cases(draw: st.DrawFn) -> tuple[OrderIntent, list[Candidate]]:
    # Prices around which a floor, a cap and the small-sell DP charge all bend within a dozen shares.
    price = draw(st.sampled_from(["15.00", "49.95", "433.30", "2500.00", "9000.00"]))
    side, form = draw(st.sampled_from([("BUY", "CNC"), ("SELL", "CNC"), ("BUY", "MIS"), ("SELL", "MIS")]))
    quantity = draw(st.integers(1, 12))
    accounts = []
    for broker in draw(st.lists(st.sampled_from(BROKERS), min_size=1, max_size=4, unique=True)):
        shares = draw(st.integers(0, 12))
        more: dict[str, Any] = {
            "sellable": draw(st.integers(0, 8)),
            "place_ms": draw(st.none() | st.integers(1, 3)),
        }
        accounts.append(
            account(broker, cash=str(shares * float(price) * draw(st.sampled_from([0.2, 1.05]))), **more)
        )
    return order(f"{side} {quantity} NSE:INFY {form} LIMIT {price}"), accounts


def takes(offer_terms: Terms, candidate: Candidate, quantity: int) -> bool:
    part = Terms(
        intent=order_of(offer_terms.intent, quantity),
        market=offer_terms.market,
        price=offer_terms.price,
        blocked=offer_terms.blocked,
        on=offer_terms.on,
    )
    return survey(part, candidate).feasible


def order_of(intent: OrderIntent, quantity: int) -> OrderIntent:
    return order(f"{intent.side} {quantity} NSE:INFY {intent.product} LIMIT {intent.price}")


@settings(max_examples=200, deadline=None)
@given(case=cases())
def test_no_feasible_plan_is_cheaper(case: tuple[OrderIntent, list[Candidate]]) -> None:
    intent, accounts = case
    assert intent.price is not None
    terms = Terms(intent, SHARE, intent.price, intent.price, TODAY)
    offers = [survey(terms, one) for one in accounts]
    options = [
        {0: Money.of(0)}
        | {n: Money(offer.cost(n)) for n in range(1, intent.quantity + 1) if takes(terms, offer.candidate, n)}
        for offer in offers
    ]
    plans = [parts for parts in product(*options) if sum(parts) == intent.quantity]
    decision = decide(intent, SHARE, accounts, Policy(), on=TODAY)
    if not plans:
        assert isinstance(decision, Denied)
        return
    assert not isinstance(decision, Denied)
    singles = [parts for parts in plans if sum(n > 0 for n in parts) == 1]
    cheapest = min(
        Money.sum(option[n] for option, n in zip(options, parts, strict=True)) for parts in singles or plans
    )
    assert decision.charges.total == cheapest
    assert sum(one.quantity for one in decision.slices) == intent.quantity

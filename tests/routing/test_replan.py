"""New terms are shared by an order's live parts: nothing is lost or doubled, no account carries more than it can."""

from __future__ import annotations

from dataclasses import replace

from hypothesis import given
from hypothesis import strategies as st

from domain.account import AccountId, BrokerId
from domain.money import Money
from domain.order import ChildId
from domain.routing import Denied, Market, ReasonCode
from routing.replan import Part, replan
from tests.routing.cases import FUTURE, SHARE, TODAY, account, order

Z, U = BrokerId.ZERODHA, BrokerId.UPSTOX
BUY = order("BUY 100 NSE:INFY CNC LIMIT 1500")


def part(name: str, broker: BrokerId, live: int, *, filled: int = 0, held: int = 0) -> Part:
    return Part(ChildId(name), AccountId(f"acc-{broker.value}"), filled, live, Money.of(held))


def sizes(
    live: int, *parts: Part, market: Market = SHARE, cash: int = 10_000_000, same_terms: bool = True
) -> dict[str, int] | Denied:
    intent = replace(BUY, quantity=live)
    if market is FUTURE:
        intent = order(f"BUY {live} NFO:NIFTY26NOVFUT NRML LIMIT 25000")
    accounts = [account(Z, cash=cash), account(U, cash=cash)]
    plan = replan(intent, market, accounts, parts, on=TODAY, same_terms=same_terms)
    return plan if isinstance(plan, Denied) else {name: new.live for name, new in plan.items()}


def test_less_is_taken_off_in_proportion_and_the_rest_off_the_largest() -> None:
    assert sizes(50, part("a", Z, 60), part("b", U, 40)) == {"a": 30, "b": 20}
    assert sizes(2, part("a", Z, 99), part("b", U, 1)) == {"a": 1, "b": 1}


def test_every_part_keeps_a_lot() -> None:
    denied = sizes(1, part("a", Z, 60), part("b", U, 40))
    assert isinstance(denied, Denied)
    assert denied.reasons[0].field == "quantity"


def test_more_goes_to_the_largest_part_that_can_carry_it() -> None:
    assert sizes(130, part("a", Z, 60), part("b", U, 40)) == {"a": 90, "b": 40}


def test_what_the_largest_cannot_carry_goes_to_the_next() -> None:
    both = (part("a", Z, 60, held=91_000), part("b", U, 40, held=61_000))
    grown = sizes(120, *both, cash=16_000)
    assert isinstance(grown, dict)
    assert (sum(grown.values()), grown["a"]) == (120, 71 if grown["a"] == 71 else 70)


def test_more_than_all_can_carry_is_refused() -> None:
    denied = sizes(500, part("a", Z, 60, held=91_000), part("b", U, 40, held=61_000), cash=10_000)
    assert isinstance(denied, Denied)
    assert denied.reasons[0].code is ReasonCode.NO_FEASIBLE_ACCOUNT


def test_a_dearer_price_needs_the_margin_for_it() -> None:
    assert isinstance(sizes(60, part("a", Z, 60, held=50_000), cash=10_000, same_terms=False), Denied)
    assert sizes(60, part("a", Z, 60, held=85_000), cash=10_000, same_terms=False) == {"a": 60}


def test_no_part_grows_over_the_freeze_limit() -> None:
    frozen = replace(SHARE, freeze=100)
    assert sizes(150, part("a", Z, 60, filled=20), part("b", U, 40), market=frozen) == {"a": 80, "b": 70}


@given(st.lists(st.integers(1, 40), min_size=1, max_size=5), st.data())
def test_the_parts_are_whole_lots_and_add_up(lots: list[int], data: st.DataObject) -> None:
    lot = FUTURE.lot
    parts = [part(str(number), Z, size * lot) for number, size in enumerate(lots)]
    wanted = data.draw(st.integers(len(parts), sum(lots))) * lot
    plan = sizes(wanted, *parts, market=FUTURE, cash=10**12)
    assert isinstance(plan, dict)
    assert sum(plan.values()) == wanted
    assert all(
        size % lot == 0 and lot <= size <= one.live for size, one in zip(plan.values(), parts, strict=True)
    )

"""The comparison with the exchange finds each way in which books can disagree."""

from __future__ import annotations

from typing import Any

import pytest

from benchmarks.load.books import differences


def ours(**more: Any) -> dict[str, Any]:
    child = {"broker_order_id": "B1", "duplicate_broker_order_ids": []}
    return {"id": "o1", "status": "FILLED", "quantity": 2, "filled_quantity": 2, "children": [child], **more}


def theirs(*orders: dict[str, Any], held: int = 2) -> dict[str, Any]:
    return {"orders": list(orders), "positions": [{"quantity": held}]}


B1 = {"order_id": "B1", "quantity": 2, "filled_quantity": 2}
B2 = {"order_id": "B2", "quantity": 2, "filled_quantity": 2}
MADE = {"key": "o1"}


def test_books_that_agree_have_no_difference() -> None:
    assert differences([ours()], theirs(B1), MADE, 0, 2) == []


def test_an_order_that_never_reached_the_exchange_is_no_difference() -> None:
    never = ours(
        status="REJECTED",
        filled_quantity=0,
        children=[{"broker_order_id": None, "duplicate_broker_order_ids": []}],
    )
    assert differences([never], theirs(held=0), MADE, 0, 0) == []


def test_an_order_whose_answer_was_lost_may_exist() -> None:
    assert differences([ours()], theirs(B1), {}, 1, 2) == []


@pytest.mark.parametrize(
    ("seen", "truth", "made", "unsure", "held", "words"),
    [
        ([ours()], theirs(B1, B2), MADE, 0, 2, "the exchange has B2, which is not ours"),
        ([], theirs(held=0), MADE, 0, 0, "o1 was answered and is gone"),
        ([ours(status="UNKNOWN")], theirs(B1), MADE, 0, 2, "o1 is still UNKNOWN"),
        ([ours()], theirs(B1), {"a": "o1", "b": "o1"}, 0, 2, "two keys gave one order"),
        (
            [ours(), ours(id="o2", children=[])],
            theirs(B1),
            MADE,
            0,
            2,
            "2 orders from 1 answered and 0 other",
        ),
        ([ours(filled_quantity=1)], theirs(B1), MADE, 0, 2, "o1: 1 filled, 2 at the exchange"),
        ([ours()], theirs(B1 | {"quantity": 4}), MADE, 0, 2, "o1: 2 asked, 4 at the exchange"),
        ([ours()], theirs(B1), MADE, 0, 3, "the portfolio shows 3 units, the exchange 2"),
    ],
)
def test_each_way_to_disagree_is_found(
    seen: list[dict[str, Any]],
    truth: dict[str, Any],
    made: dict[str, str],
    unsure: int,
    held: int,
    words: str,
) -> None:
    assert any(found.startswith(words) for found in differences(seen, truth, made, unsure, held))


def test_an_order_that_the_broker_made_twice_is_found() -> None:
    twice = ours(children=[{"broker_order_id": "B1", "duplicate_broker_order_ids": ["B2"]}])
    found = differences([twice], theirs(B1, B2, held=4), MADE, 0, 4)
    assert "o1: 2 asked, 4 at the exchange" in found

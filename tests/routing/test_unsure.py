"""What may exist and takes risk on can be hedged; what takes risk off, or is known, needs no hedge."""

from __future__ import annotations

from datetime import UTC, datetime

import pytest

from domain.account import AccountId, BrokerId, UserId
from domain.folding import apply_all
from domain.order import Accepted, ChildId, ChildOrder, Fact, Lost, Order, OrderId, Progress, Working
from domain.routing import Reason, ReasonCode
from routing.unsure import hedge_of, hedge_words
from tests.routing.cases import order

NOW = datetime(2026, 11, 20, 5, 0, tzinfo=UTC)
LOST = Lost(NOW, "no answer in 8 s")
FOUND = (Accepted("n1", NOW), Working(NOW, trigger_pending=False, words="OPEN", broker_order_id="n1"))


def an_order(text: str, *parts: tuple[Fact, ...]) -> Order:
    """One part of ten units for each of the facts."""
    intent = order(text)
    children = tuple(
        apply_all(
            ChildOrder(
                id=ChildId(f"c{number}"),
                order_id=OrderId("o1"),
                account_id=AccountId(f"a{number}"),
                broker=BrokerId.ZERODHA,
                slice=number,
                instrument=intent.instrument,
                side=intent.side,
                quantity=10,
                order_type=intent.order_type,
                product=intent.product,
                validity=intent.validity,
                price=intent.price,
                trigger_price=None,
                tag=f"t{number}",
            ),
            facts,
        )
        for number, facts in enumerate(parts)
    )
    return Order(OrderId("o1"), UserId("u"), intent, NOW, children)


@pytest.mark.parametrize(
    ("text", "parts", "hedge"),
    [
        ("BUY 10 NSE:INFY MIS MARKET", [(LOST,)], "SELL 10 NSE:INFY MIS MARKET"),
        ("SELL 10 NSE:INFY MIS LIMIT 1500", [(LOST,)], "BUY 10 NSE:INFY MIS MARKET"),
        ("BUY 20 NSE:INFY CNC MARKET", [(LOST,), FOUND], "SELL 10 NSE:INFY MIS MARKET"),
        ("BUY 20 NFO:NIFTY26NOVFUT NRML MARKET", [(LOST,), (LOST,)], "SELL 20 NFO:NIFTY26NOVFUT NRML MARKET"),
        ("SELL 10 NSE:INFY CNC MARKET", [(LOST,)], None),
        ("BUY 10 NSE:INFY MIS MARKET", [FOUND], None),
        ("BUY 10 NSE:INFY MIS MARKET", [(LOST, *FOUND)], None),
        ("BUY 10 NSE:INFY MIS MARKET", [(LOST, *FOUND, Progress(4, None, NOW, "n1"))], None),
    ],
)
def test_only_what_is_unknown_and_takes_risk_on_is_offered_a_hedge(
    text: str, parts: list[tuple[Fact, ...]], hedge: str | None
) -> None:
    assert hedge_of(an_order(text, *parts), ()) == (None if hedge is None else order(hedge))


def test_an_exit_that_may_exist_is_offered_none() -> None:
    exits = Reason(ReasonCode.EXITS_POSITION, "It closes the position.")
    assert hedge_of(an_order("SELL 10 NSE:INFY MIS MARKET", (LOST,)), [exits]) is None


def test_the_words_say_what_to_do_whatever_turns_out() -> None:
    unsure = an_order("BUY 10 NSE:INFY CNC MARKET", (LOST,))
    hedge = hedge_of(unsure, ())
    assert hedge is not None
    words = hedge_words(unsure, hedge)
    assert words.startswith("10 may have been bought")
    assert "sell 10 elsewhere as MIS" in words

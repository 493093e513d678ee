"""Which of our orders a day's contract note has in it."""

from __future__ import annotations

from datetime import date, timedelta

import pytest

from domain.instrument import Exchange, Instrument, InstrumentId, Kind
from domain.money import Money, Price
from domain.order import Accepted, ChildOrder, Fact, Fill, Filled, Progress, apply_all
from orchestrator.charges.note import executed_on
from tests.orchestrator.orders.test_repository import INFY, T0, child_of

DAY = date(2026, 11, 20)
LISTED = {INFY: Instrument(INFY, "Infosys", Kind.EQUITY, 1, Price.of("0.05"), isin="INE009A01021")}


def trade(number: str, quantity: int, price: str, order: str = "1", *, days: int = 0) -> Filled:
    return Filled(Fill(number, quantity, Price.of(price), T0 + timedelta(days=days)), order)


def with_facts(*facts: Fact) -> ChildOrder:
    return apply_all(child_of("ord_1"), facts)


@pytest.mark.parametrize(
    ("facts", "executed"),
    [
        # trades of one order are one execution, which pays its brokerage once
        ([trade("a", 4, "1500"), trade("b", 6, "1501")], [(10, "15006")]),
        # the legs of an iceberg are orders of their own
        ([trade("a", 5, "1500"), trade("b", 5, "1500", "2")], [(5, "7500"), (5, "7500")]),
        # what traded on another day is in that day's note
        ([trade("a", 4, "1500"), trade("b", 6, "1501", days=1)], [(4, "6000")]),
        # the broker's average stands for trades that are not known
        ([Accepted("1", T0), Progress(10, Price.of("1500.5"), T0, "1")], [(10, "15005")]),
        ([], []),
    ],
)
def test_what_traded_on_the_day(facts: list[Fact], executed: list[tuple[int, str]]) -> None:
    found = list(executed_on([with_facts(*facts)], DAY, LISTED.get))
    assert [(one.quantity, one.value) for one in found] == [
        (units, Money.of(text)) for units, text in executed
    ]
    assert all(one.isin == "INE009A01021" for one in found)


def test_a_contract_that_nobody_lists_any_more_is_known_by_its_name() -> None:
    expired = InstrumentId(Exchange.NFO, "NIFTY26NOVFUT")
    child = apply_all(child_of("ord_1", instrument=expired), [trade("a", 10, "25000")])
    (found,) = executed_on([child], DAY, LISTED.get)
    assert (found.kind, found.isin) == (Kind.FUTURE, None)

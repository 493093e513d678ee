"""What a person asks for on the wire means what it says, or is refused."""

from typing import Any

import pytest
from pydantic import ValidationError

from domain.money import Price
from domain.order import Accepted, OrderType
from orchestrator.guards.schemas import LimitsIn
from orchestrator.killswitch.schemas import ReleaseIn
from orchestrator.orders.new_terms import NewTerms
from orchestrator.orders.sweep_schemas import CancelManyIn
from tests.domain.test_order_facts import at, child, parent

ORDER = parent(child(Accepted("n1", at(1))))


def test_a_new_price_of_zero_is_asked_for_as_it_is() -> None:
    zero = Price.of(0)
    assert NewTerms(price=zero).applied(ORDER).price == zero
    assert NewTerms(order_type=OrderType.SL, trigger_price=zero).applied(ORDER).trigger_price == zero
    assert NewTerms(quantity=5).applied(ORDER).price == ORDER.leading.price_now


def test_a_cancel_of_many_takes_no_symbol_for_another() -> None:
    symbol = ORDER.intent.instrument.symbol
    assert CancelManyIn(symbol=symbol.lower()).wants(ORDER)
    assert not CancelManyIn(symbol=symbol.lower().replace("i", "\u0131")).wants(ORDER)


@pytest.mark.parametrize(
    "symbols", [{"NSE:INFY": "1", "nse:infy": "9"}, {"NSE:\u0131nfy": "1"}, {"NSE: INFY": "1"}]
)
def test_a_limit_holds_for_one_instrument_that_is_named_plainly(symbols: dict[str, Any]) -> None:
    with pytest.raises(ValidationError):
        LimitsIn.model_validate({"symbols": symbols})


@pytest.mark.parametrize("number", [0, -1, 10**30])
def test_no_switch_has_a_number_that_none_is_given(number: int) -> None:
    with pytest.raises(ValidationError):
        ReleaseIn(confirm="release", number=number)

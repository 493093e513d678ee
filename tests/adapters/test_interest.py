"""Open interest as brokers write it."""

from __future__ import annotations

from decimal import Decimal

import pytest

from adapters.rows import interest
from domain.instrument import InstrumentId


@pytest.mark.parametrize(
    ("name", "told", "known"),
    [
        ("NFO:NIFTY26NOVFUT", 65, 65),
        ("NFO:NIFTY26NOVFUT", Decimal("1300.0"), 1300),
        ("NFO:NIFTY26NOVFUT", 0, 0),  # a contract that nobody holds
        ("NFO:NIFTY26NOVFUT", None, None),
        ("NSE:INFY", 0, None),  # shares have none
    ],
)
def test_open_interest_is_of_contracts_alone(name: str, told: object, known: int | None) -> None:
    assert interest(InstrumentId.parse(name), told) == known


@pytest.mark.parametrize("told", ["65", Decimal("1.5"), True])
def test_what_is_no_open_interest_is_not_taken_for_one(told: object) -> None:
    with pytest.raises(ValueError, match="open interest"):
        interest(InstrumentId.parse("NFO:NIFTY26NOVFUT"), told)

"""Canonical names."""

import pytest

from domain.instrument import Exchange, Instrument, InstrumentId, Kind
from domain.money import Price


def test_names_round_trip() -> None:
    name = InstrumentId.parse(" nse:bajaj-auto ")
    assert name == InstrumentId(Exchange.NSE, "BAJAJ-AUTO")
    assert InstrumentId.parse(str(name)) == name


@pytest.mark.parametrize("text", ["INFY", "NSE:", "NYSE:INFY", ":INFY", ""])
def test_other_forms_are_refused(text: str) -> None:
    with pytest.raises(ValueError):
        InstrumentId.parse(text)


def test_an_index_is_not_tradable() -> None:
    index = Instrument(InstrumentId(Exchange.NSE, "NIFTY 50"), "NIFTY 50", Kind.INDEX, 1, Price.of("0.05"))
    assert not index.tradable
    assert not index.is_derivative

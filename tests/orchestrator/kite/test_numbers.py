"""Ids of orders as digits: as stable, as unique and as sorted as ours."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from domain.account import AccountId
from domain.order import OrderId
from orchestrator.ids import new_id
from orchestrator.kite import numbers
from orchestrator.kite.numbers import EPOCH, number_of, span_of, trigger_number

moments = st.integers(EPOCH, EPOCH + (1 << 41) - 1)
randoms = st.integers(0, (1 << 80) - 1)


def id_of(milliseconds: int, random: int) -> OrderId:
    return numbers._write(milliseconds << 80 | random)


@given(moments, randoms)
def test_the_span_of_a_number_holds_the_id_it_is_of(at: int, random: int) -> None:
    mine = id_of(at, random)
    number = number_of(mine)
    span = span_of(number)
    assert span is not None
    first, last = span
    assert first <= mine <= last
    assert number_of(first) == number_of(last) == number
    assert int(number) < 1 << 63


@given(moments, randoms, moments, randoms)
def test_numbers_sort_as_ids_do(at: int, random: int, other_at: int, other: int) -> None:
    one, two = sorted((id_of(at, random), id_of(other_at, other)))
    assert int(number_of(one)) <= int(number_of(two))


def test_a_new_id_has_a_number_of_up_to_nineteen_digits() -> None:
    number = number_of(OrderId(new_id("ord")))
    assert number.isdigit()
    assert 15 <= len(number) <= 19


@pytest.mark.parametrize("text", ["", "abc", "-1", "1.0", "1" * 20, "²", "１２３", " 12", "12' OR 1=1 --"])
def test_what_is_no_number_of_an_order_names_none(text: str) -> None:
    assert span_of(text) is None


@pytest.mark.parametrize("number", ["0", "1", "9" * 19, str(1 << 63), str((1 << 63) - 1)])
def test_every_number_can_be_looked_for(number: str) -> None:
    span = span_of(number)
    assert span is None or len(span[0]) == len(span[1]) == 30


def test_an_id_of_another_kind_has_no_number() -> None:
    with pytest.raises(ValueError, match="no id of an order"):
        number_of(OrderId("acc_1"))


@given(st.text(max_size=40), st.text(max_size=40))
def test_a_trigger_has_one_number_that_every_language_keeps(account: str, conditional: str) -> None:
    number = trigger_number(AccountId(account), conditional)
    assert number == trigger_number(AccountId(account), conditional)
    assert 0 < number < 1 << 53

"""Money is exact: floats are refused, sums do not drift, rounding happens only when asked."""

from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from domain.money import Money, Price, average_price, exact, plain

PAISE = st.integers(-(10**12), 10**12)


@pytest.mark.parametrize("value", [0.1, 1.0, float("nan"), True])
def test_floats_and_bools_are_refused(value: float) -> None:
    for make in (exact, Money.of, Price.of, Money, Price):
        with pytest.raises(TypeError):
            make(value)  # type: ignore[arg-type]


@pytest.mark.parametrize("text", ["NaN", "Infinity", "-Infinity", "ten", ""])
def test_only_finite_numbers_are_money(text: str) -> None:
    with pytest.raises(ValueError):
        Money.of(text)


def test_money_cannot_be_multiplied_by_a_float() -> None:
    with pytest.raises(TypeError):
        Money.of(1) * 0.1  # type: ignore[operator]


def test_money_and_price_do_not_add() -> None:
    with pytest.raises(TypeError):
        Money.of(1) + Price.of(1)  # type: ignore[operator]


@given(st.lists(PAISE, max_size=20))
def test_sums_of_paise_are_exact(paise: list[int]) -> None:
    assert Money.sum(Money.paise(one) for one in paise) == Money.paise(sum(paise))


def test_half_a_paisa_rounds_up() -> None:
    assert [str(Money.of(text).rounded()) for text in ("0.005", "0.0049", "2.675", "-0.005")] == [
        "0.01",
        "0.00",
        "2.68",
        "-0.01",
    ]


@given(price=st.integers(1, 10**9), quantity=st.integers(0, 10**6))
def test_price_times_quantity_is_exact(price: int, quantity: int) -> None:
    assert Price.paise(price) * quantity == Money.paise(price * quantity)


def test_the_average_of_nothing_is_unknown() -> None:
    assert average_price(Money.of(0), 0) is None
    assert average_price(Money.of(300), 2) == Price.of(150)


@pytest.mark.parametrize(
    ("price", "tick", "on"), [("1500.05", "0.05", True), ("1500.03", "0.05", False), ("0.1", "0.10", True)]
)
def test_ticks(price: str, tick: str, on: bool) -> None:
    assert Price.of(price).on_tick(Price.of(tick)) is on


def test_text_has_two_decimals_and_no_exponent() -> None:
    assert [plain(Decimal(text)) for text in ("-0", "-0.00", "-0.0000", "0E+3")] == ["0.00"] * 4
    assert [plain(Decimal(text)) for text in ("1500", "1E+3", "0.10", "0.12345000", "-7.5")] == [
        "1500.00",
        "1000.00",
        "0.10",
        "0.12345",
        "-7.50",
    ]

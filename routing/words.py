"""Numbers as Indian readers expect them inside a sentence: ₹1,23,456.50."""

from __future__ import annotations

from decimal import ROUND_HALF_UP, Decimal

from domain.money import PAISA, Money, Price


def grouped(whole: str) -> str:
    """Digits with commas after the last three and then every two."""
    if len(whole) <= 3:
        return whole
    head, tail = whole[:-3], whole[-3:]
    pairs = [head[max(0, end - 2) : end] for end in range(len(head), 0, -2)][::-1]
    return ",".join([*pairs, tail])


def rupees(amount: Money | Price) -> str:
    return in_words(amount.amount)


def in_words(rupees: Decimal) -> str:
    """Rounded to whole paise, with the sign before the symbol."""
    rounded = rupees.quantize(PAISA, ROUND_HALF_UP)
    text = format(abs(rounded), "f")
    return f"{'−' if rounded < 0 else ''}₹{grouped(text[:-3])}{text[-3:]}"


def units(quantity: int) -> str:
    return grouped(str(quantity))

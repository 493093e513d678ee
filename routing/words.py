"""Numbers as Indian readers expect them inside a sentence: ₹1,23,456.50."""

from __future__ import annotations

from decimal import ROUND_HALF_UP, Decimal

from domain.money import PAISA, Money, Price


def grouped(whole: str) -> str:
    """Digits with commas after the last three and then every two."""
    if len(whole) <= 3:
        return whole
    head, text = whole[:-3], whole[-3:]
    while len(head) > 2:
        head, text = head[:-2], f"{head[-2:]},{text}"
    return f"{head},{text}"


def rupees(amount: Money | Price) -> str:
    return in_words(amount.amount)


def in_words(rupees: Decimal) -> str:
    """Rounded to whole paise, with the sign before the symbol."""
    rounded = rupees.quantize(PAISA, ROUND_HALF_UP)
    text = format(abs(rounded), "f")
    return f"{'−' if rounded < 0 else ''}₹{grouped(text[:-3])}{text[-3:]}"


def units(quantity: int) -> str:
    return grouped(str(quantity))

"""Numbers as Indian readers expect them inside a sentence: ₹1,23,456.50."""

from __future__ import annotations

from domain.money import Money, Price


def grouped(whole: str) -> str:
    """Digits with commas after the last three and then every two."""
    head, tail = whole[:-3], whole[-3:]
    pairs = [head[max(0, end - 2) : end] for end in range(len(head), 0, -2)][::-1]
    return ",".join([*pairs, tail])


def rupees(amount: Money | Price) -> str:
    """Rounded to whole paise, with the sign before the symbol."""
    rounded = Money(amount.amount).rounded().amount
    whole, _, fraction = format(abs(rounded), "f").partition(".")
    return f"{'−' if rounded < 0 else ''}₹{grouped(whole)}.{fraction}"


def units(quantity: int) -> str:
    return grouped(str(quantity))

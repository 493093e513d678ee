"""Ids as Kite has them, made of ours and found again without a table. Pure.

An order's id there is text of digits that fits into 64 bits, so that programs may keep it as a number: milliseconds
since 2020, then 22 of the 80 random bits of our id. They sort as ours do. A trigger's id is a whole number that every
language keeps exactly.
"""

from __future__ import annotations

import hashlib

from domain.account import AccountId
from domain.order import OrderId
from orchestrator.ids import ALPHABET

PREFIX = "ord_"
LENGTH = 26  # characters of an id after its prefix
EPOCH = 1_577_836_800_000  # 2020 began, milliseconds since 1970
RANDOM, KEPT = 80, 22  # bits: of ours, and those of them that are in the number
LOST = RANDOM - KEPT
LONGEST = 19  # digits of a number of 63 bits
TRIGGER_BITS = 52
_DIGITS = {letter: value for value, letter in enumerate(ALPHABET)}


def number_of(order_id: OrderId) -> str:
    """Raises ValueError for what is no id of ours."""
    return str(_read(order_id) - (EPOCH << RANDOM) >> LOST)


def span_of(number: str) -> tuple[OrderId, OrderId] | None:
    """The first and the last of our ids that have this number, as they sort; None for what is no number of an order.

    A user has two orders in it only if both were made in the same millisecond, and then once in four million times.
    """
    if not (number.isascii() and number.isdigit() and len(number) <= LONGEST):
        return None
    first = (int(number) << LOST) + (EPOCH << RANDOM)
    if first >> (LENGTH * 5 - 2):
        return None
    return _write(first), _write(first | ((1 << LOST) - 1))


def trigger_number(account_id: AccountId, conditional_id: str) -> int:
    """The same for as long as the broker keeps it; never zero, which programs take for none."""
    told = hashlib.sha256(f"{account_id} {conditional_id}".encode()).digest()
    return int.from_bytes(told) >> (256 - TRIGGER_BITS) or 1


def _read(order_id: OrderId) -> int:
    text = order_id.removeprefix(PREFIX)
    if len(text) != LENGTH or not _DIGITS.keys() >= set(text):
        raise ValueError(f"no id of an order: {order_id!r}")
    number = 0
    for letter in text:
        number = number << 5 | _DIGITS[letter]
    return number


def _write(number: int) -> OrderId:
    return OrderId(PREFIX + "".join(ALPHABET[number >> shift & 31] for shift in range(125, -1, -5)))

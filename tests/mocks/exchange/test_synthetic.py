"""Invented shares: as many as wanted, like real ones, never mistaken for one."""

from __future__ import annotations

from datetime import date

from mocks.exchange.catalogue import instruments as real
from mocks.exchange.model import Kind
from mocks.exchange.synthetic import instruments, market

DAY = date(2026, 11, 20)


def check_digit_is_right(isin: str) -> bool:
    digits = "".join(str(int(letter, 36)) for letter in isin)
    doubled = [int(digit) * (2 if place % 2 else 1) for place, digit in enumerate(reversed(digits))]
    return sum(value // 10 + value % 10 for value in doubled) % 10 == 0


def test_the_isins_are_sound_and_of_no_country() -> None:
    for share in instruments(DAY, 50):
        assert len(share.isin) == 12
        assert share.isin.startswith("ZZ")
        assert check_digit_is_right(share.isin)
    assert check_digit_is_right("INE009A01021")  # a real one


def test_they_are_seeded_and_the_first_of_many_are_those_of_few() -> None:
    assert instruments(DAY, 20) == instruments(DAY, 100)[:20]
    assert instruments(DAY, 20, seed=2) != instruments(DAY, 20)


def test_prices_are_on_their_ticks_and_in_their_bands() -> None:
    for share in instruments(DAY, 300):
        assert share.band is not None
        assert share.prev_close % share.tick == 0
        assert share.band[0] <= share.prev_close <= share.band[1]
    assert {share.band_percent for share in instruments(DAY, 300)} == {5, 10, 20}


def test_a_market_has_the_real_shares_first_and_no_key_twice() -> None:
    whole = market(DAY, 500)
    shares = [one for one in whole if one.kind is Kind.EQUITY]
    known = [one.key for one in real(DAY) if one.exchange == "NSE" and one.kind is Kind.EQUITY]
    assert len(shares) == 500
    assert [one.key for one in shares][: len(known)] == known
    assert len({one.key for one in whole}) == len(whole)
    tokens = [(one.kind is Kind.INDEX, one.token) for one in whole]
    assert len(set(tokens)) == len(tokens)

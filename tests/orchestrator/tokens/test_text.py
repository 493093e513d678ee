"""A token's text: told from all others at sight, and refused when a single letter is wrong."""

from __future__ import annotations

import re
import zlib

from hypothesis import given
from hypothesis import strategies as st

from orchestrator.tokens import text

WRITTEN = re.compile(
    r"\btm_[0-9A-Za-z]{12}_[0-9A-Za-z]{38}\b"
)  # as docs/concepts/tokens.md gives it to scanners


def test_a_token_is_read_back_with_its_id_and_hash() -> None:
    whole, token_id, hashed = text.make()
    assert text.read(whole) == (token_id, hashed)
    assert WRITTEN.fullmatch(whole)
    assert whole.startswith(f"tm_{token_id}_")


def test_a_new_text_of_a_token_has_its_id_and_another_secret() -> None:
    first, token_id, hashed = text.make()
    second, same, other = text.make(token_id)
    assert same == token_id
    assert first != second
    assert hashed != other


def test_the_checksum_is_the_documented_one() -> None:
    whole = text.make()[0]
    number = 0
    for digit in whole[-6:]:
        number = number * 62 + text.ALPHABET.index(digit)
    assert number == zlib.crc32(whole[:-6].encode())


@given(st.integers(0, 53), st.sampled_from(text.ALPHABET))
def test_one_wrong_letter_is_seen_before_anything_is_looked_up(place: int, letter: str) -> None:
    whole = text.make()[0]
    wrong = whole[:place] + letter + whole[place + 1 :]
    assert (text.read(wrong) is None) == (wrong != whole)


@given(st.text(max_size=80))
def test_whatever_anybody_sends_is_read_without_a_failure(given_text: str) -> None:
    assert text.read(given_text) is None
    assert text.read(f"tm_{given_text}") is None

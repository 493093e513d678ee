"""How a personal token is written: `tm_<id>_<secret><checksum>`, so that a scanner finds one that leaked, and a wrong
one is refused before anything is looked up."""

from __future__ import annotations

import hashlib
import re
import secrets
import zlib

ALPHABET = "0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz"
ID_LENGTH, SECRET_LENGTH, CHECK_LENGTH = 12, 32, 6
PATTERN = re.compile(rf"tm_([0-9A-Za-z]{{{ID_LENGTH}}})_([0-9A-Za-z]{{{SECRET_LENGTH + CHECK_LENGTH}}})")


def new_id() -> str:
    return _random(ID_LENGTH)


def make(token_id: str | None = None) -> tuple[str, str, str]:
    """A new token, or a new text of the one with this id: the text, its id, and the hash that is kept of it."""
    token_id = token_id or new_id()
    body = f"tm_{token_id}_{_random(SECRET_LENGTH)}"
    text = body + _checksum(body)
    return text, token_id, hash_of(text)


def read(text: str) -> tuple[str, str] | None:
    """The id and the hash of a text; None for what cannot be a token."""
    found = PATTERN.fullmatch(text)
    if found is None or _checksum(text[:-CHECK_LENGTH]) != text[-CHECK_LENGTH:]:
        return None
    return found[1], hash_of(text)


def hash_of(text: str) -> str:
    """190 random bits need no slow hash."""
    return hashlib.sha256(text.encode()).hexdigest()


def _random(length: int) -> str:
    return "".join(secrets.choice(ALPHABET) for _ in range(length))


def _checksum(body: str) -> str:
    """CRC-32 in base 62, six characters."""
    number, digits = zlib.crc32(body.encode()), ""
    for _ in range(CHECK_LENGTH):
        number, digit = divmod(number, len(ALPHABET))
        digits = ALPHABET[digit] + digits
    return digits

"""Envelope encryption of secrets: AES-256-GCM, each value under its own key, bound to its table, column and row.

A sealed text moved to another row does not open, so a copied credential is worth nothing.
"""

from __future__ import annotations

import base64
import binascii
import hashlib
import os

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESGCM

VERSION = "v1"
NONCE = 12
WRAPPED = 32 + 16  # a 256-bit key and its tag


class SealBroken(Exception):
    """Not ours, altered, sealed for another row, or under a key we no longer have."""


class Vault:
    """Seals under the master key `master` (32 bytes); also opens what earlier master keys sealed."""

    def __init__(self, master: bytes, *, earlier: tuple[bytes, ...] = ()) -> None:
        self._key_id = _key_id(master)
        self._keys = {_key_id(key): AESGCM(key) for key in (*earlier, master)}

    def seal(self, text: str, *, table: str, column: str, row: str) -> str:
        """`v1.<key id>.<base64>`; the same text never seals to the same value twice."""
        bound = _bound(self._key_id, table, column, row)
        data_key = AESGCM.generate_key(256)
        wrap_nonce, nonce = os.urandom(NONCE), os.urandom(NONCE)
        wrapped = self._keys[self._key_id].encrypt(wrap_nonce, data_key, bound)
        body = AESGCM(data_key).encrypt(nonce, text.encode(), bound)
        blob = base64.urlsafe_b64encode(wrap_nonce + wrapped + nonce + body).decode()
        return f"{VERSION}.{self._key_id}.{blob}"

    def open(self, sealed: str, *, table: str, column: str, row: str) -> str:
        """The text. Raises SealBroken."""
        try:
            version, key_id, blob = sealed.split(".")
            master = self._keys[key_id]
            raw = base64.urlsafe_b64decode(blob)
        except (ValueError, KeyError, binascii.Error) as error:
            raise SealBroken("not sealed by a key we have") from error
        if version != VERSION or len(raw) < 2 * NONCE + WRAPPED:
            raise SealBroken("not a sealed text")
        bound = _bound(key_id, table, column, row)
        wrap_nonce, raw = raw[:NONCE], raw[NONCE:]
        wrapped, raw = raw[:WRAPPED], raw[WRAPPED:]
        try:
            data_key = master.decrypt(wrap_nonce, wrapped, bound)
            return AESGCM(data_key).decrypt(raw[:NONCE], raw[NONCE:], bound).decode()
        except InvalidTag as error:
            raise SealBroken(f"does not belong to {table}.{column} of this row, or was altered") from error


def _key_id(key: bytes) -> str:
    return hashlib.sha256(b"key id:" + key).hexdigest()[:8]


def _bound(key_id: str, table: str, column: str, row: str) -> bytes:
    # Length-prefixed, so that no two places share one text.
    return b"".join(len(part).to_bytes(4, "big") + part.encode() for part in (key_id, table, column, row))

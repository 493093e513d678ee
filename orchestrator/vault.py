"""Envelope encryption of secrets: AES-256-GCM, each value under its own key, bound to its table, column and row.

A sealed text moved to another row does not open, so a copied credential is worth nothing.
"""

from __future__ import annotations

import base64
import binascii
import os

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESGCM

from orchestrator.keys import Ring, key_id, ring_of

VERSION = "v1"
NONCE = 12
WRAPPED = 32 + 16  # a 256-bit key and its tag


class SealBroken(Exception):
    """Not ours, altered, sealed for another row, or under a key we no longer have."""


class Vault:
    """Seals under the newest key of `master`, opens what any of them sealed."""

    def __init__(self, master: bytes | Ring, *, earlier: tuple[bytes, ...] = ()) -> None:
        self._ring = ring_of(master, earlier)
        self._ciphers: dict[str, AESGCM] = {}

    @property
    def key_id(self) -> str:
        """Of the key that is used now."""
        return key_id(self._ring.current)

    def seal(self, text: str, *, table: str, column: str, row: str) -> str:
        """`v1.<key id>.<base64>`; the same text never seals to the same value twice."""
        name = self.key_id
        bound = _bound(name, table, column, row)
        data_key = AESGCM.generate_key(256)
        wrap_nonce, nonce = os.urandom(NONCE), os.urandom(NONCE)
        wrapped = self._cipher(name).encrypt(wrap_nonce, data_key, bound)
        body = AESGCM(data_key).encrypt(nonce, text.encode(), bound)
        blob = base64.urlsafe_b64encode(wrap_nonce + wrapped + nonce + body).decode()
        return f"{VERSION}.{name}.{blob}"

    def open(self, sealed: str, *, table: str, column: str, row: str) -> str:
        """The text. Raises SealBroken."""
        try:
            version, name, blob = sealed.split(".")
            master = self._cipher(name)
            raw = base64.urlsafe_b64decode(blob)
        except (ValueError, KeyError, binascii.Error) as error:
            raise SealBroken("not sealed by a key we have") from error
        if version != VERSION or len(raw) < 2 * NONCE + WRAPPED:
            raise SealBroken("not a sealed text")
        bound = _bound(name, table, column, row)
        wrap_nonce, raw = raw[:NONCE], raw[NONCE:]
        wrapped, raw = raw[:WRAPPED], raw[WRAPPED:]
        try:
            data_key = master.decrypt(wrap_nonce, wrapped, bound)
            return AESGCM(data_key).decrypt(raw[:NONCE], raw[NONCE:], bound).decode()
        except InvalidTag as error:
            raise SealBroken(f"does not belong to {table}.{column} of this row, or was altered") from error

    def _cipher(self, name: str) -> AESGCM:
        """Raises KeyError for a key that we do not have."""
        secret = self._ring.named(name)
        if secret is None:
            raise KeyError(name)
        if name not in self._ciphers:
            self._ciphers[name] = AESGCM(secret)
        return self._ciphers[name]


def _bound(key_id: str, table: str, column: str, row: str) -> bytes:
    # Length-prefixed, so that no two places share one text.
    return b"".join(len(part).to_bytes(4, "big") + part.encode() for part in (key_id, table, column, row))

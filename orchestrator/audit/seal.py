"""The signed head of the chain: without it, whoever cuts entries off its end or writes it anew would not be found out.

Ed25519, under a key made from the master key, so that an outsider can check a log knowing only the public one.
"""

from __future__ import annotations

import binascii
from dataclasses import dataclass
from functools import lru_cache

import orjson
from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey, Ed25519PublicKey
from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.kdf.hkdf import HKDF

from orchestrator.keys import Ring, ring_of

PURPOSE = "trademaster audit head"


@dataclass(frozen=True, slots=True)
class Head:
    """How far the chain went `at` some moment (written as entries' are), and who vouches for it."""

    position: int
    hash: str
    at: str
    public_key: str
    signature: str

    def holds(self) -> bool:
        """Whether the signature is that key's. Whose key it is, is another question."""
        try:
            key = Ed25519PublicKey.from_public_bytes(bytes.fromhex(self.public_key))
            key.verify(bytes.fromhex(self.signature), _signed(self.position, self.hash, self.at))
        except (InvalidSignature, ValueError, binascii.Error):
            return False
        return True


class Seal:
    """Signs heads with the key that the newest master key gives; knows those of earlier ones."""

    def __init__(self, master: bytes | Ring, *, earlier: tuple[bytes, ...] = ()) -> None:
        self._ring = ring_of(master, earlier)

    @property
    def public_key(self) -> str:
        return _public(self._ring.current)

    @property
    def known(self) -> set[str]:
        """The public keys of every master key that there is now."""
        return {_public(key.secret) for key in self._ring.every}

    def sign(self, position: int, hash_: str, at: str) -> Head:
        master = self._ring.current
        signature = _derived(master).sign(_signed(position, hash_, at)).hex()
        return Head(position, hash_, at, _public(master), signature)


def _signed(position: int, hash_: str, at: str) -> bytes:
    return orjson.dumps([PURPOSE, position, hash_, at])


@lru_cache(maxsize=8)
def _derived(master: bytes) -> Ed25519PrivateKey:
    seed = HKDF(SHA256(), length=32, salt=None, info=PURPOSE.encode()).derive(master)
    return Ed25519PrivateKey.from_private_bytes(seed)


def _public(master: bytes) -> str:
    return _derived(master).public_key().public_bytes_raw().hex()

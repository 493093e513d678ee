"""The unguessable last part of the address that a broker may post to: whose it is, signed, and nothing stored.

Changing the account's number ends every address made before.
"""

from __future__ import annotations

import base64
import hashlib
import hmac
from dataclasses import dataclass
from functools import lru_cache

from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.kdf.hkdf import HKDF

from domain.account import AccountId, BrokerId
from orchestrator.keys import Ring, ring_of

SIGNATURE_BYTES = 24
LONGEST = 200  # characters of a path that is looked at


@dataclass(frozen=True, slots=True)
class Named:
    """What a path that we signed says."""

    account_id: AccountId
    number: int


class Paths:
    """Made with a key of their own, drawn from the installation's master key; those that an earlier one gave are read
    until it is retired: brokers keep the address that they were told."""

    def __init__(self, master: bytes | Ring) -> None:
        self._ring = ring_of(master)

    def path(self, broker: BrokerId, account_id: AccountId, number: int) -> str:
        """`/hooks/{broker}/{account}.{number}.{signature}`."""
        named = f"{account_id}.{number}"
        return f"/hooks/{broker.value}/{named}.{_signature(self._ring.current, broker.value, named)}"

    def read(self, broker: str, token: str) -> Named | None:
        """None for every path that we did not sign for this broker."""
        named, _, signature = token.rpartition(".")
        if len(token) > LONGEST or not any(
            hmac.compare_digest(signature.encode(), _signature(key.secret, broker, named).encode())
            for key in self._ring.every
        ):
            return None
        account_id, _, number = named.rpartition(".")
        return Named(AccountId(account_id), int(number))


def _signature(master: bytes, broker: str, named: str) -> str:
    signed = hmac.digest(_derived(master), f"{broker}/{named}".encode(), hashlib.sha256)
    return base64.urlsafe_b64encode(signed[:SIGNATURE_BYTES]).decode()


@lru_cache(maxsize=8)
def _derived(master: bytes) -> bytes:
    return HKDF(SHA256(), 32, salt=None, info=b"addresses for postbacks").derive(master)

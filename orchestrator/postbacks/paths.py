"""The unguessable last part of the address that a broker may post to: whose it is, signed, and nothing stored.

Changing the account's number ends every address made before.
"""

from __future__ import annotations

import base64
import hashlib
import hmac
from dataclasses import dataclass

from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.kdf.hkdf import HKDF

from domain.account import AccountId, BrokerId

SIGNATURE_BYTES = 24
LONGEST = 200  # characters of a path that is looked at


@dataclass(frozen=True, slots=True)
class Named:
    """What a path that we signed says."""

    account_id: AccountId
    number: int


class Paths:
    """Made and read with a key of their own, drawn from the installation's master key (32 bytes)."""

    def __init__(self, master: bytes) -> None:
        self._key = HKDF(SHA256(), 32, salt=None, info=b"addresses for postbacks").derive(master)

    def path(self, broker: BrokerId, account_id: AccountId, number: int) -> str:
        """`/hooks/{broker}/{account}.{number}.{signature}`."""
        named = f"{account_id}.{number}"
        return f"/hooks/{broker.value}/{named}.{self._signature(broker.value, named)}"

    def read(self, broker: str, token: str) -> Named | None:
        """None for every path that we did not sign for this broker."""
        named, _, signature = token.rpartition(".")
        if len(token) > LONGEST or not hmac.compare_digest(
            signature.encode(), self._signature(broker, named).encode()
        ):
            return None
        account_id, _, number = named.rpartition(".")
        return Named(AccountId(account_id), int(number))

    def _signature(self, broker: str, named: str) -> str:
        signed = hmac.digest(self._key, f"{broker}/{named}".encode(), hashlib.sha256)
        return base64.urlsafe_b64encode(signed[:SIGNATURE_BYTES]).decode()

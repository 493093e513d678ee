"""Binds a change to the plan that was shown: nothing is done that was not looked at a moment before.

A confirmation is made for one plan, is good for a few minutes, and cannot be made up: it is signed with the token of
whoever asks. Nothing is remembered for it, so that any process can check it. Its number becomes the order's
Idempotency-Key: one confirmation makes one order, however often it is used.
"""

from __future__ import annotations

import hashlib
import hmac
import re
import secrets
from dataclasses import dataclass

SECONDS = 180
FORM = re.compile(r"ok-(?P<until>[0-9]{1,12})-(?P<number>[0-9a-f]{16})-(?P<mac>[0-9a-f]{32})")


@dataclass(frozen=True, slots=True)
class Confirmation:
    """As it was given back; whether it is good for a plan is asked with `fits`."""

    until: int
    number: str
    mac: str

    @classmethod
    def read(cls, text: str) -> Confirmation | None:
        """None for what is none."""
        found = FORM.fullmatch(text.strip()) if text.isascii() else None
        return None if found is None else cls(int(found["until"]), found["number"], found["mac"])

    @property
    def key(self) -> str:
        """The Idempotency-Key of what it confirms."""
        return f"mcp-{self.number}"

    def fits(self, secret: str, plan: str, now: float) -> bool:
        """Whether it was made for this plan by the holder of this secret, and lately."""
        good = hmac.compare_digest(self.mac, _mac(secret, plan, self.until, self.number))
        return good and now <= self.until


def confirmation(secret: str, plan: str, now: float) -> str:
    """For a plan that is shown now."""
    until, number = int(now) + SECONDS, secrets.token_hex(8)
    return f"ok-{until}-{number}-{_mac(secret, plan, until, number)}"


def _mac(secret: str, plan: str, until: int, number: str) -> str:
    signed = f"trademaster mcp {until} {number} {plan}".encode()
    return hmac.new(secret.encode(), signed, hashlib.sha256).hexdigest()[:32]

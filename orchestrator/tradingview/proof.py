"""Where an alert is from: whoever knows the hook's secret sent it. Its address alone never trades.

TradingView cannot sign, so its alerts carry the secret in their JSON. Other senders sign instead: the time and the
body with HMAC-SHA256, and never send the secret.
"""

from __future__ import annotations

import hashlib
import hmac
import re
import secrets
from collections.abc import Mapping
from datetime import UTC, datetime, timedelta
from typing import Any

from orchestrator.errors import Problem
from orchestrator.vault import Vault

TIME, SIGNATURE = "x-trademaster-timestamp", "x-trademaster-signature"
CLOCKS = timedelta(minutes=5)  # that a signature's time may differ from ours
SIGNED = re.compile(r"v1=([0-9a-f]{64})")
SECONDS = re.compile(r"[0-9]{1,11}")


def new_secret() -> str:
    """240 random bits."""
    return f"whs_{secrets.token_hex(30)}"


def seal(vault: Vault, hook_id: str, secret: str) -> str:
    return vault.seal(secret, table="hooks", column="secret", row=hook_id)


def unsealed(vault: Vault, hook_id: str, sealed: str) -> str:
    return vault.open(sealed, table="hooks", column="secret", row=hook_id)


def signature(secret: str, at: str, raw: bytes) -> str:
    """As `X-TradeMaster-Signature` has it; `at` is the text of `X-TradeMaster-Timestamp`, seconds since 1970."""
    return "v1=" + hmac.new(secret.encode(), at.encode() + b"." + raw, hashlib.sha256).hexdigest()


def signed(headers: Mapping[str, str]) -> bool:
    return SIGNATURE in headers


def check_signature(secret: str, headers: Mapping[str, str], raw: bytes, now: datetime) -> None:
    """Raises Problem 401."""
    at, given = headers.get(TIME, ""), headers[SIGNATURE]
    if not SECONDS.fullmatch(at) or not SIGNED.fullmatch(given):
        raise _refused()
    fresh = abs(now - datetime.fromtimestamp(int(at), UTC)) <= CLOCKS if int(at) < 10**10 else False
    if not hmac.compare_digest(signature(secret, at, raw), given) or not fresh:
        raise _refused()


def check_secret(secret: str, body: Mapping[str, Any]) -> None:
    """Raises Problem 401. Takes the same time for every wrong secret."""
    given = body.get("secret")
    text = given if isinstance(given, str) else ""
    if not hmac.compare_digest(_hash(secret), _hash(text)):
        raise _refused()


def _hash(text: str) -> bytes:
    return hashlib.sha256(text.encode(errors="replace")).digest()


def _refused() -> Problem:
    return Problem(
        401,
        "hook_secret_wrong",
        "this alert does not prove that it is from its sender",
        fix="put the hook's secret into its JSON, or sign it: docs/api/tradingview.md",
    )

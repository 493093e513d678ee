"""What is sealed in an account's row, opened: the session, and the way out."""

from __future__ import annotations

import structlog

from adapters.broker import Session
from orchestrator.accounts import secrets
from orchestrator.accounts.egress import Egress, addresses_from
from orchestrator.accounts.repository import StoredAccount
from orchestrator.vault import SealBroken, Vault

log = structlog.get_logger(__name__)

NO_WAY_OUT = "http://proxy.invalid:1"  # for a proxy that cannot be opened: nothing may leave by another way


def opened_session(vault: Vault, stored: StoredAccount) -> Session | None:
    """None when there is none, or when it was sealed under another installation's key."""
    if stored.session is None:
        return None
    try:
        return secrets.open_session(vault, stored.account.id, stored.session)
    except SealBroken as error:
        log.error("accounts.seal_broken", account=stored.account.id, error=str(error))
        return None


def egress_of(vault: Vault, stored: StoredAccount, known: Egress) -> Egress:
    """The way out as the row has it; what was seen stays while nothing of it changed."""
    try:
        proxy = secrets.open_proxy(vault, stored.account.id, stored.proxy)
    except SealBroken as error:
        log.error("accounts.seal_broken", account=stored.account.id, error=str(error))
        proxy = NO_WAY_OUT
    entered = addresses_from(stored.addresses)
    if (proxy, entered) == (known.proxy, known.entered):
        return known
    return Egress(proxy=proxy, entered=entered, told=known.told)

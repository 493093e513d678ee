"""Logging out at the broker when an account is disconnected: what we held is worth nothing to whoever may have it.

At best: nobody waits for it, it is tried once, and a broker that is down or has no such call ends the session at its
own hour.
"""

from __future__ import annotations

import asyncio
from collections.abc import Iterable
from dataclasses import dataclass, field

import structlog

from adapters.broker import Endpoints, Login, Session
from domain.account import AccountId
from domain.errors import BrokerError
from orchestrator.accounts.connection import Connection

log = structlog.get_logger(__name__)

DEADLINE = 5.0  # seconds


@dataclass(frozen=True, slots=True)
class Parting:
    """A session that is to end at its broker."""

    account: AccountId
    login: Login
    session: Session = field(repr=False)
    way: Endpoints


def parting(connection: Connection, others: Iterable[Connection]) -> Parting | None:
    """To be made while the connection still has its session. None: the broker ends none, or somebody else here is the
    same client there, to whom it may have given the same session."""
    account, session = connection.account, connection.session
    shared = any(
        one.account.broker is account.broker and one.account.broker_user_id == account.broker_user_id
        for one in others
        if one.account.id != account.id
    )
    if session is None or not connection.terms.logs_out or shared:
        return None
    return Parting(account.id, connection.adapter.login, session, connection.way)


async def log_out(from_: Parting) -> None:
    try:
        async with asyncio.timeout(DEADLINE):
            await from_.login.end(from_.session, from_.way)
    except BrokerError as error:
        _not_logged_out(from_, error.words)
    except TimeoutError:
        _not_logged_out(from_, "no answer in time")
    else:
        log.info("accounts.logged_out", account=from_.account)


def _not_logged_out(from_: Parting, words: str) -> None:
    log.warning("accounts.not_logged_out", account=from_.account, words=words)

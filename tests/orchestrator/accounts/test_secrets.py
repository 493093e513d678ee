"""A session comes out of its seal as it went in, and so does one that an older version sealed."""

from __future__ import annotations

import os
from datetime import datetime

import orjson

from adapters.broker import Session
from domain.account import AccountId
from domain.calendar import IST
from orchestrator.accounts.secrets import open_session, seal_session
from orchestrator.vault import Vault

ACCOUNT = AccountId("acc_1")
ENDS = datetime(2026, 11, 21, 3, 30, tzinfo=IST)


def test_a_session_is_opened_whole() -> None:
    vault = Vault(os.urandom(32))
    session = Session("token", "SB0001", ENDS, "key", algo_name="Tide")
    assert open_session(vault, ACCOUNT, seal_session(vault, ACCOUNT, session)) == session


def test_a_session_sealed_before_algorithms_had_names_still_opens() -> None:
    vault = Vault(os.urandom(32))
    body = {
        "access_token": "token",
        "broker_user_id": "SB0001",
        "expires_at": ENDS.isoformat(),
        "api_key": "",
    }
    sealed = vault.seal(orjson.dumps(body).decode(), table="accounts", column="session", row=ACCOUNT)
    assert open_session(vault, ACCOUNT, sealed) == Session("token", "SB0001", ENDS)

# Made from _async/accounts.py by `make client`; do not edit.
"""The broker accounts."""

from __future__ import annotations

from datetime import date
from urllib.parse import quote

from trademaster._sync.http import HTTP
from trademaster.models import AccountOut, BrokerOut, ContractNoteOut, ScorecardOut


class Accounts:
    """`client.accounts`."""

    def __init__(self, http: HTTP) -> None:
        self._http = http

    def all(self) -> list[AccountOut]:
        """Each with its session, its health and when it was read."""
        return self._http.get("/v1/accounts", list[AccountOut])

    def get(self, account_id: str) -> AccountOut:
        return self._http.get(f"/v1/accounts/{quote(account_id, safe='')}", AccountOut)

    def brokers(self) -> list[BrokerOut]:
        """What can be connected, and what each can do."""
        return self._http.get("/v1/brokers", list[BrokerOut])

    def contract_note(self, account_id: str, day: date | None = None) -> ContractNoteOut:
        """A day's trades and charges of one account, as its broker's note would have them."""
        path = f"/v1/accounts/{quote(account_id, safe='')}/contract-note"
        return self._http.get(path, ContractNoteOut, day=day)

    def scorecards(self) -> list[ScorecardOut]:
        """How fast and how reliably each account took orders lately."""
        return self._http.get("/v1/scorecards", list[ScorecardOut])

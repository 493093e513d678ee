"""The broker accounts."""

from __future__ import annotations

from datetime import date
from urllib.parse import quote

from trademaster._async.http import AsyncHTTP
from trademaster.models import AccountOut, BrokerOut, ContractNoteOut, ScorecardOut


class Accounts:
    """`client.accounts`."""

    def __init__(self, http: AsyncHTTP) -> None:
        self._http = http

    async def all(self) -> list[AccountOut]:
        """Each with its session, its health and when it was read."""
        return await self._http.get("/v1/accounts", list[AccountOut])

    async def get(self, account_id: str) -> AccountOut:
        return await self._http.get(f"/v1/accounts/{quote(account_id, safe='')}", AccountOut)

    async def brokers(self) -> list[BrokerOut]:
        """What can be connected, and what each can do."""
        return await self._http.get("/v1/brokers", list[BrokerOut])

    async def contract_note(self, account_id: str, day: date | None = None) -> ContractNoteOut:
        """A day's trades and charges of one account, as its broker's note would have them."""
        path = f"/v1/accounts/{quote(account_id, safe='')}/contract-note"
        return await self._http.get(path, ContractNoteOut, day=day)

    async def scorecards(self) -> list[ScorecardOut]:
        """How fast and how reliably each account took orders lately."""
        return await self._http.get("/v1/scorecards", list[ScorecardOut])

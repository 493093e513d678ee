"""What a person, a bank, a depository or the law does to an account: money, leave to sell, pledges, blocks, papers."""

from __future__ import annotations

from decimal import Decimal
from typing import Literal

from pydantic import Field
from starlette.requests import Request
from starlette.responses import Response

from mocks.brokers.backoffice.office import BackOffice
from mocks.brokers.mock import wire
from mocks.brokers.server import json_reply
from mocks.control.world import Input, Routes, World, body, day, paise


class MoneyIn(Input):
    amount: Decimal


class SharesIn(Input):
    symbol: str
    quantity: int = Field(ge=-10_000_000, le=10_000_000)


class BlockIn(Input):
    exchanges: set[Literal["NSE", "BSE", "NFO", "BFO"]]


class Accounts:
    def __init__(self, world: World) -> None:
        self._world = world

    def routes(self) -> Routes:
        account = "/users/{broker}/{user_id}"
        return [
            ("POST", f"{account}/funds", self.move_money),
            ("POST", f"{account}/authorise", self.authorise),
            ("POST", f"{account}/pledge", self.pledge),
            ("PUT", f"{account}/kill-switch", self.block),
            ("GET", f"{account}/ledger", self.ledger),
            ("GET", account + "/contract-notes/{day}", self.note),
        ]

    def _account(self, request: Request) -> tuple[BackOffice, str]:
        """Raises Problem or Refusal for what is not there."""
        office, user_id = self._world.office(request.path_params["broker"]), request.path_params["user_id"]
        office.ledger(user_id)
        return office, user_id

    async def move_money(self, request: Request) -> Response:
        """Pay in, or with an amount below zero pay out."""
        office, user_id = self._account(request)
        amount = paise((await body(request, MoneyIn)).amount, "amount")
        moved = office.withdraw(user_id, -amount) if amount < 0 else office.deposit(user_id, amount)
        return json_reply(wire.funds_json(moved))

    async def authorise(self, request: Request) -> Response:
        """The depository's leave to sell shares, until 17:30 IST."""
        office, user_id = self._account(request)
        asked = await body(request, SharesIn)
        office.authorise(user_id, office.instrument(asked.symbol).isin, asked.quantity)
        return json_reply({"symbol": asked.symbol, "authorised_quantity": asked.quantity})

    async def pledge(self, request: Request) -> Response:
        """Shares become collateral; a quantity below zero releases them."""
        office, user_id = self._account(request)
        asked = await body(request, SharesIn)
        funds = office.pledge(user_id, office.instrument(asked.symbol).isin, asked.quantity)
        return json_reply(wire.funds_json(funds))

    async def block(self, request: Request) -> Response:
        """The kill switch of an account: its open orders there are cancelled. Nothing given lifts it."""
        office, user_id = self._account(request)
        asked = await body(request, BlockIn)
        office.block_segments(user_id, asked.exchanges)
        return json_reply({"exchanges": sorted(asked.exchanges)})

    async def ledger(self, request: Request) -> Response:
        """Every movement of money; `since` leaves out the days before."""
        office, user_id = self._account(request)
        since = request.query_params.get("since")
        entries = office.ledger_entries(user_id, day(since, "since") if since else None)
        return json_reply({"entries": [wire.entry_json(entry) for entry in entries]})

    async def note(self, request: Request) -> Response:
        """Of a day that is over, or of `today` as far as it went."""
        office, user_id = self._account(request)
        text = request.path_params["day"]
        note = office.contract_note(user_id, None if text == "today" else day(text, "day"))
        return json_reply(wire.note_json(note))

"""What trading costs at the Mock broker: charges, the margin of a basket, the contract note, the ledger."""

from __future__ import annotations

from datetime import date
from typing import Any, Literal

from pydantic import BaseModel, ConfigDict, Field
from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

from mocks.brokers.backoffice.accounts import Session
from mocks.brokers.backoffice.charges import Leg
from mocks.brokers.backoffice.margins import Need
from mocks.brokers.backoffice.office import BackOffice
from mocks.brokers.backoffice.orders import Product
from mocks.brokers.mock import inputs, wire
from mocks.brokers.mock.gate import Gate
from mocks.brokers.server import MOST_SHARES, json_reply

MOST_LEGS = 50


class LegIn(BaseModel):
    model_config = ConfigDict(extra="forbid")

    symbol: str
    side: Literal["BUY", "SELL"]
    product: Product
    quantity: int = Field(gt=0, le=MOST_SHARES)
    price: inputs.Rupees


class ChargesIn(BaseModel):
    """Executed orders; `day` takes the rates of another day."""

    model_config = ConfigDict(extra="forbid")

    orders: list[LegIn] = Field(min_length=1, max_length=MOST_LEGS)
    day: date | None = None


class BasketIn(BaseModel):
    model_config = ConfigDict(extra="forbid")

    orders: list[inputs.OrderIn] = Field(min_length=1, max_length=MOST_LEGS)
    consider_positions: bool = True


class Costs:
    def __init__(self, office: BackOffice, gate: Gate) -> None:
        self._office = office
        self._gate = gate

    def routes(self) -> list[Route]:
        signed = self._gate.signed
        return [
            Route("/charges", signed(self.charges), methods=["POST"]),
            Route("/margin/basket", signed(self.basket), methods=["POST"]),
            Route("/contract-notes/{day}", signed(self.note), methods=["GET"]),
            Route("/ledger", signed(self.ledger), methods=["GET"]),
        ]

    async def charges(self, request: Request, session: Session) -> Response:
        asked = await inputs.read(request, ChargesIn)
        legs = [
            Leg(
                one.symbol,
                inputs.SIDES[one.side],
                one.product,
                one.quantity,
                inputs.paise(one.price, "price") or 0,
            )
            for one in asked.orders
        ]
        try:
            found = self._office.charges(session.user_id, legs, asked.day)
        except ValueError as bad:
            raise inputs.BadInput("day", str(bad)) from bad
        lines = {name: f"{amount:.4f}" for name, amount in found.lines().items()}
        return json_reply(lines | {"total": f"{found.total:.4f}"})

    async def basket(self, request: Request, session: Session) -> Response:
        asked = await inputs.read(request, BasketIn)
        wanted = [inputs.placement(one, session.api_key) for one in asked.orders]
        need = self._office.basket_margin(
            session.user_id, wanted, consider_positions=asked.consider_positions
        )
        return json_reply(
            {
                "initial": _need(need.initial),
                "final": _need(need.final),
                "orders": [_need(one) for one in need.orders],
            }
        )

    async def note(self, request: Request, session: Session) -> Response:
        """`today` is the note as far as the day went."""
        text = request.path_params["day"]
        day = None if text == "today" else inputs.day(text, "day")
        return json_reply(wire.note_json(self._office.contract_note(session.user_id, day)))

    async def ledger(self, request: Request, session: Session) -> Response:
        since = request.query_params.get("since")
        entries = self._office.ledger_entries(session.user_id, inputs.day(since, "since") if since else None)
        return json_reply({"entries": [wire.entry_json(entry) for entry in entries]})


def _need(need: Need) -> dict[str, Any]:
    return {
        "cash": wire.money(need.cash),
        "var": wire.money(need.var),
        "span": wire.money(need.span),
        "exposure": wire.money(need.exposure),
        "premium": wire.money(need.premium),
        "delivery": wire.money(need.delivery),
        "total": wire.money(need.total),
    }

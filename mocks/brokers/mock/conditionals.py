"""Conditional orders of the Mock broker: `/gtt`. A trigger and an order, a pair of exits, or an entry with exits."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from pydantic import AwareDatetime, BaseModel, ConfigDict, Field
from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

from mocks.brokers.backoffice.accounts import Session
from mocks.brokers.backoffice.conditional import Conditional, Leg, Role, Shape, Trigger
from mocks.brokers.backoffice.office import BackOffice
from mocks.brokers.mock import inputs, wire
from mocks.brokers.mock.gate import Gate
from mocks.brokers.server import json_reply

MOST_ACTIVE = 100


class LegIn(BaseModel):
    """`order` has the symbol of the whole. `trailing_gap` makes a stop follow the price."""

    model_config = ConfigDict(extra="forbid")

    role: Role
    trigger: Trigger
    trigger_price: inputs.Rupees | None = None
    trailing_gap: inputs.Rupees | None = None
    order: inputs.OrderIn


class GttIn(BaseModel):
    model_config = ConfigDict(extra="forbid")

    symbol: str
    shape: Shape
    legs: list[LegIn] = Field(min_length=1, max_length=3)
    expires_at: AwareDatetime | None = None


class Conditionals:
    def __init__(self, office: BackOffice, gate: Gate) -> None:
        self._office = office
        self._gate = gate

    def routes(self) -> list[Route]:
        signed = self._gate.signed
        return [
            Route("/gtt", signed(self.listed), methods=["GET"]),
            Route("/gtt", signed(self.place, order=True), methods=["POST"]),
            Route("/gtt/{gtt_id}", signed(self.one), methods=["GET"]),
            Route("/gtt/{gtt_id}", signed(self.modify, order=True), methods=["PUT"]),
            Route("/gtt/{gtt_id}", signed(self.cancel, order=True), methods=["DELETE"]),
        ]

    async def listed(self, request: Request, session: Session) -> Response:
        found = self._office.conditionals.list(session.user_id)
        return json_reply({"gtts": [gtt_json(one) for one in found]})

    async def one(self, request: Request, session: Session) -> Response:
        found = self._office.conditionals.get(session.user_id, request.path_params["gtt_id"])
        return json_reply(gtt_json(found))

    async def place(self, request: Request, session: Session) -> Response:
        asked = await self._asked(request, session)
        made = self._office.conditionals.place(session.user_id, asked, limit=MOST_ACTIVE)
        return json_reply(gtt_json(made), 201)

    async def modify(self, request: Request, session: Session) -> Response:
        asked = await self._asked(request, session)
        changed = self._office.conditionals.modify(session.user_id, request.path_params["gtt_id"], asked)
        return json_reply(gtt_json(changed))

    async def cancel(self, request: Request, session: Session) -> Response:
        ended = self._office.conditionals.cancel(session.user_id, request.path_params["gtt_id"])
        return json_reply(gtt_json(ended))

    async def _asked(self, request: Request, session: Session) -> Conditional:
        given = await inputs.read(request, GttIn)
        self._office.instrument(given.symbol)
        now: datetime = self._office.now()
        if given.expires_at is not None and given.expires_at <= now:
            raise inputs.BadInput("expires_at", "expires_at has passed")
        return Conditional(
            key=given.symbol,
            shape=given.shape,
            legs=[_leg(leg, number, session.api_key) for number, leg in enumerate(given.legs)],
            expires_at=given.expires_at,
        )


def _leg(given: LegIn, number: int, api_key: str) -> Leg:
    price = inputs.paise(given.trigger_price, f"legs.{number}.trigger_price")
    gap = inputs.paise(given.trailing_gap, f"legs.{number}.trailing_gap")
    return Leg(
        role=given.role,
        trigger=given.trigger,
        price=price or 0,
        request=inputs.placement(given.order, api_key),
        trailing_gap=gap or 0,
    )


def gtt_json(one: Conditional) -> dict[str, Any]:
    return {
        "gtt_id": one.conditional_id,
        "symbol": one.key,
        "shape": one.shape.value,
        "status": one.status.value,
        "legs": [_leg_json(leg) for leg in one.legs],
        "last_price": wire.price(one.last_price),
        "created_at": wire.when(one.created_at),
        "updated_at": wire.when(one.updated_at),
        "triggered_at": wire.when(one.triggered_at),
        "expires_at": wire.when(one.expires_at),
    }


def _leg_json(leg: Leg) -> dict[str, Any]:
    return {
        "role": leg.role.value,
        "trigger": leg.trigger.value,
        "trigger_price": wire.price(leg.price),
        "trailing_gap": wire.price(leg.trailing_gap),
        "status": leg.status.value,
        "side": wire.SIDE_WORDS[leg.side],
        "type": leg.request.type.value,
        "product": leg.request.product.value,
        "quantity": leg.request.quantity,
        "price": wire.price(leg.request.price),
        "order_id": leg.order_id or None,
        "message": leg.message or None,
        "triggered_at": wire.when(leg.triggered_at),
    }

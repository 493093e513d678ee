"""Many orders at once at the Mock broker: place several, cancel all, leave every position, the kill switch."""

from __future__ import annotations

from typing import Any

from pydantic import BaseModel, ConfigDict, Field
from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

from mocks.brokers.backoffice.accounts import Session
from mocks.brokers.backoffice.iceberg import slices
from mocks.brokers.backoffice.office import BackOffice
from mocks.brokers.backoffice.refusal import Code, Refusal
from mocks.brokers.backoffice.sweep import Swept
from mocks.brokers.mock import inputs, wire
from mocks.brokers.mock.gate import Gate
from mocks.brokers.server import json_reply
from mocks.exchange.model import Kind

MOST_ORDERS = 20
EXCHANGES = ("NSE", "BSE", "NFO", "BFO")


class ManyIn(BaseModel):
    """`slice`: orders above the freeze quantity become several."""

    model_config = ConfigDict(extra="forbid")

    orders: list[inputs.OrderIn] = Field(min_length=1, max_length=MOST_ORDERS)
    slice: bool = False


class ExitIn(BaseModel):
    """Empty: everything. `exchange` and `tag` narrow it."""

    model_config = ConfigDict(extra="forbid")

    exchange: str | None = Field(default=None, pattern="^(NSE|BSE|NFO|BFO)$")
    tag: str | None = Field(default=None, max_length=40)


class KillIn(BaseModel):
    """The exchanges on which trading is switched off; an empty list switches it on again."""

    model_config = ConfigDict(extra="forbid")

    exchanges: list[str]


class Batches:
    def __init__(self, office: BackOffice, gate: Gate) -> None:
        self._office = office
        self._gate = gate

    def routes(self) -> list[Route]:
        signed = self._gate.signed
        return [
            Route("/orders/multi", signed(self.place, order=True), methods=["POST"]),
            Route("/orders", signed(self.cancel_all, order=True), methods=["DELETE"]),
            Route("/positions/exit", signed(self.exit_all, order=True), methods=["POST"]),
            Route("/kill-switch", signed(self.blocked), methods=["GET"]),
            Route("/kill-switch", signed(self.block), methods=["PUT"]),
        ]

    async def place(self, request: Request, session: Session) -> Response:
        """One line for each order, in their order; 207 when some were refused."""
        asked = await inputs.read(request, ManyIn)
        rows = [row for one in asked.orders for row in self._place(one, session, sliced=asked.slice)]
        refused = any("error" in row for row in rows)
        return json_reply({"results": rows}, 207 if refused else 201)

    def _place(self, one: inputs.OrderIn, session: Session, *, sliced: bool) -> list[dict[str, Any]]:
        quantities = [one.quantity]
        rows: list[dict[str, Any]] = []
        try:
            instrument = self._office.instrument(one.symbol)
            if sliced and instrument.kind is not Kind.INDEX:
                quantities = slices(one.quantity, instrument)
            if len(quantities) > MOST_ORDERS:
                raise Refusal(Code.FREEZE, f"The quantity makes more than {MOST_ORDERS} orders")
        except Refusal as no:
            return [{"error": wire.refusal_json(no)}]
        for quantity in quantities:
            wanted = inputs.placement(one.model_copy(update={"quantity": quantity}), session.api_key)
            try:
                rows.append({"order": wire.order_json(self._office.place(session.user_id, wanted))})
            except Refusal as no:
                rows.append({"error": wire.refusal_json(no)})
        return rows

    async def cancel_all(self, request: Request, session: Session) -> Response:
        tag = request.query_params.get("tag")
        swept = self._office.cancel_all(session.user_id, lambda order: tag not in (None, order.tag))
        return json_reply(_swept(swept), 207 if swept.refused else 200)

    async def exit_all(self, request: Request, session: Session) -> Response:
        asked = await inputs.read(request, ExitIn)
        swept = self._office.exit_all(
            session.user_id,
            lambda position: asked.exchange not in (None, position.key.partition(":")[0]),
            tag=asked.tag or "",
        )
        return json_reply(_swept(swept), 207 if swept.refused else 200)

    async def blocked(self, request: Request, session: Session) -> Response:
        return json_reply({"exchanges": self._office.directory.user(session.user_id).blocked_segments})

    async def block(self, request: Request, session: Session) -> Response:
        asked = await inputs.read(request, KillIn)
        unknown = [name for name in asked.exchanges if name not in EXCHANGES]
        if unknown:
            raise inputs.BadInput("exchanges", f"exchanges are {', '.join(EXCHANGES)}")
        self._office.block_segments(session.user_id, set(asked.exchanges))
        return await self.blocked(request, session)


def _swept(swept: Swept) -> dict[str, Any]:
    return {
        "orders": [wire.order_json(order) for order in swept.done],
        "refused": [{"about": about, "error": wire.refusal_json(no)} for about, no in swept.refused],
    }

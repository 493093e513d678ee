"""Smart orders (GTT and OCO) in Groww's words: created, changed, ended and listed. Prices are decimal text, rupees.

The docs disagree on where an OCO may be: the sandbox takes it in FNO for NRML and MIS, in CASH for MIS only.
"""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime, timedelta
from typing import Any

from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

from mocks.brokers.backoffice.conditional import Conditional, Shape, Status
from mocks.brokers.backoffice.office import BackOffice
from mocks.brokers.backoffice.orders import Product
from mocks.brokers.backoffice.profile import IST
from mocks.brokers.backoffice.refusal import Code, Refusal
from mocks.brokers.groww.branch import Branch
from mocks.brokers.groww.envelope import (
    answering,
    bad_request,
    json_object,
    success,
)
from mocks.brokers.groww.fields import one_of, page_of, quantity_of
from mocks.brokers.groww.names import Name
from mocks.brokers.groww.orders import PRODUCTS, SIDES, reference_of
from mocks.brokers.groww.references import SMART
from mocks.brokers.groww.smart_wire import (
    DURATION,
    EXIT_ROLES,
    STATUS,
    changed_gtt,
    changed_oco,
    exit_leg,
    gtt,
    gtt_fields,
    iso_or_none,
    kind_of,
    moment,
    oco_fields,
    segment_of,
)
from mocks.brokers.server import rupees
from mocks.exchange.model import Side

LIST_SIZE, LIST_CAP, LAST_PAGE = 10, 50, 500
LONGEST_WINDOW = timedelta(days=31)


class SmartOrders:
    def __init__(self, branch: Branch) -> None:
        self._branch = branch
        self._references = branch.references

    @property
    def _office(self) -> BackOffice:
        return self._branch.office

    def routes(self) -> list[Route]:
        return [
            Route("/v1/order-advance/create", answering(self.create), methods=["POST"]),
            Route("/v1/order-advance/modify/{smart_order_id}", answering(self.modify), methods=["PUT"]),
            Route(
                "/v1/order-advance/cancel/{segment}/{kind}/{smart_order_id}",
                answering(self.cancel),
                methods=["POST"],
            ),
            Route("/v1/order-advance/status/{segment}/{kind}/internal/{smart_order_id}", answering(self.get)),
            Route("/v1/order-advance/list", answering(self.list)),
        ]

    # writes ---------------------------------------------------------------------------------------------------

    async def create(self, request: Request) -> Response:
        user_id = self._branch.ordering_user(request)
        body = await json_object(request)
        kind = kind_of(body.get("smart_order_type"))
        name = self._branch.names.of(
            body.get("exchange"), segment_of(body.get("segment")), body.get("trading_symbol")
        )
        count = self._office.conditionals.count
        reference = reference_of(
            body.get("reference_id"),
            "reference_id",
            count,
            lambda given: self._references.used(SMART, user_id, given),
        )
        asked = gtt(name, body) if kind == "GTT" else self._oco(user_id, name, body)
        kept = self._office.conditionals.place(user_id, asked)
        self._references.use(SMART, user_id, reference)
        return success(self._shown(kept), 201)

    async def modify(self, request: Request) -> Response:
        user_id = self._branch.ordering_user(request)
        body = await json_object(request)
        kept = self._own(
            user_id, body.get("segment"), body.get("smart_order_type"), request.path_params["smart_order_id"]
        )
        is_gtt = kept.extra["kind"] == "GTT"
        changed = changed_gtt(self._name(kept), kept, body) if is_gtt else changed_oco(kept, body)
        self._office.conditionals.modify(user_id, kept.conditional_id, changed)
        return success(self._shown(kept), 202)

    async def cancel(self, request: Request) -> Response:
        user_id = self._branch.ordering_user(request)
        path = request.path_params
        kept = self._own(user_id, path["segment"], path["kind"], path["smart_order_id"])
        self._office.conditionals.cancel(user_id, kept.conditional_id)
        return success(self._shown(kept), 202)

    def _oco(self, user_id: str, name: Name, body: Mapping[str, Any]) -> Conditional:
        product = one_of(PRODUCTS, body, "product_type")
        if product is Product.CNC:
            raise bad_request("OCO is not available for CNC")
        side, quantity = one_of(SIDES, body, "transaction_type"), quantity_of(body)
        given = body.get("net_position_quantity")
        if not isinstance(given, int) or isinstance(given, bool) or quantity > abs(given):
            raise bad_request("quantity must not be above net_position_quantity")
        held = sum(
            position.quantity
            for position in self._office.positions(user_id)
            if position.key == name.key and position.product is product
        )
        if held * (1 if side is Side.SELL else -1) < quantity:
            raise bad_request(f"OCO needs an open position: {held} held")
        legs = [
            exit_leg(name, body.get(field), role, side, product, quantity)
            for field, role in EXIT_ROLES.items()
        ]
        return Conditional(name.key, Shape.OCO, legs, extra={"kind": "OCO", "net": str(given)})

    def _own(self, user_id: str, segment: object, kind: object, smart_order_id: str) -> Conditional:
        try:
            kept = self._office.conditionals.get(user_id, smart_order_id)
        except Refusal as no:
            raise Refusal(Code.UNKNOWN_ORDER, "Smart order not found") from no
        if kept.extra["kind"] != kind or self._name(kept).segment != segment:
            raise Refusal(Code.UNKNOWN_ORDER, "Smart order not found")
        return kept

    # reads ----------------------------------------------------------------------------------------------------

    async def get(self, request: Request) -> Response:
        user_id = self._branch.user(request)
        path = request.path_params
        return success(self._shown(self._own(user_id, path["segment"], path["kind"], path["smart_order_id"])))

    async def list(self, request: Request) -> Response:
        """The defaults bite: OCO, ACTIVE, created today, ten."""
        user_id = self._branch.user(request)
        query = request.query_params
        kind, status = kind_of(query.get("smart_order_type", "OCO")), query.get("status", "ACTIVE")
        if status not in STATUS.values():
            raise bad_request(f"Invalid status: {status}")
        segment = query.get("segment")
        if segment is not None:
            segment_of(segment)
        start, end = self._window(query.get("start_date_time"), query.get("end_date_time"))
        found = [
            kept
            for kept in reversed(self._office.conditionals.list(user_id))
            if kept.extra["kind"] == kind
            and STATUS[kept.status] == status
            and segment in (None, self._name(kept).segment)
            and kept.created_at is not None
            and start <= kept.created_at <= end
        ]
        rows = page_of(request, found, LIST_SIZE, LIST_CAP, last_page=LAST_PAGE)
        return success({"orders": [self._shown(kept) for kept in rows]})

    def _window(self, start: str | None, end: str | None) -> tuple[datetime, datetime]:
        midnight = self._office.now().astimezone(IST).replace(hour=0, minute=0, second=0, microsecond=0)
        begins = moment(start, "start_date_time") if start else midnight
        ends = moment(end, "end_date_time") if end else max(begins, midnight) + timedelta(days=1)
        if begins > ends or ends - begins > LONGEST_WINDOW:
            raise bad_request("start_date_time and end_date_time must span at most one month")
        return begins, ends

    def _name(self, kept: Conditional) -> Name:
        return self._branch.names.known(kept.key)

    def _shown(self, kept: Conditional) -> dict[str, Any]:
        name = self._name(kept)
        first = kept.legs[0]
        shown = {
            "smart_order_id": kept.conditional_id,
            "smart_order_type": kept.extra["kind"],
            "status": STATUS[kept.status],
            "trading_symbol": name.symbol,
            "exchange": name.exchange,
            "segment": name.segment,
            "quantity": first.request.quantity,
            "product_type": first.request.product.value,
            "duration": DURATION,
            "ltp": rupees(self._office.market.last(kept.key)),
            "remark": next((leg.message for leg in kept.legs if leg.message), ""),
            "display_name": name.instrument.name,
            "is_cancellation_allowed": kept.status is Status.ACTIVE,
            "is_modification_allowed": kept.status is Status.ACTIVE,
            "created_at": iso_or_none(kept.created_at),
            "updated_at": iso_or_none(kept.updated_at),
            "triggered_at": iso_or_none(kept.triggered_at),
            "expire_at": iso_or_none(kept.expires_at),
        }
        return shown | (gtt_fields(kept) if kept.extra["kind"] == "GTT" else oco_fields(kept))

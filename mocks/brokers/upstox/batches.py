"""Several Upstox orders in one request: place many, cancel all, exit all positions."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import orjson
from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

from mocks.brokers.backoffice.orders import Order, OrderRequest
from mocks.brokers.backoffice.portfolio import Position
from mocks.brokers.backoffice.refusal import Refusal
from mocks.brokers.backoffice.sweep import Swept
from mocks.brokers.upstox import wire
from mocks.brokers.upstox.bodies import flag, json_body, order_request
from mocks.brokers.upstox.controls import SEGMENTS
from mocks.brokers.upstox.desk import ORDERS, Desk, Topic
from mocks.brokers.upstox.orders import BATCH_LIMIT, place
from mocks.brokers.upstox.webhooks import Webhooks
from mocks.brokers.upstox.wire import Problem
from mocks.exchange.model import Phase, Side


def routes(desk: Desk, webhooks: Webhooks) -> list[Route]:
    batches = Batches(desk, webhooks)
    return [
        desk.route("/v2/order/multi/place", batches.place_many, "POST", Topic.TRADE),
        desk.route("/v2/order/multi/cancel", batches.cancel_all, "DELETE", Topic.TRADE),
        desk.route("/v2/order/positions/exit", batches.exit_all, "POST", Topic.TRADE),
    ]


class Batches:
    def __init__(self, desk: Desk, webhooks: Webhooks) -> None:
        self._desk, self._office, self._names = desk, desk.office, desk.names
        self._webhooks = webhooks

    async def place_many(self, request: Request, user_id: str) -> Response:
        """All lines are checked first: one that is wrong and nothing is placed. BUY lines go before SELL lines."""
        self._desk.in_service()
        lines = await json_body(request)
        if not isinstance(lines, list) or not lines or not all(isinstance(line, dict) for line in lines):
            raise Problem("UDAPI1114", "At least one order is required")
        if len(lines) > BATCH_LIMIT:
            raise Problem("UDAPI1118", f"At most {BATCH_LIMIT} orders in one request")
        self._desk.count(user_id, ORDERS, len(lines) - 1)
        _check_correlation(lines)
        asked, wrong = self._check_lines(lines, self._desk.session(request.scope).api_key)
        if wrong:
            return _many_reply([], wrong, len(lines), payload_errors=len(wrong))
        self._webhooks.watch(user_id)
        placed: list[dict[str, Any]] = []
        asked.sort(key=lambda pair: pair[1].side is not Side.BUY)
        for line, order in asked:
            mark = line["correlation_id"]
            try:
                ids, failed = place(self._desk, user_id, order, slicing=flag(line, "slice"))
            except (Problem, Refusal) as no:
                wrong.append(_line_error(no, mark))
                continue
            wrong += [{**one, "correlation_id": mark} for one in failed]
            marks = [mark] if len(ids) == 1 else [f"{mark}_{n}" for n in range(1, len(ids) + 1)]
            placed += [
                {"correlation_id": name, "order_id": order_id}
                for name, order_id in zip(marks, ids, strict=True)
            ]
        return _many_reply(placed, wrong, len(lines))

    def _check_lines(
        self, lines: list[dict[str, Any]], app: str
    ) -> tuple[list[tuple[dict[str, Any], OrderRequest]], list[dict[str, Any]]]:
        asked: list[tuple[dict[str, Any], OrderRequest]] = []
        wrong: list[dict[str, Any]] = []
        for line in lines:
            try:
                flag(line, "slice")
                asked.append(
                    (
                        line,
                        self._desk.for_session(
                            order_request(line, self._names, self._desk.switches.strictness), app
                        ),
                    )
                )
            except Problem as no:
                wrong.append(_line_error(no, line["correlation_id"]))
        return asked, wrong

    async def cancel_all(self, request: Request, user_id: str) -> Response:
        self._desk.in_service()
        segment, mark = self._filters(request)

        def left(order: Order) -> bool:
            return segment not in (None, self._names.segment(order.key)) or mark not in (None, order.tag)

        chosen = [order for order in self._office.orders(user_id) if not order.ended and not left(order)]
        if not chosen:
            raise Problem("UDAPI1109", "No orders to cancel")
        if len(chosen) > BATCH_LIMIT:
            raise Problem("UDAPI1110", f"At most {BATCH_LIMIT} orders in one request")
        swept = self._office.cancel_all(user_id, left)
        return _bulk_reply(swept, "order_id", lambda order_id: order_id)

    async def exit_all(self, request: Request, user_id: str) -> Response:
        """Market orders against every open position but delivery shares; bought-back shorts first."""
        self._desk.in_service()
        segment, mark = self._filters(request)
        tagged = {(order.key, order.product) for order in self._office.orders_by_tag(user_id, mark or "")}

        def left(position: Position) -> bool:
            there = segment in (None, self._names.segment(position.key))
            return not there or (mark is not None and (position.key, position.product) not in tagged)

        chosen = [position for position in self._office.exitable(user_id) if not left(position)]
        if not chosen:
            raise Problem("UDAPI1111", "No open positions to exit")
        if len(chosen) > BATCH_LIMIT:
            raise Problem("UDAPI1112", f"At most {BATCH_LIMIT} positions in one request")
        if all(self._desk.exchange.phase_of(position.key) is Phase.CLOSED for position in chosen):
            raise Problem("UDAPI1113", "Positions can be exited while the market is open")
        swept = self._office.exit_all(user_id, left)
        return _bulk_reply(swept, "instrument_key", self._names.key)

    def _filters(self, request: Request) -> tuple[str | None, str | None]:
        segment, mark = request.query_params.get("segment"), request.query_params.get("tag")
        if segment and segment not in SEGMENTS:
            raise Problem("UDAPI1108", "The segment is invalid", "segment", segment)
        return segment or None, mark or None


def _check_correlation(lines: list[dict[str, Any]]) -> None:
    marks = [line.get("correlation_id") for line in lines]
    if not all(isinstance(mark, str) and 0 < len(mark) <= 20 for mark in marks):
        raise Problem(
            "UDAPI1115", "Every order needs a correlation id of at most 20 characters", "correlation_id"
        )
    if len(set(marks)) != len(marks):
        raise Problem("UDAPI1117", "Correlation ids must be unique", "correlation_id")


def _line_error(no: Problem | Refusal, mark: str) -> dict[str, Any]:
    problem = no if isinstance(no, Problem) else wire.refused(no)
    return {**wire.error_line(problem), "correlation_id": mark, "order_id": None, "instrument_key": None}


def _many_reply(
    placed: list[dict[str, Any]], wrong: list[dict[str, Any]], total: int, *, payload_errors: int = 0
) -> Response:
    """The summary counts lines: one with a slice refused is no success."""
    status, word = (200, "success") if not wrong else (207, "partial_success") if placed else (400, "error")
    failed = len({line["correlation_id"] for line in wrong})
    body = {
        "status": word,
        "data": placed,
        "errors": wrong or None,
        "summary": {
            "total": total,
            "success": 0 if payload_errors else total - failed,
            "error": failed - payload_errors,
            "payload_error": payload_errors,
        },
    }
    return Response(orjson.dumps(body), status, media_type="application/json")


def _bulk_reply(swept: Swept, subject: str, named: Callable[[str], str]) -> Response:
    """`subject` is the field that says which order or instrument an error is about."""
    wrong = [{**wire.error_line(wire.refused(no)), subject: named(mark)} for mark, no in swept.refused]
    done = [order.order_id for order in swept.done]
    status, word = (200, "success") if not wrong else (207, "partial_success") if done else (400, "error")
    body = {
        "status": word,
        "data": {"order_ids": done},
        "errors": wrong or None,
        "summary": {"total": len(done) + len(wrong), "success": len(done), "error": len(wrong)},
    }
    return Response(orjson.dumps(body), status, media_type="application/json")

"""Several Upstox orders in one request: place many, cancel all, exit all positions."""

from __future__ import annotations

from typing import Any

import orjson
from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

from mocks.brokers.backoffice.orders import OrderRequest, Product
from mocks.brokers.backoffice.refusal import Refusal
from mocks.brokers.upstox import wire
from mocks.brokers.upstox.bodies import json_body, order_request
from mocks.brokers.upstox.desk import Desk
from mocks.brokers.upstox.orders import BATCH_LIMIT, pieces, place
from mocks.brokers.upstox.wire import Problem
from mocks.exchange.model import OrderType, Side

SEGMENTS = ("NSE_EQ", "BSE_EQ", "NSE_FO", "BSE_FO", "MCX_FO", "NCD_FO", "BCD_FO", "NSE_COM")


def routes(desk: Desk) -> list[Route]:
    batches = Batches(desk)
    return [
        desk.route("/v2/order/multi/place", batches.place_many, "POST"),
        desk.route("/v2/order/multi/cancel", batches.cancel_all, "DELETE"),
        desk.route("/v2/order/positions/exit", batches.exit_all, "POST"),
    ]


class Batches:
    def __init__(self, desk: Desk) -> None:
        self._desk, self._office, self._names = desk, desk.office, desk.names

    async def place_many(self, request: Request, user_id: str) -> Response:
        """All lines are checked first: one that is wrong and nothing is placed. BUY lines go before SELL lines."""
        self._desk.in_service()
        lines = await json_body(request)
        if not isinstance(lines, list) or not lines or not all(isinstance(line, dict) for line in lines):
            raise Problem("UDAPI1114", "At least one order is required")
        if len(lines) > BATCH_LIMIT:
            raise Problem("UDAPI1118", f"At most {BATCH_LIMIT} orders in one request")
        _check_correlation(lines)
        asked, wrong = self._check_lines(lines)
        if wrong:
            return _many_reply([], wrong, len(lines), payload_errors=len(wrong))
        placed: list[dict[str, Any]] = []
        asked.sort(key=lambda pair: pair[1].side is not Side.BUY)
        for line, order in asked:
            mark = line["correlation_id"]
            try:
                ids = place(self._desk, user_id, order, slicing=bool(line.get("slice")))
            except (Problem, Refusal) as no:
                wrong.append(_line_error(no, mark))
                continue
            marks = [mark] if len(ids) == 1 else [f"{mark}_{n}" for n in range(1, len(ids) + 1)]
            placed += [
                {"correlation_id": name, "order_id": order_id}
                for name, order_id in zip(marks, ids, strict=True)
            ]
        return _many_reply(placed, wrong, len(lines))

    def _check_lines(
        self, lines: list[dict[str, Any]]
    ) -> tuple[list[tuple[dict[str, Any], OrderRequest]], list[dict[str, Any]]]:
        asked: list[tuple[dict[str, Any], OrderRequest]] = []
        wrong: list[dict[str, Any]] = []
        for line in lines:
            try:
                asked.append((line, order_request(line, self._names)))
            except Problem as no:
                wrong.append(_line_error(no, line["correlation_id"]))
        return asked, wrong

    async def cancel_all(self, request: Request, user_id: str) -> Response:
        self._desk.in_service()
        segment, mark = self._filters(request)
        chosen = [
            order
            for order in self._office.orders(user_id)
            if not order.ended
            and segment in (None, self._names.segment(order.key))
            and mark in (None, order.tag)
        ]
        if not chosen:
            raise Problem("UDAPI1109", "No orders to cancel")
        if len(chosen) > BATCH_LIMIT:
            raise Problem("UDAPI1110", f"At most {BATCH_LIMIT} orders in one request")
        done: list[str] = []
        wrong: list[dict[str, Any]] = []
        for order in chosen:
            try:
                done.append(self._office.cancel(user_id, order.order_id).order_id)
            except Refusal as no:
                wrong.append({**wire.error_line(wire.refused(no)), "order_id": order.order_id})
        return _bulk_reply(done, wrong, len(chosen))

    async def exit_all(self, request: Request, user_id: str) -> Response:
        """Market orders against every open position but delivery shares; bought-back shorts first."""
        self._desk.in_service()
        segment, _ = self._filters(request)
        chosen = [
            position
            for position in self._office.positions(user_id)
            if position.quantity
            and position.product in (Product.MIS, Product.NRML)
            and segment in (None, self._names.segment(position.key))
        ]
        if not chosen:
            raise Problem("UDAPI1111", "No open positions to exit")
        if len(chosen) > BATCH_LIMIT:
            raise Problem("UDAPI1112", f"At most {BATCH_LIMIT} positions in one request")
        done: list[str] = []
        wrong: list[dict[str, Any]] = []
        for position in sorted(chosen, key=lambda one: one.quantity):
            side = Side.SELL if position.quantity > 0 else Side.BUY
            for piece in pieces(abs(position.quantity), self._office.instrument(position.key)):
                order = OrderRequest(
                    position.key, side, OrderType.MARKET, position.product, piece, protection=-1
                )
                try:
                    done.append(self._office.place(user_id, order).order_id)
                except Refusal as no:
                    key = self._names.key(position.key)
                    wrong.append({**wire.error_line(wire.refused(no)), "instrument_key": key})
        return _bulk_reply(done, wrong, len(done) + len(wrong))

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
    status, word = (200, "success") if not wrong else (207, "partial_success") if placed else (400, "error")
    failed = len(wrong) - payload_errors
    summary = {"total": total, "success": total - len(wrong) if not payload_errors else 0}
    body = {
        "status": word,
        "data": placed,
        "errors": wrong or None,
        "summary": {**summary, "error": failed, "payload_error": payload_errors},
    }
    return Response(orjson.dumps(body), status, media_type="application/json")


def _bulk_reply(done: list[str], wrong: list[dict[str, Any]], total: int) -> Response:
    status, word = (200, "success") if not wrong else (207, "partial_success") if done else (400, "error")
    body = {
        "status": word,
        "data": {"order_ids": done},
        "errors": wrong or None,
        "summary": {"total": total, "success": len(done), "error": len(wrong)},
    }
    return Response(orjson.dumps(body), status, media_type="application/json")

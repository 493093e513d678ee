"""The native Mock broker: a plain JSON API with OAuth's code flow, and deposits and withdrawals.

The contract is in docs/sandbox.md.
"""

from __future__ import annotations

import re
import secrets
from datetime import date, timedelta
from typing import TYPE_CHECKING

import orjson
from starlette.applications import Starlette
from starlette.exceptions import HTTPException
from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route, WebSocketRoute

from mocks.brokers.backoffice.accounts import Session
from mocks.brokers.backoffice.office import BackOffice
from mocks.brokers.backoffice.profile import Profile, next_time_of_day
from mocks.brokers.backoffice.refusal import Code, Refusal
from mocks.brokers.faults import ASGIApp, FaultPlan, Faulty, Message, Reply, Scope, Surface
from mocks.brokers.mock import inputs, wire
from mocks.brokers.mock.batches import Batches
from mocks.brokers.mock.conditionals import Conditionals
from mocks.brokers.mock.costs import Costs
from mocks.brokers.mock.gate import Barred, Gate
from mocks.brokers.mock.login import Login
from mocks.brokers.mock.stream import stream
from mocks.brokers.server import json_reply, no_such_call

if TYPE_CHECKING:
    from mocks.exchange.venue import Exchange

PROFILE = Profile(
    name="mock",
    title="Mock Broker",
    order_id=lambda number, at: f"M{at:%y%m%d}{number:07d}",
    trade_id=lambda number, at: f"MT{at:%y%m%d}{number:07d}",
    expiry=lambda now: next_time_of_day(now, 6),
    user_id=lambda number: f"MK{number:04d}",
    token=lambda user_id, expires_at: "mock_" + secrets.token_hex(20),
)
TOO_MANY = Reply(
    429, "application/json", b'{"error":{"code":"too_many_requests","message":"Too many requests"}}'
)
STATUS = {
    Code.BAD_LOGIN: 401,
    Code.NO_SESSION: 401,
    Code.SESSION_EXPIRED: 401,
    Code.UNKNOWN_APP: 401,
    Code.BAD_CODE: 400,
    Code.BAD_REDIRECT: 400,
    Code.UNKNOWN_ORDER: 404,
    Code.UNKNOWN_USER: 404,
    Code.NOT_OPEN: 409,
    Code.BELOW_FILLED: 409,
    Code.CLOSED: 409,
    Code.INSUFFICIENT_FUNDS: 409,
    Code.INSUFFICIENT_HOLDINGS: 409,
    Code.NEEDS_AUTHORISATION: 409,
    Code.NO_POSITION: 409,
    Code.TOO_MANY_CHANGES: 409,
    Code.BEING_PROCESSED: 409,
    Code.BLOCKED: 409,
    Code.AMO_HOURS: 409,
    Code.INTRADAY_OVER: 409,
    Code.TOO_MANY_CONDITIONS: 409,
    Code.UNKNOWN_CONDITION: 404,
    Code.UNKNOWN_AUTHORISATION: 404,
    Code.NO_CONTRACT_NOTE: 404,
}
INTERVALS: dict[str, int | None] = {"1m": 1, "5m": 5, "15m": 15, "1h": 60, "1d": None}  # minutes; None: days
MOST_CANDLES_OF = {
    "1m": timedelta(days=31),
    "5m": timedelta(days=93),
    "15m": timedelta(days=186),
    "1h": timedelta(days=400),
    "1d": timedelta(days=2000),
}
CALLS: tuple[tuple[str, re.Pattern[str], str], ...] = tuple(
    (method, re.compile(pattern), call)
    for method, pattern, call in (
        ("POST", r"/orders", "place"),
        ("GET", r"/orders", "orders"),
        ("GET", r"/orders/[^/]+", "order"),
        ("PATCH", r"/orders/[^/]+", "modify"),
        ("DELETE", r"/orders/[^/]+", "cancel"),
        ("GET", r"/orders/[^/]+/history", "order_history"),
        ("GET", r"/orders/[^/]+/trades", "order_trades"),
        ("GET", r"/trades", "trades"),
        ("GET", r"/funds", "funds"),
        ("GET", r"/holdings", "holdings"),
        ("GET", r"/positions", "positions"),
        ("POST", r"/positions/convert", "convert"),
        ("POST", r"/margin(/basket)?", "margin"),
        ("POST", r"/charges", "charges"),
        ("POST", r"/orders/multi", "multi_place"),
        ("DELETE", r"/orders", "cancel_all"),
        ("POST", r"/positions/exit", "exit_all"),
        ("GET", r"/kill-switch", "kill_switch"),
        ("PUT", r"/kill-switch", "kill_switch"),
        ("GET", r"/contract-notes/[^/]+", "contract_note"),
        ("GET", r"/ledger", "statement"),
        ("GET", r"/gtt", "gtts"),
        ("GET", r"/gtt/[^/]+", "gtt"),
        ("POST", r"/gtt", "gtt_place"),
        ("PUT", r"/gtt/[^/]+", "gtt_modify"),
        ("DELETE", r"/gtt/[^/]+", "gtt_cancel"),
        ("GET", r"/quotes", "quote"),
        ("GET", r"/ltp", "ltp"),
        ("GET", r"/candles", "candles"),
        ("GET", r"/instruments", "instruments"),
        ("GET", r"/profile", "profile"),
        ("GET", r"/login", "login"),
        ("POST", r"/login", "login"),
        ("POST", r"/token", "token"),
        ("GET", r"/stream", "ticks"),
    )
)


def call_of(method: str, path: str) -> str | None:
    for verb, pattern, call in CALLS:
        if verb == method and pattern.fullmatch(path):
            return call
    return None


def app(office: BackOffice, exchange: Exchange, faults: FaultPlan, *, base_url: str) -> ASGIApp:
    def account_of(scope: Scope) -> str | None:
        session = office.directory.sessions.get(inputs.token_of(scope))
        return session.user_id if session else None

    gate = Gate(office)
    inner = Starlette(
        routes=[
            *Login(office).routes(),
            *Batches(office, gate).routes(),
            *Costs(office, gate).routes(),
            *Conditionals(office, gate).routes(),
            *Server(office, gate).routes(),
            WebSocketRoute("/stream", stream(office, exchange, inputs.token_of)),
        ],
        exception_handlers={
            Refusal: refused,
            Barred: barred,
            inputs.BadInput: bad_input,
            HTTPException: no_such_call,
        },
    )
    return Faulty(inner, faults, PROFILE.name, Surface(call_of, account_of, TOO_MANY, frame_of))


def frame_of(message: Message) -> str:
    """Everything is text here: the type tells."""
    return {"order": "update", "tick": "tick"}.get(orjson.loads(message["text"])["type"], "other")


class Server:
    """Account, orders one by one, and the market. Each method is one endpoint."""

    def __init__(self, office: BackOffice, gate: Gate) -> None:
        self._office = office
        self._gate = gate
        self._dump: tuple[date, bytes] | None = None  # of a trading day: listings change over night

    def routes(self) -> list[Route]:
        signed = self._gate.signed
        return [
            Route("/token", signed(self.logout), methods=["DELETE"]),
            Route("/profile", signed(self.profile)),
            Route("/instruments", self.instruments),
            Route("/funds", signed(self.funds)),
            Route("/funds/deposit", signed(self.deposit), methods=["POST"]),
            Route("/funds/withdraw", signed(self.withdraw), methods=["POST"]),
            Route("/holdings", signed(self.holdings)),
            Route("/positions", signed(self.positions)),
            Route("/positions/convert", signed(self.convert), methods=["POST"]),
            Route("/orders", signed(self.orders), methods=["GET"]),
            Route("/orders", signed(self.place, order=True), methods=["POST"]),
            Route("/orders/{order_id}", signed(self.order), methods=["GET"]),
            Route("/orders/{order_id}", signed(self.modify, order=True), methods=["PATCH"]),
            Route("/orders/{order_id}", signed(self.cancel, order=True), methods=["DELETE"]),
            Route("/orders/{order_id}/history", signed(self.history)),
            Route("/orders/{order_id}/trades", signed(self.order_trades)),
            Route("/trades", signed(self.trades)),
            Route("/quotes", signed(self.quotes)),
            Route("/ltp", signed(self.last_prices)),
            Route("/candles", signed(self.candles)),
            Route("/margin", signed(self.margin), methods=["POST"]),
        ]

    async def logout(self, request: Request, session: Session) -> Response:
        self._office.directory.close_session(session.access_token)
        return Response(status_code=204)

    # account ----------------------------------------------------------------------------------------------

    async def profile(self, request: Request, session: Session) -> Response:
        user = self._office.directory.user(session.user_id)
        return json_reply({"user_id": user.user_id, "name": user.name, "email": user.email})

    async def instruments(self, request: Request) -> Response:
        """Public."""
        exchange = self._office.exchange
        if self._dump is None or self._dump[0] != exchange.day:
            listed = [wire.instrument_json(one) for one in exchange.instruments.values()]
            self._dump = exchange.day, bytes(json_reply({"instruments": listed}).body)
        return Response(self._dump[1], media_type="application/json")

    async def funds(self, request: Request, session: Session) -> Response:
        return json_reply(wire.funds_json(self._office.funds(session.user_id)))

    async def deposit(self, request: Request, session: Session) -> Response:
        amount = inputs.amount(await inputs.read(request, inputs.AmountIn))
        return json_reply(wire.funds_json(self._office.deposit(session.user_id, amount)))

    async def withdraw(self, request: Request, session: Session) -> Response:
        amount = inputs.amount(await inputs.read(request, inputs.AmountIn))
        return json_reply(wire.funds_json(self._office.withdraw(session.user_id, amount)))

    async def holdings(self, request: Request, session: Session) -> Response:
        ledger, quote = self._office.ledger(session.user_id), self._office.exchange.quote
        rows = [
            wire.holding_json(held, quote(held.key), ledger.waiting(held.isin))
            for held in ledger.holdings.values()
        ]
        return json_reply({"holdings": rows})

    async def positions(self, request: Request, session: Session) -> Response:
        positions = self._office.positions(session.user_id)
        quote = self._office.exchange.quote
        return json_reply({"positions": [wire.position_json(one, quote(one.key)) for one in positions]})

    async def convert(self, request: Request, session: Session) -> Response:
        asked = await inputs.read(request, inputs.ConvertIn)
        self._office.convert(
            session.user_id,
            asked.symbol,
            inputs.SIDES[asked.side],
            asked.quantity,
            asked.old_product,
            asked.new_product,
            overnight=asked.overnight,
        )
        return await self.positions(request, session)

    async def margin(self, request: Request, session: Session) -> Response:
        asked = inputs.placement(await inputs.read(request, inputs.OrderIn), session.api_key)
        return json_reply(
            {"required": wire.money(self._office.required_margin(session.user_id, asked).total)}
        )

    # orders -----------------------------------------------------------------------------------------------

    async def place(self, request: Request, session: Session) -> Response:
        asked = inputs.placement(await inputs.read(request, inputs.OrderIn), session.api_key)
        return json_reply(wire.order_json(self._office.place(session.user_id, asked)), 201)

    async def modify(self, request: Request, session: Session) -> Response:
        asked = await inputs.read(request, inputs.ChangeIn)
        order = self._office.modify(session.user_id, request.path_params["order_id"], inputs.change(asked))
        return json_reply(wire.order_json(order))

    async def cancel(self, request: Request, session: Session) -> Response:
        order = self._office.cancel(session.user_id, request.path_params["order_id"])
        return json_reply(wire.order_json(order))

    async def orders(self, request: Request, session: Session) -> Response:
        tag = request.query_params.get("tag")
        found = (
            self._office.orders(session.user_id)
            if tag is None
            else self._office.orders_by_tag(session.user_id, tag)
        )
        return json_reply({"orders": [wire.order_json(order) for order in found]})

    async def order(self, request: Request, session: Session) -> Response:
        order = self._office.order(session.user_id, request.path_params["order_id"])
        return json_reply(wire.order_json(order))

    async def history(self, request: Request, session: Session) -> Response:
        order = self._office.order(session.user_id, request.path_params["order_id"])
        return json_reply({"history": [wire.row_json(row) for row in order.history]})

    async def order_trades(self, request: Request, session: Session) -> Response:
        order = self._office.order(session.user_id, request.path_params["order_id"])
        return json_reply({"trades": [wire.fill_json(fill) for fill in order.fills]})

    async def trades(self, request: Request, session: Session) -> Response:
        return json_reply({"trades": [wire.fill_json(fill) for fill in self._office.trades(session.user_id)]})

    # market -----------------------------------------------------------------------------------------------

    async def quotes(self, request: Request, session: Session) -> Response:
        exchange = self._office.exchange
        return json_reply({"quotes": [wire.quote_json(exchange.quote(key)) for key in self._keys(request)]})

    async def last_prices(self, request: Request, session: Session) -> Response:
        prices = {key: wire.money(self._office.last_price(key)) for key in self._keys(request)}
        return json_reply({"last_prices": prices})

    async def candles(self, request: Request, session: Session) -> Response:
        query = request.query_params
        instrument = self._office.instrument(query.get("symbol", ""))
        interval = query.get("interval", "")
        if interval not in INTERVALS:
            raise inputs.BadInput("interval", f"interval is one of {', '.join(INTERVALS)}")
        start, end = inputs.moment(query.get("from"), "from"), inputs.moment(query.get("to"), "to")
        if end - start > MOST_CANDLES_OF[interval]:
            raise inputs.BadInput("from", "the span is too long for this interval")
        found = self._office.exchange.history.candles(instrument.key, INTERVALS[interval], start, end)
        return json_reply({"candles": [wire.candle_json(one) for one in found]})

    def _keys(self, request: Request) -> list[str]:
        """Unknown symbols are left out of the answer."""
        text = request.query_params.get("symbols", "")
        if not text:
            raise inputs.BadInput("symbols", "symbols is a comma-separated list like NSE:INFY,BSE:TCS")
        known = self._office.exchange.instruments
        return [key for key in dict.fromkeys(text.split(",")) if key in known]


async def refused(request: Request, no: Exception) -> Response:
    assert isinstance(no, Refusal)
    return json_reply({"error": wire.refusal_json(no)}, STATUS.get(no.code, 422))


async def barred(request: Request, no: Exception) -> Response:
    assert isinstance(no, Barred)
    return json_reply({"error": {"code": no.code, "message": no.message}}, no.status)


async def bad_input(request: Request, bad: Exception) -> Response:
    assert isinstance(bad, inputs.BadInput)
    return json_reply({"error": {"code": "bad_input", "message": bad.message, "field": bad.field}}, 422)

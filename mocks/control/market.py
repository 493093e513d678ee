"""The market: prices, listings, books, the tape, the background trading, scenarios and halts."""

from __future__ import annotations

from collections import deque
from decimal import Decimal
from typing import Any

from pydantic import Field
from starlette.requests import Request
from starlette.responses import Response

from mocks.brokers.mock import wire
from mocks.brokers.server import json_reply
from mocks.control.world import Input, Problem, Routes, World, body, moment, paise, whole
from mocks.exchange.model import Event, Instrument, Trade
from mocks.exchange.scenarios import SCENARIOS

TAPE = 2000
MOST_FOUND = 50


class PricesIn(Input):
    prices: dict[str, Decimal] = Field(min_length=1)


class FlowIn(Input):
    enabled: bool


class ScenarioIn(Input):
    """`symbol`: where it happens; without it, everywhere, if the scenario can."""

    name: str
    symbol: str | None = None


class HaltIn(Input):
    """Without `minutes` until it is resumed."""

    minutes: int | None = Field(default=None, ge=1, le=1440)


class Market:
    def __init__(self, world: World) -> None:
        self._world = world
        self._exchange = world.exchange
        self._tape: deque[Trade] = deque(maxlen=TAPE)
        self._exchange.listen(self._hear)

    def routes(self) -> Routes:
        return [
            ("GET", "/prices", self.show_prices),
            ("POST", "/prices", self.set_prices),
            ("GET", "/instruments", self.search),
            ("GET", "/books/{key}", self.book),
            ("GET", "/tape", self.tape),
            ("POST", "/flow", self.set_flow),
            ("GET", "/scenarios", self.scenarios),
            ("POST", "/scenario", self.play),
            ("POST", "/halt", self.halt),
            ("POST", "/resume", self.resume),
        ]

    def _hear(self, event: Event) -> None:
        if type(event) is Trade:
            self._tape.append(event)

    async def show_prices(self, request: Request) -> Response:
        keys = [key for key in request.query_params.get("symbols", "").split(",") if key]
        if not keys:
            raise Problem(422, "bad_input", "symbols is a list like NSE:INFY,BSE:TCS", "symbols")
        for key in keys:
            self._listed(key, "symbols")
        return json_reply({"quotes": [wire.quote_json(self._exchange.quote(key)) for key in keys]})

    async def set_prices(self, request: Request) -> Response:
        asked = await body(request, PricesIn)
        for key, price in asked.prices.items():
            try:
                self._exchange.set_price(key, paise(price, key))
            except KeyError as unknown:
                raise Problem(
                    404, "unknown_instrument", f"Unknown or untradable symbol {key}", key
                ) from unknown
            except ValueError as bad:
                raise Problem(422, "bad_price", self._allowed(key), key) from bad
        return json_reply(
            {"prices": {key: wire.money(self._exchange.quote(key).last_price) for key in asked.prices}}
        )

    def _allowed(self, key: str) -> str:
        instrument = self._exchange.instruments[key]
        low, high = instrument.band or (instrument.tick, 0)
        until = f" to {wire.money(high)}" if high else ""
        return f"{key} trades from {wire.money(low)}{until} in steps of {wire.money(instrument.tick)}"

    async def search(self, request: Request) -> Response:
        """Listings whose symbol or name has every word; those that begin with the first word come first."""
        words = request.query_params.get("search", "").upper().split()
        most = whole(request, "limit", 12, 1, MOST_FOUND)
        found = []
        for one in self._exchange.instruments.values() if words else ():
            text = f"{one.key} {one.name.upper()}"
            if all(word in text for word in words):
                rank = (not one.symbol.startswith(words[0]), len(one.symbol), one.exchange != "NSE", one.key)
                found.append((rank, one))
        found.sort(key=lambda pair: pair[0])
        return json_reply({"instruments": [_listing(one) for _, one in found[:most]]})

    async def book(self, request: Request) -> Response:
        key = request.path_params["key"]
        self._listed(key, "key")
        quote = wire.quote_json(self._exchange.quote(key))
        session = {"phase": self._exchange.phase_of(key).name, "session": self._exchange.session_name(key)}
        return json_reply(quote | session)

    async def tape(self, request: Request) -> Response:
        """The newest prints, newest first; `after` leaves out those up to a number, `symbol` the others'."""
        symbol = request.query_params.get("symbol")
        after = whole(request, "after", 0, 0, 10**18)
        most = whole(request, "limit", 50, 1, 500)
        rows: list[dict[str, Any]] = []
        for trade in reversed(self._tape):
            if trade.seq <= after or len(rows) == most:
                break
            if symbol in (None, trade.key):
                rows.append(_print(trade))
        return json_reply({"trades": rows})

    async def set_flow(self, request: Request) -> Response:
        asked = await body(request, FlowIn)
        self._world.flow = asked.enabled
        self._exchange.set_flow(asked.enabled)
        return json_reply({"flow": asked.enabled})

    async def scenarios(self, request: Request) -> Response:
        listed = [
            {"name": name, "words": one.words, "everywhere": one.everywhere}
            for name, one in SCENARIOS.items()
        ]
        return json_reply({"scenarios": listed})

    async def play(self, request: Request) -> Response:
        asked = await body(request, ScenarioIn)
        if asked.name not in SCENARIOS:
            raise Problem(404, "unknown_scenario", f"One of {', '.join(SCENARIOS)}", "name")
        if asked.symbol is not None:
            self._listed(asked.symbol, "symbol")
        try:
            self._exchange.play(asked.name, asked.symbol)
        except ValueError as bad:
            raise Problem(422, "bad_scenario", str(bad), "symbol") from bad
        self._world.stepper.nudge()
        return json_reply({"scenario": asked.name, "symbol": asked.symbol}, 202)

    async def halt(self, request: Request) -> Response:
        """Stop all trading, as a market-wide breaker does."""
        asked = await body(request, HaltIn)
        self._exchange.halt(asked.minutes)
        return json_reply({"halted": True, "minutes": asked.minutes})

    async def resume(self, request: Request) -> Response:
        self._exchange.resume()
        return json_reply({"halted": False})

    def _listed(self, key: str, name: str) -> Instrument:
        found = self._exchange.instruments.get(key)
        if found is None:
            raise Problem(404, "unknown_instrument", f"Unknown symbol {key}", name)
        return found


def _listing(one: Instrument) -> dict[str, Any]:
    return {"symbol": one.key, "name": one.name, "kind": one.kind.value, "expiry": one.expiry or None}


def _print(trade: Trade) -> dict[str, Any]:
    return {
        "number": trade.seq,
        "at": moment(trade.time),
        "symbol": trade.key,
        "price": wire.money(trade.price),
        "quantity": trade.quantity,
        "aggressor": wire.SIDE_WORDS[trade.aggressor] if trade.aggressor else None,
    }

"""The real adapters over the simulated network: their HTTP clients and their sockets are the only parts replaced."""

from __future__ import annotations

from collections.abc import AsyncGenerator
from contextlib import AbstractAsyncContextManager, asynccontextmanager
from typing import Any

import httpx
import orjson

from adapters import http
from adapters.broker import Adapter, Broker, Endpoints, Listing, MarketFeed, Session, StreamEvent, Symbols
from adapters.mock import market as mock_market
from adapters.mock import wire as mock_wire
from adapters.mock.broker import MockAdapter
from adapters.zerodha import master as kite_master
from adapters.zerodha import wire as kite_wire
from adapters.zerodha.broker import ZerodhaAdapter
from domain.account import BrokerId
from domain.errors import BrokerUnavailable
from mocks.brokers.backoffice.orders import OrderUpdate
from mocks.brokers.kite import rows
from mocks.brokers.kite.tokens import Tokens
from mocks.brokers.mock import wire as server_wire
from tests.simulation.network import Network, Parse
from tests.simulation.world import Client, World


@asynccontextmanager
async def _no_feed() -> Any:
    raise BrokerUnavailable("no prices are streamed here")
    yield


def _plug(part: object, wire: httpx.AsyncBaseTransport) -> None:
    """Put `wire` under every HTTP client that an adapter made for itself. None of them has been opened yet."""
    for inside in list(getattr(part, "__dict__", {}).values()):
        if isinstance(inside, httpx.AsyncClient):
            inside._transport, inside._mounts = wire, {}
        elif type(inside).__module__.startswith("adapters."):
            _plug(inside, wire)


class SimulatedAdapter:
    """One broker's adapter, whole but for what it is plugged into. Prices come by REST only."""

    def __init__(self, real: Adapter, network: Network, world: World) -> None:
        self._real, self._network, self._world = real, network, world
        self.terms, self.login = real.terms, real.login
        self._broker = real.terms.broker

    def connect(self, session: Session, endpoints: Endpoints, symbols: Symbols, **more: Any) -> Broker:
        broker = self._real.connect(session, endpoints, symbols, **more)
        _plug(broker, self._network.wire(self._broker))
        return broker

    async def instruments(self, endpoints: Endpoints) -> list[Listing]:
        """The master as the server gives it: what goes wrong with a master is no business of orders."""
        app = self._world.apps[self._broker]
        async with httpx.AsyncClient(transport=httpx.ASGITransport(app), base_url="http://x") as client:
            answer = await client.get("/instruments")
        if self._broker is BrokerId.MOCK:
            return [mock_market.listing(row) for row in http.exact_json(answer.content)["instruments"]]
        return kite_master.listings(answer.text)

    def market_feed(
        self, session: Session, endpoints: Endpoints, symbols: Symbols, **more: Any
    ) -> AbstractAsyncContextManager[MarketFeed]:
        feed: AbstractAsyncContextManager[MarketFeed] = _no_feed()
        return feed

    def order_stream(
        self, session: Session, endpoints: Endpoints, symbols: Symbols, **more: Any
    ) -> AsyncGenerator[StreamEvent, None]:
        client = Client(self._broker, session.broker_user_id)
        return self._network.stream(client, session.access_token, self._parse(symbols))

    def __getattr__(self, name: str) -> Any:
        return getattr(self._real, name)

    def _parse(self, symbols: Symbols) -> Parse:
        return _mock_events if self._broker is BrokerId.MOCK else _kite_events(self._world, symbols)


def _mock_events(update: OrderUpdate) -> list[StreamEvent]:
    """Through the wire as it is: what the server would send, read as the adapter reads it."""
    order = http.exact_json(orjson.dumps(server_wire.order_json(update.order)))
    events: list[StreamEvent] = [mock_wire.order_report(order)]
    if update.fill is not None:
        fill = http.exact_json(orjson.dumps(server_wire.fill_json(update.fill)))
        events.append(mock_wire.broker_fill(fill))
    return events


def _kite_events(world: World, symbols: Symbols) -> Parse:
    tokens = Tokens(world.exchange.instruments)

    def parse(update: OrderUpdate) -> list[StreamEvent]:
        if update.row.stage not in rows.ANNOUNCED:
            return []
        token = tokens.by_key[update.order.key]
        payload = rows.update_payload(update.order, update.row.stage, token, "secret")
        return [kite_wire.order_report(http.exact_json(orjson.dumps(payload)), symbols)]

    return parse


def adapters(network: Network, world: World) -> dict[BrokerId, Any]:
    real: tuple[Any, ...] = (MockAdapter(), ZerodhaAdapter())
    return {one.terms.broker: SimulatedAdapter(one, network, world) for one in real}

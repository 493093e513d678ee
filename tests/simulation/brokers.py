"""The real adapters over the simulated network: their HTTP clients and their sockets are the only parts replaced."""

from __future__ import annotations

from collections.abc import AsyncGenerator, Callable, Collection
from contextlib import AbstractAsyncContextManager, asynccontextmanager
from dataclasses import replace
from typing import Any

import httpx
import orjson

from adapters import http
from adapters.broker import Adapter, Broker, Endpoints, Listing, MarketFeed, Session, StreamEvent, Symbols
from adapters.groww import wire_feed as groww_feed
from adapters.groww import wire_market as groww_market
from adapters.groww.broker import GrowwAdapter
from adapters.mock import market as mock_market
from adapters.mock import wire as mock_wire
from adapters.mock.broker import MockAdapter
from adapters.upstox import master as upstox_master
from adapters.upstox import wire as upstox_wire
from adapters.upstox.broker import MASTER_PATH, UpstoxAdapter
from adapters.zerodha import master as kite_master
from adapters.zerodha import wire as kite_wire
from adapters.zerodha.broker import ZerodhaAdapter
from domain.account import BrokerId
from domain.errors import BrokerUnavailable
from mocks.brokers.backoffice.orders import OrderUpdate
from mocks.brokers.groww import protobuf
from mocks.brokers.groww.names import Names as GrowwNames
from mocks.brokers.groww.orders import status_word
from mocks.brokers.kite import rows as kite_server
from mocks.brokers.kite.tokens import Tokens
from mocks.brokers.mock import wire as mock_server
from mocks.brokers.upstox import wire as upstox_server
from mocks.brokers.upstox.names import Names as UpstoxNames
from tests.simulation.network import Network, Parse
from tests.simulation.records import Client
from tests.simulation.world import World


@asynccontextmanager
async def _no_feed() -> Any:
    raise BrokerUnavailable("no prices are streamed here")
    yield


def plug(part: object, wire: httpx.AsyncBaseTransport) -> None:
    """Put `wire` under every HTTP client that an adapter made for itself. None of them has been opened yet."""
    for inside in list(getattr(part, "__dict__", {}).values()):
        if isinstance(inside, httpx.AsyncClient):
            inside._transport, inside._mounts = wire, {}
        elif type(inside).__module__.startswith("adapters."):
            plug(inside, wire)


class SimulatedAdapter:
    """One broker's adapter, whole but for what it is plugged into. Prices come by REST only."""

    def __init__(self, real: Adapter, network: Network, world: World) -> None:
        self._real, self._network, self._world = real, network, world
        self.terms, self.login = real.terms, real.login
        self._broker = real.terms.broker

    def connect(self, session: Session, endpoints: Endpoints, symbols: Symbols, **more: Any) -> Broker:
        broker = self._real.connect(session, endpoints, symbols, **more)
        plug(broker, self._network.wire(self._broker))
        return broker

    async def instruments(self, endpoints: Endpoints) -> list[Listing]:
        """The master as the server gives it: what goes wrong with a master is no business of orders."""
        path, read = MASTERS[self._broker]
        app = self._world.apps[self._broker]
        async with httpx.AsyncClient(transport=httpx.ASGITransport(app), base_url="http://x") as client:
            return read(await client.get(path))

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
        return UPDATES[self._broker](self._world, symbols)


# --- order updates, through each wire as it is: what the server would send, read as the adapter reads it ----------


def _mock_events(world: World, symbols: Symbols) -> Parse:
    def parse(update: OrderUpdate) -> list[StreamEvent]:
        order = http.exact_json(orjson.dumps(mock_server.order_json(update.order)))
        events: list[StreamEvent] = [mock_wire.order_report(order)]
        if update.fill is not None:
            fill = http.exact_json(orjson.dumps(mock_server.fill_json(update.fill)))
            events.append(mock_wire.broker_fill(fill))
        return events

    return parse


def _kite_events(world: World, symbols: Symbols) -> Parse:
    tokens = Tokens(world.exchange.instruments)

    def parse(update: OrderUpdate) -> list[StreamEvent]:
        if update.row.stage not in kite_server.ANNOUNCED:
            return []
        token = tokens.by_key[update.order.key]
        payload = kite_server.update_payload(update.order, update.row.stage, token, "secret")
        return [kite_wire.order_report(http.exact_json(orjson.dumps(payload)), symbols)]

    return parse


def _upstox_events(world: World, symbols: Symbols) -> Parse:
    names = UpstoxNames(world.exchange.instruments, world.offices[BrokerId.UPSTOX].market.seen)

    def parse(update: OrderUpdate) -> list[StreamEvent]:
        told = orjson.dumps(upstox_server.update_message(update.order, update.row, names))
        return [upstox_wire.report(http.exact_json(told), symbols, seen_at=world.now())]

    return parse


def _groww_events(world: World, symbols: Symbols) -> Parse:
    names = GrowwNames(world.offices[BrokerId.GROWW].market.seen).renewed(world.exchange.instruments)

    def parse(update: OrderUpdate) -> list[StreamEvent]:
        word = status_word(update.row.stage, update.order.code)
        name = names.known(update.order.key)
        told = protobuf.order_update(name, update.order, update.row, word)
        return [groww_feed.report_of(told, symbols, seen_at=world.now())]

    return parse


UPDATES: dict[BrokerId, Callable[[World, Symbols], Parse]] = {
    BrokerId.MOCK: _mock_events,
    BrokerId.ZERODHA: _kite_events,
    BrokerId.UPSTOX: _upstox_events,
    BrokerId.GROWW: _groww_events,
}


# --- instrument masters ------------------------------------------------------------------------------------------


def _mock_master(answer: httpx.Response) -> list[Listing]:
    return [mock_market.listing(row) for row in http.exact_json(answer.content)["instruments"]]


MASTERS: dict[BrokerId, tuple[str, Callable[[httpx.Response], list[Listing]]]] = {
    BrokerId.MOCK: ("/instruments", _mock_master),
    BrokerId.ZERODHA: ("/instruments", lambda answer: kite_master.listings(answer.text)),
    BrokerId.UPSTOX: (MASTER_PATH, lambda answer: upstox_master.listings(answer.content)),
    BrokerId.GROWW: ("/instruments", lambda answer: groww_market.listings(answer.text)),
}


def adapters(network: Network, world: World, replaces: Collection[BrokerId] = ()) -> dict[BrokerId, Any]:
    """`replaces` names brokers that are said to change no order."""
    real: tuple[Any, ...] = (MockAdapter(), ZerodhaAdapter(), UpstoxAdapter(), GrowwAdapter())
    simulated = {one.terms.broker: SimulatedAdapter(one, network, world) for one in real}
    for broker in replaces:
        simulated[broker].terms = replace(simulated[broker].terms, modifies=False)
    return simulated

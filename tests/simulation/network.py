"""The network between a process of the product and the brokers: real requests to real servers, with a fate each."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncGenerator, Callable
from contextvars import Context
from typing import Any

import aiohttp
import httpx

from adapters.broker import Connected, StreamEvent
from domain.account import BrokerId
from domain.errors import BrokerUnavailable, SessionExpired
from mocks.brokers.backoffice import mishap
from mocks.brokers.backoffice.orders import OrderUpdate
from mocks.brokers.backoffice.refusal import Refusal
from tests.simulation.loop import VirtualLoop
from tests.simulation.records import Client
from tests.simulation.weather import Fate, Weather
from tests.simulation.world import World

RESET = frozenset({Fate.RESET_BEFORE, Fate.RESET_AFTER})
UNSEEN = frozenset({Fate.RESET_BEFORE, Fate.SILENT_BEFORE, Fate.PAGE_BEFORE})
PAGES = frozenset({Fate.PAGE_BEFORE, Fate.PAGE_AFTER})
SILENT = frozenset({Fate.SILENT_BEFORE, Fate.SILENT_AFTER})
GROWW_VERBS = {"/v1/order/create": "POST", "/v1/order/modify": "PUT", "/v1/order/cancel": "DELETE"}
Parse = Callable[[OrderUpdate], list[StreamEvent]]


class Network:
    """`down` names brokers that nobody can reach; `cut` is nobody at all, for what is left of a killed process."""

    def __init__(self, loop: VirtualLoop, world: World, weather: Weather) -> None:
        self._loop, self._world, self.weather = loop, world, weather
        self.down: set[BrokerId] = set()
        self.cut = False
        self.requests = 0
        self._outside = Context()
        self._running: set[asyncio.Task[Any]] = set()

    def wire(self, broker: BrokerId) -> Wire:
        return Wire(self, broker)

    async def carry(self, broker: BrokerId, request: httpx.Request) -> httpx.Response:
        """The answer, as far as there is one. Raises httpx's errors as a real transport does."""
        self.requests += 1
        body = await request.aread()
        fate = self.weather.fate()
        if self.cut or fate is Fate.REFUSED or broker in self.down:
            await asyncio.sleep(self.weather.delay())
            raise httpx.ConnectTimeout("no way there", request=request) from aiohttp.ConnectionTimeoutError()
        answer: asyncio.Future[httpx.Response] = self._loop.create_future()
        self._outside_task(self._travel(broker, request, body, fate, answer))
        try:
            return await answer
        except aiohttp.ServerDisconnectedError as broken:
            raise httpx.ReadError("reset", request=request) from broken

    def _outside_task(self, work: Any) -> None:
        task = self._loop.create_task(work, context=self._outside.copy())
        self._running.add(task)
        task.add_done_callback(self._running.discard)

    async def _travel(
        self, broker: BrokerId, request: httpx.Request, body: bytes, fate: Fate, answer: asyncio.Future[Any]
    ) -> None:
        weather = self.weather
        await asyncio.sleep(weather.long_delay() if fate is Fate.LATE_ARRIVAL else weather.delay())
        response = None if fate in UNSEEN else await self._serve(broker, request, body)
        await asyncio.sleep(weather.long_delay() if fate is Fate.LATE_ANSWER else weather.delay())
        if answer.done() or fate in SILENT:
            return
        if fate in RESET:
            answer.set_exception(aiohttp.ServerDisconnectedError())
        elif fate in PAGES or response is None:
            answer.set_result(httpx.Response(502, html="<h1>Bad gateway</h1>", request=request))
        elif fate is Fate.GARBAGE:
            answer.set_result(httpx.Response(200, content=response.content[:7] + b"\xff", request=request))
        else:
            answer.set_result(response)

    async def _serve(self, broker: BrokerId, request: httpx.Request, body: bytes) -> httpx.Response:
        world = self._world
        world.catch_up()
        verb = _verb(request)
        mishap.CURRENT.set(self.weather.mishap(verb, order=bool(verb)))
        response = await _ask(world.apps[broker], request, body)
        world.catch_up()
        return response

    # --- streams -------------------------------------------------------------------------------------------------

    async def stream(self, client: Client, token: str, parse: Parse) -> AsyncGenerator[StreamEvent, None]:
        """One connection's updates, as the weather lets them through: late, twice, in any order, or not."""
        await asyncio.sleep(self.weather.delay())
        if self.cut or client.broker in self.down:
            raise BrokerUnavailable("the stream is refused")
        office = self._world.offices[client.broker]
        try:
            office.directory.session(token)
        except Refusal as no:
            raise SessionExpired(no.message) from no
        arrived: asyncio.Queue[StreamEvent | None] = asyncio.Queue()

        def arrive(events: list[StreamEvent]) -> None:
            for event in events:
                arrived.put_nowait(event)

        def heard(update: OrderUpdate) -> None:
            events = parse(update)
            for _ in range(self.weather.copies()):
                self._later(self.weather.update_delay(), lambda: arrive(events))
            if self.weather.stream_ends():
                self._later(self.weather.delay(), lambda: arrived.put_nowait(None))

        stop = office.listen(client.user_id, heard)
        try:
            yield Connected(self._world.now())
            while (event := await arrived.get()) is not None:
                yield event
        finally:
            stop()
        raise BrokerUnavailable("the stream broke")

    def _later(self, seconds: float, what: Callable[[], object]) -> None:
        self._loop.call_later(seconds, what, context=self._outside)


def _verb(request: httpx.Request) -> str:
    """POST places an order, PUT changes one and DELETE cancels one, whatever a broker's wire has for it; else ""."""
    path, method = request.url.path, request.method
    if method == "GET" or "/gtt" in path or "order-advance" in path:
        return ""
    if path.startswith("/v1/order/"):  # Groww posts everything
        return GROWW_VERBS.get(path, "")
    return method if path.startswith(("/orders", "/v3/order/")) else ""


async def _ask(app: Any, request: httpx.Request, body: bytes) -> httpx.Response:
    """One request to a server, without a socket."""
    scope = {
        "type": "http",
        "asgi": {"version": "3.0"},
        "http_version": "1.1",
        "method": request.method,
        "headers": [(name.lower(), value) for name, value in request.headers.raw],
        "scheme": "http",
        "path": request.url.path,
        "raw_path": request.url.raw_path.split(b"?")[0],
        "query_string": request.url.query,
        "server": ("127.0.0.1", 80),
        "client": ("127.0.0.1", 50000),
        "root_path": "",
        "state": {},
    }
    status, headers, content = 500, list[tuple[bytes, bytes]](), bytearray()

    async def receive() -> dict[str, Any]:
        return {"type": "http.request", "body": body, "more_body": False}

    async def send(message: dict[str, Any]) -> None:
        nonlocal status
        if message["type"] == "http.response.start":
            status = message["status"]
            headers.extend(message["headers"])
        else:
            content.extend(message.get("body", b""))

    await app(scope, receive, send)
    return httpx.Response(status, headers=headers, content=bytes(content), request=request)


class Wire(httpx.AsyncBaseTransport):
    """What stands where the real transport stands."""

    def __init__(self, network: Network, broker: BrokerId) -> None:
        self._network, self._broker = network, broker

    async def handle_async_request(self, request: httpx.Request) -> httpx.Response:
        return await self._network.carry(self._broker, request)

"""Whatever a broker sends, a call ends in its value or in one of the four errors: real answers, spoilt at random."""

from __future__ import annotations

import json
import random
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager
from dataclasses import replace
from datetime import timedelta
from typing import Any

import aiohttp
from aiohttp import web

from adapters.broker import Broker, Conversion, MarginAsk
from domain.conditional import ConditionalIntent, ConditionalKind, ConditionalLeg
from domain.errors import BrokerError
from domain.order import OrderType, Product, Side, apply_all
from domain.report import facts_of
from tests.adapters.desk import INFY, TCS, Desk, complete, now

ROUNDS = 15  # of each call, each spoilt in another way

HOSTILE: list[Any] = [None, "", "abc", -5, 0, 1.5, True, [], {}, [1], {"a": 1}, "9" * 40, 10**30, "\u0000"]
HOSTILE += ["2026-13-45 99:00:00", "NaN", "@NaN", "@-Infinity", "@1e400", "@1e99999999999999999999"]
WHOLE = [b"", b"<html>502</html>", b"[" * 50_000, b"null", b"[]", b'"x"', b"\xff\xfe{}"]


class Spoiler:
    """Passes requests on to a broker and spoils its answers once `on`."""

    def __init__(self, target: str) -> None:
        self.on, self.url = False, ""
        self._target, self._dice = target, random.Random(1)

    @asynccontextmanager
    async def running(self) -> AsyncIterator[Spoiler]:
        app = web.Application()
        app.router.add_route("*", "/{path:.*}", self._answer)
        runner = web.AppRunner(app)
        await runner.setup()
        await web.TCPSite(runner, "127.0.0.1", 0).start()
        host, port = runner.addresses[0][:2]
        self.url = f"http://{host}:{port}"
        async with aiohttp.ClientSession() as self._session:
            yield self
        await runner.cleanup()

    async def _answer(self, request: web.Request) -> web.Response:
        hop = ("host", "content-length", "accept-encoding")
        headers = {name: value for name, value in request.headers.items() if name.lower() not in hop}
        body = await request.read()
        async with self._session.request(
            request.method, f"{self._target}{request.rel_url}", data=body, headers=headers
        ) as answer:
            content = await answer.read()
            content = self._spoilt(content) if self.on else content
            return web.Response(body=content, status=answer.status, content_type="application/json")

    def _spoilt(self, content: bytes) -> bytes:
        dice = self._dice
        if dice.random() < 0.15:
            return dice.choice([*WHOLE, content[: dice.randrange(len(content))]])
        document = json.loads(content)
        for _ in range(dice.choice((1, 1, 2, 4))):
            if places := _places(document):
                container, key = dice.choice(places)
                container[key] = dice.choice(HOSTILE)
        text = json.dumps(document)
        for bare in (one for one in HOSTILE if isinstance(one, str) and one.startswith("@")):
            text = text.replace(f'"{bare}"', bare[1:])
        return text.encode()


def _places(node: Any) -> list[tuple[Any, Any]]:
    pairs = node.items() if isinstance(node, dict) else enumerate(node[:4]) if isinstance(node, list) else ()
    return [place for key, value in list(pairs) for place in ((node, key), *_places(value))]


async def test_a_spoilt_answer_is_one_of_the_four_errors_or_a_value_that_holds(desk: Desk) -> None:
    resting = await desk.placed(desk.child())
    done = await desk.placed(desk.child(quantity=2, order_type=OrderType.MARKET, price=None))
    await desk.until(done, complete)
    ask = MarginAsk(INFY, Side.BUY, 5, OrderType.LIMIT, Product.CNC, desk.far_below())
    leg = ConditionalLeg(desk.far_below(), 5, OrderType.MARKET)
    buy = (Side.BUY, Product.CNC, (leg,), desk.price(INFY))
    trigger = ConditionalIntent(ConditionalKind.SINGLE, INFY, *buy)
    week = timedelta(days=7)
    calls: list[Callable[[Broker], Awaitable[Any]]] = [
        lambda broker: broker.profile(),
        lambda broker: broker.margin(),
        lambda broker: broker.holdings(),
        lambda broker: broker.positions(),
        lambda broker: broker.orders(),
        lambda broker: broker.order(resting),
        lambda broker: broker.find(done),
        lambda broker: broker.trades(done),
        lambda broker: broker.quotes([INFY, TCS]),
        lambda broker: broker.candles(INFY, interval="1d", start=now() - week, end=now()),
        lambda broker: broker.required_margin(ask),
        lambda broker: broker.place(desk.child()),
        lambda broker: broker.cancel(resting),
        lambda broker: broker.required_margins([ask, ask]),
        lambda broker: broker.charges([ask]),
        lambda broker: broker.conditionals(),
        lambda broker: broker.place_conditional(trigger),
        lambda broker: broker.convert(Conversion(INFY, Side.BUY, 1, Product.CNC, Product.MIS)),
        lambda broker: broker.probe(),
        lambda broker: broker.addresses(),
        lambda broker: broker.authorisation({INFY: 5}),
    ]
    async with Spoiler(desk.endpoints.rest).running() as spoiler:
        through = replace(desk.endpoints, rest=spoiler.url, order_rest="")
        broker = desk.adapter.connect(desk.session, through, desk.names, clock=now)
        spoiler.on = True
        for call in calls:
            for _ in range(ROUNDS):
                try:
                    answer = await call(broker)
                except BrokerError:
                    continue
                book = answer if call is calls[4] else ()
                for report in (one for one in book if one.broker_order_id in resting.broker_order_ids):
                    assert 0 <= apply_all(resting, facts_of(report)).live_quantity <= resting.quantity
        await broker.aclose()

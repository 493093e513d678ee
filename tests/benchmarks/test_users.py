"""The users of `make load` in their own process, against a server that does not always answer."""

from __future__ import annotations

import asyncio
import json
from collections import Counter
from contextlib import ExitStack
from pathlib import Path

from aiohttp import web

from benchmarks.load.generators import Size, end_users, start_users


async def test_an_order_without_an_answer_is_asked_again_with_its_key_and_noted_once(tmp_path: Path) -> None:
    asked: Counter[str] = Counter()

    async def orders(request: web.Request) -> web.Response:
        key = request.headers["Idempotency-Key"]
        assert (await request.json())["account"] == request.headers["Authorization"].removeprefix(
            "Bearer of "
        )
        asked[key] += 1
        if asked[key] == 1:
            return web.json_response({"code": "broker_unavailable"}, status=503)
        return web.json_response({"id": f"order of {key}"}, status=201)

    async def anything(_: web.Request) -> web.Response:
        return web.json_response({})

    app = web.Application()
    app.router.add_post("/v1/orders", orders)
    app.router.add_route("*", "/{path:.*}", anything)
    runner = web.AppRunner(app)
    await runner.setup()
    await web.TCPSite(runner, "127.0.0.1", 0).start()
    url = f"http://127.0.0.1:{runner.addresses[0][1]}"
    people = [{"url": url, "token": f"of {name}", "account": name} for name in "ab"]
    (tmp_path / "people.json").write_text(json.dumps(people))
    size = Size("one", minutes=4 / 60, users=40, sockets=0, each=0)
    try:
        with ExitStack() as opened:
            done = await asyncio.to_thread(end_users, start_users(size, tmp_path, opened), tmp_path)
    finally:
        await runner.cleanup()
    made = {key: order for of in done["made"].values() for key, order in of.items()}
    assert made == {key: f"order of {key}" for key in asked}
    assert set(asked.values()) <= {2}
    assert not done["refused"]
    assert not done["unanswered"]
    assert done["problems"].get("POST /v1/orders 503 broker_unavailable", 0) == len(asked)

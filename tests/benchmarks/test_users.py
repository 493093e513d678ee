"""The users of `make load` in their own process, against a server that does not always answer."""

from __future__ import annotations

import asyncio
import json
import os
import sys
from collections import Counter
from pathlib import Path

from aiohttp import web

from tests.stories.product import ROOT


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
    people, result = tmp_path / "people.json", tmp_path / "users.json"
    people.write_text(json.dumps([{"url": url, "token": f"of {name}", "account": name} for name in "ab"]))
    try:
        users = await asyncio.create_subprocess_exec(
            *(
                sys.executable,
                "-m",
                "locust",
                "-f",
                "benchmarks/load/users.py",
                "--headless",
                "--only-summary",
            ),
            *("-u", "40", "-r", "40", "-t", "4s", "--stop-timeout", "30", "--exit-code-on-error", "0"),
            cwd=ROOT,
            env=os.environ | {"LOAD_PEOPLE": str(people), "LOAD_RESULT": str(result)},
            stdout=asyncio.subprocess.DEVNULL,
            stderr=asyncio.subprocess.DEVNULL,
        )
        assert await users.wait() == 0
    finally:
        await runner.cleanup()
    done = json.loads(result.read_text())
    made = {key: order for of in done["made"].values() for key, order in of.items()}
    assert made == {key: f"order of {key}" for key in asked}
    assert set(asked.values()) <= {2}
    assert not done["refused"]
    assert not done["unanswered"]
    assert done["problems"].get("POST /v1/orders 503 broker_unavailable", 0) == len(asked)

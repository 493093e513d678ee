"""What counting requests costs: the smallest answer of the product, counted and not, in turns within one run.

In this process, without a socket, so that only our own share of a request is measured.
"""

from __future__ import annotations

import asyncio
import tempfile
import time
from pathlib import Path

from starlette.types import ASGIApp, Message, Receive, Scope, Send

from orchestrator.config import Settings
from orchestrator.shields.rate_door import RateDoor
from orchestrator.shields.rates import Payer, Rates

CALLS, TURNS = 2000, 15
SCOPE = {
    "type": "http",
    "method": "GET",
    "path": "/v1/portfolio",
    "headers": [(b"host", b"127.0.0.1"), (b"authorization", b"Bearer something")],
    "client": ("127.0.0.1", 4711),
}


class _State:
    rates: Rates


class _App:
    state = _State()


async def main() -> None:
    with tempfile.TemporaryDirectory() as folder:
        _App.state.rates = Rates(Settings(data=Path(folder), rate_reads="100000000/minute",
                                          rate_address="100000000/minute", _env_file=None))  # fmt: skip

    async def answer(scope: Scope, receive: Receive, send: Send) -> None:
        await send({"type": "http.response.start", "status": 200, "headers": []})

    async def login(token: str, state: object, address: str) -> Payer:
        return Payer("usr_1")

    async def program(token: str, state: object, address: str) -> Payer:
        return Payer("usr_1", "tok_1")

    def at_hand(token: str, state: object) -> bool:
        return True

    ways: dict[str, ASGIApp] = {
        "not counted": answer,
        "a login (address, user)": RateDoor(answer, login, at_hand),
        "a token (address, user, token)": RateDoor(answer, program, at_hand),
    }
    taken: dict[str, list[float]] = {name: [] for name in ways}
    for _ in range(TURNS):
        for name, way in ways.items():
            taken[name].append(await _each(way))
    print("counting a request, microseconds (best of turns):")
    for name, turns in taken.items():
        print(f"  {name:32} {min(turns) * 1e6:8.1f}")


async def _each(way: ASGIApp) -> float:
    async def receive() -> Message:
        return {"type": "http.request"}

    async def send(_message: Message) -> None:
        return

    begun = time.perf_counter()
    for _ in range(CALLS):
        await way({**SCOPE, "app": _App}, receive, send)
    return (time.perf_counter() - begun) / CALLS


if __name__ == "__main__":
    asyncio.run(main())

"""The clock and the day: what time it is at the exchange, how fast it goes, and how a day ends."""

from __future__ import annotations

from datetime import datetime
from typing import Any, Literal

from pydantic import AwareDatetime, Field
from starlette.requests import Request
from starlette.responses import FileResponse, Response

from mocks import seed
from mocks.brokers.server import json_reply
from mocks.clock import SECOND_NS
from mocks.control.world import Input, Problem, Routes, World, body, moment

LONGEST_SECONDS = 366 * 86_400


class ClockIn(Input):
    """`advance` (seconds) or `to` (a time with its zone) puts the clock forward."""

    mode: Literal["real", "step"] | None = None
    speed: float | None = Field(default=None, gt=0, le=10_000, allow_inf_nan=False)
    advance: float | None = Field(default=None, ge=0, le=LONGEST_SECONDS, allow_inf_nan=False)
    to: AwareDatetime | None = None


class Day:
    def __init__(self, world: World) -> None:
        self._world = world

    def routes(self) -> Routes:
        return [
            ("GET", "/health", self.health),
            ("GET", "/clock", self.show_clock),
            ("POST", "/clock", self.set_clock),
            ("GET", "/journal", self.journal),
            ("POST", "/settle", self.settle),
            ("POST", "/reset", self.reset),
        ]

    async def health(self, request: Request) -> Response:
        return json_reply({"status": "ok", "time": self._world.exchange.now, "flow": self._world.flow})

    async def show_clock(self, request: Request) -> Response:
        return json_reply(self._clock())

    def _clock(self) -> dict[str, Any]:
        exchange, clock = self._world.exchange, self._world.clock
        return {
            "time": exchange.now,
            "ist": moment(exchange.now),
            "day": exchange.day.isoformat(),
            "mode": clock.mode,
            "speed": clock.speed,
            "always_open": exchange.always_open,
            "flow": self._world.flow,
            "sessions": self._sessions(),
        }

    def _sessions(self) -> list[dict[str, str]]:
        """One line for each group of instruments that trades by hours of its own."""
        exchange = self._world.exchange
        groups: dict[str, str] = {}
        for key, one in exchange.instruments.items():
            if one.kind.value != "IDX":
                groups.setdefault(f"{one.exchange} {one.kind.value}", key)
        return [
            {"group": group, "session": exchange.session_name(key), "phase": exchange.phase_of(key).name}
            for group, key in groups.items()
        ]

    async def set_clock(self, request: Request) -> Response:
        asked = await body(request, ClockIn)
        clock, stepper = self._world.clock, self._world.stepper
        if asked.advance is not None and asked.to is not None:
            raise Problem(422, "bad_input", "advance or to, not both", "to")
        to = None if asked.to is None else _ns(asked.to)
        if to is not None and to < clock.now_ns():
            raise Problem(422, "bad_input", f"time does not go back: it is {moment(clock.now_ns())}", "to")
        if to is not None and to > clock.now_ns() + LONGEST_SECONDS * SECOND_NS:
            raise Problem(422, "bad_input", "the clock goes a year forward at most", "to")
        stepper.catch_up()
        if asked.mode is not None:
            clock.set_mode(asked.mode)
        if asked.speed is not None:
            clock.set_speed(asked.speed)
        if asked.advance is not None:
            await stepper.to(clock.now_ns() + round(asked.advance * SECOND_NS))
        elif to is not None:
            await stepper.to(to)
        return json_reply(self._clock())

    async def journal(self, request: Request) -> Response:
        """Every input of the exchange so far, one JSON line each."""
        path = self._world.options.journal
        if path is None:
            raise Problem(404, "no_journal", "The sandbox was started without --journal")
        self._world.flush()
        return FileResponse(path, media_type="application/x-ndjson", filename=path.name)

    async def settle(self, request: Request) -> Response:
        for office in self._world.offices.values():
            office.settle()
        return json_reply({"settled": list(self._world.offices)})

    async def reset(self, request: Request) -> Response:
        """Back to the demo users: faults, sessions, orders and every other user go."""
        self._world.faults.reset()
        for office in self._world.offices.values():
            office.reset()
            seed.demo(office)
        return json_reply({"reset": list(self._world.offices)})


def _ns(at: datetime) -> int:
    return round(at.timestamp() * SECOND_NS)

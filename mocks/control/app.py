"""The sandbox's control API and its page, as one app.

JSON; money and prices as decimal strings in rupees. Answers 4xx {"error": {"code", "message", "field"}} when asked
for something that cannot be.
"""

from __future__ import annotations

from pathlib import Path

from starlette.applications import Starlette
from starlette.exceptions import HTTPException
from starlette.requests import Request
from starlette.responses import FileResponse, PlainTextResponse, Response
from starlette.routing import BaseRoute, Mount, Route
from starlette.staticfiles import StaticFiles

from mocks.brokers.backoffice.refusal import Code, Refusal
from mocks.brokers.faults import BadRule
from mocks.brokers.server import client_address, json_reply, no_such_call
from mocks.control.accounts import Accounts
from mocks.control.apps import Apps
from mocks.control.broken import Broken
from mocks.control.companies import Companies
from mocks.control.day import Day
from mocks.control.market import Market
from mocks.control.people import People
from mocks.control.world import Problem, World

PAGE = Path(__file__).parent.parent / "page"
NOT_FOUND = frozenset({Code.UNKNOWN_USER, Code.UNKNOWN_INSTRUMENT, Code.NO_CONTRACT_NOTE})


class Control:
    def __init__(self, world: World) -> None:
        self._world = world

    def app(self) -> Starlette:
        world = self._world
        parts = (
            Day(world), People(world), Apps(world), Accounts(world), Broken(world), Market(world), Companies(world),
        )  # fmt: skip
        routes: list[BaseRoute] = [
            Route(path, endpoint, methods=[method])
            for part in parts
            for method, path, endpoint in part.routes()
        ]
        routes += [Route("/", _page), Route("/ip", _address), Mount("/page", StaticFiles(directory=PAGE))]
        return Starlette(
            routes=routes,
            exception_handlers={
                Problem: _problem,
                Refusal: _refused,
                BadRule: _bad_rule,
                HTTPException: no_such_call,
            },
        )


async def _page(request: Request) -> Response:
    return FileResponse(PAGE / "index.html", headers={"Cache-Control": "no-cache"})


async def _address(request: Request) -> Response:
    """Where the caller comes from, as the brokers' rule of registered addresses sees it."""
    return PlainTextResponse(client_address(request.scope))


async def _problem(request: Request, problem: Exception) -> Response:
    assert isinstance(problem, Problem)
    return json_reply({"error": problem.error}, problem.status)


async def _refused(request: Request, no: Exception) -> Response:
    assert isinstance(no, Refusal)
    status = 404 if no.code in NOT_FOUND else 422
    return json_reply({"error": {"code": no.code.value, "message": no.message, **no.fields}}, status)


async def _bad_rule(request: Request, bad: Exception) -> Response:
    assert isinstance(bad, BadRule)
    return json_reply({"error": {"code": "bad_fault", "message": str(bad), "field": bad.field}}, 422)

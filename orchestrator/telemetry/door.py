"""Counts and times every request by the template of its route, never by its path. Pure ASGI, outermost."""

from __future__ import annotations

from collections.abc import Callable, Collection

from prometheus_client import Counter, Histogram
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from orchestrator.telemetry import metrics
from orchestrator.telemetry.overhead import CURRENT, Overhead

METHODS = frozenset({"GET", "HEAD", "POST", "PUT", "PATCH", "DELETE", "OPTIONS"})
API = ("/v1/", "/api/", "/kite")
SITE, NOTHING = "site", "none"
ROUTE = "trademaster.route"  # of the ASGI scope, once a request has ended: the template of its route


class Counted:
    """`paths`: asked once, the routes' own, for requests that are answered before any route is chosen."""

    def __init__(self, app: ASGIApp, paths: Callable[[], Collection[str]]) -> None:
        self._app, self._paths = app, paths
        self._known: frozenset[str] | None = None
        self._answers: dict[tuple[str, str, int], tuple[Counter, Histogram]] = {}

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] != "http":
            await self._app(scope, receive, send)
            return
        status = 500  # of who ends without an answer

        async def watched(message: Message) -> None:
            nonlocal status
            if message["type"] == "http.response.start":
                status = message["status"]
            await send(message)

        own = Overhead()
        token = CURRENT.set(own)
        metrics.HTTP_IN_FLIGHT.inc()
        try:
            await self._app(scope, receive, watched)
        finally:
            CURRENT.reset(token)
            metrics.HTTP_IN_FLIGHT.dec()
            scope[ROUTE] = self._route(scope)
            answers, seconds = self._of(scope, status)
            answers.inc()
            seconds.observe(own.total())
            if own.orders:
                metrics.ORDER_OVERHEAD.observe(own.own())

    def _of(self, scope: Scope, status: int) -> tuple[Counter, Histogram]:
        asked: str = scope["method"]
        method = asked if asked in METHODS else "OTHER"
        key = (method, scope[ROUTE], status // 100)
        known = self._answers.get(key)
        if known is None:
            route, kind = key[1], f"{key[2]}xx"
            counted = metrics.HTTP_REQUESTS.labels(method, route, kind)
            known = self._answers[key] = counted, metrics.HTTP_SECONDS.labels(method, route)
        return known

    def _route(self, scope: Scope) -> str:
        path: str | None = getattr(scope.get("route"), "path", None)
        if path is not None:
            return path
        if self._known is None:
            self._known = frozenset(one for one in self._paths() if "{" not in one)
        path = scope["path"]
        if path in self._known:
            return path
        return NOTHING if path.startswith(API) else SITE

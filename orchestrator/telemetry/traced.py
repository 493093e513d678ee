"""A span around every request, under the caller's own (W3C traceparent). In place only while traces are made. ASGI."""

from __future__ import annotations

from starlette.types import ASGIApp, Message, Receive, Scope, Send

from orchestrator.telemetry import tracing
from orchestrator.telemetry.door import ROUTE

CARRIED = (b"traceparent", b"tracestate")


class Traced:
    def __init__(self, app: ASGIApp) -> None:
        self._app = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] != "http":
            await self._app(scope, receive, send)
            return
        status = 500

        async def watched(message: Message) -> None:
            nonlocal status
            if message["type"] == "http.response.start":
                status = message["status"]
            await send(message)

        with tracing.request(_carried(scope), scope["method"]) as span:
            try:
                await self._app(scope, receive, watched)
            finally:
                if span is not None:
                    route = scope.get(ROUTE, "")
                    span.update_name(f"{scope['method']} {route}")
                    span.set_attribute("http.route", route)
                    span.set_attribute("http.response.status_code", status)


def _carried(scope: Scope) -> dict[str, str]:
    return {name.decode(): value.decode("latin-1") for name, value in scope["headers"] if name in CARRIED}

"""What every answer carries: a request id, and the headers that keep a browser on the safe side. Pure ASGI."""

from __future__ import annotations

import re
import secrets

import structlog
from starlette.types import ASGIApp, Message, Receive, Scope, Send

API = ("/v1/", "/api/", "/kite/")
REQUEST_ID = re.compile(rb"[A-Za-z0-9._-]{1,64}")

PAGES = "; ".join(
    (
        "default-src 'self'",
        "script-src 'self'",
        "img-src 'self' data: blob:",
        "style-src 'self' 'unsafe-inline'",  # charts and popovers set style attributes
        "connect-src 'self'",
        "frame-src 'none'",
        "object-src 'none'",
        "base-uri 'self'",
        "form-action 'self'",
        "frame-ancestors 'none'",
    )
)
DATA = (
    "default-src 'none'; frame-ancestors 'none'; base-uri 'none'; form-action 'none'"  # answers are no pages
)

SAFE = {
    "x-content-type-options": "nosniff",
    "x-frame-options": "DENY",
    "referrer-policy": "same-origin",
    "cross-origin-opener-policy": "same-origin",
    "cross-origin-resource-policy": "same-origin",
    "x-permitted-cross-domain-policies": "none",
    "permissions-policy": "camera=(), geolocation=(), microphone=(), payment=(), usb=()",
}
HTTPS_ONLY = "max-age=31536000; includeSubDomains"


class SafeHeaders:
    """Adds `X-Request-ID` (the caller's, if it has a sane form) and the headers above to HTTP answers. `https`: people
    reach us that way and no other."""

    def __init__(self, app: ASGIApp, *, https: bool = False) -> None:
        self._app = app
        self._page = _raw(SAFE | {"content-security-policy": PAGES}, https=https)
        self._data = _raw(SAFE | {"content-security-policy": DATA, "cache-control": "no-store"}, https=https)

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] != "http":
            await self._app(scope, receive, send)
            return
        request_id = _request_id(scope)
        safe = self._data if scope["path"].startswith(API) else self._page

        async def send_with_headers(message: Message) -> None:
            if message["type"] == "http.response.start":
                given = message.get("headers", ())
                names = {name.lower() for name, _ in given}
                message["headers"] = [
                    *given,
                    (b"x-request-id", request_id.encode()),
                    *(row for row in safe if row[0] not in names),
                ]
            await send(message)

        with structlog.contextvars.bound_contextvars(request=request_id):
            await self._app(scope, receive, send_with_headers)


def _raw(headers: dict[str, str], *, https: bool) -> list[tuple[bytes, bytes]]:
    more = {"strict-transport-security": HTTPS_ONLY} if https else {}
    return [(name.encode(), value.encode()) for name, value in (headers | more).items()]


def _request_id(scope: Scope) -> str:
    for name, value in scope["headers"]:
        if name == b"x-request-id" and REQUEST_ID.fullmatch(value):
            return bytes(value).decode()
    return secrets.token_hex(8)

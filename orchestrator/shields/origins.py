"""Pages of other sites: what they send with a user's cookie, or from a user's machine, changes nothing here.

A browser names the page that asks in `Origin` (and `Sec-Fetch-Site`), which no page can forge. Programs name none.
"""

from __future__ import annotations

from urllib.parse import urlsplit

from starlette.types import ASGIApp, Receive, Scope, Send

from orchestrator.config import Settings
from orchestrator.errors import Problem
from orchestrator.shields.refusing import header, refuse

SAFE_METHODS = frozenset({"GET", "HEAD", "OPTIONS"})
HTTP_OF = {"ws": "http", "wss": "https"}
FOREIGN = (
    b"cross-site",
    b"same-site",
)  # another port of one machine is the same site to a browser, and not to us


class OwnPages:
    """Refuses what another origin's page would change, and its sockets. Origins that CORS lets in may ask without
    cookies, never with them. Pure ASGI."""

    def __init__(self, app: ASGIApp, settings: Settings) -> None:
        self._app = app
        self._own = origin_of(settings.base_url)
        self._welcome = frozenset(settings.cors_origin_list)

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] == "lifespan" or self._may(scope):
            await self._app(scope, receive, send)
            return
        problem = Problem(
            403,
            "foreign_origin",
            "a page of another site sent this",
            rule="pages may only ask the origin that they come from",
            fix="send it from our own page, or from a program, or list the page's origin in TRADEMASTER_CORS_ORIGINS",
        )
        await refuse(problem, scope, receive, send)

    def _may(self, scope: Scope) -> bool:
        if scope["type"] == "http" and scope["method"] in SAFE_METHODS:
            return True
        named = header(scope, b"origin")
        if named is None:
            return header(scope, b"sec-fetch-site") not in FOREIGN
        origin = named.decode("latin-1").lower()
        if origin in (self._own, _asked(scope)):
            return True
        return origin in self._welcome and header(scope, b"cookie") is None


def origin_of(url: str) -> str:
    """Scheme, host and port as a browser writes them in `Origin`."""
    parts = urlsplit(url)
    standard = {"http": 80, "https": 443}.get(parts.scheme)
    port = "" if parts.port in (None, standard) else f":{parts.port}"
    host = parts.hostname or ""
    return f"{parts.scheme}://{f'[{host}]' if ':' in host else host}{port}"


def _asked(scope: Scope) -> str:
    """The origin under which we were asked; `KnownNames` has looked at the name."""
    scheme = HTTP_OF.get(scope["scheme"], scope["scheme"])
    return f"{scheme}://{(header(scope, b'host') or b'').decode('latin-1').lower()}"

"""By which names we may be called: a page that points its own name at this machine gets nothing (DNS rebinding)."""

from __future__ import annotations

import ipaddress
from functools import lru_cache
from urllib.parse import urlsplit

from starlette.types import ASGIApp, Receive, Scope, Send

from orchestrator.config import Settings
from orchestrator.errors import Problem
from orchestrator.shields.refusing import header, refuse


class KnownNames:
    """Refuses a `Host` that is neither an address, nor localhost, nor a name of the settings. Pure ASGI."""

    def __init__(self, app: ASGIApp, settings: Settings) -> None:
        self._app = app
        self._names = names_of(settings)
        self._url = settings.base_url

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] == "lifespan" or is_ours(header(scope, b"host") or b"", self._names):
            await self._app(scope, receive, send)
            return
        problem = Problem(
            421,
            "unknown_host",
            "this name is none of ours",
            rule="the Host header is an address, localhost, or a name of the settings",
            fix=f"open {self._url}, or add the name to TRADEMASTER_ALLOWED_HOSTS",
        )
        await refuse(problem, scope, receive, send)


def names_of(settings: Settings) -> frozenset[str]:
    """Those that the settings give us."""
    public = urlsplit(settings.public_url).hostname or ""
    return frozenset(name.lower() for name in (public, settings.host, *settings.allowed_host_names) if name)


LONGEST = 253 + len(":65535") + len(".")


def is_ours(host: bytes, names: frozenset[str]) -> bool:
    """An address is: a name that was bent to us would be sent as a name. So is nothing: no browser leaves it out."""
    return len(host) <= LONGEST and _is_ours(host, names)


@lru_cache(maxsize=1024)
def _is_ours(host: bytes, names: frozenset[str]) -> bool:
    name = _without_port(host.decode("latin-1").strip().lower())
    return not name or name in names or name == "localhost" or name.endswith(".localhost") or _address(name)


def _without_port(host: str) -> str:
    if host.startswith("["):
        inside, _, rest = host[1:].partition("]")
        return inside if not rest or (rest[0] == ":" and rest[1:].isdigit()) else host
    name, colon, port = host.rpartition(":")
    return (name if colon and port.isdigit() else host).removesuffix(".")


def _address(name: str) -> bool:
    try:
        ipaddress.ip_address(name)
    except ValueError:
        return False
    return True

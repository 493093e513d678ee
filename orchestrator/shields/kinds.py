"""What kind of request this is, from its method and path alone: kinds are counted apart, so that reading a lot never
stands in the way of an order, nor anything in the way of getting out. Pure."""

from __future__ import annotations

import re
from enum import StrEnum
from functools import lru_cache


class Kind(StrEnum):
    """EXIT lowers what is at risk: cancels, exits, the kill switch. LOGIN proves who someone is."""

    READ = "reads"
    WRITE = "writes"
    ORDER = "orders"
    EXIT = "exits"
    LOGIN = "logins"


READING = ("GET", "HEAD", "OPTIONS")

# The first that fits counts. Methods, then the whole path.
TABLE: tuple[tuple[Kind, str, str], ...] = (
    (Kind.EXIT, "POST", r"/v1/(orders/cancel|positions/exit|positions/exit-all|kill-switch)"),
    (Kind.EXIT, "DELETE", r"/v1/(orders|conditionals)/.+"),
    (Kind.EXIT, "DELETE", r"/kite/(orders|gtt)/.+"),
    (Kind.EXIT, "POST", r"/api/v1/(cancelorder|cancelallorder|closeposition)/?"),
    (Kind.ORDER, "POST", r"/v1/(orders|conditionals|positions/convert|approvals/[^/]+/approve)"),
    (Kind.ORDER, "PATCH", r"/v1/(orders|conditionals)/.+"),
    (Kind.ORDER, "POST|PUT", r"/kite/(orders|gtt|portfolio/positions)(/.*)?"),
    (Kind.ORDER, "POST", r"/api/v1/(place|modify|basket|split|options)[a-z]*order/?"),
    (Kind.ORDER, "POST", r"/v1/hooks/tradingview/.+"),
    (Kind.READ, "POST", r"/api/v1/.+"),  # its books and quotes are asked for by POST
    (Kind.LOGIN, "POST", r"/v1/users/(?!me(/|$)).+"),
    (Kind.LOGIN, "GET|POST", r"/v1/users/(oidc|passkeys/login)(/.*)?"),
    (Kind.LOGIN, "POST", r"/v1/users/me/(proof|password)"),
    (Kind.LOGIN, "GET|POST", r"/kite/(connect/login|session/token|session/refresh_token)"),
    (Kind.READ, "|".join(READING), r".*"),
)
ROWS = tuple((kind, re.compile(methods), re.compile(path)) for kind, methods, path in TABLE)


REMEMBERED = 200  # characters of a path: strangers send longer ones, and they would fill the memory


def kind_of(method: str, path: str) -> Kind:
    """WRITE is what is left."""
    return _seen(method, path) if len(path) <= REMEMBERED else _found(method, path)


def _found(method: str, path: str) -> Kind:
    for kind, methods, paths in ROWS:
        if methods.fullmatch(method) and paths.fullmatch(path):
            return kind
    return Kind.WRITE


_seen = lru_cache(maxsize=4096)(_found)

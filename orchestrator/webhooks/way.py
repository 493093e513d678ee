"""The way to a user's own server. Whoever names an address makes this program connect to it: it must be on the public
internet, and that is looked at again on the address of every connection, as a name may lead elsewhere by then.
"""

from __future__ import annotations

import asyncio
import socket
import ssl
import time
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import partial
from ipaddress import ip_address
from typing import Any
from urllib.parse import urlsplit

import aiohttp

from adapters.http import tls
from adapters.proxies import Barred, broken_rule
from orchestrator.errors import Problem

DEADLINE = 5.0  # seconds for all of it
FIRST_BYTES = 512  # of an answer, which are kept; more is not read
LONGEST_URL = 2000
AGENT = "TradeMaster-Webhooks/1"


@dataclass(frozen=True, slots=True)
class Answer:
    """`status` is None where none came; then `words` say why."""

    status: int | None
    ms: int
    words: str

    @property
    def good(self) -> bool:
        return self.status is not None and 200 <= self.status < 300


async def allow(url: str, *, inside: bool, field: str = "url") -> None:
    """Raises Problem 422, which names `field`, for an address that no message is sent to. `inside`: this machine and
    private networks are allowed, and plain http to this machine."""
    if rule := await _broken(url, inside=inside):
        raise _refused(rule, field)


async def _broken(url: str, *, inside: bool) -> str:
    try:
        parts = urlsplit(url)
        host, port = parts.hostname or "", parts.port or (443 if parts.scheme == "https" else 80)
    except ValueError:
        return "this is no URL"
    if not host or not url.isascii() or any(letter.isspace() or not letter.isprintable() for letter in url):
        return "this is no URL"
    if parts.username is not None or parts.password is not None or parts.fragment:
        return "a webhook's URL has no user, password or fragment"
    if parts.scheme != "https" and not (parts.scheme == "http" and inside and _here(host)):
        return "a webhook's URL begins with https://"
    if rule := broken_rule(host, inside=inside):
        return rule
    try:
        found = await asyncio.get_running_loop().getaddrinfo(host, port, type=socket.SOCK_STREAM)
    except (OSError, UnicodeError):
        return f"{host} cannot be found"
    for *_, where in found:
        if broken_rule(str(where[0]), inside=inside):
            return f"{host} is no server on the public internet"
    return ""


class Sender:
    """Posts one message. No redirect is followed, no cookie kept, and no connection used twice."""

    def __init__(
        self, *, inside: bool, deadline: float = DEADLINE, context: ssl.SSLContext | None = None
    ) -> None:
        connector = aiohttp.TCPConnector(
            limit=0,
            force_close=True,
            ssl=context or tls(),
            socket_factory=partial(_open_socket, inside=inside),
        )
        self._session = aiohttp.ClientSession(
            connector=connector,
            cookie_jar=aiohttp.DummyCookieJar(),
            timeout=aiohttp.ClientTimeout(total=deadline),
            auto_decompress=False,
            trust_env=False,
            headers={"user-agent": AGENT},
        )

    async def post(self, url: str, headers: Mapping[str, str], body: bytes) -> Answer:
        """One try. Never raises for what the other side does."""
        began = time.monotonic()
        status: int | None = None
        try:
            async with self._session.post(url, data=body, headers=headers, allow_redirects=False) as answer:
                status = answer.status  # counts, even if the rest never comes
                first = await answer.content.read(FIRST_BYTES)
                words = first.decode("utf-8", "replace").replace("\0", "")
        except TimeoutError:
            words = "no answer in time"
        except Barred as error:
            words = str(error)
        except (aiohttp.ClientError, OSError, ValueError) as error:
            words = _why(error)
        return Answer(status, round((time.monotonic() - began) * 1000), words)

    async def close(self) -> None:
        await self._session.close()


def _open_socket(told: Sequence[Any], *, inside: bool) -> socket.socket:
    """A socket for one of the addresses that a name has now. Raises Barred."""
    family, kind, protocol, _, where = told
    if rule := broken_rule(str(where[0]), inside=inside):
        raise Barred(f"not sent: {rule}")
    return socket.socket(family, kind, protocol)


def _why(error: Exception) -> str:
    """aiohttp wraps what happened; its own words name our side's addresses, too."""
    inner: BaseException | None = error
    while inner is not None:
        if isinstance(inner, Barred):
            return str(inner)
        inner = inner.__cause__ or inner.__context__
    if isinstance(error, aiohttp.ClientSSLError):
        return "its certificate is not good, or TLS failed"
    if isinstance(error, aiohttp.ClientConnectorError):
        return "it cannot be reached"
    return "it ended the connection without a usable answer"


def _here(host: str) -> bool:
    try:
        return ip_address(host).is_loopback
    except ValueError:
        return host.lower().rstrip(".") == "localhost"


def _refused(words: str, field: str) -> Problem:
    return Problem(
        422,
        "webhook_url_not_allowed",
        words,
        field=field,
        rule="a webhook is at an https address on the public internet",
        fix="name a server that the internet can reach, or ask the operator for TRADEMASTER_PRIVATE_PROXIES",
    )

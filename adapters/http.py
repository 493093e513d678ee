"""One HTTP client per account: httpx's interface over aiohttp's transport, JSON with exact numbers.

`send_write` is the only way a write leaves: one attempt, and every doubtful end is OutcomeUnknown.
"""

from __future__ import annotations

import json
import socket
import ssl
from decimal import Decimal
from functools import cache, partial
from ipaddress import ip_address
from typing import Any

import aiohttp
import httpx
from httpx_aiohttp import AiohttpTransport

from adapters import proxies
from adapters.broker import Endpoints
from domain.errors import BrokerRejected, BrokerUnavailable, OutcomeUnknown
from domain.money import Price

USER_AGENT = "TradeMaster-Orchestrator/0.1"
IDLE_SECONDS = (
    15.0  # shorter than any broker's keep-alive: a write must not meet a connection that is being closed
)
MOST_ADDRESSES = 256  # kept for one client


def _family(via: Endpoints | None, host: str = "") -> socket.AddressFamily:
    """The one kind of address that orders leave from; any towards a proxy, whose own address the broker sees, and
    towards a broker that is given by its address: that says the kind itself, and aiohttp fails on the other one."""
    if via is None or via.proxy or _is_address(host):
        return socket.AF_UNSPEC
    return socket.AF_INET6 if via.ipv6 else socket.AF_INET


def _is_address(host: str) -> bool:
    try:
        ip_address(host)
    except ValueError:
        return False
    return True


@cache
def tls() -> ssl.SSLContext:
    """How every broker is met: its certificate proven by the machine's own list of authorities. One for the process:
    reading that list takes 25 ms of processor time, and each account has a client and streams that connect anew."""
    context = ssl.create_default_context()
    context.set_alpn_protocols(["http/1.1"])
    return context


def _session(family: socket.AddressFamily, via: Endpoints | None) -> aiohttp.ClientSession:
    connector = aiohttp.TCPConnector(
        limit=64,
        keepalive_timeout=IDLE_SECONDS,
        family=family,
        ssl=tls(),
        socket_factory=partial(proxies.open_socket, inside=via.proxy_inside) if via and via.proxy else None,
    )
    session = aiohttp.ClientSession(connector=connector, auto_decompress=False)
    # aiohttp silently repeats PUT and DELETE after a dropped connection; modify and cancel are such writes (ADR 0003).
    session._retry_connection = False
    return session


class _Client(httpx.AsyncClient):
    """Works out the address of a path once: a broker has few, and httpx parses both parts anew each time."""

    def __init__(self, **options: Any) -> None:
        super().__init__(**options)
        self._addresses: dict[str, httpx.URL] = {}

    def _merge_url(self, url: httpx.URL | str) -> httpx.URL:
        if not isinstance(url, str):
            return super()._merge_url(url)
        known = self._addresses.get(url)
        if known is None:
            if len(self._addresses) >= MOST_ADDRESSES:  # those of single orders come once
                self._addresses.clear()
            known = self._addresses[url] = super()._merge_url(url)
        return known


def client(
    base_url: str,
    *,
    via: Endpoints | None = None,
    headers: dict[str, str] | None = None,
    deadline: float = 10.0,
) -> httpx.AsyncClient:
    """A long-lived client. `deadline` seconds bound the wait for an answer; connecting has its own, shorter bound.

    `via` says which way out an account's calls take; without it, whatever way there is (public files).
    """
    return _Client(
        base_url=base_url,
        headers={"User-Agent": USER_AGENT, "Accept": "application/json", **(headers or {})},
        timeout=httpx.Timeout(deadline, connect=3.0, pool=2.0),
        transport=AiohttpTransport(
            verify=tls(),  # else it makes a context that nothing uses
            client=lambda: _session(_family(via, httpx.URL(base_url).host), via),
            proxy=httpx.Proxy(via.proxy) if via is not None and via.proxy else None,
        ),
        trust_env=False,
    )


async def stream_route(via: Endpoints, address: str) -> dict[str, Any]:
    """The same way out for a websocket at an address: arguments of `websockets.connect`, for one connection.

    Raises OSError for a proxy that cannot be found, or that is where none may be.
    """
    secure = address.startswith("wss:")
    proxy = await proxies.by_address(via.proxy, inside=via.proxy_inside) if via.proxy else None
    return {"proxy": proxy, "family": _family(via), "ssl": tls() if secure else None}


def exact_json(content: bytes) -> Any:
    """JSON with Decimal numbers. Raises ValueError for anything else (an HTML error page, an empty body, NaN)."""
    try:
        return json.loads(content, parse_float=Decimal, parse_constant=_no_number)
    except (ArithmeticError, RecursionError) as error:
        raise ValueError(f"not JSON that can be read: {type(error).__name__}") from error


def json_number(price: Price) -> float:
    """A price as the JSON number that some brokers demand: the only place where one becomes a float.

    A float's shortest text is the decimal that it was made from up to 15 digits. Raises BrokerRejected for a price that
    would not arrive to the digit.
    """
    number = float(price.amount)
    if Decimal(repr(number)) != price.amount:
        raise BrokerRejected(f"the price {price} cannot be sent exactly")
    return number


def _no_number(word: str) -> Any:
    raise ValueError(f"{word} is no number")


def _never_left(error: httpx.HTTPError) -> bool:
    """Whether no byte of the request can have reached the broker.

    Told by aiohttp's own error: the transport also files a connection reset *after* sending under ConnectTimeout.
    """
    cause = error.__cause__
    if cause is None:
        return isinstance(error, httpx.ConnectError | httpx.UnsupportedProtocol)
    return isinstance(
        cause,
        aiohttp.ClientConnectorError  # a proxy that cannot be reached, too
        | aiohttp.ClientHttpProxyError  # the proxy refused the tunnel: the request waits for it
        | aiohttp.ConnectionTimeoutError
        | aiohttp.InvalidURL,
    )


async def _exchange(http: httpx.AsyncClient, request: httpx.Request) -> httpx.Response:
    """One request over the client's transport, and its whole answer. Redirects are not followed, as no broker's API
    sends any; cookies are aiohttp's business. All else that httpx would do costs as much as the request itself."""
    if http.is_closed:  # a call that waited, for room or for its turn, longer than the session was there
        raise BrokerUnavailable("the account's session was replaced before this was sent")
    response = await http._transport_for_url(request.url).handle_async_request(request)
    response.request = request
    try:
        await response.aread()
    except BaseException:
        await response.aclose()
        raise
    return response


async def send_write(http: httpx.AsyncClient, request: httpx.Request) -> httpx.Response:
    """Send an order write once. Raises BrokerUnavailable (never left) or OutcomeUnknown (left, no answer)."""
    try:
        return await _exchange(http, request)
    except httpx.HTTPError as error:
        if _never_left(error):
            raise BrokerUnavailable(f"could not reach the broker: {_words(error)}") from error
        raise OutcomeUnknown(f"no answer from the broker: {_words(error)}") from error
    except aiohttp.ClientError as error:  # what the transport has no httpx name for
        raise OutcomeUnknown(f"no answer from the broker: {_words(error)}") from error


async def send_read(http: httpx.AsyncClient, request: httpx.Request) -> httpx.Response:
    """Send a read. Raises BrokerUnavailable for every transport failure; the caller may repeat it."""
    try:
        return await _exchange(http, request)
    except httpx.HTTPError as error:
        raise BrokerUnavailable(f"no answer from the broker: {_words(error)}") from error
    except aiohttp.ClientError as error:
        raise BrokerUnavailable(f"no answer from the broker: {_words(error)}") from error


def _words(error: httpx.HTTPError | aiohttp.ClientError) -> str:
    """What happened, for a person; the exception itself goes along as the cause."""
    cause = error.__cause__ or error
    match cause:
        case aiohttp.ClientConnectorError(os_error=proxies.Barred() as barred):
            return str(barred)
        case aiohttp.ClientConnectorDNSError():
            return "its address cannot be found"
        case aiohttp.ClientHttpProxyError() | aiohttp.ClientProxyConnectionError():
            return "the account's proxy did not let it through"
        case aiohttp.ClientConnectorError() | httpx.ConnectError():
            return "the connection was refused"
        case aiohttp.ServerTimeoutError() | httpx.TimeoutException():
            return "it took too long"
        case aiohttp.ServerDisconnectedError() | aiohttp.ClientOSError() | aiohttp.ClientPayloadError():
            return "the connection broke"
        case _:
            return type(cause).__name__

"""Everything an account does leaves by its own proxy: calls, order writes and both streams."""

from __future__ import annotations

import socket
import ssl
from dataclasses import replace

import pytest
from aiohttp import TCPConnector
from httpx_aiohttp import AiohttpTransport

from adapters import http
from adapters.broker import Endpoints
from domain.errors import BrokerUnavailable
from domain.order import Side
from tests.adapters.desk import INFY, Desk, now
from tests.adapters.proxy import Proxy, running


async def test_calls_orders_and_streams_take_the_accounts_proxy(desk: Desk) -> None:
    async with running(Proxy("asha:secret")) as proxy:
        out = replace(desk.endpoints, proxy=proxy.url, proxy_inside=True)
        broker = desk.adapter.connect(desk.session, out, desk.names, clock=now)
        try:
            await broker.margin()
            assert len(proxy.requests) == 1
            await broker.place(desk.child(Side.BUY, 1, price=desk.price(INFY)))
            assert len(proxy.requests) == 2
        finally:
            await broker.aclose()
        through = replace(desk, endpoints=out)
        async with through.listening():
            assert len(proxy.tunnels) == 1
        async with desk.adapter.market_feed(desk.session, out, desk.names, clock=now) as feed:
            await feed.subscribe([INFY])
            assert len(proxy.tunnels) == 2


async def test_a_proxy_that_refuses_lets_nothing_leave_by_another_way(desk: Desk) -> None:
    async with running(Proxy("asha:secret")) as proxy:
        out = replace(desk.endpoints, proxy=proxy.url.replace("secret", "wrong"), proxy_inside=True)
        with pytest.raises(BrokerUnavailable):
            async with desk.adapter.market_feed(desk.session, out, desk.names, clock=now):
                pass
        assert not proxy.tunnels


async def test_an_unreachable_proxy_is_a_write_that_never_left() -> None:
    with socket.socket() as closed:
        closed.bind(("127.0.0.1", 0))
        port = closed.getsockname()[1]
        out = Endpoints("http://broker.test", "", proxy=f"http://127.0.0.1:{port}", proxy_inside=True)
        async with http.client(out.rest, via=out) as client:
            with pytest.raises(BrokerUnavailable, match="proxy did not let it through"):
                await http.send_write(client, client.build_request("POST", "/orders"))


async def test_a_tunnel_that_the_proxy_refuses_is_a_write_that_never_left() -> None:
    async with running(Proxy("asha:secret")) as proxy:
        out = Endpoints("https://broker.test", "", proxy=f"http://127.0.0.1:{proxy.port}", proxy_inside=True)
        async with http.client(out.rest, via=out) as client:
            with pytest.raises(BrokerUnavailable, match="proxy did not let it through"):
                await http.send_write(client, client.build_request("POST", "/orders"))


@pytest.mark.parametrize(
    ("ipv6", "proxy", "family"),
    [
        (False, "", socket.AF_INET),
        (True, "", socket.AF_INET6),
        (False, "http://127.0.0.1:1", socket.AF_UNSPEC),
    ],
)
async def test_one_kind_of_address_alone_is_used(ipv6: bool, proxy: str, family: int) -> None:
    out = Endpoints("", "", proxy=proxy, proxy_inside=True, ipv6=ipv6)
    route = await http.stream_route(out, "ws://broker.test/feed")
    assert route == {"proxy": proxy or None, "family": family, "ssl": None}


async def test_calls_and_streams_of_all_accounts_prove_certificates_by_one_list_that_is_read_once() -> None:
    route = await http.stream_route(Endpoints("", ""), "wss://broker.test/feed")
    assert route["ssl"] is http.tls()
    assert http.tls().verify_mode == ssl.CERT_REQUIRED
    assert http.tls().check_hostname
    contexts = []
    for via in (None, Endpoints("", ""), Endpoints("", "", proxy="http://127.0.0.1:1")):
        async with http.client("https://broker.test", via=via) as client:
            transport = client._transport
            assert isinstance(transport, AiohttpTransport)
            transport.client = session = transport.get_client()
            assert isinstance(session.connector, TCPConnector)
            contexts += [transport.ssl_context, session.connector._ssl]
    assert all(context is http.tls() for context in contexts)


@pytest.mark.parametrize(("url", "ipv6"), [("http://127.0.0.1:1", True), ("http://[::1]:1", False)])
async def test_a_broker_given_by_an_address_of_the_other_kind_is_asked_there(url: str, ipv6: bool) -> None:
    out = Endpoints(url, "", ipv6=ipv6)
    async with http.client(url, via=out) as client:
        with pytest.raises(BrokerUnavailable):
            await http.send_write(client, client.build_request("POST", "/orders"))

"""A user's proxy is on the public internet: what is behind our own walls is not reached through us, by any spelling."""

from __future__ import annotations

import asyncio
import socket
from dataclasses import replace

import pytest

from adapters import http, proxies
from adapters.broker import Endpoints
from domain.errors import BrokerUnavailable
from tests.adapters.proxy import Proxy, running

INSIDE = (
    *("127.0.0.1", "127.8.9.1", "10.1.2.3", "172.31.255.255", "192.168.1.1", "100.64.0.1"),
    *("::1", "fd00:ec2::254", "::ffff:10.0.0.1", "64:ff9b::7f00:1", "2002:c0a8:101::1"),
)
NOWHERE = ("0.0.0.0", "169.254.169.254", "224.0.0.1", "255.255.255.255", "::", "fe80::1%eth0", "ff02::1")
PUBLIC = ("203.0.113.7", "8.8.8.8", "2606:4700::1111", "172.32.0.1")


@pytest.mark.parametrize("host", [*INSIDE, "localhost", "LocalHost.", "db", "metadata.google.internal"])
def test_what_is_inside_is_allowed_by_the_operator_alone(host: str) -> None:
    assert "no address on the public internet" in proxies.broken_rule(host)
    assert not proxies.broken_rule(host, inside=True)


@pytest.mark.parametrize("host", NOWHERE)
def test_what_is_no_server_is_allowed_by_nobody(host: str) -> None:
    assert proxies.broken_rule(host)
    assert proxies.broken_rule(host, inside=True)


@pytest.mark.parametrize("host", [*PUBLIC, "proxy.example.com"])
def test_what_is_on_the_internet_is_allowed(host: str) -> None:
    assert not proxies.broken_rule(host)


@pytest.mark.parametrize("host", ["127.0.0.1", "localhost", "2130706433", "0x7f.1"])
async def test_neither_calls_nor_streams_reach_a_proxy_inside_however_it_is_written(host: str) -> None:
    async with running(Proxy("asha:secret")) as proxy:
        out = Endpoints("http://broker.test", "", proxy=f"http://asha:secret@{host}:{proxy.port}")
        async with http.client(out.rest, via=out) as client:
            with pytest.raises(BrokerUnavailable):
                await http.send_write(client, client.build_request("POST", "/orders"))
        with pytest.raises(OSError, match="no address on the public internet"):
            await http.stream_route(out, "ws://broker.test/feed")
        assert not proxy.requests


async def test_why_a_proxy_was_not_asked_is_said() -> None:
    out = Endpoints("http://broker.test", "", proxy="http://127.0.0.1:9")
    async with http.client(out.rest, via=out) as client:
        with pytest.raises(BrokerUnavailable, match=r"127\.0\.0\.1 is no address on the public internet"):
            await http.send_write(client, client.build_request("POST", "/orders"))


async def test_a_stream_takes_the_very_address_that_was_looked_at() -> None:
    class Names(asyncio.SelectorEventLoop):
        async def getaddrinfo(self, host: object, port: object, **more: object) -> list[tuple[object, ...]]:  # type: ignore[override]
            found = ("10.0.0.5", "2001:db8::7")
            return [(socket.AF_INET, socket.SOCK_STREAM, 6, "", (one, port)) for one in found]

    out = Endpoints("", "", proxy="http://asha:p%40ss@proxy.example.com:3128")
    loop = Names()
    try:
        route = await asyncio.to_thread(
            lambda: loop.run_until_complete(http.stream_route(out, "ws://b/feed"))
        )
        inside = replace(out, proxy_inside=True)
        other = await asyncio.to_thread(
            lambda: loop.run_until_complete(http.stream_route(inside, "ws://b/feed"))
        )
    finally:
        loop.close()
    assert route["proxy"] == "http://asha:p%40ss@[2001:db8::7]:3128"
    assert other["proxy"] == "http://asha:p%40ss@10.0.0.5:3128"

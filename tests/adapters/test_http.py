"""What the transport does with a write that goes wrong, against a real socket."""

from __future__ import annotations

import asyncio
import json
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from decimal import Decimal

import httpx
import pytest
from hypothesis import given
from hypothesis import strategies as st

from adapters import http
from domain.errors import BrokerRejected, BrokerUnavailable, OutcomeUnknown
from domain.money import Price


class RawServer:
    """Counts requests; answers the first `healthy` ones, then `misbehaves`."""

    def __init__(self, misbehaviour: str, healthy: int = 0) -> None:
        self.misbehaviour, self.healthy, self.requests, self.port = misbehaviour, healthy, 0, 0

    async def serve(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        try:
            while await reader.readuntil(b"\r\n\r\n"):
                self.requests += 1
                if self.requests <= self.healthy:
                    writer.write(b"HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\n{}")
                    await writer.drain()
                    continue
                match self.misbehaviour:
                    case "drop":
                        writer.transport.abort()
                        return
                    case "half":
                        writer.write(b"HTTP/1.1 200 OK\r\nContent-Length: 500\r\n\r\n{")
                        await writer.drain()
                        writer.transport.abort()
                        return
                    case "silent":
                        await asyncio.sleep(30)
                    case "garbage":
                        writer.write(b"not http at all\r\n\r\n")
                        await writer.drain()
        except (asyncio.IncompleteReadError, ConnectionError):
            pass
        finally:
            writer.close()


@asynccontextmanager
async def running(server: RawServer) -> AsyncIterator[RawServer]:
    listener = await asyncio.start_server(server.serve, "127.0.0.1", 0)
    server.port = listener.sockets[0].getsockname()[1]
    try:
        yield server
    finally:
        listener.close()


@pytest.mark.parametrize("method", ["POST", "PUT", "DELETE"])
@pytest.mark.parametrize("misbehaviour", ["drop", "half", "silent", "garbage"])
@pytest.mark.parametrize("healthy", [0, 1], ids=["new connection", "reused connection"])
async def test_a_write_without_a_clear_answer_is_unknown_and_sent_once(
    method: str, misbehaviour: str, healthy: int
) -> None:
    async with running(RawServer(misbehaviour, healthy)) as server:
        async with http.client(f"http://127.0.0.1:{server.port}", deadline=0.3) as account:
            for _ in range(healthy):
                await http.send_write(account, account.build_request("GET", "/warm"))
            with pytest.raises(OutcomeUnknown):
                await http.send_write(account, account.build_request(method, "/orders"))
        assert server.requests == healthy + 1


async def test_a_refused_connection_never_left() -> None:
    async with running(RawServer("drop")) as server:
        port = server.port
    async with http.client(f"http://127.0.0.1:{port}") as account:
        with pytest.raises(BrokerUnavailable):
            await http.send_write(account, account.build_request("POST", "/orders"))


async def test_an_unresolvable_host_never_left() -> None:
    async with http.client("http://no-such-host.invalid") as account:
        with pytest.raises(BrokerUnavailable):
            await http.send_write(account, account.build_request("POST", "/orders"))


async def test_nothing_is_sent_in_a_session_that_is_over() -> None:
    async with running(RawServer("drop", healthy=9)) as server:
        client = http.client(f"http://127.0.0.1:{server.port}")
        await client.aclose()
        for send in (http.send_write, http.send_read):
            with pytest.raises(BrokerUnavailable, match="session was replaced"):
                await send(client, client.build_request("POST", "/orders"))
        assert server.requests == 0


async def test_paths_keep_their_address_however_many_there_are() -> None:
    async with http.client("http://127.0.0.1:1/v2") as client:
        for _ in range(2):
            for number in range(http.MOST_ADDRESSES + 2):
                asked = client.build_request("GET", f"/orders/{number}", params={"n": number})
                assert str(asked.url) == f"http://127.0.0.1:1/v2/orders/{number}?n={number}"
        elsewhere = client.build_request("GET", "http://127.0.0.1:2/masters")
        assert str(elsewhere.url) == "http://127.0.0.1:2/masters"


async def test_numbers_are_exact() -> None:
    assert str(http.exact_json(b'{"price": 0.1}')["price"]) == "0.1"
    with pytest.raises(ValueError):
        http.exact_json(b"<html>bad gateway</html>")


async def test_a_failed_read_may_be_repeated_so_it_is_unavailable() -> None:
    async with (
        running(RawServer("drop")) as server,
        http.client(f"http://127.0.0.1:{server.port}") as account,
    ):
        with pytest.raises(BrokerUnavailable):
            await http.send_read(account, httpx.Request("GET", f"http://127.0.0.1:{server.port}/orders"))


@given(st.integers(1, 10**9), st.sampled_from(["0.01", "0.05", "0.0025", "1"]))
def test_a_price_on_its_tick_leaves_as_the_number_it_is(ticks: int, tick: str) -> None:
    price = Price(ticks * Decimal(tick))
    assert Decimal(json.dumps(http.json_number(price))) == price.amount


def test_a_price_that_a_number_cannot_carry_is_not_sent() -> None:
    with pytest.raises(BrokerRejected, match="exactly"):
        http.json_number(Price(Decimal("1234567890.123456789")))

"""A small forwarding proxy on a real socket: tunnels (CONNECT) and plain requests. It notes whom it was asked for."""

from __future__ import annotations

import asyncio
import base64
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager, suppress
from urllib.parse import urlsplit


class Proxy:
    """With `user` ("name:password") it asks for Basic credentials, and refuses everyone else with 407."""

    def __init__(self, user: str = "") -> None:
        self.user, self.port = user, 0
        self.tunnels: list[str] = []
        self.requests: list[str] = []

    @property
    def url(self) -> str:
        return f"http://{self.user}{'@' if self.user else ''}127.0.0.1:{self.port}"

    async def serve(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        with suppress(asyncio.IncompleteReadError, ConnectionError, OSError):
            await self._forward(reader, writer)
        writer.close()

    async def _forward(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        while True:
            head = await reader.readuntil(b"\r\n\r\n")
            line, _, rest = head.partition(b"\r\n")
            method, target, version = line.split(b" ", 2)
            if self.user and base64.b64encode(self.user.encode()) not in rest:
                writer.write(b"HTTP/1.1 407 Proxy Authentication Required\r\nContent-Length: 0\r\n\r\n")
                await writer.drain()
                return
            if method == b"CONNECT":
                await self._tunnel(target.decode(), reader, writer)
                return
            parts = urlsplit(target.decode())
            self.requests.append(f"{method.decode()} {parts.path}")
            path = parts.path + (f"?{parts.query}" if parts.query else "")
            there, back = await asyncio.open_connection(parts.hostname, parts.port)
            kept = b"\r\n".join(
                one for one in rest.split(b"\r\n") if not one.lower().startswith(b"connection:")
            )
            back.write(b"%s %s %s\r\nConnection: close\r\n%s" % (method, path.encode(), version, kept))
            back.write(await reader.readexactly(_length(rest)))
            await self._pump(there, writer)
            return

    async def _tunnel(self, target: str, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        self.tunnels.append(target)
        host, _, port = target.rpartition(":")
        there, back = await asyncio.open_connection(host, int(port))
        writer.write(b"HTTP/1.1 200 Connection established\r\n\r\n")
        await asyncio.gather(self._pump(there, writer), self._pump(reader, back))

    async def _pump(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        with suppress(ConnectionError, OSError):
            while data := await reader.read(65536):
                writer.write(data)
                await writer.drain()
        writer.close()


def _length(head: bytes) -> int:
    for line in head.split(b"\r\n"):
        name, _, value = line.partition(b":")
        if name.lower() == b"content-length":
            return int(value)
    return 0


@asynccontextmanager
async def running(proxy: Proxy) -> AsyncIterator[Proxy]:
    server = await asyncio.start_server(proxy.serve, "127.0.0.1", 0)
    proxy.port = server.sockets[0].getsockname()[1]
    try:
        yield proxy
    finally:
        server.close()

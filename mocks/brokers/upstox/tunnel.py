"""A proxy that leads programs with Upstox's addresses built in to the sandbox: CONNECT in, TLS ended here.

The official SDK's streaming classes always dial wss://api.upstox.com, through the proxy that the environment names
and without looking at certificates. Run `python -m mocks.brokers.upstox.tunnel --upstox http://127.0.0.1:9102`, set
`https_proxy` to the address it prints, and they reach the sandbox. Clients that do look trust `--ca FILE`.
"""

from __future__ import annotations

import argparse
import asyncio
import json
import ssl
import sys
from collections.abc import Awaitable, Sequence
from contextlib import suppress
from datetime import UTC, datetime, timedelta
from pathlib import Path
from tempfile import TemporaryDirectory
from urllib.parse import urlsplit

from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.x509.oid import NameOID

HOSTS = (
    "api.upstox.com",
    "api-v2.upstox.com",
    "api-hft.upstox.com",
    "wsfeeder-api.upstox.com",
    "assets.upstox.com",
)
CHUNK = 65536
YEARS = timedelta(days=3650)
ESTABLISHED = b"HTTP/1.1 200 Connection established\r\n\r\n"
REFUSED = b"HTTP/1.1 403 Forbidden\r\nContent-Length: 0\r\n\r\n"


class Certificate:
    """A self-signed certificate for Upstox's host names, made anew at every start; it is its own authority."""

    def __init__(self) -> None:
        key = ec.generate_private_key(ec.SECP256R1())
        name = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, "Sandbox for api.upstox.com")])
        now = datetime.now(UTC)
        made = (
            x509.CertificateBuilder()
            .subject_name(name)
            .issuer_name(name)
            .public_key(key.public_key())
            .serial_number(x509.random_serial_number())
            .not_valid_before(now - timedelta(days=1))
            .not_valid_after(now + YEARS)
            .add_extension(
                x509.SubjectAlternativeName([x509.DNSName(host) for host in HOSTS]), critical=False
            )
            .add_extension(x509.BasicConstraints(ca=True, path_length=0), critical=True)
            .sign(key, hashes.SHA256())
        )
        self.pem = made.public_bytes(serialization.Encoding.PEM)
        self._key = key.private_bytes(
            serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8, serialization.NoEncryption()
        )

    def context(self) -> ssl.SSLContext:
        context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
        with TemporaryDirectory() as folder:  # the standard library reads keys from files only
            file = Path(folder) / "both.pem"
            file.touch(mode=0o600)
            file.write_bytes(self._key + self.pem)
            context.load_cert_chain(file)
        return context


class Tunnel:
    """Takes CONNECT to Upstox's hosts only, on 127.0.0.1; everything inside goes to `upstox` in the clear."""

    def __init__(self, upstox: str, certificate: Certificate) -> None:
        parts = urlsplit(upstox)
        self._to = (parts.hostname or "127.0.0.1", parts.port or 80)
        self._context = certificate.context()
        self._server: asyncio.Server | None = None

    async def start(self, port: int = 0) -> str:
        """The proxy's own address. Raises OSError when the port is taken."""
        self._server = await asyncio.start_server(self._serve, "127.0.0.1", port)
        return f"http://127.0.0.1:{self._server.sockets[0].getsockname()[1]}"

    async def stop(self) -> None:
        if self._server is not None:
            self._server.close()
            await self._server.wait_closed()

    async def _serve(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        try:
            if not _wanted(await reader.readuntil(b"\r\n\r\n")):
                writer.write(REFUSED)
                await writer.drain()
                return
            writer.write(ESTABLISHED)
            await writer.drain()
            await writer.start_tls(self._context)
            to_reader, to_writer = await asyncio.open_connection(*self._to)
            try:
                await _both(_pump(reader, to_writer), _pump(to_reader, writer))
            finally:
                to_writer.close()
        except (OSError, ssl.SSLError, asyncio.IncompleteReadError, asyncio.LimitOverrunError):
            return  # a client that went away, or one that speaks something else
        finally:
            writer.close()


def _wanted(head: bytes) -> bool:
    """Is it `CONNECT host:443` of a host that we stand for?"""
    words = head.split(b"\r\n", 1)[0].decode("latin-1").split(" ")
    return len(words) == 3 and words[0] == "CONNECT" and words[1].rpartition(":")[0] in HOSTS


async def _pump(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
    with suppress(OSError):
        while data := await reader.read(CHUNK):
            writer.write(data)
            await writer.drain()


async def _both(*ways: Awaitable[None]) -> None:
    """Until either side ends."""
    tasks = [asyncio.ensure_future(way) for way in ways]
    try:
        await asyncio.wait(tasks, return_when=asyncio.FIRST_COMPLETED)
    finally:
        for task in tasks:
            task.cancel()
        await asyncio.gather(*tasks, return_exceptions=True)


async def _run(upstox: str, port: int, certificate: Certificate) -> None:
    tunnel = Tunnel(upstox, certificate)
    address = await tunnel.start(port)
    print(json.dumps({"ready": True, "https_proxy": address}), flush=True)
    try:
        await asyncio.Event().wait()
    finally:
        await tunnel.stop()


def main(arguments: Sequence[str] | None = None) -> int:
    parser = argparse.ArgumentParser(prog="python -m mocks.brokers.upstox.tunnel", description=__doc__)
    parser.add_argument("--upstox", default="http://127.0.0.1:9102", help="the sandbox's Upstox server")
    parser.add_argument("--port", type=int, default=9109, help="of the proxy; 0 takes a free one")
    parser.add_argument("--ca", type=Path, help="where to write the certificate for clients that check it")
    options = parser.parse_args(arguments)
    certificate = Certificate()
    if options.ca is not None:
        options.ca.write_bytes(certificate.pem)
    with suppress(KeyboardInterrupt):
        asyncio.run(_run(options.upstox, options.port, certificate))
    return 0


if __name__ == "__main__":
    sys.exit(main())

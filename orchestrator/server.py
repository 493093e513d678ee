"""Serves an app over HTTP until SIGINT or SIGTERM, and says in one line why it cannot."""

from __future__ import annotations

import asyncio
import contextlib
import errno
import signal
import socket
from collections.abc import Iterator

import uvicorn
from fastapi import FastAPI

from orchestrator.config import Settings

DRAIN = 3  # seconds open requests get to end
KEEP_ALIVE = 75


class CannotStart(Exception):
    """One line for a person."""


class Server(uvicorn.Server):
    """uvicorn, with signals left to the composition root, which has more than HTTP to end."""

    @contextlib.contextmanager
    def capture_signals(self) -> Iterator[None]:
        yield


def listen(host: str, port: int, *, setting: str = "TRADEMASTER_PORT") -> socket.socket:
    """A bound socket. Raises CannotStart when the port is taken or not ours to take."""
    family = socket.AF_INET6 if ":" in host else socket.AF_INET
    bound = socket.socket(family, socket.SOCK_STREAM)
    bound.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
    try:
        bound.bind((host, port))
        bound.listen(2048)
    except OSError as error:
        bound.close()
        why = "is in use" if error.errno == errno.EADDRINUSE else f"cannot be used: {error.strerror}"
        raise CannotStart(f"port {port} on {host} {why}; choose another with {setting}") from error
    bound.setblocking(False)
    return bound


def server_of(app: FastAPI, settings: Settings) -> Server:
    """Our choice of loop and parsers: measured fastest, no access log, no compression of small frames."""
    return Server(
        uvicorn.Config(
            app,
            loop="uvloop",
            http="httptools",
            ws="websockets-sansio",
            ws_per_message_deflate=False,
            access_log=False,
            log_config=None,
            log_level=settings.log_level.lower(),
            server_header=False,
            timeout_keep_alive=KEEP_ALIVE,
            timeout_graceful_shutdown=DRAIN,
        )
    )


@contextlib.contextmanager
def stopping() -> Iterator[asyncio.Event]:
    """An event that SIGINT or SIGTERM sets."""
    stop = asyncio.Event()
    loop = asyncio.get_running_loop()
    for number in (signal.SIGINT, signal.SIGTERM):
        loop.add_signal_handler(number, stop.set)
    try:
        yield stop
    finally:
        for number in (signal.SIGINT, signal.SIGTERM):
            loop.remove_signal_handler(number)


async def serve(app: FastAPI, settings: Settings, *, stop: asyncio.Event) -> None:
    """Until `stop`. Raises CannotStart; a failure while opening the parts comes out of the log and a RuntimeError."""
    bound = listen(settings.host, settings.port)
    server = server_of(app, settings)
    ending = asyncio.create_task(_end(server, stop))
    try:
        await server.serve(sockets=[bound])
    finally:
        ending.cancel()
        bound.close()
    if not server.started:
        raise CannotStart("the application did not start: see the lines above")


async def _end(server: Server, stop: asyncio.Event) -> None:
    await stop.wait()
    server.should_exit = True

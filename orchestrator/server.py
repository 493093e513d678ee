"""Serves an app over HTTP until SIGINT or SIGTERM, and says in one line why it cannot."""

from __future__ import annotations

import asyncio
import contextlib
import errno
import signal
import socket
from collections.abc import AsyncIterator, Iterator
from contextlib import AsyncExitStack, asynccontextmanager

import structlog
import uvicorn
from fastapi import FastAPI
from redis.exceptions import RedisError
from sqlalchemy.exc import SQLAlchemyError
from starlette.types import ASGIApp

from orchestrator.clock import ClockUnreachable
from orchestrator.config import Settings
from orchestrator.http.frames import Connection
from orchestrator.http.patience import Patient
from orchestrator.keys import BadKey
from orchestrator.probes.port import port_of
from orchestrator.storage import migrations

log = structlog.get_logger(__name__)

DRAIN = 3  # seconds open requests get to end
KEEP_ALIVE = 75
UNSENT = 64 * 1024  # bytes that the system keeps of what a slow reader's connection cannot take yet


class CannotStart(Exception):
    """One line for a person."""


class Server(uvicorn.Server):
    """uvicorn, with signals left to the composition root, which has more than HTTP to end."""

    @contextlib.contextmanager
    def capture_signals(self) -> Iterator[None]:
        yield


def listen(host: str, port: int, *, setting: str = "TRADEMASTER_PORT") -> socket.socket:
    """A bound socket. Raises CannotStart when the port is taken or not ours to take.

    Whoever reads slowly should get the newest price next, not megabytes of old ones out of the system's buffers.
    """
    family = socket.AF_INET6 if ":" in host else socket.AF_INET
    bound = socket.socket(family, socket.SOCK_STREAM)
    bound.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
    if hasattr(socket, "TCP_NOTSENT_LOWAT"):  # accepted connections have it from here
        bound.setsockopt(socket.IPPROTO_TCP, socket.TCP_NOTSENT_LOWAT, UNSENT)
    try:
        bound.bind((host, port))
        bound.listen(2048)
    except OSError as error:
        bound.close()
        why = "is in use" if error.errno == errno.EADDRINUSE else f"cannot be used: {error.strerror}"
        raise CannotStart(f"port {port} on {host} {why}; choose another with {setting}") from error
    bound.setblocking(False)
    return bound


def server_of(app: ASGIApp, *, proxied: bool) -> Server:
    """Our choice of loop and parsers: measured fastest, no access log, no compression of small frames."""
    return Server(
        uvicorn.Config(
            app,
            loop="uvloop",
            http=Patient,
            ws=Connection,
            ws_per_message_deflate=False,
            lifespan="off",  # the caller's: what fails there is said in one line
            proxy_headers=proxied,  # else anyone could name an address and slip past the login brake
            access_log=False,
            log_config=None,
            log_level="warning",
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


@asynccontextmanager
async def opened(app: FastAPI) -> AsyncIterator[None]:
    """The app with everything it needs. Raises CannotStart for what an operator can mend."""
    async with AsyncExitStack() as parts:
        try:
            await parts.enter_async_context(app.router.lifespan_context(app))
        except (migrations.OutOfDate, BadKey, ClockUnreachable) as error:
            raise CannotStart(str(error)) from error
        except RedisError as error:
            raise CannotStart(f"Redis cannot be used: {error}") from error
        except (SQLAlchemyError, OSError) as error:
            said = str(getattr(error, "orig", None) or error).strip().partition("\n")[0]
            raise CannotStart(f"the database cannot be used: {said}") from error
        await parts.enter_async_context(_watched(app))
        yield


@asynccontextmanager
async def _watched(app: FastAPI) -> AsyncIterator[None]:
    """With the probes' own port, where the settings want one. Raises CannotStart."""
    settings: Settings = app.state.settings
    if not settings.probe_port:
        yield
        return
    bound = listen(settings.probe_host, settings.probe_port, setting="TRADEMASTER_PROBE_PORT")
    probes = server_of(port_of(app.state), proxied=False)
    serving = asyncio.create_task(probes.serve(sockets=[bound]))
    try:
        yield
    finally:
        probes.should_exit = True
        await serving
        bound.close()


async def serve(app: FastAPI, settings: Settings, *, stop: asyncio.Event) -> None:
    """Until `stop`. Raises CannotStart."""
    bound = listen(settings.host, settings.port)
    try:
        async with opened(app):
            log.info("serving", url=settings.base_url)
            await serve_on(bound, app, stop=stop)
    finally:
        bound.close()


async def serve_on(bound: socket.socket, app: FastAPI, *, stop: asyncio.Event) -> None:
    """Answer on this socket until `stop`; open requests get a moment to end."""
    server = server_of(app, proxied=bool(app.state.settings.public_url))
    ending = asyncio.create_task(_end(server, app, stop))
    try:
        await server.serve(sockets=[bound])
    finally:
        ending.cancel()


async def _end(server: Server, app: FastAPI, stop: asyncio.Event) -> None:
    """Not ready first, and for a while nothing else: whoever spreads requests learns of it before any is refused."""
    await stop.wait()
    app.state.draining = True
    await asyncio.sleep(app.state.settings.drain_seconds)
    server.should_exit = True

"""Composition root of `make demo`: the sandbox as a child process, the product beside it, the demo user connected."""

from __future__ import annotations

import asyncio
import contextlib
import ctypes
import shutil
import signal
import sys
from collections.abc import AsyncIterator, Callable, Mapping
from contextlib import asynccontextmanager
from pathlib import Path

import orjson
import structlog

from orchestrator import demo_person
from orchestrator.app import create_app
from orchestrator.config import Settings
from orchestrator.server import CannotStart, listen, server_of, stopping

log = structlog.get_logger(__name__)

STARTS_WITHIN = 60.0  # seconds
ENDS_WITHIN = 8.0
PORTS = 5  # control API and four brokers
APP_KEY, APP_SECRET = "sandboxdemo", "sandboxdemo-secret"  # the sandbox's well-known app
ROOT = Path(__file__).resolve().parent.parent


def sandbox_settings(urls: Mapping[str, str]) -> dict[str, str]:
    """Settings by field name that make a sandbox at these URLs (control, kite, upstox, groww, mock) the brokers."""
    socket = {name: url.replace("http", "ws", 1) for name, url in urls.items()}
    app = {"app_key": APP_KEY, "app_secret": APP_SECRET}
    brokers = {
        "zerodha": {
            "rest": urls["kite"],
            "login": f"{urls['kite']}/connect/login",
            "feed": socket["kite"],
            "instruments": f"{urls['kite']}/instruments",
            **app,
        },
        "upstox": {
            "rest": urls["upstox"],
            "order_rest": urls["upstox"],
            "login": urls["upstox"],
            "instruments": urls["upstox"],
            **app,
        },
        "groww": {
            "rest": urls["groww"],
            "feed": socket["groww"],
            "instruments": f"{urls['groww']}/instruments/instrument.csv",
        },
        "mock": {
            "rest": urls["mock"],
            "login": f"{urls['mock']}/login",
            "feed": f"{socket['mock']}/stream",
            "instruments": f"{urls['mock']}/instruments",
            **app,
        },
    }
    return {f"{broker}_{part}": value for broker, parts in brokers.items() for part, value in parts.items()}


def reset(settings: Settings) -> None:
    """Forget the demo's data. Raises CannotStart while a demo is running."""
    listen(settings.host, settings.port).close()
    for name in ("trademaster.db", "trademaster.db-wal", "trademaster.db-shm", "master.key", "jwt.key"):
        (settings.data / name).unlink(missing_ok=True)
    shutil.rmtree(settings.data / "sandbox", ignore_errors=True)


async def run(settings: Settings, *, say: Callable[[str], None]) -> None:
    """Until SIGINT or SIGTERM. Raises CannotStart with one line for a person."""
    with stopping() as stop:
        listener = listen(settings.host, settings.port)
        try:
            base = settings.sandbox_port_base
            for port in range(base, base + PORTS):
                listen("127.0.0.1", port, setting="SANDBOX_PORT_BASE").close()
            if not (settings.web / "index.html").exists():
                say(f"The web interface is not built ({settings.web} is missing): `make web` builds it.")
            async with _sandbox(settings, stop) as urls:
                await _product(settings, urls, listener_fd=listener.fileno(), stop=stop, say=say)
        finally:
            listener.close()


async def _product(
    settings: Settings,
    urls: Mapping[str, str],
    *,
    listener_fd: int,
    stop: asyncio.Event,
    say: Callable[[str], None],
) -> None:
    import socket

    demo = Settings.model_validate(
        {**settings.model_dump(), **sandbox_settings(urls), "always_open": True, "paper": True}
    )
    server = server_of(create_app(demo), demo)
    serving = asyncio.create_task(server.serve(sockets=[socket.socket(fileno=listener_fd)]))
    stopped = asyncio.create_task(stop.wait())
    greeting = asyncio.create_task(_greet(demo, urls, lambda: server.started, say))
    try:
        await asyncio.wait((serving, stopped, greeting), return_when=asyncio.FIRST_COMPLETED)
        if greeting.done() and not stop.is_set():
            greeting.result()
            await asyncio.wait((serving, stopped), return_when=asyncio.FIRST_COMPLETED)
    finally:
        server.should_exit = True
        for task in (greeting, stopped):
            task.cancel()
        await asyncio.gather(greeting, stopped, return_exceptions=True)
        await serving
    if not server.started:
        raise CannotStart("the application did not start: see the lines above")


async def _greet(
    settings: Settings, urls: Mapping[str, str], started: Callable[[], bool], say: Callable[[str], None]
) -> None:
    while not started():  # noqa: ASYNC110 - the server has no event for it
        await asyncio.sleep(0.02)
    try:
        labels = await demo_person.connect_all(f"http://{settings.host}:{settings.port}", urls["control"])
        say(f"Connected: {', '.join(labels)}")
    except demo_person.NotConnected as error:
        say(f"The demo accounts could not be connected: {error}")
    say(f"Sandbox control: {urls['control']}")
    say(f"\n  TradeMaster Orchestrator   {settings.base_url}")
    say(f"  Log in                     {demo_person.EMAIL} / {demo_person.PASSWORD}\n")


# --- the sandbox -------------------------------------------------------------------------------------------------


@asynccontextmanager
async def _sandbox(settings: Settings, stop: asyncio.Event) -> AsyncIterator[dict[str, str]]:
    """A running sandbox's URLs; it ends with the block, and the demo ends when it does."""
    process = await asyncio.create_subprocess_exec(
        sys.executable,
        "-m",
        "mocks",
        "--port-base",
        str(settings.sandbox_port_base),
        "--state",
        str((settings.data / "sandbox").resolve()),
        cwd=ROOT,
        stdout=asyncio.subprocess.PIPE,
        start_new_session=True,  # Ctrl-C is for us: we end it, after the product
        preexec_fn=_die_with_parent if sys.platform == "linux" else None,
    )
    try:
        yield await _urls(process)
    finally:
        stop.set()
        await _end(process)


async def _urls(process: asyncio.subprocess.Process) -> dict[str, str]:
    if process.stdout is None:
        raise CannotStart("the sandbox has no output")
    try:
        line = await asyncio.wait_for(process.stdout.readline(), STARTS_WITHIN)
    except TimeoutError as error:
        raise CannotStart(f"the sandbox is not ready after {STARTS_WITHIN:g} s") from error
    if not line:
        raise CannotStart("the sandbox did not start: see the line above")
    urls: dict[str, str] = orjson.loads(line)["urls"]
    return urls


async def _end(process: asyncio.subprocess.Process) -> None:
    if process.returncode is not None:
        return
    process.terminate()
    try:
        await asyncio.wait_for(process.wait(), ENDS_WITHIN)
    except TimeoutError:
        with contextlib.suppress(ProcessLookupError):
            process.kill()
        await process.wait()


def _die_with_parent() -> None:
    """Linux: a killed demo leaves no sandbox behind that would hold the ports."""
    ctypes.CDLL(None).prctl(1, signal.SIGTERM)  # PR_SET_PDEATHSIG

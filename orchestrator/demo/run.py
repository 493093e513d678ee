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

from orchestrator.audit import witness
from orchestrator.config import Settings
from orchestrator.demo import person
from orchestrator.server import CannotStart, listen, opened, serve_on, stopping

log = structlog.get_logger(__name__)

STARTS_WITHIN = 60.0  # seconds
ENDS_WITHIN = 8.0
PORTS = 5  # control API and four brokers
APP_KEY, APP_SECRET = "sandboxdemo", "sandboxdemo-secret"  # the sandbox's well-known app
ROOT = Path(__file__).resolve().parents[2]


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
    database = ("trademaster.db", "trademaster.db-wal", "trademaster.db-shm")
    for name in (*database, "master.key", "jwt.key", witness.FILE):
        (settings.data / name).unlink(missing_ok=True)
    for folder in ("sandbox", "outbox"):
        shutil.rmtree(settings.data / folder, ignore_errors=True)


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
            async with _sandbox(settings, stop) as begun:
                # The sandbox gets ready while we load: that is most of a start.
                from orchestrator.app import create_app

                urls = await begun
                demo = _demo_settings(settings, urls)
                app = create_app(demo)
                async with opened(app):
                    greeting = asyncio.create_task(_greet(demo, urls, say))
                    await serve_on(listener, app, stop=stop)
                    greeting.cancel()
                    await asyncio.gather(greeting, return_exceptions=True)
        finally:
            listener.close()


def _demo_settings(settings: Settings, urls: Mapping[str, str]) -> Settings:
    """The given ones, on this sandbox."""
    sandbox = {**sandbox_settings(urls), "always_open": True, "paper": True, "sandbox_url": urls["control"]}
    return Settings.model_validate({**settings.model_dump(), **sandbox})


async def _greet(settings: Settings, urls: Mapping[str, str], say: Callable[[str], None]) -> None:
    # The socket listens already: what comes before the first answer waits in its queue.
    product = f"http://{settings.host}:{settings.port}"
    labels: list[str] = []
    try:
        labels = await person.connect_all(product, urls["control"])
        say(f"Connected: {', '.join(labels)}")
    except person.NotConnected as error:
        say(f"The demo accounts could not be connected: {error}")
    say(f"\n  TradeMaster Orchestrator   {settings.base_url}")
    say(f"  Log in                     {person.EMAIL} / {person.PASSWORD}")
    say(f"  Break the sandbox          {urls['control']}\n")
    if labels:
        # Nobody waits for it: the screens fill while they are looked at.
        try:
            await person.give_a_past(product)
        except person.NotConnected as error:
            log.warning("demo.no_past", words=str(error))


# --- the sandbox -------------------------------------------------------------------------------------------------


@asynccontextmanager
async def _sandbox(settings: Settings, stop: asyncio.Event) -> AsyncIterator[asyncio.Task[dict[str, str]]]:
    """A starting sandbox, and its URLs once it runs; it ends with the block, and the demo ends when it does."""
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
    begun = asyncio.create_task(_urls(process))
    watching = asyncio.create_task(_stop_with(process, stop))
    try:
        yield begun
    finally:
        for task in (begun, watching):
            task.cancel()
        await asyncio.gather(begun, watching, return_exceptions=True)
        await _end(process)


async def _stop_with(process: asyncio.subprocess.Process, stop: asyncio.Event) -> None:
    code = await process.wait()
    log.error("sandbox.ended", code=code)
    stop.set()


async def _urls(process: asyncio.subprocess.Process) -> dict[str, str]:
    if process.stdout is None:
        raise CannotStart("the sandbox has no output")
    try:
        async with asyncio.timeout(STARTS_WITHIN):
            line = await process.stdout.readline()
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
        async with asyncio.timeout(ENDS_WITHIN):
            await process.wait()
    except TimeoutError:
        with contextlib.suppress(ProcessLookupError):
            process.kill()
        await process.wait()


def _die_with_parent() -> None:
    """Linux: a killed demo leaves no sandbox behind that would hold the ports."""
    ctypes.CDLL(None).prctl(1, signal.SIGTERM)  # PR_SET_PDEATHSIG

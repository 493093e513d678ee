"""Commands that run the product, and that look after its database."""

from __future__ import annotations

import asyncio
import faulthandler
import gc
import sys
from collections.abc import Awaitable, Callable
from typing import Annotated

import httpx
import typer
import uvloop

from orchestrator import meta
from orchestrator.commands import installation
from orchestrator.server import CannotStart, serve, stopping
from orchestrator.storage import migrations
from orchestrator.storage.db import open_database

commands = typer.Typer()


def _run(work: Callable[[asyncio.Event], Awaitable[None]]) -> None:
    async def until_stopped() -> None:
        with stopping() as stop:
            await work(stop)

    faulthandler.enable()  # SIGABRT writes every stack to the log: a process that hangs says where
    sys.setswitchinterval(0.0005)
    # Little of what an order leaves behind is cyclic, and a full collection walks every instrument: halves the p99.
    gc.set_threshold(20_000, 20, 50)
    gc.freeze()  # what was imported stays
    uvloop.run(until_stopped())


@commands.command("serve")
def serve_command() -> None:
    """Serve the API and the web interface until SIGINT or SIGTERM."""
    settings = installation.settings()
    from orchestrator.app import create_app

    _run(lambda stop: serve(create_app(settings), settings, stop=stop))


@commands.command("worker")
def worker_command() -> None:
    """Run the background loops only: for installations with several processes."""
    settings = installation.settings()
    from orchestrator.worker import work

    _run(lambda stop: work(settings, stop=stop))


@commands.command()
def migrate() -> None:
    """Bring the database of the settings up to date."""

    async def upgrade() -> bool:
        database = open_database(installation.settings())
        try:
            return await migrations.upgrade(database)
        finally:
            await database.close()

    try:
        changed = uvloop.run(upgrade())
    except migrations.Busy as error:
        raise CannotStart(str(error)) from error
    typer.echo("Migrated." if changed else "Up to date.")


@commands.command()
def demo(
    reset: Annotated[
        bool, typer.Option("--reset", help="Forget the demo's data instead of starting it.")
    ] = False,
) -> None:
    """Start the product on the sandbox's brokers, with a demo user connected to all of them."""
    settings = installation.settings()
    from orchestrator.demo import run as composition

    if reset:
        composition.reset(settings)
        typer.echo("The demo's data is gone: `make demo` starts over.")
        return
    uvloop.run(composition.run(settings, say=lambda line: typer.echo(line)))


@commands.command()
def health() -> None:
    """Ask the running product whether it is ready; the exit code is 0 when it is."""
    url = f"http://{installation.settings().host}:{installation.settings().port}/readyz"
    try:
        answer = httpx.get(url, trust_env=False, timeout=5)
    except httpx.HTTPError as error:
        raise CannotStart(f"{url} does not answer ({type(error).__name__})") from error
    if answer.status_code != httpx.codes.OK:
        raise CannotStart(f"{url} answers {answer.status_code}: {answer.json().get('detail', '')}")
    typer.echo("Ready.")


@commands.command()
def version() -> None:
    """Say which version this is."""
    typer.echo(f"{meta.NAME} {meta.own_version()}")

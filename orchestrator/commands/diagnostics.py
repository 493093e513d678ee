"""The command that gathers what a report of a fault needs."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer
import uvloop

from orchestrator.commands import installation
from orchestrator.diagnostics import bundle
from orchestrator.diagnostics.bundle import Unsafe
from orchestrator.diagnostics.gathering import gather
from orchestrator.server import CannotStart
from orchestrator.state import system_clock

commands = typer.Typer()


@commands.command()
def diagnostics(
    file: Annotated[
        Path | None, typer.Argument(help="The .tar.gz to write; never over one that is there.")
    ] = None,
    log: Annotated[Path | None, typer.Option("--log", help="A log of the product, in JSON.")] = None,
) -> None:
    """Gather what a report of a fault needs into one file, without anything that names a person or opens a door.

    Versions, settings, what the doctor says, jobs, sizes, counts, leases, the outbox, metrics, and the log's newest
    lines without what was said in them. Nothing is changed or sent.
    """
    settings, now = installation.settings(), system_clock()
    target = file or Path(f"diagnostics-{now:%Y%m%d-%H%M%S}.tar.gz")
    try:
        files = uvloop.run(gather(settings, log, now))
        bundle.write(files, target, settings=settings, now=now)
    except FileExistsError as error:
        raise CannotStart(f"{target} is there already") from error
    except (Unsafe, OSError) as error:
        raise CannotStart(str(error)) from error
    typer.echo(f"{target}: {', '.join(files)}. Look through it before you hand it on.")

"""The command that says what is wrong with an installation and how it is mended."""

from __future__ import annotations

from dataclasses import asdict
from typing import Annotated

import orjson
import typer
import uvloop

from orchestrator.commands import installation
from orchestrator.doctor.examine import examine
from orchestrator.doctor.finding import Level
from orchestrator.state import system_clock

commands = typer.Typer()


@commands.command()
def doctor(
    as_json: Annotated[bool, typer.Option("--json", help="One JSON list.")] = False,
) -> None:
    """Look at everything an installation stands on, and say of each what is wrong and how to mend it.

    Keys, data folder, disk, database, clocks, processes, jobs, backups, instruments, orders, the audit log, brokers,
    Redis, the certificate. Nothing is changed. The exit code is 1 when something fails.
    """
    found = uvloop.run(examine(installation.settings(), system_clock()))
    if as_json:
        typer.echo(orjson.dumps([asdict(one) for one in found], option=orjson.OPT_INDENT_2).decode())
    else:
        for one in found:
            typer.echo(f"{one.level.upper():5} {one.what}: {one.words}")
            if one.mend:
                typer.echo(f"      -> {one.mend}")
    raise typer.Exit(1 if any(one.level is Level.FAIL for one in found) else 0)

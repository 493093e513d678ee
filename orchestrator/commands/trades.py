"""Commands about the history of trades."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer
import uvloop

from orchestrator.commands import installation
from orchestrator.server import CannotStart
from orchestrator.state import system_clock

commands = typer.Typer()


trades = typer.Typer(help="The history of trades.", no_args_is_help=True)
commands.add_typer(trades, name="trades")


@trades.command("import")
def import_trades(
    account: Annotated[str, typer.Argument(help="The account's id; `orchestrator accounts` lists them.")],
    file: Annotated[
        Path, typer.Argument(help="Its broker's tradebook, as CSV.", exists=True, dir_okay=False)
    ],
    commit: Annotated[
        bool, typer.Option("--commit", help="Keep the new trades; else only say what the file has.")
    ] = False,
) -> None:
    """Bring past trades of an account in from its broker's tradebook: all of the file or nothing.

    The exit code is 1 when a row breaks a rule.
    """
    from orchestrator.trades import command
    from orchestrator.trades.importing import Report
    from orchestrator.trades.tradebook import Unusable

    data = file.read_bytes()

    async def bring() -> Report:
        async with installation.opened() as database:
            return await command.import_file(database, account, data, clock=system_clock, commit=commit)

    try:
        report = uvloop.run(bring())
    except (command.NoSuchAccount, Unusable) as error:
        raise CannotStart(str(error)) from error
    command.tell(report, typer.echo)
    raise typer.Exit(1 if report.refused_count else 0)

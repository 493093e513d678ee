"""Commands about the tables that charges are reckoned from."""

from __future__ import annotations

from datetime import datetime
from typing import Annotated

import typer

from domain.calendar import IST
from orchestrator.charges import pages
from orchestrator.state import system_clock

commands = typer.Typer()
fees = typer.Typer(help="The tables that charges are reckoned from.", no_args_is_help=True)
commands.add_typer(fees, name="fees")


@fees.command("list")
def list_fees(
    on: Annotated[
        datetime | None,
        typer.Option("--on", formats=["%Y-%m-%d"], help="What counts on that day; else today."),
    ] = None,
    who: Annotated[str, typer.Option("--who", help="Zerodha, NSE, GST: of these alone.")] = "",
    unverified: Annotated[
        bool, typer.Option("--unverified", help="Only what no page of who takes it confirms.")
    ] = False,
) -> None:
    """Every fee with its days and where it is said."""
    day = on.date() if on else system_clock().astimezone(IST).date()
    for row in pages.in_force(day, who):
        if unverified and not row.unverified:
            continue
        until = f" until {row.until:%d %b %Y}" if row.until else ""
        typer.echo(f"{row.who}, {row.what}: {row.terms}")
        typer.echo(f"    from {row.since:%d %b %Y}{until}; {row.source}")

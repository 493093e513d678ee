"""The command `trademaster`."""

from __future__ import annotations

import sys
from typing import Annotated

import typer

from trademaster.cli import alerting, keys, killing, market, ordering, reading, streaming, tools
from trademaster.cli.context import OPTIONS, ended
from trademaster.version import VERSION

app = typer.Typer(
    help="Your accounts and orders at TradeMaster Orchestrator.",
    no_args_is_help=True,
    rich_markup_mode=None,
    pretty_exceptions_enable=False,
    context_settings={"help_option_names": ["-h", "--help"]},
)


def _version(wanted: bool) -> None:
    if wanted:
        typer.echo(f"trademaster {VERSION}")
        raise typer.Exit


@app.callback()
def options(
    url: Annotated[
        str | None,
        typer.Option("--url", help="The product's address; else TRADEMASTER_URL, else that of the login."),
    ] = None,
    timeout: Annotated[float, typer.Option("--timeout", help="Seconds for one request.", min=0.1)] = 20.0,
    plain_http: Annotated[
        bool,
        typer.Option("--plain-http", help="Take an address without encryption that is not this machine's."),
    ] = False,
    version: Annotated[
        bool, typer.Option("--version", callback=_version, is_eager=True, help="Say which version this is.")
    ] = False,
) -> None:
    """Options of every command."""
    OPTIONS.url, OPTIONS.timeout, OPTIONS.plain_http = url, timeout, plain_http


for room in (keys, reading, market, ordering, streaming, killing, alerting, tools):
    room.add_to(app)


def main() -> None:
    """Run it; what a person can mend is said in a line, and the exit code says the kind."""

    def command() -> None:
        app(prog_name="trademaster", standalone_mode=True)

    sys.exit(ended(command, json="--json" in sys.argv))

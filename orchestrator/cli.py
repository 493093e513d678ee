"""The `orchestrator` command. Settings come from the environment; `docs/reference/settings.md` lists them.

Its commands are in `commands/`, a file for each part of the product.
"""

from __future__ import annotations

import sys

import typer
from pydantic import ValidationError

from orchestrator.commands import (
    audit,
    backups,
    breakers,
    brokers,
    calendar,
    dead_letters,
    diagnostics,
    doctor,
    documents,
    fees,
    generated,
    jobs,
    keys,
    orders,
    running,
    sessions,
    trades,
    users,
)
from orchestrator.server import CannotStart

cli = typer.Typer(
    name="orchestrator",
    help="One command centre over the Indian broker accounts a trader already has.",
    no_args_is_help=True,
    add_completion=False,
    pretty_exceptions_enable=False,
)

for part in (
    running,
    generated,
    brokers,
    breakers,
    orders,
    trades,
    audit,
    keys,
    users,
    documents,
    jobs,
    dead_letters,
    backups,
    calendar,
    fees,
    sessions,
    doctor,
    diagnostics,
):
    cli.add_typer(part.commands)


def main() -> None:
    """Run the command line; what a person can mend is said in one line."""
    try:
        cli(prog_name="orchestrator")
    except CannotStart as error:
        sys.exit(f"trademaster: {error}")
    except ValidationError as error:
        first = error.errors()[0]
        name = "_".join(str(part) for part in first["loc"]).upper()
        name = name if name.startswith("SANDBOX_") else f"TRADEMASTER_{name}"
        sys.exit(f"trademaster: setting {name} is wrong: {first['msg']}")

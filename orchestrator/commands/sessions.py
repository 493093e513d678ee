"""Commands about logins at brokers."""

from __future__ import annotations

from typing import Annotated

import typer
from sqlalchemy import Connection

from domain.account import AccountState, UserId
from orchestrator.commands import installation
from orchestrator.leases import rows as leases
from orchestrator.leases.shards import shard_of
from orchestrator.operating import oversight
from orchestrator.operating.oversight import KeptAccount
from orchestrator.schemas import in_ist

commands = typer.Typer()
sessions = typer.Typer(help="Logins at brokers, of all users.", no_args_is_help=True)
commands.add_typer(sessions, name="sessions")


@sessions.command("list")
def list_sessions(
    state: Annotated[AccountState | None, typer.Option("--state", help="Only these.")] = None,
    after: Annotated[str | None, typer.Option("--after", help="An account's id: those after it.")] = None,
    limit: Annotated[int, typer.Option("--limit", min=1, help="At most so many.")] = 100,
) -> None:
    """Who is logged in where, until when, and which process works with it."""

    def read(conn: Connection) -> tuple[list[KeptAccount], dict[str, str]]:
        found = oversight.accounts_of_all(conn, state=state, after=after, limit=limit)
        return found, leases.owners(conn, {shard_of(UserId(one.user_id)) for one in found})

    found, owners = installation.read(read)
    for one in found:
        until = f" until {in_ist(one.session_expires_at)}" if one.session_expires_at else ""
        process = owners.get(shard_of(UserId(one.user_id)), "no process")
        typer.echo(f"{one.id}  {one.broker} of {one.user_id}: {one.state}{until}; {process}")
        if one.last_error:
            typer.echo(f"    {one.last_error}")

"""Commands about messages to users' servers that were given up."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from functools import partial
from typing import Annotated

import typer
from sqlalchemy import Connection

from orchestrator.audit.actions import Action
from orchestrator.audit.record import Actor, audited
from orchestrator.commands import installation
from orchestrator.schemas import in_ist
from orchestrator.server import CannotStart
from orchestrator.state import system_clock
from orchestrator.webhooks import dead

commands = typer.Typer()
letters = typer.Typer(help="Messages to users' servers that were given up.", no_args_is_help=True)
commands.add_typer(letters, name="dead-letters")

Ids = Annotated[list[str] | None, typer.Argument(help="Of the messages; `orchestrator dead-letters list`.")]
All = Annotated[bool, typer.Option("--all", help="All of them.")]


@letters.command("list")
def list_letters(
    limit: Annotated[int, typer.Option("--limit", help="So many of the newest.")] = 100,
) -> None:
    """Which messages were given up, and why. The exit code is 1 when there are any."""
    found = installation.read(lambda conn: dead.page(conn, limit=limit))
    for one in found:
        off = "" if one.enabled else " (its webhook is off)"
        tried = in_ist(one.tried_at) if one.tried_at else "never"
        typer.echo(f"{one.id}  {one.type} for {one.user_id} by {one.webhook_id}{off}")
        typer.echo(f"    made {in_ist(one.made_at)}, tried {one.attempts} times, last {tried}: {one.words}")
    raise typer.Exit(1 if found else 0)


@letters.command()
def replay(ids: Ids = None, every: All = False) -> None:
    """Send them again, under their old ids; those of a webhook that is off stay."""
    wanted, now = _wanted(ids, every), system_clock()

    def work(conn: Connection, part: Sequence[str]) -> list[str]:
        done = dead.replay(conn, part, now)
        _noted(conn, Action.DEAD_LETTER_REPLAYED, done, "dead-letters replay")
        return done

    typer.echo(f"{_all_of(wanted, work)} will be sent again.")


@letters.command()
def drop(ids: Ids = None, every: All = False) -> None:
    """Forget them."""
    wanted = _wanted(ids, every)

    def work(conn: Connection, part: Sequence[str]) -> list[str]:
        done = dead.drop(conn, part)
        _noted(conn, Action.DEAD_LETTER_DROPPED, done, "dead-letters drop")
        return done

    typer.echo(f"{_all_of(wanted, work)} are forgotten.")


def _wanted(ids: list[str] | None, every: bool) -> list[str] | None:
    if bool(ids) == every:
        raise CannotStart("name messages, or say --all")
    return None if every else ids


def _all_of(wanted: list[str] | None, work: Callable[[Connection, Sequence[str]], list[str]]) -> int:
    """Some at a time; how many they were."""

    def some(conn: Connection, part: Sequence[str]) -> int:
        return len(work(conn, part))

    parts = installation.read(lambda conn: dead.parts(conn, wanted))
    return sum([installation.write(partial(some, part=part), lock="webhooks") for part in parts])


def _noted(conn: Connection, action: Action, ids: list[str], command: str) -> None:
    for one in ids:
        by = Actor.command(command)
        audited(conn, user_id=None, actor=by, action=action, at=system_clock(), subject=one)

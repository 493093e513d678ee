"""Commands about users: who they are, who keeps the installation, who is let in again."""

from __future__ import annotations

from typing import Annotated

import typer
from sqlalchemy import Connection

from orchestrator.audit.record import Actor
from orchestrator.commands import installation
from orchestrator.identity import repository
from orchestrator.identity.claims import Role
from orchestrator.operating import service
from orchestrator.schemas import in_ist
from orchestrator.server import CannotStart
from orchestrator.state import system_clock

commands = typer.Typer()

users = typer.Typer(help="Who has an account here.", no_args_is_help=True)
commands.add_typer(users, name="users")

Email = Annotated[str, typer.Argument(help="The user's e-mail.")]
EVERYBODY = 1_000_000


@users.command("list")
def list_users() -> None:
    """List the users of this installation, one a line, without secrets."""
    now = system_clock()
    for one in installation.read(lambda conn: service.listed(conn, after=None, limit=EVERYBODY, now=now)):
        seen = f"seen {in_ist(one.last_seen)}" if one.last_seen else "-"
        state = "disabled" if one.disabled_at else "second factor" if one.second_factor_since else ""
        typer.echo(f"{one.id}  {one.role:8}  {one.email:32}  {seen:35}  {state}".rstrip())


@users.command()
def operator(email: Email) -> None:
    """Make a user an operator: one who keeps the installation, and sees nobody's accounts or orders."""
    _give(email, Role.OPERATOR)


@users.command()
def user(email: Email) -> None:
    """Make an operator a user again."""
    _give(email, Role.USER)


@users.command()
def unlock(email: Email) -> None:
    """Let a user try to log in again at once after too many failures."""

    def work(conn: Connection) -> None:
        service.unlock(conn, _found(conn, email).id, by=Actor.command("users unlock"), now=system_clock())

    installation.write(work)
    typer.echo(f"{email} may try again.")


def _give(email: str, role: Role) -> None:
    def work(conn: Connection) -> list[str]:
        by = Actor.command(f"users {role}")
        return service.give_role(conn, _found(conn, email).id, role, by=by, now=system_clock())

    over = installation.write(work)
    typer.echo(
        f"{email} is {'an operator' if role is Role.OPERATOR else 'a user'}. {len(over)} logins were ended."
    )


def _found(conn: Connection, email: str) -> repository.User:
    found = repository.by_email(conn, email.strip().lower())
    if found is None:
        raise CannotStart(f"nobody has the e-mail {email}")
    return found

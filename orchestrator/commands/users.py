"""Commands about users: who they are, who keeps the installation, who is let in again."""

from __future__ import annotations

from typing import Annotated

import typer
from sqlalchemy import Connection

from orchestrator.audit.record import Actor
from orchestrator.commands import installation
from orchestrator.errors import Problem
from orchestrator.identity import repository
from orchestrator.identity.claims import Role
from orchestrator.keys import keys
from orchestrator.mail import mailer, words
from orchestrator.operating import service
from orchestrator.schemas import in_ist
from orchestrator.server import CannotStart
from orchestrator.state import system_clock
from orchestrator.vault import Vault

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


@users.command("reset-second-factor")
def reset_second_factor(email: Email) -> None:
    """Take the second factor off a user who has lost it. Be sure who asks: then the password alone logs in.

    Every login of theirs ends, no browser is known any more, and a letter tells them.
    """
    settings, now = installation.settings(), system_clock()
    vault = Vault(keys(settings).master)

    def work(conn: Connection) -> list[str]:
        def tell(user: repository.User) -> None:
            told = words.second_factor_reset(user.email, at=now, base=settings.base_url)
            mailer.keep(conn, told, vault=vault, now=now)

        by = Actor.command("users reset-second-factor")
        try:
            return service.reset_second_factor(conn, _found(conn, email).id, by=by, told=tell, now=now)
        except Problem as problem:
            raise CannotStart(f"{email}: {problem.detail}") from problem

    over = installation.write(work)
    typer.echo(f"The second factor of {email} is off. {len(over)} logins were ended; a letter tells them.")


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

"""Commands about what users agree to: the terms and the privacy notice in force."""

from __future__ import annotations

from typing import Annotated

import typer
from sqlalchemy import Connection

from orchestrator.audit.actions import Action
from orchestrator.audit.record import Actor, audited
from orchestrator.commands import installation
from orchestrator.identity.consent import documents
from orchestrator.identity.consent.documents import Document, DocumentKind, VersionUsed
from orchestrator.identity.consent.schemas import VERSION_LENGTH
from orchestrator.schemas import in_ist
from orchestrator.server import CannotStart
from orchestrator.state import system_clock

commands = typer.Typer()
consent = typer.Typer(help="What users agree to before they trade.", no_args_is_help=True)
commands.add_typer(consent, name="documents")

Which = Annotated[DocumentKind, typer.Argument(help="terms or privacy.")]


@consent.command("list")
def list_documents() -> None:
    """Which versions are in force. None: nobody is asked for anything."""
    for one in installation.read(documents.in_force):
        typer.echo(f"{one.kind:8} {one.version:20} since {in_ist(one.published_at)}  {one.url}")


@consent.command()
def publish(
    kind: Which,
    version: Annotated[str, typer.Argument(help="A name that was not used before, for example 2026-11.")],
    url: Annotated[str, typer.Option(help="Where it can be read: https://..., or a path here.")],
) -> None:
    """Put a version in force, at once in all processes. Every user is asked to agree, and opens nothing until then."""
    if not (url.startswith("https://") or (url.startswith("/") and not url.startswith("//"))):
        raise CannotStart("the address begins with https:// or with one / for a page of this installation")
    if not 0 < len(version) <= VERSION_LENGTH:
        raise CannotStart(f"a version has 1 to {VERSION_LENGTH} characters")
    now, by = system_clock(), Actor.command("documents publish")
    try:
        installation.write(lambda conn: documents.publish(conn, Document(kind, version, url, now), by=by))
    except VersionUsed as error:
        raise CannotStart(
            f"somebody agreed to {kind} {version} already: give what is new a new name"
        ) from error
    typer.echo(f"{kind} {version} is in force. Users are asked to agree to it.")


@consent.command()
def withdraw(kind: Which) -> None:
    """Ask nobody for it any more. What was agreed to stays written down."""

    def work(conn: Connection) -> bool:
        was = documents.withdraw(conn, kind)
        if was:
            by, now = Actor.command("documents withdraw"), system_clock()
            audited(
                conn, user_id=None, actor=by, action=Action.DOCUMENT_WITHDRAWN, at=now, subject=kind.value
            )
        return was

    if not installation.write(work):
        raise CannotStart(f"no {kind} is in force")
    typer.echo(f"{kind} is in force no more.")

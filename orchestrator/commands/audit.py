"""Commands about the audit log: checking it, here or from a file, and vouching for it anew."""

from __future__ import annotations

import os
from collections.abc import Iterable, Iterator
from datetime import date, datetime, time
from pathlib import Path
from typing import Annotated, BinaryIO

import typer
from sqlalchemy import Connection

from domain.calendar import IST
from orchestrator.audit import file as exported
from orchestrator.audit import rows
from orchestrator.audit.actions import Action
from orchestrator.audit.chain import BEGINNING, Entry
from orchestrator.audit.keeper import ChainBroken, checked_head, extend, gone, sign_as_it_is
from orchestrator.audit.record import Actor, audited
from orchestrator.audit.seal import Head, Seal
from orchestrator.audit.verify import Fault, Report, check
from orchestrator.audit.witness import Note, Witness
from orchestrator.commands import installation
from orchestrator.keys import keys
from orchestrator.server import CannotStart
from orchestrator.state import system_clock

commands = typer.Typer()
audit = typer.Typer(help="The audit log.", no_args_is_help=True)
commands.add_typer(audit, name="audit")


@audit.command()
def verify(
    since: Annotated[
        str, typer.Option("--since", help="Only entries from this day on (IST), YYYY-MM-DD.")
    ] = "",
    head: Annotated[
        str, typer.Option("--head", help="A hash noted earlier, whose entry must still be there.")
    ] = "",
    export: Annotated[
        Path | None, typer.Option("--export", help="Also write the entries to this file, as JSON lines.")
    ] = None,
    file: Annotated[
        Path | None,
        typer.Option("--file", help="Verify this exported file instead; needs no database.", exists=True),
    ] = None,
    key: Annotated[
        str, typer.Option("--key", help="Of a file: the public key that its head must be signed by.")
    ] = "",
) -> None:
    """Check that no entry of the audit log was changed, put in, moved or removed, and say which.

    The exit code is 1 when anything was.
    """
    if file is not None:
        report, waiting = _of_file(file, key, head), 0
    else:
        report, waiting = _of_installation(since, head, export)
    _tell(report, waiting, pinned=file is None or bool(key))
    raise typer.Exit(0 if report.whole else 1)


@audit.command("seal-anew")
def seal_anew(
    because: Annotated[str, typer.Option("--because", help="Why; it is kept in the log.")],
) -> None:
    """Sign the log as it is now, after its end was found not to be what was signed; the keeper then goes on.

    Needed after a database was put back in part, or the master key was replaced. What else is wrong stays told.
    """
    seal, witness = _seal(), Witness(installation.settings().data)

    def sign(conn: Connection) -> tuple[str, Head | None]:
        now = system_clock()
        try:
            return "", checked_head(conn, seal, witness)
        except ChainBroken as error:
            detail = {"because": because, "found": str(error)}
            audited(
                conn,
                user_id=None,
                actor=Actor.command("audit seal-anew"),
                action=Action.AUDIT_SEALED_ANEW,
                at=now,
                detail=detail,
            )
            sign_as_it_is(conn, seal, now)
            extend(conn, seal, now, rows.PAGE)
            return str(error), rows.head(conn)

    found, head = installation.write(sign, lock="audit")
    if found and head is not None:
        witness.note(Note(head.position, head.hash), anew=True)
    typer.echo(f"Signed anew: {found}." if found else "The log ends as it was signed: nothing to do.")


def _seal() -> Seal:
    return Seal(keys(installation.settings()).master)


def _of_file(path: Path, key: str, noted: str) -> Report:
    with path.open("rb") as opened:
        try:
            found = exported.read(opened)
            keys = frozenset({key}) if key else None
            return check(
                found.entries, found, keys=keys, position=found.position, previous=found.begins, noted=noted
            )
        except exported.Unreadable as error:
            raise CannotStart(f"{path}: {error}") from error


def _of_installation(since: str, noted: str, export: Path | None) -> tuple[Report, int]:
    try:
        day = date.fromisoformat(since) if since else None
    except ValueError:
        raise CannotStart(f"{since} is no day: write it as 2026-11-23") from None
    known, witness = frozenset(_seal().known), Witness(installation.settings().data)

    def checked(conn: Connection, out: BinaryIO | None) -> tuple[Report, int]:
        position = 0
        if day is not None:
            position = max(rows.first_since(conn, datetime.combine(day, time(), IST)) - 1, 0)
        begins = rows.hash_at(conn, position) if position else BEGINNING
        head, entries = rows.head(conn), rows.every(conn, position)
        if out is not None:
            entries = _copied(entries, head, out, begins=begins or "", position=position)
        report = check(entries, head, keys=known, position=position, previous=begins, noted=noted)
        if words := gone(conn, witness):
            report.add(0, Fault.HEAD, words)
        return report, rows.count_waiting(conn)

    if export is None:
        return installation.read(lambda conn: checked(conn, None))
    with open(export, "wb", opener=_for_the_owner) as out:
        return installation.read(lambda conn: checked(conn, out))


def _for_the_owner(path: str, flags: int) -> int:
    """The file has everybody's addresses."""
    return os.open(path, flags, 0o600)


def _copied(
    entries: Iterable[Entry], head: Head | None, out: BinaryIO, *, begins: str, position: int
) -> Iterator[Entry]:
    """The entries, each written to the file as it passes."""
    passing: list[Entry] = []

    def passed() -> Iterator[Entry]:
        for one in entries:
            passing.append(one)
            yield one

    for line in exported.lines(passed(), head, begins=begins, position=position):
        out.write(line)
        if passing:
            yield passing.pop()


def _tell(report: Report, waiting: int, *, pinned: bool) -> None:
    for finding in report.findings:
        typer.echo(finding.words[0].upper() + finding.words[1:] + ".")
    if report.more:
        typer.echo(f"And {report.more:,} more.")
    span = f"{report.first} to {report.last}" if report.entries else "none"
    erased = f", {report.erased} of them with what was personal erased" if report.erased else ""
    typer.echo(f"{report.entries:,} entries ({span}){erased}.")
    if waiting:
        typer.echo(f"{waiting} entries wait to be linked; the product does that within a second.")
    if report.head is not None:
        typer.echo(f"Head: {report.head.position} {report.head.hash}, signed at {report.head.at}")
        typer.echo(
            f"by {report.head.public_key}" + ("" if pinned else " (compare it with the installation's own)")
        )
    typer.echo("Whole." if report.whole else "NOT whole.")

"""Commands that back the installation up, and put a backup back."""

from __future__ import annotations

from collections.abc import Coroutine
from datetime import datetime
from pathlib import Path
from typing import Annotated, Any, TypeVar

import typer
import uvloop

from orchestrator import meta
from orchestrator.backups import archive, crypt
from orchestrator.backups.afterwards import Safe
from orchestrator.backups.crypt import BadBackup
from orchestrator.backups.restoring import restore as put_back
from orchestrator.backups.restoring import take_up
from orchestrator.commands import installation
from orchestrator.jobs import rows as job_rows
from orchestrator.jobs.plan import BACKUP
from orchestrator.schemas import in_ist
from orchestrator.server import CannotStart
from orchestrator.state import system_clock

commands = typer.Typer()
T = TypeVar("T")

AFTER = """Then, in this order:
  1. The master key is not in a backup: put its file (master.key) or TRADEMASTER_MASTER_KEY back, too.
  2. `orchestrator audit verify`. Where the data folder of before is used, its note of the log is newer than the
     database: `orchestrator audit seal-anew --because "restored"`.
  3. Limits, policies and tokens are as they were at {made_at}: what was tightened since has to be again.
     {tokens} personal tokens are good; one that was revoked since is among them (`orchestrator users list`).
  4. Start the product, `orchestrator doctor`, and let users log in at their brokers: orders of before are followed
     again, those made since appear as placed elsewhere.
  5. Each user compares with their brokers and releases their kill switch. Until then only what reduces a position is
     sent. No program should repeat a request of that time."""


@commands.command("backup-key")
def backup_key(
    file: Annotated[Path, typer.Argument(help="Where to write it; keep it away from this machine.")],
) -> None:
    """Make the key that opens backups. Only its public half stays on this machine."""
    try:
        public = crypt.make_key(file)
    except BadBackup as error:
        raise CannotStart(str(error)) from error
    typer.echo(f"TRADEMASTER_BACKUP_RECIPIENTS={public}")
    typer.echo(f"Keep {file} elsewhere: without it no backup can be opened.", err=True)


@commands.command()
def backup(
    file: Annotated[Path, typer.Argument(help="The backup to make; never over one that is there.")],
) -> None:
    """Copy the database as it is at one moment into an encrypted file. The product may run meanwhile.

    The master key is not in it: keep that apart, as docs/how-to/backups.md tells.
    """
    settings = installation.settings()
    made = _done(archive.make(settings, file, version=meta.own_version(), now=system_clock()))
    said = f"{len(made.rows)} tables, {sum(made.rows.values())} rows"
    installation.write(lambda conn: job_rows.record(conn, BACKUP.name, made.made_at, said))
    typer.echo(f"{file}: {said}, {made.bytes} bytes before encryption.")


@commands.command()
def restore(
    file: Annotated[Path, typer.Argument(help="What `orchestrator backup` made.")],
    key: Annotated[Path, typer.Option("--key", help="The key's file that `orchestrator backup-key` made.")],
) -> None:
    """Put a backup back where no database is, end all logins, hold new risk, and say what is left to do.

    The product must not run. A database that is there is never overwritten.
    """
    found = _done(put_back(installation.settings(), file, key, now=system_clock()))
    made_at = in_ist(found.manifest.made_at)
    typer.echo(f"Restored as of {made_at}: {sum(found.manifest.rows.values())} rows, all of them there.")
    _say(found.safe, made_at)


@commands.command()
def restored(
    to: Annotated[str, typer.Option("--to", help="The moment: 2026-11-23T09:20:00+05:30.")],
) -> None:
    """Say that the database was put back to an earlier moment by other means, as PostgreSQL's own.

    Does what `orchestrator restore` does after it: ends all logins, holds new risk until each user has looked, and
    leaves undone what may have been done since. The product must not run.
    """
    try:
        moment = datetime.fromisoformat(to)
    except ValueError as error:
        raise CannotStart(f"{to} is no moment: write it as 2026-11-23T09:20:00+05:30") from error
    now = system_clock()
    if moment.tzinfo is None or moment > now:
        raise CannotStart(f"{to} is no moment that has been: write it with its offset, as in 09:20:00+05:30")
    safe = _done(take_up(installation.settings(), moment, now=now))
    typer.echo(f"Taken up as of {in_ist(moment)}.")
    _say(safe, in_ist(moment))


def _say(safe: Safe, made_at: str) -> None:
    typer.echo(f"{safe.logins} logins were ended. New risk is held for {safe.held} users.")
    if safe.quieted:
        typer.echo(
            f"{safe.quieted} kill switches that cancelled or closed do so no more: their users are told."
        )
    if safe.dropped:
        typer.echo(
            f"{safe.dropped} changes, alerts and approvals that waited are over: they may have been done."
        )
    typer.echo(AFTER.format(made_at=made_at, tokens=safe.tokens))


@commands.command("backup-check")
def backup_check(
    file: Annotated[Path, typer.Argument(help="What `orchestrator backup` made.")],
    key: Annotated[Path, typer.Option("--key", help="The key's file.")],
) -> None:
    """Open a backup and compare it with its list, without putting anything back."""
    try:
        with archive.opened(installation.settings(), file, key) as (manifest, _copied):
            said = f"{manifest.dialect}, version {manifest.version}, {sum(manifest.rows.values())} rows"
            typer.echo(f"Whole: made {in_ist(manifest.made_at)}, {said}.")
    except BadBackup as error:
        raise CannotStart(str(error)) from error


def _done(work: Coroutine[Any, Any, T]) -> T:
    try:
        return uvloop.run(work)
    except BadBackup as error:
        raise CannotStart(str(error)) from error

"""Commands about the installation's keys: which there are, a new one, and forgetting an old one."""

from __future__ import annotations

from datetime import datetime, timedelta
from enum import StrEnum
from pathlib import Path
from typing import Annotated

import typer
import uvloop
from sqlalchemy import Connection

from orchestrator import key_files
from orchestrator.audit import rows
from orchestrator.audit.actions import Action
from orchestrator.audit.record import Actor, audited
from orchestrator.audit.seal import Seal
from orchestrator.commands import installation
from orchestrator.config import Settings
from orchestrator.keys import Key, Keys, Ring, fresh
from orchestrator.keys import keys as keys_of
from orchestrator.resealing import Resealed, reseal, under
from orchestrator.server import CannotStart
from orchestrator.state import system_clock
from orchestrator.vault import Vault

commands = typer.Typer()
keys = typer.Typer(help="The keys of this installation.", no_args_is_help=True)
commands.add_typer(keys, name="keys")


class Which(StrEnum):
    """master seals credentials, jwt signs access tokens."""

    MASTER = "master"
    JWT = "jwt"


@keys.command("list")
def list_keys() -> None:
    """Which keys there are, the one in use first, and what is sealed under each. No secret is shown."""
    settings = installation.settings()
    found, counts = keys_of(settings), installation.read(under)
    for which in Which:
        for number, key in enumerate(_ring(found, which).every):
            kept = ", ".join(f"{count} {name}" for name, count in sorted(counts.get(key.id, {}).items()))
            use = "in use" if number == 0 else "earlier"
            typer.echo(f"{which:7} {key.id}  {use:8} {key.made_at or '-':25} {kept}".rstrip())
    known = {key.id for key in found.master.every}
    for lost in sorted(counts.keys() - known):
        typer.echo(f"master  {lost}  MISSING: {counts[lost].total()} values cannot be opened")


@keys.command()
def rotate(
    only: Annotated[Which | None, typer.Option("--only", help="One of them; else both.")] = None,
) -> None:
    """New keys, in use at once in running processes; everything sealed is then sealed anew.

    The earlier ones still open and verify until `orchestrator keys retire`. Interrupted: `orchestrator keys reseal`.
    """
    settings = installation.settings()
    chosen = [only] if only else list(Which)
    keys_of(settings)  # they exist
    for which in chosen:
        path = _file(settings, which)
        new = fresh()
        _written_down(Action.KEY_MADE, new.id, which)  # before it is used: none is without an entry
        key_files.add(path, new)
        _written_down(Action.KEY_IN_USE, new.id, which)
        typer.echo(f"{which}: {new.id} is in use.")
    if Which.MASTER in chosen:
        _reseal(settings)


@keys.command("reseal")
def reseal_command() -> None:
    """Seal everything anew that is not under the master key in use. Ends what an interrupted rotation left."""
    _reseal(installation.settings())


@keys.command()
def retire(key_id: Annotated[str, typer.Argument(help="An earlier key; `orchestrator keys list`.")]) -> None:
    """Forget an earlier key: what it sealed or signed is worth nothing from now on.

    Refused while something is sealed under it, the audit log ends with its signature, or access tokens that it signed
    may still be good. Addresses for postbacks that were made under a master key end with it.
    """
    settings = installation.settings()
    found = keys_of(settings)
    which = next((one for one in Which if key_id in {key.id for key in _ring(found, one).every}), None)
    if which is None:
        raise CannotStart(f"there is no key {key_id}")
    ring = _ring(found, which)
    if ring.every[0].id == key_id:
        raise CannotStart(f"{key_id} is in use: `orchestrator keys rotate --only {which}` first")
    if which is Which.MASTER:
        _not_needed(key_id, found.master)
    else:
        _not_trusted(key_id, ring, settings)
    path = _file(settings, which)
    _written_down(Action.KEY_RETIRED, key_id, which)  # before it is gone; interrupted: retired once more
    key_files.remove(path, key_id)
    typer.echo(f"{key_id} is forgotten.")


def _reseal(settings: Settings) -> None:
    async def work() -> Resealed:
        async with installation.opened() as database:
            return await reseal(database, Vault(keys_of(settings).master))

    done = uvloop.run(work())
    typer.echo(f"{done.values} values are sealed anew.")
    for one in done.broken:
        typer.echo(f"Does not open: {one}.")
    if done.broken:
        raise typer.Exit(1)


def _not_needed(key_id: str, master: Ring) -> None:
    """Raises CannotStart while something depends on this master key."""
    left = installation.read(under).get(key_id)
    if left:
        raise CannotStart(
            f"{left.total()} values are sealed under {key_id}: `orchestrator keys reseal` first"
        )
    secret = master.named(key_id)
    head = installation.read(rows.head)
    if secret is not None and head is not None and head.public_key == Seal(secret).public_key:
        raise CannotStart(
            f"the audit log ends with a signature of {key_id}: it is signed anew with the next entry"
        )


def _not_trusted(key_id: str, ring: Ring, settings: Settings) -> None:
    """Raises CannotStart while access tokens of this key may be good."""
    every = ring.every
    after = every[[key.id for key in every].index(key_id) - 1]  # the one that took its place
    until = _made(after) + timedelta(minutes=settings.access_minutes)
    if system_clock() < until:
        raise CannotStart(f"access tokens that {key_id} signed are good until {until.isoformat()}")


def _made(key: Key) -> datetime:
    return datetime.fromisoformat(key.made_at)


def _ring(found: Keys, which: Which) -> Ring:
    return found.master if which is Which.MASTER else found.jwt


def _file(settings: Settings, which: Which) -> Path:
    """Raises CannotStart when the key comes from the settings."""
    given = settings.master_key if which is Which.MASTER else settings.jwt_key
    if given.get_secret_value():
        name = f"TRADEMASTER_{which.upper()}_KEY"
        raise CannotStart(
            f"the {which} key comes from {name}: put the new one into it as docs/how-to/keys.md tells"
        )
    return settings.data / f"{which}.key"


def _written_down(action: Action, key_id: str, which: Which) -> None:
    def work(conn: Connection) -> None:
        audited(
            conn,
            user_id=None,
            actor=Actor.command("keys"),
            action=action,
            subject=key_id,
            detail={"kind": which.value},
            at=system_clock(),
        )

    installation.write(work)

"""Commands about breakers that a person holds open."""

from __future__ import annotations

from datetime import datetime, time, timedelta
from typing import Annotated

import typer
from sqlalchemy import Connection

from domain.account import AccountId, BrokerId, UserId
from domain.calendar import IST
from orchestrator.accounts import held_breakers, holding, repository
from orchestrator.accounts.breaker_schemas import LONGEST
from orchestrator.accounts.held_breakers import HeldBreaker, Holder
from orchestrator.audit.record import Actor
from orchestrator.commands import installation
from orchestrator.schemas import in_ist
from orchestrator.server import CannotStart
from orchestrator.state import system_clock

commands = typer.Typer()
breakers = typer.Typer(help="Breakers that are held open by hand.", no_args_is_help=True)
commands.add_typer(breakers, name="breakers")

OfBroker = Annotated[
    str, typer.Option("--broker", help="All accounts at it: zerodha, upstox, groww or mock.")
]
OfAccount = Annotated[str, typer.Option("--account", help="One account; `orchestrator accounts` lists them.")]


@breakers.command("list")
def list_breakers() -> None:
    """What is held open now, by whom, until when and why. The exit code is 1 when anything is.

    Breakers that open by themselves each process has of its own: `GET /v1/operator/breakers`.
    """
    now = system_clock()
    found = [one for one in installation.read(held_breakers.kept) if one.until is None or now < one.until]
    for one in found:
        until = f"until {in_ist(one.until)}" if one.until else "until it is closed by hand"
        reason = one.reason if one.by is Holder.OPERATOR else "its owner's reason"
        typer.echo(f"{one.account_id or one.broker}  by an {one.by}, since {in_ist(one.since)}, {until}")
        typer.echo(f"    {reason}")
    raise typer.Exit(1 if found else 0)


@breakers.command("open")
def open_breaker(
    reason: Annotated[str, typer.Option("--reason", help="Read by whoever is refused.")],
    broker: OfBroker = "",
    account: OfAccount = "",
    until: Annotated[
        str, typer.Option("--until", help="10:30 (IST), or a time with its offset; else until it is closed.")
    ] = "",
) -> None:
    """Let nothing new go to an account, or to any at a broker; what is there can be left.

    The running product follows within two seconds.
    """
    now = system_clock()
    ends, why = _moment(until, now), reason.strip()
    if not 3 <= len(why) <= 200:
        raise CannotStart("give a --reason of 3 to 200 characters")

    def work(conn: Connection) -> None:
        of, account_id, owner = _named(conn, broker, account)
        one = HeldBreaker(of, account_id, Holder.OPERATOR, why, now, ends)
        holding.keep(conn, one, owner=owner, actor=Actor.command("breakers open"))

    installation.write(work, lock=held_breakers.LOCK)
    typer.echo(
        f"{account or broker} is held open {f'until {in_ist(ends)}' if ends else 'until it is closed'}."
    )


@breakers.command("close")
def close_breaker(broker: OfBroker = "", account: OfAccount = "") -> None:
    """Hold it open no more: the running product tries again within two seconds. What an owner holds open stays so."""
    now = system_clock()

    def work(conn: Connection) -> bool:
        of, account_id, owner = _named(conn, broker, account)
        was = held_breakers.release(conn, of, account_id, Holder.OPERATOR)
        if was:
            by = Actor.command("breakers close")
            holding.let_go(conn, of, account_id, owner=owner, actor=by, now=now)
        return was

    if not installation.write(work, lock=held_breakers.LOCK):
        raise CannotStart(f"no operator holds {account or broker} open; `orchestrator breakers list`")
    typer.echo(f"{account or broker} is tried again.")


def _named(conn: Connection, broker: str, account: str) -> tuple[BrokerId, AccountId | None, UserId | None]:
    if bool(broker) == bool(account):
        raise CannotStart("name a --broker or an --account")
    if account:
        stored = repository.by_id(conn, AccountId(account))
        if stored is None:
            raise CannotStart(f"there is no account {account}")
        return stored.account.broker, stored.account.id, stored.account.user_id
    if broker not in set(BrokerId):
        raise CannotStart(f"there is no broker {broker}: {', '.join(BrokerId)}")
    return BrokerId(broker), None, None


def _moment(text: str, now: datetime) -> datetime | None:
    """Aware; a time of the day is today's in IST, or tomorrow's once that is over."""
    if not text:
        return None
    try:
        if len(text) <= len("10:30"):
            today = datetime.combine(now.astimezone(IST).date(), time.fromisoformat(text), tzinfo=IST)
            found = today if today > now else today + timedelta(days=1)
        else:
            found = datetime.fromisoformat(text)
    except ValueError:
        raise CannotStart(f"{text} is no time: write 10:30, or 2026-11-23T10:30:00+05:30") from None
    if found.tzinfo is None:
        raise CannotStart(f"{text} lacks its offset: add +05:30")
    if not now < found <= now + LONGEST:
        raise CannotStart(f"{text} is not between now and {LONGEST.days} days from now")
    return found

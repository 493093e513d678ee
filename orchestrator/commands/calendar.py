"""Commands about single days of exchanges: holidays and sessions that were announced."""

from __future__ import annotations

from datetime import datetime, time
from typing import Annotated

import typer

from domain.calendar import IST, BadDay, Phase, Session, SpecialDay
from domain.instrument import Exchange
from orchestrator.audit.record import Actor
from orchestrator.commands import installation
from orchestrator.errors import Problem
from orchestrator.server import CannotStart
from orchestrator.state import system_clock
from orchestrator.trading_days import rows
from orchestrator.trading_days.rows import Override
from orchestrator.trading_days.schemas import state_of

commands = typer.Typer()
calendar = typer.Typer(
    help="What exchanges announced for single days: it stands before the list of holidays and the regular hours.",
    no_args_is_help=True,
)
commands.add_typer(calendar, name="calendar")

SOON = "The running product goes by it within half a minute."


@calendar.command("list")
def list_days(
    every: Annotated[bool, typer.Option("--all", help="Past and withdrawn ones, too.")] = False,
) -> None:
    """What was entered for today and later."""
    today = system_clock().astimezone(IST).date()
    for one in installation.read(lambda conn: rows.listed(conn, since=None if every else today)):
        typer.echo(f"{one.id}  {_told(one)}")
        typer.echo(f"    {state_of(one, today)}; {one.special.words}; {one.source}")


@calendar.command()
def add(
    day: Annotated[datetime, typer.Argument(formats=["%Y-%m-%d"], help="2026-11-23")],
    exchanges: Annotated[list[Exchange], typer.Argument(help="All that it concerns.")],
    words: Annotated[str, typer.Option("--words", help="What users see: 'Muhurat trading'.")],
    source: Annotated[str, typer.Option("--source", help="The circular's number or address.")],
    session: Annotated[
        list[str] | None,
        typer.Option(
            "--session",
            help="18:15-19:15, or with what it is: 18:00-18:08=pre_open. May be given several times; "
            "without any, the exchanges are closed all day.",
        ),
    ] = None,
) -> None:
    """Enter a day on which exchanges are closed, or trade at other hours."""
    if not words.strip() or not source.strip():
        raise CannotStart("say why, and where the exchange says so")
    try:
        special = SpecialDay(words.strip(), tuple(_session(text) for text in session or ()))
    except BadDay as bad:
        raise CannotStart(str(bad)) from None
    by, now = Actor.command("calendar add"), system_clock()
    try:
        made = installation.write(
            lambda conn: rows.add(
                conn, exchanges, day.date(), special, source=source.strip(), by=by, now=now
            ),
            lock=rows.LOCK,
        )
    except Problem as problem:
        raise CannotStart(_in_words(problem)) from None
    for one in made:
        typer.echo(f"{one.id}  {_told(one)}")
    typer.echo(SOON)


@calendar.command()
def withdraw(ids: Annotated[list[str], typer.Argument(help="`orchestrator calendar list`.")]) -> None:
    """The list and the regular hours count again."""
    by, now = Actor.command("calendar withdraw"), system_clock()
    try:
        gone = installation.write(
            lambda conn: [rows.withdraw(conn, one, by=by, now=now) for one in ids], lock=rows.LOCK
        )
    except Problem as problem:
        raise CannotStart(_in_words(problem)) from None
    for one in gone:
        typer.echo(f"withdrawn: {_told(one)}")
    typer.echo(SOON)


def _told(one: Override) -> str:
    return f"{one.day:%a %d %b %Y}  {one.exchange}: {rows.words_of(one.special)}"


def _in_words(problem: Problem) -> str:
    return f"{problem.detail}; {problem.fix}" if problem.fix else problem.detail


def _session(text: str) -> Session:
    hours, _, phase = text.partition("=")
    begins, dash, ends = hours.partition("-")
    try:
        if not dash:
            raise ValueError
        return _clock(begins), _clock(ends), Phase(phase or Phase.OPEN)
    except ValueError:
        raise CannotStart(f"a session is 18:15-19:15 or 18:00-18:08=pre_open, not {text}") from None


def _clock(text: str) -> time:
    """Raises ValueError."""
    return datetime.strptime(text.strip(), "%H:%M").time()  # noqa: DTZ007  (a time of day, IST)

"""Commands about brokers and the accounts at them."""

from __future__ import annotations

import sys
from typing import TYPE_CHECKING, Annotated

import typer
import uvloop

from orchestrator.accounts import repository
from orchestrator.commands import installation
from orchestrator.config import Settings
from orchestrator.schemas import in_ist
from orchestrator.server import CannotStart

if TYPE_CHECKING:
    from orchestrator.direct import Access

commands = typer.Typer()


brokers = typer.Typer(help="What speaks to brokers.", no_args_is_help=True)
commands.add_typer(brokers, name="brokers")


@commands.command()
def accounts() -> None:
    """List the broker accounts of this installation, one a line, without secrets."""

    for one in installation.read(repository.live):
        known = one.account
        ends = f"until {in_ist(known.session_expires_at)}" if known.session_expires_at else ""
        typer.echo(
            f"{known.id}  {known.user_id}  {known.broker:8}  {known.state:12}  "
            f"{known.broker_user_id or '-':12}  {known.label}  {ends}".rstrip()
        )


@commands.command()
def parity(
    account: Annotated[str, typer.Argument(help="An account's id; `orchestrator accounts` lists them.")] = "",
    broker: Annotated[
        str, typer.Option("--broker", help="Instead of an account: zerodha (or kite), upstox, groww.")
    ] = "",
    url: Annotated[
        str, typer.Option("--url", help="Where that broker is, for a sandbox; else its live address.")
    ] = "",
    symbol: Annotated[
        list[str] | None, typer.Option("--symbol", help="Compare the quotes of these, for example NSE:INFY.")
    ] = None,
) -> None:
    """Read an account through the broker's official SDK and through our adapter, and print what differs.

    With --broker the access token and the API key are two lines of the input. The exit code is 1 when anything differs.
    """
    from rich.console import Console

    from orchestrator.direct import of_account
    from orchestrator.parity import run

    settings = installation.settings()

    async def compare() -> int:
        if bool(account) == bool(broker):
            raise CannotStart("name an account, or a broker with --broker")
        access = await of_account(settings, account) if account else _by_hand(settings, broker, url)
        fields, found = await run.check(access, symbol or [])
        run.tell(Console(), access.adapter.terms.name, fields, found)
        return 1 if found else 0

    raise typer.Exit(uvloop.run(compare()))


@brokers.command()
def verify(
    broker: Annotated[str, typer.Argument(help="zerodha (or kite), upstox, groww or mock.")],
    url: Annotated[
        str, typer.Option("--url", help="Where it is, for a sandbox; else its live address.")
    ] = "",
    read_only: Annotated[
        bool, typer.Option("--read-only", help="Place no orders: the only way at a live account.")
    ] = False,
    symbol: Annotated[str, typer.Option("--symbol", help="The share that is asked for.")] = "NSE:INFY",
) -> None:
    """Hold a broker to the contract that every adapter keeps, and say how each check ended.

    The access token and the API key are two lines of the input. The exit code is 1 when any check failed.
    """
    from orchestrator.verify.run import verify as hold_to_it

    settings = installation.settings()
    access = _by_hand(settings, broker, url)
    failed = uvloop.run(hold_to_it(access, symbol, read_only=read_only, say=lambda line: typer.echo(line)))
    raise typer.Exit(1 if failed else 0)


def _by_hand(settings: Settings, broker: str, url: str) -> Access:
    """Keys come by the input and not by the command line, which every program of the machine may read."""
    from orchestrator.direct import by_hand

    if sys.stdin.isatty():
        token = typer.prompt("Access token", hide_input=True)
        api_key = typer.prompt("API key", default="", show_default=False)
    else:
        token, api_key = (sys.stdin.readline().strip() for _ in range(2))
    return by_hand(settings, broker, url, token=token, api_key=api_key)

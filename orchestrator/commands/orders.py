"""Commands about what orders cost and how they were routed."""

from __future__ import annotations

from datetime import date
from typing import Annotated

import typer

from domain.calendar import IST
from orchestrator.commands import installation
from orchestrator.server import CannotStart
from orchestrator.state import system_clock

commands = typer.Typer()


@commands.command()
def charges(
    trade: Annotated[
        str, typer.Argument(help='For example "BUY 100 NSE:INFY CNC @1500"; contracts as NIFTY26NOV25000CE.')
    ],
    on: Annotated[str, typer.Option("--on", help="The day whose rates count, YYYY-MM-DD; else today.")] = "",
    fund: Annotated[bool, typer.Option("--fund", help="Units of an exchange-traded fund.")] = False,
    group: Annotated[str, typer.Option("--group", help="BSE's group of the share.")] = "",
    desk: Annotated[
        bool, typer.Option("--desk", help="An order by telephone, or of the broker's risk desk.")
    ] = False,
    woman: Annotated[
        bool, typer.Option("--woman", help="A woman is the demat account's first holder.")
    ] = False,
    as_json: Annotated[bool, typer.Option("--json", help="As GET /v1/charges answers.")] = False,
) -> None:
    """Compare what one executed order costs at every broker, line by line. Nothing is placed or asked."""
    from rich.console import Console

    from orchestrator.charges import command
    from routing.fees import ChargesUnknown
    from routing.notation import Unreadable

    try:
        day = date.fromisoformat(on) if on else system_clock().astimezone(IST).date()
    except ValueError:
        raise CannotStart(f"{on} is no day: write it as 2026-11-23") from None
    try:
        named, found = command.compared(trade, on=day, fund=fund, group=group, by_desk=desk, woman=woman)
    except (Unreadable, ChargesUnknown) as error:
        raise CannotStart(str(error)) from error
    if as_json:
        typer.echo(command.as_json(named, found))
    else:
        command.tell(Console(), named, found)
    raise typer.Exit(0 if found.cheapest else 1)


@commands.command()
def replay(order: Annotated[str, typer.Argument(help="An order's id.")]) -> None:
    """Make an order's routing decisions again from what they were made from, and compare hash, plan and charges.

    Parts that went elsewhere were decided anew, each is told. The exit code is 1 when anything differs.
    """
    from rich.console import Console

    from orchestrator.decisions import command, kept
    from orchestrator.decisions.replay import replay as made_again

    every = installation.read(lambda conn: kept.load(conn, order))
    if not every:
        raise CannotStart(f"there is no order {order}")
    found = [made_again(one) for one in every]
    for one in found:
        command.tell_replay(Console(), one)
    raise typer.Exit(1 if any(one.differences for one in found) else 0)


@commands.command()
def whatif(
    policy: Annotated[
        str,
        typer.Option(
            help="cheapest, fastest, most_reliable, balanced:2,1,1, spread, pinned:ACCOUNT or fallback:A,B."
        ),
    ],
    first: Annotated[str, typer.Option("--from", help="The first day (IST), YYYY-MM-DD; else today.")] = "",
    last: Annotated[str, typer.Option("--to", help="The last day (IST), included; else today.")] = "",
    user: Annotated[str, typer.Option("--user", help="A user's id; else all users.")] = "",
    as_json: Annotated[bool, typer.Option("--json", help="Everything, as JSON.")] = False,
) -> None:
    """Decide the orders of some days anew under another policy, and print the difference in rupees. Nothing is sent."""
    from rich.console import Console

    from orchestrator.decisions import command, kept
    from orchestrator.decisions.whatif import compare, policy_of

    today = system_clock().astimezone(IST).date()
    try:
        chosen = policy_of(policy)
        start, end = (date.fromisoformat(text) if text else today for text in (first, last))
        if start > end:
            raise ValueError(f"--from {start} is after --to {end}")
    except ValueError as error:
        raise CannotStart(str(error)) from error

    found = installation.read(lambda conn: compare(kept.between(conn, start, end, user or None), chosen))
    if as_json:
        typer.echo(command.as_json(found))
    else:
        command.tell_whatif(Console(), chosen, found)

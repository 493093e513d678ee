"""The kill switch from a terminal."""

from __future__ import annotations

from typing import Annotated, Literal

import typer

from trademaster.cli.context import AsJson, connected, typed
from trademaster.cli.screen import age, say, table, tell_json, units
from trademaster.models import KillIn, KillOut

DEPTHS: dict[str, Literal["no_new_risk", "cancel_all", "flatten"]] = {
    "no-new-risk": "no_new_risk",
    "cancel-all": "cancel_all",
    "flatten": "flatten",
}

kill = typer.Typer(help="The kill switch: stop all trading.", no_args_is_help=True)


def add_to(app: typer.Typer) -> None:
    app.add_typer(kill, name="kill")


@kill.command()
def status(as_json: AsJson = False) -> None:
    """Say whether it is on, and what is proven."""
    with connected() as client:
        found = client.kill.get()
    _tell(found, as_json=as_json)


@kill.command()
def on(
    depth: Annotated[
        str, typer.Argument(help="no-new-risk, cancel-all or flatten; each does the ones before it too.")
    ],
    why: Annotated[str, typer.Option("--why", help="For yourself.")] = "",
    confirm: Annotated[
        str, typer.Option("--confirm", help="The depth again, where nobody can type it.")
    ] = "",
    as_json: AsJson = False,
) -> None:
    """Turn it on. The depth is typed again; turning it off takes a person's login on the screen."""
    if depth not in DEPTHS:
        raise typer.BadParameter(f"the depth is {', '.join(DEPTHS)}")
    typed(f"This is for all accounts. Type {depth} to do it", depth, given=confirm)
    with connected() as client:
        found = client.kill.engage(KillIn(depth=DEPTHS[depth], words=why))
    _tell(found, as_json=as_json)


def _tell(found: KillOut, *, as_json: bool) -> None:
    if as_json:
        tell_json(found)
        return
    if not found.engaged:
        say("Off.")
        return
    say(f"On ({(found.depth or '').replace('_', '-')}) for {age(found.since)}. {found.words}")
    proven = {True: "proven", False: "not proven yet", None: "not asked for"}
    say(f"All orders cancelled: {proven[found.cancelled]}. Flat: {proven[found.flat]}.")
    rows = [(one.account_label, one.broker, units(one.open_orders), units(one.open_positions), one.words)
            for one in found.accounts]  # fmt: skip
    say(table(("account", "broker", "open orders", "open positions", ""), rows))

"""Price alerts from a terminal."""

from __future__ import annotations

from typing import Annotated, Any

import typer

from trademaster.cli.context import AsJson, amount, connected
from trademaster.cli.screen import at, say, table, tell_json, units
from trademaster.models import AlertIn

alerts = typer.Typer(help="Price alerts.", no_args_is_help=True)


def add_to(app: typer.Typer) -> None:
    app.add_typer(alerts, name="alerts")


@alerts.command("list")
def list_alerts(as_json: AsJson = False) -> None:
    """List them."""
    with connected() as client:
        found = client.alerts.all()
    if as_json:
        tell_json(found)
        return
    rows = [(one.id, one.symbol, one.kind, one.threshold, one.state, units(one.fired), at(one.fired_at), one.note)
            for one in found.items]  # fmt: skip
    say(table(("alert", "symbol", "when", "threshold", "state", "fired", "last", "note"), rows))


@alerts.command()
def add(
    symbol: Annotated[str, typer.Argument(help="For example NSE:INFY.")],
    kind: Annotated[str, typer.Argument(help="above, below, rises, falls, moves or volume.")],
    threshold: Annotated[str, typer.Argument(help="Rupees, percent or units.")],
    note: Annotated[str, typer.Option("--note")] = "",
    repeats: Annotated[bool, typer.Option("--repeats", help="Again after its pause.")] = False,
    as_json: AsJson = False,
) -> None:
    """Set one."""
    body: dict[str, Any] = {"symbol": symbol, "kind": kind, "threshold": str(amount(threshold)), "note": note}
    if kind in ("rises", "falls", "moves"):
        body["reference"] = "now"
    with connected() as client:
        made = client.alerts.make(AlertIn.model_validate({**body, "repeats": repeats}))
    if as_json:
        tell_json(made)
    else:
        say(f"{made.id}: {made.symbol} {made.kind} {made.threshold}")


@alerts.command()
def remove(alert_id: Annotated[str, typer.Argument(help="Its id.")]) -> None:
    """Take one away."""
    with connected() as client:
        client.alerts.remove(alert_id)
    say("Removed.")

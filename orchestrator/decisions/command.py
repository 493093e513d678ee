"""What `orchestrator replay` and `orchestrator whatif` print."""

from __future__ import annotations

import orjson
from rich.console import Console
from rich.markup import escape
from rich.table import Table

from domain.money import ZERO, Money
from domain.policy import Policy
from domain.routing import RoutingDecision
from orchestrator.decisions.replay import Replay
from orchestrator.decisions.whatif import WhatIf
from routing.explain import policy_words
from routing.words import rupees

SHOWN = 20  # lines of orders that would have gone another way


def tell_replay(console: Console, found: Replay) -> None:
    """The decision, what it was made from, and whether it comes out the same."""
    kept = found.kept
    console.print(f"[bold]{escape(kept.order_id)}[/] {escape(kept.decision.summary)}")
    console.print(f"hash kept   {kept.decision.hash}")
    console.print(f"hash again  {found.hash or 'unknown'}")
    if isinstance(found.again, RoutingDecision):
        table = Table("account", "quantity", "charges", "margin")
        for part in found.again.slices:
            cells = (str(part.quantity), rupees(part.charges.total), rupees(part.margin_required))
            table.add_row(escape(part.label), *cells)
        console.print(table)
        if proof := found.again.certificate:
            bound = f", none can cost less than {rupees(proof.bound)}" if proof.bound is not None else ""
            console.print(
                f"Goes by {escape(proof.minimised)}: {rupees(proof.cost)}{bound}; "
                f"{proof.beaten} beaten, {proof.ruled_out} ruled out."
            )
    for text in found.differences:
        console.print(f"[red]{escape(text)}[/]")
    if not found.differences:
        console.print("[green]Proven: the same inputs lead to the same decision.[/]")


def tell_whatif(console: Console, policy: Policy, found: WhatIf) -> None:
    """The sums, and the orders that would have gone another way."""
    console.print(escape(policy_words(policy)))
    console.print(
        f"{found.orders} orders: {found.compared} compared, {len(found.changed)} would have gone another way, "
        f"{found.refused} refused, {found.without_inputs} without kept inputs."
    )
    table = Table("", "as it was", "under this policy", "difference")
    table.add_row("charges", rupees(found.charges), rupees(found.charges_instead), _signed(found.difference))
    lost, instead = found.losses, found.losses_instead
    table.add_row("expected from delay and losses", rupees(lost), rupees(instead), _signed(instead - lost))
    console.print(table)
    for line in found.changed[:SHOWN]:
        console.print(
            f"{escape(line.order_id)}  {_signed(line.difference)}  {escape(line.then)} | {escape(line.instead)}"
        )
    if len(found.changed) > SHOWN:
        console.print(f"... and {len(found.changed) - SHOWN} more.")


def _signed(difference: Money) -> str:
    rounded = difference.rounded()
    if not rounded:
        return "the same"
    return f"{rupees(abs(rounded))} {'more' if rounded > ZERO else 'less'}"


def as_json(found: WhatIf) -> str:
    """Everything, money as decimal text."""
    return orjson.dumps(
        {
            "orders": found.orders,
            "compared": found.compared,
            "refused": found.refused,
            "without_inputs": found.without_inputs,
            "charges": str(found.charges),
            "charges_instead": str(found.charges_instead),
            "difference": str(found.difference),
            "expected_losses": str(found.losses.rounded()),
            "expected_losses_instead": str(found.losses_instead.rounded()),
            "changed": [
                {
                    "order": line.order_id,
                    "then": line.then,
                    "instead": line.instead,
                    "difference": str(line.difference),
                }
                for line in found.changed
            ],
        }
    ).decode()

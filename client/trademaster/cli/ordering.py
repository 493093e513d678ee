"""Commands about orders. What places or changes one shows first what it would do, and asks."""

from __future__ import annotations

from collections.abc import Sequence
from itertools import islice
from typing import Annotated, Any, Literal

import typer
from rich.table import Table

from trademaster import Client, new_key
from trademaster.cli.context import (
    AsJson,
    Exit,
    Yes,
    amount,
    code_of,
    confirmed,
    connected,
    told,
    waiting,
)
from trademaster.cli.screen import at, err, rupees, say, shown, table, tell_json, units, warn
from trademaster.errors import TradeMasterError
from trademaster.models import CancelManyIn, OrderIn, OrderOut, PreviewOut
from trademaster.notation import FORM, order

Line = Annotated[list[str], typer.Argument(help=FORM, metavar="ORDER...")]
Id = Annotated[str, typer.Argument(help="The order's id.")]
Account = Annotated[
    str | None, typer.Option("--account", help="An account's id; else the cheapest way is taken.")
]
Validity = Annotated[str | None, typer.Option("--validity", help="DAY or IOC.")]
Key = Annotated[
    str | None,
    typer.Option("--key", help="Your own id of this request: the same one does it once. Else one is made."),
]
AfterMarket = Annotated[bool, typer.Option("--after-market", help="For the next session.")]

orders = typer.Typer(help="List, show, place, change and cancel orders.", invoke_without_command=True)


def add_to(app: typer.Typer) -> None:
    app.command()(preview)
    app.add_typer(orders, name="orders")


@orders.callback()
def every(context: typer.Context) -> None:
    """List, show, place, change and cancel orders. Without a command: list them."""
    if context.invoked_subcommand is None:
        list_orders()


@orders.command("list")
def list_orders(
    status: Annotated[str, typer.Option("--status", help="open, done or all.")] = "all",
    limit: Annotated[int, typer.Option("--limit", min=1, max=10_000, help="How many at most.")] = 20,
    account: Account = None,
    symbol: Annotated[str | None, typer.Option("--symbol", help="For example NSE:INFY.")] = None,
    as_json: AsJson = False,
) -> None:
    """List orders, newest first."""
    wanted = _wanted(status)
    with connected() as client:
        each = client.orders.each(status=wanted, limit=min(limit, 200), account=account, symbol=symbol)
        found = list(islice(each, limit))
    if as_json:
        tell_json(found)
        return
    head = ("order", "time", "what", "filled", "average", "status")
    say(table(head, [(one.id, at(one.created_at), *_line(one)) for one in found]))


def _wanted(status: str) -> Literal["open", "done", "all"]:
    match status:
        case "open" | "done" | "all":
            return status
        case _:
            raise typer.BadParameter("the status is open, done or all")


def _line(one: OrderOut) -> Sequence[object]:
    filled = f"{units(one.filled_quantity)}/{units(one.quantity)}"
    return (_what(one), filled, rupees(one.average_price), one.status)


def _what(one: OrderOut) -> str:
    price = f" {rupees(one.price)}" if one.price is not None else ""
    trigger = f" @{rupees(one.trigger_price)}" if one.trigger_price is not None else ""
    line = f"{one.side} {units(one.quantity)} {one.exchange}:{one.symbol} {one.product} {one.order_type}"
    return f"{line}{price}{trigger}"


@orders.command()
def show(order_id: Id, as_json: AsJson = False) -> None:
    """Show one order: its parts, why it went where it went, and its timeline."""
    with connected() as client:
        found = client.orders.get(order_id)
    if as_json:
        tell_json(found)
    else:
        _tell(found)


def _tell(one: OrderOut) -> None:
    say(f"{one.id}: {_what(one)}", f"{one.status}" + (f": {one.status_reason}" if one.status_reason else ""))
    say(f"Filled {units(one.filled_quantity)} of {units(one.quantity)} at {rupees(one.average_price)}")
    say(one.decision.summary, "")
    parts = [
        (child.broker, child.account_label, f"{units(child.filled_quantity)}/{units(child.quantity)}",
         rupees(child.average_price), child.status, rupees(child.charges_estimate.total), child.broker_order_id or "–")
        for child in one.children
    ]  # fmt: skip
    say(table(("broker", "account", "filled", "average", "status", "charges", "broker's id"), parts), "")
    steps = [
        (
            at(step.at),
            step.text,
            step.broker_words or "",
            "" if step.latency_ms is None else f"{step.latency_ms} ms",
        )
        for step in one.timeline
    ]
    say(table(("time", "what happened", "in the broker's words", "latency"), steps))
    if one.hedge:
        warn(one.hedge.words)


def preview(
    line: Line,
    account: Account = None,
    validity: Validity = None,
    after_market: AfterMarket = False,
    as_json: AsJson = False,
) -> None:
    """Show where an order would go and what it would cost there and elsewhere. Nothing is sent."""
    asked = _asked(line, account, validity, after_market=after_market)
    with connected() as client, waiting("Working it out"):
        found = client.orders.preview(asked)
    if as_json:
        tell_json(found)
    else:
        _tell_plan(found)
    if found.decision.kind != "plan":
        raise typer.Exit(Exit.REFUSED)


def _asked(line: Sequence[str], account: str | None, validity: str | None, *, after_market: bool) -> OrderIn:
    more: dict[str, Any] = {"account": account, "validity": validity.upper() if validity else None}
    more["after_market"] = after_market or None
    return order(" ".join(line), **{name: one for name, one in more.items() if one is not None})


def _tell_plan(found: PreviewOut) -> None:
    decision = found.decision
    say(decision.summary)
    if decision.kind != "plan" or not decision.plan:
        for reason in decision.reasons:
            say(f"  {reason.message} ({reason.code})" + (f": {reason.fix}" if reason.fix else ""))
        return
    say("", _plan(found))
    others = [
        (", ".join(part.account_label for part in one.accounts), rupees(one.total_cost), rupees(one.beaten_by),
         "; ".join(reason.message for reason in one.reasons))
        for one in decision.alternatives
    ]  # fmt: skip
    if others:
        say("", table(("instead", "cost", "tops by", "why not"), others))
    if found.own_orders:
        warn(f"Own orders in the way: {len(found.own_orders.orders)}; {found.own_orders.action}")


def _plan(found: PreviewOut) -> Table:
    rows = [
        (part.broker, part.account_label, units(part.quantity), rupees(part.charges.total),
         rupees(part.margin_required) + (" (estimated)" if part.margin_estimated else ""))
        for part in found.decision.plan or ()
    ]  # fmt: skip
    return table(("broker", "account", "quantity", "charges", "margin"), rows)


@orders.command()
def place(
    line: Line,
    account: Account = None,
    validity: Validity = None,
    after_market: AfterMarket = False,
    key: Key = None,
    yes: Yes = False,
    dry_run: Annotated[bool, typer.Option("--dry-run", help="Show the plan and stop.")] = False,
    as_json: AsJson = False,
) -> None:
    """Place an order once: show its plan, ask, send it.

    For example: trademaster orders place BUY 10 NSE:INFY CNC LIMIT 1500.00
    """
    asked = _asked(line, account, validity, after_market=after_market)
    key = key or new_key()
    with connected() as client:
        if dry_run or not yes:
            _planned(client, asked, as_json=as_json, told=dry_run)
        if dry_run:
            return
        confirmed(f"Place {' '.join(line)}?", yes=yes)
        with waiting("Placing; the brokers are asked"):
            made = client.orders.place(asked, key=key)
    if as_json:
        tell_json(made)
    else:
        _tell(made)


def _planned(client: Client, asked: OrderIn, *, as_json: bool, told: bool) -> None:
    """The plan on the screen; raises typer.Exit when it is a refusal."""
    found = client.orders.preview(asked)
    if not as_json:
        _tell_plan(found)
    elif told or found.decision.kind != "plan":
        tell_json(found)
    if found.decision.kind != "plan":
        raise typer.Exit(Exit.REFUSED)


@orders.command()
def change(
    order_id: Id,
    quantity: Annotated[int | None, typer.Option("--quantity", min=1, help="The new total.")] = None,
    price: Annotated[str | None, typer.Option("--price", help="Rupees.")] = None,
    trigger: Annotated[str | None, typer.Option("--trigger", help="Rupees.")] = None,
    order_type: Annotated[str | None, typer.Option("--type", help="MARKET, LIMIT, SL or SL-M.")] = None,
    key: Key = None,
    yes: Yes = False,
    as_json: AsJson = False,
) -> None:
    """Give what is open of an order new terms."""
    terms: dict[str, Any] = {"quantity": quantity, "price": amount(price), "trigger_price": amount(trigger)}
    terms["order_type"] = order_type.upper() if order_type else None
    named = {name: one for name, one in terms.items() if one is not None}
    if not named:
        raise typer.BadParameter("say what to change: --quantity, --price, --trigger or --type")
    with connected() as client:
        if not yes:
            err.print(shown(f"Now: {_what(client.orders.get(order_id))}"))
            said = ", ".join(f"{name.replace('_', ' ')} {one}" for name, one in named.items())
            confirmed(f"Change it to {said}?", yes=yes)
        with waiting("Changing; the brokers are asked"):
            made = client.orders.change(order_id, key=key, **named)
    if as_json:
        tell_json(made)
    else:
        _tell(made)


@orders.command()
def cancel(
    order_ids: Annotated[
        list[str] | None, typer.Argument(help="The orders' ids.", metavar="[ORDER_ID]...")
    ] = None,
    every_one: Annotated[bool, typer.Option("--all", help="Every open order.")] = False,
    yes: Yes = False,
    as_json: AsJson = False,
) -> None:
    """Cancel orders. What became of them shows in their later states."""
    if bool(order_ids) == every_one:
        raise typer.BadParameter("name orders, or say --all")
    with connected() as client:
        if every_one:
            confirmed("Cancel every open order?", yes=yes)
            many = client.orders.cancel_many(CancelManyIn())
            if as_json:
                tell_json(many)
            else:
                say(f"{many.ended} ended, {many.still_open} are still open.")
            return
        made, worst = _each_cancelled(client, order_ids or (), as_json=as_json)
    if as_json:
        tell_json(made)
    if worst is not Exit.DONE:
        raise typer.Exit(worst)


def _each_cancelled(
    client: Client, order_ids: Sequence[str], *, as_json: bool
) -> tuple[list[OrderOut], Exit]:
    """Those that were asked to end, and how it ended: one that cannot be cancelled does not keep the others."""
    made, worst = [], Exit.DONE
    for order_id in order_ids:
        try:
            one = client.orders.cancel(order_id)
        except TradeMasterError as error:
            if not as_json:
                warn(f"{order_id}:")
            told(error, json=as_json)
            worst = max(worst, code_of(error))
            continue
        made.append(one)
        if not as_json:
            say(f"{one.id}: {one.status}")
    return made, worst

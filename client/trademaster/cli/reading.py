"""Commands that read the accounts and what is in them."""

from __future__ import annotations

from collections.abc import Sequence

import typer

from trademaster.cli.context import AsJson, connected
from trademaster.cli.screen import age, rupees, say, signed, table, tell_json, units, warn
from trademaster.models import AccountOut, FundsOut, GapOut, HoldingOut, PositionOut


def add_to(app: typer.Typer) -> None:
    for command in (accounts, portfolio, holdings, positions, funds):
        app.command()(command)


def accounts(as_json: AsJson = False) -> None:
    """List the broker accounts, with their sessions and how old what is known of them is."""
    with connected() as client:
        found = client.accounts.all()
    if as_json:
        tell_json(found)
        return
    say(table(("account", "broker", "name", "state", "place ms", "read"), [_account(one) for one in found]))


def _account(one: AccountOut) -> Sequence[object]:
    speed = one.health.place_ms_p50 if one.health else None
    return (one.id, one.broker, one.label, one.state, "–" if speed is None else speed, age(one.as_of))


def portfolio(as_json: AsJson = False) -> None:
    """Show what everything is worth, and what is missing."""
    with connected() as client:
        whole = client.portfolio.get()
    if as_json:
        tell_json(whole)
        return
    totals = whole.totals
    rows = (
        ("value", rupees(totals.value)),
        ("invested", rupees(totals.invested)),
        ("profit or loss", signed(totals.pnl)),
        ("today", signed(totals.day_pnl)),
        ("cash", rupees(totals.cash)),
        ("margin available", rupees(totals.margin_available)),
    )
    say(table(("", "rupees"), rows), "")
    say(_holdings(whole.holdings), "")
    if whole.positions:
        say(_positions(whole.positions), "")
    say(_funds(whole.funds))
    _gaps(whole.gaps)


def holdings(
    lots: bool = typer.Option(False, "--lots", help="Each account's part by itself."), as_json: AsJson = False
) -> None:
    """List the shares over all accounts."""
    with connected() as client:
        found = client.portfolio.holdings()
    if as_json:
        tell_json(found)
        return
    say(_lots(found.holdings) if lots else _holdings(found.holdings))
    _gaps(found.gaps)


def _holdings(lines: Sequence[HoldingOut]) -> object:
    head = ("holding", "quantity", "average", "last", "value", "P&L", "%", "day", "priced")
    rows = [
        (one.symbol, units(one.quantity), rupees(one.average_price), rupees(one.last_price), rupees(one.value),
         signed(one.pnl), one.pnl_percent or "–", signed(one.day_pnl), age(one.price_as_of))
        for one in lines
    ]  # fmt: skip
    return table(head, rows)


def _lots(lines: Sequence[HoldingOut]) -> object:
    head = ("holding", "account", "name", "product", "quantity", "average", "P&L", "read")
    rows = [
        (one.symbol, lot.account, lot.label, lot.product, units(lot.quantity), rupees(lot.average_price),
         signed(lot.pnl), age(lot.as_of) + (" (stale)" if lot.stale else ""))
        for one in lines
        for lot in one.lots
    ]  # fmt: skip
    return table(head, rows)


def positions(as_json: AsJson = False) -> None:
    """List the positions over all accounts."""
    with connected() as client:
        found = client.portfolio.positions()
    if as_json:
        tell_json(found)
        return
    say(_positions(found.positions))
    _gaps(found.gaps)


def _positions(lines: Sequence[PositionOut]) -> object:
    head = ("position", "product", "quantity", "average", "last", "P&L", "day", "priced")
    rows = [
        (f"{one.exchange}:{one.symbol}", one.product, units(one.quantity), rupees(one.average_price),
         rupees(one.last_price), signed(one.pnl), signed(one.day_pnl), age(one.price_as_of))
        for one in lines
    ]  # fmt: skip
    return table(head, rows)


def funds(as_json: AsJson = False) -> None:
    """Show cash and margin by account."""
    with connected() as client:
        found = client.funds.balance()
    if as_json:
        tell_json(found)
        return
    say(_funds(found.accounts))
    say(f"Together: cash {rupees(found.total_cash)}, margin {rupees(found.total_margin_available)}")
    _gaps(found.gaps)


def _funds(rows: Sequence[FundsOut]) -> object:
    head = ("account", "broker", "name", "cash", "used", "available", "read")
    return table(
        head,
        [
            (one.account, one.broker, one.label, rupees(one.cash), rupees(one.margin_used),
             rupees(one.margin_available), age(one.as_of) + (" (stale)" if one.stale else ""))
            for one in rows
        ],
    )  # fmt: skip


def _gaps(gaps: Sequence[GapOut]) -> None:
    for gap in gaps:
        warn(f"Missing: {gap.label} ({gap.broker}) for {age(gap.since)}: {gap.reason}")

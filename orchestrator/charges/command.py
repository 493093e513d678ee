"""`orchestrator charges`: one trade at every broker, as a table or as JSON. Nothing is asked of anybody."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date

import orjson
from rich.console import Console
from rich.table import Column, Table

from domain.fees import FeePlan
from orchestrator.charges.schemas import ComparisonOut
from routing.compare import LISTS, Comparison, Estimate, Payer, compare
from routing.notation import Named, parse
from routing.words import rupees

LINES = ("brokerage", "stt", "exchange", "sebi", "stamp", "gst", "dp", "desk")
TITLES = ("brokerage", "STT", "exchange", "SEBI", "stamp", "GST", "DP", "desk")


def compared(
    text: str, *, on: date, fund: bool = False, group: str = "", by_desk: bool = False, woman: bool = False
) -> tuple[Named, Comparison]:
    """The brokers' lists for one trade. Raises Unreadable, and ChargesUnknown for what is not traded."""
    named = parse(text, fund=fund, group=group, by_desk=by_desk)
    _ = named.trade.segment
    plan = FeePlan(woman_first_holder=woman)
    return named, compare(named.trade, [Payer(broker, plan=plan) for broker in LISTS], on=on)


def as_json(named: Named, found: Comparison) -> str:
    """What GET /v1/charges answers."""
    shown = ComparisonOut.of(named.instrument, found).model_dump(mode="json")
    return orjson.dumps(shown, option=orjson.OPT_INDENT_2).decode()


def tell(console: Console, named: Named, found: Comparison) -> None:
    """One column for each broker, the cheapest first."""
    trade = found.trade
    segment = trade.segment.value.replace("_", " ")
    console.print(
        f"{trade.ending or trade.side} {trade.quantity:,} {named.instrument} {trade.product} at {rupees(trade.price)}: "
        f"{rupees(trade.value)}, {segment}, rates of {found.on:%d %b %Y}",
        soft_wrap=True,
    )
    known = [one for one in found.estimates if one.charges is not None]
    if known:
        console.print(_table(known))
    for one in found.estimates:
        if one.unknown:
            console.print(f"{_name(one)}: {one.unknown.message}", soft_wrap=True)
    if found.difference:
        best = [_name(one) for one in known if not one.dearer_by]
        verb = "is" if len(best) == 1 else "are"
        saved = rupees(found.difference.rounded())
        console.print(f"{' and '.join(best)} {verb} the cheapest, by up to {saved}.", soft_wrap=True)


def _table(known: Sequence[Estimate]) -> Table:
    table = Table("", *(Column(_name(one), justify="right") for one in known))
    charges = [one.charges for one in known if one.charges is not None]
    for title, line in zip(TITLES, LINES, strict=True):
        amounts = [getattr(one, line) for one in charges]
        if any(amounts):
            table.add_row(title, *map(str, amounts))
    table.add_section()
    table.add_row("total", *(str(one.total) for one in charges), style="bold")
    table.add_row("of rounded lines", *(str(one.total_of_rounded_lines) for one in charges))
    table.add_row("dearer by", *(str(one.dearer_by) for one in known))
    funded = [one.funded for one in known if one.funded is not None]
    if len(funded) == len(known):
        table.add_row("interest a day", *(str(one.interest_per_day.rounded()) for one in funded))
    return table


def _name(one: Estimate) -> str:
    return one.payer.broker.value.title()

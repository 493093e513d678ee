"""Commands about prices, candles, and what a trade costs."""

from __future__ import annotations

from datetime import datetime
from typing import Annotated

import typer

from trademaster.cli.context import AsJson, amount, connected
from trademaster.cli.screen import IST, age, rupees, say, shown, signed, table, tell_json, units, warn

Symbols = Annotated[list[str], typer.Argument(help="For example NSE:INFY.")]


def add_to(app: typer.Typer) -> None:
    for command in (search, quote, history, charges):
        app.command()(command)


def search(
    words: Annotated[list[str], typer.Argument(help='For example "nifty 24500 ce".')],
    limit: Annotated[int, typer.Option("--limit", min=1, max=200)] = 20,
    as_json: AsJson = False,
) -> None:
    """Find instruments by words."""
    with connected() as client:
        found = client.market.search(" ".join(words), limit=limit)
    if as_json:
        tell_json(found)
        return
    rows = [(one.symbol, one.name, one.kind, " ".join(one.brokers)) for one in found.items]
    say(table(("symbol", "name", "kind", "at"), rows))


def quote(symbols: Symbols, as_json: AsJson = False) -> None:
    """Show the last prices of one or more instruments."""
    with connected() as client:
        found = client.market.quotes(symbols)
    if as_json:
        tell_json(found)
        return
    head = ("symbol", "last", "change", "%", "open", "high", "low", "volume", "from", "age")
    rows = [
        (one.symbol, rupees(one.last_price), signed(one.change), one.change_percent or "–", rupees(one.open),
         rupees(one.high), rupees(one.low), units(one.volume), one.source or "–", age(one.as_of))
        for one in found.items
    ]  # fmt: skip
    say(table(head, rows))
    for missing in found.missing:
        warn(f"{missing.symbol}: {missing.reason}")


def history(
    symbol: Annotated[str, typer.Argument(help="For example NSE:INFY.")],
    interval: Annotated[str, typer.Option("--interval", help="1m, 5m, 15m, 1h, 1d, ...")] = "1d",
    since: Annotated[datetime | None, typer.Option("--from", help="A day, or a time in India.")] = None,
    until: Annotated[
        datetime | None, typer.Option("--to", help="A day, or a time in India; else now.")
    ] = None,
    as_json: AsJson = False,
) -> None:
    """List candles, oldest first."""
    with connected() as client:
        found = client.market.history(symbol, interval=interval, since=since, until=until)
    if as_json:
        tell_json(found)
        return
    rows = [
        (f"{one.time.astimezone(IST):%d %b %Y %H:%M}", rupees(one.open), rupees(one.high), rupees(one.low),
         rupees(one.close), units(one.volume), "forming" if one.forming else "")
        for one in found.candles
    ]  # fmt: skip
    say(
        table(
            ("time", "open", "high", "low", "close", "volume", ""),
            rows,
            title=f"{found.symbol} {found.interval}",
        )
    )
    if found.gaps:
        warn(f"{len(found.gaps)} stretches are missing; --json names them")


def charges(
    side: Annotated[str, typer.Argument(help="BUY or SELL.")],
    quantity: Annotated[int, typer.Argument(min=1)],
    symbol: Annotated[str, typer.Argument(help="For example NSE:INFY.")],
    product: Annotated[str, typer.Argument(help="CNC, MIS, NRML or MTF.")],
    price: Annotated[str, typer.Argument(help="Rupees, for example 1500.05.")],
    as_json: AsJson = False,
) -> None:
    """Compare what one executed order costs at every broker. Nothing is placed."""
    exactly = amount(price)
    assert exactly is not None
    with connected() as client:
        found = client.market.charges(
            symbol.upper(), side=side.upper(), quantity=quantity, product=product.upper(), price=exactly
        )
    if as_json:
        tell_json(found)
        return
    rows = []
    for one in found.estimates:
        cost = one.charges
        if cost is None:
            rows.append((one.broker, "–", "–", "–", "–", one.unknown or ""))
            continue
        rest = cost.total - cost.brokerage
        rows.append(
            (one.broker, rupees(cost.brokerage), rupees(rest), rupees(cost.total), rupees(one.dearer_by), "")
        )
    say(table(("broker", "brokerage", "taxes and fees", "total", "dearer by", ""), rows))
    if found.cheapest:
        say(shown(f"{found.cheapest} is the cheapest, by {rupees(found.difference)} to the dearest."))

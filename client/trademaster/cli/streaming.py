"""Commands that stay: live prices as a table, and events line by line."""

from __future__ import annotations

import json
from collections.abc import Iterable, Sequence
from contextlib import closing
from typing import Annotated

import typer
from rich.live import Live
from rich.table import Table

from trademaster.cli.context import AsJson, connected
from trademaster.cli.market import Symbols
from trademaster.cli.screen import as_json as written
from trademaster.cli.screen import at, out, rupees, say, signed, table, units
from trademaster.events import Event, Mode, Price

Count = Annotated[int, typer.Option("--count", min=0, help="Stop after so many messages; 0: never.")]


def add_to(app: typer.Typer) -> None:
    app.command()(stream)
    app.command()(events)


def stream(symbols: Symbols, count: Count = 0, as_json: AsJson = False) -> None:
    """Follow live prices: a table that moves, or with --json a line for each price. Ends with Ctrl-C."""
    mode: Mode = "quote"
    with connected() as client, closing(client.stream.prices(symbols, mode=mode)) as prices:
        if as_json or not out.is_terminal:
            for number, price in enumerate(prices, 1):
                _line(price.model_dump(mode="json", exclude_none=True))
                if number == count:
                    return
        else:
            _moving(prices, symbols, count)


def _moving(prices: Iterable[Price], symbols: list[str], count: int) -> None:
    seen: dict[str, Price] = {}
    with Live(_shown(symbols, seen), console=out, refresh_per_second=4) as live:
        for number, price in enumerate(prices, 1):
            seen[price.symbol] = price
            live.update(_shown(symbols, seen))
            if number == count:
                return


def _shown(symbols: list[str], seen: dict[str, Price]) -> Table:
    head = ("symbol", "last", "change", "%", "high", "low", "volume", "from", "time")
    rows: list[Sequence[object]] = []
    for symbol in symbols:
        one = seen.get(symbol.upper())
        if one is None:
            rows.append((symbol, *["–"] * 8))
            continue
        percent = "–" if one.change_percent is None else str(one.change_percent)
        rows.append(
            (one.symbol, rupees(one.ltp), signed(one.change), percent, rupees(one.high), rupees(one.low),
             units(one.volume), one.source or "–", at(one.timestamp))
        )  # fmt: skip
    return table(head, rows)


def events(count: Count = 0, as_json: AsJson = False) -> None:
    """Follow orders, accounts, alerts and notices as they happen. Ends with Ctrl-C."""
    with connected() as client, closing(client.stream.events()) as heard:
        for number, event in enumerate(heard, 1):
            if as_json:
                _line(
                    {
                        "type": event.type,
                        "at": event.at,
                        "seq": event.seq,
                        "again": event.again,
                        "data": event.data,
                    }
                )
            else:
                say(f"{at(event.at or event.heard)}  {event.type}  {_words(event)}")
            if number == count:
                return


def _words(event: Event) -> str:
    data = event.data
    match event.type:
        case "connected":
            return "again: something may have been missed" if event.again else ""
        case "order":
            return f"{data.id} {data.status} {data.filled_quantity}/{data.quantity} {data.exchange}:{data.symbol}"
        case "account":
            return f"{data.label} {data.state}"
        case _ if isinstance(data, dict):
            return str(data.get("text") or json.dumps(data, default=str))
        case _:
            return ""


def _line(body: object) -> None:
    typer.echo(written(body, indent=None))

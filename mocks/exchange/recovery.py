"""An exchange built again from its journal: the state is nothing but what the log says."""

from __future__ import annotations

from collections.abc import Iterable, Sequence

from mocks.exchange.journal import FORMAT, command_from, fingerprint, lines
from mocks.exchange.model import Event, Instrument
from mocks.exchange.venue import Exchange


def replay(journal: Iterable[str], instruments: Sequence[Instrument]) -> tuple[Exchange, list[Event]]:
    """The exchange of a log that was kept with the default rules and calendar, and all of its events.

    Raises ValueError for an empty log, another format or other listings.
    """
    exchange: Exchange | None = None
    events: list[Event] = []
    for line in lines(journal):
        if exchange is None:
            if line["op"] != "exchange" or line["format"] != FORMAT:
                raise ValueError("not a journal of this format")
            if line["instruments"] != fingerprint(instruments):
                raise ValueError("the journal was written for other instruments")
            exchange = Exchange(
                instruments,
                seed=line["seed"],
                start_ns=line["t"],
                flow=line["flow"],
                always_open=line["always_open"],
                last_prices=line["last_prices"],
            )
            exchange.listen(events.append)
            continue
        match line["op"]:
            case "advance":
                exchange.advance(line["to"])
            case "flow":
                exchange.set_flow(line["enabled"])
            case "price":
                exchange.set_price(line["key"], line["price"])
            case _:
                exchange.submit(command_from(line))
    if exchange is None:
        raise ValueError("an empty journal")
    return exchange, events

"""An exchange built again from its journal: the state is nothing but what the log says."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from functools import partial
from typing import Any

from mocks.exchange.actions import action_from
from mocks.exchange.bend import Bend
from mocks.exchange.calendar import Calendar, india_date
from mocks.exchange.expiry import catalogue_listing
from mocks.exchange.floor import Listing
from mocks.exchange.journal import FORMAT, command_from, fingerprint, lines
from mocks.exchange.model import Event, Instrument, Rules
from mocks.exchange.venue import Exchange

Line = dict[str, Any]
Told = Callable[[int, list[Event]], None]  # the number of the input, and the events it caused


def replay(
    journal: Iterable[str], instruments: Sequence[Instrument], *, listing: Listing | None = None
) -> tuple[Exchange, list[Event]]:
    """The exchange of a log, and all of its events in order.

    `instruments` are those it was opened with; new listings of later days come from `listing`, by default the
    catalogue's when it had any. Raises ValueError for an empty log, another format or other listings.
    """
    exchange: Exchange | None = None
    events: list[Event] = []
    rest: list[Line] = []
    for line in lines(journal):
        if exchange is None:
            exchange = opened(line, instruments, listing)
            exchange.listen(events.append)
        else:
            rest.append(line)
    if exchange is None:
        raise ValueError("an empty journal")
    apply_lines(exchange, rest)
    return exchange, events


def opened(line: Line, instruments: Sequence[Instrument], listing: Listing | None = None) -> Exchange:
    """The exchange that a journal's first line describes. Raises ValueError."""
    if line.get("op") != "exchange" or line.get("format") != FORMAT:
        raise ValueError("not a journal of this format")
    if line["instruments"] != fingerprint(instruments):
        raise ValueError("the journal was written for other instruments")
    return Exchange(
        instruments,
        seed=line["seed"],
        start_ns=line["t"],
        flow=line["flow"],
        always_open=line["always_open"],
        last_prices=line["last_prices"],
        calendar=Calendar.from_json(line["calendar"]),
        rules=Rules(**line["rules"]),
        listing=(listing or catalogue_listing) if line["listing"] else None,
    )


def listed(line: Line) -> list[Instrument]:
    """The catalogue's listings of the day on which a journal was opened, on the closes that it names."""
    calendar = Calendar.from_json(line["calendar"])
    day = india_date(line["t"]) if line["always_open"] else calendar.trading_day_at(line["t"])
    found = catalogue_listing(day, line["closes"], calendar)
    return [one for one in found if one.key in line["closes"]]


def told_rows(journal: Iterable[str]) -> list[dict[str, Any]]:
    """Every event of a journal as plain data, in order: `in` is the number of the input that caused it.

    The same journal gives the same rows, byte for byte. Raises ValueError for what is not a journal of the
    catalogue's listings.
    """
    rest = list(lines(journal))
    if not rest:
        raise ValueError("an empty journal")
    exchange = opened(rest[0], listed(rest[0]) if "closes" in rest[0] else [])
    found: list[tuple[int, Event]] = []
    apply_lines(exchange, rest[1:], lambda number, events: found.extend((number, event) for event in events))
    found.sort(key=lambda row: row[1].seq)
    return [{"in": number, "event": type(event).__name__, **event._asdict()} for number, event in found]


def apply_lines(exchange: Exchange, journal: Iterable[Line], told: Told | None = None) -> None:
    """Live through the lines after the first. `told` hears of every input, in the order of the numbers.

    An input that came in the middle of an advance is applied at the step it was written with.
    """
    advance: Line | None = None
    inside: list[Line] = []
    last = exchange.inputs
    for line in journal:
        last = line["n"]
        if line["op"] == "remark":
            continue
        if "at" in line:
            inside.append(line)
        else:
            _pass_time(exchange, advance, inside, told)
            advance, inside = None, []
            if line["op"] == "advance":
                advance = line
            else:
                _apply(exchange, line, told)
    _pass_time(exchange, advance, inside, told)
    exchange.inputs = last


def _pass_time(exchange: Exchange, line: Line | None, inside: list[Line], told: Told | None) -> None:
    if line is None:
        return
    for one in inside:
        exchange.foresee(one["at"], one["t"], partial(_apply, exchange, one, told))
    found = exchange.advance(line["to"])
    if exchange.has_foreseen:
        raise ValueError(f"line {line['n']}: what came in the middle of it does not fit this exchange")
    if told is not None:
        told(line["n"], found)


def _apply(exchange: Exchange, line: Line, told: Told | None) -> None:
    heard: list[Event] = []
    match line["op"]:
        case "flow":
            exchange.set_flow(line["enabled"])
        case "price":
            heard = exchange.set_price(line["key"], line["price"])
        case "bend":
            heard = exchange.bend(line["key"], Bend(**{name: line[name] for name in Bend._fields}))
        case "halt":
            heard = exchange.halt(line["minutes"])
        case "action":
            exchange.announce(action_from(line))
        case "resume":
            heard = exchange.resume()
        case _:
            heard = exchange.submit(command_from(line))
    if told is not None:
        told(line["n"], heard)

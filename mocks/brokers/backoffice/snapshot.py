"""A back office as JSON and back: users, apps, sessions, money, shares and the day's orders survive a restart."""

from __future__ import annotations

import types
from dataclasses import is_dataclass
from datetime import date, datetime
from enum import Enum
from functools import cache
from typing import Any, Union, get_args, get_origin, get_type_hints

from mocks.brokers.backoffice.accounts import App, Session, User
from mocks.brokers.backoffice.conditional import Conditional
from mocks.brokers.backoffice.contract_note import ContractNote
from mocks.brokers.backoffice.entitlement import Coming
from mocks.brokers.backoffice.entries import Daybook, Entry
from mocks.brokers.backoffice.ledger import Ledger
from mocks.brokers.backoffice.office import BackOffice
from mocks.brokers.backoffice.orders import Order
from mocks.brokers.backoffice.portfolio import Holding, Position
from mocks.exchange.model import Instrument

FORMAT = 3


def dump(office: BackOffice) -> dict[str, Any]:
    """Everything but the exchange's books; login codes are let go. For `orjson.dumps`, which writes dataclasses."""
    directory = office.directory
    return {
        "format": FORMAT,
        "day": office.market.today,
        "listings": _listings(office),
        "order_count": office.desk.blotter.order_count,
        "trade_count": office.desk.blotter.trade_count,
        "apps": list(directory.apps.values()),
        "sessions": list(directory.sessions.values()),
        "conditional_count": office.conditionals.count,
        "conditionals": office.conditionals.everything(),
        "users": [_dump_user(office, user_id) for user_id in directory.users],
        "server": office.keeps(),
    }


def _listings(office: BackOffice) -> list[dict[str, Any]]:
    """What accounts are or were in, and what it is worth: some of it may not be listed when they come back."""
    keys = {key: None for ledger in office.ledgers() for key, _ in ledger.positions}
    keys |= {order.key: None for ledger in office.ledgers() for order in ledger.orders.values()}
    keys |= {kept.key: None for kept in office.conditionals.everything()}
    notes = [note for ledger in office.ledgers() for note in ledger.notes.values()]
    keys |= {fill.key: None for note in notes for fill in note.trades}
    return [{"instrument": office.market.instrument(key), "price": office.market.worth(key)} for key in keys]


def _dump_user(office: BackOffice, user_id: str) -> dict[str, Any]:
    ledger = office.ledger(user_id)
    return {
        "user": ledger.user,
        "entries": ledger.daybook.entries,
        "payin": ledger.payin,
        "unpaid": ledger.unpaid,
        "delivered": ledger.delivered,
        "notes": list(ledger.notes.values()),
        "coming": ledger.coming,
        "holdings": list(ledger.holdings.values()),
        "positions": list(ledger.positions.values()),
        "orders": list(ledger.orders.values()),
    }


def load(office: BackOffice, data: dict[str, Any]) -> None:
    """Fill an empty office from parsed JSON.

    Open orders go back to the exchange, behind whoever is there now. A snapshot of an earlier day is settled first, at
    the prices it was made at: its orders are over, but for those that wait for the next session. Raises ValueError,
    KeyError or TypeError for data of another shape.
    """
    if data.get("format") != FORMAT:
        raise ValueError(f"unknown snapshot format {data.get('format')!r}")
    office.desk.blotter.order_count = data["order_count"]
    office.desk.blotter.trade_count = data["trade_count"]
    for app in data["apps"]:
        office.add_app(_decode(App, app))
    for session in data["sessions"]:
        kept: Session = _decode(Session, session)
        office.directory.sessions[kept.access_token] = kept
    saved = date.fromisoformat(data["day"])
    earlier = saved < office.market.today
    for one in data["listings"]:
        price = one["price"] if earlier else None
        office.market.adopt(_decode(Instrument, one["instrument"]), price)
    for entry in data["users"]:
        _load_user(office, entry)
    office.conditionals.count = data["conditional_count"]
    for one in data["conditionals"]:
        office.conditionals.restore(_decode(Conditional, one))
    office.kept = data.get("server")
    if earlier:
        office.end_missed_day(saved)
    for ledger in office.ledgers():
        for order in list(ledger.live.values()):
            if order.key in office.exchange.instruments:
                office.desk.resume(order)


def _load_user(office: BackOffice, entry: dict[str, Any]) -> None:
    user: User = _decode(User, entry["user"])
    office.add_user(user)
    ledger = office.ledger(user.user_id)
    _load_money(ledger, entry)
    for held in (_decode(Holding, one) for one in entry["holdings"]):
        if held.key in office.exchange.instruments:
            ledger.holdings[held.isin] = held
    for position in (_decode(Position, one) for one in entry["positions"]):
        ledger.positions[position.key, position.product] = position
    for order in (_decode(Order, one) for one in entry["orders"]):
        ledger.add(order)


def _load_money(ledger: Ledger, entry: dict[str, Any]) -> None:
    ledger.daybook = Daybook()
    for movement in entry["entries"]:
        ledger.daybook.keep(_decode(Entry, movement))
    ledger.payin = entry["payin"]
    for order_id, amount in entry["unpaid"].items():
        ledger.owe(order_id, amount)
    ledger.delivered = dict(entry["delivered"])
    ledger.coming = [_decode(Coming, one) for one in entry.get("coming", ())]
    for note in (_decode(ContractNote, one) for one in entry["notes"]):
        ledger.notes[note.day.isoformat()] = note


@cache
def _hints(kind: type) -> dict[str, Any]:
    return get_type_hints(kind)


def _decode(kind: Any, value: Any) -> Any:
    """`value` as `kind`, which may be a dataclass, an enum, datetime, list[...], dict or X | None."""
    if get_origin(kind) in (Union, types.UnionType):
        if value is None:
            return None
        (kind,) = (one for one in get_args(kind) if one is not type(None))
    if isinstance(kind, type) and is_dataclass(kind):
        hints = _hints(kind)
        return kind(**{name: _decode(hints[name], part) for name, part in value.items()})
    if get_origin(kind) is list:
        (inner,) = get_args(kind)
        return [_decode(inner, one) for one in value]
    if isinstance(kind, type) and issubclass(kind, Enum):
        return kind(value)
    if get_origin(kind) is tuple:
        return tuple(value)
    if kind is date:
        return date.fromisoformat(value)
    return datetime.fromisoformat(value) if kind is datetime else value

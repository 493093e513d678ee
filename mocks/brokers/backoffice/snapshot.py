"""A back office as JSON and back: users, apps, sessions, money, shares and the day's orders survive a restart."""

from __future__ import annotations

import types
from dataclasses import fields, is_dataclass
from datetime import datetime
from enum import Enum
from typing import Any, Union, get_args, get_origin, get_type_hints

from mocks.brokers.backoffice.accounts import App, Session, User
from mocks.brokers.backoffice.office import BackOffice
from mocks.brokers.backoffice.orders import LIVE, Order
from mocks.brokers.backoffice.portfolio import Holding, Position

FORMAT = 1


def dump(office: BackOffice) -> dict[str, Any]:
    """Everything but the exchange's books; login codes are let go."""
    directory = office.directory
    return {
        "format": FORMAT,
        "order_count": office.desk.order_count,
        "trade_count": office.desk.trade_count,
        "apps": [_encode(app) for app in directory.apps.values()],
        "sessions": [_encode(session) for session in directory.sessions.values()],
        "users": [_dump_user(office, user_id) for user_id in directory.users],
    }


def _dump_user(office: BackOffice, user_id: str) -> dict[str, Any]:
    ledger = office.ledger(user_id)
    return {
        "user": _encode(ledger.user),
        "holdings": [_encode(held) for held in ledger.holdings.values()],
        "positions": [_encode(position) for position in ledger.positions.values()],
        "orders": [_encode(order) for order in ledger.orders.values()],
    }


def load(office: BackOffice, data: dict[str, Any]) -> None:
    """Fill an empty office. Open orders go back to the exchange, behind whoever is there now; those that were on
    their way are sent. What is listed no more (an expired contract) is dropped. Raises ValueError."""
    if data.get("format") != FORMAT:
        raise ValueError(f"unknown snapshot format {data.get('format')!r}")
    office.desk.order_count = data["order_count"]
    office.desk.trade_count = data["trade_count"]
    for app in data["apps"]:
        office.add_app(_decode(App, app))
    for session in data["sessions"]:
        kept: Session = _decode(Session, session)
        office.directory.sessions[kept.access_token] = kept
    for entry in data["users"]:
        _load_user(office, entry)


def _load_user(office: BackOffice, entry: dict[str, Any]) -> None:
    user: User = _decode(User, entry["user"])
    office.add_user(user)
    ledger = office.ledger(user.user_id)
    listed = office.exchange.instruments
    for held in (_decode(Holding, one) for one in entry["holdings"]):
        if held.key in listed:
            ledger.holdings[held.isin] = held
    for position in (_decode(Position, one) for one in entry["positions"]):
        if position.key in listed:
            ledger.positions[position.key, position.product] = position
    orders: list[Order] = [_decode(Order, one) for one in entry["orders"]]
    for order in orders:
        if order.key not in listed:
            continue
        ledger.add(order)
    for order in list(ledger.live.values()):
        if order.stage in LIVE:
            office.desk.resend(order)


def _encode(value: Any) -> Any:
    if is_dataclass(value):
        return {field.name: _encode(getattr(value, field.name)) for field in fields(value)}
    if isinstance(value, Enum):
        return value.value
    if isinstance(value, datetime):
        return value.isoformat()
    if isinstance(value, list):
        return [_encode(one) for one in value]
    return value


def _decode(kind: Any, value: Any) -> Any:
    """`value` as `kind`, which may be a dataclass, an enum, datetime, list[...], dict or X | None."""
    if get_origin(kind) in (Union, types.UnionType):
        if value is None:
            return None
        (kind,) = (one for one in get_args(kind) if one is not type(None))
    if is_dataclass(kind):
        hints = get_type_hints(kind)
        return kind(**{name: _decode(hints[name], part) for name, part in value.items()})  # type: ignore[operator]
    if get_origin(kind) is list:
        (inner,) = get_args(kind)
        return [_decode(inner, one) for one in value]
    if isinstance(kind, type) and issubclass(kind, Enum):
        return kind(value)
    return datetime.fromisoformat(value) if kind is datetime else value

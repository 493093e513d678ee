"""An alert as it comes: read to the digit, with nothing in it that is not known. Pure."""

from __future__ import annotations

import hashlib
import json
import re
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from decimal import Decimal, InvalidOperation
from typing import Any

from domain.money import Price
from domain.order import Side

FIELDS = ("secret", "id", "ticker", "exchange", "action", "contracts", "price", "time", "note")
NUMBER = re.compile(r"[0-9]{1,12}(\.[0-9]{1,9})?")
WORD = re.compile(r"[!-~]{1,64}")
AHEAD = timedelta(seconds=60)  # that a sender's clock may be before ours
ACTIONS = {"buy": Side.BUY, "sell": Side.SELL}


class Unusable(Exception):
    """What is wrong with an alert, with a stable code."""

    def __init__(self, code: str, words: str) -> None:
        super().__init__(words)
        self.code, self.words = code, words


@dataclass(frozen=True, slots=True)
class Alert:
    """`name` is EXCHANGE:TICKER as TradingView has it. None is what it did not say."""

    name: str
    side: Side
    contracts: Decimal | None
    price: Price | None
    at: datetime


def body_of(raw: bytes) -> dict[str, Any]:
    """Its JSON object. Raises Unusable, in words for who sends plain text."""
    try:
        read = json.loads(raw, parse_float=Decimal, parse_constant=_no_number)
    except (ValueError, ArithmeticError, RecursionError):
        words = "the alert's message is no JSON: paste a template of docs/api/tradingview.md into it"
        raise Unusable("alert_not_json", words) from None
    if not isinstance(read, dict):
        raise Unusable("alert_not_json", "the alert's message is JSON, and no object")
    return read


def shown(body: dict[str, Any]) -> str:
    """What is kept of it: all but the secret."""
    return json.dumps(
        {name: one for name, one in body.items() if name != "secret"}, default=str, sort_keys=True
    )


def fingerprint(body: dict[str, Any]) -> str:
    """Tells an alert that comes again: by all that it says, its time and its own id among it."""
    return hashlib.sha256(shown(body).encode()).hexdigest()


def read_alert(body: dict[str, Any]) -> Alert:
    """Raises Unusable."""
    if unknown := sorted(set(body) - set(FIELDS)):
        words = f"{_shown(unknown[0])} is no field of an alert: {', '.join(FIELDS[1:])}"
        raise Unusable("alert_field_unknown", words)
    action = _text(body, "action").lower()
    if action not in ACTIONS:
        raise Unusable("alert_action_unknown", f"action is buy or sell, not {_shown(action)}")
    return Alert(
        name=f"{_text(body, 'exchange')}:{_text(body, 'ticker')}".upper(),
        side=ACTIONS[action],
        contracts=_number(body, "contracts"),
        price=_price(body),
        at=_moment(body),
    )


def check_age(alert: Alert, now: datetime, max_age: timedelta) -> None:
    """Raises Unusable for an alert of another time."""
    age = now - alert.at
    if age > max_age:
        old, most = int(age.total_seconds()), int(max_age.total_seconds())
        raise Unusable(
            "alert_too_old", f"the alert is {old} seconds old: nothing older than {most} is placed"
        )
    if age < -AHEAD:
        raise Unusable("alert_from_the_future", "the alert's time has not come yet: is {{timenow}} in it?")


def _text(body: dict[str, Any], name: str) -> str:
    value = body.get(name)
    if not isinstance(value, str) or not WORD.fullmatch(value.strip()):
        raise Unusable(
            "alert_field_missing", f"{name}: give a word, for example with {{{{...}}}} of TradingView"
        )
    return value.strip()


def _number(body: dict[str, Any], name: str) -> Decimal | None:
    value = body.get(name)
    if value is None:
        return None
    text = (
        str(value).strip() if isinstance(value, str | int | Decimal) and not isinstance(value, bool) else ""
    )
    if not NUMBER.fullmatch(text):
        raise Unusable("alert_number_unreadable", f"{name}: {_shown(value)} is no number above zero")
    try:
        return Decimal(text)
    except InvalidOperation:
        raise Unusable("alert_number_unreadable", f"{name} is no number") from None


def _price(body: dict[str, Any]) -> Price | None:
    value = _number(body, "price")
    return Price(value) if value else None


def _moment(body: dict[str, Any]) -> datetime:
    text = _text(body, "time")
    try:
        at = datetime.fromisoformat(text)
    except ValueError:
        raise Unusable("alert_time_unreadable", 'time: give "{{timenow}}"') from None
    if at.year < 2000 or at.year > 2100:
        raise Unusable("alert_time_unreadable", 'time: give "{{timenow}}"')
    return at if at.tzinfo else at.replace(tzinfo=UTC)


def _shown(value: Any) -> str:
    return ascii(str(value)[:40])


def _no_number(word: str) -> Any:
    raise ValueError(f"{word} is no number")

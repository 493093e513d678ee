"""What differs between brokers without being wire: ids, tokens, when a session ends, which refusals come late."""

from __future__ import annotations

import secrets
from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import datetime, timedelta, timezone

from mocks.brokers.backoffice.refusal import Code
from mocks.brokers.backoffice.tariff import Tariff

IST = timezone(timedelta(hours=5, minutes=30), "IST")


def next_time_of_day(now: datetime, hour: int, minute: int = 0) -> datetime:
    """The next `hour:minute` IST after `now`: sessions end at 06:00 or 03:30."""
    at = now.astimezone(IST).replace(hour=hour, minute=minute, second=0, microsecond=0)
    return at if at > now else at + timedelta(days=1)


def random_token(user_id: str, expires_at: datetime) -> str:
    """32 letters and digits."""
    return secrets.token_hex(16)


@dataclass(frozen=True, slots=True)
class Profile:
    """What differs between brokers without being wire. Each server module has one as `PROFILE`.

    `order_id`, `trade_id`: (running number from 1, time) -> the broker's id. `expiry`: when a session begun now
    ends. `token`: (user id, expiry) -> access token. `user_id`: running number -> id of a new user.
    `rejects_in_book`: refusals of `place` that this broker answers with an id and a REJECTED order instead of an
    error. `app_per_user`: every user gets an API key of his own instead of sharing the demo app. `tariff`: its price
    list; None takes the one filed under `name`. `conditional_id`: (running number, time, shape: single | oco |
    bracket) -> the id of a conditional order.
    """

    name: str
    title: str
    order_id: Callable[[int, datetime], str]
    trade_id: Callable[[int, datetime], str]
    expiry: Callable[[datetime], datetime]
    user_id: Callable[[int], str]
    token: Callable[[str, datetime], str] = random_token
    rejects_in_book: frozenset[Code] = field(default_factory=frozenset)
    app_per_user: bool = False
    conditional_id: Callable[[int, datetime, str], str] = lambda number, at, shape: str(number)
    tariff: Tariff | None = None

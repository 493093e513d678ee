"""A user's account at a broker, its state and its funds."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from typing import NewType

from domain.money import Money

AccountId = NewType("AccountId", str)
UserId = NewType("UserId", str)


class BrokerId(StrEnum):
    ZERODHA = "zerodha"
    UPSTOX = "upstox"
    GROWW = "groww"
    MOCK = "mock"


class AccountState(StrEnum):
    CONNECTING = "connecting"  # waits for the login at the broker
    CONNECTED = "connected"
    LOGIN_NEEDED = "login_needed"  # the session ended: a person must log in again
    DISCONNECTED = "disconnected"


@dataclass(frozen=True, slots=True)
class BrokerAccount:
    """One of the user's accounts. `broker_user_id` is the broker's client id, once logged in."""

    id: AccountId
    user_id: UserId
    broker: BrokerId
    label: str
    state: AccountState
    broker_user_id: str | None = None
    session_expires_at: datetime | None = None


@dataclass(frozen=True, slots=True)
class Margin:
    """Funds of one account in rupees ("margin" in Indian usage).

    `cash` is the account's own money, `used` what open orders and positions hold,
    `available` what a new order may use, by the broker's own figure.
    """

    cash: Money
    used: Money
    available: Money

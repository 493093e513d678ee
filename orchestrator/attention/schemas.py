"""What needs a person, on the wire."""

from __future__ import annotations

from enum import StrEnum

from domain.account import AccountId
from orchestrator.schemas import Out, Time


class MatterKind(StrEnum):
    ORDER_UNKNOWN = "order_unknown"  # nobody knows whether it exists at its broker
    ORDER_SURPLUS = "order_surplus"  # more is held, or was bought or sold, than was asked
    APPROVAL_WAITING = "approval_waiting"  # a program asks for an order outside its token's policy
    KILL_SWITCH = "kill_switch"
    LOGIN_NEEDED = "login_needed"
    LOGIN_EXPIRES = "login_expires"  # within the hour
    BREAKER_OPEN = "breaker_open"  # the broker does not answer
    BREAKER_HELD = "breaker_held"  # somebody lets nothing new go there
    ADDRESS_DRIFTED = "address_drifted"  # its orders would be refused for where they come from
    NUMBERS_MISSING = "numbers_missing"  # holdings or positions are old, or some could not be read
    SQUARE_OFF = "square_off"  # intraday positions shortly before the close
    ALERT_BLIND = "alert_blind"  # a price alert on what nobody tells the price of
    WEBHOOK_OFF = "webhook_off"  # a webhook was switched off, since nothing could be delivered
    AUTHORISATION = "authorisation"  # shares that can be sold only after leave at the depository


class Severity(StrEnum):
    """urgent: money is at risk now; warning: it will be, or something cannot be done; info: good to know."""

    URGENT = "urgent"
    WARNING = "warning"
    INFO = "info"


class MatterOut(Out):
    """`id` stays the same while the matter does. `to`: where on the screen it is dealt with."""

    id: str
    kind: MatterKind
    severity: Severity
    title: str
    words: str
    account: AccountId | None = None
    order_id: str | None = None
    symbol: str | None = None
    since: Time | None = None
    to: str


class AttentionOut(Out):
    """The most urgent first."""

    items: list[MatterOut]
    as_of: Time

"""Price alerts and notices on the wire."""

from __future__ import annotations

from datetime import timedelta
from decimal import Decimal
from enum import StrEnum
from typing import Annotated, Any, Self

from pydantic import AwareDatetime, Field, PlainSerializer, model_validator

from domain.alert import Alert, AlertKind, AlertState
from orchestrator.alerts.repository import Notice
from orchestrator.schemas import DECIMAL_TEXT, In, Out, PriceText, Time

MOST_PERCENT = Decimal(1000)
LEAST_COOLDOWN, MOST_COOLDOWN = 60, 7 * 86_400  # seconds

Number = Annotated[
    str,
    Field(pattern=DECIMAL_TEXT, description="Rupees, percent or units, by the kind.", examples=["1500.00"]),
]
Plain = Annotated[Decimal, PlainSerializer(lambda value: f"{value.normalize():f}", return_type=str)]
Seconds = Annotated[int, Field(ge=LEAST_COOLDOWN, le=MOST_COOLDOWN, strict=True)]
Note = Annotated[str, Field(max_length=200)]


class Reference(StrEnum):
    """What percents count from."""

    CLOSE = "close"  # the previous close of each day
    NOW = "now"  # the price when the alert is made


class AlertIn(In):
    """`cooldown`: seconds after a firing in which a repeating alert is deaf. `reference` is for percents."""

    symbol: Annotated[str, Field(min_length=1, max_length=64)]
    kind: AlertKind
    threshold: Number
    reference: Reference | None = None
    repeats: bool = False
    cooldown: Seconds = 300
    expires_at: AwareDatetime | None = None
    note: Note = ""

    @model_validator(mode="after")
    def _fits(self) -> Self:
        checked(self.kind, Decimal(self.threshold))
        if self.reference is not None and not self.kind.percent:
            raise ValueError("reference is for the kinds rises, falls and moves")
        return self


class AlertPatch(In):
    """What is left out stays. An alert that is changed or set to active begins to wait anew, from the price now."""

    version: Annotated[int, Field(ge=1, strict=True, description="The version that you changed.")]
    threshold: Number | None = None
    repeats: bool | None = None
    cooldown: Seconds | None = None
    expires_at: AwareDatetime | None = None
    note: Note | None = None
    state: Annotated[AlertState | None, Field(description="active or paused")] = None

    @model_validator(mode="after")
    def _settable(self) -> Self:
        if self.state not in (None, AlertState.ACTIVE, AlertState.PAUSED):
            raise ValueError("state can be set to active or paused")
        return self


def checked(kind: AlertKind, threshold: Decimal) -> None:
    """Raises ValueError for a threshold that no price can reach."""
    if threshold <= 0:
        raise ValueError("the threshold is more than 0")
    if kind.percent and threshold > MOST_PERCENT:
        raise ValueError(f"the threshold is at most {MOST_PERCENT} percent")
    if kind is AlertKind.VOLUME and threshold % 1:
        raise ValueError("the threshold is a whole number of units")


class AlertOut(Out):
    """`armed`: it can fire. One that waits for a crossing is not, until the price was on the other side."""

    id: str
    symbol: str
    kind: AlertKind
    threshold: Plain
    reference: Reference | None
    reference_price: PriceText | None
    repeats: bool
    cooldown: int
    note: str
    state: AlertState
    armed: bool
    deaf_until: Time | None
    expires_at: Time | None
    fired: int
    fired_at: Time | None
    fired_price: PriceText | None
    version: int
    created_at: Time

    @classmethod
    def of(cls, one: Alert) -> AlertOut:
        fixed = Reference.NOW if one.rule.reference is not None else Reference.CLOSE
        return cls(
            id=one.id,
            symbol=str(one.instrument),
            kind=one.rule.kind,
            threshold=one.rule.threshold,
            reference=fixed if one.rule.kind.percent else None,
            reference_price=one.rule.reference,
            repeats=one.repeats,
            cooldown=one.cooldown // timedelta(seconds=1),
            note=one.note,
            state=one.state,
            armed=one.armed,
            deaf_until=one.deaf_until,
            expires_at=one.expires_at,
            fired=one.fired,
            fired_at=one.fired_at,
            fired_price=one.fired_price,
            version=one.version,
            created_at=one.created_at,
        )


class AlertsOut(Out):
    """The newest first."""

    items: list[AlertOut]


class NoticeOut(Out):
    """`data` by the kind; of a `price_alert`: symbol, price, alert_kind and note."""

    id: str
    at: Time
    kind: str
    subject: str
    text: str
    data: dict[str, Any]
    read_at: Time | None

    @classmethod
    def of(cls, one: Notice) -> NoticeOut:
        return cls(
            id=one.id,
            at=one.at,
            kind=one.kind,
            subject=one.subject,
            text=one.text,
            data=one.data,
            read_at=one.read_at,
        )


class NoticePage(Out):
    """The newest first; `next`: ask for those `before` it, null at the end. `unread`: of all there are."""

    items: list[NoticeOut]
    next: str | None
    unread: int


class ReadIn(In):
    """Those named, or all up to one, itself included; nothing given is all of them."""

    ids: Annotated[list[Annotated[str, Field(max_length=64)]], Field(min_length=1, max_length=200)] | None = (
        None
    )
    up_to: Annotated[str, Field(max_length=64)] | None = None


class UnreadOut(Out):
    unread: int

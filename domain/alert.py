"""Price alerts: what they wait for, and when a price that is seen makes them fire. Pure."""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from decimal import Decimal
from enum import StrEnum
from typing import assert_never

from domain.account import UserId
from domain.instrument import InstrumentId
from domain.money import Price

HUNDRED = Decimal(100)


class AlertKind(StrEnum):
    ABOVE = "above"  # the price comes from below to the threshold or over it
    BELOW = "below"  # and from above
    RISES = "rises"  # so many percent over the reference, or more
    FALLS = "falls"
    MOVES = "moves"  # either
    VOLUME = "volume"  # so many units were traded today, or more

    @property
    def crosses(self) -> bool:
        """Whether the price has to come from the other side: one that is there already does not fire."""
        return self in (AlertKind.ABOVE, AlertKind.BELOW)

    @property
    def percent(self) -> bool:
        return self in (AlertKind.RISES, AlertKind.FALLS, AlertKind.MOVES)


class AlertState(StrEnum):
    ACTIVE = "active"
    PAUSED = "paused"
    FIRED = "fired"  # once, and it does not repeat
    EXPIRED = "expired"


@dataclass(frozen=True, slots=True)
class Sight:
    """What is seen of an instrument at a moment (aware); None is not known. `volume` is of the day, in units."""

    at: datetime
    price: Price
    prev_close: Price | None = None
    volume: int | None = None


@dataclass(frozen=True, slots=True)
class AlertRule:
    """`threshold` is in rupees, percent or units, by the kind. `reference`: what percents count from; None means the
    previous close of each day."""

    kind: AlertKind
    threshold: Decimal
    reference: Price | None = None

    def holds(self, seen: Sight) -> bool | None:
        """Whether it is so now. None: what it takes to tell is not known."""
        match self.kind:
            case AlertKind.ABOVE:
                return seen.price.amount >= self.threshold
            case AlertKind.BELOW:
                return seen.price.amount <= self.threshold
            case AlertKind.VOLUME:
                return None if seen.volume is None else seen.volume >= self.threshold
            case AlertKind.RISES | AlertKind.FALLS | AlertKind.MOVES:
                base = self.reference if self.reference is not None else seen.prev_close
                return None if not base else self._moved(seen.price.amount - base.amount, base.amount)
            case _:
                assert_never(self.kind)

    def _moved(self, by: Decimal, base: Decimal) -> bool:
        # Multiplied out: a division would round.
        enough = self.threshold * base
        up, down = by * HUNDRED >= enough, -by * HUNDRED >= enough
        if self.kind is AlertKind.RISES:
            return up
        return down if self.kind is AlertKind.FALLS else up or down


@dataclass(frozen=True, slots=True)
class Alert:
    """`armed`: it was not so since it was made, changed or fired, so that it can become so. Moments are aware.

    `since`: the time of the price it was made at; prices of before fire nothing. `deaf_until`: after a firing, until
    when nothing is looked at.
    """

    id: str
    user_id: UserId
    instrument: InstrumentId
    rule: AlertRule
    repeats: bool
    cooldown: timedelta
    note: str
    state: AlertState
    armed: bool
    since: datetime
    created_at: datetime
    version: int = 1
    deaf_until: datetime | None = None
    expires_at: datetime | None = None
    fired: int = 0
    fired_at: datetime | None = None
    fired_price: Price | None = None

    def ended(self, now: datetime) -> bool:
        return self.expires_at is not None and now >= self.expires_at

    def deaf(self, now: datetime) -> bool:
        return self.deaf_until is not None and now < self.deaf_until

    def looked(self, seen: Sight) -> tuple[Alert, bool]:
        """How it stands after a price, and whether it fires: then `fire` it."""
        now_so = self.rule.holds(seen)
        if now_so is None or (now_so and (not self.armed or seen.at < self.since)):
            return self, False
        if now_so:
            return self, True
        return (self if self.armed else replace(self, armed=True)), False

    def fire(self, price: Price, now: datetime) -> Alert:
        return replace(
            self,
            state=AlertState.ACTIVE if self.repeats else AlertState.FIRED,
            armed=False,
            deaf_until=now + self.cooldown if self.repeats else None,
            fired=self.fired + 1,
            fired_at=now,
            fired_price=price,
            version=self.version + 1,
        )

    def anew(self, seen: Sight | None, now: datetime) -> Alert:
        """As it begins to wait: a crossing needs to have been seen on the other side, all else only to be so."""
        armed = not self.rule.kind.crosses or (seen is not None and self.rule.holds(seen) is False)
        # Exchanges' times are in whole seconds: what comes after the price it was made at is never of before.
        since = now if seen is None else min(now, seen.at)
        return replace(self, state=AlertState.ACTIVE, armed=armed, since=since, deaf_until=None)

"""Kite's alerts as they are kept and watched: a comparison of two prices, told once whenever it becomes true.

An alert that triggers orders (ATO) places its basket the first time and is disabled then. That a simple alert stays
enabled after it fired is an assumption.
"""

from __future__ import annotations

import operator
from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any
from uuid import NAMESPACE_URL, uuid5

from mocks.brokers.backoffice.office import BackOffice
from mocks.exchange.model import Event, Kind, Trade

SECOND_NS = 1_000_000_000
TIMES = ("created_at", "updated_at")
OPERATORS: dict[str, Callable[[int, int], bool]] = {
    "<=": operator.le,
    ">=": operator.ge,
    "<": operator.lt,
    ">": operator.gt,
    "==": operator.eq,
}


@dataclass(slots=True)
class Firing:
    """One time that an alert became true: the market then and, for ATO, what became of each order."""

    at: datetime
    market: list[dict[str, Any]]
    orders: list[dict[str, Any]] | None


@dataclass(slots=True)
class Alert:
    """`fields` are the client's words; `left` and `right` keys of the exchange ("" compares with `constant`, paise).

    `order_forms`: the forms of an ATO alert's basket.
    """

    uuid: str
    user_id: str
    api_key: str
    fields: dict[str, str]
    left: str
    right: str
    constant: int
    order_forms: list[dict[str, str]]
    basket: dict[str, Any] | None
    created_at: datetime
    updated_at: datetime
    status: str = "enabled"
    disabled_reason: str = ""
    holds: bool = False  # the comparison was true when it was last looked at
    firings: list[Firing] = field(default_factory=list)

    @property
    def keys(self) -> list[str]:
        return [self.left, self.right] if self.right else [self.left]

    @property
    def condition(self) -> str:
        def side(prefix: str) -> str:
            name = f"{self.fields[f'{prefix}_exchange']}:{self.fields[f'{prefix}_tradingsymbol']}"
            return f'{self.fields[f"{prefix}_attribute"]}("{name}")'

        right = side("rhs") if self.right else self.fields["rhs_constant"]
        return f"{side('lhs')} {self.fields['operator']} {right}"


class AlertWatch:
    """Looks at an alert when one of its instruments trades; indices, which do not, once a second."""

    def __init__(
        self,
        office: BackOffice,
        market: Callable[[str], dict[str, Any]],
        order: Callable[[Alert, dict[str, str]], dict[str, Any]],
    ) -> None:
        """`market` describes an instrument as a firing keeps it; `order` places one form of a basket."""
        self._office, self._market, self._order = office, market, order
        self.by_user: dict[str, dict[str, Alert]] = {}
        self._watched: dict[str, dict[str, Alert]] = {}
        self._count = 0
        self._ticking = False
        office.exchange.listen(self._hear)
        office.resets.append(self._forget)
        office.keeps = self._dump
        self._restore(office.kept)

    # what a restart and a reset mean ------------------------------------------------------------------------

    def _dump(self) -> dict[str, Any]:
        return {
            "count": self._count,
            "alerts": [one for mine in self.by_user.values() for one in mine.values()],
        }

    def _restore(self, kept: dict[str, Any] | None) -> None:
        """What `_dump` gave, as JSON has it."""
        for data in kept["alerts"] if kept else ():
            alert = Alert(**(data | {name: datetime.fromisoformat(data[name]) for name in TIMES}))
            alert.firings = [
                Firing(**(one | {"at": datetime.fromisoformat(one["at"])})) for one in data["firings"]
            ]
            self.by_user.setdefault(alert.user_id, {})[alert.uuid] = alert
            if alert.status == "enabled":
                self._watch(alert)
        self._count = kept["count"] if kept else 0

    def _forget(self) -> None:
        self.by_user.clear()
        self._watched.clear()

    # alerts -------------------------------------------------------------------------------------------------

    def add(self, alert: Alert) -> None:
        self.by_user.setdefault(alert.user_id, {})[alert.uuid] = alert
        self._watch(alert)

    def next_uuid(self, user_id: str) -> str:
        self._count += 1
        return str(uuid5(NAMESPACE_URL, f"kite-alert:{user_id}:{self._count}"))

    def end(self, alert: Alert, status: str, reason: str = "") -> None:
        alert.status, alert.disabled_reason = status, reason
        alert.updated_at = self._office.now()
        self._unwatch(alert)

    def changed(self, alert: Alert, fresh: Alert) -> None:
        """Take the terms of `fresh`; it is watched from now on as if it were new."""
        self._unwatch(alert)
        alert.fields, alert.left, alert.right = fresh.fields, fresh.left, fresh.right
        alert.constant, alert.order_forms, alert.basket = fresh.constant, fresh.order_forms, fresh.basket
        alert.status, alert.disabled_reason, alert.holds = "enabled", "", False
        alert.updated_at = self._office.now()
        self._watch(alert)

    def _watch(self, alert: Alert) -> None:
        for key in alert.keys:
            self._watched.setdefault(key, {})[alert.uuid] = alert
        self._tick_soon()

    def _unwatch(self, alert: Alert) -> None:
        for key in alert.keys:
            watchers = self._watched.get(key, {})
            watchers.pop(alert.uuid, None)
            if not watchers:
                self._watched.pop(key, None)

    def _hear(self, event: Event) -> None:
        if type(event) is Trade:
            watchers = self._watched.get(event.key)
            for alert in list(watchers.values()) if watchers else ():
                self._look(alert)

    def _tick_soon(self) -> None:
        if not self._ticking and self._indices():
            self._ticking = True
            exchange = self._office.exchange
            exchange.schedule(exchange.now + SECOND_NS, self._tick)

    def _tick(self) -> None:
        self._ticking = False
        for key in self._indices():
            for alert in list(self._watched.get(key, {}).values()):
                self._look(alert)
        self._tick_soon()

    def _indices(self) -> list[str]:
        listed = self._office.exchange.instruments
        return [key for key in self._watched if key in listed and listed[key].kind is Kind.INDEX]

    def _look(self, alert: Alert) -> None:
        listed = self._office.exchange.instruments
        if any(key not in listed for key in alert.keys):
            self.end(alert, "disabled", "The instrument has expired")
            return
        left = self._office.last_price(alert.left)
        right = self._office.last_price(alert.right) if alert.right else alert.constant
        holds = OPERATORS[alert.fields["operator"]](left, right)
        became, alert.holds = holds and not alert.holds, holds
        if became:
            self._fire(alert)

    def _fire(self, alert: Alert) -> None:
        now = self._office.now()
        market = [self._market(key) for key in alert.keys]
        if not alert.order_forms:
            alert.firings.append(Firing(now, market, None))
            alert.updated_at = now
            return
        self.end(alert, "disabled", "The alert has placed its orders")
        placed = [self._order(alert, form) for form in alert.order_forms]
        alert.firings.append(Firing(now, market, placed))

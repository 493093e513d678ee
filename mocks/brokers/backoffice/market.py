"""Listings and prices as a back office looks at them; contracts that have just expired are still known here.

Prices are paise.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from datetime import date, datetime
from typing import TYPE_CHECKING

from mocks.brokers.backoffice.refusal import Code, Refusal
from mocks.exchange.model import Instrument

if TYPE_CHECKING:
    from mocks.exchange.venue import Exchange


class Market:
    def __init__(self, exchange: Exchange, now: Callable[[], datetime]) -> None:
        self._exchange = exchange
        self.now = now
        self._known: dict[str, Instrument] = {}
        self._settled: dict[str, int] = {}

    @property
    def today(self) -> date:
        """The trading day in force."""
        return self._exchange.day

    def instrument(self, key: str) -> Instrument:
        """Raises Refusal(unknown_instrument) for what was never listed here."""
        found = self._exchange.instruments.get(key)
        if found is not None:
            self._known[key] = found
            return found
        if key in self._known:
            return self._known[key]
        raise Refusal(Code.UNKNOWN_INSTRUMENT, f"Unknown instrument {key}", key=key)

    def listed(self, key: str) -> Instrument:
        """Of today alone. Raises Refusal(unknown_instrument)."""
        if key not in self._exchange.instruments:
            raise Refusal(Code.UNKNOWN_INSTRUMENT, f"Unknown instrument {key}", key=key)
        return self.instrument(key)

    def adopt(self, instrument: Instrument, price: int | None) -> None:
        """Know a listing of an earlier run; `price` is what its day is settled at, when that is over."""
        self._known.setdefault(instrument.key, instrument)
        if price is not None:
            self._settled[instrument.key] = price

    @property
    def seen(self) -> Mapping[str, Instrument]:
        """Whatever accounts had to do with, listed or not."""
        return self._known

    def last(self, key: str) -> int:
        if key in self._exchange.instruments:
            return self._exchange.quote(key).last_price
        return self._settled.get(key, self.instrument(key).prev_close)

    def spot(self, instrument: Instrument) -> int:
        """Price of what a contract is on."""
        return self.last(instrument.underlying)

    def days_left(self, instrument: Instrument) -> int:
        return max(0, (date.fromisoformat(instrument.expiry) - self.today).days)

    def remember(self, keys: Iterable[str]) -> None:
        """At the end of a day: keep what is needed to settle it, before contracts leave the list."""
        for key in keys:
            if key in self._exchange.instruments:
                self.instrument(key)
                self._settled[key] = self._exchange.settlement_price(key)

    def settlement(self, key: str) -> int:
        """The price that the day is settled at; of a contract on its last day, what it is worth a share."""
        return self._settled[key] if key in self._settled else self._exchange.settlement_price(key)

    def worth(self, key: str) -> int | None:
        """`settlement`, or None for what this exchange never listed: it ended before an earlier run did."""
        listed = key in self._exchange.instruments or self._exchange.expired(key)
        return self.settlement(key) if listed or key in self._settled else None

    def forget(self) -> None:
        """The day is settled."""
        self._settled.clear()

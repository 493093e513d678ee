"""The newest price of everything anyone looks at. Reading is from memory; an old price keeps its own time."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import dataclass
from datetime import datetime, timedelta
from decimal import ROUND_HALF_UP, Decimal

import orjson

from domain.instrument import InstrumentId
from domain.market import Quote, Tick
from domain.money import PAISA, Price
from domain.portfolio import LastPrice
from orchestrator.schemas import in_ist

SKEW = timedelta(seconds=5)  # how far the clocks of two sources may differ
Heard = Callable[[InstrumentId], None]


@dataclass(slots=True)
class Seen:
    """The newest price of one instrument; `text` is its message to browsers, written once."""

    price: Price
    at: datetime
    prev_close: Price | None
    source: str | None
    text: str | None = None


def change(price: Price, prev_close: Price | None) -> tuple[Price | None, str | None]:
    """Rupees and percent (two decimals) since the previous close; None when that is not known."""
    if prev_close is None:
        return None, None
    moved = price - prev_close
    if not prev_close:
        return moved, None
    percent = (moved.amount * Decimal(100) / prev_close.amount).quantize(PAISA, ROUND_HALF_UP)
    return moved, format(percent or abs(percent), "f")  # a small loss is 0.00, not -0.00


class Prices:
    """Latest value per instrument, and who is to be told when it changes."""

    def __init__(self) -> None:
        self._seen: dict[InstrumentId, Seen] = {}
        self._heard: list[Heard] = []

    def on_change(self, heard: Heard) -> None:
        """Call `heard` after every new price."""
        self._heard.append(heard)

    def take_tick(self, tick: Tick, source: str | None) -> None:
        self._take(tick.instrument, tick.last_price, tick.at, tick.prev_close, source)

    def take_quote(self, quote: Quote, source: str | None) -> None:
        self._take(quote.instrument, quote.last_price, quote.at, quote.prev_close, source)

    def _take(
        self, name: InstrumentId, price: Price, at: datetime, prev_close: Price | None, source: str | None
    ) -> None:
        known = self._seen.get(name)
        if known is None:
            self._seen[name] = Seen(price, at, prev_close, source)
        elif source != known.source and at < known.at - SKEW:
            # A slower source: its price is older, but it may know the close that ours does not say.
            if known.prev_close is not None or prev_close is None:
                return
            known.prev_close, known.text = prev_close, None
        else:
            close = prev_close if prev_close is not None else known.prev_close
            self._seen[name] = Seen(price, at, close, source or known.source)
        for heard in self._heard:
            heard(name)

    def last(self, name: InstrumentId) -> LastPrice | None:
        """None when no price was ever seen."""
        seen = self._seen.get(name)
        return LastPrice(seen.price, seen.at, seen.prev_close, seen.source) if seen else None

    def source(self, name: InstrumentId) -> str | None:
        seen = self._seen.get(name)
        return seen.source if seen else None

    def of(self, names: Iterable[InstrumentId]) -> dict[InstrumentId, LastPrice]:
        """Those that are known."""
        found = ((name, self.last(name)) for name in names)
        return {name: last for name, last in found if last is not None}

    def message(self, name: InstrumentId) -> str | None:
        """The price as browsers get it, in JSON; None when no price was ever seen."""
        seen = self._seen.get(name)
        if seen is None:
            return None
        if seen.text is None:
            moved, percent = change(seen.price, seen.prev_close)
            seen.text = orjson.dumps(
                {
                    "symbol": str(name),
                    "ltp": str(seen.price),
                    "change": str(moved) if moved is not None else None,
                    "change_percent": percent,
                    "timestamp": in_ist(seen.at),
                    "prev_close": str(seen.prev_close) if seen.prev_close is not None else None,
                    "source": seen.source,
                }
            ).decode()
        return seen.text

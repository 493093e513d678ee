"""OpenAlgo's feed: JSON prices of what is subscribed, the newest of each at the client's own pace, never a queue."""

from __future__ import annotations

from collections.abc import Iterable
from decimal import Decimal
from typing import Any

import orjson

from adapters.http import json_number
from domain.instrument import InstrumentId
from domain.market import Depth, DepthLevel, Mode
from domain.money import Price
from orchestrator.http.frames import frames_of
from orchestrator.market.audience import Audience
from orchestrator.market.caller import Refused
from orchestrator.market.conflating import Conflater
from orchestrator.market.prices import Seen, change
from orchestrator.openalgo.symbols import Name

MODES = {1: Mode.LTP, 2: Mode.QUOTE, 3: Mode.DEPTH}
PACE = 0.1  # seconds between two messages about one price
AT_ONCE = 500  # instruments told in one go


class Feed:
    """Of one socket. An instrument may be subscribed in several modes at once: each has its own messages."""

    def __init__(self, scope: Any, audience: Audience) -> None:
        self._frames, self._audience, self._hub = frames_of(scope), audience, audience.hub
        self._follows: dict[Seen, dict[int, Name]] = {}
        self.out = Conflater(self._frames, audience, self._write, pace=PACE, most=AT_ONCE)

    def follow(self, one: InstrumentId, name: Name, mode: int) -> None:
        """Raises Refused."""
        seen = self._hub.prices.seen(one)
        if seen not in self._follows and len(self._follows) >= self._audience.symbols:
            raise Refused(
                "too_many_symbols", f"one socket follows at most {self._audience.symbols} instruments"
            )
        modes = self._follows.setdefault(seen, {})
        if mode not in modes:
            self._hub.watch([one], MODES[mode])
        modes[mode] = name
        seen.followers.add(self.out)
        if seen.price is not None:
            self.out.changed(seen)

    def unfollow(self, one: InstrumentId, mode: int) -> bool:
        """False for what was not subscribed so."""
        seen = self._hub.prices.seen(one)
        modes = self._follows.get(seen, {})
        if modes.pop(mode, None) is None:
            return False
        self._hub.unwatch([one], MODES[mode])
        if not modes:
            del self._follows[seen]
            self.out.forget(seen)
            seen.followers.discard(self.out)
        return True

    def end(self) -> None:
        for seen, modes in list(self._follows.items()):
            for mode in list(modes):
                self.unfollow(seen.name, mode)

    def _write(self, fresh: Iterable[Seen], now: float, now_ms: int) -> None:
        for seen in fresh:
            if not self._frames.ready:
                self.out.changed(seen)
                continue
            for mode, name in self._follows[seen].items():
                self._frames.text(orjson.dumps(told(seen, name, mode)).decode())


def told(seen: Seen, name: Name, mode: int) -> dict[str, Any]:
    """One price as OpenAlgo's clients read it; null is not known. `timestamp` is the price's own time."""
    data: dict[str, Any] = {"ltp": _number(seen.price), "timestamp": int(seen.at.timestamp() * 1000)}
    data["ltt"] = data["timestamp"]
    if mode == 2:
        data |= _day(seen)
    elif mode == 3:
        depth = seen.depth or Depth()
        data["depth"] = {
            "buy": [_level(one) for one in depth.bids],
            "sell": [_level(one) for one in depth.asks],
        }
    place = {"symbol": name.symbol, "exchange": name.exchange, "mode": mode}
    return {"type": "market_data", **place, "data": data}


def _day(seen: Seen) -> dict[str, Any]:
    day = seen.day
    moved, percent = (None, None) if seen.price is None else change(seen.price, seen.prev_close)
    return {
        "open": _number(day.open) if day else None,
        "high": _number(day.high) if day else None,
        "low": _number(day.low) if day else None,
        "close": _number(seen.prev_close),
        "volume": day.volume if day else None,
        "oi": day.open_interest if day else None,
        "last_trade_quantity": None,
        "avg_trade_price": _number(day.average_price) if day else None,
        "change": _number(moved),
        "change_percent": None if percent is None else json_number(Price(Decimal(percent))),
    }


def _level(one: DepthLevel) -> dict[str, Any]:
    return {"price": _number(one.price), "quantity": one.quantity, "orders": one.orders}


def _number(price: Price | None) -> float | None:
    return None if price is None else json_number(price)

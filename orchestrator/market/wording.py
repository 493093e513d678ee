"""A price as browsers and programs get it, in JSON or msgpack: each form is written once, whoever asks for it.

Only the age is added when it is sent: milliseconds since the exchange's time, by our clock.
"""

from __future__ import annotations

from collections.abc import Iterable
from datetime import datetime
from enum import StrEnum
from typing import Any

import msgspec
import orjson

from domain.market import DepthLevel, Mode
from domain.money import Price
from orchestrator.market.prices import Seen, change
from orchestrator.schemas import in_ist

AGE_PLACE = 0xFFFF_FFFF  # keeps five bytes free at the end of a msgpack price
OLDEST = AGE_PLACE - 1  # milliseconds, 49 days


class Form(StrEnum):
    JSON = "json"
    MSGPACK = "msgpack"


def json_price(seen: Seen, mode: Mode, now_ms: int) -> str:
    """One price as a JSON object. `now_ms`: milliseconds since 1970."""
    text: str | None = seen.written.get(mode.rank)
    if text is None:
        text = orjson.dumps(_fields(seen, mode)).decode()[:-1]
        seen.written[mode.rank] = text
    return f'{text},"age_ms":{_age(seen, now_ms)}}}'


def json_prices(seen: Iterable[tuple[Seen, Mode]], now_ms: int) -> str:
    """Several in one message."""
    return f'{{"type":"prices","prices":[{",".join(json_price(one, mode, now_ms) for one, mode in seen)}]}}'


def msgpack_price(seen: Seen, mode: Mode, now_ms: int) -> bytes:
    key = -1 - mode.rank
    packed: bytes | None = seen.written.get(key)
    if packed is None:
        packed = msgspec.msgpack.encode(_fields(seen, mode) | {"age_ms": AGE_PLACE})[:-4]
        seen.written[key] = packed
    return packed + _age(seen, now_ms).to_bytes(4, "big")


def msgpack_prices(seen: Iterable[tuple[Seen, Mode]], now_ms: int) -> bytes:
    prices = [msgspec.Raw(msgpack_price(one, mode, now_ms)) for one, mode in seen]
    return msgspec.msgpack.encode({"type": "prices", "prices": prices})


def _age(seen: Seen, now_ms: int) -> int:
    """Zero for what the exchange's clock tells of a moment that is still to come by ours."""
    at_ms: int | None = seen.written.get(_AT)
    if at_ms is None:
        at_ms = seen.written[_AT] = int(seen.at.timestamp() * 1000)
    return min(max(now_ms - at_ms, 0), OLDEST)


_AT = 99  # beside the forms in `written`


def _fields(seen: Seen, mode: Mode) -> dict[str, Any]:
    assert seen.price is not None
    moved, percent = change(seen.price, seen.prev_close)
    fields: dict[str, Any] = {
        "symbol": str(seen.name),
        "ltp": str(seen.price),
        "change": _text(moved),
        "change_percent": percent,
        "timestamp": in_ist(seen.at),
        "prev_close": _text(seen.prev_close),
        "source": seen.source,
        "seq": seen.sequence,
    }
    if mode is not Mode.LTP:
        fields |= _day(seen)
    if mode is Mode.DEPTH:
        fields |= _depth(seen)
    return fields


def _day(seen: Seen) -> dict[str, Any]:
    day = seen.day
    return {
        "open": _text(day.open) if day else None,
        "high": _text(day.high) if day else None,
        "low": _text(day.low) if day else None,
        "average_price": _text(day.average_price) if day else None,
        "volume": day.volume if day else None,
        "open_interest": day.open_interest if day else None,
        "day_as_of": _time(day.at if day else None),
    }


def _depth(seen: Seen) -> dict[str, Any]:
    depth = seen.depth
    if depth is None:
        return {"depth": None, "depth_as_of": None}
    return {
        "depth": {"bids": _levels(depth.bids), "asks": _levels(depth.asks)},
        "depth_as_of": _time(seen.depth_at),
    }


def _levels(levels: Iterable[DepthLevel]) -> list[dict[str, Any]]:
    return [{"price": str(one.price), "quantity": one.quantity, "orders": one.orders} for one in levels]


def _text(price: Price | None) -> str | None:
    return str(price) if price is not None else None


def _time(at: datetime | None) -> str | None:
    return in_ist(at) if at is not None else None

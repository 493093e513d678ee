"""A price as browsers and programs get it, in JSON or msgpack: each form is written once, whoever asks for it.

Only the age is added when it is sent: milliseconds since the exchange's time, by our clock. Thousands of prices a
second are written here: the plain ones are put together by hand, and texts that come again are kept.
"""

from __future__ import annotations

from collections.abc import Iterable
from datetime import datetime
from decimal import ROUND_HALF_UP, Decimal
from enum import StrEnum
from functools import lru_cache
from typing import Any

import msgspec
import orjson

from domain.market import DepthLevel, Mode
from domain.money import PAISA, Price, plain
from orchestrator.market.prices import Seen
from orchestrator.schemas import in_ist

RANKS = {mode: mode.rank for mode in Mode}
LTP, DEPTH = RANKS[Mode.LTP], RANKS[Mode.DEPTH]
AGE_PLACE = 0xFFFF_FFFF  # keeps five bytes free at the end of a msgpack price
OLDEST = AGE_PLACE - 1  # milliseconds, 49 days
HUNDRED = Decimal(100)


class Form(StrEnum):
    JSON = "json"
    MSGPACK = "msgpack"


class Written:
    """One price in every form that someone asked for, without its age. Indices are ranks of modes."""

    __slots__ = ("at_ms", "json", "msgpack")

    def __init__(self, at: datetime) -> None:
        self.at_ms = _milliseconds(at)
        self.json: list[str] = ["", "", ""]
        self.msgpack: list[bytes] = [b"", b"", b""]


def json_price(seen: Seen, rank: int, now_ms: int) -> str:
    """One price as a JSON object, of the mode of this rank. `now_ms`: milliseconds since 1970."""
    written: Written = seen.written
    if written is None:
        written = seen.written = Written(seen.at)
    text = written.json[rank]
    if not text:
        text = written.json[rank] = _json(seen, rank)
    age = now_ms - written.at_ms
    return f'{text},"age_ms":{age if 0 <= age <= OLDEST else _limited(age)}}}'


def json_prices(seen: Iterable[tuple[Seen, int]], now_ms: int) -> str:
    """Several in one message."""
    prices = ",".join([json_price(one, rank, now_ms) for one, rank in seen])
    return f'{{"type":"prices","prices":[{prices}]}}'


def msgpack_price(seen: Seen, rank: int, now_ms: int) -> bytes:
    written: Written = seen.written
    if written is None:
        written = seen.written = Written(seen.at)
    packed = written.msgpack[rank]
    if not packed:
        packed = msgspec.msgpack.encode(_fields(seen, rank) | {"age_ms": AGE_PLACE})[:-4]
        written.msgpack[rank] = packed
    return packed + _limited(now_ms - written.at_ms).to_bytes(4, "big")


def msgpack_prices(seen: Iterable[tuple[Seen, int]], now_ms: int) -> bytes:
    prices = [msgspec.Raw(msgpack_price(one, rank, now_ms)) for one, rank in seen]
    return msgspec.msgpack.encode({"type": "prices", "prices": prices})


def _limited(age: int) -> int:
    """Zero for what the exchange's clock tells of a moment that is still to come by ours."""
    return min(max(age, 0), OLDEST)


def _json(seen: Seen, rank: int) -> str:
    """Without its last brace. The same fields as `_fields`, which has those of the other modes."""
    if rank != LTP:
        return orjson.dumps(_fields(seen, rank)).decode()[:-1]
    assert seen.price is not None
    moved, percent, close = _moved(seen)
    return (
        f'{{"symbol":{_quoted(str(seen.name))},"ltp":"{plain(seen.price.amount)}",'
        f'"change":{_json_text(moved)},"change_percent":{_json_text(percent)},"timestamp":"{_time(seen.at)}",'
        f'"prev_close":{_json_text(close)},"source":{_json_text(seen.source)},"seq":{seen.sequence}'
    )


def _fields(seen: Seen, rank: int) -> dict[str, Any]:
    assert seen.price is not None
    moved, percent, close = _moved(seen)
    fields: dict[str, Any] = {
        "symbol": str(seen.name),
        "ltp": plain(seen.price.amount),
        "change": moved,
        "change_percent": percent,
        "timestamp": _time(seen.at),
        "prev_close": close,
        "source": seen.source,
        "seq": seen.sequence,
    }
    if rank != LTP:
        fields |= _day(seen)
    if rank == DEPTH:
        fields |= _depth(seen)
    return fields


def _moved(seen: Seen) -> tuple[str | None, str | None, str | None]:
    """Change in rupees and in percent since the close, and the close, in text."""
    assert seen.price is not None
    if seen.prev_close is None:
        return None, None, None
    close = seen.prev_close.amount
    moved = seen.price.amount - close
    if not close:
        return plain(moved), None, plain(close)
    percent = (moved * HUNDRED / close).quantize(PAISA, ROUND_HALF_UP)
    return plain(moved), str(percent or abs(percent)), plain(close)


def _day(seen: Seen) -> dict[str, Any]:
    day = seen.day
    return {
        "open": _text(day.open) if day else None,
        "high": _text(day.high) if day else None,
        "low": _text(day.low) if day else None,
        "average_price": _text(day.average_price) if day else None,
        "volume": day.volume if day else None,
        "open_interest": day.open_interest if day else None,
        "day_as_of": _time(day.at) if day else None,
    }


def _depth(seen: Seen) -> dict[str, Any]:
    depth = seen.depth
    if depth is None or seen.depth_at is None:
        return {"depth": None, "depth_as_of": None}
    return {
        "depth": {"bids": _levels(depth.bids), "asks": _levels(depth.asks)},
        "depth_as_of": _time(seen.depth_at),
    }


def _levels(levels: Iterable[DepthLevel]) -> list[dict[str, Any]]:
    return [
        {"price": plain(one.price.amount), "quantity": one.quantity, "orders": one.orders} for one in levels
    ]


def _text(price: Price | None) -> str | None:
    return plain(price.amount) if price is not None else None


def _json_text(text: str | None) -> str:
    return f'"{text}"' if text is not None else "null"


# The same moments and names come again and again.
_time = lru_cache(maxsize=4_096)(in_ist)


@lru_cache(maxsize=4_096)
def _milliseconds(at: datetime) -> int:
    return int(at.timestamp() * 1000)


@lru_cache(maxsize=65_536)
def _quoted(text: str) -> str:
    return orjson.dumps(text).decode()

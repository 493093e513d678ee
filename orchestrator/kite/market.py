"""Kite's market calls: the list of instruments, quotes, and candles of the past."""

from __future__ import annotations

import asyncio
import gzip
from collections.abc import Mapping
from datetime import UTC, date, datetime, time, timedelta
from typing import Annotated, cast

from fastapi import APIRouter, Depends, Request
from starlette.requests import HTTPConnection
from starlette.responses import Response

from domain.calendar import IST
from domain.instrument import Exchange, InstrumentId
from orchestrator.errors import Problem
from orchestrator.kite import quotes
from orchestrator.kite.answers import success
from orchestrator.kite.door import Names, Reader
from orchestrator.kite.forms import bad
from orchestrator.kite.listings import ALL
from orchestrator.market.access import Market
from orchestrator.market.history import History
from orchestrator.market.intervals import Interval

router = APIRouter(prefix="/kite", include_in_schema=False)

MOST_QUOTES, MOST_PRICES = 500, 1000
QUOTE_AGE, QUOTE_WAIT = 1.0, 3.0  # seconds
# Kite's words for an interval, and the days that one request may span (kite.trade/forum 3105).
INTERVALS: Mapping[str, tuple[Interval, int]] = {
    "minute": (Interval.M1, 60),
    "3minute": (Interval.M3, 100),
    "5minute": (Interval.M5, 100),
    "10minute": (Interval.M10, 100),
    "15minute": (Interval.M15, 200),
    "30minute": (Interval.M30, 200),
    "60minute": (Interval.H1, 400),
    "hour": (Interval.H1, 400),
    "day": (Interval.D1, 2000),
}


async def _history(connection: HTTPConnection) -> History:
    return cast(History, connection.app.state.history)


Past = Annotated[History, Depends(_history)]


@router.get("/instruments")
async def instruments(request: Request, names: Names) -> Response:
    return await _dump(request, names, ALL)


@router.get("/instruments/{exchange}")
async def instruments_of(exchange: str, request: Request, names: Names) -> Response:
    """Public, as at Kite: it is the exchanges' own list."""
    if exchange not in set(Exchange):
        raise bad("exchange")
    return await _dump(request, names, exchange)


async def _dump(request: Request, names: Names, exchange: str) -> Response:
    packed = await names.dump(exchange)
    if "gzip" in request.headers.get("accept-encoding", ""):
        return Response(packed, media_type="text/csv", headers={"content-encoding": "gzip"})
    return Response(await asyncio.to_thread(gzip.decompress, packed), media_type="text/csv")


@router.get("/quote")
async def quote(request: Request, caller: Reader, hub: Market, names: Names) -> Response:
    """In full. What nobody lists, or nobody can quote now, is left out."""
    asked = _asked(request, names, MOST_QUOTES)
    found = await hub.quotes(set(asked.values()), max_age=QUOTE_AGE, patience=QUOTE_WAIT, in_full=True)
    return success(
        {text: quotes.full(names.token(name), found[name]) for text, name in asked.items() if name in found}
    )


@router.get("/quote/ohlc")
async def ohlc(request: Request, caller: Reader, hub: Market, names: Names) -> Response:
    asked = _asked(request, names, MOST_PRICES)
    found = await hub.quotes(set(asked.values()), max_age=QUOTE_AGE, patience=QUOTE_WAIT)
    return success(
        {text: quotes.ohlc(names.token(name), found[name]) for text, name in asked.items() if name in found}
    )


@router.get("/quote/ltp")
async def ltp(request: Request, caller: Reader, hub: Market, names: Names) -> Response:
    asked = _asked(request, names, MOST_PRICES)
    await hub.prime(set(asked.values()))
    last = {text: (names.token(name), hub.last(name)) for text, name in asked.items()}
    return success({text: quotes.ltp(token, seen.price) for text, (token, seen) in last.items() if seen})


@router.get("/instruments/historical/{token}/{interval}")
async def historical(
    token: str, interval: str, request: Request, caller: Reader, names: Names, history: Past
) -> Response:
    """Candles that begin from `from` to `to`, oldest first. What no broker tells is missing: never made up."""
    name = names.of_token(int(token)) if token.isascii() and token.isdigit() and len(token) <= 10 else None
    if name is None:
        raise bad("instrument_token")
    if interval not in INTERVALS:
        raise bad("interval")
    kind, most = INTERVALS[interval]
    asked = request.query_params
    if asked.get("continuous", "0").lower() in ("1", "true"):
        raise bad("continuous", "Candles of contracts that have ended are not kept here.")
    start, end = _moment(asked.get("from", ""), "from"), _moment(asked.get("to", ""), "to")
    if end < start:
        raise bad("from", "It is after `to`.")
    if end - start > timedelta(days=most + 1):
        raise Problem(422, "invalid_input", f"interval exceeds max limit: {most} days", field="from")
    series = await history.read(name, interval=kind, start=start, end=end)
    interest = asked.get("oi", "0").lower() in ("1", "true")
    return success({"candles": [quotes.candle(one, interest=interest) for one in series.candles]})


def _asked(request: Request, names: Names, most: int) -> dict[str, InstrumentId]:
    """Keyed as they were asked for; those that nobody lists are left out, as at Kite."""
    asked = request.query_params.getlist("i")
    if not asked:
        raise Problem(422, "invalid_input", "Missing or empty field `i`", field="i")
    if len(asked) > most:
        raise bad("i", f"At most {most} instruments at once.")
    return {text: one.id for text in asked if (one := names.asked(text)) is not None}


def _moment(text: str, field: str) -> datetime:
    """`2026-11-20 09:15:00` in IST, or a date."""
    try:
        if len(text) == 10:
            found = datetime.combine(date.fromisoformat(text), time(), IST)
        else:
            found = datetime.strptime(text, "%Y-%m-%d %H:%M:%S").replace(tzinfo=IST)
    except ValueError:
        raise bad(field, "It is YYYY-MM-DD HH:MM:SS, in IST.") from None
    if not 1990 <= found.year <= 2100:
        raise bad(field)
    return found.astimezone(UTC)

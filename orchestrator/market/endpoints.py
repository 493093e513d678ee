"""Instruments by words and by name, quotes, candles, live prices and the stream of events."""

from __future__ import annotations

import asyncio
from datetime import UTC, datetime
from typing import Annotated, Literal, cast

from fastapi import APIRouter, Depends, Query, WebSocket
from starlette.requests import HTTPConnection

from domain.calendar import IST
from domain.instrument import Exchange, Instrument, InstrumentId
from orchestrator.errors import Problem, problems
from orchestrator.identity.access import CurrentUser
from orchestrator.instruments.service import Instruments
from orchestrator.market import stream
from orchestrator.market.access import Directory, Market
from orchestrator.market.history import REACH, History
from orchestrator.market.hub import Hub
from orchestrator.market.intervals import Interval
from orchestrator.market.live import Audience, Caller, LiveSocket
from orchestrator.market.schemas import CandleOut, HistoryOut, QuoteOut, StockDetail, StockOut, StockPage
from orchestrator.state import EventBus, KeyRing, Now

router = APIRouter(prefix="/v1", tags=["market"])

YEARS = range(1990, 2101)
QUOTE_AGE = 1.0  # seconds that a full quote on the screen may be old


async def _history(connection: HTTPConnection) -> History:
    return cast(History, connection.app.state.history)


async def _audience(connection: HTTPConnection) -> Audience:
    return cast(Audience, connection.app.state.audience)


Past = Annotated[History, Depends(_history)]
Sockets = Annotated[Audience, Depends(_audience)]


@router.get("/stocks", responses=problems(401))
async def list_stocks(
    user_id: CurrentUser,
    instruments: Directory,
    hub: Market,
    q: Annotated[str, Query(max_length=100, description='Words, for example "nifty 24500 ce".')] = "",
    exchange: Exchange | None = None,
    page: Annotated[int, Query(ge=1, le=100_000)] = 1,
    limit: Annotated[int, Query(ge=1, le=200)] = 20,
) -> StockPage:
    """Instruments by words, best match first; all of them without words."""
    # In a thread: over the hundred thousand contracts of a real master one letter takes a tenth of a second.
    found, total = await asyncio.to_thread(
        instruments.search, q, exchange=exchange, offset=(page - 1) * limit, limit=limit
    )
    await hub.prime([one.id for one in found])
    items = [_stock(one, instruments, hub) for one in found]
    return StockPage(items=items, page=page, limit=limit, total=total)


@router.get("/stocks/{symbol}", responses=problems(401, 404))
async def get_stock(symbol: str, user_id: CurrentUser, instruments: Directory, hub: Market) -> StockDetail:
    """One instrument with its full quote. `symbol` is EXCHANGE:SYMBOL, for example NSE:INFY; NSE when left out."""
    one = named(instruments, symbol)
    quote = await hub.quote(one.id, max_age=QUOTE_AGE, serve_stale=0, patience=3.0)
    stock = _stock(one, instruments, hub)
    shown = QuoteOut.of(quote, hub.quote_source(one.id)) if quote else None
    return StockDetail(**dict(stock), quote=shown)


@router.get("/stocks/{symbol}/history", responses=problems(401, 404))
async def get_history(
    symbol: str,
    user_id: CurrentUser,
    instruments: Directory,
    hub: Market,
    history: Past,
    clock: Now,
    interval: Literal["1m", "5m", "15m", "1h", "1d"] = "1d",
    start: Annotated[datetime | None, Query(alias="from", description="RFC 3339, or a date.")] = None,
    end: Annotated[
        datetime | None, Query(alias="to", description="RFC 3339, or a date; now when left out.")
    ] = None,
) -> HistoryOut:
    """Candles, oldest first, the last one still forming. Times without a zone are IST."""
    one = named(instruments, symbol)
    hub.glance([one.id])
    until = _aware(end, "to") if end else clock()
    since = _aware(start, "from") if start else until - REACH[interval]
    if since >= until:
        raise Problem(
            422, "invalid_input", "from must be before to", field="from", rule="from < to", fix="swap them"
        )
    if (until - since) / Interval(interval).span > 100_000:
        raise Problem(
            422,
            "invalid_input",
            "that is more than 100,000 candles",
            field="from",
            rule="at most 100,000 candles at once",
            fix="ask for a shorter time or a longer interval",
        )
    candles = await history.candles(one.id, interval=interval, start=since, end=until)
    return HistoryOut(symbol=str(one.id), interval=interval, candles=[CandleOut.of(each) for each in candles])


@router.websocket("/stocks/live")
async def live_prices(
    socket: WebSocket, keys: KeyRing, clock: Now, instruments: Directory, hub: Market, audience: Sockets
) -> None:
    """First {"action":"auth","token":...}, then {"action":"subscribe"|"unsubscribe","symbols":["NSE:INFY"]}."""
    caller = Caller(socket, key=keys.jwt, clock=clock)
    if await caller.authenticate():
        await LiveSocket(socket, caller, hub=hub, audience=audience, instruments=instruments).run()


@router.websocket("/stream")
async def stream_events(socket: WebSocket, keys: KeyRing, clock: Now, bus: EventBus) -> None:
    """First {"action":"auth","token":...}; then {"type":"order"|"account"|"portfolio"|"notice",...} come."""
    caller = Caller(socket, key=keys.jwt, clock=clock)
    if await caller.authenticate():
        await stream.run(socket, caller, bus)


def named(instruments: Instruments, symbol: str) -> Instrument:
    """By EXCHANGE:SYMBOL, or a bare NSE symbol. Raises Problem 404."""
    try:
        name = InstrumentId.parse(symbol if ":" in symbol else f"NSE:{symbol}")
    except ValueError:
        found = None
    else:
        found = instruments.get(name)
    if found is None:
        raise Problem(
            404,
            "instrument_unknown",
            f"no broker lists {symbol}",
            field="symbol",
            rule="an instrument is EXCHANGE:SYMBOL, for example NSE:INFY",
            fix="search it with GET /v1/stocks?q=",
        )
    return found


def _stock(one: Instrument, instruments: Instruments, hub: Hub) -> StockOut:
    return StockOut.of(one, brokers=instruments.brokers(one.id), last=hub.last(one.id))


def _aware(moment: datetime, field: str) -> datetime:
    if moment.year not in YEARS:
        rule = f"a year from {YEARS[0]} to {YEARS[-1]}"
        raise Problem(422, "invalid_input", f"{field} is out of all reach", field=field, rule=rule)
    return moment.replace(tzinfo=IST).astimezone(UTC) if moment.tzinfo is None else moment

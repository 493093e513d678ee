"""Instruments by words and by name, quotes, depth and candles, over HTTP."""

from __future__ import annotations

import asyncio
from collections.abc import Iterator
from datetime import UTC, datetime
from typing import Annotated, cast
from urllib.parse import urlencode

from fastapi import APIRouter, Depends, Query, Request, Response
from starlette.requests import HTTPConnection

from domain.calendar import IST
from domain.instrument import Exchange, Instrument, InstrumentId
from domain.market import Quote
from orchestrator.errors import Problem, problems
from orchestrator.identity.access import MarketUser
from orchestrator.instruments.search import Segment
from orchestrator.instruments.service import Instruments
from orchestrator.market.access import Directory, Market
from orchestrator.market.history import REACH, History
from orchestrator.market.hub import Hub
from orchestrator.market.intervals import Interval
from orchestrator.market.schemas import (
    DepthOfOut,
    HistoryOut,
    QuoteOfOut,
    QuoteOut,
    QuotesOut,
    StockDetail,
    StockOut,
    StockPage,
    UnquotedOut,
)
from orchestrator.state import Now

router = APIRouter(prefix="/v1", tags=["market"])

YEARS = range(1990, 2101)
MOST_CANDLES = 100_000
MOST_QUOTES = 250
QUOTE_AGE = 1.0  # seconds that a full quote on the screen may be old
QUOTE_WAIT = 3.0  # seconds that a caller waits for one


async def _history(connection: HTTPConnection) -> History:
    return cast(History, connection.app.state.history)


Past = Annotated[History, Depends(_history)]


@router.get("/stocks", responses=problems(401))
async def list_stocks(
    user_id: MarketUser,
    instruments: Directory,
    hub: Market,
    request: Request,
    response: Response,
    q: Annotated[str, Query(max_length=100, description='Words, for example "nifty 24500 ce".')] = "",
    exchange: Exchange | None = None,
    segment: Segment | None = None,
    page: Annotated[int, Query(ge=1, le=100_000)] = 1,
    limit: Annotated[int, Query(ge=1, le=200)] = 20,
    prices: Annotated[
        bool, Query(description="false: at once, with the prices that are known, for a search as one types.")
    ] = True,
) -> StockPage:
    """Instruments by words, best match first; all of them without words. The header `Link` names the other pages."""
    # In a thread: over the hundred thousand contracts of a real master one letter takes a tenth of a second.
    found, total = await asyncio.to_thread(
        instruments.search, q, exchange=exchange, segment=segment, offset=(page - 1) * limit, limit=limit
    )
    if prices:
        await hub.prime([one.id for one in found])
    response.headers["Link"] = ", ".join(_links(request, page, last=max(1, -(-total // limit))))
    items = [stock_out(one, instruments, hub) for one in found]
    return StockPage(items=items, page=page, limit=limit, total=total)


@router.get("/stocks/{symbol}", responses=problems(401, 404))
async def get_stock(symbol: str, user_id: MarketUser, instruments: Directory, hub: Market) -> StockDetail:
    """One instrument with its full quote. `symbol` is EXCHANGE:SYMBOL, for example NSE:INFY; NSE when left out."""
    one = named(instruments, symbol)
    quote = await hub.quote(one.id, max_age=QUOTE_AGE, serve_stale=0, patience=QUOTE_WAIT)
    stock = stock_out(one, instruments, hub)
    shown = QuoteOut.of(quote, hub.quote_source(one.id)) if quote else None
    return StockDetail(**dict(stock), quote=shown)


@router.get("/stocks/{symbol}/quote", responses=problems(401, 404, 503))
async def get_quote(symbol: str, user_id: MarketUser, instruments: Directory, hub: Market) -> QuoteOfOut:
    """The full quote of one instrument: last price, the day's figures, bands and depth."""
    quote = await _quoted(named(instruments, symbol), hub)
    return QuoteOfOut.of_one(quote, hub.quote_source(quote.instrument))


@router.get("/stocks/{symbol}/depth", responses=problems(401, 404, 503))
async def get_depth(symbol: str, user_id: MarketUser, instruments: Directory, hub: Market) -> DepthOfOut:
    """The best five prices of both sides."""
    quote = await _quoted(named(instruments, symbol), hub)
    return DepthOfOut.of_one(quote, hub.quote_source(quote.instrument))


@router.get("/quotes", responses=problems(401, 422))
async def get_quotes(
    user_id: MarketUser,
    instruments: Directory,
    hub: Market,
    symbols: Annotated[str, Query(description="Commas between them: NSE:INFY,NSE:TCS.")],
) -> QuotesOut:
    """Quotes of many instruments, in the order asked for; those that nobody can quote are named beside them."""
    asked = list(dict.fromkeys(text.strip() for text in symbols.split(",") if text.strip()))
    if not 0 < len(asked) <= MOST_QUOTES:
        rule = f"from 1 to {MOST_QUOTES} symbols at once"
        raise Problem(422, "invalid_input", f"that are {len(asked)} symbols", field="symbols", rule=rule)
    known = {text: one.id for text in asked if (one := found(instruments, text)) is not None}
    quotes = await hub.quotes(list(known.values()), max_age=QUOTE_AGE, patience=QUOTE_WAIT)
    items = [
        QuoteOfOut.of_one(quotes[name], hub.quote_source(name)) for name in known.values() if name in quotes
    ]
    missing = [
        UnquotedOut(symbol=text, reason="no_quote" if text in known else "instrument_unknown")
        for text in asked
        if text not in known or known[text] not in quotes
    ]
    return QuotesOut(items=items, missing=missing)


@router.get("/stocks/{symbol}/history", responses=problems(401, 404))
async def get_history(
    symbol: str,
    user_id: MarketUser,
    instruments: Directory,
    hub: Market,
    history: Past,
    clock: Now,
    interval: Interval = Interval.D1,
    start: Annotated[datetime | None, Query(alias="from", description="RFC 3339, or a date.")] = None,
    end: Annotated[
        datetime | None, Query(alias="to", description="RFC 3339, or a date; now when left out.")
    ] = None,
) -> HistoryOut:
    """Candles that begin between two moments, oldest first, who told them, and what is missing. Times without a zone
    are IST. Without `from`, as far back as a chart of that interval usually looks."""
    one = named(instruments, symbol)
    hub.glance([one.id])
    until = _aware(end, "to") if end else clock()
    since = _aware(start, "from") if start else until - REACH[interval]
    if since >= until:
        raise Problem(
            422, "invalid_input", "from must be before to", field="from", rule="from < to", fix="swap them"
        )
    if (until - since) / interval.base.span > MOST_CANDLES:
        raise Problem(
            422,
            "invalid_input",
            f"that is more than {MOST_CANDLES:,} candles",
            field="from",
            rule=f"at most {MOST_CANDLES:,} candles at once; those of {interval} are made of {interval.base}",
            fix="ask for a shorter time or a longer interval",
        )
    series = await history.read(one.id, interval=interval, start=since, end=until)
    return HistoryOut.of(one.id, interval, series)


def found(instruments: Instruments, symbol: str) -> Instrument | None:
    """By EXCHANGE:SYMBOL, or a bare NSE symbol; None when no broker lists it."""
    try:
        name = InstrumentId.parse(symbol if ":" in symbol else f"NSE:{symbol}")
    except ValueError:
        return None
    return instruments.get(name)


def named(instruments: Instruments, symbol: str) -> Instrument:
    """As `found`. Raises Problem 404."""
    one = found(instruments, symbol)
    if one is None:
        raise Problem(
            404,
            "instrument_unknown",
            f"no broker lists {symbol}",
            field="symbol",
            rule="an instrument is EXCHANGE:SYMBOL, for example NSE:INFY",
            fix="search it with GET /v1/stocks?q=",
        )
    return one


def stock_out(one: Instrument, instruments: Instruments, hub: Hub) -> StockOut:
    """An instrument with its newest price, as far as one was seen."""
    return StockOut.of(one, brokers=instruments.brokers(one.id), last=hub.last(one.id))


async def _quoted(one: Instrument, hub: Hub) -> Quote:
    """Raises Problem 503 when no account can say."""
    quote = await hub.quote(one.id, max_age=QUOTE_AGE, serve_stale=0, patience=QUOTE_WAIT)
    if quote is None:
        raise Problem(
            503,
            "no_quote",
            f"no account can quote {one.id} now",
            fix="log in to an account of a broker that lists it",
        )
    return quote


def _links(request: Request, page: int, *, last: int) -> Iterator[str]:
    """RFC 8288: the pages around this one, with the same question."""
    asked = {name: value for name, value in request.query_params.items() if name != "page"}
    for rel, number in (("first", 1), ("prev", page - 1), ("next", page + 1), ("last", last)):
        if 1 <= number <= last and number != page:
            yield f'<{request.url.path}?{urlencode({**asked, "page": number})}>; rel="{rel}"'


def _aware(moment: datetime, field: str) -> datetime:
    if moment.year not in YEARS:
        rule = f"a year from {YEARS[0]} to {YEARS[-1]}"
        raise Problem(422, "invalid_input", f"{field} is out of all reach", field=field, rule=rule)
    return moment.replace(tzinfo=IST).astimezone(UTC) if moment.tzinfo is None else moment

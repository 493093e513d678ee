"""Every call that OpenAlgo's Python client makes: what answers it here, or why nothing does."""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Mapping
from dataclasses import dataclass
from typing import Any, TypeVar

from pydantic import ValidationError

from orchestrator.openalgo import books, days, placing, prices
from orchestrator.openalgo.desk import Desk, Json, Refused
from orchestrator.openalgo.requests import (
    BasketBody,
    Body,
    ChainBody,
    ExpiryBody,
    HeldBody,
    HistoryBody,
    HolidaysBody,
    MarginBody,
    ModifyBody,
    Named,
    OptionBody,
    OrderBody,
    PlaceBody,
    QuotesBody,
    SearchBody,
    SmartBody,
    SplitBody,
    TimingsBody,
)

B = TypeVar("B", bound=Body)


@dataclass(frozen=True, slots=True)
class Way:
    """`reads`: it changes nothing."""

    run: Callable[[Desk, Any], Awaitable[Json]]
    reads: bool


def _way(body: type[B], call: Callable[[Desk, B], Awaitable[Json]], *, reads: bool) -> Way:
    async def run(desk: Desk, given: Any) -> Json:
        try:
            asked = body.model_validate(given)
        except ValidationError as error:
            first = error.errors(include_input=False, include_url=False)[0]
            place = ".".join(str(part) for part in first["loc"])
            words = str(first["msg"]).removeprefix("Value error, ")
            raise Refused(400, f"{place}: {words}" if place else words) from None
        return await call(desk, asked)

    return Way(run, reads)


async def _ping(_desk: Desk, _: Body) -> Json:
    return {"status": "success", "data": {"message": "pong"}}


async def _analyzer(desk: Desk, _: Body) -> Json:
    """A token that only tries orders out is OpenAlgo's analyze mode."""
    mode = "analyze" if desk.dry_run else "live"
    return {"status": "success", "data": {"analyze_mode": desk.dry_run, "mode": mode, "total_logs": 0}}


WAYS: Mapping[str, Way] = {
    "placeorder": _way(PlaceBody, placing.place, reads=False),
    "placesmartorder": _way(SmartBody, placing.place_smart, reads=False),
    "basketorder": _way(BasketBody, placing.place_basket, reads=False),
    "splitorder": _way(SplitBody, placing.place_split, reads=False),
    "modifyorder": _way(ModifyBody, placing.modify, reads=False),
    "cancelorder": _way(OrderBody, placing.cancel, reads=False),
    "cancelallorder": _way(Body, placing.cancel_all, reads=False),
    "closeposition": _way(Body, placing.close_positions, reads=False),
    "orderstatus": _way(OrderBody, books.order_status, reads=True),
    "openposition": _way(HeldBody, books.open_position, reads=True),
    "orderbook": _way(Body, books.order_book, reads=True),
    "tradebook": _way(Body, books.trade_book, reads=True),
    "positionbook": _way(Body, books.position_book, reads=True),
    "holdings": _way(Body, books.holdings, reads=True),
    "funds": _way(Body, books.funds, reads=True),
    "margin": _way(MarginBody, books.margin, reads=True),
    "quotes": _way(Named, prices.quotes, reads=True),
    "multiquotes": _way(QuotesBody, prices.multi_quotes, reads=True),
    "depth": _way(Named, prices.depth, reads=True),
    "history": _way(HistoryBody, prices.history, reads=True),
    "intervals": _way(Body, prices.intervals, reads=True),
    "symbol": _way(Named, prices.symbol, reads=True),
    "search": _way(SearchBody, prices.search, reads=True),
    "expiry": _way(ExpiryBody, prices.expiries, reads=True),
    "optionchain": _way(ChainBody, prices.option_chain, reads=True),
    "optionsymbol": _way(OptionBody, prices.option_symbol, reads=True),
    "market/holidays": _way(HolidaysBody, days.holidays, reads=True),
    "market/timings": _way(TimingsBody, days.timings, reads=True),
    "analyzer": _way(Body, _analyzer, reads=True),
    "ping": _way(Body, _ping, reads=True),
}
ABSENT: Mapping[str, str] = {
    "analyzer/toggle": "whether orders are only tried out is set with the token, where it is made",
    "instruments": "OpenAlgo's client sends the key in the address here, where logs keep it: use search and symbol",
    "optiongreeks": "the greeks of options are in our own API: GET /v1/options/{underlying}/chain",
    "optionsmultiorder": "ask optionsymbol for each leg, then send a basketorder",
    "optionsorder": "ask optionsymbol which contract it is, then send a placeorder",
    "syntheticfuture": "reckon it from the optionchain",
    "telegram/notify": "messages to Telegram are not sent from here",
}

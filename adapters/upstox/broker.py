"""One Upstox account behind the broker interface: format, call, parse, nothing else."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncGenerator, Mapping, Sequence
from contextlib import AbstractAsyncContextManager
from datetime import date, datetime, timedelta
from typing import Any
from urllib.parse import quote as percent

import httpx
import orjson

from adapters import http
from adapters.broker import (
    BrokerFill,
    Change,
    Clock,
    Endpoints,
    Listing,
    Login,
    MarginAsk,
    MarketFeed,
    Profile,
    Session,
    StreamEvent,
    Symbols,
    Terms,
)
from adapters.upstox import figures, master, stream, wire
from adapters.upstox.session import UpstoxLogin
from adapters.upstox.terms import TERMS
from domain.account import Margin
from domain.calendar import IST
from domain.errors import BrokerRejected, BrokerUnavailable
from domain.instrument import InstrumentId
from domain.market import Candle, Quote
from domain.money import Money
from domain.order import Accepted, ChildOrder
from domain.position import Holding, Position
from domain.report import OrderReport

ORDER_UNKNOWN = "UDAPI100010"
MASTER_PATH = "/market-quote/instruments/exchange/complete.json.gz"
MASTER_DEADLINE = 60.0  # seconds: three megabytes
# interval -> unit, interval, days a call may span
_CANDLES = {
    "1m": ("minutes", "1", 28),
    "5m": ("minutes", "5", 28),
    "15m": ("minutes", "15", 28),
    "1h": ("hours", "1", 85),
    "1d": ("days", "1", 3600),
}


class UpstoxBroker:
    """See `adapters.broker.Broker`. Order writes go to their own host where the endpoints name one."""

    def __init__(self, session: Session, endpoints: Endpoints, symbols: Symbols, clock: Clock) -> None:
        self._symbols, self._clock = symbols, clock
        self._order_rest = endpoints.order_rest or endpoints.rest
        self._http = http.client(
            endpoints.rest,
            via=endpoints,
            headers={"Authorization": f"Bearer {session.access_token}"},
        )

    @property
    def terms(self) -> Terms:
        return TERMS

    # --- the account -----------------------------------------------------------------------------------------

    async def profile(self) -> Profile:
        data = await self._read("/v2/user/profile")
        with wire.understood("a profile"):
            return Profile(data["user_id"], str(data.get("user_name") or ""), str(data.get("email") or ""))

    async def margin(self) -> Margin:
        data = await self._read("/v3/user/get-funds-and-margin")
        with wire.understood("funds"):
            return figures.margin(data)

    async def holdings(self) -> list[Holding]:
        rows, positions = await asyncio.gather(
            self._read("/v2/portfolio/long-term-holdings"), self._read("/v2/portfolio/short-term-positions")
        )
        with wire.understood("holdings"):
            return figures.holdings(rows, positions, self._symbols)

    async def positions(self) -> list[Position]:
        """Margin-funded ones have a list of their own."""
        rows, funded = await asyncio.gather(self._read("/v2/portfolio/short-term-positions"), self._funded())
        with wire.understood("positions"):
            mine = [figures.position(row, self._symbols) for row in rows]
            listed = {(one.instrument, one.product) for one in mine}
            more = [figures.position(row, self._symbols) for row in funded]
            return mine + [one for one in more if (one.instrument, one.product) not in listed]

    async def _funded(self) -> Any:
        """A refusal means an account without margin funding: it has none such."""
        try:
            return await self._read("/v3/portfolio/mtf-positions")
        except BrokerRejected:
            return []

    # --- orders ----------------------------------------------------------------------------------------------

    async def place(self, child: ChildOrder) -> Accepted:
        body = wire.place_body(child, self._listing(child.instrument).order_key)
        reply = await self._write("POST", "/v3/order/place", body=body)
        return Accepted(wire.placed(reply.status_code, reply.content), self._clock())

    async def modify(self, child: ChildOrder, change: Change) -> None:
        body = wire.modify_body(_broker_id(child), change)
        reply = await self._write("PUT", "/v3/order/modify", body=body)
        wire.acknowledged(reply.status_code, reply.content)

    async def cancel(self, child: ChildOrder) -> None:
        reply = await self._write("DELETE", "/v3/order/cancel", params={"order_id": _broker_id(child)})
        wire.acknowledged(reply.status_code, reply.content)

    async def orders(self) -> list[OrderReport]:
        return self._reports(await self._read("/v2/order/retrieve-all"))

    async def order(self, child: ChildOrder) -> OrderReport | None:
        row = await self._read_or_none("/v2/order/details", {"order_id": _broker_id(child)})
        return self._reports([row])[0] if row else None

    async def find(self, child: ChildOrder) -> list[OrderReport]:
        """From the book; when it is not there, from the history by tag, so that a "no" has two witnesses."""
        found = [report for report in await self.orders() if report.tag == child.tag]
        if found:
            return found
        stages = self._reports(await self._read_or_none("/v2/order/history", {"tag": child.tag}) or [])
        # Two stages of one second are in the order sent: the later row wins.
        latest = {report.broker_order_id: report for report in sorted(stages, key=lambda report: report.at)}
        return [report for report in latest.values() if report.tag == child.tag]

    async def trades(self, child: ChildOrder) -> list[BrokerFill]:
        fills: list[BrokerFill] = []
        for order_id in child.broker_order_ids:
            rows = await self._read_or_none("/v2/order/trades", {"order_id": order_id})
            with wire.understood("trades"):
                fills += [wire.trade(row) for row in rows or []]
        return fills

    # --- the market ------------------------------------------------------------------------------------------

    async def quotes(self, instruments: Sequence[InstrumentId]) -> list[Quote]:
        """Of those that are listed here. The answer is keyed by symbol, so it is matched by instrument key."""
        listed = [listing for one in instruments if (listing := self._symbols.listing(one))]
        wanted = {listing.feed_key: listing.instrument.id for listing in listed}
        quotes: list[Quote] = []
        keys = list(wanted)
        for start in range(0, len(keys), TERMS.quote_batch):
            batch = ",".join(keys[start : start + TERMS.quote_batch])
            data = await self._read("/v3/market-quote/quotes", {"instrument_key": batch})
            with wire.understood("quotes"):
                rows = [row for row in data.values() if row.get("instrument_token") in wanted]
                quotes += [figures.quote(row, wanted[row["instrument_token"]]) for row in rows]
        return quotes

    async def candles(
        self, instrument: InstrumentId, *, interval: str, start: datetime, end: datetime
    ) -> list[Candle]:
        if interval not in _CANDLES:
            raise BrokerRejected(f"Upstox has no candles of {interval}")
        unit, count, span = _CANDLES[interval]
        key = percent(self._listing(instrument).feed_key, safe="")
        first, last, today = (moment.astimezone(IST).date() for moment in (start, end, self._clock()))
        paths = [
            f"/v3/historical-candle/{key}/{unit}/{count}/{to}/{since}"
            for since, to in _spans(first, min(last, today), span)
        ]
        if last >= today:  # the history ends with yesterday
            paths.append(f"/v3/historical-candle/intraday/{key}/{unit}/{count}")
        by_time: dict[datetime, Candle] = {}
        for path in paths:
            data = await self._read(path)
            with wire.understood("candles"):
                by_time.update((candle.time, candle) for candle in map(figures.candle, data["candles"]))
        return [by_time[time] for time in sorted(by_time) if start <= time <= end]

    async def required_margin(self, ask: MarginAsk) -> Money:
        body = figures.margin_body(ask, self._listing(ask.instrument).order_key)
        data = await self._answer(
            self._request("POST", "/v2/charges/margin", body=body)
        )  # asks, changes nothing
        with wire.understood("a margin"):
            return Money(wire.number(data["final_margin"]))

    async def move_funds(self, amount: Money) -> None:
        raise BrokerRejected("Upstox moves no funds over its API for us: use Upstox's own app")

    async def aclose(self) -> None:
        await self._http.aclose()

    # --- calls -----------------------------------------------------------------------------------------------

    def _listing(self, instrument: InstrumentId) -> Listing:
        listing = self._symbols.listing(instrument)
        if listing is None:
            raise BrokerRejected(f"{instrument} is not listed at Upstox")
        return listing

    def _request(
        self,
        method: str,
        url: str,
        *,
        params: Mapping[str, str] | None = None,
        body: Mapping[str, Any] | None = None,
    ) -> httpx.Request:
        if body is None:
            return self._http.build_request(method, url, params=params)
        return self._http.build_request(
            method,
            url,
            params=params,
            content=orjson.dumps(body),
            headers={"Content-Type": "application/json"},
        )

    async def _write(
        self,
        method: str,
        path: str,
        *,
        params: Mapping[str, str] | None = None,
        body: Mapping[str, Any] | None = None,
    ) -> httpx.Response:
        request = self._request(method, f"{self._order_rest}{path}", params=params, body=body)
        return await http.send_write(self._http, request)

    async def _answer(self, request: httpx.Request) -> Any:
        reply = await http.send_read(self._http, request)
        return wire.read(reply.status_code, reply.content)

    async def _read(self, path: str, params: Mapping[str, str] | None = None) -> Any:
        return await self._answer(self._request("GET", path, params=params))

    async def _read_or_none(self, path: str, params: Mapping[str, str]) -> Any:
        """None when Upstox does not know the order."""
        try:
            return await self._read(path, params)
        except BrokerRejected as refusal:
            if refusal.code == ORDER_UNKNOWN:
                return None
            raise

    def _reports(self, rows: Any) -> list[OrderReport]:
        with wire.understood("orders"):
            return [wire.report(row, self._symbols, seen_at=self._clock()) for row in rows or []]


def _broker_id(child: ChildOrder) -> str:
    if child.broker_order_id is None:
        raise BrokerRejected("the order has no id at Upstox yet")
    return child.broker_order_id


def _spans(first: date, last: date, days: int) -> list[tuple[date, date]]:
    """[first, last] in pieces of at most `days`."""
    spans = []
    while first <= last:
        to = min(first + timedelta(days=days - 1), last)
        spans.append((first, to))
        first = to + timedelta(days=1)
    return spans


class UpstoxAdapter:
    """See `adapters.broker.Adapter`."""

    @property
    def terms(self) -> Terms:
        return TERMS

    @property
    def login(self) -> Login:
        return UpstoxLogin()

    def connect(
        self, session: Session, endpoints: Endpoints, symbols: Symbols, *, clock: Clock
    ) -> UpstoxBroker:
        return UpstoxBroker(session, endpoints, symbols, clock)

    async def instruments(self, endpoints: Endpoints) -> list[Listing]:
        """`endpoints.instruments` is the host of the public files (or one file's full address), else the REST host."""
        base = endpoints.instruments or endpoints.rest
        url = base if base.endswith(".json.gz") else f"{base}{MASTER_PATH}"
        async with http.client("", deadline=MASTER_DEADLINE) as client:
            reply = await http.send_read(client, client.build_request("GET", url))
        if reply.status_code != 200:
            raise BrokerUnavailable(f"Upstox's instrument file answered HTTP {reply.status_code}")
        with wire.understood("an instrument file"):
            # A large file: half a second of parsing must not hold up everything else.
            return await asyncio.to_thread(master.listings, reply.content)

    def market_feed(
        self, session: Session, endpoints: Endpoints, symbols: Symbols, *, clock: Clock
    ) -> AbstractAsyncContextManager[MarketFeed]:
        return stream.market_feed(session, endpoints, symbols, clock=clock)

    def order_stream(
        self, session: Session, endpoints: Endpoints, symbols: Symbols, *, clock: Clock
    ) -> AsyncGenerator[StreamEvent, None]:
        return stream.order_stream(session, endpoints, symbols, clock=clock)


ADAPTER = UpstoxAdapter()

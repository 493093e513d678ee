"""One Upstox account behind the broker interface: format, call, parse, nothing else.

GTT orders, costs and what the account may do have files of their own (`gtt`, `costs`, `standing`).
"""

from __future__ import annotations

import asyncio
from collections.abc import AsyncGenerator, Collection, Mapping, Sequence
from contextlib import AbstractAsyncContextManager
from datetime import datetime
from typing import Any

from adapters import http, rows
from adapters.broker import (
    Authorisation,
    BrokerFill,
    Capabilities,
    Change,
    Clock,
    Conversion,
    Endpoints,
    Listing,
    Login,
    MarginAsk,
    MarketFeed,
    PhoneLogin,
    Profile,
    Session,
    StreamEvent,
    Symbols,
    Terms,
)
from adapters.upstox import (
    bodies,
    candles,
    costs,
    figures,
    gtt,
    hints,
    leverage,
    master,
    standing,
    stream,
    wire,
)
from adapters.upstox.calls import Calls, batched
from adapters.upstox.phone import UpstoxPhoneLogin
from adapters.upstox.session import UpstoxLogin
from adapters.upstox.terms import TERMS
from domain.account import Margin
from domain.conditional import ConditionalIntent, ConditionalReport
from domain.errors import BrokerRejected, BrokerUnavailable
from domain.instrument import InstrumentId
from domain.market import Candle, Quote
from domain.money import Money, Price
from domain.order import Accepted, ChildOrder
from domain.position import Holding, Position
from domain.report import OrderReport

A_GTT = "a conditional order"
MASTER_PATH = "/market-quote/instruments/exchange/complete.json.gz"
MASTER_DEADLINE = 60.0  # seconds: three megabytes


class UpstoxBroker:
    """See `adapters.broker.Broker`. Order writes go to their own host where the endpoints name one."""

    def __init__(self, session: Session, endpoints: Endpoints, symbols: Symbols, clock: Clock) -> None:
        self._symbols, self._clock = symbols, clock
        self._calls = Calls(session, endpoints)

    @property
    def terms(self) -> Terms:
        return TERMS

    # --- the account -----------------------------------------------------------------------------------------

    async def profile(self) -> Profile:
        data = await self._calls.read("/v2/user/profile")
        with wire.understood("a profile"):
            return Profile(data["user_id"], str(data.get("user_name") or ""), str(data.get("email") or ""))

    async def margin(self) -> Margin:
        data = await self._calls.read("/v3/user/get-funds-and-margin")
        with wire.understood("funds"):
            return figures.margin(data)

    async def holdings(self) -> list[Holding]:
        held, positions = await asyncio.gather(
            self._calls.read("/v2/portfolio/long-term-holdings"),
            self._calls.read("/v2/portfolio/short-term-positions"),
        )
        with wire.understood("holdings"):
            return figures.holdings(held, positions, self._symbols)

    async def positions(self) -> list[Position]:
        """Margin-funded ones have a list of their own."""
        found, funded = await asyncio.gather(
            self._calls.read("/v2/portfolio/short-term-positions"), self._funded()
        )
        with wire.understood("positions"):
            mine, more = (
                rows.read(part, lambda row: figures.position(row, self._symbols), "a position")
                for part in (found, funded)
            )
        listed = {(one.instrument, one.product) for one in mine}
        new = [one for one in more if (one.instrument, one.product) not in listed]
        return rows.together(mine, rows.Rows(new, more.unread))

    async def _funded(self) -> Any:
        """A refusal means an account without margin funding: it has none such."""
        try:
            return await self._calls.read("/v3/portfolio/mtf-positions")
        except BrokerRejected:
            return []

    async def convert(self, conversion: Conversion) -> None:
        """Between intraday and carried (or delivery); what was carried over night stays so."""
        body = bodies.convert_body(conversion, self._listed(conversion.instrument).order_key)
        reply = await self._calls.write("PUT", "/v2/portfolio/convert-position", body=body)
        wire.converted(reply.status_code, reply.content)

    # --- orders ----------------------------------------------------------------------------------------------

    async def place(self, child: ChildOrder) -> Accepted:
        body = bodies.place_body(child, self._listed(child.instrument).order_key)
        reply = await self._calls.write("POST", "/v3/order/place", host=self._calls.order_host, body=body)
        return Accepted(wire.placed(reply.status_code, reply.content), self._clock())

    async def modify(self, child: ChildOrder, change: Change) -> None:
        body = bodies.modify_body(_broker_id(child), change)
        reply = await self._calls.write("PUT", "/v3/order/modify", host=self._calls.order_host, body=body)
        wire.acknowledged(reply.status_code, reply.content)

    async def cancel(self, child: ChildOrder) -> None:
        mark = {"order_id": _broker_id(child)}
        reply = await self._calls.write(
            "DELETE", "/v3/order/cancel", host=self._calls.order_host, params=mark
        )
        wire.acknowledged(reply.status_code, reply.content)

    async def orders(self) -> list[OrderReport]:
        return self._reports(await self._calls.read("/v2/order/retrieve-all"))

    async def order(self, child: ChildOrder) -> OrderReport | None:
        row = await self._calls.read_or_none("/v2/order/details", {"order_id": _broker_id(child)})
        with wire.understood("an order"):
            return wire.report(row, self._symbols, seen_at=self._clock()) if row else None

    async def find(self, child: ChildOrder) -> list[OrderReport]:
        """From the book; when it is not there, from the history by tag, so that a "no" has two witnesses."""
        book = self._reports(await self._calls.read("/v2/order/retrieve-all"))
        found = [report for report in book if report.tag == child.tag]
        if found:
            return found
        stages = self._reports(await self._calls.read_or_none("/v2/order/history", {"tag": child.tag}))
        # Two stages of one second are in the order sent: the later row wins.
        by_time = sorted(stages, key=lambda report: (report.readable, report.at))
        latest = {report.broker_order_id: report for report in by_time}
        mine = (report for report in latest.values() if report.tag == child.tag)
        return rows.Rows(mine, (*book.unread, *stages.unread))

    async def trades(self, child: ChildOrder) -> list[BrokerFill]:
        fills: list[BrokerFill] = []
        for order_id in child.broker_order_ids:
            found = await self._calls.read_or_none("/v2/order/trades", {"order_id": order_id})
            with wire.understood("trades"):
                fills += rows.read([] if found is None else found, wire.trade, "a trade")
        return fills

    # --- the market ------------------------------------------------------------------------------------------

    async def quotes(self, instruments: Sequence[InstrumentId]) -> list[Quote]:
        """Of those that are listed here. The answer is keyed by symbol, so it is matched by instrument key."""
        listed = [listing for one in instruments if (listing := self._symbols.listing(one))]
        wanted = {listing.feed_key: listing.instrument.id for listing in listed}
        quotes: list[Quote] = []
        for keys in batched(list(wanted), TERMS.quote_batch):
            data = await self._calls.read("/v3/market-quote/quotes", {"instrument_key": ",".join(keys)})
            with wire.understood("quotes"):
                mine = [row for row in data.values() if row.get("instrument_token") in wanted]
                quotes += [figures.quote(row, wanted[row["instrument_token"]]) for row in mine]
        return quotes

    async def candles(
        self, instrument: InstrumentId, *, interval: str, start: datetime, end: datetime
    ) -> list[Candle]:
        key = self._listed(instrument).feed_key
        return await candles.read(self._calls, key, interval, start, end, today=self._clock())

    # --- costs -----------------------------------------------------------------------------------------------

    async def required_margin(self, ask: MarginAsk) -> Money:
        return await self.required_margins([ask])

    async def required_margins(self, asks: Sequence[MarginAsk]) -> Money:
        return await costs.required_margins(self._calls, self._symbols, asks)

    async def charges(self, asks: Sequence[MarginAsk]) -> list[Money] | None:
        return await costs.charges(self._calls, self._symbols, asks)

    # --- conditional orders ----------------------------------------------------------------------------------

    async def conditionals(self) -> list[ConditionalReport]:
        """All that Upstox lists, those of its own app too. Prices only complete the rows: a no there is no failure."""
        kept = await self._calls.read("/v3/order/gtt")
        kept = [] if kept is None else kept
        with wire.understood("GTT orders"):
            named = rows.read(kept, lambda row: (row, wire.named(row, self._symbols)), A_GTT)
        last = await self._last_prices({name for _, name in named if name})
        reports = rows.read(
            list(named),
            lambda one: gtt.report(one[0], self._symbols, last.get(one[1]) if one[1] else None),
            A_GTT,
            stand_in=lambda one, words: rows.unread_conditional(one[0]["gtt_order_id"], words),
        )
        return rows.Rows(reports, (*named.unread, *reports.unread))

    async def _last_prices(self, names: Collection[InstrumentId]) -> dict[InstrumentId, Price]:
        try:
            return await costs.last_prices(self._calls, self._symbols, sorted(names))
        except (BrokerRejected, BrokerUnavailable):
            return {}

    async def place_conditional(self, intent: ConditionalIntent) -> str:
        body = gtt.place_body(intent, self._listed(intent.instrument).order_key)
        reply = await self._calls.write("POST", "/v3/order/gtt/place", body=body)
        return gtt.acknowledged(reply.status_code, reply.content)

    async def modify_conditional(self, conditional_id: str, intent: ConditionalIntent) -> None:
        """Looks first: a bracket made in Upstox's own app must not lose its target and stop."""
        body = gtt.modify_body(conditional_id, intent)
        kept = await self._calls.read("/v3/order/gtt", {"gtt_order_id": conditional_id})
        with wire.understood("a GTT order"):
            gtt.may_be_changed(kept[0])
        reply = await self._calls.write("PUT", "/v3/order/gtt/modify", body=body)
        gtt.acknowledged(reply.status_code, reply.content)

    async def cancel_conditional(self, report: ConditionalReport) -> None:
        body = {"gtt_order_id": report.conditional_id}
        reply = await self._calls.write("DELETE", "/v3/order/gtt/cancel", body=body)
        gtt.acknowledged(reply.status_code, reply.content)

    # --- what the account may do -----------------------------------------------------------------------------

    async def probe(self) -> Capabilities:
        return await standing.probe(self._calls)

    async def addresses(self) -> list[str] | None:
        return await standing.addresses(self._calls)

    async def authorisation(self, needs: Mapping[InstrumentId, int]) -> Authorisation:
        return await standing.authorisation(self._calls, needs)

    async def move_funds(self, amount: Money) -> None:
        raise BrokerRejected("Upstox moves no funds over its API for us: use Upstox's own app")

    async def aclose(self) -> None:
        await self._calls.aclose()

    def _listed(self, instrument: InstrumentId) -> Listing:
        return wire.listed(self._symbols, instrument)

    def _reports(self, found: Any) -> rows.Rows[OrderReport]:
        seen_at = self._clock()
        with wire.understood("orders"):
            return rows.read(
                [] if found is None else found,
                lambda row: wire.report(row, self._symbols, seen_at=seen_at),
                "an order at Upstox",
                stand_in=lambda row, words: rows.unread_order(
                    row["order_id"], row.get("tag"), words, seen_at=seen_at
                ),
            )


def _broker_id(child: ChildOrder) -> str:
    if child.broker_order_id is None:
        raise BrokerRejected("the order has no id at Upstox yet")
    return child.broker_order_id


class UpstoxAdapter:
    """See `adapters.broker.Adapter`."""

    @property
    def terms(self) -> Terms:
        return TERMS

    @property
    def login(self) -> Login:
        return UpstoxLogin()

    @property
    def phone_login(self) -> PhoneLogin | None:
        return UpstoxPhoneLogin()

    def connect(
        self, session: Session, endpoints: Endpoints, symbols: Symbols, *, clock: Clock
    ) -> UpstoxBroker:
        return UpstoxBroker(session, endpoints, symbols, clock)

    async def instruments(self, endpoints: Endpoints) -> list[Listing]:
        """`endpoints.instruments` is the host of the public files (or one file's full address), else the REST host."""
        base = endpoints.instruments or endpoints.rest
        url = base if base.endswith(".json.gz") else f"{base}{MASTER_PATH}"
        async with http.client("", deadline=MASTER_DEADLINE) as client:

            async def read(address: str) -> bytes:
                reply = await http.send_read(client, client.build_request("GET", address))
                if reply.status_code != 200:
                    raise BrokerUnavailable(f"Upstox's instrument file answered HTTP {reply.status_code}")
                return reply.content

            complete = await read(url)
            # Without these lists intraday margins are estimated, and everything else is as good as with them.
            lists = await asyncio.gather(*map(read, leverage.addresses(url)), return_exceptions=True)
        intraday = [one for one in lists if isinstance(one, bytes)]
        for failure in (one for one in lists if isinstance(one, BaseException)):
            if not isinstance(failure, BrokerUnavailable):
                raise failure
        with wire.understood("an instrument file"):
            # A large file: half a second of parsing must not hold up everything else.
            return await asyncio.to_thread(master.listings, complete, intraday)

    def market_feed(
        self, session: Session, endpoints: Endpoints, symbols: Symbols, *, clock: Clock
    ) -> AbstractAsyncContextManager[MarketFeed]:
        return stream.market_feed(session, endpoints, symbols, clock=clock)

    def order_stream(
        self, session: Session, endpoints: Endpoints, symbols: Symbols, *, clock: Clock
    ) -> AsyncGenerator[StreamEvent, None]:
        return stream.order_stream(session, endpoints, symbols, clock=clock)

    def postback(
        self, body: bytes, headers: Mapping[str, str], secret: str, symbols: Symbols
    ) -> OrderReport | None:
        """Unsigned by Upstox, so only a reason to read that order anew (see `hints`)."""
        return hints.postback(body, symbols)


ADAPTER = UpstoxAdapter()

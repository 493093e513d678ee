"""The conditional orders that Groww keeps: placed, changed, ended, and all of them listed.

Its list gives one kind, one status and one month a call, so reading it is many calls: they are paced, and months in
which nothing lives any more are not asked for again.
"""

from __future__ import annotations

import asyncio
import secrets
import time
from collections.abc import Sequence
from dataclasses import dataclass
from urllib.parse import quote

from adapters import rows
from adapters.broker import Clock, RateLimit, Symbols
from adapters.budget import Budget
from adapters.groww import wire, wire_smart
from adapters.groww.calls import Calls, readable, together
from adapters.groww.wire import Json
from domain.conditional import ConditionalIntent, ConditionalKind, ConditionalReport, ConditionalStatus
from domain.errors import BrokerRejected
from domain.instrument import InstrumentId
from domain.order import Product, Side

PAGE = 50  # the most that one call gives
PACE = RateLimit("list", 12, 1)  # of the 20 a second that all reads of an account share
AT_ONCE = 4  # a failure is met before many more were asked
REFERENCE_BYTES = 8  # sixteen hexadecimal digits: Groww takes 8 to 20 letters and digits
AFTER_ACTIVE = ("TRIGGERED", "COMPLETED", "CANCELLED", "EXPIRED", "FAILED")


@dataclass(frozen=True, slots=True)
class Query:
    """One kind, one status, one window: what a call of the list is about."""

    kind: str
    status: str
    start: str
    end: str


class SmartOrders:
    def __init__(self, calls: Calls, symbols: Symbols, clock: Clock) -> None:
        self._calls, self._symbols, self._clock = calls, symbols, clock
        self._pace = Budget((PACE,), time.time)
        self._few = asyncio.Semaphore(AT_ONCE)
        self._empty: set[Query] = set()  # months past in which nothing lives: that cannot change any more

    async def reports(self) -> list[ConditionalReport]:
        """Every one that lives, and those of the last month that fired or ended, newest first.

        In the order of their lives, so that one which moves on meanwhile is met at least once.
        """
        months = wire_smart.months(self._clock())
        active = [
            Query(kind, "ACTIVE", start, end) for kind in wire_smart.KIND for start, end in reversed(months)
        ]
        found = await self._rows([query for query in active if query not in self._empty])
        start, end = wire_smart.lately(self._clock())
        for status in AFTER_ACTIVE:
            found += await self._rows([Query(kind, status, start, end) for kind in wire_smart.KIND])
        reports = rows.read(
            found,
            lambda row: wire_smart.report(row, self._symbols),
            "a conditional order",
            stand_in=lambda row, words: rows.unread_conditional(row["smart_order_id"], words),
        )
        latest = {one.conditional_id: one for one in reports}
        return rows.Rows(sorted(latest.values(), key=_made, reverse=True), reports.unread)

    async def _rows(self, queries: Sequence[Query]) -> list[Json]:
        answers = await together(*map(self._page_rows, queries))
        return [row for answer in answers for row in answer]

    async def _page_rows(self, query: Query) -> list[Json]:
        async with self._few:
            return await self._paced(query)

    async def _paced(self, query: Query) -> list[Json]:
        wait = self._pace.take(PACE.kind)
        while wait > 0:
            await asyncio.sleep(wait)
            wait = self._pace.take(PACE.kind)
        this_month = wire_smart.months(self._clock())[0]
        found = await self._calls.pages(
            "/order-advance/list",
            "orders",
            PAGE,
            smart_order_type=query.kind,
            status=query.status,
            start_date_time=query.start,
            end_date_time=query.end,
        )
        if query.status == "ACTIVE" and not found and (query.start, query.end) != this_month:
            self._empty.add(query)
        return found

    async def place(self, intent: ConditionalIntent) -> str:
        """Groww's id. An OCO closes a position, so that is read first. Raises BrokerRejected, OutcomeUnknown."""
        wire_smart.check(intent)
        order_key = self._order_key(intent.instrument)
        net = await self._net_position(intent, order_key) if intent.kind is ConditionalKind.OCO else 0
        # There is no lookup by reference: it only keeps Groww from taking one request twice.
        reference = secrets.token_hex(REFERENCE_BYTES).upper()
        body = wire_smart.create_body(intent, order_key, reference, net)
        return wire_smart.created(await self._calls.write("POST", "/order-advance/create", body))

    async def modify(self, conditional_id: str, intent: ConditionalIntent) -> None:
        """Raises BrokerRejected for a change that Groww has no field for: it would keep the old term in silence."""
        wire_smart.check(intent)
        row = await self._row(conditional_id, *wire_smart.address(intent))
        if row is None:
            raise BrokerRejected("Groww knows no such smart order", code=wire.NOT_FOUND)
        old = wire_smart.intent_of(row, self._symbols)
        if old is None:
            raise BrokerRejected("This smart order has parts that can only be changed in Groww's app")
        if fixed := wire_smart.unchangeable(old, intent):
            raise BrokerRejected(f"Groww cannot change {fixed}: cancel it and place a new one")
        path = f"/order-advance/modify/{quote(conditional_id, safe='')}"
        wire_smart.confirmed(await self._calls.write("PUT", path, wire_smart.modify_body(intent)))

    async def cancel(self, report: ConditionalReport) -> None:
        segment, kind = await self._address(report)
        path = f"/order-advance/cancel/{segment}/{kind}/{quote(report.conditional_id, safe='')}"
        wire_smart.confirmed(await self._calls.write("POST", path, None))

    async def _address(self, report: ConditionalReport) -> tuple[str, str]:
        """Where an order that we cannot read in full is kept: Groww does not find it by its id alone."""
        if report.intent is not None:
            return wire_smart.address(report.intent)
        for segment in wire_smart.SEGMENTS:
            for kind in wire_smart.KIND:
                if await self._row(report.conditional_id, segment, kind) is not None:
                    return segment, kind
        raise BrokerRejected("Groww knows no such smart order", code=wire.NOT_FOUND)

    async def _row(self, conditional_id: str, segment: str, kind: str) -> Json | None:
        path = f"/order-advance/status/{segment}/{kind}/internal/{quote(conditional_id, safe='')}"
        return await self._calls.get_known(path)

    async def _net_position(self, intent: ConditionalIntent, order_key: str) -> int:
        """Units held in this product. Raises BrokerRejected when the OCO would not close them."""
        segment = wire_smart.address(intent)[0]
        path = "/positions/trading-symbol"
        payload = await self._calls.get(path, trading_symbol=order_key, segment=segment)
        net = readable(lambda: _net(payload, intent.product, wire.VENUE[intent.instrument.exchange][0]))
        closes = net if intent.side is Side.SELL else -net
        if closes < intent.legs[0].quantity:
            raise BrokerRejected(f"An OCO at Groww closes a position: {net} {intent.product} are held")
        return net

    def _order_key(self, instrument: InstrumentId) -> str:
        listing = self._symbols.listing(instrument)
        if listing is None:
            raise BrokerRejected(f"{instrument} is not listed at Groww")
        return listing.order_key


def _net(payload: Json, product: Product, exchange: str) -> int:
    rows = [row for row in payload["positions"] if row["product"] == wire.PRODUCT_WORD[product]]
    return sum(wire.units(row["quantity"]) for row in rows if row["exchange"] == exchange)


def _made(report: ConditionalReport) -> tuple[bool, float, str]:
    """Living ones first, then by when they were made."""
    at = report.created_at.timestamp() if report.created_at else 0.0
    return report.status is ConditionalStatus.ACTIVE, at, report.conditional_id

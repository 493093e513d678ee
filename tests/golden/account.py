"""An account of a story: traded and read through the product's adapter, and compared with the back office's books."""

from __future__ import annotations

import importlib
from collections.abc import Awaitable, Callable
from dataclasses import replace
from datetime import datetime
from typing import Any, TypeVar

from adapters.broker import Adapter, Broker, Conversion, Session
from adapters.rows import unread
from aggregation.deliveries import DELIVERED
from aggregation.portfolio import build
from domain.account import AccountId, BrokerId
from domain.calendar import IST
from domain.errors import BrokerUnavailable, SessionExpired
from domain.instrument import InstrumentId
from domain.money import ZERO, Money, Price
from domain.order import ChildId, ChildOrder, OrderId, OrderType, Product, Side, Validity, apply
from domain.portfolio import AccountSnapshot, Portfolio
from domain.report import ReportStatus
from tests.adapters.desk import SERVERS, Names
from tests.golden.market import Market
from tests.golden.table import table

T = TypeVar("T")
FAR = datetime(2030, 1, 1, tzinfo=IST)


class Account:
    """One person at one broker, with Rs 50,00,000."""

    def __init__(self, market: Market, broker_id: BrokerId, user_id: str) -> None:
        self.market, self.broker_id, self.user_id = market, broker_id, user_id
        self.server, self._addresses = SERVERS[broker_id]
        self.adapter: Adapter = importlib.import_module(f"adapters.{broker_id.value}.broker").ADAPTER
        self.broker: Broker

    @classmethod
    async def opened(cls, market: Market, broker_id: BrokerId, **more: Any) -> Account:
        """`more`: holdings, ddpi, as the control API takes them."""
        server = SERVERS[broker_id][0]
        user = market.sandbox.post("/users", {"broker": server, "cash": "5000000", **more})
        account = cls(market, broker_id, user["user_id"])
        await account._connect()
        return account

    async def _connect(self) -> None:
        user = self.market.sandbox.post("/sessions", {"broker": self.server, "user_id": self.user_id})
        endpoints = self._addresses(user["base_url"], user["ws_url"])
        if self.server not in self.market.names:
            names = self.market.names[self.server] = Names(await self.adapter.instruments(endpoints))
            self.market.isins |= {one.id: one.isin for one in names.instruments() if one.isin}
        session = Session(user["access_token"], user["user_id"], FAR, user["api_key"])
        names = self.market.names[self.server]
        self.broker = self.adapter.connect(session, endpoints, names, clock=lambda: self.market.at)

    async def login(self) -> None:
        """Yesterday's token is dead: a new one."""
        await self.broker.aclose()
        await self._connect()

    async def close(self) -> None:
        await self.broker.aclose()

    # --- what a person does ------------------------------------------------------------------------------------------

    async def buy(self, name: str, quantity: int, price: str, product: Product = Product.CNC) -> None:
        await self._trade(Side.BUY, name, quantity, price, product)

    async def sell(self, name: str, quantity: int, price: str, product: Product = Product.CNC) -> None:
        await self._trade(Side.SELL, name, quantity, price, product)

    async def _trade(self, side: Side, name: str, quantity: int, price: str, product: Product) -> None:
        self.market.put({name: price})
        self.market.stranger(name, Side.SELL if side is Side.BUY else Side.BUY, quantity, price)
        self.market.orders += 1
        tag = f"GOLDEN{self.market.orders:06}"
        child = ChildOrder(
            id=ChildId(tag),
            order_id=OrderId("o"),
            account_id=AccountId("a"),
            broker=self.broker_id,
            slice=0,
            instrument=InstrumentId.parse(name),
            side=side,
            quantity=quantity,
            order_type=OrderType.LIMIT,
            product=product,
            validity=Validity.DAY,
            price=Price.of(price),
            trigger_price=None,
            tag=tag,
        )
        report = await self.broker.order(apply(child, await self.broker.place(child)))
        assert report is not None
        assert (report.status, report.average_price) == (ReportStatus.COMPLETE, Price.of(price)), report

    async def convert(self, name: str, quantity: int, old: Product, new: Product) -> None:
        """Of today's purchases."""
        await self.broker.convert(Conversion(InstrumentId.parse(name), Side.BUY, quantity, old, new))

    # --- what the product sees -------------------------------------------------------------------------------------

    async def snapshot(self) -> AccountSnapshot:
        """Everything read in one pass; nothing may be unreadable."""
        margin, holdings = await self._read(self.broker.margin), await self._read(self.broker.holdings)
        positions = await self._read(self.broker.positions)
        assert not (*unread(holdings), *unread(positions))
        return AccountSnapshot(
            account_id=AccountId(self.broker_id.value),
            broker=self.broker_id,
            label=self.broker_id.value,
            margin=margin,
            holdings=tuple(holdings),
            positions=tuple(positions),
            as_of=self.market.at,
        )

    async def _read(self, ask: Callable[[], Awaitable[T]]) -> T:
        """Once more when the connection was let go of while the days passed."""
        try:
            return await ask()
        except BrokerUnavailable:
            return await ask()

    async def token_is_dead(self) -> bool:
        try:
            await self._read(self.broker.holdings)
        except SessionExpired:
            return True
        return False

    async def view(self) -> Portfolio:
        """The portfolio of this account alone, after a comparison with the back office's own books."""
        seen = await consolidated(self)
        self._same_as_the_books(seen)
        return seen

    async def worth(self) -> Money | None:
        """Shares and cash together; None with contracts, intraday trades or a loan: they have other accounts."""
        seen = await self.view()
        totals = seen.totals
        if any(one.product not in DELIVERED for one in seen.positions) or totals.loan != ZERO:
            return None
        if totals.value is None or totals.cash is None or totals.unsettled is None:
            return None
        return totals.value + totals.cash + totals.unsettled

    async def table(self) -> str:
        return table(await self.view())

    def _same_as_the_books(self, seen: Portfolio) -> None:
        """Shares owned and what positions made, as the back office has them past every wire format."""
        books = self.market.sandbox.get(f"/users/{self.server}/{self.user_id}")
        owned: dict[tuple[str, str], int] = {}
        for row in books["holdings"]:
            own = row["quantity"] + row["t1_quantity"] - row["used_quantity"]
            lent = row["mtf"]["quantity"] - row["mtf"]["used_quantity"]
            owned[row["isin"], "CNC"] = own
            owned[row["isin"], "MTF"] = lent
        made = Money.of(0)
        for row in books["positions"]:
            isin = self.market.isins.get(InstrumentId.parse(row["symbol"]))
            if isin and row["product"] in ("CNC", "MTF"):
                key = isin, row["product"]
                owned[key] = owned.get(key, 0) + max(0, row["quantity"])
            else:
                made += Money.of(row["realised"]) + Money.of(row["unrealised"])
        mine: dict[tuple[str, str], int] = {}
        for line in seen.holdings:
            for lot in line.lots:
                key = line.isin, lot.product.value
                mine[key] = mine.get(key, 0) + lot.quantity
        assert mine == {key: quantity for key, quantity in owned.items() if quantity}
        traded = [one for one in seen.positions if one.product not in (Product.CNC, Product.MTF)]
        total = Money.sum(one.pnl for one in traded if one.pnl is not None)
        assert total == made, f"{total} here, {made} in the books of {self.broker_id}"


async def consolidated(*accounts: Account) -> Portfolio:
    """All accounts in one view, priced by the exchange."""
    read = [replace(await one.snapshot(), account_id=AccountId(one.broker_id)) for one in accounts]
    return priced(accounts[0].market, *read)


def priced(market: Market, *read: AccountSnapshot) -> Portfolio:
    mine = {part.instrument for one in read for part in one.holdings}
    mine |= {part.instrument for one in read for part in one.positions}
    held = {market.isins[name] for name in mine if name in market.isins}
    isins = {name: isin for name, isin in market.isins.items() if isin in held}
    return build(read, market.prices(mine | set(isins)), isins=isins, as_of=market.at)

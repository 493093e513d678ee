"""One person at one broker: trades through the product's adapter, and is written down by the exchange's prints."""

from __future__ import annotations

import importlib
from collections.abc import Callable
from datetime import datetime

import httpx

from adapters.broker import Adapter, Broker, Conversion, Session
from adapters.rows import unread
from domain.account import AccountId, BrokerId
from domain.calendar import IST
from domain.instrument import InstrumentId
from domain.money import Price
from domain.order import ChildId, ChildOrder, OrderId, OrderType, Product, Side, Validity, apply
from domain.portfolio import AccountSnapshot
from domain.trade import AccountTrade, TradeSource
from mocks.brokers.backoffice.accounts import User
from mocks.brokers.backoffice.ledger import Ledger
from mocks.brokers.backoffice.orders import Product as BackProduct
from mocks.exchange.model import Side as BackSide
from mocks.exchange.model import Trade
from tests.accuracy.book import Book, ware
from tests.accuracy.world import KEY, World
from tests.adapters.desk import SERVERS
from tests.simulation.brokers import plug

FAR = datetime(2030, 1, 1, tzinfo=IST)
CASH = 5_00_00_000_00  # paise: five crore rupees
Distort = Callable[[AccountSnapshot], AccountSnapshot]


class Account:
    """`distort` is a mistake made on purpose in what is read."""

    def __init__(self, world: World, broker_id: BrokerId, owned: dict[str, int], distort: Distort) -> None:
        self.world, self.broker_id, self._distort = world, broker_id, distort
        self.id = AccountId(broker_id.value)
        self.office = world.offices[broker_id]
        server, addresses = SERVERS[broker_id]
        self.endpoints = addresses(f"http://{server}", f"ws://{server}")
        self.adapter: Adapter = importlib.import_module(f"adapters.{broker_id.value}.broker").ADAPTER
        self.user_id = self.office.profile.user_id(1)
        number = list(BrokerId).index(broker_id)
        pan = f"ABCPD{number:04}E"
        self.office.add_user(
            User(
                self.user_id,
                "Asha",
                "a@example.com",
                "9000000000",
                pan,
                "x",
                "123456",
                "JBSWY3DPEHPK3PXP",
                CASH,
            )
        )
        self.book = Book(CASH)
        self.trades: list[AccountTrade] = []
        for key, quantity in owned.items():
            price = world.last(key)
            self.office.set_holding(self.user_id, key, quantity, float(price))
            self.book.carried[ware(world.exchange.instruments[key], "CNC"), "CNC"] = quantity
            self._keep(key, quantity, price, "CNC", f"opening {key}", datetime(2026, 11, 2, 10, tzinfo=IST))
        self._seen = 0  # of the exchange's prints
        self._tags = 0
        self.broker: Broker

    @property
    def ledger(self) -> Ledger:
        return self.office.ledger(self.user_id)

    async def log_in(self) -> None:
        """A session of the day; the adapter is new, too."""
        opened = self.office.directory.open_session(self.user_id, KEY)
        session = Session(opened.access_token, self.user_id, FAR, KEY)
        names = self.world.names[self.broker_id]
        self.broker = self.adapter.connect(session, self.endpoints, names, clock=lambda: self.world.at)
        plug(self.broker, httpx.ASGITransport(self.world.apps[self.broker_id]))

    # --- deeds ---------------------------------------------------------------------------------------------------

    async def trade(self, key: str, quantity: int, product: Product, percent: float) -> None:
        """Bought, or below zero sold, at a price `percent` from the last one. Raises the broker's refusal."""
        price = self.world.put(key, percent)
        side, other = (Side.BUY, BackSide.SELL) if quantity > 0 else (Side.SELL, BackSide.BUY)
        self.world.stranger(key, other, abs(quantity), price)
        self._tags += 1
        tag = f"ACCURACY{self._tags:06}"
        child = ChildOrder(
            id=ChildId(tag),
            order_id=OrderId("o"),
            account_id=self.id,
            broker=self.broker_id,
            slice=0,
            instrument=InstrumentId.parse(key),
            side=side,
            quantity=abs(quantity),
            order_type=OrderType.LIMIT,
            product=product,
            validity=Validity.DAY,
            price=Price.paise(price),
            trigger_price=None,
            tag=tag,
        )
        apply(child, await self.broker.place(child))

    async def convert(self, key: str, quantity: int, old: Product, new: Product) -> None:
        """Of today's purchases, over the API or (Groww has no call for it) in the broker's own app."""
        if self.adapter.terms.converts:
            await self.broker.convert(Conversion(InstrumentId.parse(key), Side.BUY, quantity, old, new))
        else:
            self.office.convert(self.user_id, key, BackSide.BUY, quantity, BackProduct(old), BackProduct(new))
        self.book.convert(self.world.exchange.instruments[key], quantity, old, new)

    def pay(self, amount: int) -> None:
        self.office.deposit(self.user_id, amount)
        self.book.cash += amount

    # --- what is seen --------------------------------------------------------------------------------------------

    async def snapshot(self) -> AccountSnapshot:
        margin, holdings = await self.broker.margin(), await self.broker.holdings()
        positions = await self.broker.positions()
        assert not (*unread(holdings), *unread(positions))
        return self._distort(
            AccountSnapshot(
                account_id=self.id,
                broker=self.broker_id,
                label=self.broker_id.value,
                margin=margin,
                holdings=tuple(holdings),
                positions=tuple(positions),
                as_of=self.world.at,
            )
        )

    def read_prints(self) -> None:
        """Write down what the exchange printed of this account's orders since the last time."""
        mine = {one.exchange_number: one for one in self.ledger.orders.values() if one.exchange_number}
        for trade in self.world.prints[self._seen :]:
            for number, sign in ((trade.buy, 1), (trade.sell, -1)):
                order = mine.get(number)
                if order is not None:
                    self._write_down(trade, sign, order.product.value)
        self._seen = len(self.world.prints)

    def _write_down(self, trade: Trade, sign: int, product: str) -> None:
        listing = self.world.exchange.instruments[trade.key]
        self.book.trade(listing, product, sign * trade.quantity, trade.price)
        at = datetime.fromtimestamp(trade.time / 1e9, IST)
        self._keep(trade.key, sign * trade.quantity, trade.price, product, str(trade.seq), at)

    def _keep(self, key: str, quantity: int, price: int, product: str, trade_id: str, at: datetime) -> None:
        name = InstrumentId.parse(key)
        self.trades.append(
            AccountTrade(
                self.id,
                name,
                Side.BUY if quantity > 0 else Side.SELL,
                abs(quantity),
                Price.paise(price),
                at,
                trade_id,
                TradeSource.OWN,
                Product(product),
                isin=self.world.isins.get(name),
            )
        )

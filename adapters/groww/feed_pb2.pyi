"""The part of the generated module that `stream.py` reads."""

from collections.abc import Mapping, Sequence
from typing import Self

class LivePrice:
    ts_in_millis: float
    ltp: float

class LiveIndex:
    ts_in_millis: float
    value: float

class BookLevel:
    price: float
    quantity: float

class Book:
    ts_in_millis: float
    buy: Mapping[int, BookLevel]
    sell: Mapping[int, BookLevel]

class MarketMessage:
    live_price: LivePrice
    book: Book
    live_index: LiveIndex
    @classmethod
    def FromString(cls, data: bytes) -> Self: ...
    def WhichOneof(self, group: str) -> str | None: ...

class Stage:
    since_midnight: float
    name: str

class OrderUpdate:
    qty: int
    price: int
    trigger_price: int
    filled_qty: int
    remaining_qty: int
    avg_fill_price: int
    groww_order_id: str
    exchange_order_id: str
    order_status: int
    duration: int
    exchange: int
    segment: int
    product: int
    order_type: int
    buy_sell: int
    remark: str
    contract_id: str

class OrderMessage:
    stages: Sequence[Stage]
    update: OrderUpdate
    @classmethod
    def FromString(cls, data: bytes) -> Self: ...

"""Accounts for aggregation tests, in one line each: `holds("NSE:INFY", 10, "1500")`."""

from __future__ import annotations

from datetime import UTC, datetime
from decimal import Decimal

from domain.account import AccountId, BrokerId, Margin
from domain.instrument import InstrumentId
from domain.money import Money, Price
from domain.order import Product
from domain.portfolio import AccountSnapshot, LastPrice
from domain.position import Holding, Position, Traded

NOW = datetime(2026, 11, 20, 6, 0, tzinfo=UTC)
ISINS = {
    "NSE:INFY": "INE009A01021",
    "BSE:INFY": "INE009A01021",
    "NSE:TCS": "INE467B01029",
    "BSE:TCS": "INE467B01029",
    "NSE:SBIN": "INE062A01020",
}
SHARES = {InstrumentId.parse(name): isin for name, isin in ISINS.items()}


def price(text: str | None) -> Price | None:
    return Price.of(text) if text is not None else None


def holds(
    name: str,
    quantity: int,
    average: str | None,
    *,
    t1: int = 0,
    sellable: int | None = None,
    last: str | None = None,
    close: str | None = None,
    product: Product = Product.CNC,
    loan: str | None = None,
) -> Holding:
    return Holding(
        instrument=InstrumentId.parse(name),
        isin=ISINS[name],
        quantity=quantity,
        t1_quantity=t1,
        sellable_quantity=quantity - t1 if sellable is None else sellable,
        average_price=price(average),
        last_price=price(last),
        close_price=price(close),
        product=product,
        loan=Money.of(loan) if loan is not None else None,
    )


def trades(
    name: str,
    product: Product,
    *,
    bought: tuple[int, str] = (0, "0"),
    sold: tuple[int, str] = (0, "0"),
    overnight: int = 0,
    multiplier: int = 1,
    last: str | None = None,
    today: Traded | None = None,
) -> Position:
    """A position made of one buy and one sell, each (units, price); the average is that of the open side."""
    quantity = bought[0] - sold[0]
    average = None if not quantity else Price.of(bought[1] if quantity > 0 else sold[1])
    return Position(
        instrument=InstrumentId.parse(name),
        product=product,
        quantity=quantity,
        overnight_quantity=overnight,
        buy_quantity=bought[0],
        buy_value=Money(Decimal(bought[1]) * bought[0] * multiplier),
        sell_quantity=sold[0],
        sell_value=Money(Decimal(sold[1]) * sold[0] * multiplier),
        average_price=average,
        last_price=price(last),
        multiplier=multiplier,
        today=today,
    )


def traded(*, bought: tuple[int, str] = (0, "0"), sold: tuple[int, str] = (0, "0")) -> Traded:
    """The day's part, each (units, price)."""
    return Traded(
        bought[0], Money(Decimal(bought[1]) * bought[0]), sold[0], Money(Decimal(sold[1]) * sold[0])
    )


def snapshot(
    account: str,
    *parts: Holding | Position,
    cash: str = "1000",
    at: datetime = NOW,
    stale_since: datetime | None = None,
    broker: BrokerId = BrokerId.MOCK,
) -> AccountSnapshot:
    money = Money.of(cash)
    return AccountSnapshot(
        account_id=AccountId(account),
        broker=broker,
        label=account.title(),
        margin=Margin(cash=money, used=Money.of(0), available=money),
        holdings=tuple(part for part in parts if isinstance(part, Holding)),
        positions=tuple(part for part in parts if isinstance(part, Position)),
        as_of=at,
        stale_since=stale_since,
        margin_stale_since=stale_since,
    )


def last(text: str, close: str | None = None) -> LastPrice:
    return LastPrice(Price.of(text), NOW, price(close))


def prices(**quotes: tuple[str, str | None]) -> dict[InstrumentId, LastPrice]:
    """`prices(NSE_INFY=("1550", "1500"))`: last price and previous close."""
    return {InstrumentId.parse(name.replace("_", ":")): last(*pair) for name, pair in quotes.items()}

"""What OpenAlgo's programs send. Numbers come as text or as numbers; a field or a word that is not known is refused.

Left-out price types and products are OpenAlgo's own documented defaults (MARKET, MIS), nothing else has one.
"""

from __future__ import annotations

import re
from datetime import date
from decimal import Decimal, InvalidOperation
from enum import StrEnum
from typing import Annotated, Any, Literal, Self

from pydantic import AfterValidator, BaseModel, BeforeValidator, ConfigDict, Field, model_validator

from domain.money import ZERO, Price
from domain.order import OrderType, Side
from orchestrator.openalgo.symbols import read_day

MOST_ORDERS = 20
MOST_PARTS = 100
MOST_SYMBOLS = 250
LARGEST = 100_000_000  # units
FARTHEST = 20  # digits before or behind the point that are looked at
DIGITS = re.compile(r"[0-9]{1,9}(\.0{1,6})?")
SIGNED = re.compile(r"-?[0-9]{1,9}")
ORDER_ID = re.compile(r"ord_[0-9a-z]{1,40}")
AMOUNT = re.compile(r"[0-9]{1,12}(\.[0-9]{1,6})?")


class Goods(StrEnum):
    """The products that OpenAlgo knows."""

    CNC = "CNC"
    MIS = "MIS"
    NRML = "NRML"


def _text(value: Any) -> str:
    if isinstance(value, bool) or not isinstance(value, str | int | Decimal):
        raise ValueError("give a number, as text or as a number")
    if isinstance(value, Decimal):
        if abs(value.adjusted()) > FARTHEST:  # 1e300000000 written out would fill the memory
            raise ValueError("give a number that is written out")
        return format(value, "f")
    return value.strip() if isinstance(value, str) else str(value)


def _whole(value: Any) -> int:
    text = _text(value)
    if not DIGITS.fullmatch(text):
        raise ValueError("give a whole number")
    return int(text.partition(".")[0])


def _signed(value: Any) -> int:
    text = _text(value)
    if not SIGNED.fullmatch(text):
        raise ValueError("give a whole number, below zero for a short position")
    return int(text)


def _amount(value: Any) -> Price | None:
    """None for zero: OpenAlgo's word for no price."""
    if value is None or isinstance(value, Price):
        return value
    text = _text(value)
    if not AMOUNT.fullmatch(text):
        raise ValueError("give rupees, at most six decimals")
    try:
        price = Price(Decimal(text))
    except InvalidOperation:
        raise ValueError("give rupees, at most six decimals") from None
    return price if price.amount != ZERO.amount else None


def _upper(value: Any) -> Any:
    return value.strip().upper() if isinstance(value, str) and value.isascii() else value


def _none_of_it(value: Any) -> None:
    if value is not None and _amount(value) is not None:
        raise ValueError(
            "we place no target, stop-loss or trailing stop with an order: place it as its own order"
        )


def _order_id(text: str) -> str:
    """Of an order of ours: other words could mean another list of our own API."""
    if not ORDER_ID.fullmatch(text):
        raise ValueError("give an orderid as it was answered, ord_...")
    return text


Quantity = Annotated[int, BeforeValidator(_whole), Field(gt=0, le=LARGEST)]
Units = Annotated[int, BeforeValidator(_whole), Field(ge=0, le=LARGEST)]
Size = Annotated[int, BeforeValidator(_signed), Field(ge=-LARGEST, le=LARGEST)]
Amount = Annotated[Price | None, BeforeValidator(_amount)]
Word = Annotated[str, BeforeValidator(_upper), Field(min_length=1, max_length=64, pattern=r"^[ -~]+$")]
Nothing = Annotated[None, BeforeValidator(_none_of_it)]
Key = Annotated[str, Field(min_length=1, max_length=48, pattern=r"^[\x21-\x7e]+$")]


class Body(BaseModel):
    """`strategy` is taken and not used: here every order of a user is followed as one book."""

    model_config = ConfigDict(extra="forbid", arbitrary_types_allowed=True)

    strategy: Annotated[str | None, Field(max_length=200)] = None


class Named(Body):
    symbol: Word
    exchange: Word


class Basic(Named):
    """One order of a list: all that describes it."""

    action: Annotated[Side, BeforeValidator(_upper)]
    quantity: Quantity
    pricetype: Annotated[OrderType, BeforeValidator(_upper)] = OrderType.MARKET
    product: Annotated[Goods, BeforeValidator(_upper)] = Goods.MIS
    price: Amount = None
    trigger_price: Amount = None
    disclosed_quantity: Units = 0
    target: Nothing = None
    stoploss: Nothing = None
    trailing_sl: Nothing = None


class PlaceBody(Basic):
    """`idempotency_key` is ours: sent again with the same one, the same order is not placed twice."""

    idempotency_key: Key | None = None


class SmartBody(PlaceBody):
    quantity: Units
    position_size: Size


class BasketBody(Body):
    orders: Annotated[list[Basic], Field(min_length=1, max_length=MOST_ORDERS)]
    idempotency_key: Key | None = None


class SplitBody(PlaceBody):
    splitsize: Quantity

    @model_validator(mode="after")
    def _not_too_many(self) -> Self:
        if -(-self.quantity // self.splitsize) > MOST_PARTS:
            raise ValueError(f"that would be more than {MOST_PARTS} orders")
        return self

    @property
    def parts(self) -> list[int]:
        whole, rest = divmod(self.quantity, self.splitsize)
        return [self.splitsize] * whole + ([rest] if rest else [])


class OrderBody(Body):
    orderid: Annotated[str, AfterValidator(_order_id), Field(max_length=64)]


class ModifyBody(PlaceBody, OrderBody):
    product: Annotated[Goods, BeforeValidator(_upper)]


class HeldBody(Named):
    product: Annotated[Goods, BeforeValidator(_upper)]


class MarginBody(Body):
    positions: Annotated[list[Basic], Field(min_length=1, max_length=MOST_ORDERS)]


class QuotesBody(Body):
    symbols: Annotated[list[Named], Field(min_length=1, max_length=MOST_SYMBOLS)]


class SearchBody(Body):
    query: Annotated[str, Field(min_length=1, max_length=100)]
    exchange: Word | None = None


class HistoryBody(Named):
    interval: Literal["1m", "3m", "5m", "10m", "15m", "30m", "1h", "D", "W", "M"]
    start_date: date
    end_date: date
    source: Literal["api"] = "api"


class ExpiryBody(Named):
    instrumenttype: Literal["futures", "options"]


def _day(value: Any) -> date | None:
    if value is None or value == "":
        return None
    found = read_day(value) if isinstance(value, str) else None
    if found is None:
        raise ValueError("give a day as DDMMMYY, for example 24NOV26")
    return found


Day = Annotated[date | None, BeforeValidator(_day)]


def _iso_day(value: Any) -> date | None:
    if value is None or value == "":
        return None
    try:
        return date.fromisoformat(value)
    except (TypeError, ValueError):
        raise ValueError("give a day as YYYY-MM-DD") from None


IsoDay = Annotated[date | None, BeforeValidator(_iso_day)]


class HolidaysBody(Body):
    year: Annotated[int | None, BeforeValidator(lambda value: None if value is None else _whole(value))] = (
        None
    )


class TimingsBody(Body):
    date: IsoDay = None


class ChainBody(Body):
    underlying: Word
    exchange: Word
    expiry_date: Day = None
    strike_count: Annotated[int, BeforeValidator(_whole), Field(ge=1, le=100)] = 15


class OptionBody(Body):
    """`offset`: ATM, ITM1, OTM2 ... of strikes as they are listed."""

    underlying: Word
    exchange: Word
    expiry_date: Day = None
    offset: Annotated[str, BeforeValidator(_upper), Field(pattern=r"^(ATM|[IO]TM[1-9][0-9]?)$")]
    option_type: Annotated[Literal["CE", "PE"], BeforeValidator(_upper)]

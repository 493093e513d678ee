"""What clients send to the Mock broker, read and checked: bodies, queries, tokens."""

from __future__ import annotations

from datetime import date, datetime
from decimal import Decimal
from typing import Literal, TypeVar

from pydantic import BaseModel, ConfigDict, Field, ValidationError
from starlette.requests import Request

from mocks.brokers.backoffice.orders import Change, OrderRequest, Product
from mocks.brokers.backoffice.profile import IST
from mocks.brokers.faults import Scope
from mocks.brokers.server import MOST_RUPEES, MOST_SHARES, whole_paise
from mocks.exchange.model import OrderType, Side, Validity

SIDES = {"BUY": Side.BUY, "SELL": Side.SELL}
Rupees = Decimal
Body = TypeVar("Body", bound=BaseModel)


class BadInput(Exception):
    """The body or query is not what the contract says; `field` names the part."""

    def __init__(self, field: str, message: str) -> None:
        super().__init__(message)
        self.field = field
        self.message = message


class OrderIn(BaseModel):
    model_config = ConfigDict(extra="forbid")

    symbol: str
    side: Literal["BUY", "SELL"]
    type: OrderType
    product: Product
    quantity: int = Field(gt=0, le=MOST_SHARES)
    price: Rupees | None = None
    trigger_price: Rupees | None = None
    validity: Validity = Validity.DAY
    ttl_minutes: int = Field(default=0, ge=0, le=1440)
    disclosed_quantity: int = Field(default=0, ge=0, le=MOST_SHARES)
    protection: float = Field(default=-1, le=25)
    tag: str = Field(default="", max_length=40)
    after_market: bool = False
    iceberg_legs: int = Field(default=0, ge=0, le=50)


class ChangeIn(BaseModel):
    model_config = ConfigDict(extra="forbid")

    quantity: int | None = Field(default=None, gt=0, le=MOST_SHARES)
    price: Rupees | None = None
    trigger_price: Rupees | None = None
    type: OrderType | None = None
    validity: Validity | None = None
    disclosed_quantity: int | None = Field(default=None, ge=0, le=MOST_SHARES)


class AmountIn(BaseModel):
    model_config = ConfigDict(extra="forbid")

    amount: Rupees


class TokenIn(BaseModel):
    model_config = ConfigDict(extra="forbid")

    grant_type: Literal["authorization_code"]
    client_id: str
    client_secret: str
    code: str
    redirect_uri: str


class ConvertIn(BaseModel):
    model_config = ConfigDict(extra="forbid")

    symbol: str
    side: Literal["BUY", "SELL"]
    quantity: int = Field(gt=0, le=MOST_SHARES)
    old_product: Product
    new_product: Product
    overnight: bool = False


def paise(value: Decimal | None, field: str) -> int | None:
    """Rupees to paise. Raises BadInput for parts of a paisa and for amounts beyond `MOST_RUPEES`."""
    if value is None:
        return None
    try:
        return whole_paise(value)
    except ValueError as bad:
        raise BadInput(field, f"{field}: at most two decimals, and at most {MOST_RUPEES} rupees") from bad


def amount(asked: AmountIn) -> int:
    """Paise."""
    return paise(asked.amount, "amount") or 0


def placement(order: OrderIn, api_key: str) -> OrderRequest:
    return OrderRequest(
        key=order.symbol,
        side=SIDES[order.side],
        type=order.type,
        product=order.product,
        quantity=order.quantity,
        price=paise(order.price, "price") or 0,
        trigger=paise(order.trigger_price, "trigger_price") or 0,
        disclosed=order.disclosed_quantity,
        validity=order.validity,
        ttl_minutes=order.ttl_minutes,
        protection=order.protection if order.type in (OrderType.MARKET, OrderType.SL_M) else None,
        tag=order.tag,
        app=api_key,
        amo=order.after_market,
        iceberg_legs=order.iceberg_legs,
    )


def change(asked: ChangeIn) -> Change:
    return Change(
        quantity=asked.quantity,
        price=paise(asked.price, "price"),
        trigger=paise(asked.trigger_price, "trigger_price"),
        disclosed=asked.disclosed_quantity,
        type=asked.type,
        validity=asked.validity,
    )


async def read(request: Request, model: type[Body]) -> Body:
    try:
        return model.model_validate_json(await request.body())
    except ValidationError as bad:
        first = bad.errors()[0]
        field = ".".join(str(part) for part in first["loc"]) or "body"
        raise BadInput(field, f"{field}: {first['msg']}") from bad


def moment(text: str | None, field: str) -> datetime:
    """A query loses the "+" of an offset unless it is escaped; both forms are taken."""
    try:
        return datetime.fromisoformat((text or "").replace(" ", "+")).astimezone(IST)
    except ValueError as bad:
        raise BadInput(field, f"{field} is a time like 2026-11-20T09:15:00+05:30") from bad


def day(text: str, field: str) -> date:
    try:
        return date.fromisoformat(text)
    except ValueError as bad:
        raise BadInput(field, f"{field} is a day like 2026-11-20") from bad


def token_of(scope: Scope) -> str:
    for name, value in scope["headers"]:
        if name == b"authorization":
            kind, _, token = value.decode("latin-1").partition(" ")
            return str(token) if kind.lower() == "bearer" else ""
    return ""

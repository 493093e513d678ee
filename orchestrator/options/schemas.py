"""Option chains and payoffs on the wire. Prices are decimal strings in rupees a unit; null is what nobody can tell."""

from __future__ import annotations

from datetime import date
from enum import StrEnum
from typing import Annotated

from pydantic import Field

from domain.instrument import Exchange, Kind
from domain.order import Side
from orchestrator.schemas import In, MoneyText, Out, PriceText, Time

MOST_LEGS = 20
MAX_QUANTITY = 10_000_000


class PricedOut(Out):
    """A share, index or future and its newest price. `stale`: nobody could be asked now, and this is older."""

    symbol: str
    kind: Kind
    last_price: PriceText | None
    change: PriceText | None
    change_percent: str | None
    as_of: Time | None
    source: str | None
    stale: bool


class ExpiryOut(Out):
    """`days`: calendar days left. `expires_at`: the end of trading on the last day. `future`: that ends with it."""

    expiry: date
    days: int
    expires_at: Time
    monthly: bool
    strikes: int
    future: str | None


class UnderlyingOut(Out):
    """What contracts are on. `name` is short, as in contracts; `spot` is null where no exchange lists it."""

    name: str
    exchange: Exchange
    lot: int
    spot: PricedOut | None
    futures: list[PricedOut]
    expiries: list[ExpiryOut]


class Unpriced(StrEnum):
    """Why an option has no implied volatility."""

    NO_PRICE = "no_price"  # neither bid and offer nor a trade
    NO_FORWARD = "no_forward"  # no price of the underlying
    NO_TIME_VALUE = "no_time_value"  # it costs no more than it would pay at once
    EXPIRED = "expired"


class OptionOut(Out):
    """One option. Quantities in units.

    `iv` is percent a year, of the middle of bid and offer, else of the last trade (`iv_of`). `delta` rupees for a rupee
    of the underlying, `gamma` the change of delta for a rupee, `theta` rupees a calendar day, `vega` rupees a
    percentage point of volatility: of one unit. `oi_change`: since the close of the day before, where that was kept.
    """

    symbol: str
    lot: int
    last_price: PriceText | None
    change: PriceText | None
    change_percent: str | None
    bid: PriceText | None
    bid_quantity: int | None
    ask: PriceText | None
    ask_quantity: int | None
    volume: int | None
    oi: int | None
    oi_change: int | None
    iv: str | None
    iv_of: str | None
    iv_missing: Unpriced | None
    delta: str | None
    gamma: str | None
    theta: str | None
    vega: str | None
    as_of: Time | None
    source: str | None
    stale: bool


class StrikeOut(Out):
    strike: PriceText
    call: OptionOut | None
    put: OptionOut | None


class ForwardOf(StrEnum):
    """Where the forward price comes from."""

    FUTURE = "future"  # the future of the same expiry
    PARITY = "parity"  # put-call parity at the strike where both cost nearly the same
    SPOT = "spot"


class ChainOut(Out):
    """The strikes of one expiry, lowest first.

    `put_call_ratio` (open interest) and `max_pain` are of the `counted` strikes shown whose open interest is known;
    `total` is how many strikes are listed. `missing`: options that nobody could quote now.
    """

    name: str
    exchange: Exchange
    expiry: date
    days: int
    expires_at: Time
    lot: int
    spot: PricedOut | None
    future: PricedOut | None
    forward: PriceText | None
    forward_of: ForwardOf | None
    atm_strike: PriceText | None
    put_call_ratio: str | None
    max_pain: PriceText | None
    counted: int
    total: int
    missing: int
    now: Time
    strikes: list[StrikeOut]


class LegIn(In):
    """`quantity` in units. Without `price` the market's is taken: the offer to buy, the bid to sell, else the last."""

    symbol: Annotated[str, Field(min_length=1, max_length=64, examples=["NFO:NIFTY26NOV24500CE"])]
    side: Side
    quantity: Annotated[int, Field(gt=0, le=MAX_QUANTITY, strict=True)]
    price: PriceText | None = None


class PayoffIn(In):
    """Legs on one underlying. Options share one expiry; futures and shares may stand beside them."""

    legs: Annotated[list[LegIn], Field(min_length=1, max_length=MOST_LEGS)]
    low: PriceText | None = None
    high: PriceText | None = None


class PriceOf(StrEnum):
    GIVEN = "given"
    BID = "bid"
    ASK = "ask"
    LAST = "last"


class LegOut(Out):
    symbol: str
    kind: Kind
    side: Side
    quantity: int
    strike: PriceText | None
    price: PriceText
    price_of: PriceOf
    as_of: Time | None
    iv: str | None


class PointOut(Out):
    """`profit` at expiry, when the underlying ends at `price`; `now`: if it were there at this moment, by the model."""

    price: PriceText
    profit: MoneyText
    now: MoneyText | None


class NetGreeksOut(Out):
    """Of the whole position, in rupees as in `OptionOut`."""

    delta: str
    gamma: str
    theta: str
    vega: str


class PayoffOut(Out):
    """Before charges and margin. `max_profit` null: unlimited, as `profit_unlimited` says; the same of the loss.

    `net_premium` above zero is received. Prices are of the underlying at expiry. `greeks` null: not all legs have an
    implied volatility.
    """

    name: str
    expiry: date | None
    spot: PricedOut | None
    legs: list[LegOut]
    net_premium: MoneyText
    max_profit: MoneyText | None
    profit_unlimited: bool
    max_loss: MoneyText | None
    loss_unlimited: bool
    break_evens: list[PriceText]
    points: list[PointOut]
    greeks: NetGreeksOut | None

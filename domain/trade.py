"""A trade of one account as it is kept for good: an own fill, or a row of a broker's trade book or an imported file."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime
from enum import StrEnum

from domain.account import AccountId
from domain.calendar import IST
from domain.instrument import Exchange, InstrumentId
from domain.money import Money, Price
from domain.words import Product, Side

CASH = (Exchange.NSE, Exchange.BSE)


class TradeSource(StrEnum):
    OWN = "own"  # of an order sent from here
    BOOK = "book"  # of an order placed elsewhere, read in the broker's book
    IMPORTED = "imported"  # of a file


@dataclass(frozen=True, slots=True)
class AccountTrade:
    """`quantity` units for `price` rupees each, at the exchange's time `at` (aware).

    `instrument` is the canonical name, or as the source wrote it where nobody lists it any more; `isin` of a share, as
    far as it is known. `product` None: the source does not tell. `trade_id` is the broker's, one a day and side of an
    instrument; `order_id` the broker's order, "" where the source does not tell.
    """

    account_id: AccountId
    instrument: InstrumentId
    side: Side
    quantity: int
    price: Price
    at: datetime
    trade_id: str
    source: TradeSource
    product: Product | None = None
    order_id: str = ""
    isin: str | None = None

    @property
    def day(self) -> date:
        """The exchange's day (IST)."""
        return self.at.astimezone(IST).date()

    @property
    def value(self) -> Money:
        """Rupees for one unit of a contract each; of a commodity, times the units that the contract is for."""
        return self.price * self.quantity

    @property
    def is_share(self) -> bool:
        """Whether it is in the cash market, where what is bought is delivered."""
        return self.instrument.exchange in CASH

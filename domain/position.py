"""What is owned: Position is the net and day part of trading, Holding is what lies in demat."""

from __future__ import annotations

from dataclasses import dataclass

from domain.instrument import InstrumentId
from domain.money import Money, Price
from domain.order import Product


@dataclass(frozen=True, slots=True)
class Position:
    """One contract and product in one account. Quantities are units, negative is short.

    `quantity` is net (overnight + day). Values are rupees over the day's and carried trades;
    `average_price` is None when flat. `multiplier` is units per quantity (1 but for commodities).
    """

    instrument: InstrumentId
    product: Product
    quantity: int
    overnight_quantity: int
    buy_quantity: int
    buy_value: Money
    sell_quantity: int
    sell_value: Money
    average_price: Price | None
    last_price: Price | None = None
    close_price: Price | None = None
    multiplier: int = 1


@dataclass(frozen=True, slots=True)
class Holding:
    """Shares of one ISIN in one demat account.

    `quantity` is everything owned: settled and T1, sold-today parts taken off. `t1_quantity` of it is bought
    and not yet settled. `sellable_quantity` is what a delivery sell may use; of it `unauthorised_quantity` waits for
    the person's leave at the depository, as far as the broker tells. `average_price` is None when the broker does not
    say.
    """

    instrument: InstrumentId
    isin: str
    quantity: int
    t1_quantity: int
    sellable_quantity: int
    average_price: Price | None
    last_price: Price | None = None
    close_price: Price | None = None
    pledged_quantity: int = 0
    unauthorised_quantity: int = 0

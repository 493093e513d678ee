"""What is owned: Position is the net and day part of trading, Holding is what lies in demat."""

from __future__ import annotations

from dataclasses import dataclass

from domain.instrument import InstrumentId
from domain.money import ZERO, Money, Price
from domain.order import Product


@dataclass(frozen=True, slots=True)
class Traded:
    """What was bought and sold on one day. Quantities are units and never negative; values are rupees, before
    charges, the multiplier in them."""

    buy_quantity: int = 0
    buy_value: Money = ZERO
    sell_quantity: int = 0
    sell_value: Money = ZERO

    @property
    def net(self) -> int:
        """Units bought less units sold."""
        return self.buy_quantity - self.sell_quantity


@dataclass(frozen=True, slots=True)
class Position:
    """One contract and product in one account. Quantities are units, negative is short.

    `quantity` is net (overnight + day). Values are rupees over the day's and carried trades;
    `average_price` is None when flat. `multiplier` is units per quantity (1 but for commodities).
    `today` is the day's part of them, None where the broker does not tell it apart.
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
    today: Traded | None = None

    @property
    def day(self) -> Traded | None:
        """The day's part: what the broker tells, else what cannot be otherwise; None is not known."""
        if self.today is not None:
            return self.today
        if not self.overnight_quantity:
            return Traded(self.buy_quantity, self.buy_value, self.sell_quantity, self.sell_value)
        against = self.sell_quantity if self.overnight_quantity > 0 else self.buy_quantity
        return Traded() if self.quantity == self.overnight_quantity and not against else None


@dataclass(frozen=True, slots=True)
class Holding:
    """Shares of one ISIN in one demat account; those bought on the broker's money (product MTF) are a row of their own.

    `quantity` is everything owned: settled and T1, sold-today parts taken off. `t1_quantity` of it is bought
    and not yet settled. `sellable_quantity` is what a delivery sell may use; of it `unauthorised_quantity` waits for
    the person's leave at the depository, as far as the broker tells; `authorised_quantity` is what was released today.
    `loan` is what the broker lent for MTF shares and is still owed, rupees. Of average, authorised and loan None means
    that the broker does not say.
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
    authorised_quantity: int | None = None
    product: Product = Product.CNC
    loan: Money | None = None

"""What of an account's trades is still open and what each closing earned: FIFO lots, as tax law and demat keep them."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime
from enum import StrEnum

from domain.account import AccountId
from domain.calendar import IST
from domain.instrument import InstrumentId
from domain.money import Money, Price, average_price
from domain.words import Product, Side


class ActionKind(StrEnum):
    SPLIT = "split"  # `new` units in place of `old`, which cost the same together
    BONUS = "bonus"  # `new` more units for each `old`, which cost nothing (Income-tax Act, section 55(2)(aa)(iiia))


@dataclass(frozen=True, slots=True)
class CorporateAction:
    """`on`: the ex-date. A split or a bonus may come with a new ISIN (`becomes`). No fraction of a unit is given."""

    isin: str
    on: date
    kind: ActionKind
    new: int
    old: int
    becomes: str | None = None


@dataclass(frozen=True, slots=True)
class Settlement:
    """What a contract ended at: `price` rupees for one unit, 0 for an option out of the money."""

    instrument: InstrumentId
    at: datetime
    price: Price


@dataclass(frozen=True, slots=True)
class OpenLot:
    """Units of one opening trade that are not closed yet: negative is short. `paid`: rupees for them, at one unit of
    goods each; `multiplier`: the units of goods that a unit of a commodity contract is for, None where it is not known.
    """

    account_id: AccountId
    instrument: InstrumentId
    isin: str | None
    quantity: int
    paid: Money
    opened_at: datetime
    trade_id: str
    product: Product | None
    multiplier: int | None = 1
    bonus: bool = False

    @property
    def price(self) -> Price | None:
        """Rupees a unit, after splits."""
        return average_price(self.paid, abs(self.quantity))

    @property
    def cost(self) -> Money | None:
        """Rupees that were paid for a long lot, below zero those that a short one brought; None: not known."""
        if self.multiplier is None:
            return None
        return self.paid * (self.multiplier if self.quantity > 0 else -self.multiplier)

    def unrealised(self, price: Price | None) -> Money | None:
        """Rupees that it would earn at `price`; None when that or the multiplier is not known."""
        if price is None or self.multiplier is None or self.cost is None:
            return None
        return price * (self.quantity * self.multiplier) - self.cost


@dataclass(frozen=True, slots=True)
class Closing:
    """`quantity` units (above zero) of a long (`side` BUY) or short position, closed by one trade.

    `opened_at`, `opened_for` and `opened_by` are None where no trade that is known opened them: what the closing earned
    is not known then. `intraday`: opened and closed on one day and never delivered.
    """

    account_id: AccountId
    instrument: InstrumentId
    isin: str | None
    side: Side
    quantity: int
    opened_at: datetime | None
    opened_for: Money | None
    opened_by: str | None
    closed_at: datetime
    closed_for: Money
    closed_by: str
    intraday: bool
    product: Product | None
    multiplier: int | None = 1

    @property
    def day(self) -> date:
        """The exchange's day of the closing (IST)."""
        return self.closed_at.astimezone(IST).date()

    @property
    def known(self) -> bool:
        return self.opened_for is not None

    @property
    def realised(self) -> Money | None:
        """Rupees earned before charges; None when the opening, or the multiplier, is not known."""
        if self.opened_for is None or self.multiplier is None:
            return None
        gained = self.closed_for - self.opened_for
        return gained * (self.multiplier if self.side is Side.BUY else -self.multiplier)


@dataclass(frozen=True, slots=True)
class Ledger:
    """Every lot still open, and every closing, oldest first."""

    lots: tuple[OpenLot, ...] = ()
    closings: tuple[Closing, ...] = ()

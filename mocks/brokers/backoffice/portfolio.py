"""What a client owns: positions of the day and holdings in the demat account.

Integer paise and shares. Values are price x quantity without a contract multiplier (quantities are in shares).
"""

from __future__ import annotations

from dataclasses import dataclass

from mocks.brokers.backoffice.orders import Product
from mocks.exchange.model import Side


@dataclass(slots=True)
class Position:
    """Net position in one contract or share under one product. `overnight_*` is what was carried in, signed;
    `overnight_price` its cost in paise. Closed positions stay listed with `quantity` 0 until the day ends."""

    key: str
    product: Product
    overnight_quantity: int = 0
    overnight_price: int = 0
    day_buy_quantity: int = 0
    day_buy_value: int = 0
    day_sell_quantity: int = 0
    day_sell_value: int = 0

    @property
    def quantity(self) -> int:
        """Net, signed: negative is short (or sold out of holdings, for CNC)."""
        return self.overnight_quantity + self.day_buy_quantity - self.day_sell_quantity

    @property
    def day_quantity(self) -> int:
        return self.day_buy_quantity - self.day_sell_quantity

    @property
    def buy_quantity(self) -> int:
        return self.day_buy_quantity + max(0, self.overnight_quantity)

    @property
    def buy_value(self) -> int:
        return self.day_buy_value + max(0, self.overnight_quantity) * self.overnight_price

    @property
    def sell_quantity(self) -> int:
        return self.day_sell_quantity + max(0, -self.overnight_quantity)

    @property
    def sell_value(self) -> int:
        return self.day_sell_value + max(0, -self.overnight_quantity) * self.overnight_price

    @property
    def average(self) -> float:
        """Paise a share of what is open; 0.0 when closed."""
        if self.quantity > 0:
            return self.buy_value / self.buy_quantity
        if self.quantity < 0:
            return self.sell_value / self.sell_quantity
        return 0.0

    @property
    def open_value(self) -> int:
        """Paise: cost of the open part, always positive."""
        return round(abs(self.quantity) * self.average)

    @property
    def realised(self) -> int:
        """Paise booked by closing. A CNC sale out of holdings books nothing here (the cost is in the holding)."""
        signed = self.open_value if self.quantity >= 0 else -self.open_value
        return self.sell_value - self.buy_value + signed

    def pnl(self, last_price: int) -> int:
        """Realised + unrealised, paise."""
        return self.sell_value - self.buy_value + self.quantity * last_price

    def add(self, side: Side, quantity: int, price: int) -> None:
        if side is Side.BUY:
            self.day_buy_quantity += quantity
            self.day_buy_value += quantity * price
        else:
            self.day_sell_quantity += quantity
            self.day_sell_value += quantity * price


@dataclass(slots=True)
class Holding:
    """Shares in the demat account, one row per ISIN; `key` is the listing it is shown under.

    `quantity` settled (today's sales still in it), `t1` bought yesterday, `used` sold today out of it,
    `authorised` may be sold today without DDPI. `average` is the cost in paise a share.
    """

    isin: str
    key: str
    quantity: int = 0
    t1: int = 0
    used: int = 0
    average: float = 0.0
    pledged: int = 0
    authorised: int = 0

    @property
    def owned(self) -> int:
        """Shares still owned: settled + T1 - sold today."""
        return self.quantity + self.t1 - self.used

    @property
    def free(self) -> int:
        """Shares that may still be sold, before open sell orders."""
        return self.owned - self.pledged


@dataclass(frozen=True, slots=True)
class Funds:
    """Money of one user, paise.

    `available` = opening_cash + payin + realised + sale_credit - delivery_debit - position_margin - blocked.
    """

    opening_cash: int
    payin: int
    blocked: int  # margin of open orders
    position_margin: int  # margin of open intraday and contract positions
    span: int  # of which SPAN-like
    premium: int  # of which option premium paid
    delivery_debit: int  # shares bought for delivery today
    sale_credit: int  # shares sold out of holdings today
    realised: int  # booked today by intraday and contract positions
    unrealised: int
    available: int

    @property
    def cash(self) -> int:
        """The ledger: opening cash and today's deposits less withdrawals."""
        return self.opening_cash + self.payin

    @property
    def used(self) -> int:
        return self.cash - self.available

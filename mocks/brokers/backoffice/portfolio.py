"""What a client owns: positions of the day and holdings in the demat account.

Integer paise and shares. Values are price x quantity without a contract multiplier (quantities are in shares).
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from mocks.brokers.backoffice.orders import Product
from mocks.exchange.model import Side


@dataclass(slots=True)
class Position:
    """Net position in one contract or share under one product. `overnight_*` is what was carried in, signed;
    `overnight_price` its cost in paise. `marked_price` is what has been settled in cash for the carried part: the last
    settlement price of a future, 0 for an option (its premium was paid in full). Closed positions stay listed with
    `quantity` 0 until the day ends; what was carried and what was traded today stay apart in them."""

    key: str
    product: Product
    overnight_quantity: int = 0
    overnight_price: int = 0
    marked_price: int = 0
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

    @property
    def settled_part(self) -> tuple[int, int]:
        """(paise booked by closing, signed paise of the open part), the carried part reckoned at `marked_price`:
        what the day has brought and taken in cash is the first less the second."""
        shift = self.overnight_quantity * (self.marked_price - self.overnight_price)
        bought = self.buy_value + (shift if self.overnight_quantity > 0 else 0)
        sold = self.sell_value - (shift if self.overnight_quantity < 0 else 0)
        if self.quantity > 0:
            open_value = round(self.quantity * bought / self.buy_quantity)
        elif self.quantity < 0:
            open_value = round(self.quantity * sold / self.sell_quantity)
        else:
            open_value = 0
        return sold - bought + open_value, open_value

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
    `authorised` may be sold without DDPI until `authorised_until` (None: until the day ends). `average` is the cost
    in paise a share. Shares bought on the broker's money are apart, in the `mtf_*` fields: `mtf_used` sold today,
    `mtf_value` their cost and `mtf_loan` what of it is still owed, paise.
    """

    isin: str
    key: str
    quantity: int = 0
    t1: int = 0
    used: int = 0
    average: float = 0.0
    pledged: int = 0
    authorised: int = 0
    authorised_until: datetime | None = None
    mtf_quantity: int = 0
    mtf_used: int = 0
    mtf_value: int = 0
    mtf_loan: int = 0

    @property
    def owned(self) -> int:
        """Shares still owned: settled + T1 - sold today. Funded shares are not in it."""
        return self.quantity + self.t1 - self.used

    @property
    def free(self) -> int:
        """Shares that may still be sold, before open sell orders."""
        return self.owned - self.pledged

    @property
    def mtf_average(self) -> float:
        """Paise a share."""
        return self.mtf_value / self.mtf_quantity if self.mtf_quantity else 0.0

    @property
    def empty(self) -> bool:
        return not (self.quantity or self.t1 or self.mtf_quantity)


@dataclass(frozen=True, slots=True)
class Funds:
    """Money of one user, paise.

    `available` = opening_cash + payin + collateral + realised + sale_credit - delivery_debit - position_margin
    - blocked - charges.
    """

    opening_cash: int
    payin: int
    blocked: int  # margin of open orders
    position_margin: int  # of open positions: intraday shares + span + exposure + delivery_margin + premium
    span: int  # of which SPAN-like
    premium: int  # of which option premium: paid today for what is open, negative when received
    delivery_debit: int  # shares bought for delivery today, the own part of funded ones
    sale_credit: int  # shares sold out of holdings today, less the loan they repay
    realised: int  # booked today by intraday and contract positions
    unrealised: int
    available: int
    exposure: int = 0
    delivery_margin: int = 0  # share contracts about to expire
    charges: int = 0  # of today's trades, not yet debited
    collateral: int = 0  # pledged shares after the haircut
    collateral_used: int = 0  # margins take collateral before cash; purchases and premiums need cash
    mtf_margin: int = 0  # own part of funded shares bought today, in delivery_debit
    mtf_loan: int = 0  # owed for funded shares held
    realised_shares: int = 0  # of realised, what intraday shares booked

    @property
    def cash(self) -> int:
        """The ledger: opening cash and today's deposits less withdrawals."""
        return self.opening_cash + self.payin

    @property
    def used(self) -> int:
        """Of cash and collateral."""
        return self.cash + self.collateral - self.available

    @property
    def spendable(self) -> int:
        """What may be spent on shares and premiums, or withdrawn: the available part that is cash."""
        return self.available - (self.collateral - self.collateral_used)

    @property
    def var(self) -> int:
        """Margin of intraday shares."""
        return self.position_margin - self.span - self.exposure - self.delivery_margin - self.premium

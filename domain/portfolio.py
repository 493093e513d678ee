"""The consolidated view: lines over brokers, lots inside them, gaps where a broker is missing.

None is "not known" and is shown as a dash with a reason; it is never added up as zero without saying so.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import datetime

from domain.account import AccountId, BrokerId, Margin
from domain.instrument import InstrumentId
from domain.money import ZERO, Money, Price
from domain.order import Product
from domain.position import Holding, Position, Traded


@dataclass(frozen=True, slots=True)
class AccountSnapshot:
    """Everything read from one account; `as_of` is when the reading of holdings and positions began (aware).

    Those two are of one pass: of two moments, shares that settled between them would be counted twice or not at all.
    The margin has an age of its own where it is of another reading (`margin_as_of`). `stale_since` is set when later
    readings failed, so that the numbers are the last known ones, `margin_stale_since` likewise; `lacking` says which
    part alone the broker does not tell. `unread` names holdings and positions that the broker told and that could
    not be read: they are missing here.
    """

    account_id: AccountId
    broker: BrokerId
    label: str
    margin: Margin
    holdings: tuple[Holding, ...]
    positions: tuple[Position, ...]
    as_of: datetime
    stale_since: datetime | None = None
    unread: tuple[str, ...] = ()
    margin_as_of: datetime | None = None
    margin_stale_since: datetime | None = None
    lacking: str = ""

    @property
    def funds_as_of(self) -> datetime:
        """When the margin was read."""
        return self.margin_as_of or self.as_of

    @property
    def known_until(self) -> datetime:
        """What happened after this may be missing in some part of it: what newer orders hold is counted from here."""
        return min(self.as_of, self.funds_as_of)

    def aged(self, since: datetime) -> AccountSnapshot:
        """All its numbers are the last known ones, at the latest since then."""
        return replace(
            self,
            stale_since=self.stale_since or since,
            margin_stale_since=self.margin_stale_since or since,
            lacking="",
        )


@dataclass(frozen=True, slots=True)
class LastPrice:
    """A price and where it is from; `at` is its age, `source` the broker that told it, None when that is not known."""

    price: Price
    at: datetime
    prev_close: Price | None = None
    source: str | None = None


@dataclass(frozen=True, slots=True)
class Lot:
    """One account's part of a line. Quantities in units, money in rupees."""

    account_id: AccountId
    broker: BrokerId
    label: str
    instrument: InstrumentId
    quantity: int
    average_price: Price | None
    pnl: Money | None
    as_of: datetime
    stale: bool
    day_pnl: Money | None = None


@dataclass(frozen=True, slots=True)
class HoldingLot(Lot):
    """Shares of one account, listing and product: own ones (CNC) and those on the broker's money (MTF) are apart.

    Of `quantity`, `t1_quantity` is not settled yet (`bought_quantity`, of today, in it), `pledged_quantity` is
    collateral, and a delivery sell may take `sellable_quantity`, of which `unauthorised_quantity` waits for the
    depository's leave. `authorised_quantity` was released today, None where the broker does not say.
    `sold_quantity` was sold out of the holding today and is in none of them. `loan`: as of `Holding`.
    """

    product: Product = Product.CNC
    t1_quantity: int = 0
    bought_quantity: int = 0
    sold_quantity: int = 0
    pledged_quantity: int = 0
    sellable_quantity: int = 0
    unauthorised_quantity: int = 0
    authorised_quantity: int | None = None
    loan: Money | None = None


@dataclass(frozen=True, slots=True)
class PositionLot(Lot):
    """One account's trades: what was carried in, negative when short, what was traded `today`; None where the broker
    does not tell it apart."""

    overnight_quantity: int = 0
    today: Traded | None = None
    realised: Money | None = None
    unrealised: Money | None = None


@dataclass(frozen=True, slots=True)
class HoldingLine:
    """One ISIN over all accounts. `quantity`, `invested` and `pnl` are exactly the sums of the lots."""

    isin: str
    instrument: InstrumentId  # the listing that prices the line
    quantity: int
    invested: Money | None
    last: LastPrice | None
    value: Money | None
    pnl: Money | None
    day_pnl: Money | None
    lots: tuple[HoldingLot, ...]


@dataclass(frozen=True, slots=True)
class PositionLine:
    """One contract and product over all accounts. `quantity` may net to 0 while lots are long and short.

    Delivery trades of today appear here only with what they realised: the shares themselves are in the holdings.
    """

    instrument: InstrumentId
    product: Product
    quantity: int
    last: LastPrice | None
    realised: Money | None
    unrealised: Money | None
    pnl: Money | None
    lots: tuple[PositionLot, ...]
    day_pnl: Money | None = None


@dataclass(frozen=True, slots=True)
class Funds:
    """`unsettled` is what today's delivery trades bring to cash when they settle (below zero: take), before charges:
    shares count when they are traded, cash when it moves. `loan` is owed for shares on the broker's money. None: the
    broker does not say.
    """

    account_id: AccountId
    broker: BrokerId
    label: str
    margin: Margin
    as_of: datetime
    stale: bool
    unsettled: Money | None = ZERO
    loan: Money | None = ZERO


@dataclass(frozen=True, slots=True)
class Gap:
    """An account whose numbers are old or missing, and since when."""

    account_id: AccountId
    broker: BrokerId
    label: str
    since: datetime
    reason: str


@dataclass(frozen=True, slots=True)
class Totals:
    """Sums over the lines; a None is a sum with an unknown part.

    `as_of` is the age of the oldest reading in them, `priced_as_of` that of the oldest price, None where there is none.
    Of the accounts in `incomplete` something is in no sum: they were not read yet, or not every row could be. The gaps
    tell why. Shares and cash together are worth `value` + `cash` + `unsettled` - `loan`.
    """

    value: Money | None
    invested: Money | None
    pnl: Money | None
    day_pnl: Money | None
    cash: Money | None
    margin_available: Money | None
    as_of: datetime | None = None
    priced_as_of: datetime | None = None
    incomplete: tuple[AccountId, ...] = ()
    unsettled: Money | None = None
    loan: Money | None = None


@dataclass(frozen=True, slots=True)
class Portfolio:
    as_of: datetime
    totals: Totals
    holdings: tuple[HoldingLine, ...]
    positions: tuple[PositionLine, ...]
    funds: tuple[Funds, ...]
    gaps: tuple[Gap, ...]

"""What each account is worth, out of the consolidated view: shares, cash, and what today's trading will bring to it.

None where a part is not known or is old: an evening's worth is told whole or not at all.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from aggregation.deliveries import DELIVERED
from aggregation.valuation import total, worth
from domain.account import AccountId, BrokerId
from domain.instrument import Exchange, InstrumentId
from domain.money import ZERO, Money
from domain.portfolio import Funds, Portfolio, PositionLine, PositionLot


@dataclass(frozen=True, slots=True)
class Worth:
    """Rupees. `value` is `shares` + `cash` + `open`.

    `cash` is settled money and what delivery trades of today will move, less loans. `open` is what positions add that
    is not in cash yet: today's profit of all, and what carried options would bring. `day_pnl` is what the day's
    trading and prices earned, before charges. `missing` says why something is None.
    """

    account_id: AccountId
    broker: BrokerId
    shares: Money | None
    cash: Money | None
    open: Money | None
    day_pnl: Money | None
    missing: str = ""

    @property
    def value(self) -> Money | None:
        return total((self.shares, self.cash, self.open))


def worths(portfolio: Portfolio, options: frozenset[InstrumentId]) -> tuple[Worth, ...]:
    """One for each account that was read; `options` are the option contracts among the positions.

    Futures and intraday trades are settled into cash every evening, so that only their day is not in it yet; an
    option's premium moved when it was traded, and carried ones are worth what the last close said, and their day.
    """
    gaps = {gap.account_id: gap.reason for gap in portfolio.gaps}
    return tuple(_of_account(portfolio, funds, options, gaps) for funds in portfolio.funds)


def _of_account(
    portfolio: Portfolio,
    funds: Funds,
    options: frozenset[InstrumentId],
    gaps: Mapping[AccountId, str],
) -> Worth:
    account = funds.account_id
    held = [(line, lot) for line in portfolio.holdings for lot in line.lots if lot.account_id == account]
    traded = [(line, lot) for line in portfolio.positions for lot in line.lots if lot.account_id == account]
    loan = -funds.loan if funds.loan is not None else None
    shares = total(worth(lot.quantity, line.last.price if line.last else None) for line, lot in held)
    cash = total((funds.margin.cash, funds.unsettled, loan))
    still_open = total(_open(line, lot, options) for line, lot in traded)
    earned = total(lot.day_pnl for _, lot in (*held, *traded))
    missing = gaps.get(account, "")
    if not missing:
        parts = {"a price": shares, "the cash": cash, "the day of a position": still_open}
        missing = ", ".join(name for name, part in parts.items() if part is None)
        missing = missing and f"{missing} is not known"
    if account in gaps:
        return Worth(account, funds.broker, None, None, None, None, missing)
    return Worth(account, funds.broker, shares, cash, still_open, earned, missing)


def _open(line: PositionLine, lot: PositionLot, options: frozenset[InstrumentId]) -> Money | None:
    """Delivery trades are in the shares and the unsettled cash already; what they realised is in that cash."""
    if line.product in DELIVERED:
        return ZERO
    if line.instrument not in options or not lot.overnight_quantity:
        return lot.day_pnl
    if line.instrument.exchange is Exchange.MCX:
        return None  # no broker tells how much goods a lot of it stands for
    close = line.last.prev_close if line.last else None
    return total((worth(lot.overnight_quantity, close), lot.day_pnl))

"""What a client gets out of a corporate action: fixed by what he holds on the morning of the ex-date, given when due.

Shares bought until the evening before count, T1 ones and those on the broker's money too. A fraction of a share is not
given. Shares come into the demat account, dividends go to the bank and never through the trading account.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime
from typing import TYPE_CHECKING

from mocks.brokers.backoffice.entries import Account, Occasion
from mocks.exchange.actions import Action, ActionKind

if TYPE_CHECKING:
    from mocks.brokers.backoffice.ledger import Ledger


@dataclass(frozen=True, slots=True)
class Coming:
    """On the morning of `due`: `shares`, of which `t1` have not settled and `pledged` are collateral, `mtf` on the
    broker's money, `amount` paise."""

    isin: str
    key: str
    due: date
    shares: int = 0
    t1: int = 0
    pledged: int = 0
    mtf: int = 0
    amount: int = 0


def entitle(ledger: Ledger, action: Action, isin: str, due: date) -> None:
    """On the ex-date, after the day before is settled."""
    held = ledger.holdings.get(isin)
    if held is None:
        return
    if action.kind is ActionKind.DIVIDEND:
        amount = (held.owned + held.mtf_quantity) * action.amount
        ledger.coming.append(Coming(isin, held.key, due, amount=amount))
        return
    split = action.kind is ActionKind.SPLIT
    whole = held.owned + held.mtf_quantity  # one demat account: a fraction is lost once
    funded = action.shares(held.mtf_quantity) - held.mtf_quantity
    ledger.coming.append(
        Coming(
            isin,
            held.key,
            due,
            shares=action.shares(whole) - whole - funded,
            t1=action.shares(held.t1) - held.t1 if split and due == action.on else 0,
            pledged=action.shares(held.pledged) - held.pledged if split else 0,
            mtf=funded,
        )
    )


def give(ledger: Ledger, opened: date, at: datetime, *, adjusted_averages: bool) -> None:
    """Everything that is due by the morning of `opened`. `adjusted_averages`: what the old shares had cost is spread
    over all; without it a broker goes on showing the old average."""
    due = [one for one in ledger.coming if one.due <= opened]
    ledger.coming = [one for one in ledger.coming if one.due > opened]
    for one in due:
        if one.amount:
            ledger.daybook.pass_by(
                at, opened, Occasion.DIVIDEND, Account.COMPANY, Account.BANK, one.amount, one.key
            )
        if not one.shares and not one.mtf:
            continue
        held = ledger.holding(one.isin, one.key)
        cost = held.average * held.owned
        held.quantity += one.shares - one.t1
        held.t1 += one.t1
        held.pledged += one.pledged
        held.mtf_quantity += one.mtf
        if adjusted_averages and held.owned:
            held.average = cost / held.owned

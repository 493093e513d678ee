"""A client's money as double entry: every movement takes from one account what it gives to another.

Integer paise; `day` is the trading day that a movement belongs to.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import date, datetime
from enum import StrEnum


class Account(StrEnum):
    """`client` is what the broker owes the client; the others are where it comes from and goes to."""

    CLIENT = "client"
    BANK = "bank"
    CLEARING = "clearing"  # the exchange's clearing house: shares, premiums, marking to market
    LENDER = "lender"  # the broker's money behind funded shares
    BROKERAGE = "brokerage"
    STT = "stt"
    EXCHANGE = "exchange"
    IPFT = "ipft"
    SEBI = "sebi"
    STAMP = "stamp"
    GST = "gst"
    DEMAT = "demat"
    DESK = "desk"  # fees for orders of the risk desk
    PLEDGE = "pledge"
    INTEREST = "interest"
    COMPANY = "company"  # whose shares are held


class Occasion(StrEnum):
    OPENING = "opening"
    PAY_IN = "pay_in"
    PAY_OUT = "pay_out"
    SHARES = "shares"  # what shares bought and sold on a day come to
    PREMIUM = "premium"
    MARK_TO_MARKET = "mark_to_market"
    EXPIRY = "expiry"
    CLOSE_OUT = "close_out"  # shares sold and not delivered
    LOAN = "loan"
    REPAYMENT = "repayment"
    INTEREST = "interest"
    CHARGES = "charges"
    DIVIDEND = "dividend"  # from the company to the client's bank


@dataclass(frozen=True, slots=True)
class Entry:
    """`amount` (paise, above zero) goes from `debit` to `credit`. `key` is the listing it is about, or ""."""

    number: int
    at: datetime
    day: date
    occasion: Occasion
    debit: Account
    credit: Account
    amount: int
    key: str = ""

    @property
    def to_client(self) -> int:
        """Paise the client's balance grows by; negative when it shrinks."""
        if self.credit is Account.CLIENT:
            return self.amount
        return -self.amount if self.debit is Account.CLIENT else 0


@dataclass(slots=True)
class Daybook:
    """The entries of one client, oldest first, and the balance they leave him. Nothing is ever changed in it."""

    entries: list[Entry] = field(default_factory=list)
    balance: int = 0
    loan: int = 0  # still owed to the lender

    def write(
        self, at: datetime, day: date, occasion: Occasion, other: Account, amount: int, key: str = ""
    ) -> None:
        """Move `amount` from `other` to the client; a negative one goes the other way, zero is not written."""
        if not amount:
            return
        debit, credit = (other, Account.CLIENT) if amount > 0 else (Account.CLIENT, other)
        number = len(self.entries) + 1
        self.keep(Entry(number, at, day, occasion, debit, credit, abs(amount), key))

    def pass_by(
        self,
        at: datetime,
        day: date,
        occasion: Occasion,
        debit: Account,
        credit: Account,
        amount: int,
        key: str,
    ) -> None:
        """`amount` paise that never come through the client's account with the broker."""
        self.keep(Entry(len(self.entries) + 1, at, day, occasion, debit, credit, amount, key))

    def keep(self, entry: Entry) -> None:
        self.entries.append(entry)
        self.balance += entry.to_client
        if Account.LENDER in (entry.debit, entry.credit):
            self.loan += entry.to_client

    def balance_of(self, account: Account) -> int:
        """What was paid into an account less what was taken out of it."""
        return sum(
            (entry.amount if entry.credit is account else 0) - (entry.amount if entry.debit is account else 0)
            for entry in self.entries
        )

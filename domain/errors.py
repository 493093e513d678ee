"""The four ways a broker call can end other than well (ADR 0003), a no told closer. Anything else is a bug."""

from __future__ import annotations


class BrokerError(Exception):
    """`words` are the broker's own, shown verbatim; `code` is the broker's own code, if it gave one."""

    def __init__(self, words: str, *, code: str | None = None) -> None:
        super().__init__(words)
        self.words = words
        self.code = code


class BrokerRejected(BrokerError):
    """A definite no: nothing was done."""


class AccountRefused(BrokerRejected):
    """A definite no for no fault of the order: the account's plan or permissions allow none like it."""


class AddressRefused(AccountRefused):
    """A definite no because of where the call came from: every order that leaves there gets the same."""


class SessionExpired(BrokerError):
    """A definite no: the person must log in again."""


class BrokerUnavailable(BrokerError):
    """It never left us or was surely not taken up (breaker open, budget spent, connect refused): may go elsewhere."""


class OutcomeUnknown(BrokerError):
    """It left and no clear answer came: only asking the broker again can tell. Never resend a write."""

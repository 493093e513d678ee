"""The depository's leave to sell shares (eDIS) for accounts without DDPI: asked for here, given on a page, gone at
17:30 IST."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from datetime import datetime
from hashlib import blake2b

from mocks.brokers.backoffice.ledger import Ledger
from mocks.brokers.backoffice.profile import next_time_of_day
from mocks.brokers.backoffice.refusal import Code, Refusal

ENDS = 17, 30


@dataclass(slots=True)
class Authorisation:
    """Shares by ISIN that a client was asked to authorise. `confirmed_at` None: not answered yet."""

    request_id: str
    user_id: str
    shares: dict[str, int]
    requested_at: datetime
    confirmed_at: datetime | None = None


@dataclass(slots=True)
class Authorisations:
    """Requests of one broker; they are not kept over a restart."""

    now: Callable[[], datetime]
    requests: dict[str, Authorisation] = field(default_factory=dict)

    def ask(self, ledger: Ledger, shares: Mapping[str, int]) -> Authorisation:
        """`shares` by ISIN; empty asks for everything that is free. Raises Refusal(insufficient_holdings)."""
        wanted = dict(shares) or {held.isin: held.free for held in ledger.holdings.values() if held.free > 0}
        for isin, quantity in wanted.items():
            check(ledger, isin, quantity)
        user_id = ledger.user.user_id
        name = f"{user_id}:{len(self.requests)}:{self.now().isoformat()}"
        request_id = blake2b(name.encode(), digest_size=16).hexdigest()
        self.requests[request_id] = Authorisation(request_id, user_id, wanted, self.now())
        return self.requests[request_id]

    def find(self, request_id: str) -> Authorisation:
        """Raises Refusal(unknown_authorisation)."""
        found = self.requests.get(request_id)
        if found is None:
            raise Refusal(Code.UNKNOWN_AUTHORISATION, "Unknown authorisation request")
        return found

    def confirm(self, ledger: Ledger, request_id: str) -> Authorisation:
        """The client said yes: the shares may be sold until 17:30 IST. A second yes changes nothing."""
        found = self.find(request_id)
        if found.confirmed_at is None:
            for isin, quantity in found.shares.items():
                check(ledger, isin, quantity)
            found.confirmed_at = self.now()
            for isin, quantity in found.shares.items():
                grant(ledger, isin, quantity, self.now())
        return found


def check(ledger: Ledger, isin: str, quantity: int) -> None:
    held = ledger.holdings.get(isin)
    if held is None or not 0 < quantity <= held.free:
        raise Refusal(
            Code.INSUFFICIENT_HOLDINGS,
            "Not enough shares to authorise",
            needs=quantity,
            has=held.free if held else 0,
        )


def grant(ledger: Ledger, isin: str, quantity: int, now: datetime) -> None:
    """Leave to sell `quantity` shares, instead of what was left of an earlier one."""
    held = ledger.holdings[isin]
    held.authorised = quantity
    held.authorised_until = next_time_of_day(now, *ENDS)

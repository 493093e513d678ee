"""What a policy makes as small as possible, in whole numbers: charges, and what delay and losses are worth.

All accounts trade on the same exchange, so what a market order loses in the book is alike at each of them; they differ
in how long the order takes to get there and in how often it is lost (not answered, or refused for no fault of its own),
and these two are priced here.
"""

from __future__ import annotations

from dataclasses import dataclass
from decimal import Decimal

from domain.account import AccountId
from domain.money import Money, Price
from domain.policy import Policy, PolicyKind
from domain.routing import Candidate

# A rupee of charges is this many units: no rate, price and GST together have more digits behind the point.
DIGITS = 16
# Until an account has been measured it counts as an ordinary one.
NEUTRAL_MS = 250
NEUTRAL_PPM = 10_000
STALLED_PPM = 10_000  # an account whose prices stand still may be about to fail
# What a price moves against an order while it is on its way: 0.005 % of its value a second.
DELAY_PER_MS = Decimal("0.00000005")
# What a lost order costs until it is placed again elsewhere: 0.05 % of its value.
LOSS = Decimal("0.0005")
# Puts one measure before another, whatever the other is: no order costs 10^16 rupees.
FIRST = 10**32
# DELAY_PER_MS and LOSS times a millionth, as whole numbers of 10^-10.
_SCALE = 10**10
_DELAY = int(DELAY_PER_MS * _SCALE)
_LOSS = int(LOSS / 10**6 * _SCALE)


@dataclass(frozen=True, slots=True)
class Measure:
    """The score of a part of the order at one account: `paid` times its charges and `unit` for every unit."""

    paid: int
    unit: int = 0

    def score(self, charges: Decimal, quantity: int) -> int:
        """`charges` in rupees of `quantity` units. It is concave in the quantity where the charges are."""
        return self.paid * in_units(charges) + self.unit * quantity


PLAIN = Measure(1)


def in_units(rupees: Decimal) -> int:
    return int(rupees.scaleb(DIGITS))


def in_rupees(units: int) -> Money:
    """Rounded down, for a bound on the charges."""
    return Money(Decimal(units).scaleb(-DIGITS))


def delay_ms(candidate: Candidate) -> int:
    """Milliseconds that placing is expected to take."""
    return NEUTRAL_MS if candidate.place_ms is None else candidate.place_ms


def lost_ppm(candidate: Candidate) -> int:
    """Of a million orders, how many are expected to be lost there."""
    rate = candidate.reject_rate
    ppm = NEUTRAL_PPM if rate is None else int(rate * 10**6)
    return ppm + STALLED_PPM if candidate.prices_stalled else ppm


def measure(policy: Policy, candidate: Candidate, price: Price) -> Measure:
    """How the policy scores this account; `price` in rupees a unit."""
    match policy.kind:
        case PolicyKind.CHEAPEST | PolicyKind.PINNED | PolicyKind.SPREAD:
            return PLAIN
        case PolicyKind.FASTEST:
            return Measure(1, delay_ms(candidate) * FIRST)
        case PolicyKind.MOST_RELIABLE:
            return Measure(1, lost_ppm(candidate) * FIRST)
        case PolicyKind.FALLBACK:
            return Measure(1, place_in(policy.accounts, candidate.account_id) * FIRST)
        case PolicyKind.BALANCED:
            weights = policy.weights
            lost = (
                weights.speed * delay_ms(candidate) * _DELAY
                + weights.reliability * lost_ppm(candidate) * _LOSS
            )
            return Measure(weights.cost * _SCALE, in_units(price.amount) * lost)


def expected_loss(candidate: Candidate, value: Money) -> Money:
    """Rupees that delay and losses are expected to cost an order worth `value` here, by the two rates above."""
    share = DELAY_PER_MS * delay_ms(candidate) + LOSS * lost_ppm(candidate) / 10**6
    return Money(value.amount * share)


def place_in(accounts: tuple[AccountId, ...], account: AccountId) -> int:
    """Its place in the list, from 0; behind all of them when it is not in it."""
    return accounts.index(account) if account in accounts else len(accounts)


def takes_part(policy: Policy, account: AccountId) -> bool:
    """Whether the policy lets this account be used at all."""
    return not policy.accounts or account in policy.accounts

"""What a charge depends on beside the order itself: the account's own terms with its broker, and the kind of ware."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum

from domain.money import Money


class Taxed(StrEnum):
    """The lines of an order's charges that a broker may put GST on."""

    BROKERAGE = "brokerage"
    EXCHANGE = "exchange"
    IPFT = "ipft"
    SEBI = "sebi"


EVERY_FEE = frozenset(Taxed)


@dataclass(frozen=True, slots=True)
class FeePlan:
    """What one account pays otherwise than its broker's standard list; the default is that list.

    `plan`: a plan of the broker's by its name ("plus" at Upstox). `per_order`: rupees an order instead of the list's
    flat fee or cap, for an offer that no list shows. `woman_first_holder`: the depository takes less. `in_debit`: the
    account owes cash, for which Zerodha asks more an order. `taxed`: the lines that GST is on, None: as the broker
    shows. `stamp_in_rupees`: the contract note rounds stamp duty to whole rupees.
    """

    plan: str = ""
    per_order: Money | None = None
    woman_first_holder: bool = False
    in_debit: bool = False
    taxed: frozenset[Taxed] | None = None
    stamp_in_rupees: bool = False


STANDARD = FeePlan()


class Ending(StrEnum):
    """How a contract ends that is not closed before."""

    EXERCISED = "exercised"  # an option in the money, of who holds it, settled in cash
    ASSIGNED = "assigned"  # the same of who wrote it
    DELIVERED = "delivered"  # a contract on a share, in the share itself


@dataclass(frozen=True, slots=True)
class Ware:
    """What of an instrument the state and the exchanges charge by, beside its exchange and kind.

    `fund`: a unit of an exchange-traded fund. `group`: BSE's group of a share, "" where it is not known.
    `agricultural`: a contract on a crop.
    """

    fund: bool = False
    group: str = ""
    agricultural: bool = False


PLAIN = Ware()

# MCX's agricultural underlyings (its contract specifications); every other one is metal, bullion, energy or an index.
CROPS = frozenset(
    {
        "CARDAMOM",
        "CASTORSEED",
        "COTTON",
        "COTTONCNDY",
        "COTTONOIL",
        "CPO",
        "KAPAS",
        "MENTHAOIL",
        "PEPPER",
        "RBDPMOLEIN",
        "RUBBER",
    }
)
FUND_ISIN = "INF"  # NSDL's numbering: INE are companies, INF units of mutual funds, IN0 governments


def ware_of(*, isin: str | None, underlying: str | None, group: str = "") -> Ware:
    """By what a master says. A fund's unit is known by its ISIN and taken for one of an equity fund: the tax on others
    is nil, so that the estimate is at most a rupee in a lakh too high."""
    return Ware(
        fund=isin is not None and isin.startswith(FUND_ISIN),
        group=group.upper(),
        agricultural=underlying is not None and underlying.upper() in CROPS,
    )

"""What a charge depends on beside the order itself: the account's own terms with its broker, and the kind of ware."""

from __future__ import annotations

import re
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


class Fund(StrEnum):
    """What an exchange-traded fund holds, as far as its tax goes."""

    EQUITY = "equity"  # shares of Indian companies: its units pay STT when they are sold
    OTHER = "other"  # gold, silver, bonds, bills, cash: no STT
    UNTOLD = "untold"  # the master does not say; counted as one of shares, which is the dearer guess


@dataclass(frozen=True, slots=True)
class Ware:
    """What of an instrument the state and the exchanges charge by, beside its exchange and kind.

    `fund`: the kind of an exchange-traded fund, None for anything else. `group`: BSE's group of a share, "" where it is
    not known. `agricultural`: a contract on a crop.
    """

    fund: Fund | None = None
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
# What the names of funds say that hold no shares ("NIP IND ETF GOLD BEES", "LIQUIDBEES", "8-13 G-SEC LONG TERM GILT").
_WITHOUT_SHARES = re.compile(
    r"GOLD(?!MAN)|SILVER|LIQUID|GILT|G-?SEC|\bSDL\b|BOND|T-?BILL|MONEY MARKET|OVERNIGHT"
)


def ware_of(*, isin: str | None, underlying: str | None, group: str = "", name: str = "") -> Ware:
    """By what a master says. `name`: all that it calls the instrument.

    A fund's unit is known by its ISIN, and one without shares by its name. No master says that a fund is one of shares.
    """
    return Ware(
        fund=_fund(name.upper()) if isin is not None and isin.startswith(FUND_ISIN) else None,
        group=group.upper(),
        agricultural=underlying is not None and underlying.upper() in CROPS,
    )


def _fund(name: str) -> Fund:
    return Fund.OTHER if _WITHOUT_SHARES.search(name) else Fund.UNTOLD

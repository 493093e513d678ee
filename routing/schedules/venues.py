"""What the exchanges take from each side: the transaction charge, and beside it NSE's investor protection fund (IPFT).

Before 1 October 2024 the exchanges charged by turnover slabs, of which no broker's client saw his own: no rows.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date

from domain.instrument import Exchange
from routing.schedules.statutory import LIST, TRUE_TO_LABEL, per_crore, percent
from routing.schedules.table import CASH, NIL, Dated, Levy, Segment

NOTHING = Levy(NIL, NIL)


@dataclass(frozen=True, slots=True)
class Venue:
    """Parts of the value."""

    charge: Levy
    ipft: Levy = NOTHING


NSE_2026 = date(2026, 3, 1)
NSE_SOURCE = "NSE/FA/73061 of 27 Feb 2026"
NSE_BEFORE = "the earlier rates in NSE/FA/73061 of 27 Feb 2026"
BSE_GROUP_SOURCE = "zerodha.com/charges on BSE's groups; the sources differ on ZP"
_LIST_SEEN = date(2026, 6, 1)  # the oldest copy of the list that we have


def _nse(before: tuple[str, str], now: tuple[str, str]) -> tuple[Dated[Venue], ...]:
    """Rupees per crore: (charge, IPFT) from 1 October 2024 and from 1 March 2026."""
    return (
        Dated(TRUE_TO_LABEL, Venue(*map(per_crore, before)), NSE_BEFORE),
        Dated(NSE_2026, Venue(*map(per_crore, now)), NSE_SOURCE),
    )


def _crore(rupees: str, source: str = LIST) -> tuple[Dated[Venue], ...]:
    return (Dated(TRUE_TO_LABEL, Venue(per_crore(rupees)), source),)


def _listed(part: str) -> tuple[Dated[Venue], ...]:
    """A percentage that only this year's list shows."""
    return (Dated(_LIST_SEEN, Venue(percent(part, part)), LIST),)


_NSE_CASH = _nse(("297", "10"), ("306.99", "0.01"))
_BSE_CASH = _crore("375")

VENUES: dict[tuple[Exchange, Segment], tuple[Dated[Venue], ...]] = {
    **{(Exchange.NSE, segment): _NSE_CASH for segment in CASH},
    **{(Exchange.BSE, segment): _BSE_CASH for segment in CASH},
    (Exchange.NFO, Segment.FUTURES): _nse(("173", "10"), ("182.99", "0.01")),
    (Exchange.NFO, Segment.OPTIONS): _nse(("3503", "50"), ("3552", "1")),
    (Exchange.BFO, Segment.FUTURES): _crore("0"),
    (Exchange.BFO, Segment.OPTIONS): _crore("3250"),
    (Exchange.CDS, Segment.CURRENCY_FUTURES): _listed("0.00035"),
    (Exchange.CDS, Segment.CURRENCY_OPTIONS): _listed("0.0311"),
    (Exchange.BCD, Segment.CURRENCY_FUTURES): _listed("0.00045"),
    (Exchange.BCD, Segment.CURRENCY_OPTIONS): _listed("0.001"),
    (Exchange.MCX, Segment.COMMODITY_FUTURES): _listed("0.0021"),
    (Exchange.MCX, Segment.COMMODITY_OPTIONS): _listed("0.0418"),
}

# BSE's shares by group; a group that is not named here, or is not known, pays what A and B pay.
BSE_GROUPS: dict[str, tuple[Dated[Venue], ...]] = {
    **{group: _crore("275", BSE_GROUP_SOURCE) for group in ("M", "MT", "TS", "MS")},
    **{group: _crore("10000", BSE_GROUP_SOURCE) for group in ("X", "XT", "Z", "ZP")},
    **{group: _crore("100000", BSE_GROUP_SOURCE) for group in ("SS", "ST")},
}

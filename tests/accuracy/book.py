"""What one account owns and earned by the exchange's own prints alone: no broker's words, averages or days.

An independent double of the books: whatever a broker, an adapter or the consolidation makes of the same trades must
come to these quantities, this day's profit and this cash. Paise and units.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from datetime import date

from mocks.exchange.actions import Action, ActionKind
from mocks.exchange.model import Instrument, Kind

DELIVERED = ("CNC", "MTF")
Slot = tuple[
    str, str
]  # ISIN of shares for delivery, else the key of the listing or contract; and the product


@dataclass
class Book:
    """`carried` was owned when the day began, `today` is what its trades and conversions came to."""

    cash: int
    carried: dict[Slot, int] = field(default_factory=lambda: defaultdict(int))
    today: dict[Slot, int] = field(default_factory=lambda: defaultdict(int))
    flow: dict[str, int] = field(default_factory=lambda: defaultdict(int))  # by key: sold less bought, today
    marked: dict[str, int] = field(default_factory=dict)  # what carried futures were last settled at
    coming: list[tuple[date, Slot, int]] = field(default_factory=list)

    def trade(self, listing: Instrument, product: str, quantity: int, price: int) -> None:
        """`quantity` below zero was sold."""
        self.today[ware(listing, product), product] += quantity
        self.flow[listing.key] -= quantity * price

    def convert(self, listing: Instrument, quantity: int, old: str, new: str) -> None:
        self.today[ware(listing, old), old] -= quantity
        self.today[ware(listing, new), new] += quantity

    def owned(self) -> dict[Slot, int]:
        slots = {*self.carried, *self.today}
        found = {slot: self.carried.get(slot, 0) + self.today.get(slot, 0) for slot in slots}
        return {slot: quantity for slot, quantity in found.items() if quantity}

    def contracts(self, listings: Mapping[str, Instrument]) -> dict[str, int]:
        """Units of contracts over products."""
        found: dict[str, int] = defaultdict(int)
        for (name, _), quantity in self.owned().items():
            if name in listings and listings[name].expiry:
                found[name] += quantity
        return found

    def day_pnl(self, last: Callable[[str], int], close: Callable[[str], int]) -> int:
        """What is owned now, less what was owned when the day began at the previous close, and what trades brought."""
        now = sum(quantity * last(name) for (name, _), quantity in self.owned().items())
        before = sum(quantity * close(name) for (name, _), quantity in self.carried.items() if quantity)
        return now - before + sum(self.flow.values())

    def end_day(self, listings: Mapping[str, Instrument], settled: Mapping[str, int], closed: date) -> None:
        """`listings` and `settled` (paise) by key, of the day that ends."""
        carried: dict[Slot, int] = defaultdict(int)
        for (name, product), quantity in self.owned().items():
            listing = listings.get(name)
            if listing is None:
                carried[name, product] += quantity
            elif listing.isin:  # an intraday share that nobody would buy is delivered
                carried[listing.isin, "CNC"] += quantity
            elif listing.expiry > closed.isoformat():
                carried[name, "NRML"] += quantity
        self.cash += sum(self.flow.values()) + self._marked_to_market(listings, settled, closed)
        self.carried, self.today, self.flow = carried, defaultdict(int), defaultdict(int)

    def _marked_to_market(
        self, listings: Mapping[str, Instrument], settled: Mapping[str, int], closed: date
    ) -> int:
        """Futures every day, options when they end; the day's flow is paid apart."""
        paid = 0
        before: dict[str, int] = defaultdict(int)
        for (name, _), quantity in self.carried.items():
            if name in listings:
                before[name] += quantity
        units = self.contracts(listings)
        for name in {*before, *units}:
            listing, now = listings[name], units.get(name, 0)
            if listing.kind is Kind.FUTURE:
                paid += now * settled[name] - before.get(name, 0) * self.marked.get(name, 0)
                self.marked[name] = settled[name]
            elif listing.expiry <= closed.isoformat():
                paid += now * settled[name]
        return paid

    def act(self, action: Action, isin: str, due: date) -> None:
        """On the morning of the ex-date."""
        if action.kind is ActionKind.DIVIDEND:
            return

        def more(held: int) -> int:
            return held * action.new // action.old - (held if action.kind is ActionKind.SPLIT else 0)

        own, funded = self.carried.get((isin, "CNC"), 0), self.carried.get((isin, "MTF"), 0)
        self.coming.append((due, (isin, "CNC"), more(own + funded) - more(funded)))
        self.coming.append((due, (isin, "MTF"), more(funded)))

    def receive(self, opened: date) -> None:
        for due, slot, more in self.coming:
            if due <= opened:
                self.carried[slot] += more
        self.coming = [one for one in self.coming if one[0] > opened]


def ware(listing: Instrument, product: str) -> str:
    return listing.isin if product in DELIVERED else listing.key

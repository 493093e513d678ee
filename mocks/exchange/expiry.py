"""From one trading day to the next: what contracts settle at, what ends, what is listed, bands and ticks anew.

Contracts settle at the close of their underlying; an index closes where its constituents closed. Ticks of
shares and futures follow the month-end close and stay for the month (NSE circulars of April 2025).
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from datetime import date

from mocks.exchange.bands import DYNAMIC_PERCENT
from mocks.exchange.catalogue import instruments as catalogue_listing
from mocks.exchange.closing import Closing
from mocks.exchange.floor import Floor, is_contract
from mocks.exchange.model import Instrument, Kind
from mocks.exchange.ticks import percent_band, tick_for

STATIC_PERCENT = 20
__all__ = ["Settlement", "catalogue_listing", "day_band", "final_price", "next_listings"]


class Settlement:
    """Prices in paise. What a contract settled at stays known when the contract is gone."""

    def __init__(self, floor: Floor, closing: Closing) -> None:
        self._floor = floor
        self._closing = closing
        self.final: dict[str, int] = {}

    def price(self, key: str) -> int:
        """Final of a contract that expired or expires today, else the day's close. KeyError for an unknown key."""
        if key in self.final:
            return self.final[key]
        listing = self._floor.instruments[key]
        if is_contract(listing) and listing.expiry <= self._floor.day.isoformat():
            return final_price(listing, self.close(listing.underlying))
        return self.close(key)

    def close(self, key: str) -> int:
        """Today's close, as far as there is one; before that, where trading stands."""
        index = self._floor.indices.get(key)
        if index is not None:
            return index.at(self._closing.price)
        return self._closing.price(self._floor.books[key])

    def closes(self) -> dict[str, int]:
        return {key: self.close(key) for key in self._floor.instruments}

    def expire(self, opened: date) -> list[str]:
        """Settle the contracts that do not live on `opened`; returns their keys."""
        ended = [
            key
            for key, listing in self._floor.instruments.items()
            if is_contract(listing) and listing.expiry < opened.isoformat()
        ]
        for key in ended:
            self.final[key] = self.price(key)
        return ended


def final_price(listing: Instrument, spot: int) -> int:
    """What a contract is worth at its end: the underlying's close, or an option's distance in the money."""
    match listing.kind:
        case Kind.FUTURE:
            return spot
        case Kind.CALL:
            return max(spot - listing.strike, 0)
        case Kind.PUT:
            return max(listing.strike - spot, 0)
    raise ValueError(f"{listing.key} is not a contract")


def next_listings(floor: Floor, opened: date, closes: Mapping[str, int]) -> dict[str, Instrument]:
    """The listings of `opened` by key: what goes on with its closes as bases, then the new contracts.

    Contracts come on what is listed already. Without a `listing` of the floor, nothing new comes.
    """
    fresh = (
        {one.key: one for one in floor.listing(opened, closes, floor.calendar)}
        if floor.listing is not None
        else {}
    )
    month_ended = (opened.year, opened.month) != (floor.day.year, floor.day.month)
    found = {}
    for key, listing in floor.instruments.items():
        if is_contract(listing) and listing.expiry < opened.isoformat():
            continue
        found[key] = _carried(fresh.pop(key, listing), listing, closes, month_ended)
    today = opened.isoformat()
    listed = floor.instruments
    new = {
        key: one
        for key, one in fresh.items()
        if is_contract(one) and one.expiry >= today and one.underlying in listed
    }
    return found | new


def _carried(
    fresh: Instrument, listing: Instrument, closes: Mapping[str, int], month_ended: bool
) -> Instrument:
    close = closes[listing.key]
    if listing.kind is Kind.INDEX:
        return replace(fresh, prev_close=close)
    tick = listing.tick
    if month_ended and listing.kind is Kind.EQUITY and listing.series in ("", "EQ"):
        tick = tick_for(close)
    spot = closes.get(listing.underlying, close)
    return replace(fresh, prev_close=close, tick=tick, band=day_band(listing, close, spot, tick))


def day_band(listing: Instrument, close: int, spot: int, tick: int) -> tuple[int, int]:
    """The day's band on a close: fixed percentages; options may do what a tenth of the underlying does to them."""
    if listing.kind in (Kind.CALL, Kind.PUT):
        return tick, (close + spot // 10) // tick * tick
    percent = listing.band_percent or (
        DYNAMIC_PERCENT if listing.derivatives or listing.kind is Kind.FUTURE else STATIC_PERCENT
    )
    return percent_band(close, percent, tick)

"""What a company does to its shares on an ex-date: a split, a bonus, a dividend, and the base price after it.

Announced before, in force from the morning of the ex-date, which is the record date too (T+1 settlement). A split or a
bonus lowers the previous close by its ratio; of an ordinary dividend the exchange leaves it alone and the market opens
lower. Contracts are not adjusted: what would have to adjust them is refused.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from enum import StrEnum
from typing import TYPE_CHECKING, Any

from mocks.exchange.model import Instrument, Kind

if TYPE_CHECKING:
    from mocks.exchange.floor import Floor

# From 2 % of the price on a dividend is extraordinary and strikes are lowered by it (NSE, adjustment of contracts).
EXTRAORDINARY_PERCENT = 2


class ActionKind(StrEnum):
    SPLIT = "split"
    BONUS = "bonus"
    DIVIDEND = "dividend"


# Trading days from the ex-date until shares are in the account or money is in the bank. Bonus shares: T+2 of the record
# date (SEBI circular of 16 September 2024). Splits and dividends: assumed.
USUAL_DAYS = {ActionKind.SPLIT: 0, ActionKind.BONUS: 2, ActionKind.DIVIDEND: 5}


@dataclass(frozen=True, slots=True)
class Action:
    """`key` is any listing of the share. A split gives `new` shares for `old`, a bonus `new` more for each `old`, a
    dividend `amount` paise a share. `days`: trading days from the ex-date `on` until the account has it."""

    key: str
    kind: ActionKind
    on: date
    new: int = 1
    old: int = 1
    amount: int = 0
    days: int = 0

    def shares(self, held: int) -> int:
        """What `held` shares have become in the end; a fraction is not given."""
        match self.kind:
            case ActionKind.SPLIT:
                return held * self.new // self.old
            case ActionKind.BONUS:
                return held + held * self.new // self.old
            case ActionKind.DIVIDEND:
                return held

    @property
    def ratio(self) -> tuple[int, int]:
        """(shares before, shares after): what prices of before are multiplied and divided by."""
        match self.kind:
            case ActionKind.SPLIT:
                return self.old, self.new
            case ActionKind.BONUS:
                return self.old, self.old + self.new
            case ActionKind.DIVIDEND:
                return 1, 1


def action_from(row: Mapping[str, Any]) -> Action:
    """Out of JSON. Raises KeyError, TypeError or ValueError for another shape."""
    return Action(
        str(row["key"]),
        ActionKind(row["kind"]),
        date.fromisoformat(row["on"]),
        *(int(row[name]) for name in ("new", "old", "amount", "days")),
    )


def check(action: Action, floor: Floor) -> None:
    """Raises KeyError for an unknown listing, ValueError (in words for a person) for what cannot be."""
    listing = floor.instruments[action.key]
    if listing.kind is not Kind.EQUITY:
        raise ValueError(f"{action.key} is not a share")
    if action.on <= floor.day or not floor.calendar.is_trading_day(action.on):
        raise ValueError(f"an ex-date is a later trading day, {action.on} is not")
    if any(floor.instruments[one.key].isin == listing.isin for one in on_day(floor, action.on)):
        raise ValueError(f"{action.key} has another corporate action on {action.on}")
    if min(action.new, action.old) < 1 or action.days < 0:
        raise ValueError("new and old are whole numbers from 1 on, days from 0 on")
    if action.kind is ActionKind.DIVIDEND:
        _check_dividend(action, listing)
    elif action.ratio[0] >= action.ratio[1] or action.amount:
        raise ValueError("a split or a bonus gives more shares and pays nothing")
    elif listing.derivatives:
        raise ValueError(
            f"contracts on {action.key} would have to be adjusted: take a share without contracts"
        )


def _check_dividend(action: Action, listing: Instrument) -> None:
    if not 0 < action.amount < listing.prev_close or (action.new, action.old) != (1, 1):
        raise ValueError("a dividend is an amount a share, below the price")
    if listing.derivatives and action.amount * 100 >= listing.prev_close * EXTRAORDINARY_PERCENT:
        raise ValueError(f"from {EXTRAORDINARY_PERCENT} % of the price on strikes would have to be adjusted")


def on_day(floor: Floor, day: date) -> list[Action]:
    return [one for one in floor.actions if one.on == day]


def listings_of(floor: Floor, action: Action) -> list[str]:
    """The keys of every listing of the share."""
    isin = floor.instruments[action.key].isin
    return [key for key, one in floor.instruments.items() if one.isin == isin]


def base_prices(floor: Floor, opened: date, closes: Mapping[str, int]) -> dict[str, int]:
    """The base prices of `opened` where they are not the closes: on the tick nearest to the ratio's, paise by key."""
    found = {}
    for action in on_day(floor, opened):
        before, after = action.ratio
        for key in listings_of(floor, action) if before != after else ():
            tick = floor.instruments[key].tick
            found[key] = max((closes[key] * before * 2 + after * tick) // (2 * after * tick), 1) * tick
    return found


def ex_values(floor: Floor, opened: date, closes: Mapping[str, int]) -> dict[str, float]:
    """What the market takes shares that go ex on `opened` for, as a part of what it took them for before, by key."""
    found = {}
    for action in on_day(floor, opened):
        before, after = action.ratio
        for key in listings_of(floor, action):
            found[key] = (closes[key] - action.amount) / closes[key] * before / after
    return found

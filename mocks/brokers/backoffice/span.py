"""Margin of contracts by scanning what the market could do to all of them together, so that hedges count.

Like the exchanges' SPAN, with the sandbox's own ranges: sixteen moves of price and volatility, and the worst outcome
is needed. Contracts on one underlying in one account are scanned together. Paise and shares; pure.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from functools import lru_cache

from mocks.exchange.model import Instrument, Kind
from mocks.exchange.pricing import option_value

INDEX_RANGE, SHARE_RANGE = 10, 16  # percent of the price scanned either way
INDEX_EXPOSURE, SHARE_EXPOSURE = 2.0, 3.5  # percent of the value, futures and options sold
CALENDAR_PERCENT = 1.75  # of what is long in one month and short in another
INDEX_VOLATILITY, SHARE_VOLATILITY = 0.14, 0.32
VOLATILITY_MOVE = 0.25  # part of the volatility, up and down
# (part of the range moved, volatility up or down, part of the loss that counts)
MOVES = (
    *((sign * thirds / 3, turn, 1.0) for thirds in (0, 1, 2, 3) for sign in (1, -1) for turn in (1, -1)),
    (2.0, 0, 0.35),
    (-2.0, 0, 0.35),
)
# Percent of a share contract's value, by days to its expiry: shares change hands then.
DELIVERY_PERCENT = {4: 10, 3: 25, 2: 45, 1: 70, 0: 100}
DELIVERY_RANGE = 20


@dataclass(frozen=True, slots=True)
class Stake:
    """Contracts held or asked for: `quantity` signed, `last` the contract's price, `spot` the underlying's."""

    instrument: Instrument
    quantity: int
    last: int
    spot: int
    days: int
    share: bool = False  # on a share, not an index

    @property
    def option(self) -> bool:
        return self.instrument.kind is not Kind.FUTURE


@dataclass(frozen=True, slots=True)
class Requirement:
    """Money that must stay, premiums settled: paise."""

    span: int = 0
    exposure: int = 0
    delivery: int = 0

    @property
    def total(self) -> int:
        return self.span + self.exposure + self.delivery

    def __add__(self, other: Requirement) -> Requirement:
        return Requirement(
            self.span + other.span, self.exposure + other.exposure, self.delivery + other.delivery
        )

    def __sub__(self, other: Requirement) -> Requirement:
        return Requirement(
            self.span - other.span, self.exposure - other.exposure, self.delivery - other.delivery
        )


def requirement(stakes: Iterable[Stake]) -> Requirement:
    """Of everything in one account."""
    families: dict[str, dict[str, Stake]] = {}
    for stake in stakes:
        family = families.setdefault(stake.instrument.underlying, {})
        before = family.get(stake.instrument.key)
        quantity = stake.quantity + (before.quantity if before else 0)
        family[stake.instrument.key] = replace(stake, quantity=quantity)
    needed = Requirement()
    for family in families.values():
        needed += _of_family([stake for stake in family.values() if stake.quantity])
    return needed


def _of_family(stakes: Sequence[Stake]) -> Requirement:
    if not stakes:
        return Requirement()
    outcomes = [0.0] * len(MOVES)
    worth = 0
    for stake in stakes:
        if stake.option:
            worth += stake.quantity * stake.last
        for index, change in enumerate(_changes(stake)):
            outcomes[index] += stake.quantity * change
    worst = max(0.0, -min(outcomes))
    return Requirement(
        span=max(0, round(worst) - worth) + _calendar(stakes),
        exposure=sum(_exposure(stake) for stake in stakes),
        delivery=sum(_delivery(stake) for stake in stakes),
    )


def _changes(stake: Stake) -> tuple[float, ...]:
    """What each move does to one share of a contract, paise; an option is never worth less than nothing."""
    instrument = stake.instrument
    if not stake.option:
        width = stake.spot * (SHARE_RANGE if stake.share else INDEX_RANGE) / 100
        return tuple(width * part * weight for part, _, weight in MOVES)
    changes = _option_changes(instrument.kind, instrument.strike, stake.spot, stake.days, stake.share)
    return tuple(
        max(change, -float(stake.last)) * weight
        for change, (_, _, weight) in zip(changes, MOVES, strict=True)
    )


@lru_cache(maxsize=8192)
def _option_changes(kind: Kind, strike: int, spot: int, days: int, share: bool) -> tuple[float, ...]:
    width = spot * (SHARE_RANGE if share else INDEX_RANGE) / 100
    base = SHARE_VOLATILITY if share else INDEX_VOLATILITY
    call = kind is Kind.CALL
    now = option_value(spot, strike, days, base, call=call)
    return tuple(
        option_value(spot + width * part, strike, days, base * (1 + VOLATILITY_MOVE * turn), call=call) - now
        for part, turn, _ in MOVES
    )


def _calendar(stakes: Sequence[Stake]) -> int:
    """Futures long in one month and short in another: the scan moves them together, the months do not."""
    futures = [stake for stake in stakes if not stake.option]
    bought = sum(stake.quantity * stake.spot for stake in futures if stake.quantity > 0)
    sold = -sum(stake.quantity * stake.spot for stake in futures if stake.quantity < 0)
    return round(min(bought, sold) * CALENDAR_PERCENT / 100)


def _exposure(stake: Stake) -> int:
    if stake.option and stake.quantity > 0:
        return 0
    rate = SHARE_EXPOSURE if stake.share else INDEX_EXPOSURE
    price = stake.spot if stake.option else stake.last
    return round(abs(stake.quantity) * price * rate / 100)


def _delivery(stake: Stake) -> int:
    """Shares must be paid for or brought when a share contract that is worth something ends."""
    percent = DELIVERY_PERCENT.get(stake.days)
    if percent is None or not stake.share:
        return 0
    instrument = stake.instrument
    if instrument.kind is Kind.CALL and stake.spot <= instrument.strike:
        return 0
    if instrument.kind is Kind.PUT and stake.spot >= instrument.strike:
        return 0
    if not (stake.option and stake.quantity > 0):
        return 0  # futures and options sold have their margin already
    price = instrument.strike if stake.option else stake.last
    return abs(stake.quantity) * price * DELIVERY_RANGE * percent // 10_000

"""How one crowd's belief moves: with the market, by luck, towards a goal, under clients' trades, after its model."""

from __future__ import annotations

from math import sqrt
from typing import Protocol

from mocks.exchange.beliefs import JUMP_SIZE, JUMPS_S, PULL, SHARE_VOLATILITY, Beliefs
from mocks.exchange.chance import shock
from mocks.exchange.makers import LEVELS, Maker
from mocks.exchange.model import Instrument


class Crowds(Protocol):
    """Whoever knows all crowds of an exchange."""

    def share(self, key: str) -> Maker | None:
        """The crowd of a share that contracts stand on; None for anything else."""


class Valuation:
    """What crowds believe. A snapshot keeps it, so it holds objects and no functions."""

    def __init__(self, beliefs: Beliefs, crowds: Crowds, *, models: bool) -> None:
        self.models = models  # off: contracts keep the value they have
        self._beliefs = beliefs
        self._crowds = crowds

    def move(self, maker: Maker, now: int, seconds: float) -> None:
        """Live through the seconds since the crowd's last turn."""
        beliefs = self._beliefs
        if maker.leader is None and not maker.expiry:
            factor = beliefs.move_market()
            luck = maker.luck
            moved = SHARE_VOLATILITY * maker.calm * sqrt(seconds * beliefs.mood()) * shock(luck)
            change = factor - maker.market_seen + moved
            if luck.random() * JUMPS_S < seconds:
                change += JUMP_SIZE * shock(luck)
            maker.market_seen = factor
            if maker.goal_time:
                _approach(maker, now)
            pull = PULL * seconds
            maker.value += maker.value * change + (maker.anchor - maker.value) * (pull if pull < 0.5 else 0.5)
        if maker.pressure:
            _feel(maker)
        maker.time = now
        self.believe(maker)

    def believe(self, maker: Maker) -> None:
        """Take over what the leader or the model says, and keep inside the day's band."""
        if maker.leader is not None:
            maker.value = maker.leader.value
        elif maker.expiry and self.models:
            key = maker.book.instrument.underlying
            maker.value = (
                self._model(maker, self._beliefs.index_spot(key) or self._share_spot(key)) + maker.offset
            )
        _confine(maker)

    def look(self, maker: Maker) -> None:
        """The same at any time that somebody asks, leaving no trace that a later turn could see."""
        if maker.leader is not None:
            maker.value = maker.leader.value
        elif maker.expiry and self.models:
            maker.value = self._model(maker, self._spot(maker)) + maker.offset
        _confine(maker)

    def put(self, maker: Maker, price: float) -> None:
        """The market was moved to `price` (paise) from outside: a contract keeps its distance from the model."""
        maker.value = maker.anchor = price
        maker.pressure = 0
        maker.held = 0.0
        if maker.expiry:
            maker.offset = price - self._model(maker, self._spot(maker))

    def _spot(self, maker: Maker) -> float:
        key = maker.book.instrument.underlying
        return self._beliefs.level(key) or self._share_spot(key)

    def _share_spot(self, key: str) -> float:
        crowd = self._crowds.share(key)
        return crowd.value if crowd is not None else 0.0

    def _model(self, maker: Maker, spot: float) -> float:
        listing: Instrument = maker.book.instrument
        return self._beliefs.model(listing, spot, maker.expiry) if spot else float(listing.prev_close)


def _approach(maker: Maker, now: int) -> None:
    """A scenario draws the value to its goal, there by its time."""
    before, left = now - maker.time, maker.goal_time - maker.time
    if left <= before:
        maker.value = maker.anchor = maker.goal
        maker.goal_time = 0
    else:
        maker.value += (maker.goal - maker.value) * before / left
        maker.anchor = maker.value


def _feel(maker: Maker) -> None:
    """Part of what clients push stays: a whole ladder taken moves the value by half of its height."""
    ladder = maker.base * LEVELS * 1.3
    push = max(min(maker.pressure / ladder, 2.0), -2.0) * maker.step * LEVELS * 0.5
    maker.pressure = 0
    if maker.expiry:
        maker.offset += push
    else:
        (maker.leader or maker).value += push


def _confine(maker: Maker) -> None:
    """Nobody may bid below the band or ask above it; inside an operating range both sides have room."""
    book = maker.book
    low, high = book.price_limits()
    if book.operating_range is not None:
        room = int(maker.half * maker.wide) + book.instrument.tick
        low, high = low + room, high - room
    if maker.value < low:
        maker.value = float(low)
    elif maker.value > high:
        maker.value = float(high)

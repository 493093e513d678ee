"""Days that one does not want to wait for, as data: what a crowd is told to do, and when.

A scenario is a list of steps; each is an ordinary input of the exchange at its time, so a journal keeps and a replay
repeats it. What a snapshot leaves out are the steps that are still to come.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from functools import partial
from typing import TYPE_CHECKING

from mocks.exchange.bend import Bend
from mocks.exchange.calendar import SECOND_NS
from mocks.exchange.model import Instrument, Kind

if TYPE_CHECKING:
    from mocks.exchange.venue import Exchange


@dataclass(frozen=True, slots=True)
class Step:
    """`after` seconds from the beginning. Percentages are of the price at the beginning.

    `percent`, `limit` (+1 the upper end of the band, -1 the lower) and `pin` (the nearest strike) name where the
    price goes within `seconds`; 0 means at once, with a print. `locked` keeps it at that limit with one side only.
    """

    after: int
    percent: float | None = None
    limit: int = 0
    pin: bool = False
    seconds: int = 0
    locked: int = 0
    calm: float = 1.0  # part of the usual volatility
    wide: float = 1.0  # times the usual spread
    thin: float = 1.0  # part of the usual quantities
    halt: int = 0  # minutes that the whole market stands still


@dataclass(frozen=True, slots=True)
class Scenario:
    """`everywhere`: without a key it happens to all shares; otherwise a key is needed (a halt needs none)."""

    words: str
    steps: tuple[Step, ...]
    everywhere: bool = False


SCENARIOS: dict[str, Scenario] = {
    "upper_circuit": Scenario(
        "The price runs to the upper end of its band and sticks there: buyers only, for ten minutes.",
        (Step(0, limit=1, seconds=20, calm=0.2), Step(20, limit=1, locked=1, calm=0.0, thin=3.0), Step(620)),
    ),
    "lower_circuit": Scenario(
        "The price falls to the lower end of its band and sticks there: sellers only, for ten minutes.",
        (
            Step(0, limit=-1, seconds=20, calm=0.2),
            Step(20, limit=-1, locked=-1, calm=0.0, thin=3.0),
            Step(620),
        ),
    ),
    "gap_up": Scenario("The price opens 4 % higher.", (Step(0, percent=4.0),), everywhere=True),
    "gap_open": Scenario("The price opens 4 % lower.", (Step(0, percent=-4.0),), everywhere=True),
    "illiquid": Scenario(
        "For ten minutes a tenth of the quantities, at ten times the spread.",
        (Step(0, thin=0.1, wide=10.0), Step(600)),
        everywhere=True,
    ),
    "flash_crash": Scenario(
        "Six percent down within fifteen seconds, through a thin and wide book, and back within two minutes.",
        (
            Step(0, percent=-6.0, seconds=15, thin=0.2, wide=4.0, calm=3.0),
            Step(20, percent=-0.5, seconds=120, thin=0.6, wide=2.0, calm=2.0),
            Step(150),
        ),
        everywhere=True,
    ),
    "wild": Scenario(
        "Five times the usual volatility for ten minutes.", (Step(0, calm=5.0), Step(600)), everywhere=True
    ),
    "halt": Scenario(
        "The whole market falls by a tenth of its value and stands still for 45 minutes.",
        (Step(0, percent=-9.5, seconds=30, wide=3.0), Step(35, halt=45), Step(36)),
        everywhere=True,
    ),
    "expiry_day": Scenario(
        "The price is drawn to the nearest strike and pinned there for half an hour.",
        (
            Step(0, pin=True, seconds=120, calm=0.4),
            Step(120, pin=True, seconds=1_680, calm=0.15),
            Step(1_800),
        ),
    ),
}


def play(exchange: Exchange, name: str, key: str | None) -> None:
    """Begin a scenario now. Raises KeyError for an unknown name or key, ValueError when it does not suit the key."""
    scenario = SCENARIOS[name]
    targets = _targets(exchange, scenario, key)
    starts = {target: exchange.quote(target).last_price for target in targets}
    drawn_to = _pin(exchange, key) if any(step.pin for step in scenario.steps) and key is not None else 1.0
    for step in scenario.steps:
        happen: Callable[[], object] = partial(_happen, exchange, step, starts, drawn_to)
        if step.after:
            exchange.schedule(exchange.now + step.after * SECOND_NS, happen)
        else:
            happen()


def _happen(exchange: Exchange, step: Step, starts: dict[str, int], drawn_to: float) -> None:
    if step.halt:
        exchange.halt(step.halt)
        return
    for key, start in starts.items():
        listing = exchange.instruments.get(key)
        if listing is None:
            continue
        goal = _goal(listing, step, start, drawn_to)
        if goal and not step.seconds and not step.locked:
            exchange.set_price(key, goal)
        exchange.bend(key, Bend(goal, step.seconds, step.calm, step.wide, step.thin, step.locked))


def _goal(listing: Instrument, step: Step, start: int, drawn_to: float) -> int:
    """Where the price goes, paise on the tick and in the band; 0: nowhere."""
    low, high = listing.band or (listing.tick, 1 << 62)
    if step.limit:
        return high if step.limit > 0 else low
    factor = drawn_to if step.pin else 1.0 + step.percent / 100.0 if step.percent is not None else 0.0
    goal = round(start * factor / listing.tick) * listing.tick
    return min(max(goal, low), high) if goal else 0


def _targets(exchange: Exchange, scenario: Scenario, key: str | None) -> list[str]:
    """The listings that are told: one share, the shares under an index or its contract, or all."""
    shares = [
        one.key for one in exchange.instruments.values() if one.kind is Kind.EQUITY and one.exchange == "NSE"
    ]
    if key is None:
        if not scenario.everywhere:
            raise ValueError("this scenario needs the key of a listing")
        return shares
    listing = exchange.instruments[key]
    if listing.kind is Kind.EQUITY:
        return [key]
    if all(
        step.percent is None and not step.limit and not step.pin and not step.halt for step in scenario.steps
    ):
        if listing.kind is Kind.INDEX:
            raise ValueError("an index has no book")
        return [key]
    if any(step.limit for step in scenario.steps):
        raise ValueError("only a share has a band to run to")
    return [listing.underlying] if listing.underlying in shares else shares


def _pin(exchange: Exchange, key: str) -> float:
    """Nearest strike of the nearest expiry, as a factor of the price now; 1 when nothing is listed."""
    listing = exchange.instruments[key]
    underlying = listing.underlying or key
    spot = exchange.quote(underlying).last_price
    options = [one for one in exchange.instruments.values() if one.underlying == underlying and one.strike]
    if not options:
        raise ValueError(f"{underlying} has no options")
    soonest = min(one.expiry for one in options)
    strike = min(
        (one.strike for one in options if one.expiry == soonest),
        key=lambda strike: (abs(strike - spot), strike),
    )
    return strike / spot

"""Our own P&L beside the broker's, and why the two differ. Causes are worked out in rupees, never guessed, and together
are the whole difference: what none of them explains is said to be unexplained.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from decimal import Decimal
from enum import StrEnum

from domain.money import ZERO, Money, Price

HALF_PAISA = Decimal("0.005")  # rupees a unit: brokers tell averages to the paisa
CENT = Money(Decimal("0.01"))


class Cause(StrEnum):
    """Why the broker's figure is not ours."""

    PRICE_AGE = "price_age"
    TRADES_SINCE_READING = "trades_since_reading"
    CORPORATE_ACTION = "corporate_action"
    HISTORY_MISSING = "history_missing"
    INTRADAY_NETTING = "intraday_netting"
    AVERAGE_NOT_FIFO = "average_not_fifo"
    BROKERAGE_IN_AVERAGE = "brokerage_in_average"
    CHARGES_IN_AVERAGE = "charges_in_average"
    ROUNDING = "rounding"
    UNEXPLAINED = "unexplained"


@dataclass(frozen=True, slots=True)
class Figures:
    """One side's view of one account's share or contract: units held, what they cost, what today's closings earned."""

    quantity: int
    cost: Money
    realised: Money

    def pnl(self, price: Price) -> Money:
        """Rupees of what is open at this price, and of today's closings."""
        return price * self.quantity - self.cost + self.realised


@dataclass(frozen=True, slots=True)
class Own:
    """Our figures, and what they would be if counted as some brokers count.

    `before_reading`: without the trades that came after the broker's reading. `before_action`: without the newest split
    or bonus, which a broker credits days later. `unseen`: units of today's or earlier
    closings that nobody saw being opened; `closed`: all units of today's closings. `brokerage`, `charges`: what opening
    the lots still held cost.
    """

    figures: Figures
    before_reading: Figures | None = None
    before_action: Figures | None = None
    without_netting: Figures | None = None
    at_average: Figures | None = None
    unseen: int = 0
    closed: int = 0
    brokerage: Money | None = None
    charges: Money | None = None


@dataclass(frozen=True, slots=True)
class Difference:
    """`amount` rupees that the broker's P&L is above ours (below zero: under it) for this cause; `units` where the
    cause is about units."""

    cause: Cause
    amount: Money
    units: int = 0


@dataclass(frozen=True, slots=True)
class Comparison:
    """Rupees at each side's own price. The differences add up to `broker - own`, each cause at most once."""

    own: Money
    broker: Money
    differences: tuple[Difference, ...]

    @property
    def difference(self) -> Money:
        return self.broker - self.own


def compare(own: Own, broker: Figures, *, price: Price, broker_price: Price) -> Comparison:
    """`price` is the one that our figure is at, `broker_price` the broker's."""
    found = list(_causes(own, broker, price, broker_price))
    whole = _merged(found)
    mine, told = own.figures.pnl(price), broker.pnl(broker_price)
    return Comparison(mine, told, whole)


def _causes(own: Own, broker: Figures, price: Price, broker_price: Price) -> Iterator[Difference]:
    yield Difference(Cause.PRICE_AGE, (broker_price - price) * broker.quantity)
    mine = own.figures
    if own.before_reading is not None and own.before_reading != mine:
        read = own.before_reading
        yield Difference(
            Cause.TRADES_SINCE_READING, read.pnl(price) - mine.pnl(price), read.quantity - mine.quantity
        )
        mine = read
    earlier = own.before_action
    if earlier is not None and broker.quantity == earlier.quantity != mine.quantity:
        units = earlier.quantity - mine.quantity
        yield Difference(Cause.CORPORATE_ACTION, earlier.pnl(price) - mine.pnl(price), units)
        mine = earlier
    if broker.quantity != mine.quantity:
        yield _of_units(mine, broker, price)
        mine = replace(mine, quantity=broker.quantity, cost=broker.cost)
    yield from _of_counting(own, mine, broker)


def _of_units(mine: Figures, broker: Figures, price: Price) -> Difference:
    """The broker holds other units than the trades come to: they came at no cost, or by trades that are not known."""
    units = broker.quantity - mine.quantity
    amount = price * units - (broker.cost - mine.cost)
    grown = mine.quantity > 0 and units > 0
    free = grown and _close(broker.cost, mine.cost, broker.quantity)
    return Difference(Cause.CORPORATE_ACTION if free else Cause.HISTORY_MISSING, amount, units)


def _of_counting(own: Own, mine: Figures, broker: Figures) -> Iterator[Difference]:
    """The units agree: the way of counting is looked for that gives the broker's cost and today's earnings."""
    for steps in _ways(own, mine):
        counted = steps[-1][1] if steps else mine
        if _same(counted, broker, own.closed):
            before = mine
            for cause, after in steps:
                yield Difference(cause, _earns(after) - _earns(before))
                before = after
            yield Difference(Cause.ROUNDING, _earns(broker) - _earns(before))
            return
    rest = _earns(broker) - _earns(mine)
    yield Difference(Cause.HISTORY_MISSING if own.unseen else Cause.UNEXPLAINED, rest, -own.unseen)


Step = tuple[Cause, Figures]


def _ways(own: Own, mine: Figures) -> Iterator[Sequence[Step]]:
    """Ways of counting, the plainest first: each alone, then together with what the opening cost."""
    counted: list[list[Step]] = [[]]
    for cause, figures in (
        (Cause.INTRADAY_NETTING, own.without_netting),
        (Cause.AVERAGE_NOT_FIFO, own.at_average),
    ):
        if figures is not None and figures.quantity == mine.quantity and figures != mine:
            counted.append([(cause, figures)])
    yield from counted
    for cause, cost in (
        (Cause.BROKERAGE_IN_AVERAGE, own.brokerage),
        (Cause.CHARGES_IN_AVERAGE, own.charges),
    ):
        if cost:
            for steps in counted:
                base = steps[-1][1] if steps else mine
                yield [*steps, (cause, replace(base, cost=base.cost + cost))]


def _earns(figures: Figures) -> Money:
    """What of a P&L does not depend on the price."""
    return figures.realised - figures.cost


def _same(one: Figures, other: Figures, closed: int) -> bool:
    held = abs(one.quantity)
    return _close(one.cost, other.cost, held) and _close(one.realised, other.realised, held + closed)


def _close(one: Money, other: Money, units: int) -> bool:
    """Within what an average told to the paisa leaves open."""
    return abs(one - other) <= max(CENT, Money(HALF_PAISA * abs(units)))


def _merged(found: Sequence[Difference]) -> tuple[Difference, ...]:
    """Each cause once, in the order of the list of causes, and none of nothing."""
    by_cause: dict[Cause, Difference] = {}
    for one in found:
        known = by_cause.get(one.cause)
        by_cause[one.cause] = (
            one
            if known is None
            else Difference(one.cause, known.amount + one.amount, known.units + one.units)
        )
    return tuple(by_cause[cause] for cause in Cause if cause in by_cause and by_cause[cause].amount != ZERO)

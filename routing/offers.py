"""What each account could do with an order: how much of it, at what cost, and why not all of it."""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import date
from decimal import Decimal
from functools import reduce
from operator import add

from domain.money import ZERO, Money, Price
from domain.order import OrderIntent, Side
from domain.policy import Policy
from domain.routing import Candidate, Charges, Market, Reason, ReasonCode, Slice
from routing.aims import PLAIN, Measure, measure
from routing.bars import bars
from routing.divide import Source
from routing.fees import ChargesUnknown, Tariff, segment_of, tariff
from routing.margin import DELIVERED, estimated, required
from routing.schedules.table import NIL
from routing.split import freeze_slices, iceberg_parts
from routing.words import rupees, units

MOST_SLICES = 10  # brokers refuse to slice one order into more
AUTO = Policy()


@dataclass(frozen=True, slots=True)
class Terms:
    """The order as the accounts see it. `price` costs it, `blocked` is what a broker may block per unit, in rupees."""

    intent: OrderIntent
    market: Market
    price: Price
    blocked: Price
    on: date
    policy: Policy = AUTO
    reduces: bool = False  # it only closes what the accounts hold, so the user's limits leave it alone

    @property
    def slice_units(self) -> int | None:
        """The largest whole number of lots under the freeze limit; None without one."""
        freeze, lot = self.market.freeze, self.market.lot
        return max(lot, freeze // lot * lot) if freeze else None

    def sent(self, quantity: int) -> tuple[tuple[int, ...], ...]:
        """Each order that would be sent for `quantity` units, as the parts it is charged by: the legs of an iceberg
        stand at the exchange as orders of their own."""
        if self.intent.iceberg_legs:
            return (iceberg_parts(quantity, self.intent.iceberg_legs, self.market.lot),)
        return tuple((part,) for part in freeze_slices(quantity, self.slice_units))

    def cost(self, fees: Tariff, quantity: int) -> Decimal:
        """All charges in rupees of `quantity` units by this tariff, the DP charge once."""
        price, largest = self.price.amount, self.slice_units
        if self.intent.iceberg_legs:
            (legs,) = self.sent(quantity)
            return sum((fees.total(price * leg, dp_due=not at) for at, leg in enumerate(legs)), NIL)
        if not largest or quantity <= largest:
            return fees.total(price * quantity)
        full, rest = divmod(quantity, largest)
        total = fees.total(price * largest)
        if full > 1:
            total += (full - 1) * fees.total(price * largest, dp_due=False)
        return total + fees.total(price * rest, dp_due=False) if rest else total


@dataclass(frozen=True, slots=True)
class Offer:
    """One account's answer. `barred` are reasons against any quantity, `short` against the whole of it.

    `capacity` is the most units it can take, a whole number of lots; 0 when barred.
    """

    candidate: Candidate
    terms: Terms
    fees: Tariff | None
    barred: tuple[Reason, ...]
    short: tuple[Reason, ...] = ()
    capacity: int = 0
    whole: Money | None = None  # charges in rupees of the whole order here
    measure: Measure = PLAIN

    @property
    def feasible(self) -> bool:
        return not self.barred and not self.short

    @property
    def speed(self) -> tuple[bool, int]:
        """Faster sorts first; never measured sorts last."""
        measured = self.candidate.place_ms
        return (measured is None, measured or 0)

    def cost(self, quantity: int) -> Decimal:
        """All charges in rupees of `quantity` units here."""
        assert self.fees is not None
        return self.terms.cost(self.fees, quantity)

    def score(self, quantity: int) -> int:
        """What the policy makes small, of `quantity` units here."""
        return self.measure.score(self.cost(quantity), quantity)

    def slices(self, quantity: int) -> tuple[Slice, ...]:
        """`quantity` units here as the orders that would be sent; empty when the charges are not known."""
        if self.fees is None:
            return ()
        made: list[Slice] = []
        about = estimated(self.terms.intent, self.candidate, quantity, self.terms.intent.quantity)
        before = Money(Decimal(0))
        done, paid = 0, Money(Decimal(0))
        known: dict[tuple[tuple[int, ...], bool], Charges] = {}  # full slices are all alike
        for number, order in enumerate(self.terms.sent(quantity)):
            key = (order, number == 0)
            charges = known.get(key) or known.setdefault(key, self._charged(*key))
            done, paid = done + sum(order), paid + charges.total
            so_far = self.blocks(done, paid)
            made.append(self._slice(sum(order), charges, so_far - before, about))
            before = so_far
        return tuple(made)

    def _charged(self, parts: tuple[int, ...], first: bool) -> Charges:
        """Of one order, by the parts that it is charged by; the day's DP charge falls on the `first` one."""
        assert self.fees is not None
        price, fees = self.terms.price, self.fees
        each = (fees.charges(price * part, dp_due=first and not at) for at, part in enumerate(parts))
        return reduce(add, each)

    def _slice(self, quantity: int, charges: Charges, margin: Money, about: bool) -> Slice:
        one = self.candidate
        return Slice(one.account_id, one.broker, one.label, quantity, charges, margin, about)

    def blocks(self, quantity: int, charges: Money) -> Money:
        """Rupees that `quantity` units, with these charges, would block here."""
        terms = self.terms
        return required(
            terms.intent, terms.market, self.candidate, quantity, price=terms.blocked, charges=charges
        )

    def margin(self, quantity: int) -> Money:
        """Rupees that `quantity` units would block here."""
        return self.blocks(quantity, Money(self.cost(quantity)))

    def as_source(self) -> Source:
        """This account for `divide.cheapest`, counted in lots."""
        lot = self.terms.market.lot
        return Source(self.capacity // lot, lambda lots: self.score(lots * lot), self._bends())

    def _bends(self) -> tuple[int, ...]:
        """Lots beside every size at which the charges begin to climb faster."""
        assert self.fees is not None
        lot, largest = self.terms.market.lot, self.terms.slice_units
        starts = range(0, self.capacity, largest) if largest else (0,)
        step = self.terms.price.amount * lot
        within = [int(value / step) for value in self.fees.bends_up]
        bends = {start // lot for start in starts}
        bends |= {start // lot + at + near for start in starts for at in within for near in (-1, 0, 1)}
        return tuple(bends)


def survey(terms: Terms, candidate: Candidate) -> Offer:
    """What one account can do with the order."""
    intent, reasons = terms.intent, list(bars(terms.intent, terms.policy, candidate))
    fees, whole, scores = None, None, PLAIN
    try:
        segment = segment_of(intent.instrument.exchange, terms.market.kind, intent.product)
        fees = tariff(
            candidate.broker,
            intent.instrument.exchange,
            segment,
            intent.side,
            terms.on,
            terms.market.ware,
            candidate.fees,
        )
        if candidate.traded_today < 0 or candidate.traded_today >= intent.quantity:
            fees = fees.without_depository()
        whole = Money(terms.cost(fees, intent.quantity))
        scores = measure(terms.policy, candidate, terms.price)
    except ChargesUnknown as unknown:
        reasons.append(replace(unknown.reason, account=candidate.account_id))
    capacity = 0 if reasons else intent.quantity
    offer = Offer(candidate, terms, fees, tuple(reasons), (), capacity, whole, scores)
    return offer if reasons else _measured(offer)


def _measured(offer: Offer) -> Offer:
    """With the capacity that freeze, budgets, limits, shares and margin leave, and what is short of the whole."""
    terms = offer.terms
    capacity, short = _allowed(offer)
    if terms.intent.product in DELIVERED and terms.intent.side is Side.SELL:
        return _by_shares(offer, capacity, short)
    free = offer.candidate.margin_available
    assert free is not None
    assert offer.whole is not None
    needed = offer.blocks(terms.intent.quantity, offer.whole)
    if needed > max(free, ZERO):  # an exit that blocks nothing may leave an account that is in debit
        capacity = _fitting(offer, capacity, free, needed)
        text = (
            f"{offer.candidate.label} has {rupees(free)} free and this needs {rupees(needed)}: "
            f"{rupees(needed - free)} short."
        )
        short.append(lack(offer, ReasonCode.MARGIN_SHORT, text, capacity))
    return replace(offer, capacity=capacity, short=tuple(short)) if short else offer


def _allowed(offer: Offer) -> tuple[int, list[Reason]]:
    """The most units that the number of orders and the user's own limit at the broker allow, and why not the whole."""
    terms, candidate, wanted = offer.terms, offer.candidate, offer.terms.intent.quantity
    lot, short, capacity = terms.market.lot, list[Reason](), wanted
    largest = None if terms.intent.iceberg_legs else terms.slice_units
    left = candidate.orders_left
    most = MOST_SLICES if left is None else min(MOST_SLICES, left)
    if largest and wanted > largest * most:
        capacity = largest * most
        if left is not None and left < MOST_SLICES:
            text, code = f"{candidate.label} may send {left} more orders now.", ReasonCode.ORDER_RATE
        else:
            text = f"{candidate.label} takes at most {MOST_SLICES} orders of {units(largest)} at once."
            code = ReasonCode.FREEZE_LIMIT
        short.append(lack(offer, code, text, capacity))
    limit = None if terms.reduces else candidate.value_left
    if limit is not None and terms.price * wanted > limit:
        capacity = min(capacity, max(0, int(limit.amount / terms.price.amount)) // lot * lot)
        broker = candidate.broker.value.title()
        text = f"Of your limit a day at {broker} {rupees(max(limit, ZERO))} is left."
        short.append(lack(offer, ReasonCode.BROKER_LIMIT, text, capacity))
    return capacity, short


def _by_shares(offer: Offer, capacity: int, short: list[Reason]) -> Offer:
    sellable, wanted = max(0, offer.candidate.sellable), offer.terms.intent.quantity
    if sellable < wanted:
        lot = offer.terms.market.lot
        capacity = min(capacity, sellable // lot * lot)
        short.append(_short_of_shares(offer, sellable, wanted, capacity))
    return replace(offer, capacity=capacity, short=tuple(short)) if short else offer


def _short_of_shares(offer: Offer, sellable: int, wanted: int, capacity: int) -> Reason:
    candidate = offer.candidate
    if sellable + candidate.releasable < wanted:
        text = f"{candidate.label} has {units(sellable)} to sell, not {units(wanted)}."
        if candidate.releasable:
            text += f" {units(candidate.releasable)} more wait for your leave at the depository."
        return lack(offer, ReasonCode.HOLDINGS_SHORT, text, capacity)
    text = (
        f"{candidate.label} may deliver {units(sellable)} of {units(wanted)} now: "
        "the rest waits for your leave at the depository."
    )
    fix = f"Give it: POST /v1/accounts/{candidate.account_id}/authorisation says where."
    return Reason(ReasonCode.AUTHORISATION_NEEDED, text, candidate.account_id, "quantity", fix)


def lack(offer: Offer, code: ReasonCode, text: str, capacity: int) -> Reason:
    """Why the account cannot take all of it, and how much it could."""
    fix = f"It could take {units(capacity)}." if capacity else None
    return Reason(code, text, account=offer.candidate.account_id, field="quantity", fix=fix)


def _fitting(offer: Offer, most: int, free: Money, needed: Money) -> int:
    """The most units, whole lots up to `most`, whose margin is within `free`: margin never falls with quantity.

    `needed` is that of the whole order.
    """
    lot = offer.terms.market.lot
    fits, too_many = 0, most // lot + 1
    # Margin is nearly proportional to quantity, so the share of it that is free is a good first guess.
    probe = int(offer.terms.intent.quantity // lot * max(free.amount, NIL) / needed.amount)
    step = 1
    while too_many - fits > 1:
        probe = min(max(probe, fits + 1), too_many - 1)
        if offer.margin(probe * lot) <= free:
            fits, probe = probe, probe + step
        else:
            too_many, probe = probe, probe - step
        step *= 2
        if step > too_many - fits:
            probe = (fits + too_many) // 2
    return fits * lot

"""What each account could do with an order: how much of it, at what cost, and why not all of it."""

from __future__ import annotations

from dataclasses import dataclass, field, replace
from datetime import date
from decimal import Decimal

from domain.money import ZERO, Money, Price
from domain.order import OrderIntent, Side
from domain.policy import Policy
from domain.routing import Candidate, Charges, Market, Reason, ReasonCode, Slice
from routing.aims import PLAIN, Measure, measure
from routing.bars import bars
from routing.bills import Bill, slice_units
from routing.divide import Source
from routing.fees import ChargesUnknown, Tariff, segment_of, tariff
from routing.margin import DELIVERED, Blocking, blocking, estimated
from routing.schedules.table import NIL
from routing.words import in_words, rupees, units

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

    bills: dict[int, Bill] = field(default_factory=dict, init=False, repr=False, compare=False)

    @property
    def slice_units(self) -> int | None:
        """The largest whole number of lots under the freeze limit; None without one."""
        return slice_units(self.market)

    def bill(self, fees: Tariff) -> Bill:
        """What the order costs by this tariff: one for all accounts that have it."""
        known = self.bills.get(id(fees))
        if known is None:
            known = self.bills[id(fees)] = Bill(fees, self.intent, self.market, self.price.amount)
        return known


@dataclass(frozen=True, slots=True)
class Offer:
    """One account's answer. `barred` are reasons against any quantity, `short` against the whole of it.

    `capacity` is the most units it can take, a whole number of lots; 0 when barred.
    """

    candidate: Candidate
    terms: Terms
    bill: Bill | None
    barred: tuple[Reason, ...]
    short: tuple[Reason, ...] = ()
    capacity: int = 0
    whole: Money | None = None  # charges in rupees of the whole order here
    measure: Measure = PLAIN
    blocking: Blocking | None = None

    def limited(self, capacity: int, *short: Reason) -> Offer:
        """The same account with less room, for these reasons too."""
        return Offer(
            self.candidate,
            self.terms,
            self.bill,
            self.barred,
            (*self.short, *short),
            capacity,
            self.whole,
            self.measure,
            self.blocking,
        )

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
        assert self.bill is not None
        return self.bill.total(quantity)

    def score(self, quantity: int) -> int:
        """What the policy makes small, of `quantity` units here."""
        return self.measure.score(self.cost(quantity), quantity)

    def slices(self, quantity: int) -> tuple[Slice, ...]:
        """`quantity` units here as the orders that would be sent; empty when the charges are not known."""
        if self.bill is None:
            return ()
        one, blocks, whole = self.candidate, self.blocks, self.terms.intent.quantity
        about = estimated(self.terms.intent, one, quantity, whole)
        made: list[Slice] = []
        done, paid, before = 0, NIL, NIL
        for units_of, charges, total in self.bill.parts(quantity):
            done, paid = done + units_of, paid + total
            so_far = blocks(done, paid)
            margin, last = so_far - before, made[-1] if made else None
            if last is None or last.charges is not charges or last.margin_required.amount != margin:
                last = Slice(one.account_id, one.broker, one.label, units_of, charges, Money(margin), about)
            made.append(last)  # full slices are all alike
            before = so_far
        return tuple(made)

    def charges(self, quantity: int) -> Charges:
        """Of `quantity` units here, line by line."""
        assert self.bill is not None
        return self.bill.charges(quantity)

    def blocks(self, quantity: int, charges: Decimal) -> Decimal:
        """Rupees that `quantity` units, with these charges, would block here."""
        assert self.blocking is not None
        return self.blocking.of(quantity, charges)

    def margin(self, quantity: int) -> Decimal:
        """Rupees that `quantity` units would block here."""
        return self.blocks(quantity, self.cost(quantity))

    def as_source(self) -> Source:
        """This account for `divide.cheapest`, counted in lots."""
        assert self.bill is not None
        lot, total, score = self.terms.market.lot, self.bill.total, self.measure.score
        return Source(self.capacity // lot, lambda lots: score(total(lots * lot), lots * lot), self._bends())

    def _bends(self) -> tuple[int, ...]:
        """Lots beside every size at which the charges begin to climb faster."""
        assert self.bill is not None
        lot, largest = self.terms.market.lot, self.terms.slice_units
        starts = range(0, self.capacity, largest) if largest else (0,)
        step = self.terms.price.amount * lot
        within = [int(value / step) for value in self.bill.fees.bends_up]
        bends = {start // lot for start in starts}
        bends |= {start // lot + at + near for start in starts for at in within for near in (-1, 0, 1)}
        return tuple(bends)


def survey(terms: Terms, candidate: Candidate) -> Offer:
    """What one account can do with the order."""
    intent, reasons = terms.intent, list(bars(terms.intent, terms.policy, candidate))
    try:
        bill = terms.bill(_tariff(terms, candidate))
    except ChargesUnknown as unknown:
        reasons.append(replace(unknown.reason, account=candidate.account_id))
        return Offer(candidate, terms, None, tuple(reasons))
    offer = Offer(
        candidate,
        terms,
        bill,
        tuple(reasons),
        capacity=0 if reasons else intent.quantity,
        whole=Money(bill.total(intent.quantity)),
        measure=measure(terms.policy, candidate, terms.price),
        blocking=blocking(intent, terms.market, candidate, terms.blocked.amount),
    )
    return offer if reasons else _measured(offer)


def _tariff(terms: Terms, candidate: Candidate) -> Tariff:
    """Raises ChargesUnknown."""
    intent, exchange = terms.intent, terms.intent.instrument.exchange
    segment = segment_of(exchange, terms.market.kind, intent.product)
    due = not (candidate.traded_today < 0 or candidate.traded_today >= intent.quantity)
    ware, plan = terms.market.ware, candidate.fees
    return tariff(candidate.broker, exchange, segment, intent.side, terms.on, ware, plan, due)


def _measured(offer: Offer) -> Offer:
    """With the capacity that freeze, budgets, limits, shares and margin leave, and what is short of the whole."""
    terms = offer.terms
    capacity, short = _allowed(offer)
    if terms.intent.product in DELIVERED and terms.intent.side is Side.SELL:
        return _by_shares(offer, capacity, short)
    assert offer.candidate.margin_available is not None
    free, needed = offer.candidate.margin_available.amount, offer.margin(terms.intent.quantity)
    if needed > max(free, NIL):  # an exit that blocks nothing may leave an account that is in debit
        capacity = _fitting(offer, capacity, free, needed)
        text = (
            f"{offer.candidate.label} has {in_words(free)} free and this needs {in_words(needed)}: "
            f"{in_words(needed - free)} short."
        )
        short.append(lack(offer, ReasonCode.MARGIN_SHORT, text, capacity))
    return offer.limited(capacity, *short) if short else offer


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
    return offer.limited(capacity, *short) if short else offer


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


def _fitting(offer: Offer, most: int, free: Decimal, needed: Decimal) -> int:
    """The most units, whole lots up to `most`, whose margin is within `free`: margin never falls with quantity.

    `needed` is that of the whole order.
    """
    lot = offer.terms.market.lot
    fits, too_many = 0, most // lot + 1
    # Margin is nearly proportional to quantity, so the share of it that is free is a good first guess.
    probe = int(offer.terms.intent.quantity // lot * max(free, NIL) / needed)
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

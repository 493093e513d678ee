"""What each account could do with an order: how much of it, at what cost, and why not all of it."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field, replace
from datetime import date
from decimal import Decimal
from functools import reduce
from operator import add

from domain.money import Money, Price
from domain.order import OrderIntent, Side
from domain.routing import Candidate, Charges, Market, Reason, ReasonCode, Slice
from routing.fees import ChargesUnknown, Tariff, segment_of, tariff
from routing.margin import DELIVERED, opposite_held, required
from routing.schedules.table import NIL
from routing.split import Source, freeze_slices, iceberg_parts
from routing.words import rupees, units

MOST_SLICES = 10  # brokers refuse to slice one order into more


@dataclass(frozen=True, slots=True)
class Terms:
    """The order as the accounts see it. `price` costs it, `blocked` is what a broker may block per unit, in rupees."""

    intent: OrderIntent
    market: Market
    price: Price
    blocked: Price
    on: date

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
    whole: Money | None = field(default=None)  # charges in rupees of the whole order here

    @property
    def feasible(self) -> bool:
        return not self.barred and not self.short

    @property
    def speed(self) -> tuple[bool, int]:
        """Faster sorts first; never measured sorts last."""
        measured = self.candidate.place_ms
        return (measured is None, measured or 0)

    def cost(self, quantity: int) -> Decimal:
        """All charges in rupees of `quantity` units here, the DP charge once."""
        assert self.fees is not None
        price, total = self.terms.price.amount, Decimal(0)
        parts = [part for order in self.terms.sent(quantity) for part in order]
        for index, part in enumerate(parts):
            total += self.fees.total(price * part, dp_due=index == 0)
        return total

    def slices(self, quantity: int) -> tuple[Slice, ...]:
        """`quantity` units here as the orders that would be sent; empty when the charges are not known."""
        if self.fees is None:
            return ()
        made: list[Slice] = []
        before = Money(Decimal(0))
        done, paid = 0, Money(Decimal(0))
        for number, order in enumerate(self.terms.sent(quantity)):
            charges = reduce(
                add,
                (
                    self.fees.charges(self.terms.price * part, dp_due=number == 0 and leg == 0)
                    for leg, part in enumerate(order)
                ),
            )
            done, paid = done + sum(order), paid + charges.total
            so_far = self._blocks(done, paid)
            made.append(self._slice(sum(order), charges, so_far - before))
            before = so_far
        return tuple(made)

    def _slice(self, quantity: int, charges: Charges, margin: Money) -> Slice:
        candidate = self.candidate
        return Slice(candidate.account_id, candidate.broker, candidate.label, quantity, charges, margin)

    def _blocks(self, quantity: int, charges: Money) -> Money:
        terms = self.terms
        return required(
            terms.intent, terms.market, self.candidate, quantity, price=terms.blocked, charges=charges
        )

    def margin(self, quantity: int) -> Money:
        """Rupees that `quantity` units would block here."""
        return self._blocks(quantity, Money(self.cost(quantity)))

    def as_source(self) -> Source:
        """This account for `split.divisions`, counted in lots."""
        lot = self.terms.market.lot
        return Source(self.capacity // lot, lambda lots: self.cost(lots * lot), self._bends())

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
    intent, reasons = terms.intent, list(_bars(terms.intent, candidate))
    fees = None
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
    except ChargesUnknown as unknown:
        reasons.append(replace(unknown.reason, account=candidate.account_id))
    offer = Offer(candidate, terms, fees, tuple(reasons))
    if fees is not None:
        offer = replace(offer, whole=Money(offer.cost(intent.quantity)))
    return offer if reasons else _measured(offer)


def _bars(intent: OrderIntent, candidate: Candidate) -> Iterator[Reason]:
    """Why this account can take no part of the order at all."""
    label, account = candidate.label, candidate.account_id
    if not candidate.session_ok:
        yield Reason(ReasonCode.LOGIN_NEEDED, f"{label} needs a login.", account, fix="Log in again.")
    if candidate.breaker_open:
        text = f"{label} does not answer; we wait before asking it again."
        yield Reason(ReasonCode.BREAKER_OPEN, text, account)
    if not candidate.may_order:
        text = f"{label} lets this login read and not trade."
        yield Reason(
            ReasonCode.ORDERS_NOT_ALLOWED, text, account, fix="Log in with an app that may send orders."
        )
    if candidate.wrong_address:
        text = (
            f"Orders for {label} would leave from {candidate.wrong_address}, which is not registered at "
            f"{candidate.broker.value.title()}: it would refuse them."
        )
        fix = "Register this address at the broker, or set the account's proxy."
        yield Reason(ReasonCode.ADDRESS_DRIFTED, text, account, fix=fix)
    if candidate.order_rate:
        yield Reason(ReasonCode.ORDER_RATE, f"{label} takes no order now: {candidate.order_rate}.", account)
    yield from _lacks(intent, candidate)
    if candidate.margin_available is None:
        text = f"The funds and holdings of {label} are not known yet."
        yield Reason(ReasonCode.SNAPSHOT_MISSING, text, account)


def _lacks(intent: OrderIntent, candidate: Candidate) -> Iterator[Reason]:
    """What the order needs and this broker does not have."""
    label, account, exchange = candidate.label, candidate.account_id, intent.instrument.exchange
    if exchange not in candidate.exchanges:
        yield Reason(
            ReasonCode.EXCHANGE_UNSUPPORTED, f"{label} does not trade on {exchange}.", account, "exchange"
        )
    if not candidate.listed:
        yield Reason(ReasonCode.NOT_LISTED_AT_BROKER, f"{label} does not list {intent.instrument}.", account)
    if intent.product not in candidate.products:
        text = f"{label} has no {intent.product} orders."
        yield Reason(ReasonCode.PRODUCT_UNSUPPORTED, text, account, "product")
    if intent.order_type not in candidate.order_types:
        text = f"{label} has no {intent.order_type} orders."
        yield Reason(ReasonCode.ORDER_TYPE_UNSUPPORTED, text, account, "order_type")
    if intent.validity not in candidate.validities:
        text = f"{label} has no {intent.validity} orders."
        yield Reason(ReasonCode.VALIDITY_UNSUPPORTED, text, account, "validity", "Use DAY.")
    if intent.disclosed_quantity and not candidate.disclosed_supported:
        text = f"{label} has no disclosed quantity."
        fix = "Leave the disclosed quantity out."
        yield Reason(ReasonCode.DISCLOSED_UNSUPPORTED, text, account, "disclosed_quantity", fix)
    if intent.after_market and not candidate.after_market:
        text = f"{label} takes no after-market orders."
        yield Reason(ReasonCode.AFTER_MARKET_UNSUPPORTED, text, account, "after_market")
    if intent.iceberg_legs > candidate.iceberg_legs:
        most = candidate.iceberg_legs
        text = f"{label} takes at most {most} legs." if most else f"{label} has no iceberg orders."
        fix = f"Use at most {most} legs." if most else "Leave iceberg_legs at 0."
        yield Reason(ReasonCode.ICEBERG_UNSUPPORTED, text, account, "iceberg_legs", fix)


def _measured(offer: Offer) -> Offer:
    """With the capacity that freeze, shares and margin leave, and what is short of the whole."""
    terms, wanted = offer.terms, offer.terms.intent.quantity
    short: list[Reason] = []
    capacity = wanted
    largest = None if terms.intent.iceberg_legs else terms.slice_units
    if largest and wanted > largest * MOST_SLICES:
        capacity = largest * MOST_SLICES
        text = f"{offer.candidate.label} takes at most {MOST_SLICES} orders of {units(largest)} at once."
        short.append(_reason(offer, ReasonCode.FREEZE_LIMIT, text, capacity))
    if terms.intent.product in DELIVERED and terms.intent.side is Side.SELL:
        return _by_shares(offer, capacity, short)
    free = offer.candidate.margin_available
    assert free is not None
    needed = offer.margin(wanted)
    if needed > free:
        capacity = _fitting(offer, capacity, free)
        text = (
            f"{offer.candidate.label} has {rupees(free)} free and this needs {rupees(needed)}: "
            f"{rupees(needed - free)} short."
        )
        short.append(_reason(offer, ReasonCode.MARGIN_SHORT, text, capacity))
    return replace(offer, capacity=capacity, short=tuple(short))


def _by_shares(offer: Offer, capacity: int, short: list[Reason]) -> Offer:
    sellable, wanted = max(0, offer.candidate.sellable), offer.terms.intent.quantity
    if sellable < wanted:
        lot = offer.terms.market.lot
        capacity = min(capacity, sellable // lot * lot)
        text = f"{offer.candidate.label} has {units(sellable)} to sell, not {units(wanted)}."
        short.append(_reason(offer, ReasonCode.HOLDINGS_SHORT, text, capacity))
    return replace(offer, capacity=capacity, short=tuple(short))


def _reason(offer: Offer, code: ReasonCode, text: str, capacity: int) -> Reason:
    fix = f"It could take {units(capacity)}." if capacity else None
    return Reason(code, text, account=offer.candidate.account_id, field="quantity", fix=fix)


def _fitting(offer: Offer, most: int, free: Money) -> int:
    """The most units, whole lots up to `most`, whose margin is within `free`: margin never falls with quantity."""
    lot = offer.terms.market.lot
    fits, too_many = 0, most // lot + 1
    # Margin is nearly proportional to quantity, so the share of it that is free is a good first guess.
    needed = offer.margin(offer.terms.intent.quantity)
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


def keep_to_position(offers: list[Offer]) -> list[Offer]:
    """When accounts hold the opposite position, an order no larger than it exits there and opens nothing elsewhere."""
    usable = [offer for offer in offers if not offer.barred]
    held = {
        offer.candidate.account_id: opposite_held(offer.terms.intent, offer.candidate) for offer in usable
    }
    holders = [offer.candidate.label for offer in usable if held[offer.candidate.account_id]]
    if not holders or offers[0].terms.intent.quantity > sum(held.values()):
        return offers
    return [
        _held_to(offer, held[offer.candidate.account_id], holders) if not offer.barred else offer
        for offer in offers
    ]


def _held_to(offer: Offer, held: int, holders: list[str]) -> Offer:
    wanted, label = offer.terms.intent.quantity, offer.candidate.label
    if held >= wanted:
        return offer
    capacity = min(offer.capacity, held // offer.terms.market.lot * offer.terms.market.lot)
    if held:
        text = f"{label} holds {units(held)} of the position, not {units(wanted)}."
    else:
        text = f"The position is at {' and '.join(holders)}; here the order would open a new one."
    reason = _reason(offer, ReasonCode.OPENS_OPPOSITE, text, capacity)
    return replace(offer, capacity=capacity, short=(*offer.short, reason))

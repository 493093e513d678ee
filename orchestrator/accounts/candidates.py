"""The user's accounts as the router sees them: last snapshots, minus what newer orders already hold."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from decimal import Decimal
from types import MappingProxyType

from adapters.broker import MarketProtection, Terms
from adapters.values import Listing
from domain.account import AccountId, AccountState
from domain.instrument import Instrument, InstrumentId
from domain.money import Money
from domain.order import Product
from domain.portfolio import AccountSnapshot
from domain.routing import Candidate, Leg, QuotedMargin
from orchestrator.accounts.connections import Connection
from routing.offers import MOST_SLICES

NONE: Mapping[InstrumentId, Instrument] = MappingProxyType({})
UNQUOTED: Mapping[AccountId, QuotedMargin] = MappingProxyType({})


def candidates(
    connections: Iterable[Connection],
    *,
    instrument: Instrument,
    same_share: frozenset[InstrumentId],
    product: Product,
    listed: Mapping[AccountId, Listing],
    margin_held: Mapping[AccountId, Money],
    units_held: Mapping[AccountId, int],
    stalled: frozenset[AccountId] = frozenset(),
    relatives: Mapping[InstrumentId, Instrument] = NONE,
    quoted: Mapping[AccountId, QuotedMargin] = UNQUOTED,
) -> tuple[Candidate, ...]:
    """One candidate for every account, able or not. `listed`: the instrument's row at the brokers that list it.

    `units_held` counts shares of the instrument's ISIN, which all listings in `same_share` are. `relatives` are other
    contracts of its underlying and expiry, `quoted` what brokers said lately that the order needs.
    """
    return tuple(
        _candidate(
            one,
            instrument=instrument,
            same_share=same_share,
            product=product,
            listed=listed.get(one.account.id),
            margin_held=margin_held.get(one.account.id),
            units_held=units_held.get(one.account.id, 0),
            stalled=one.account.id in stalled,
            relatives=relatives,
            quoted=quoted.get(one.account.id),
        )
        for one in connections
    )


def _candidate(
    connection: Connection,
    *,
    instrument: Instrument,
    same_share: frozenset[InstrumentId],
    product: Product,
    listed: Listing | None,
    margin_held: Money | None,
    units_held: int,
    stalled: bool,
    relatives: Mapping[InstrumentId, Instrument],
    quoted: QuotedMargin | None,
) -> Candidate:
    account, terms, snapshot = connection.account, connection.terms, connection.snapshot
    allowed = connection.allowed
    health = connection.health()
    available = snapshot.margin.available if snapshot else None
    if available is not None and margin_held is not None:
        available -= margin_held
    held = _position(snapshot, instrument.id, product)
    return Candidate(
        account_id=account.id,
        broker=account.broker,
        label=account.label,
        session_ok=account.state is AccountState.CONNECTED and connection.broker is not None,
        breaker_open=health is not None and health.tripped,
        held_open="" if connection.held is None else connection.held.words(connection.clock()),
        listed=listed is not None,
        margin_available=available,
        sellable=max(0, _sellable(snapshot, instrument, product) - units_held),
        releasable=_releasable(snapshot, instrument),
        exchanges=terms.exchanges if allowed.exchanges is None else terms.exchanges & allowed.exchanges,
        products=terms.products,
        order_types=terms.order_types,
        validities=terms.validities,
        disclosed_supported=terms.disclosed_quantity,
        margin_rates=_margin_rates(terms, listed),
        place_ms=connection.book.vitals.place_ms,
        reject_rate=connection.book.vitals.lost,
        prices_stalled=stalled,
        legs=_legs(snapshot, relatives, product) if relatives else (),
        margin_quoted=quoted,
        held=held,
        after_market=terms.after_market,
        iceberg_legs=terms.iceberg_legs,
        market_protection=_protection(terms),
        order_rate=_order_rate(connection, instrument, held=held),
        orders_left=_orders_left(connection, instrument, held=held),
        may_order=allowed.orders is not False,
        wrong_address=connection.egress.wrong_address(connection.clock()),
        fees=connection.fees,
        traded_today=_traded_today(snapshot, same_share),
    )


def _margin_rates(terms: Terms, listed: Listing | None) -> tuple[tuple[Product, Decimal], ...]:
    """The broker's usual rates; of an intraday order that of its own list, where it has one."""
    rates = {kind: Decimal(rate) for kind, rate in terms.margin_rates.items()}
    if listed is not None and listed.intraday is not None:
        rates[Product.MIS] = listed.intraday
    return tuple(sorted(rates.items()))


def _protection(terms: Terms) -> str:
    simulated = terms.market_protection is MarketProtection.NONE
    return "" if simulated else terms.market_protection.value


def _order_rate(connection: Connection, instrument: Instrument, *, held: int) -> str:
    """The rule that lets no order leave in time, "" for none. Where a position is held, room is kept for its exit."""
    broker = connection.broker
    hold = broker.held_back(instrument.id.exchange, exits=held != 0) if broker else None
    return hold.rule if hold else ""


def _orders_left(connection: Connection, instrument: Instrument, *, held: int) -> int | None:
    """As many as one order is ever divided into is as good as no limit, and keeps decisions alike."""
    broker = connection.broker
    left = broker.orders_left(instrument.id.exchange, exits=held != 0) if broker else None
    return left if left is not None and left < MOST_SLICES else None


def _sellable(snapshot: AccountSnapshot | None, instrument: Instrument, product: Product) -> int:
    """Shares a delivery sell may use: from demat, and those bought for delivery today, on the same exchange.
    Shares on the broker's money are sold under their own product (MTF) alone, and own ones never under it."""
    lent = product is Product.MTF
    if snapshot is None or instrument.isin is None:
        return 0
    owned = sum(
        one.sellable_quantity - one.unauthorised_quantity
        for one in snapshot.holdings
        if one.isin == instrument.isin and (one.product is Product.MTF) is lent
    )
    bought = Product.MTF if lent else Product.CNC
    today = sum(
        max(0, one.quantity if lent else one.quantity - one.overnight_quantity)
        for one in snapshot.positions
        if one.product is bought and one.instrument == instrument.id
    )
    return owned + today


def _traded_today(snapshot: AccountSnapshot | None, same_share: frozenset[InstrumentId]) -> int:
    """Shares bought (below zero: sold) for delivery today, net over the listings of the ISIN."""
    return sum(
        one.quantity - one.overnight_quantity
        for one in (snapshot.positions if snapshot else ())
        if one.product is Product.CNC and one.instrument in same_share
    )


def _releasable(snapshot: AccountSnapshot | None, instrument: Instrument) -> int:
    """Shares that only wait for the person's leave at the depository."""
    if snapshot is None or instrument.isin is None:
        return 0
    return sum(one.unauthorised_quantity for one in snapshot.holdings if one.isin == instrument.isin)


def _legs(
    snapshot: AccountSnapshot | None, relatives: Mapping[InstrumentId, Instrument], product: Product
) -> tuple[Leg, ...]:
    """Positions of the order's product in `relatives`, other contracts of its underlying and expiry."""
    return tuple(
        Leg(relatives[one.instrument].kind, relatives[one.instrument].strike, one.quantity)
        for one in (snapshot.positions if snapshot else ())
        if one.quantity and one.product is product and one.instrument in relatives
    )


def _position(snapshot: AccountSnapshot | None, instrument: InstrumentId, product: Product) -> int:
    positions = snapshot.positions if snapshot else ()
    return sum(one.quantity for one in positions if one.instrument == instrument and one.product is product)

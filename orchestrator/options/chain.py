"""One expiry's chain: every strike asked for at once, volatilities on the forward, and what they all say together."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime, timedelta

import sqlalchemy as sa
from sqlalchemy import Connection

from domain import option_chain
from domain.calendar import IST, Calendar
from domain.instrument import Instrument, InstrumentId, Kind
from domain.money import Price
from orchestrator.market.hub import Hub
from orchestrator.market.intervals import Interval, midnight_of
from orchestrator.options.contracts import Family, expires_at, listed, years_until
from orchestrator.options.pricing import Sight, change_of, figure, look, modelled, priced
from orchestrator.options.schemas import ChainOut, ForwardOf, OptionOut, StrikeOut
from orchestrator.storage.db import Database
from orchestrator.tables.market import candles

LONGEST_BREAK = timedelta(days=10)  # between two trading days


@dataclass(frozen=True, slots=True)
class Shown:
    """The strikes that are shown, and prices of all that was asked for."""

    strikes: dict[Price, dict[Kind, Instrument]]
    sights: dict[InstrumentId, Sight]

    def sight(self, one: Instrument | None) -> Sight | None:
        return self.sights.get(one.id) if one is not None else None


async def chain(
    db: Database, hub: Hub, calendar: Calendar, family: Family, expiry: date, *, around: int, now: datetime
) -> ChainOut:
    """`around`: strikes on each side of the one at the money."""
    spot, future = family.spot, family.future_of(expiry)
    every = family.strikes(expiry)
    basis = [one for one in (spot, future or _nearest(family)) if one is not None]
    guess = next((last.price for one in basis if (last := hub.last(one.id)) is not None), None)
    if guess is None and basis:
        seen = await look(hub, [one.id for one in basis])
        guess = next((price for one in basis if (price := seen[one.id].last) is not None), None)
    some = _around(every, guess, around)
    sights = await look(hub, [one.id for one in (*basis, *listed(some.values()))])
    shown = Shown(some, sights)
    forward, forward_of = _forward(shown, spot, future)
    before = await db.read(lambda conn: closing_interest(conn, listed(some.values()), calendar, now))
    years = years_until(calendar, family.exchange, expiry, now)
    rows = [
        StrikeOut(
            strike=strike,
            call=_option(sides.get(Kind.CALL), shown, forward, years, before),
            put=_option(sides.get(Kind.PUT), shown, forward, years, before),
        )
        for strike, sides in some.items()
    ]
    calls, puts = _interest(shown, Kind.CALL), _interest(shown, Kind.PUT)
    both = calls.keys() & puts.keys()
    calls, puts = {one: calls[one] for one in both}, {one: puts[one] for one in both}
    ratio = option_chain.put_call_ratio(calls, puts)
    spot_sight, future_sight = shown.sight(spot), shown.sight(future)
    near = (spot_sight.last if spot_sight else None) or forward
    options = listed(some.values())
    return ChainOut(
        name=family.name,
        exchange=family.exchange,
        expiry=expiry,
        days=(expiry - now.astimezone(IST).date()).days,
        expires_at=expires_at(calendar, family.exchange, expiry),
        lot=options[0].lot if options else 1,
        spot=priced(spot, spot_sight) if spot and spot_sight else None,
        future=priced(future, future_sight) if future and future_sight else None,
        forward=forward,
        forward_of=forward_of,
        atm_strike=option_chain.at_the_money(some, near) if near is not None else None,
        put_call_ratio=None if ratio is None else f"{ratio:f}",
        max_pain=option_chain.max_pain(calls, puts),
        counted=len(both),
        total=len(every),
        missing=sum(1 for one in options if sights[one.id].stale),
        now=now,
        strikes=rows,
    )


def closing_interest(
    conn: Connection, options: list[Instrument], calendar: Calendar, now: datetime
) -> dict[str, int]:
    """Open interest at the end of the last trading day before today's, by name, of those whose candles were kept."""
    today = midnight_of(calendar.trading_day(now, options[0].id.exchange if options else None))
    column = candles.c
    asked = (
        sa.select(column.instrument, column.open_interest)
        .where(
            column.instrument.in_([str(one.id) for one in options]),
            column.interval == Interval.D1.value,
            column.start < today,
            column.start >= today - LONGEST_BREAK,
            column.open_interest.is_not(None),
        )
        .order_by(column.start)
    )
    return {row.instrument: row.open_interest for row in conn.execute(asked)}


def _nearest(family: Family) -> Instrument | None:
    """The future to look at where the expiry has none of its own and no spot is listed."""
    return family.futures[0] if family.spot is None and family.futures else None


def _around(
    every: dict[Price, dict[Kind, Instrument]], near: Price | None, around: int
) -> dict[Price, dict[Kind, Instrument]]:
    """Without a price, those in the middle of the list."""
    strikes = list(every)
    if not strikes:
        return {}
    middle = option_chain.at_the_money(strikes, near) if near is not None else None
    place = strikes.index(middle) if middle is not None else len(strikes) // 2
    return {one: every[one] for one in strikes[max(0, place - around) : place + around + 1]}


def _forward(
    shown: Shown, spot: Instrument | None, future: Instrument | None
) -> tuple[Price | None, ForwardOf | None]:
    """What options of this expiry are priced on: its future, else what puts and calls say, else the spot itself."""
    told = shown.sight(future)
    if told is not None and told.fair is not None:
        return told.fair[0], ForwardOf.FUTURE
    pairs = [
        (strike, call.fair[0], put.fair[0])
        for strike, sides in shown.strikes.items()
        if (call := shown.sight(sides.get(Kind.CALL))) is not None
        and (put := shown.sight(sides.get(Kind.PUT))) is not None
        and call.fair is not None
        and put.fair is not None
    ]
    if (by_parity := option_chain.parity_forward(pairs)) is not None:
        return by_parity, ForwardOf.PARITY
    seen = shown.sight(spot)
    return (seen.last, ForwardOf.SPOT) if seen is not None and seen.last is not None else (None, None)


def _option(
    one: Instrument | None, shown: Shown, forward: Price | None, years: float, before: dict[str, int]
) -> OptionOut | None:
    if one is None:
        return None
    sight = shown.sights[one.id]
    model = modelled(one, sight, forward=forward, years=years)
    greeks, (moved, percent) = model.greeks, change_of(sight)
    bids, asks, held = sight.depth.bids, sight.depth.asks, sight.open_interest
    yesterday = before.get(str(one.id))
    return OptionOut(
        symbol=str(one.id),
        lot=one.lot,
        last_price=sight.last,
        change=moved,
        change_percent=percent,
        bid=sight.bid,
        bid_quantity=bids[0].quantity if bids else None,
        ask=sight.ask,
        ask_quantity=asks[0].quantity if asks else None,
        volume=sight.volume,
        oi=held,
        oi_change=None if held is None or yesterday is None else held - yesterday,
        iv=figure(greeks.volatility * 100, 2) if greeks else None,
        iv_of=model.of,
        iv_missing=model.why,
        delta=figure(greeks.delta, 4) if greeks else None,
        gamma=figure(greeks.gamma, 6) if greeks else None,
        theta=figure(greeks.theta, 2) if greeks else None,
        vega=figure(greeks.vega, 2) if greeks else None,
        as_of=sight.at,
        source=sight.source,
        stale=sight.stale,
    )


def _interest(shown: Shown, kind: Kind) -> dict[Price, int]:
    found = ((strike, shown.sight(sides.get(kind))) for strike, sides in shown.strikes.items())
    return {
        strike: sight.open_interest
        for strike, sight in found
        if sight is not None and sight.open_interest is not None
    }

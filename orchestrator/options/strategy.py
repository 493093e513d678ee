"""What legs of one underlying come to: at expiry exactly, and at this moment by the model."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime
from decimal import Decimal

from domain import black76
from domain.calendar import Calendar
from domain.instrument import Instrument, Kind
from domain.money import Money, Price
from domain.order import Side
from domain.payoff import STEPS, Leg, payoff, round_range
from orchestrator.errors import Problem
from orchestrator.instruments.service import Instruments
from orchestrator.market.hub import Hub
from orchestrator.market.stocks import named
from orchestrator.options.contracts import Family, family, years_until
from orchestrator.options.pricing import Modelled, Sight, figure, look, modelled, priced
from orchestrator.options.schemas import (
    LegIn,
    LegOut,
    NetGreeksOut,
    PayoffIn,
    PayoffOut,
    PointOut,
    PriceOf,
)

WIDTH = Decimal("0.15")  # of the price, to both sides, where nobody says how far to look


@dataclass(frozen=True, slots=True)
class Asked:
    """A leg, priced. `model` is of an option alone."""

    instrument: Instrument
    leg: Leg
    of: PriceOf
    sight: Sight
    years: float
    model: Modelled | None


async def reckon(
    hub: Hub, instruments: Instruments, calendar: Calendar, body: PayoffIn, now: datetime
) -> PayoffOut:
    """Raises Problem 404 for an unknown symbol, 422 for legs that have no payoff in common, 503 without a price."""
    known = [named(instruments, one.symbol) for one in body.legs]
    group = _family(instruments, known, now)
    expiry = _expiry(known)
    basis = _basis(group, known, expiry)
    names = [one.id for one in (*known, *basis)]
    sights = await look(hub, list(dict.fromkeys(names)))
    here = next((price for one in basis if (price := sights[one.id].last) is not None), None)
    forward = next((fair[0] for one in reversed(basis) if (fair := sights[one.id].fair) is not None), None)
    asked = [
        _asked(one, instrument, sights[instrument.id], forward, _years(calendar, instrument, now))
        for one, instrument in zip(body.legs, known, strict=True)
    ]
    low, high, steps = _range(body, asked, here)
    legs = [one.leg for one in asked]
    shape = payoff(legs, low=low, high=high, steps=steps)
    spot = group.spot if group else None
    return PayoffOut(
        name=group.name if group else known[0].id.symbol,
        expiry=expiry,
        spot=priced(spot, sights[spot.id]) if spot and spot.id in sights else None,
        legs=[_leg_out(one) for one in asked],
        net_premium=shape.premium,
        max_profit=shape.most,
        profit_unlimited=shape.most is None,
        max_loss=shape.least,
        loss_unlimited=shape.least is None,
        break_evens=list(shape.break_evens),
        points=[
            PointOut(price=at, profit=comes_to, now=_now(asked, at, here, forward))
            for at, comes_to in shape.points
        ],
        greeks=_net(asked),
    )


def _family(instruments: Instruments, known: list[Instrument], now: datetime) -> Family | None:
    """Whose legs they are; None for shares without contracts. Raises Problem 422 for legs of different ones."""
    found = {instruments.families.find(str(one.id) if one.is_derivative else one.id.symbol) for one in known}
    if len(found) > 1 or (found == {None} and len({one.id.symbol for one in known}) > 1):
        raise Problem(
            422,
            "several_underlyings",
            "these legs are on different underlyings",
            field="legs",
            rule="a payoff is over the price of one underlying",
            fix="ask for one underlying at a time",
        )
    return None if found == {None} else family(instruments, str(known[0].id), now)


def _expiry(known: list[Instrument]) -> date | None:
    """Of the options. Raises Problem 422 when they have several: what the later ones are worth then is a guess."""
    days = {one.expiry for one in known if one.strike is not None and one.expiry is not None}
    if len(days) > 1:
        raise Problem(
            422,
            "several_expiries",
            "these options expire on different days",
            field="legs",
            rule="options of a payoff share one expiry",
            fix="ask for each expiry by itself",
        )
    return next(iter(days), None)


def _basis(group: Family | None, known: list[Instrument], expiry: date | None) -> list[Instrument]:
    """What the price axis is: the spot where there is one, then the future that options are priced on."""
    if group is None:
        return known[:1]
    future = (group.future_of(expiry) if expiry else None) or next(iter(group.futures), None)
    return [one for one in (group.spot, future) if one is not None]


def _asked(one: LegIn, instrument: Instrument, sight: Sight, forward: Price | None, years: float) -> Asked:
    if not instrument.tradable:
        raise Problem(422, "not_tradable", f"{instrument.id} is an index", field="legs", fix="use its future")
    price, of = _price(one, sight)
    model = modelled(instrument, sight, forward=forward, years=years) if instrument.strike else None
    leg = Leg(instrument.kind, one.side, one.quantity, price, instrument.strike)
    return Asked(instrument, leg, of, sight, years, model)


def _years(calendar: Calendar, one: Instrument, now: datetime) -> float:
    return years_until(calendar, one.id.exchange, one.expiry, now) if one.expiry else 0.0


def _price(one: LegIn, sight: Sight) -> tuple[Price, PriceOf]:
    """Raises Problem 503 when neither the caller nor anybody else says one."""
    market = (sight.ask, PriceOf.ASK) if one.side is Side.BUY else (sight.bid, PriceOf.BID)
    for price, of in ((one.price, PriceOf.GIVEN), market, (sight.last, PriceOf.LAST)):
        if price is not None:
            return price, of
    fix = "give its price, or log in to an account of a broker that lists it"
    raise Problem(503, "no_quote", f"no account can quote {one.symbol} now", field="legs", fix=fix)


def _range(body: PayoffIn, asked: list[Asked], here: Price | None) -> tuple[Decimal, Decimal, int]:
    """From where to where, and in how many steps. Raises Problem 422."""
    marks = [one.leg.strike.amount for one in asked if one.leg.strike is not None]
    marks += [here.amount] if here is not None else []
    marks = marks or [one.leg.price.amount for one in asked]
    low = body.low.amount if body.low is not None else min(marks) * (1 - WIDTH)
    high = body.high.amount if body.high is not None else max(marks) * (1 + WIDTH)
    if not 0 <= low < high:
        raise Problem(422, "invalid_input", "low must be below high", field="low", rule="0 <= low < high")
    return round_range(low, high) if body.low is None and body.high is None else (low, high, STEPS)


def _now(asked: list[Asked], at: Price, here: Price | None, forward: Price | None) -> Money | None:
    """If the underlying were at this price now and volatilities stayed; None where one of them is not known."""
    if not here or not forward or not at:
        return None
    moved = float(at.amount / here.amount)
    total = Decimal(0)
    for one in asked:
        worth = at.amount
        if one.model is not None:
            greeks = one.model.greeks
            if greeks is None or one.leg.strike is None:
                return None
            call, strike = one.leg.kind is Kind.CALL, float(one.leg.strike.amount)
            on = float(forward.amount) * moved
            worth = Decimal(repr(black76.value(on, strike, one.years, greeks.volatility, call=call)))
        elif one.instrument.is_derivative and one.sight.last is not None:
            worth = one.sight.last.amount * at.amount / here.amount  # a future keeps its distance in percent
        total += (worth - one.leg.price.amount) * one.leg.signed
    return Money(total).rounded()


def _net(asked: list[Asked]) -> NetGreeksOut | None:
    delta = gamma = theta = vega = 0.0
    for one in asked:
        if one.model is None:
            delta += one.leg.signed
            continue
        greeks = one.model.greeks
        if greeks is None:
            return None
        delta += greeks.delta * one.leg.signed
        gamma += greeks.gamma * one.leg.signed
        theta += greeks.theta * one.leg.signed
        vega += greeks.vega * one.leg.signed
    return NetGreeksOut(
        delta=figure(delta, 2), gamma=figure(gamma, 4), theta=figure(theta, 2), vega=figure(vega, 2)
    )


def _leg_out(one: Asked) -> LegOut:
    greeks = one.model.greeks if one.model else None
    return LegOut(
        symbol=str(one.instrument.id),
        kind=one.instrument.kind,
        side=one.leg.side,
        quantity=one.leg.quantity,
        strike=one.leg.strike,
        price=one.leg.price,
        price_of=one.of,
        as_of=None if one.of is PriceOf.GIVEN else one.sight.at,
        iv=figure(greeks.volatility * 100, 2) if greeks else None,
    )

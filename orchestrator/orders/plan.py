"""Gathers what a routing decision needs, and decides under the user's lock, so that no rupee is promised twice."""

from __future__ import annotations

import asyncio
from dataclasses import dataclass, replace
from datetime import date, datetime

from sqlalchemy import Connection as SqlConnection

from domain.account import AccountId, UserId
from domain.calendar import IST
from domain.instrument import Instrument, InstrumentId
from domain.money import Money, Price
from domain.order import OrderIntent, Side
from domain.routing import Candidate, Denied, Market, Policy, PolicyKind, RoutingDecision
from orchestrator.accounts.candidates import candidates
from orchestrator.accounts.connections import Connection
from orchestrator.errors import Problem
from orchestrator.identity.repository import trading_mode
from orchestrator.orders import holds
from orchestrator.orders.trading import Trading
from routing.decide import decide


@dataclass(frozen=True, slots=True)
class Situation:
    """Everything outside the database that a decision depends on, as seen at `now`."""

    user_id: UserId
    intent: OrderIntent
    instrument: Instrument
    market: Market
    connections: tuple[Connection, ...]
    listed: frozenset[AccountId]
    same_share: frozenset[InstrumentId]  # listings of the same ISIN: a sale of one uses up the other
    now: datetime


async def look(trading: Trading, *, user_id: UserId, intent: OrderIntent) -> Situation:
    """See the situation now. Raises Problem 404 for an instrument that nobody lists."""
    instrument = trading.instruments.get(intent.instrument)
    if instrument is None:
        raise Problem(
            404,
            "instrument_unknown",
            f"no connected broker lists {intent.instrument}",
            field="symbol",
            rule="an instrument is named by its exchange and trading symbol",
            fix="search it with GET /v1/stocks?q=",
        )
    connections, market = await asyncio.gather(
        trading.connections.ready(user_id), _market(trading, instrument)
    )
    return Situation(
        user_id=user_id,
        intent=intent,
        instrument=instrument,
        market=market,
        connections=tuple(connections),
        listed=frozenset(
            one.account.id
            for one in connections
            if trading.instruments.symbols(one.account.broker).listing(instrument.id) is not None
        ),
        same_share=frozenset(trading.instruments.same_share(instrument)),
        now=trading.clock(),
    )


async def _market(trading: Trading, instrument: Instrument) -> Market:
    quote = await trading.hub.quote(instrument.id)
    last = trading.hub.last(instrument.id)
    now = trading.clock()
    phase = trading.calendar.phase(instrument.id.exchange, now)
    price: Price | None = last.price if last else quote.last_price if quote else None
    return Market(
        kind=instrument.kind,
        lot=instrument.lot,
        tick=instrument.tick,
        freeze=instrument.freeze,
        last_price=price,
        lower_band=quote.lower_circuit if quote else None,
        upper_band=quote.upper_circuit if quote else None,
        open=trading.calendar.is_open(instrument.id.exchange, now),
        closed_because=trading.calendar.holiday(now.astimezone(IST).date()) or phase.value.replace("_", " "),
        strike=instrument.strike,
    )


def decide_now(
    conn: SqlConnection, situation: Situation, *, without: frozenset[AccountId] = frozenset()
) -> RoutingDecision | Denied:
    """The decision on what is in the database at this moment. `without` names accounts that just failed."""
    choices = choices_now(conn, situation, without=without)
    policy = _policy(conn, situation)
    return decide(situation.intent, situation.market, choices, policy, on=trading_day(situation.now))


def trading_day(now: datetime) -> date:
    """The IST date whose fee tables apply."""
    return now.astimezone(IST).date()


def choices_now(
    conn: SqlConnection, situation: Situation, *, without: frozenset[AccountId] = frozenset()
) -> tuple[Candidate, ...]:
    """The user's accounts as the router sees them at this moment."""
    usable = [one for one in situation.connections if one.account.id not in without]
    read_at = {one.account.id: one.snapshot.as_of for one in usable if one.snapshot}
    selling = situation.intent.side is Side.SELL  # only a sale asks what other sales have used up
    held = holds.held(conn, situation.user_id, read_at, units=selling)
    return candidates(
        usable,
        instrument=situation.instrument,
        same_share=situation.same_share,
        product=situation.intent.product,
        listed=situation.listed,
        margin_held={account: hold.margin for account, hold in held.items()},
        units_held={account: hold.sold(situation.same_share) for account, hold in held.items()},
    )


def _policy(conn: SqlConnection, situation: Situation) -> Policy:
    """A named account is pinned; standard mode pins the primary one; else the cheapest."""
    if situation.intent.account is not None:
        return Policy(PolicyKind.PINNED, situation.intent.account)
    mode, primary = trading_mode(conn, situation.user_id)
    if mode == "standard" and primary is not None:
        return Policy(PolicyKind.PINNED, primary)
    return Policy(PolicyKind.CHEAPEST)


def with_quantity(situation: Situation, quantity: int) -> Situation:
    """The same situation for a part of the order."""
    return replace(situation, intent=replace(situation.intent, quantity=quantity))


def notional(situation: Situation) -> Money | None:
    """Rupees that the order is worth at its own price, else at the last one."""
    price = situation.intent.price or situation.market.last_price
    return price * situation.intent.quantity if price else None

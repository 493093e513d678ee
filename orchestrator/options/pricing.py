"""Prices as the chain shows them, and what the model makes of them."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from decimal import ROUND_HALF_UP, Decimal

from domain import black76
from domain.instrument import Instrument, InstrumentId, Kind
from domain.market import Depth
from domain.money import Price
from orchestrator.market.hub import Hub
from orchestrator.market.prices import change
from orchestrator.options.schemas import PricedOut, Unpriced

AGE = 3.0  # seconds that a quote of a chain may be old
PATIENCE = 3.0  # seconds that a caller waits for the brokers
NO_DEPTH = Depth()


@dataclass(frozen=True, slots=True)
class Sight:
    """The newest of one instrument. `stale`: nobody told it just now. None is what was never told."""

    last: Price | None = None
    prev_close: Price | None = None
    depth: Depth = NO_DEPTH
    volume: int | None = None
    open_interest: int | None = None
    at: datetime | None = None
    source: str | None = None
    stale: bool = True

    @property
    def bid(self) -> Price | None:
        return self.depth.bids[0].price if self.depth.bids else None

    @property
    def ask(self) -> Price | None:
        return self.depth.asks[0].price if self.depth.asks else None

    @property
    def fair(self) -> tuple[Price, str] | None:
        """The middle of bid and offer, else the last trade, and which of them it is."""
        if self.bid is not None and self.ask is not None:
            return Price((self.bid.amount + self.ask.amount) / 2), "mid"
        return (self.last, "last") if self.last is not None else None


@dataclass(frozen=True, slots=True)
class Modelled:
    """What the model says of one option; `why` it says nothing."""

    greeks: black76.Greeks | None = None
    of: str | None = None
    why: Unpriced | None = None


async def look(hub: Hub, names: list[InstrumentId]) -> dict[InstrumentId, Sight]:
    """All of them, asked for together; of what nobody can tell now, the newest that was seen."""
    quotes = await hub.quotes(names, max_age=AGE, patience=PATIENCE, in_full=True)
    found: dict[InstrumentId, Sight] = {}
    for name in names:
        quote = quotes.get(name)
        if quote is None:
            found[name] = remembered(hub, name)
            continue
        found[name] = Sight(
            last=quote.last_price,
            prev_close=quote.prev_close,
            depth=quote.depth,
            volume=quote.volume,
            open_interest=quote.open_interest,
            at=quote.at,
            source=hub.quote_source(name),
            stale=False,
        )
    return found


def remembered(hub: Hub, name: InstrumentId) -> Sight:
    seen = hub.prices.seen(name)
    if seen.price is None:
        return Sight()
    return Sight(
        last=seen.price,
        prev_close=seen.prev_close,
        depth=seen.depth or NO_DEPTH,
        volume=seen.day.volume if seen.day else None,
        open_interest=seen.day.open_interest if seen.day else None,
        at=seen.at,
        source=seen.source,
    )


def modelled(option: Instrument, sight: Sight, *, forward: Price | None, years: float) -> Modelled:
    """Implied volatility and sensitivities of an option."""
    fair = sight.fair
    if years <= 0:
        return Modelled(why=Unpriced.EXPIRED)
    if fair is None:
        return Modelled(why=Unpriced.NO_PRICE)
    if forward is None or option.strike is None:
        return Modelled(why=Unpriced.NO_FORWARD)
    price, of = fair
    call, on, strike = option.kind is Kind.CALL, float(forward.amount), float(option.strike.amount)
    volatility = black76.implied_volatility(on, strike, years, float(price.amount), call=call)
    if not volatility:
        return Modelled(why=Unpriced.NO_TIME_VALUE)
    return Modelled(black76.greeks(on, strike, years, volatility, call=call), of)


def priced(one: Instrument, sight: Sight) -> PricedOut:
    moved, percent = change_of(sight)
    return PricedOut(
        symbol=str(one.id),
        kind=one.kind,
        last_price=sight.last,
        change=moved,
        change_percent=percent,
        as_of=sight.at,
        source=sight.source,
        stale=sight.stale,
    )


def change_of(sight: Sight) -> tuple[Price | None, str | None]:
    return (None, None) if sight.last is None else change(sight.last, sight.prev_close)


def figure(number: float, places: int) -> str:
    """A figure of the model with so many decimals; a small one below zero is 0, not -0."""
    rounded = Decimal(repr(number)).quantize(Decimal(1).scaleb(-places), ROUND_HALF_UP)
    return format(rounded or abs(rounded), "f")

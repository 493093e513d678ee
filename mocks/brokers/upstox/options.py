"""Option contracts, option chains and sensitivities on Upstox's wire."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date, datetime, time, timedelta
from typing import Any

from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

from mocks.brokers.backoffice.profile import IST
from mocks.brokers.greeks import Greeks, greeks
from mocks.brokers.server import rupees
from mocks.brokers.upstox import wire
from mocks.brokers.upstox.bodies import listed
from mocks.brokers.upstox.desk import Desk, Topic
from mocks.brokers.upstox.listing import dated, row
from mocks.brokers.upstox.names import OPTIONS
from mocks.brokers.upstox.quotes import label, wanted
from mocks.brokers.upstox.wire import Problem
from mocks.exchange.model import Instrument, Kind, Quote

GREEK_LIMIT = 50
CLOSING = time(15, 30)
LEFT_OUT = ("asset_symbol", "asset_key", "asset_type", "qty_multiplier")  # of a contract row in this API


def routes(desk: Desk) -> list[Route]:
    options = Options(desk)
    return [
        desk.route("/v2/option/contract", options.contracts, "GET", Topic.MARKET),
        desk.route("/v2/option/chain", options.chain, "GET", Topic.MARKET),
        desk.route("/v3/market-quote/option-greek", options.greeks, "GET", Topic.MARKET),
    ]


class Options:
    def __init__(self, desk: Desk) -> None:
        self._desk, self._names, self._exchange = desk, desk.names, desk.exchange

    async def contracts(self, request: Request, user_id: str) -> Response:
        """Every option on an underlying, of one expiry when that is named."""
        underlying, query = self._underlying(request), request.query_params
        found = self._names.options(underlying.key)
        if query.get("expiry_date"):
            expiry = self._expiry(query["expiry_date"], found)
            found = [one for one in found if one.expiry == expiry.isoformat()]
        rows = (dated(row(one, self._names)) for one in found)
        return wire.reply(
            [{name: value for name, value in one.items() if name not in LEFT_OUT} for one in rows]
        )

    async def chain(self, request: Request, user_id: str) -> Response:
        """The strikes of one expiry, lowest first."""
        underlying = self._underlying(request)
        found = self._names.options(underlying.key)
        text = request.query_params.get("expiry_date")
        if not text:
            raise Problem("UDAPI1088", "The expiry_date is required", "expiry_date", text)
        expiry = self._expiry(text, found)
        strikes: dict[int, dict[Kind, Instrument]] = {}
        for one in found:
            if one.expiry == expiry.isoformat():
                strikes.setdefault(one.strike, {})[one.kind] = one
        spot = self._exchange.quote(underlying.key).last_price
        return wire.reply(
            [self._strike(underlying, expiry, spot, strike, strikes[strike]) for strike in sorted(strikes)]
        )

    def _underlying(self, request: Request) -> Instrument:
        return listed(request.query_params.get("instrument_key"), self._names)

    def _expiry(self, text: str, contracts: Sequence[Instrument]) -> date:
        listed_days = sorted({date.fromisoformat(one.expiry) for one in contracts})
        return expiry_of(text, listed_days, self._desk.office.now().astimezone(IST).date())

    def _strike(
        self, underlying: Instrument, expiry: date, spot: int, strike: int, pair: dict[Kind, Instrument]
    ) -> dict[str, Any]:
        sides = {kind: self._exchange.quote(one.key) for kind, one in pair.items()}
        puts, calls = (sides[kind].open_interest if kind in sides else 0 for kind in (Kind.PUT, Kind.CALL))
        return {
            "expiry": expiry.isoformat(),
            "pcr": round(puts / calls, 4) if calls else 0.0,
            "strike_price": rupees(strike),
            "underlying_key": self._names.key(underlying.key),
            "underlying_spot_price": rupees(spot),
            "call_options": self._side(pair.get(Kind.CALL), sides.get(Kind.CALL), spot),
            "put_options": self._side(pair.get(Kind.PUT), sides.get(Kind.PUT), spot),
        }

    def _side(self, option: Instrument | None, quote: Quote | None, spot: int) -> dict[str, Any]:
        if option is None or quote is None:
            return {}
        bid = quote.bids[0] if quote.bids else None
        ask = quote.asks[0] if quote.asks else None
        found = self.sensitivities(option, quote)
        return {
            "instrument_key": self._names.key(option.key),
            "market_data": {
                "ltp": rupees(quote.last_price),
                "volume": quote.volume,
                "oi": float(quote.open_interest),
                "close_price": rupees(quote.prev_close),
                "bid_price": rupees(bid.price) if bid else 0.0,
                "bid_qty": bid.quantity if bid else 0,
                "ask_price": rupees(ask.price) if ask else 0.0,
                "ask_qty": ask.quantity if ask else 0,
                "prev_oi": float(quote.prev_open_interest),
            },
            "option_greeks": {
                "vega": round(found.vega, 4),
                "theta": round(found.theta, 4),
                "gamma": round(found.gamma, 6),
                "delta": round(found.delta, 4),
                "iv": round(found.iv * 100, 2),  # percent here, a fraction in option-greek
                "pop": round(_profit_chance(option, found) * 100, 2),
            },
        }

    async def greeks(self, request: Request, user_id: str) -> Response:
        found = wanted(request, self._names, self._exchange, limit=GREEK_LIMIT, too_many="UDAPI100076")
        return wire.reply(
            {label(key, one, self._names): self._greek(key, one, quote) for key, one, quote in found}
        )

    def _greek(self, key: str, instrument: Instrument, quote: Quote) -> dict[str, Any]:
        found = self.sensitivities(instrument, quote)
        return {
            "last_price": rupees(quote.last_price),
            "instrument_token": key,
            "ltq": quote.last_quantity,
            "volume": quote.volume,
            "cp": rupees(quote.prev_close),
            "iv": round(found.iv, 4),
            "vega": round(found.vega, 4),
            "gamma": round(found.gamma, 6),
            "theta": round(found.theta, 4),
            "delta": round(found.delta, 4),
            "oi": float(quote.open_interest),
        }

    def sensitivities(self, instrument: Instrument, quote: Quote) -> Greeks:
        """All zero for what is no option."""
        if instrument.kind not in OPTIONS:
            return Greeks(0.0, 0.0, 0.0, 0.0, 0.0, 0.0)
        spot = self._exchange.quote(instrument.underlying).last_price
        end = datetime.combine(date.fromisoformat(instrument.expiry), CLOSING, IST)
        days = (end - self._desk.office.now()) / timedelta(days=1)
        return greeks(
            spot / 100,
            instrument.strike / 100,
            days,
            quote.last_price / 100,
            call=instrument.kind is Kind.CALL,
        )


def _profit_chance(option: Instrument, found: Greeks) -> float:
    """The delta's size is the usual stand-in for the chance to end in the money."""
    return min(1.0, abs(found.delta))


def expiry_of(text: str, days: Sequence[date], today: date) -> date:
    """A date, or a word for one of the listed `days` (ascending). Raises Problem."""
    words = _words([day for day in days if day >= today])
    if text in words:
        return words[text]
    try:
        return date.fromisoformat(text)
    except ValueError as bad:
        raise Problem("UDAPI1088", "Dates are YYYY-MM-DD", "expiry_date", text) from bad


def _words(days: Sequence[date]) -> dict[str, date]:
    """`current_week` and `next_week` are the two nearest expiries; `current_month`, `next_month` and `far_month` the
    nearest last ones of a month."""
    last = {(day.year, day.month): day for day in days}
    return dict(zip(("current_week", "next_week"), days, strict=False)) | dict(
        zip(("current_month", "next_month", "far_month"), last.values(), strict=False)
    )

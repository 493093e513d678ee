"""Kite's market data calls: quotes, the instrument dump, candles."""

from __future__ import annotations

import gzip
from collections.abc import Callable
from datetime import date, datetime, time, timedelta
from typing import Any

from starlette.requests import Request
from starlette.responses import Response

from mocks.brokers.backoffice.accounts import Session
from mocks.brokers.backoffice.office import BackOffice
from mocks.brokers.backoffice.profile import IST
from mocks.brokers.kite import candles
from mocks.brokers.kite.reply import PERMISSION, KiteError, bad_input, stamp, success
from mocks.brokers.kite.tokens import Tokens
from mocks.brokers.server import rupees
from mocks.exchange.model import DepthLevel, Instrument, Kind, Quote

HEADER = (
    "instrument_token,exchange_token,tradingsymbol,name,last_price,expiry,strike,tick_size,lot_size,"
    "instrument_type,segment,exchange"
)
QUOTE_LIMIT, OTHER_LIMIT = 500, 1000
SPANS = {
    "minute": 60, "3minute": 100, "5minute": 100, "10minute": 100, "15minute": 200, "30minute": 200,
    "60minute": 400, "hour": 400, "day": 2000,
}  # fmt: skip


class Market:
    def __init__(self, office: BackOffice, tokens: Tokens) -> None:
        self._office, self._tokens = office, tokens
        self._dumps: dict[str, bytes] = {}

    async def quote(self, request: Request, session: Session) -> Response:
        return self._look(request, session, QUOTE_LIMIT, self._full)

    async def ohlc(self, request: Request, session: Session) -> Response:
        def shape(token: int, quote: Quote) -> dict[str, Any]:
            return {"instrument_token": token, "last_price": rupees(quote.last_price), "ohlc": ohlc(quote)}

        return self._look(request, session, OTHER_LIMIT, shape)

    async def ltp(self, request: Request, session: Session) -> Response:
        def shape(token: int, quote: Quote) -> dict[str, Any]:
            return {"instrument_token": token, "last_price": rupees(quote.last_price)}

        return self._look(request, session, OTHER_LIMIT, shape)

    def _look(
        self, request: Request, session: Session, limit: int, shape: Callable[[int, Quote], dict[str, Any]]
    ) -> Response:
        """Unknown instruments are left out; the answer's keys echo the question."""
        self._may_read(session)
        asked = request.query_params.getlist("i")
        if not asked:
            raise bad_input("Missing or empty field `i`")
        if len(asked) > limit:
            raise bad_input(f"At most {limit} instruments can be asked for at once.")
        found: dict[str, Any] = {}
        for name in asked:
            key = self._tokens.by_token.get(int(name)) if name.isdecimal() else name
            token = self._tokens.by_key.get(key or "")
            if key is not None and token is not None:
                found[name] = shape(token, self._office.exchange.quote(key))
        return success(found)

    def _may_read(self, session: Session) -> None:
        if not self._office.directory.app(session.api_key).data:
            raise KiteError(403, PERMISSION, "Insufficient permission for that call.")

    def _full(self, token: int, quote: Quote) -> dict[str, Any]:
        traded = datetime.fromtimestamp(quote.last_time / 1e9, IST) if quote.last_time else None
        return {
            "instrument_token": token,
            "timestamp": stamp(datetime.fromtimestamp(quote.time / 1e9, IST)),
            "last_trade_time": stamp(traded),
            "last_price": rupees(quote.last_price),
            "last_quantity": quote.last_quantity,
            "buy_quantity": quote.buy_quantity,
            "sell_quantity": quote.sell_quantity,
            "volume": quote.volume,
            "average_price": rupees(quote.average_price),
            "oi": quote.open_interest,
            "oi_day_high": quote.open_interest,
            "oi_day_low": quote.open_interest,
            "net_change": rupees(quote.last_price - quote.prev_close),
            "lower_circuit_limit": rupees(quote.lower_band),
            "upper_circuit_limit": rupees(quote.upper_band),
            "ohlc": ohlc(quote),
            "depth": {"buy": levels(quote.bids), "sell": levels(quote.asks)},
        }

    async def instruments(self, request: Request) -> Response:
        """The dump needs no login."""
        exchange = request.path_params.get("exchange", "")
        if exchange not in self._dumps:
            chosen = [
                one for one in self._office.exchange.instruments.values() if exchange in ("", one.exchange)
            ]
            text = "\n".join([HEADER, *(self._line(one) for one in chosen), ""])
            self._dumps[exchange] = gzip.compress(text.encode())
        body = self._dumps[exchange]
        if "gzip" in request.headers.get("accept-encoding", ""):
            return Response(body, media_type="text/csv", headers={"content-encoding": "gzip"})
        return Response(gzip.decompress(body), media_type="text/csv")

    def _line(self, instrument: Instrument) -> str:
        index, contract = instrument.kind is Kind.INDEX, instrument.expiry != ""
        segment = "INDICES" if index else instrument.exchange
        if contract:
            segment += "-FUT" if instrument.kind is Kind.FUTURE else "-OPT"
        name = instrument.name if index or contract else instrument.name.upper().replace(",", " ")
        fields = (
            self._tokens.by_key[instrument.key],
            instrument.token,
            instrument.symbol,
            name,
            0,
            instrument.expiry,
            f"{instrument.strike / 100:g}",
            0 if index else f"{instrument.tick / 100:g}",
            0 if index else instrument.lot,
            "EQ" if index else instrument.kind.value,
            segment,
            instrument.exchange,
        )
        return ",".join(str(field) for field in fields)

    async def historical(self, request: Request, session: Session) -> Response:
        self._may_read(session)
        key = self._tokens.by_token.get(request.path_params["token"])
        interval = request.path_params["interval"]
        if key is None:
            raise bad_input("Invalid `instrument_token`.")
        if interval not in SPANS:
            raise bad_input("Invalid `interval`.")
        start, end = _moment(request, "from"), _moment(request, "to")
        if end < start:
            raise bad_input("`from` is after `to`.")
        if end - start > timedelta(days=SPANS[interval] + 1):
            raise bad_input(f"interval exceeds max limit: {SPANS[interval]} days")
        quote = self._office.exchange.quote(key)
        made = candles.candles(
            self._tokens.by_key[key], interval, start, min(end, self._office.now()), quote.prev_close
        )
        interest = request.query_params.get("oi") == "1"
        shown = [
            [
                f"{one.at:%Y-%m-%dT%H:%M:%S%z}",
                *map(rupees, one.prices),
                one.volume,
                *([0] if interest else []),
            ]
            for one in made
        ]
        return success({"candles": shown})


def ohlc(quote: Quote) -> dict[str, float]:
    return {
        "open": rupees(quote.open),
        "high": rupees(quote.high),
        "low": rupees(quote.low),
        "close": rupees(quote.prev_close),
    }


def levels(side: tuple[DepthLevel, ...]) -> list[dict[str, Any]]:
    """Five rows, filled up with zeros."""
    found = [
        {"price": rupees(level.price), "quantity": level.quantity, "orders": level.orders} for level in side
    ]
    return found + [{"price": 0, "quantity": 0, "orders": 0}] * (5 - len(found))


def _moment(request: Request, name: str) -> datetime:
    text = request.query_params.get(name, "")
    try:
        if len(text) == 10:
            return datetime.combine(date.fromisoformat(text), time.min, IST)
        return datetime.strptime(text, "%Y-%m-%d %H:%M:%S").replace(tzinfo=IST)
    except ValueError:
        raise bad_input(f"Invalid `{name}` date.") from None

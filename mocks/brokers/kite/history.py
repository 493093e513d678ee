"""Kite's historical candles, with the span that one request may cover."""

from __future__ import annotations

from datetime import date, datetime, time, timedelta

from starlette.requests import Request
from starlette.responses import Response

from mocks.brokers.backoffice.accounts import Session
from mocks.brokers.backoffice.office import BackOffice
from mocks.brokers.backoffice.profile import IST
from mocks.brokers.backoffice.switches import Strictness
from mocks.brokers.kite.reply import bad_input, success
from mocks.brokers.kite.tokens import Tokens
from mocks.brokers.server import rupees
from mocks.exchange.model import Kind

# Minutes of a candle; None is a day. "hour" is an old name of "60minute".
MINUTES: dict[str, int | None] = {
    "minute": 1, "3minute": 3, "5minute": 5, "10minute": 10, "15minute": 15, "30minute": 30,
    "60minute": 60, "hour": 60, "day": None,
}  # fmt: skip
# Days that one request may span, by the strictness in force.
SPANS = {
    Strictness.CURRENT: {
        "minute": 60, "3minute": 100, "5minute": 100, "10minute": 100, "15minute": 200, "30minute": 200,
        "60minute": 400, "hour": 400, "day": 2000,
    },
    Strictness.LEGACY: {
        "minute": 30, "3minute": 90, "5minute": 90, "10minute": 90, "15minute": 180, "30minute": 180,
        "60minute": 365, "hour": 365, "day": 2000,
    },
}  # fmt: skip


class History:
    def __init__(self, office: BackOffice, tokens: Tokens) -> None:
        self._office, self._tokens = office, tokens

    async def candles(self, request: Request, session: Session) -> Response:
        """`continuous` is taken for futures by the day only: a contract's own candles are all there is of it."""
        key = self._tokens.by_token.get(request.path_params["token"])
        interval = request.path_params["interval"]
        if key is None:
            raise bad_input("Invalid `instrument_token`.")
        if interval not in MINUTES:
            raise bad_input("Invalid `interval`.")
        self._check_continuous(request, key, interval)
        start, end = _moment(request, "from"), _moment(request, "to")
        if end < start:
            raise bad_input("`from` is after `to`.")
        span = SPANS[self._office.switches.strictness][interval]
        if end - start > timedelta(days=span + 1):
            raise bad_input(f"interval exceeds max limit: {span} days")
        made = self._office.exchange.history.candles(
            key, MINUTES[interval], start, min(end, self._office.now())
        )
        interest = request.query_params.get("oi") == "1"
        rows = [
            [
                f"{one.start:%Y-%m-%dT%H:%M:%S%z}",
                *(rupees(price) for price in (one.open, one.high, one.low, one.close)),
                one.volume,
                *([one.open_interest] if interest else []),
            ]
            for one in made
        ]
        return success({"candles": rows})

    def _check_continuous(self, request: Request, key: str, interval: str) -> None:
        if request.query_params.get("continuous", "0") not in ("1", "true"):
            return
        if self._office.instrument(key).kind is not Kind.FUTURE or interval != "day":
            raise bad_input("Continuous data is available for day candles of futures only.")


def _moment(request: Request, name: str) -> datetime:
    text = request.query_params.get(name, "")
    try:
        if len(text) == 10:
            return datetime.combine(date.fromisoformat(text), time.min, IST)
        return datetime.strptime(text, "%Y-%m-%d %H:%M:%S").replace(tzinfo=IST)
    except ValueError:
        raise bad_input(f"Invalid `{name}` date.") from None
